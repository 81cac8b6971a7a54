/* NumPy's npz files made in memory: what is read from them, and what is refused. */
#include "base/bytes.h"
#include "formats/formats.h"
#include "formats/numbers.h"

#include "test_support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

typedef struct member {
    const char *name;
    uint8_t bytes[400];
    size_t size;
} member;

static void put(member *m, const void *bytes, size_t size)
{
    assert_true(m->size + size <= sizeof m->bytes);
    if (size)
        memcpy(m->bytes + m->size, bytes, size);
    m->size += size;
}

/* An array of format version 1 with that dictionary. */
static member array(const char *name, const char *dictionary, const void *data, size_t size)
{
    member m = { .name = name };
    char header[200];
    const int length = snprintf(header, sizeof header, "%s\n", dictionary);
    const uint8_t start[10] = { 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (uint8_t)length, 0 };
    assert_true(length > 0 && length < 200);
    put(&m, start, sizeof start);
    put(&m, header, (size_t)length);
    put(&m, data, size);
    return m;
}

/* The archive's bytes; the caller frees them. */
static uint8_t *make_zip(const member *members, size_t count, bool packed, size_t *size)
{
    zip_error_t error;
    zip_source_t *memory = zip_source_buffer_create(NULL, 0, 0, &error);
    assert_non_null(memory);
    zip_source_keep(memory);
    zip_t *zip = zip_open_from_source(memory, ZIP_TRUNCATE, &error);
    assert_non_null(zip);
    for (size_t i = 0; i < count; i++) {
        zip_source_t *data = zip_source_buffer(zip, members[i].bytes, members[i].size, 0);
        assert_non_null(data);
        const zip_int64_t at = zip_file_add(zip, members[i].name, data, ZIP_FL_ENC_UTF_8);
        assert_true(at >= 0);
        zip_set_file_compression(zip, (zip_uint64_t)at, packed ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0);
    }
    assert_int_equal(zip_close(zip), 0);
    assert_int_equal(zip_source_open(memory), 0);
    zip_source_seek(memory, 0, SEEK_END);
    *size = (size_t)zip_source_tell(memory);
    zip_source_seek(memory, 0, SEEK_SET);
    uint8_t *bytes = malloc(*size);
    assert_non_null(bytes);
    assert_int_equal(zip_source_read(memory, bytes, *size), *size);
    zip_source_close(memory);
    zip_source_free(memory);
    return bytes;
}

static bl_status read_zip(const member *members, size_t count, bool packed, bl_source *source, bl_error *error)
{
    size_t size;
    uint8_t *bytes = make_zip(members, count, packed, &size);
    *source = (bl_source){ 0 };
    *error = (bl_error){ .status = BL_OK };
    const bl_status status = bl_source_read(bl_bytes_make(bytes, size), source, error);
    free(bytes);
    return status;
}

static void expect_tensor(const bl_source *source, const char *name, const char *type, size_t rank,
                          const uint64_t *shape, const float *values)
{
    const bl_tensor *t = bl_tensors_find(source->tensors, name);
    if (!t)
        fail_msg("no tensor %s", name);
    assert_string_equal(t->type, type);
    assert_int_equal(t->rank, rank);
    for (size_t i = 0; i < rank; i++)
        assert_int_equal(t->shape[i], shape[i]);
    for (size_t i = 0; i < t->count; i++)
        assert_true(t->values[i] == values[i]);
}

static const float numbers[] = { 1.0f, 2.0f, 3.0f, 4.0f, 5.0f, 6.0f };

static void arrays_are_read(void **state)
{
    (void)state;
    static const double doubles[] = { 1.0, 2.0, 3.0, 4.0, 5.0, 6.0 };
    static const uint8_t longs[] = { 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 7, 0, 0, 0, 0, 0, 0, 0 };
    static const uint8_t halves[] = { 0, 0x3C, 0, 0xC0 }, flags[] = { 1, 0, 1 };
    const member members[] = {
        array("net.0.weight.npy", "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", numbers, 24),
        array("turned.npy", "{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }", doubles, 48),
        array("long.npy", "{'shape': (2L,), 'fortran_order': False, 'descr': '<i8'}  ", longs, 16),
        array("half.npy", "{'descr': '<f2', 'fortran_order': False, 'shape': (2,), }", halves, 4),
        array("flag.npy", "{'descr': '|b1', 'fortran_order': False, 'shape': (3,), }", flags, 3),
        array("single.npy", "{'descr': '<f4', 'fortran_order': False, 'shape': (), }", numbers + 5, 4),
        array("none.npy", "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 3), }", NULL, 0),
    };
    for (int packed = 0; packed < 2; packed++) {
        bl_source source;
        bl_error error;
        if (read_zip(members, sizeof members / sizeof *members, packed, &source, &error))
            fail_msg("%s", error.text);
        assert_string_equal(source.container, "npz");
        assert_int_equal(bl_tensors_count(source.tensors), 7);
        assert_int_equal(json_object_size(source.values), 0);
        expect_tensor(&source, "net.0.weight", "float32", 2, (uint64_t[]){ 2, 3 }, numbers);
        expect_tensor(&source, "turned", "float64", 2, (uint64_t[]){ 2, 3 }, (float[]){ 1, 3, 5, 2, 4, 6 });
        expect_tensor(&source, "long", "int64", 1, (uint64_t[]){ 2 }, (float[]){ -2, 7 });
        expect_tensor(&source, "half", "float16", 1, (uint64_t[]){ 2 }, (float[]){ 1, -2 });
        expect_tensor(&source, "flag", "bool", 1, (uint64_t[]){ 3 }, (float[]){ 1, 0, 1 });
        expect_tensor(&source, "single", "float32", 0, NULL, numbers + 5);
        assert_int_equal(bl_tensors_find(source.tensors, "none")->count, 0);
        bl_source_clear(&source);
    }
}

