/* Files made around the bytes. */
#include "fuzz/models.h"

#include "base/fail.h"
#include "formats/json.h"
#include "model/tensors.h"

#include <string.h>

/* ---- zip ---- */

static uint32_t crc32_of(const uint8_t *data, size_t size)
{
    static uint32_t table[256];
    for (uint32_t i = 0; i < 256 && !table[255]; i++) {
        uint32_t rest = i;
        for (int bit = 0; bit < 8; bit++)
            rest = rest >> 1 ^ (rest & 1 ? 0xEDB88320u : 0);
        table[i] = rest;
    }
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < size; i++)
        crc = crc >> 8 ^ table[(crc ^ data[i]) & 0xFF];
    return ~crc;
}

typedef struct writer {
    uint8_t *bytes;
    size_t size;
} writer;

static void put(writer *w, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        w->bytes[w->size++] = (uint8_t)(value >> 8 * i);
}

static void put_bytes(writer *w, const void *bytes, size_t size)
{
    if (size)
        memcpy(w->bytes + w->size, bytes, size);
    w->size += size;
}

/* What stands both before an entry and in the directory at the end. */
static void put_head(writer *w, const bl_fuzz_entry *e)
{
    put(w, 20, 2);          /* version needed */
    put(w, 0, 4);           /* flags; stored */
    put(w, 0x21u << 16, 4); /* 1 January 1980 */
    put(w, crc32_of(e->data, e->size), 4);
    put(w, e->size, 4);
    put(w, e->size, 4);
    put(w, strlen(e->name), 2);
    put(w, 0, 2); /* no extra field */
}

uint8_t *bl_fuzz_zip(const bl_fuzz_entry *entries, size_t count, size_t *size)
{
    size_t room = 22, offset = 0;
    for (size_t i = 0; i < count; i++)
        room += 30 + 46 + 2 * strlen(entries[i].name) + entries[i].size;
    writer w = { malloc(room), 0 };
    FUZZ_REQUIRE(w.bytes, "no memory");
    for (size_t i = 0; i < count; i++) {
        put(&w, 0x04034B50, 4);
        put_head(&w, &entries[i]);
        put_bytes(&w, entries[i].name, strlen(entries[i].name));
        put_bytes(&w, entries[i].data, entries[i].size);
    }
    const size_t directory = w.size;
    for (size_t i = 0; i < count; i++) {
        put(&w, 0x02014B50, 4);
        put(&w, 20, 2);
        put_head(&w, &entries[i]);
        put(&w, 0, 6); /* comment, disk, kind of text */
        put(&w, 0, 4); /* the system's attributes */
        put(&w, offset, 4);
        put_bytes(&w, entries[i].name, strlen(entries[i].name));
        offset += 30 + strlen(entries[i].name) + entries[i].size;
    }
    const size_t directory_bytes = w.size - directory;
    put(&w, 0x06054B50, 4);
    put(&w, 0, 4);
    put(&w, count, 2);
    put(&w, count, 2);
    put(&w, directory_bytes, 4);
    put(&w, directory, 4);
    put(&w, 0, 2);
    *size = w.size;
    return w.bytes;
}

/* ---- tensors ---- */

#define MAX_NUMBERS 65536u /* more would only be slow; what files with more numbers do, tests/limits tries */

/* Variances are positive, as they are in real files. */
static void fill(float *values, size_t count, const char *name)
{
    uint64_t state = bl_fuzz_hash((const uint8_t *)name, strlen(name));
    const float shift = strstr(name, "var") ? 1.0f : 0.0f;
    for (size_t i = 0; i < count; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        values[i] = shift + (float)(state >> 40) / 16777216.0f - 0.5f;
    }
}

/* False where the sizes are none. */
static bool read_shape(const json_t *sizes, uint64_t *shape, size_t *rank, uint64_t *count)
{
    *rank = json_array_size(sizes);
    *count = 1;
    for (size_t i = 0; i < *rank; i++) {
        const json_int_t n = json_integer_value(json_array_get(sizes, i));
        if (*rank > BL_TENSOR_MAX_RANK || n < 0 || n > MAX_NUMBERS)
            return false;
        shape[i] = (uint64_t)n;
        *count *= shape[i];
        if (*count > MAX_NUMBERS)
            return false;
    }
    return json_is_array(sizes);
}

static bool add_tensors(const json_t *sizes, bl_tensors *tensors, bl_error *error)
{
    const char *name;
    json_t *value;
    uint64_t total = 0;
    json_object_foreach ((json_t *)sizes, name, value) {
        uint64_t shape[BL_TENSOR_MAX_RANK], count;
        size_t rank;
        float *values;
        if (!read_shape(value, shape, &rank, &count) || (total += count) > MAX_NUMBERS)
            return false;
        if (bl_tensors_add(tensors, name, strlen(name), "float32", rank, shape, &values, error))
            return false;
        fill(values, (size_t)count, name);
    }
    return true;
}

static json_t *object_in(const json_t *root, const char *key)
{
    json_t *value = json_object_get(root, key);
    return json_is_object(value) ? json_incref(value) : NULL;
}

bool bl_fuzz_read_described(bl_bytes bytes, bl_source *source, bl_status *status, bl_error *error)
{
    json_t *root;
    if (bl_json_parse(bytes, 0, &root, NULL))
        return false;
    *status = bl_tensors_create("torch zip", &source->tensors, error);
    source->container = "torch zip";
    source->values = object_in(root, "values"); /* as a container gives them: objects or nothing */
    source->description = object_in(root, "description");
    const bool taken = !*status && add_tensors(json_object_get(root, "tensors"), source->tensors, error);
    json_decref(root);
    return taken;
}
