#include "formats/torch_tensors.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "base/utf8.h"
#include "model/tensors.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH      64   /* dictionaries and lists within each other */
#define MAX_PATH_BYTES 1024 /* of a tensor's name */

/* A pickle may use one value in many places, and a few bytes can describe a tree of billions. So the walk
 * pays for each place it visits, with about the memory that the place costs. */
#define WALK_BYTES  ((size_t)128 << 20)
#define NUMBER_COST 64u
#define LIST_COST   160u
#define TENSOR_COST 640u
#define DICT_COST   480u

/* A tensor whose numbers are still to come. */
typedef struct reference {
    const bl_pickle_tensor *pickled;
    const bl_tensor *tensor;
    float *values;
} reference;

typedef struct walker {
    bl_tensors *tensors;
    reference *references;
    size_t count, capacity;
    char path[MAX_PATH_BYTES + 1]; /* of the current value, zero-terminated */
    size_t path_bytes;
    size_t budget;
    bl_error *error;
} walker;

static bl_status pay(walker *w, size_t cost)
{
    if (cost > w->budget)
        return bl_fail(w->error, BL_ERR_LIMIT,
                       "the file describes more values than there is room for; it is damaged or hostile.");
    w->budget -= cost;
    return BL_OK;
}

static bl_status extend_path(walker *w, const void *text, size_t bytes)
{
    if (bytes > MAX_PATH_BYTES - w->path_bytes)
        return bl_fail(w->error, BL_ERR_LIMIT, "a name in the file is longer than %d bytes; it begins with '%.*s'.",
                       MAX_PATH_BYTES, bl_utf8_quote(w->path, w->path_bytes), w->path);
    if (bytes)
        memcpy(w->path + w->path_bytes, text, bytes);
    w->path_bytes += bytes;
    w->path[w->path_bytes] = '\0';
    return BL_OK;
}

static void cut_path(walker *w, size_t bytes)
{
    w->path_bytes = bytes;
    w->path[bytes] = '\0';
}

static bl_status add_tensor(walker *w, const bl_pickle_tensor *pickled)
{
    bl_status status = pay(w, TENSOR_COST + w->path_bytes);
    if (status)
        return status;
    if (!bl_grow((void **)&w->references, &w->capacity, w->count, sizeof *w->references))
        return bl_fail_no_mem(w->error);
    reference *r = &w->references[w->count];
    r->pickled = pickled;
    status = bl_tensors_add(w->tensors, w->path, w->path_bytes, bl_number_name(pickled->storage->type),
                            pickled->rank, pickled->shape, &r->values, w->error);
    if (status)
        return status;
    r->tensor = bl_tensors_at(w->tensors, w->count++);
    return BL_OK;
}

/* ---- the walk ---- */

static bl_status walk(walker *w, const bl_pickle_value *value, unsigned depth, json_t **out);

static bl_status walk_list(walker *w, const bl_pickle_value *list, unsigned depth, json_t *array)
{
    size_t outer = w->path_bytes;
    for (size_t i = 0; i < list->u.list.count; i++) {
        char index[32];
        int n = snprintf(index, sizeof index, "[%zu]", i);
        json_t *item = NULL;
        bl_status status = extend_path(w, index, (size_t)n);
        if (!status)
            status = walk(w, list->u.list.items[i], depth + 1, &item);
        if (status)
            return status;
        if (json_array_append_new(array, item))
            return bl_fail_no_mem(w->error);
        cut_path(w, outer);
    }
    return BL_OK;
}

/* Puts a dictionary's key at the end of the path, in Python's words where it is no text. */
static bl_status enter_key(walker *w, const bl_pickle_value *key)
{
    char text[40];
    switch (key->kind) {
    case BL_PICKLE_TEXT:
        if (memchr(key->u.text.p, '\0', bl_bytes_left(&key->u.text)))
            return bl_fail(w->error, BL_ERR_FORMAT, "a name below '%.*s' contains a zero byte.",
                           bl_utf8_quote(w->path, w->path_bytes), w->path);
        return extend_path(w, key->u.text.p, bl_bytes_left(&key->u.text));
    case BL_PICKLE_NONE: snprintf(text, sizeof text, "None"); break;
    case BL_PICKLE_BOOL: snprintf(text, sizeof text, "%s", key->u.boolean ? "True" : "False"); break;
    case BL_PICKLE_INT: snprintf(text, sizeof text, "%" PRId64, key->u.integer); break;
    default: snprintf(text, sizeof text, "%.17g", bl_pickle_number(key)); break;
    }
    return extend_path(w, text, strlen(text));
}

static bl_status walk_dict(walker *w, const bl_pickle_value *dict, unsigned depth, json_t *object)
{
    size_t outer = w->path_bytes;
    for (size_t i = 0; i < dict->u.list.count; i += 2) {
        json_t *item = NULL;
        bl_status status = outer ? extend_path(w, ".", 1) : BL_OK;
        size_t key = w->path_bytes;
        if (!status)
            status = enter_key(w, dict->u.list.items[i]);
        if (!status)
            status = pay(w, w->path_bytes - key);
        if (!status)
            status = walk(w, dict->u.list.items[i + 1], depth + 1, &item);
        if (status)
            return status;
        if (json_object_set_new(object, w->path + key, item))
            return bl_fail_no_mem(w->error);
        cut_path(w, outer);
    }
    return BL_OK;
}

