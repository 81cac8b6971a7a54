/* PyTorch files before version 1.6: five pickles one after the other (magic number, protocol, the machine,
 * the object, the keys of its storages), then for each key a count and the numbers. */
#include "base/alloc.h"
#include "base/fail.h"
#include "base/utf8.h"
#include "formats/pickle.h"
#include "formats/torch_tensors.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define CONTAINER "torch legacy"
#define PROTOCOL  1001

/* 0x1950A86A20F9469CFC6C */
static const uint8_t magic[] = { 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19 };

static bool sniff(bl_bytes bytes)
{
    return bl_bytes_left(&bytes) >= 2 && bytes.p[0] == 0x80 && bytes.p[1] >= 2 && bytes.p[1] <= 5;
}

static bl_status read_preamble(bl_pickle *pickle, bl_bytes *bytes, bl_error *error)
{
    const bl_pickle_value *value;
    bl_status status = bl_pickle_read(pickle, bytes, &value, error);
    if (status)
        return status;
    bl_bytes number = value->u.text;
    if (value->kind != BL_PICKLE_BIG_INT || bl_bytes_left(&number) != sizeof magic ||
        memcmp(number.p, magic, sizeof magic) != 0)
        return bl_fail(error, BL_ERR_FORMAT,
                       "this is a pickle, but not a PyTorch file: it should begin with PyTorch's magic number.");
    status = bl_pickle_read(pickle, bytes, &value, error);
    if (status)
        return status;
    if (value->kind != BL_PICKLE_INT || value->u.integer != PROTOCOL)
        return bl_fail(error, BL_ERR_UNSUPPORTED, "the PyTorch file has a protocol other than %d.", PROTOCOL);
    status = bl_pickle_read(pickle, bytes, &value, error);
    if (status)
        return status;
    const bl_pickle_value *little = bl_pickle_get(value, "little_endian");
    if (!little || little->kind != BL_PICKLE_BOOL)
        return bl_fail(error, BL_ERR_FORMAT, "the PyTorch file does not say which byte order its numbers have.");
    if (!little->u.boolean)
        return bl_fail(error, BL_ERR_UNSUPPORTED,
                       "the numbers in the PyTorch file are big-endian; backline reads "
                       "little-endian ones.");
    return BL_OK;
}

static int by_key(const void *a, const void *b)
{
    const bl_pickle_storage *const *sa = a, *const *sb = b;
    return bl_torch_compare_keys((*sa)->key, (*sb)->key);
}

/* The first storage of that key or, where there is none, the first of a later one. */
static size_t find_storage(const bl_pickle *pickle, bl_bytes key)
{
    size_t low = 0, high = pickle->storage_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (bl_torch_compare_keys(pickle->storages[middle]->key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Reads one storage, which several places of the pickle may have mentioned. */
static bl_status read_storage(bl_pickle *pickle, bl_bytes key, bl_bytes *bytes, bl_error *error)
{
    int quoted = bl_utf8_quote(key.p, bl_bytes_left(&key));
    size_t first = find_storage(pickle, key), count = pickle->storage_count;
    if (first == count || bl_torch_compare_keys(pickle->storages[first]->key, key))
        return bl_fail(error, BL_ERR_FORMAT, "the file lists a storage '%.*s' that no tensor uses.", quoted,
                       (const char *)key.p);
    const bl_pickle_storage *storage = pickle->storages[first];
    if (storage->data.p)
        return bl_fail(error, BL_ERR_FORMAT, "the file lists the storage '%.*s' twice.", quoted,
                       (const char *)key.p);
    uint64_t numbers, size;
    if (!bl_bytes_uint_le(bytes, 8, &numbers))
        return bl_fail(error, BL_ERR_FORMAT, "the file is cut off before storage '%.*s'.", quoted,
                       (const char *)key.p);
    if (numbers != storage->count)
        return bl_fail(error, BL_ERR_FORMAT,
                       "storage '%.*s' has %" PRIu64 " numbers, but its tensors expect %" PRIu64 ".", quoted,
                       (const char *)key.p, numbers, storage->count);
    bl_bytes data;
    if (!bl_mul_ok(numbers, bl_number_size(storage->type), &size) || !bl_bytes_take(bytes, size, &data))
        return bl_fail(error, BL_ERR_FORMAT,
                       "the file is cut off in storage '%.*s': %" PRIu64
                       " numbers are announced, %zu bytes are left.",
                       quoted, (const char *)key.p, numbers, bl_bytes_left(bytes));
    for (size_t i = first; i < count && !bl_torch_compare_keys(pickle->storages[i]->key, key); i++)
        pickle->storages[i]->data = data;
    return BL_OK;
}

static bl_status read_storages(bl_pickle *pickle, const bl_pickle_value *keys, bl_bytes *bytes, bl_error *error)
{
    if (keys->kind != BL_PICKLE_LIST)
        return bl_fail(error, BL_ERR_FORMAT, "the PyTorch file does not list the keys of its storages.");
    if (pickle->storage_count)
        qsort(pickle->storages, pickle->storage_count, sizeof *pickle->storages, by_key);
    for (size_t i = 0; i < keys->u.list.count; i++) {
        const bl_pickle_value *key = keys->u.list.items[i];
        if (key->kind != BL_PICKLE_TEXT)
            return bl_fail(error, BL_ERR_FORMAT, "key %zu in the PyTorch file's list of storages is no text.", i);
        bl_status status = read_storage(pickle, key->u.text, bytes, error);
        if (status)
            return status;
    }
    if (bl_bytes_left(bytes))
        return bl_fail(error, BL_ERR_FORMAT, "%zu bytes follow after the last storage of the PyTorch file.",
                       bl_bytes_left(bytes));
    return BL_OK;
}

static bl_status open_storage(void *self, const bl_pickle_storage *storage, bl_bytes *data, bl_error *error)
{
    if (!storage->data.p)
        return bl_fail(error, BL_ERR_FORMAT, "the numbers of storage '%.*s' are missing from the file.",
                       bl_utf8_quote(storage->key.p, bl_bytes_left(&storage->key)), (const char *)storage->key.p);
    *data = storage->data;
    return BL_OK;
}

static bl_status read(bl_bytes bytes, bl_source *source, bl_error *error)
{
    const bl_pickle_value *root, *keys;
    bl_pickle pickle;
    bl_pickle_init(&pickle);
    bl_status status = read_preamble(&pickle, &bytes, error);
    if (!status)
        status = bl_pickle_read(&pickle, &bytes, &root, error);
    if (!status)
        status = bl_pickle_read(&pickle, &bytes, &keys, error);
    if (!status)
        status = read_storages(&pickle, keys, &bytes, error);
    if (!status)
        status = bl_torch_read(root, (bl_torch_reader){ .open = open_storage }, CONTAINER, source, error);
    bl_pickle_free(&pickle);
    return status;
}

const bl_container bl_container_torch_legacy = { CONTAINER, sniff, read };
