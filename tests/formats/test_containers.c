/* Containers on small files made here, most of them hostile. Memory comes through wrapped functions, so
 * that the last test can let each allocation fail in turn. */
#include "base/bytes.h"
#include "formats/formats.h"
#include "formats/numbers.h"
#include "model/limits.h"
#include "model/tensors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>
#include <zip.h>

/* ---- files made in memory ---- */

typedef struct file {
    uint8_t *data;
    size_t size, capacity;
} file;

static void put(file *f, const void *bytes, size_t size)
{
    if (f->size + size > f->capacity) {
        f->capacity = 2 * (f->size + size);
        f->data = realloc(f->data, f->capacity);
        assert_non_null(f->data);
    }
    if (size)
        memcpy(f->data + f->size, bytes, size);
    f->size += size;
}

/* A string literal, which may contain zeros. */
#define PUT(f, literal) put(f, literal, sizeof(literal) - 1)

static void put_uint(file *f, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) {
        uint8_t byte = (uint8_t)(value >> 8 * i);
        put(f, &byte, 1);
    }
}

static void put_text(file *f, const char *text)
{
    PUT(f, "X");
    put_uint(f, strlen(text), 4);
    put(f, text, strlen(text));
}

static void put_int(file *f, int64_t value)
{
    PUT(f, "\x8A\x08");
    put_uint(f, (uint64_t)value, 8);
}

static void put_sizes(file *f, size_t rank, const int64_t *sizes)
{
    PUT(f, "(");
    for (size_t i = 0; i < rank; i++)
        put_int(f, sizes[i]);
    PUT(f, "t");
}

typedef struct tensor {
    const char *type, *key;
    int64_t count, offset;
    size_t rank;
    int64_t shape[4], stride[4];
} tensor;

static void put_tensor(file *f, const tensor *t)
{
    PUT(f, "ctorch._utils\n_rebuild_tensor_v2\n((");
    put_text(f, "storage");
    PUT(f, "ctorch\n");
    put(f, t->type, strlen(t->type));
    PUT(f, "\n");
    put_text(f, t->key);
    put_text(f, "cpu");
    put_int(f, t->count);
    PUT(f, "tQ");
    put_int(f, t->offset);
    put_sizes(f, t->rank, t->shape);
    put_sizes(f, t->rank, t->stride);
    PUT(f, "\x89"
           "ccollections\nOrderedDict\n)RtR");
}

static void begin_legacy(file *f)
{
    PUT(f, "\x80\x02\x8A\x0A\x6C\xFC\x9C\x46\xF9\x20\x6A\xA8\x50\x19.");
    PUT(f, "\x80\x02M\xE9\x03.");
    PUT(f, "\x80\x02}X\x0D\0\0\0little_endian\x88s.");
}

/* A file whose object is the given pickle and which has no storages. */
static file legacy_of(const void *pickle, size_t size)
{
    file f = { 0 };
    begin_legacy(&f);
    put(&f, pickle, size);
    PUT(&f, "\x80\x02].");
    return f;
}

/* A file with one tensor 'w' and its storage '0' of so many bytes. */
static file legacy_with(const tensor *t, const void *numbers, size_t size)
{
    file f = { 0 };
    begin_legacy(&f);
    PUT(&f, "\x80\x02}");
    put_text(&f, "w");
    put_tensor(&f, t);
    PUT(&f, "s.\x80\x02]X\1\0\0\0"
            "0a.");
    put_uint(&f, (uint64_t)t->count, 8);
    put(&f, numbers, size);
    return f;
}

static file safetensors_with(const char *header, const void *numbers, size_t size)
{
    file f = { 0 };
    put_uint(&f, strlen(header), 8);
    put(&f, header, strlen(header));
    put(&f, numbers, size);
    return f;
}

/* ---- verdicts ---- */

/* Releases the file. */
static bl_source accept(file f)
{
    bl_source source = { 0 };
    bl_error error = { 0 };
    bl_status status = bl_source_read(bl_bytes_make(f.data, f.size), &source, &error);
    if (status)
        print_error("%s\n", error.text);
    assert_int_equal(status, BL_OK);
    free(f.data);
    return source;
}

