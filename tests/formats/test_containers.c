/* Containers on small files made here, most of them hostile; of pickles more in test_pickles.c. Memory comes through wrapped
 * functions, so that the last test can let each allocation fail in turn. */
#include "base/bytes.h"
#include "model/tensors.h"
#include "made_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zip.h>

#define REFUSE_BYTES(literal, status, words)                                                                       \
    do {                                                                                                           \
        file f_ = { 0 };                                                                                           \
        PUT(&f_, literal);                                                                                         \
        file_refuse(f_, status, words);                                                                            \
    } while (0)

static void test_unknown_bytes(void **state)
{
    file_refuse((file){ 0 }, BL_ERR_FORMAT, "empty");
    REFUSE_BYTES("hello", BL_ERR_FORMAT, "starts with the bytes 68 65 6C 6C 6F.");
    REFUSE_BYTES("RIFF....WAVEfmt ", BL_ERR_FORMAT, "WAV");
    REFUSE_BYTES("\xFF\xFE{\0\"\0", BL_ERR_FORMAT, "UTF-16");
    REFUSE_BYTES("{\0\"\0", BL_ERR_FORMAT, "UTF-16");
    REFUSE_BYTES("PK\3\4 and then nothing", BL_ERR_FORMAT, "zip archive");
}

static void test_json(void **state)
{
    file f = { 0 };
    PUT(&f, " \n{\"a\": [1, 2.5, \"\xC3\xA4\"]} \n");
    bl_source source = file_accept(f);
    assert_string_equal(source.container, "JSON");
    assert_int_equal(json_array_size(json_object_get(source.json, "a")), 3);
    assert_null(source.tensors);
    bl_source_clear(&source);
    assert_null(source.json);
    REFUSE_BYTES("{\"a\":\n 1,}", BL_ERR_FORMAT, "line 2, column 4");
    REFUSE_BYTES("{} {}", BL_ERR_FORMAT, "line 1");
    REFUSE_BYTES("[1, 2", BL_ERR_FORMAT, "line 1");
    REFUSE_BYTES("{\"a\": \"\xFF\"}", BL_ERR_FORMAT, "0xff");
    file deep = { 0 }, many = { 0 };
    for (int i = 0; i < 100000; i++)
        PUT(&deep, "[");
    file_refuse(deep, BL_ERR_FORMAT, "depth");
    PUT(&many, "[{}");
    for (int i = 0; i < 2000000; i++)
        PUT(&many, ",{}");
    PUT(&many, "]");
    file_refuse(many, BL_ERR_LIMIT, "MiB");
}

static const float four[] = { 1.0f, -2.0f, 3.5f, 0.25f };

static void test_safetensors(void **state)
{
    bl_source source = file_accept(safetensors_with(
        "{\"__metadata__\":{\"rate\":\"48000\"},\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,16]},"
        "\"a\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]},\"z\":{\"dtype\":\"I8\",\"shape\":[0],"
        "\"data_offsets\":[8,8]}}   ",
        four, sizeof four));
    assert_string_equal(source.container, "safetensors");
    assert_string_equal(bl_tensors_at(source.tensors, 0)->name, "b");
    assert_memory_equal(bl_tensors_find(source.tensors, "b")->values, four + 2, 8);
    assert_memory_equal(bl_tensors_find(source.tensors, "a")->values, four, 8);
    assert_string_equal(json_string_value(json_object_get(source.values, "rate")), "48000");
    bl_source_clear(&source);
    source = file_accept(safetensors_with("{}", NULL, 0));
    assert_int_equal(json_object_size(source.values), 0);
    bl_source_clear(&source);
}

