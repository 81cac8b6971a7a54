/* bl_conv1d() against numbers worked out by hand: small whole numbers, so that equality is exact. */
#include "test_support.h"

#include <backline/conv1d.h>
#include <stdio.h>
#include <string.h>

/* One channel in and out, five samples, three taps, nothing special. */
static const bl_conv1d_desc plain = { .batch = 1,
                                      .in_channels = 1,
                                      .length = 5,
                                      .out_channels = 1,
                                      .kernel = 3,
                                      .stride = 1,
                                      .dilation = 1,
                                      .groups = 1 };
static const float x5[5] = { 1, 2, 3, 4, 5 };
static const float w3[3] = { 100, 10, 1 }; /* a sum of digits then reads like the samples under the taps */

#define UNTOUCHED  -777.0f
#define MAX_VALUES 64

/* cmocka's own comparison lets NaN and the last bit pass. */
static void assert_exactly(float got, float expected)
{
    if (!(got == expected))
        fail_msg("%.9g instead of %.9g", (double)got, (double)expected);
}

/* Convolves and compares; also that nothing is written behind the end. */
static void expect(const bl_conv1d_desc *d, const float *x, const float *w, const float *b, size_t out_length,
                   const float *expected)
{
    float y[MAX_VALUES + 1];
    size_t count = d->batch * d->out_channels * out_length;
    assert_true(count <= MAX_VALUES);
    for (size_t i = 0; i <= MAX_VALUES; i++)
        y[i] = UNTOUCHED;

    size_t length = 0;
    bl_error error = { 0 };
    assert_int_equal(bl_conv1d_output_length(d, &length, &error), BL_OK);
    assert_int_equal(length, out_length);
    assert_int_equal(bl_conv1d(y, x, w, b, d, &error), BL_OK);
    for (size_t i = 0; i < count; i++)
        assert_exactly(y[i], expected[i]);
    for (size_t i = count; i <= MAX_VALUES; i++)
        assert_exactly(y[i], UNTOUCHED);
}

static void test_kernel_is_not_flipped(void **state)
{
    (void)state;
    expect(&plain, x5, w3, NULL, 3, (const float[]){ 123, 234, 345 });
}

static void test_bias(void **state)
{
    (void)state;
    expect(&plain, x5, w3, (const float[]){ 1000 }, 3, (const float[]){ 1123, 1234, 1345 });
}

static void test_dilation(void **state)
{
    (void)state;
    bl_conv1d_desc d = plain;
    d.dilation = 2;
    expect(&d, x5, w3, NULL, 1, (const float[]){ 135 });
}

static void test_stride(void **state)
{
    (void)state;
    bl_conv1d_desc d = plain;
    d.stride = 2;
    expect(&d, x5, w3, NULL, 2, (const float[]){ 123, 345 });
    d.stride = 3; /* the last start that fits is 0: what is left over is dropped */
    expect(&d, x5, w3, NULL, 1, (const float[]){ 123 });
    d.stride = SIZE_MAX;
    expect(&d, x5, w3, NULL, 1, (const float[]){ 123 });
}

static void test_kernel_one(void **state)
{
    (void)state;
    bl_conv1d_desc d = plain;
    d.kernel = 1;
    d.dilation = SIZE_MAX; /* means nothing when there is only one tap */
    expect(&d, x5, (const float[]){ 2 }, NULL, 5, (const float[]){ 2, 4, 6, 8, 10 });
}

static void test_causal(void **state)
{
    (void)state;
    bl_conv1d_desc d = plain;
    d.padding = BL_CONV1D_PAD_EXPLICIT;
    d.dilation = 2;
    d.pad_left = 4;
    expect(&d, x5, w3, NULL, 5, (const float[]){ 1, 2, 13, 24, 135 });
}

static void test_explicit_padding_on_both_sides(void **state)
{
    (void)state;
    bl_conv1d_desc d = plain;
    d.padding = BL_CONV1D_PAD_EXPLICIT;
    d.pad_left = 1;
    d.pad_right = 2;
    expect(&d, x5, w3, NULL, 6, (const float[]){ 12, 123, 234, 345, 450, 500 });
    d.padding = BL_CONV1D_PAD_VALID; /* the numbers are then ignored */
    expect(&d, x5, w3, NULL, 3, (const float[]){ 123, 234, 345 });
}

