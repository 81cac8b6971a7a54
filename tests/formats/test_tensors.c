/* Numbers of all types in files, and the collection of tensors. */
#include "formats/numbers.h"
#include "model/limits.h"
#include "model/tensors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_floats),
        cmocka_unit_test(test_whole_numbers),
        cmocka_unit_test(test_tensor_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
