#include "model/tensors.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "base/utf8.h"
#include "model/limits.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One tensor and what it owns. Each has memory of its own, so that pointers stay valid as more come. */
typedef struct entry {
    bl_tensor tensor;
    uint64_t hash;
    char *name;
    float *values;
} entry;

struct bl_tensors {
    const char *container;
    entry **entries; /* in the file's order */
    size_t count, capacity;
    uint64_t values;   /* numbers in all tensors together */
    size_t *slots;     /* names by hash with linear probing: 1 + index of an entry, or 0 where free */
    size_t slot_count; /* a power of two, at least twice the number of entries; 0 at first */
};

bl_status bl_tensors_create(const char *container, bl_tensors **out, bl_error *error)
{
    bl_tensors *ts = bl_calloc(1, sizeof *ts);
    if (!ts)
        return bl_fail_no_mem(error);
    ts->container = container;
    *out = ts;
    return BL_OK;
}

static void free_entry(entry *e)
{
    if (!e)
        return;
    free(e->name);
    free(e->values);
    free(e);
}

void bl_tensors_free(bl_tensors *tensors)
{
    if (!tensors)
        return;
    for (size_t i = 0; i < tensors->count; i++)
        free_entry(tensors->entries[i]);
    free(tensors->entries);
    free(tensors->slots);
    free(tensors);
}

size_t bl_tensors_count(const bl_tensors *tensors)
{
    return tensors->count;
}

const bl_tensor *bl_tensors_at(const bl_tensors *tensors, size_t i)
{
    return &tensors->entries[i]->tensor;
}

const char *bl_tensors_container(const bl_tensors *tensors)
{
    return tensors->container;
}

/* Starts from an address, which a file cannot know: it cannot pick names that all collide. */
static uint64_t hash_name(const bl_tensors *ts, const char *name, size_t bytes)
{
    uint64_t hash = (uint64_t)(uintptr_t)ts * 0x9E3779B97F4A7C15u;
    for (size_t i = 0; i < bytes; i++) {
        hash = (hash ^ (uint8_t)name[i]) * 0xD6E8FEB86659FD93u;
        hash ^= hash >> 32;
    }
    return hash;
}

/* The slot that holds the name, or the free one where it would go. There always is a free one. */
static size_t find_slot(const bl_tensors *ts, const char *name, size_t bytes, uint64_t hash)
{
    size_t at = (size_t)hash & (ts->slot_count - 1);
    for (; ts->slots[at]; at = (at + 1) & (ts->slot_count - 1)) {
        const entry *e = ts->entries[ts->slots[at] - 1];
        if (e->hash == hash && strlen(e->name) == bytes && !memcmp(e->name, name, bytes))
            break;
    }
    return at;
}

static bool grow_slots(bl_tensors *ts)
{
    if ((ts->count + 1) * 2 <= ts->slot_count)
        return true;
    size_t wanted = ts->slot_count ? ts->slot_count * 2 : 64;
    size_t *slots = bl_calloc(wanted, sizeof *slots);
    if (!slots)
        return false;
    free(ts->slots);
    ts->slots = slots;
    ts->slot_count = wanted;
    for (size_t i = 0; i < ts->count; i++) {
        const entry *e = ts->entries[i];
        slots[find_slot(ts, e->name, strlen(e->name), e->hash)] = i + 1;
    }
    return true;
}

const bl_tensor *bl_tensors_find(const bl_tensors *tensors, const char *name)
{
    if (!tensors->count)
        return NULL;
    size_t bytes = strlen(name);
    size_t found = tensors->slots[find_slot(tensors, name, bytes, hash_name(tensors, name, bytes))];
    return found ? &tensors->entries[found - 1]->tensor : NULL;
}

