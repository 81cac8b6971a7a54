#include "base/fail.h"
#include "formats/pickle.h"
#include "formats/pickle_calls.h"

#include <stdlib.h>
#include <string.h>

/* 65536 tensors and all that is said about them need less than 64 MiB. */
#define MAX_POOL_BYTES ((size_t)96 << 20)

void bl_pickle_init(bl_pickle *pickle)
{
    *pickle = (bl_pickle){ 0 };
    bl_pool_init(&pickle->pool, MAX_POOL_BYTES);
}

void bl_pickle_free(bl_pickle *pickle)
{
    bl_pool_free(&pickle->pool);
    free(pickle->storages);
    *pickle = (bl_pickle){ 0 };
}

bl_status bl_pickle_take(bl_pickle *pickle, size_t bytes, void **out, bl_error *error)
{
    *out = bl_pool_take(&pickle->pool, bytes);
    if (*out)
        return BL_OK;
    if (!pickle->pool.full)
        return bl_fail_no_mem(error);
    return bl_fail(error, BL_ERR_LIMIT, "the pickle describes objects of more than %zu MiB, the limit.",
                   pickle->pool.limit >> 20);
}

bl_status bl_pickle_new(bl_pickle *pickle, bl_pickle_kind kind, bl_pickle_value **out, bl_error *error)
{
    void *memory;
    bl_status status = bl_pickle_take(pickle, sizeof(bl_pickle_value), &memory, error);
    if (status)
        return status;
    *out = memory;
    (*out)->kind = kind;
    return BL_OK;
}

bool bl_pickle_is_plain(const bl_pickle_value *value)
{
    return value->kind <= BL_PICKLE_TEXT;
}

bool bl_pickle_is_text(const bl_pickle_value *value, const char *text)
{
    size_t n = strlen(text);
    return value->kind == BL_PICKLE_TEXT && bl_bytes_left(&value->u.text) == n && !memcmp(value->u.text.p, text, n);
}

const bl_pickle_value *bl_pickle_get(const bl_pickle_value *dict, const char *key)
{
    if (dict->kind != BL_PICKLE_DICT)
        return NULL;
    for (size_t i = dict->u.list.count; i; i -= 2) /* of equal keys the last one counts */
        if (bl_pickle_is_text(dict->u.list.items[i - 2], key))
            return dict->u.list.items[i - 1];
    return NULL;
}

double bl_pickle_number(const bl_pickle_value *value)
{
    if (value->kind == BL_PICKLE_REAL)
        return value->u.real;
    if (value->kind == BL_PICKLE_INT)
        return (double)value->u.integer;
    double number =
        value->u.text.end[-1] & 0x80 ? -1.0 : 0.0; /* minus one is all ones, to the left of the first digit too */
    for (const uint8_t *p = value->u.text.end; p-- > value->u.text.p;)
        number = number * 256.0 + *p;
    return number;
}