/* Version 2 has a longer length. */
static void newer_headers_are_read(void **state)
{
    (void)state;
    static const char dictionary[] = "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }\n";
    const uint8_t start[12] = { 0x93, 'N', 'U', 'M', 'P', 'Y', 2, 0, sizeof dictionary - 1 };
    member m = { .name = "a.npy" };
    put(&m, start, sizeof start);
    put(&m, dictionary, sizeof dictionary - 1);
    put(&m, numbers, 4);
    bl_source source;
    bl_error error;
    assert_int_equal(read_zip(&m, 1, false, &source, &error), BL_OK);
    expect_tensor(&source, "a", "float32", 1, (uint64_t[]){ 1 }, numbers);
    bl_source_clear(&source);
    m.bytes[6] = 4;
    assert_int_equal(read_zip(&m, 1, false, &source, &error), BL_ERR_UNSUPPORTED);
    assert_non_null(strstr(error.text, "version 4"));
    bl_source_clear(&source);
}

static void expect_refusal(const member *members, size_t count, bl_status status, const char *part)
{
    bl_source source;
    bl_error error;
    const bl_status got = read_zip(members, count, false, &source, &error);
    if (got != status || !strstr(error.text, part) || error.text[strlen(error.text) - 1] != '.')
        fail_msg("expected status %d and \"%s\", got %d and \"%s\"", status, part, got, error.text);
    bl_source_clear(&source);
}

static void broken_headers_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *dictionary;
        bl_status status;
        const char *part;
    } cases[] = {
        { "{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", BL_ERR_UNSUPPORTED, "'>f4'" },
        { "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", BL_ERR_UNSUPPORTED, "'|O'" },
        { "{'descr': '<U7', 'fortran_order': False, 'shape': (1,), }", BL_ERR_UNSUPPORTED, "'<U7'" },
        { "{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", BL_ERR_UNSUPPORTED, "'<c8'" },
        { "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", BL_ERR_FORMAT, "header" },
        { "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,), }", BL_ERR_FORMAT, "header" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", BL_ERR_FORMAT, "header" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': [1], }", BL_ERR_FORMAT, "header" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (1,,), }", BL_ERR_FORMAT, "header" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (1 1), }", BL_ERR_FORMAT, "header" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1), }", BL_ERR_FORMAT, "header" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), } x", BL_ERR_FORMAT, "header" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'shape': (1,)}", BL_ERR_FORMAT, "header" },
        { "{'descr': '<f4', 'fortran_order': False}", BL_ERR_FORMAT, "header" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)", BL_ERR_FORMAT, "header" },
        { "{'descr': '<f4, 'fortran_order': False, 'shape': (1,)}", BL_ERR_FORMAT, "header" },
        { "__import__('os').system('true')", BL_ERR_FORMAT, "header" },
        { "", BL_ERR_FORMAT, "header" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", BL_ERR_FORMAT, "as its shape says" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (), 'x': 1}", BL_ERR_FORMAT, "header" },
        { "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", BL_ERR_FORMAT, "as its shape says" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967295, 4294967295, 4294967295), }",
          BL_ERR_FORMAT, "as its shape says" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", BL_ERR_FORMAT, "header" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const member m = array("a.npy", cases[i].dictionary, numbers, 4);
        expect_refusal(&m, 1, cases[i].status, cases[i].part);
    }
}

static void broken_archives_are_refused(void **state)
{
    (void)state;
    static const char good[] = "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }";
    static const double huge = 1e300;
    const member ok = array("a.npy", good, numbers, 4);
    const member other = { .name = "readme.txt", .bytes = "hello", .size = 5 };
    const member nameless = array(".npy", good, numbers, 4);
    const member large = array("b.npy", "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }", &huge, 8);
    member cut = ok, none = ok;
    cut.size = 20;
    none.size = 3;
    expect_refusal((member[]){ ok, other }, 2, BL_ERR_FORMAT, "'readme.txt' in the npz file is no array");
    expect_refusal((member[]){ ok, nameless }, 2, BL_ERR_FORMAT, "'.npy' in the npz file is no array");
    expect_refusal((member[]){ ok, large }, 2, BL_ERR_FORMAT, "too large for 32-bit");
    expect_refusal(&cut, 1, BL_ERR_FORMAT, "ends within its header");
    expect_refusal(&none, 1, BL_ERR_FORMAT, "is no NumPy array");
    expect_refusal((member[]){ other, ok }, 2, BL_ERR_FORMAT, "not a PyTorch file");
}

/* Every cut, and every single bit of a small archive turned over: a verdict, and nothing worse. */
static void damage_does_no_harm(void **state)
{
    (void)state;
    const member members[] = {
        array("a.npy", "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", numbers, 24),
        array("b.npy", "{'descr': '<f4', 'fortran_order': True, 'shape': (3, 2), }", numbers, 24),
    };
    size_t size;
    uint8_t *bytes = make_zip(members, 2, false, &size);
    for (size_t cut = 0; cut < size; cut++) {
        bl_source source = { 0 };
        assert_int_not_equal(bl_source_read(bl_bytes_make(bytes, cut), &source, NULL), BL_OK);
        bl_source_clear(&source);
    }
    for (size_t bit = 0; bit < 8 * size; bit++) {
        bl_source source = { 0 };
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        bl_source_read(bl_bytes_make(bytes, size), &source, NULL);
        bl_source_clear(&source);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays_are_read),
        cmocka_unit_test(newer_headers_are_read),
        cmocka_unit_test(broken_headers_are_refused),
        cmocka_unit_test(broken_archives_are_refused),
        cmocka_unit_test(damage_does_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