static void test_same_padding(void **state)
{
    (void)state;
    bl_conv1d_desc d = plain;
    d.padding = BL_CONV1D_PAD_SAME;
    expect(&d, x5, w3, NULL, 5, (const float[]){ 12, 123, 234, 345, 450 });
    d.kernel = 2; /* one sample to add: it goes to the right */
    expect(&d, x5, w3 + 1, NULL, 5, (const float[]){ 12, 23, 34, 45, 50 });
    d.kernel = 4; /* three: one left, two right */
    expect(&d, x5, (const float[]){ 1000, 100, 10, 1 }, NULL, 5, (const float[]){ 123, 1234, 2345, 3450, 4500 });
    d.kernel = 3; /* longer than the row: three left, three right */
    d.dilation = 3;
    d.length = 2;
    expect(&d, x5, w3, NULL, 2, (const float[]){ 10, 20 });
}

static void test_reflect(void **state)
{
    (void)state;
    bl_conv1d_desc d = plain;
    d.padding = BL_CONV1D_PAD_EXPLICIT;
    d.padding_mode = BL_CONV1D_REFLECT;
    d.pad_left = d.pad_right = 2; /* 3 2 | 1 2 3 4 5 | 4 3 */
    expect(&d, x5, w3, NULL, 7, (const float[]){ 321, 212, 123, 234, 345, 454, 543 });
    d.pad_left = d.pad_right = 4; /* the most there can be: 5 4 3 2 | 1 2 3 4 5 | 4 3 2 1 */
    expect(&d, x5, w3, NULL, 11, (const float[]){ 543, 432, 321, 212, 123, 234, 345, 454, 543, 432, 321 });
}

static void test_replicate(void **state)
{
    (void)state;
    bl_conv1d_desc d = plain;
    d.padding = BL_CONV1D_PAD_EXPLICIT;
    d.padding_mode = BL_CONV1D_REPLICATE;
    d.pad_left = 1; /* 1 | 1 2 3 4 5 | 5 5 */
    d.pad_right = 2;
    expect(&d, x5, w3, NULL, 6, (const float[]){ 112, 123, 234, 345, 455, 555 });
    d.length = 1;
    d.pad_left = 3; /* any amount: 1 1 1 | 1 | 1 1 */
    expect(&d, x5, w3, NULL, 4, (const float[]){ 111, 111, 111, 111 });
}

static void test_circular(void **state)
{
    (void)state;
    bl_conv1d_desc d = plain;
    d.padding = BL_CONV1D_PAD_EXPLICIT;
    d.padding_mode = BL_CONV1D_CIRCULAR;
    d.pad_left = 2; /* 4 5 | 1 2 3 4 5 | 1 */
    d.pad_right = 1;
    expect(&d, x5, w3, NULL, 6, (const float[]){ 451, 512, 123, 234, 345, 451 });
    d.length = 2;
    d.pad_left = d.pad_right = 2; /* the most there can be: 1 2 | 1 2 | 1 2 */
    expect(&d, x5, w3, NULL, 4, (const float[]){ 121, 212, 121, 212 });
}

static void test_same_padding_follows_its_mode(void **state)
{
    (void)state;
    bl_conv1d_desc d = plain;
    d.padding = BL_CONV1D_PAD_SAME;
    d.kernel = 4; /* one left, two right */
    const float w[] = { 1000, 100, 10, 1 };
    d.padding_mode = BL_CONV1D_REFLECT; /* 2 | 1 2 3 4 5 | 4 3 */
    expect(&d, x5, w, NULL, 5, (const float[]){ 2123, 1234, 2345, 3454, 4543 });
    d.padding_mode = BL_CONV1D_REPLICATE; /* 1 | 1 2 3 4 5 | 5 5 */
    expect(&d, x5, w, NULL, 5, (const float[]){ 1123, 1234, 2345, 3455, 4555 });
    d.padding_mode = BL_CONV1D_CIRCULAR; /* 5 | 1 2 3 4 5 | 1 2 */
    expect(&d, x5, w, NULL, 5, (const float[]){ 5123, 1234, 2345, 3451, 4512 });
}