/* Releases the file. The sentence should contain the words. */
static void refuse(file f, bl_status expected, const char *words)
{
    bl_source source = { 0 };
    bl_error error = { 0 };
    bl_status status = bl_source_read(bl_bytes_make(f.data, f.size), &source, &error);
    if (status != expected || !strstr(error.text, words))
        print_error("'%s' should say '%s'\n", error.text, words);
    assert_int_equal(status, expected);
    assert_int_equal(error.status, expected);
    assert_non_null(strstr(error.text, words));
    assert_int_equal(error.text[strlen(error.text) - 1], '.');
    bl_source_clear(&source);
    free(f.data);
}

#define REFUSE_BYTES(literal, status, words)                                                                       \
    do {                                                                                                           \
        file f_ = { 0 };                                                                                           \
        PUT(&f_, literal);                                                                                         \
        refuse(f_, status, words);                                                                                 \
    } while (0)

#define REFUSE_PICKLE(literal, status, words) refuse(legacy_of(literal, sizeof(literal) - 1), status, words)

/* ---- tests ---- */

static void test_unknown_bytes(void **state)
{
    refuse((file){ 0 }, BL_ERR_FORMAT, "empty");
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
    bl_source source = accept(f);
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
    refuse(deep, BL_ERR_FORMAT, "depth");
    PUT(&many, "[{}");
    for (int i = 0; i < 2000000; i++)
        PUT(&many, ",{}");
    PUT(&many, "]");
    refuse(many, BL_ERR_LIMIT, "MiB");
}

static const float four[] = { 1.0f, -2.0f, 3.5f, 0.25f };

static void test_legacy_tensor(void **state)
{
    tensor t = { "FloatStorage", "0", 4, 0, 2, { 2, 2 }, { 2, 1 } };
    bl_source source = accept(legacy_with(&t, four, sizeof four));
    assert_string_equal(source.container, "torch legacy");
    assert_int_equal(bl_tensors_count(source.tensors), 1);
    const bl_tensor *w = bl_tensors_find(source.tensors, "w");
    assert_true(bl_tensor_is(w, 2, (uint64_t[]){ 2, 2 }));
    assert_string_equal(w->type, "float32");
    assert_memory_equal(w->values, four, sizeof four);
    assert_true(json_is_null(json_object_get(source.values, "w")));
    bl_source_clear(&source);
}

static void test_views(void **state)
{
    tensor transposed = { "FloatStorage", "0", 4, 0, 2, { 2, 2 }, { 1, 2 } };
    bl_source source = accept(legacy_with(&transposed, four, sizeof four));
    assert_memory_equal(bl_tensors_at(source.tensors, 0)->values, ((float[]){ 1, 3.5f, -2, 0.25f }), sizeof four);
    bl_source_clear(&source);
    tensor repeated = { "FloatStorage", "0", 4, 1, 2, { 2, 2 }, { 2, 0 } };
    source = accept(legacy_with(&repeated, four, sizeof four));
    assert_memory_equal(bl_tensors_at(source.tensors, 0)->values, ((float[]){ -2, -2, 0.25f, 0.25f }), sizeof four);
    bl_source_clear(&source);
    tensor empty = { "FloatStorage", "0", 4, 4, 2, { 2, 0 }, { 9, 9 } };
    source = accept(legacy_with(&empty, four, sizeof four));
    assert_int_equal(bl_tensors_at(source.tensors, 0)->count, 0);
    bl_source_clear(&source);
}