static bl_status walk_container(walker *w, const bl_pickle_value *value, unsigned depth, json_t **out)
{
    bool is_dict = value->kind == BL_PICKLE_DICT;
    bl_status status = pay(w, is_dict ? DICT_COST : LIST_COST);
    if (status)
        return status;
    json_t *container = is_dict ? json_object() : json_array();
    if (!container)
        return bl_fail_no_mem(w->error);
    status = is_dict ? walk_dict(w, value, depth, container) : walk_list(w, value, depth, container);
    if (status)
        json_decref(container);
    else
        *out = container;
    return status;
}

static bl_status walk_text(walker *w, bl_bytes text, json_t **out)
{
    bl_status status = pay(w, bl_bytes_left(&text));
    if (status)
        return status;
    *out = json_stringn((const char *)text.p, bl_bytes_left(&text));
    return *out ? BL_OK : bl_fail_no_mem(w->error);
}

static bl_status walk_number(walker *w, const bl_pickle_value *value, json_t **out)
{
    double number = bl_pickle_number(value);
    if (value->kind == BL_PICKLE_INT)
        *out = json_integer(value->u.integer);
    else
        *out = isfinite(number) ? json_real(number) : json_null();
    return *out ? BL_OK : bl_fail_no_mem(w->error);
}

static bl_status walk(walker *w, const bl_pickle_value *value, unsigned depth, json_t **out)
{
    if (depth > MAX_DEPTH)
        return bl_fail(w->error, BL_ERR_LIMIT,
                       "the values at '%.*s' are nested more than %d levels deep, or contain themselves.",
                       bl_utf8_quote(w->path, w->path_bytes), w->path, MAX_DEPTH);
    bl_status status = pay(w, NUMBER_COST);
    if (status)
        return status;
    switch (value->kind) {
    case BL_PICKLE_BOOL: *out = json_boolean(value->u.boolean); return BL_OK;
    case BL_PICKLE_INT:
    case BL_PICKLE_BIG_INT:
    case BL_PICKLE_REAL: return walk_number(w, value, out);
    case BL_PICKLE_TEXT: return walk_text(w, value->u.text, out);
    case BL_PICKLE_LIST:
    case BL_PICKLE_TUPLE:
    case BL_PICKLE_DICT: return walk_container(w, value, depth, out);
    case BL_PICKLE_TENSOR: *out = json_null(); return add_tensor(w, value->u.tensor);
    case BL_PICKLE_NONE:
    case BL_PICKLE_GLOBAL:
    case BL_PICKLE_STORAGE: break;
    }
    *out = json_null();
    return BL_OK;
}

/* ---- the numbers ---- */

int bl_torch_compare_keys(bl_bytes a, bl_bytes b)
{
    size_t na = bl_bytes_left(&a), nb = bl_bytes_left(&b), n = na < nb ? na : nb;
    int order = n ? memcmp(a.p, b.p, n) : 0;
    return order ? order : (na > nb) - (na < nb);
}

static int by_storage(const void *a, const void *b)
{
    const reference *ra = a, *rb = b;
    return bl_torch_compare_keys(ra->pickled->storage->key, rb->pickled->storage->key);
}

static bl_status fill(const reference *r, bl_bytes data, bl_error *error)
{
    const bl_pickle_tensor *t = r->pickled;
    const bl_pickle_storage *s = t->storage;
    const char *name = r->tensor->name;
    int quoted = bl_utf8_quote(name, strlen(name));
    uint64_t bytes;
    if (!bl_mul_ok(s->count, bl_number_size(s->type), &bytes) || bytes != bl_bytes_left(&data))
        return bl_fail(error, BL_ERR_FORMAT,
                       "tensor '%.*s' should find %" PRIu64
                       " numbers of type %s in the file, but there are %zu bytes.",
                       quoted, name, s->count, bl_number_name(s->type), bl_bytes_left(&data));
    bl_view view = { .type = s->type,
                     .rank = t->rank,
                     .shape = t->shape,
                     .stride = t->stride,
                     .offset = t->offset,
                     .count = r->tensor->count };
    if (!bl_view_fits(&view, s->count))
        return bl_fail(error, BL_ERR_FORMAT, "tensor '%.*s' reaches past the end of its %" PRIu64 " numbers.",
                       quoted, name, s->count);
    if (!bl_view_convert(&view, data.p, r->values))
        return bl_fail(error, BL_ERR_FORMAT,
                       "tensor '%.*s' holds a number that is too large for 32-bit floating point.", quoted, name);
    return BL_OK;
}

static bl_status fill_all(walker *w, bl_torch_reader reader)
{
    bl_bytes data = { 0 };
    if (w->count)
        qsort(w->references, w->count, sizeof *w->references, by_storage);
    for (size_t i = 0; i < w->count; i++) {
        const reference *r = &w->references[i];
        bl_status status = BL_OK;
        if (i == 0 || by_storage(r - 1, r))
            status = reader.open(reader.self, r->pickled->storage, &data, w->error);
        if (!status)
            status = fill(r, data, w->error);
        if (status)
            return status;
    }
    return BL_OK;
}

bl_status bl_torch_read(const bl_pickle_value *root, bl_torch_reader reader, const char *container,
                        bl_source *source, bl_error *error)
{
    if (root->kind != BL_PICKLE_DICT)
        return bl_fail(
            error, BL_ERR_UNSUPPORTED,
            "the file does not hold a dictionary of tensors, such as a model's state_dict() or a checkpoint.");
    bl_status status = bl_tensors_create(container, &source->tensors, error);
    if (status)
        return status;
    walker *w = bl_calloc(1, sizeof *w);
    if (!w)
        return bl_fail_no_mem(error);
    w->tensors = source->tensors;
    w->budget = WALK_BYTES;
    w->error = error;
    status = walk(w, root, 0, &source->values);
    if (!status)
        status = fill_all(w, reader);
    free(w->references);
    free(w);
    return status;
}