static void test_channels_and_batch(void **state)
{
    (void)state;
    const bl_conv1d_desc d = { .batch = 2,
                               .in_channels = 2,
                               .length = 3,
                               .out_channels = 2,
                               .kernel = 2,
                               .stride = 1,
                               .dilation = 1,
                               .groups = 1 };
    const float x[] = { 1, 2, 3, /**/ 4, 5, 6, /* second batch */ 7, 8, 9, /**/ 1, 1, 1 };
    const float w[] = { 10, 1, /**/ 1000, 100, /* second output */ 1, 0, /**/ 0, -1 };
    const float b[] = { 0, 50 };
    expect(&d, x, w, b, 2, (const float[]){ 4512, 5623, /**/ 46, 46, /* second batch */ 1178, 1189, /**/ 56, 57 });
}

static void test_groups(void **state)
{
    (void)state;
    /* Outputs 0 and 1 hear inputs 0 and 1, outputs 2 and 3 hear inputs 2 and 3. */
    bl_conv1d_desc d = { .batch = 1,
                         .in_channels = 4,
                         .length = 2,
                         .out_channels = 4,
                         .kernel = 1,
                         .stride = 1,
                         .dilation = 1,
                         .groups = 2 };
    const float x[] = { 1, 2, /**/ 3, 4, /**/ 5, 6, /**/ 7, 8 };
    const float w[] = { 10, 1, /**/ 1, 10, /**/ 10, 1, /**/ 1, 10 };
    expect(&d, x, w, NULL, 2, (const float[]){ 13, 24, /**/ 31, 42, /**/ 57, 68, /**/ 75, 86 });
    d.groups = 4; /* depthwise: weight [4, 1, 1] */
    expect(&d, x, w, NULL, 2, (const float[]){ 10, 20, /**/ 3, 4, /**/ 5, 6, /**/ 70, 80 });
    d.out_channels = 8; /* two outputs for each input */
    expect(&d, x, w, NULL, 2,
           (const float[]){ 10, 20, 1, 2, /**/ 3, 4, 30, 40, /**/ 50, 60, 5, 6, /**/ 7, 8, 70, 80 });
}

static void test_empty_batch(void **state)
{
    (void)state;
    bl_conv1d_desc d = plain;
    d.batch = 0;
    expect(&d, NULL, NULL, NULL, 3, NULL);
}

static void test_rounds_once(void **state)
{
    (void)state;
    /* In float32 the ones would be lost one by one beside 2^24. */
    const float w[] = { 16777216, 1, 1, 1, 1 }, x[] = { 1, 1, 1, 1, 1 };
    bl_conv1d_desc d = plain;
    d.kernel = 5;
    expect(&d, x, w, NULL, 1, (const float[]){ 16777220 });
}