static void test_bad_views(void **state)
{
    const int64_t huge = INT64_MAX;
    const tensor past[] = {
        { "FloatStorage", "0", 4, 1, 2, { 2, 2 }, { 2, 1 } },
        { "FloatStorage", "0", 4, 0, 2, { 2, 2 }, { 3, 1 } },
        { "FloatStorage", "0", 4, 5, 1, { 0 }, { 1 } },
        { "FloatStorage", "0", 4, huge, 1, { 1 }, { 1 } },
        { "FloatStorage", "0", 4, 0, 2, { 2, 2 }, { huge, 1 } },
        { "FloatStorage", "0", 4, 4, 0, { 0 }, { 0 } },
    };
    for (size_t i = 0; i < sizeof past / sizeof *past; i++)
        refuse(legacy_with(&past[i], four, sizeof four), BL_ERR_FORMAT, "tensor 'w' reaches past the end");
    tensor negative = { "FloatStorage", "0", 4, 3, 1, { 4 }, { -1 } };
    refuse(legacy_with(&negative, four, sizeof four), BL_ERR_FORMAT, "strides");
    tensor bomb = { "FloatStorage", "0", 4, 0, 2, { 1 << 20, 1 << 20 }, { 0, 0 } };
    refuse(legacy_with(&bomb, four, sizeof four), BL_ERR_LIMIT, "tensor 'w'");
    tensor wrap = { "FloatStorage", "0", 4, 0, 2, { huge, huge }, { 0, 0 } };
    refuse(legacy_with(&wrap, four, sizeof four), BL_ERR_LIMIT, "tensor 'w'");
    tensor complex = { "ComplexFloatStorage", "0", 4, 0, 1, { 1 }, { 1 } };
    refuse(legacy_with(&complex, four, sizeof four), BL_ERR_UNSUPPORTED, "ComplexFloatStorage");
    tensor fine = { "FloatStorage", "0", 4, 0, 1, { 4 }, { 1 } };
    refuse(legacy_with(&fine, four, sizeof four - 1), BL_ERR_FORMAT, "cut off");
    uint8_t longer[sizeof four + 1] = { 0 };
    refuse(legacy_with(&fine, longer, sizeof longer), BL_ERR_FORMAT, "1 bytes follow");
}

static void test_double_range(void **state)
{
    tensor t = { "DoubleStorage", "0", 2, 0, 1, { 2 }, { 1 } };
    bl_source source = accept(legacy_with(&t, (double[]){ 0.1, HUGE_VAL }, 16));
    assert_true(bl_tensors_at(source.tensors, 0)->values[0] == 0.1f);
    bl_source_clear(&source);
    refuse(legacy_with(&t, (double[]){ 0.1, -1e39 }, 16), BL_ERR_FORMAT,
           "tensor 'w' holds a number that is too large");
}

/* What stands around the tensors: {"a": {1: [0.5, None, True, "x"]}, "n": -3, "big": 2^64, "t": (1,)}. */
static void test_plain_values(void **state)
{
    static const char pickle[] = "\x80\x02}(X\1\0\0\0"
                                 "a}K\1](G\x3F\xE0\0\0\0\0\0\0N\x88X\1\0\0\0xesX\1\0\0\0nJ\xFD\xFF\xFF\xFF"
                                 "X\3\0\0\0big\x8A\x09\0\0\0\0\0\0\0\0\1X\1\0\0\0tK\1\x85u.";
    bl_source source = accept(legacy_of(pickle, sizeof pickle - 1));
    char *text = json_dumps(source.values, JSON_COMPACT);
    assert_string_equal(text,
                        "{\"a\":{\"1\":[0.5,null,true,\"x\"]},\"n\":-3,\"big\":1.8446744073709552e19,\"t\":[1]}");
    free(text);
    bl_source_clear(&source);
}