static void test_bad_safetensors(void **state)
{
    static const struct {
        const char *header, *words;
    } bad[] = {
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]}}", "4 bytes follow" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[4,16]}}", "should begin at byte 0" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,20]}}", "but there are 16" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[16,0]}}", "16 to 0" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[5],\"data_offsets\":[0,16]}}", "needs 20 bytes" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[4.0],\"data_offsets\":[0,16]}}", "shape" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]},"
          "\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}",
          "duplicate" },
        { "{\"__metadata__\":{\"a\":1}}", "texts only" },
        { "{\"a\":4", "line 1" },
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        file_refuse(safetensors_with(bad[i].header, four, sizeof four), BL_ERR_FORMAT, bad[i].words);
    file_refuse(
        safetensors_with("{\"a\":{\"dtype\":\"F4\",\"shape\":[4],\"data_offsets\":[0,16]}}", four, sizeof four),
        BL_ERR_UNSUPPORTED, "'F4'");
    file f = { 0 };
    file_put_uint(&f, UINT64_MAX, 7);
    PUT(&f, "\0{}");
    file_refuse(f, BL_ERR_FORMAT, "cut off");
}

/* ---- zip archives ---- */

typedef struct entry {
    const char *name;
    const void *bytes;
    size_t size;
    int method;
} entry;

static file zip_of(const entry *entries, size_t count)
{
    file f = { 0 };
    zip_source_t *target = zip_source_buffer_create(NULL, 0, 0, NULL);
    assert_non_null(target);
    zip_source_keep(target);
    zip_t *zip = zip_open_from_source(target, ZIP_TRUNCATE, NULL);
    assert_non_null(zip);
    for (size_t i = 0; i < count; i++) {
        zip_source_t *source = zip_source_buffer(zip, entries[i].bytes, entries[i].size, 0);
        zip_int64_t index = zip_file_add(zip, entries[i].name, source, 0);
        assert_true(index >= 0);
        assert_int_equal(zip_set_file_compression(zip, (zip_uint64_t)index, entries[i].method, 0), 0);
    }
    assert_int_equal(zip_close(zip), 0);
    assert_int_equal(zip_source_open(target), 0);
    uint8_t buffer[4096];
    for (zip_int64_t n; (n = zip_source_read(target, buffer, sizeof buffer)) > 0;)
        file_put(&f, buffer, (size_t)n);
    zip_source_close(target);
    zip_source_free(target);
    return f;
}

static void test_zip(void **state)
{
    tensor t = { "FloatStorage", "7", 4, 0, 1, { 4 }, { 1 } };
    file pickle = pickle_with(&t);
    const entry stored[] = { { "x/data.pkl", pickle.data, pickle.size, ZIP_CM_STORE },
                             { "x/data/7", four, sizeof four, ZIP_CM_STORE },
                             { "x/byteorder", "little", 6, ZIP_CM_STORE } };
    bl_source source = file_accept(zip_of(stored, 3));
    assert_string_equal(source.container, "torch zip");
    assert_memory_equal(bl_tensors_find(source.tensors, "w")->values, four, sizeof four);
    bl_source_clear(&source);
    const entry packed[] = { { "x/data.pkl", pickle.data, pickle.size, ZIP_CM_DEFLATE },
                             { "x/data/7", four, sizeof four, ZIP_CM_DEFLATE } };
    source = file_accept(zip_of(packed, 2));
    assert_memory_equal(bl_tensors_find(source.tensors, "w")->values, four, sizeof four);
    bl_source_clear(&source);
    free(pickle.data);
}

