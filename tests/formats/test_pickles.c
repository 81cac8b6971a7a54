/* Pickles of strangers, in legacy PyTorch files. */
#include "model/tensors.h"
#include "made_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <math.h>

#define REFUSE_PICKLE(literal, status, words) file_refuse(legacy_of(literal, sizeof(literal) - 1), status, words)

static const float four[] = { 1.0f, -2.0f, 3.5f, 0.25f };

static void test_legacy_tensor(void **state)
{
    tensor t = { "FloatStorage", "0", 4, 0, 2, { 2, 2 }, { 2, 1 } };
    bl_source source = file_accept(legacy_with(&t, four, sizeof four));
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
    bl_source source = file_accept(legacy_with(&transposed, four, sizeof four));
    assert_memory_equal(bl_tensors_at(source.tensors, 0)->values, ((float[]){ 1, 3.5f, -2, 0.25f }), sizeof four);
    bl_source_clear(&source);
    tensor repeated = { "FloatStorage", "0", 4, 1, 2, { 2, 2 }, { 2, 0 } };
    source = file_accept(legacy_with(&repeated, four, sizeof four));
    assert_memory_equal(bl_tensors_at(source.tensors, 0)->values, ((float[]){ -2, -2, 0.25f, 0.25f }), sizeof four);
    bl_source_clear(&source);
    tensor empty = { "FloatStorage", "0", 4, 4, 2, { 2, 0 }, { 9, 9 } };
    source = file_accept(legacy_with(&empty, four, sizeof four));
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
        file_refuse(legacy_with(&past[i], four, sizeof four), BL_ERR_FORMAT, "tensor 'w' reaches past the end");
    tensor negative = { "FloatStorage", "0", 4, 3, 1, { 4 }, { -1 } };
    file_refuse(legacy_with(&negative, four, sizeof four), BL_ERR_FORMAT, "strides");
    tensor bomb = { "FloatStorage", "0", 4, 0, 2, { 1 << 20, 1 << 20 }, { 0, 0 } };
    file_refuse(legacy_with(&bomb, four, sizeof four), BL_ERR_LIMIT, "tensor 'w'");
    tensor wrap = { "FloatStorage", "0", 4, 0, 2, { huge, huge }, { 0, 0 } };
    file_refuse(legacy_with(&wrap, four, sizeof four), BL_ERR_LIMIT, "tensor 'w'");
    tensor complex = { "ComplexFloatStorage", "0", 4, 0, 1, { 1 }, { 1 } };
    file_refuse(legacy_with(&complex, four, sizeof four), BL_ERR_UNSUPPORTED, "ComplexFloatStorage");
    tensor fine = { "FloatStorage", "0", 4, 0, 1, { 4 }, { 1 } };
    file_refuse(legacy_with(&fine, four, sizeof four - 1), BL_ERR_FORMAT, "cut off");
    uint8_t longer[sizeof four + 1] = { 0 };
    file_refuse(legacy_with(&fine, longer, sizeof longer), BL_ERR_FORMAT, "1 bytes follow");
}

static void test_double_range(void **state)
{
    tensor t = { "DoubleStorage", "0", 2, 0, 1, { 2 }, { 1 } };
    bl_source source = file_accept(legacy_with(&t, (double[]){ 0.1, HUGE_VAL }, 16));
    assert_true(bl_tensors_at(source.tensors, 0)->values[0] == 0.1f);
    bl_source_clear(&source);
    file_refuse(legacy_with(&t, (double[]){ 0.1, -1e39 }, 16), BL_ERR_FORMAT,
                "tensor 'w' holds a number that is too large");
}

/* What stands around the tensors: {"a": {1: [0.5, None, True, "x"]}, "n": -3, "big": 2^64, "t": (1,)}. */
static void test_plain_values(void **state)
{
    static const char pickle[] = "\x80\x02}(X\1\0\0\0"
                                 "a}K\1](G\x3F\xE0\0\0\0\0\0\0N\x88X\1\0\0\0xesX\1\0\0\0nJ\xFD\xFF\xFF\xFF"
                                 "X\3\0\0\0big\x8A\x09\0\0\0\0\0\0\0\0\1X\1\0\0\0tK\1\x85u.";
    bl_source source = file_accept(legacy_of(pickle, sizeof pickle - 1));
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
    file_refuse(f, BL_ERR_LIMIT, words);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_legacy_tensor), cmocka_unit_test(test_views),
        cmocka_unit_test(test_bad_views),     cmocka_unit_test(test_double_range),
        cmocka_unit_test(test_plain_values),  cmocka_unit_test(test_hostile_pickles),
        cmocka_unit_test(test_shared_values), cmocka_unit_test(test_pickle_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