static void test_hostile_pickles(void **state)
{
    REFUSE_PICKLE("\x80\x02"
                  "cos\nsystem\nX\2\0\0\0ls\x85R.",
                  BL_ERR_UNSUPPORTED, "'os.system', which backline never runs");
    REFUSE_PICKLE("\x80\x04\x8C\2os\x8C\6system\x93.", BL_ERR_UNSUPPORTED, "'os.system'");
    REFUSE_PICKLE("(X\2\0\0\0lsios\nsystem\n.", BL_ERR_UNSUPPORTED, "opcode INST (0x69)");
    REFUSE_PICKLE("\x80\x02"
                  "ccollections\nOrderedDict\n)\x81.",
                  BL_ERR_UNSUPPORTED, "opcode NEWOBJ (0x81)");
    REFUSE_PICKLE("\x80\x02"
                  "ctorch\nFloatStorage\n)R.",
                  BL_ERR_FORMAT, "no function");
    REFUSE_PICKLE("\x80\x02"
                  "ctorch._utils\n_rebuild_tensor_v2\n)R.",
                  BL_ERR_FORMAT, "6 or 7 parts");
    REFUSE_PICKLE("\x80\x02"
                  "ctorch._utils\n_rebuild_parameter\nK\1K\1K\1\x87R.",
                  BL_ERR_FORMAT, "parameter");
    REFUSE_PICKLE("\x80\x63}.", BL_ERR_UNSUPPORTED, "protocol 99");
    REFUSE_PICKLE("\x80\x02K\5.", BL_ERR_UNSUPPORTED, "dictionary of tensors");
    REFUSE_PICKLE("\x80\x02}K\5b.", BL_ERR_FORMAT, "attributes");
    REFUSE_PICKLE("\x80\x02)}b.", BL_ERR_FORMAT, "attributes");
    REFUSE_PICKLE("\x80\x02}(K\5u.", BL_ERR_FORMAT, "key without a value");
    REFUSE_PICKLE("\x80\x02}]K\1s.", BL_ERR_FORMAT, "neither text nor a number");
    REFUSE_PICKLE("\x80\x02(.", BL_ERR_FORMAT, "exactly one value");
    REFUSE_PICKLE("\x80\x02}(s.", BL_ERR_FORMAT, "where there is none");
    REFUSE_PICKLE("\x80\x02t.", BL_ERR_FORMAT, "MARK");
    REFUSE_PICKLE("\x80\x02h\0.", BL_ERR_FORMAT, "never stored");
    REFUSE_PICKLE("\x80\x02}r\xFF\xFF\xFF\xFF.", BL_ERR_LIMIT, "for later");
    REFUSE_PICKLE("\x80\x02X\xFF\xFF\xFF\xFF.", BL_ERR_FORMAT, "past the end");
    REFUSE_PICKLE("\x80\x02X\1\0\0\0\xFF.", BL_ERR_FORMAT, "UTF-8");
    REFUSE_PICKLE("\x80\x02}X\3\0\0\0a\0bNs.", BL_ERR_FORMAT, "zero byte");
    REFUSE_PICKLE("\x80\x04\x95\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF}.", BL_ERR_FORMAT, "past the end");
    REFUSE_PICKLE("\x80\x02K\5Q.", BL_ERR_FORMAT, "storage");
    REFUSE_PICKLE("\x80\x02}X\1\0\0\0a]q\0h\0as.", BL_ERR_LIMIT, "contain themselves");
}

/* Releases the pickle {"a": ...}, which may describe a lot in a few bytes. */
static void refuse_bomb(file pickle, const char *words)
{
    file f = legacy_of(pickle.data, pickle.size);
    free(pickle.data);
    refuse(f, BL_ERR_LIMIT, words);
}

static file begin_bomb(void)
{
    file f = { 0 };
    PUT(&f, "\x80\x02}X\1\0\0\0a");
    return f;
}

static void test_shared_values(void **state)
{
    file lists = begin_bomb(), texts = begin_bomb();
    PUT(&lists, "(]q\0");
    for (int i = 0; i < 40; i++) /* each tuple holds the one before it twice */
        PUT(&lists, "h\0h\0\x86q\0");
    PUT(&lists, "ts.");
    refuse_bomb(lists, "hostile");
    PUT(&texts, "(X\0\0\1\0");
    for (int i = 0; i < 65536; i++)
        PUT(&texts, "x");
    PUT(&texts, "q\0");
    for (int i = 0; i < 10000; i++)
        PUT(&texts, "h\0");
    PUT(&texts, "ts.");
    refuse_bomb(texts, "hostile");
}

static void test_pickle_limits(void **state)
{
    file deep = begin_bomb(), marks = begin_bomb(), values = begin_bomb(), lists = begin_bomb();
    PUT(&deep, ")");
    for (int i = 0; i < 100000; i++)
        PUT(&deep, "\x85");
    PUT(&deep, "s.");
    refuse_bomb(deep, "nested");
    for (int i = 0; i < 200000; i++)
        PUT(&marks, "(");
    refuse_bomb(marks, "open lists");
    for (int i = 0; i < 1000000; i++)
        PUT(&values, "N");
    refuse_bomb(values, "stacks up");
    PUT(&lists, "]");
    for (int i = 0; i < 4000000; i++)
        PUT(&lists, "Na");
    refuse_bomb(lists, "the limit");
}