static bl_status check_shape(const bl_tensors *ts, const char *name, int quoted, size_t rank, const uint64_t *shape,
                             size_t *count, bl_error *error)
{
    if (rank > BL_TENSOR_MAX_RANK)
        return bl_fail(error, BL_ERR_LIMIT, "tensor '%.*s' has %zu dimensions; the limit is %d.", quoted, name,
                       rank, BL_TENSOR_MAX_RANK);
    uint64_t product = 1, most = BL_MAX_VALUES - ts->values;
    bool empty = false, fits = true;
    for (size_t i = 0; i < rank; i++) {
        fits = fits && shape[i] <= BL_MAX_VALUES;
        empty = empty || shape[i] == 0;
    }
    for (size_t i = 0; i < rank && fits && !empty; i++) {
        product *= shape[i]; /* both factors are at most BL_MAX_VALUES */
        fits = product <= most;
    }
    if (!fits)
        return bl_fail(error, BL_ERR_LIMIT,
                       "with tensor '%.*s' the file has more than %u numbers, the limit for models.", quoted, name,
                       BL_MAX_VALUES);
    *count = empty ? 0 : (size_t)product;
    return BL_OK;
}

static entry *make_entry(const char *name, size_t name_bytes, const char *type, size_t rank, const uint64_t *shape,
                         size_t count)
{
    entry *e = bl_calloc(1, sizeof *e);
    if (!e)
        return NULL;
    e->name = bl_calloc(name_bytes + 1, 1);
    e->values = bl_calloc(count, sizeof *e->values);
    if (!e->name || !e->values) {
        free_entry(e);
        return NULL;
    }
    if (name_bytes)
        memcpy(e->name, name, name_bytes);
    e->tensor = (bl_tensor){ .name = e->name, .type = type, .rank = rank, .count = count, .values = e->values };
    for (size_t i = 0; i < rank; i++)
        e->tensor.shape[i] = shape[i];
    return e;
}

bl_status bl_tensors_add(bl_tensors *ts, const char *name, size_t name_bytes, const char *type, size_t rank,
                         const uint64_t *shape, float **values, bl_error *error)
{
    if (ts->count >= BL_MAX_TENSORS)
        return bl_fail(error, BL_ERR_LIMIT, "the file has more than %u tensors, the limit for models.",
                       BL_MAX_TENSORS);
    if (name_bytes && (memchr(name, '\0', name_bytes) || !bl_utf8_ok(name, name_bytes)))
        return bl_fail(error, BL_ERR_FORMAT, "the name of tensor number %zu is not valid UTF-8 text.",
                       ts->count + 1);
    int quoted = bl_utf8_quote(name, name_bytes);
    size_t count;
    bl_status status = check_shape(ts, name, quoted, rank, shape, &count, error);
    if (status)
        return status;
    if (!grow_slots(ts) || !bl_grow((void **)&ts->entries, &ts->capacity, ts->count, sizeof(entry *)))
        return bl_fail_no_mem(error);
    uint64_t hash = hash_name(ts, name, name_bytes);
    size_t slot = find_slot(ts, name, name_bytes, hash);
    if (ts->slots[slot])
        return bl_fail(error, BL_ERR_FORMAT, "the file has two tensors called '%.*s'.", quoted, name);
    entry *e = make_entry(name, name_bytes, type, rank, shape, count);
    if (!e)
        return bl_fail_no_mem(error);
    e->hash = hash;
    ts->entries[ts->count++] = e;
    ts->slots[slot] = ts->count;
    ts->values += count;
    *values = e->values;
    return BL_OK;
}

char *bl_tensor_shape_text(const bl_tensor *t, char *text, size_t size)
{
    if (!size)
        return text;
    char full[BL_TENSOR_MAX_RANK * 22 + 3] = "["; /* 20 digits and ", " for each size */
    for (size_t i = 0; i < t->rank; i++) {
        size_t n = strlen(full);
        snprintf(full + n, sizeof full - n, "%s%" PRIu64, i ? ", " : "", t->shape[i]);
    }
    snprintf(text, size, "%s]", full);
    return text;
}

bool bl_tensor_is(const bl_tensor *t, size_t rank, const uint64_t *shape)
{
    if (t->rank != rank)
        return false;
    for (size_t i = 0; i < rank; i++)
        if (t->shape[i] != shape[i])
            return false;
    return true;
}