static void test_output_length(void **state)
{
    (void)state;
    static const struct {
        size_t length, kernel, stride, dilation, left, right, expected;
    } rows[] = {
        { 5, 3, 1, 1, 0, 0, 3 },
        { 5, 5, 1, 1, 0, 0, 1 },
        { 1, 1, 7, 9, 0, 0, 1 },
        { 100, 3, 1, 2, 4, 4, 104 },
        { 130, 4, 3, 4, 3, 3, 42 },
        { 149, 9, 1, 7, 0, 0, 93 },
        { 1, 4, 2, 5, 8, 7, 1 },
        { 1, 4, 2, 5, 9, 8, 2 },
        { 48000, 3, 1, 512, 1024, 0, 48000 },
        { SIZE_MAX, 1, 1, 1, 0, 0, SIZE_MAX },
        { SIZE_MAX, 2, 1, SIZE_MAX - 1, 0, 0, 1 },
        { 1, 1, 1, 1, SIZE_MAX / 2, SIZE_MAX / 2, SIZE_MAX },
        { 1, 1, SIZE_MAX / 2, 1, SIZE_MAX / 2, SIZE_MAX / 2, 3 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const bl_conv1d_desc d = { .batch = 1,
                                   .in_channels = 1,
                                   .length = rows[i].length,
                                   .out_channels = 1,
                                   .kernel = rows[i].kernel,
                                   .stride = rows[i].stride,
                                   .dilation = rows[i].dilation,
                                   .groups = 1,
                                   .padding = BL_CONV1D_PAD_EXPLICIT,
                                   .pad_left = rows[i].left,
                                   .pad_right = rows[i].right };
        size_t length = 0;
        assert_int_equal(bl_conv1d_output_length(&d, &length, NULL), BL_OK);
        assert_int_equal(length, rows[i].expected);
    }
}

/* Both functions refuse, say the same, and write nothing. */
static void refuses(const bl_conv1d_desc *d, const char *sentence)
{
    float y[MAX_VALUES];
    const float x[MAX_VALUES] = { 0 }, w[MAX_VALUES] = { 0 };
    for (size_t i = 0; i < MAX_VALUES; i++)
        y[i] = UNTOUCHED;
    size_t length = 4711;
    bl_error error = { 0 }, same = { 0 };
    assert_int_equal(bl_conv1d_output_length(d, &length, &error), BL_ERR_ARGUMENT);
    assert_int_equal(length, 4711);
    assert_int_equal(error.status, BL_ERR_ARGUMENT);
    assert_string_equal(error.text, sentence);

    assert_int_equal(bl_conv1d(y, x, w, NULL, d, &same), BL_ERR_ARGUMENT);
    assert_string_equal(same.text, error.text);
    for (size_t i = 0; i < MAX_VALUES; i++)
        assert_exactly(y[i], UNTOUCHED);
    assert_int_equal(bl_conv1d(y, x, w, NULL, d, NULL), BL_ERR_ARGUMENT);
}

static void test_refuses_zero_sizes(void **state)
{
    (void)state;
    static const struct {
        size_t offset;
        const char *sentence;
    } rows[] = {
        { offsetof(bl_conv1d_desc, in_channels),
          "conv1d of x [1, 0, 5] and weight [1, 0, 3]: in_channels is 0 but must be at least 1." },
        { offsetof(bl_conv1d_desc, length),
          "conv1d of x [1, 1, 0] and weight [1, 1, 3]: length is 0 but must be at least 1." },
        { offsetof(bl_conv1d_desc, out_channels),
          "conv1d of x [1, 1, 5] and weight [0, 1, 3]: out_channels is 0 but must be at least 1." },
        { offsetof(bl_conv1d_desc, kernel),
          "conv1d of x [1, 1, 5] and weight [1, 1, 0]: kernel is 0 but must be at least 1." },
        { offsetof(bl_conv1d_desc, stride),
          "conv1d of x [1, 1, 5] and weight [1, 1, 3]: stride is 0 but must be at least 1." },
        { offsetof(bl_conv1d_desc, dilation),
          "conv1d of x [1, 1, 5] and weight [1, 1, 3]: dilation is 0 but must be at least 1." },
        { offsetof(bl_conv1d_desc, groups),
          "conv1d of x [1, 1, 5] and weight [1, 1/0, 3]: groups is 0 but must be at least 1." },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bl_conv1d_desc d = plain;
        memset((char *)&d + rows[i].offset, 0, sizeof(size_t));
        refuses(&d, rows[i].sentence);
    }
}

static void test_refuses_groups_that_do_not_divide(void **state)
{
    (void)state;
    bl_conv1d_desc d = plain;
    d.groups = 2;
    d.in_channels = 5;
    d.out_channels = 4;
    refuses(&d, "conv1d of x [1, 5, 5] and weight [4, 5/2, 3]: groups 2 does not divide in_channels 5.");
    d.in_channels = 4;
    d.out_channels = 5;
    refuses(&d, "conv1d of x [1, 4, 5] and weight [5, 2, 3]: groups 2 does not divide out_channels 5.");
}

static void test_refuses_input_shorter_than_kernel(void **state)
{
    (void)state;
    bl_conv1d_desc d = plain;
    d.dilation = 3;
    refuses(&d, "conv1d of x [1, 1, 5] and weight [1, 1, 3]: "
                "the taps at dilation 3 span 7 samples but the padded length is 5.");
    d.padding = BL_CONV1D_PAD_EXPLICIT;
    d.pad_right = 1;
    refuses(&d, "conv1d of x [1, 1, 5] and weight [1, 1, 3]: "
                "the taps at dilation 3 span 7 samples but the padded length is 6.");
    d.batch = 0; /* an empty batch excuses nothing */
    refuses(&d, "conv1d of x [0, 1, 5] and weight [1, 1, 3]: "
                "the taps at dilation 3 span 7 samples but the padded length is 6.");
}

static void test_refuses_same_padding_with_stride(void **state)
{
    (void)state;
    bl_conv1d_desc d = plain;
    d.padding = BL_CONV1D_PAD_SAME;
    d.stride = 2;
    refuses(&d, "conv1d of x [1, 1, 5] and weight [1, 1, 3]: padding 'same' needs stride 1, not 2.");
}

static void test_refuses_padding_beyond_the_row(void **state)
{
    (void)state;
    bl_conv1d_desc d = plain;
    d.padding = BL_CONV1D_PAD_EXPLICIT;
    d.padding_mode = BL_CONV1D_REFLECT;
    d.pad_left = 5;
    refuses(&d, "conv1d of x [1, 1, 5] and weight [1, 1, 3]: "
                "reflect padding of 5 and 0 must be smaller than length 5.");
    d.padding_mode = BL_CONV1D_CIRCULAR;
    d.pad_right = 6;
    refuses(&d, "conv1d of x [1, 1, 5] and weight [1, 1, 3]: "
                "circular padding of 5 and 6 must not exceed length 5.");
    d.padding = BL_CONV1D_PAD_SAME;
    d.padding_mode = BL_CONV1D_REFLECT;
    d.dilation = 5;
    refuses(&d, "conv1d of x [1, 1, 5] and weight [1, 1, 3]: "
                "reflect padding of 5 and 5 must be smaller than length 5.");
}

static void test_refuses_what_cannot_be_counted(void **state)
{
    (void)state;
    char sentence[256];
    bl_conv1d_desc d = plain;
    d.dilation = SIZE_MAX / 2 + 1;
    snprintf(
        sentence, sizeof sentence,
        "conv1d of x [1, 1, 5] and weight [1, 1, 3]: dilation %zu times kernel - 1 is more than can be counted.",
        d.dilation);
    refuses(&d, sentence);

    d = plain;
    d.padding = BL_CONV1D_PAD_EXPLICIT;
    d.pad_left = SIZE_MAX - 4;
    snprintf(
        sentence, sizeof sentence,
        "conv1d of x [1, 1, 5] and weight [1, 1, 3]: length plus padding of %zu and 0 is more than can be counted.",
        d.pad_left);
    refuses(&d, sentence);

    d.pad_left = SIZE_MAX - 5; /* this alone would just fit */
    d.pad_right = 1;
    snprintf(
        sentence, sizeof sentence,
        "conv1d of x [1, 1, 5] and weight [1, 1, 3]: length plus padding of %zu and 1 is more than can be counted.",
        d.pad_left);
    refuses(&d, sentence);
}

static void test_refuses_unknown_padding(void **state)
{
    (void)state;
    bl_conv1d_desc d = plain;
    d.padding = (bl_conv1d_padding)3;
    refuses(&d, "conv1d of x [1, 1, 5] and weight [1, 1, 3]: padding 3 is unknown.");
    d = plain;
    d.padding_mode = (bl_conv1d_padding_mode)4;
    refuses(&d, "conv1d of x [1, 1, 5] and weight [1, 1, 3]: padding_mode 4 is unknown.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kernel_is_not_flipped),
        cmocka_unit_test(test_bias),
        cmocka_unit_test(test_dilation),
        cmocka_unit_test(test_stride),
        cmocka_unit_test(test_kernel_one),
        cmocka_unit_test(test_causal),
        cmocka_unit_test(test_explicit_padding_on_both_sides),
        cmocka_unit_test(test_same_padding),
        cmocka_unit_test(test_reflect),
        cmocka_unit_test(test_replicate),
        cmocka_unit_test(test_circular),
        cmocka_unit_test(test_same_padding_follows_its_mode),
        cmocka_unit_test(test_channels_and_batch),
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_empty_batch),
        cmocka_unit_test(test_rounds_once),
        cmocka_unit_test(test_output_length),
        cmocka_unit_test(test_refuses_zero_sizes),
        cmocka_unit_test(test_refuses_groups_that_do_not_divide),
        cmocka_unit_test(test_refuses_input_shorter_than_kernel),
        cmocka_unit_test(test_refuses_same_padding_with_stride),
        cmocka_unit_test(test_refuses_padding_beyond_the_row),
        cmocka_unit_test(test_refuses_what_cannot_be_counted),
        cmocka_unit_test(test_refuses_unknown_padding),
    };
    return cmocka_run_group_tests_name("conv1d", tests, NULL, NULL);
}