static void test_safetensors(void **state)
{
    bl_source source = accept(safetensors_with(
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
    source = accept(safetensors_with("{}", NULL, 0));
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
        refuse(safetensors_with(bad[i].header, four, sizeof four), BL_ERR_FORMAT, bad[i].words);
    refuse(safetensors_with("{\"a\":{\"dtype\":\"F4\",\"shape\":[4],\"data_offsets\":[0,16]}}", four, sizeof four),
           BL_ERR_UNSUPPORTED, "'F4'");
    file f = { 0 };
    put_uint(&f, UINT64_MAX, 7);
    PUT(&f, "\0{}");
    refuse(f, BL_ERR_FORMAT, "cut off");
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
        put(&f, buffer, (size_t)n);
    zip_source_close(target);
    zip_source_free(target);
    return f;
}

static file pickle_with(const tensor *t)
{
    file f = { 0 };
    PUT(&f, "\x80\x02}");
    put_text(&f, "w");
    put_tensor(&f, t);
    PUT(&f, "s.");
    return f;
}

static void test_zip(void **state)
{
    tensor t = { "FloatStorage", "7", 4, 0, 1, { 4 }, { 1 } };
    file pickle = pickle_with(&t);
    const entry stored[] = { { "x/data.pkl", pickle.data, pickle.size, ZIP_CM_STORE },
                             { "x/data/7", four, sizeof four, ZIP_CM_STORE },
                             { "x/byteorder", "little", 6, ZIP_CM_STORE } };
    bl_source source = accept(zip_of(stored, 3));
    assert_string_equal(source.container, "torch zip");
    assert_memory_equal(bl_tensors_find(source.tensors, "w")->values, four, sizeof four);
    bl_source_clear(&source);
    const entry packed[] = { { "x/data.pkl", pickle.data, pickle.size, ZIP_CM_DEFLATE },
                             { "x/data/7", four, sizeof four, ZIP_CM_DEFLATE } };
    source = accept(zip_of(packed, 2));
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
    refuse(zip_of(missing, 1), BL_ERR_FORMAT, "storage '7' are missing");
    refuse(zip_of(folders, 2), BL_ERR_FORMAT, "'y/data/7' is outside");
    refuse(zip_of(bare, 2), BL_ERR_FORMAT, "'readme' is outside");
    refuse(zip_of(other, 1), BL_ERR_FORMAT, "no data.pkl");
    refuse(zip_of(cut, 2), BL_ERR_FORMAT, "tensor 'w' should find 4 numbers");
    refuse(zip_of(big, 3), BL_ERR_UNSUPPORTED, "little-endian");
    refuse(zip_of(escape, 2), BL_ERR_FORMAT, "storage '../7' are missing");
    const entry whole[] = { good, numbers };
    file flipped = zip_of(whole, 2);
    for (size_t i = 0; i + sizeof four <= flipped.size; i++)
        if (!memcmp(flipped.data + i, four, sizeof four))
            flipped.data[i] ^= 1;
    refuse(flipped, BL_ERR_FORMAT, "'x/data/7' in the zip archive cannot be unpacked");
    free(pickle.data);
    free(traversal.data);
}

/* ---- numbers ---- */

/* Every float16, and bfloat16 the same way, from the definition of the format. */
static void test_small_floats(void **state)
{
    for (unsigned bits = 0; bits < 65536; bits++) {
        uint8_t bytes[] = { (uint8_t)bits, (uint8_t)(bits >> 8) };
        int exponent = bits >> 10 & 31, fraction = bits & 1023;
        double expected = exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24);
        if (exponent == 31)
            expected = fraction ? (double)NAN : HUGE_VAL;
        float half, brain;
        assert_true(bl_numbers_convert(BL_FLOAT16, bytes, 1, &half));
        assert_true(bl_numbers_convert(BL_BFLOAT16, bytes, 1, &brain));
        assert_true(isnan(expected) ? isnan(half) : fabsf(half) == (float)expected);
        assert_int_equal(!!signbit(half), bits >> 15);
        uint32_t wide;
        memcpy(&wide, &brain, sizeof wide);
        assert_int_equal(wide, bits << 16);
    }
}

static void test_whole_numbers(void **state)
{
    static const uint8_t bytes[8] = { 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF };
    static const struct {
        bl_number_type type;
        float value;
    } cases[] = { { BL_INT64, -2 }, { BL_INT32, -2 },  { BL_INT16, -2 },
                  { BL_INT8, -2 },  { BL_UINT8, 254 }, { BL_BOOL, 1 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        float value;
        assert_true(bl_numbers_convert(cases[i].type, bytes, 1, &value));
        assert_true(value == cases[i].value);
    }
}

/* ---- the collection ---- */

static void test_tensor_names(void **state)
{
    bl_tensors *ts;
    bl_error error;
    float *values;
    uint64_t shape[BL_TENSOR_MAX_RANK + 1] = { 2, 3 };
    char text[32];
    assert_int_equal(bl_tensors_create("test", &ts, &error), BL_OK);
    assert_null(bl_tensors_find(ts, ""));
    for (unsigned i = 0; i < BL_MAX_TENSORS; i++) {
        int n = snprintf(text, sizeof text, "layer.%u", i);
        assert_int_equal(bl_tensors_add(ts, text, (size_t)n, "float32", 0, NULL, &values, &error), BL_OK);
        *values = (float)i;
    }
    assert_int_equal(bl_tensors_add(ts, "one more", 8, "float32", 0, NULL, &values, &error), BL_ERR_LIMIT);
    for (unsigned i = 0; i < BL_MAX_TENSORS; i++) {
        snprintf(text, sizeof text, "layer.%u", i);
        const bl_tensor *t = bl_tensors_find(ts, text);
        assert_ptr_equal(t, bl_tensors_at(ts, i));
        assert_true(*t->values == (float)i && t->count == 1);
    }
    assert_null(bl_tensors_find(ts, "layer."));
    bl_tensors_free(ts);

    assert_int_equal(bl_tensors_create("test", &ts, &error), BL_OK);
    assert_int_equal(bl_tensors_add(ts, "w", 1, "float32", 2, shape, &values, &error), BL_OK);
    assert_string_equal(bl_tensor_shape_text(bl_tensors_find(ts, "w"), text, sizeof text), "[2, 3]");
    assert_string_equal(bl_tensor_shape_text(bl_tensors_find(ts, "w"), text, 4), "[2,");
    assert_int_equal(bl_tensors_add(ts, "w", 1, "float32", 0, NULL, &values, &error), BL_ERR_FORMAT);
    assert_int_equal(bl_tensors_add(ts, "a\0b", 3, "float32", 0, NULL, &values, &error), BL_ERR_FORMAT);
    assert_int_equal(bl_tensors_add(ts, "\xED\xA0\x80", 3, "float32", 0, NULL, &values, &error), BL_ERR_FORMAT);
    assert_int_equal(bl_tensors_add(ts, "\xC3", 1, "float32", 0, NULL, &values, &error), BL_ERR_FORMAT);
    assert_int_equal(bl_tensors_add(ts, "", 0, "float32", 0, NULL, &values, &error), BL_OK);
    assert_int_equal(bl_tensors_add(ts, "x", 1, "float32", BL_TENSOR_MAX_RANK + 1, shape, &values, &error),
                     BL_ERR_LIMIT);
    shape[0] = BL_MAX_VALUES;
    assert_int_equal(bl_tensors_add(ts, "x", 1, "float32", 1, shape, &values, &error), BL_ERR_LIMIT);
    assert_int_equal(bl_tensors_count(ts), 2);
    bl_tensors_free(ts);
    bl_tensors_free(NULL);
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
        cmocka_unit_test(test_unknown_bytes), cmocka_unit_test(test_json),
        cmocka_unit_test(test_legacy_tensor), cmocka_unit_test(test_views),
        cmocka_unit_test(test_bad_views),     cmocka_unit_test(test_double_range),
        cmocka_unit_test(test_plain_values),  cmocka_unit_test(test_hostile_pickles),
        cmocka_unit_test(test_shared_values), cmocka_unit_test(test_pickle_limits),
        cmocka_unit_test(test_safetensors),   cmocka_unit_test(test_bad_safetensors),
        cmocka_unit_test(test_zip),           cmocka_unit_test(test_bad_zips),
        cmocka_unit_test(test_small_floats),  cmocka_unit_test(test_whole_numbers),
        cmocka_unit_test(test_tensor_names),  cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