static void test_bad_zips(void **state)
{
    tensor t = { "FloatStorage", "7", 4, 0, 1, { 4 }, { 1 } }, outside = t;
    outside.key = "../7";
    file pickle = pickle_with(&t), traversal = pickle_with(&outside);
    const entry good = { "x/data.pkl", pickle.data, pickle.size, ZIP_CM_STORE };
    const entry numbers = { "x/data/7", four, sizeof four, ZIP_CM_STORE };
    const entry missing[] = { good };
    const entry folders[] = { good, { "y/data/7", four, sizeof four, ZIP_CM_STORE } };
    const entry bare[] = { good, { "readme", "", 0, ZIP_CM_STORE } };
    const entry other[] = { { "x/picture.png", "", 0, ZIP_CM_STORE } };
    const entry cut[] = { good, { "x/data/7", four, sizeof four - 1, ZIP_CM_STORE } };
    const entry big[] = { good, numbers, { "x/byteorder", "big", 3, ZIP_CM_STORE } };
    const entry escape[] = { { "x/data.pkl", traversal.data, traversal.size, ZIP_CM_STORE },
                             { "x/data/../7", four, sizeof four, ZIP_CM_STORE } };
    file_refuse(zip_of(missing, 1), BL_ERR_FORMAT, "storage '7' are missing");
    file_refuse(zip_of(folders, 2), BL_ERR_FORMAT, "'y/data/7' is outside");
    file_refuse(zip_of(bare, 2), BL_ERR_FORMAT, "'readme' is outside");
    file_refuse(zip_of(other, 1), BL_ERR_FORMAT, "no data.pkl");
    file_refuse(zip_of(cut, 2), BL_ERR_FORMAT, "tensor 'w' should find 4 numbers");
    file_refuse(zip_of(big, 3), BL_ERR_UNSUPPORTED, "little-endian");
    file_refuse(zip_of(escape, 2), BL_ERR_FORMAT, "storage '../7' are missing");
    const entry whole[] = { good, numbers };
    file flipped = zip_of(whole, 2);
    for (size_t i = 0; i + sizeof four <= flipped.size; i++)
        if (!memcmp(flipped.data + i, four, sizeof four))
            flipped.data[i] ^= 1;
    file_refuse(flipped, BL_ERR_FORMAT, "'x/data/7' in the zip archive cannot be unpacked");
    free(pickle.data);
    free(traversal.data);
}

/* ---- memory that runs out ---- */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);

static unsigned long allocations, fails_at; /* fails_at 0: never */

static bool fails_now(void)
{
    return ++allocations == fails_at;
}

void *__wrap_malloc(size_t size)
{
    return fails_now() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails_now() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    return fails_now() ? NULL : __real_realloc(memory, size);
}

/* jansson takes a lack of memory inside a text for a damaged text. */
static void check_each_allocation(file f, bool has_json)
{
    bl_error error;
    bl_status status = BL_ERR_NO_MEM;
    for (unsigned long n = 1; status; n++) {
        bl_source source = { 0 };
        allocations = 0;
        fails_at = n;
        status = bl_source_read(bl_bytes_make(f.data, f.size), &source, &error);
        fails_at = 0;
        assert_true(status == BL_OK || status == BL_ERR_NO_MEM || (has_json && status == BL_ERR_FORMAT));
        bl_source_clear(&source);
    }
    free(f.data);
}

static void test_no_memory(void **state)
{
    tensor t = { "FloatStorage", "0", 4, 0, 1, { 4 }, { 1 } };
    file pickle = pickle_with(&t), json = { 0 };
    const entry entries[] = { { "x/data.pkl", pickle.data, pickle.size, ZIP_CM_DEFLATE },
                              { "x/data/0", four, sizeof four, ZIP_CM_STORE } };
    file zip = zip_of(entries, 2);
    PUT(&json, "{\"a\": [1, 2.5, \"b\"]}");
    json_set_alloc_funcs(__wrap_malloc, free);
    check_each_allocation(json, true);
    check_each_allocation(zip, false);
    check_each_allocation(legacy_with(&t, four, sizeof four), false);
    check_each_allocation(
        safetensors_with("{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}", four, sizeof four),
        true);
    json_set_alloc_funcs(malloc, free);
    free(pickle.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unknown_bytes),   cmocka_unit_test(test_json), cmocka_unit_test(test_safetensors),
        cmocka_unit_test(test_bad_safetensors), cmocka_unit_test(test_zip),  cmocka_unit_test(test_bad_zips),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
