/* micro-TCN state dicts: what they compute, and what is said about broken ones. */
#include "formats/small_tensors.h"

#include <math.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Two blocks of two channels and one knob, which stands at 0. gen has one unit in each layer. */
static const small_tensor knobs[] = {
    { "gen.0.weight", { 1, 1 }, { 9.0f } },
    { "gen.0.bias", { 1 }, { 0.5f } },
    { "gen.2.weight", { 1, 1 }, { 2.0f } },
    { "gen.2.bias", { 1 }, { -0.25f } },
    { "gen.4.weight", { 1, 1 }, { 1.0f } },
    { "gen.4.bias", { 1 }, { 0.25f } },
    { "blocks.0.conv1.weight", { 2, 1, 2 }, { 0.5f, 1.0f, -1.0f, 2.0f } },
    { "blocks.0.film.bn.running_mean", { 2 }, { 0.25f, -0.5f } },
    { "blocks.0.film.bn.running_var", { 2 }, { 4.0f, 0.25f } },
    { "blocks.0.film.adaptor.weight", { 4, 1 }, { 1.0f, 2.0f, 3.0f, 4.0f } },
    { "blocks.0.film.adaptor.bias", { 4 }, { 0.1f, 0.2f, 0.3f, 0.4f } },
    { "blocks.0.relu.weight", { 2 }, { 0.5f, -0.25f } },
    { "blocks.0.res.weight", { 2, 1, 1 }, { 3.0f, -2.0f } },
    { "blocks.1.conv1.weight", { 1, 2, 2 }, { 1.0f, -0.5f, 0.25f, 2.0f } },
    { "blocks.1.film.bn.running_mean", { 1 }, { 0.125f } },
    { "blocks.1.film.bn.running_var", { 1 }, { 1.0f } },
    { "blocks.1.film.adaptor.weight", { 2, 1 }, { -1.0f, 0.5f } },
    { "blocks.1.film.adaptor.bias", { 2 }, { 0.5f, 0.25f } },
    { "blocks.1.relu.weight", { 1 }, { 0.1f } },
    { "blocks.1.res.weight", { 1, 2, 1 }, { 0.5f, 0.75f } },
    { "output.weight", { 1, 1, 1 }, { 0.125f } },
    { "output.bias", { 1 }, { 0.0625f } },
};

static const char causal[] = "{\"backline\": \"micro-tcn\", \"name\": \"Squash\", \"dilation_growth\": 3,"
                             " \"stack_size\": 10, \"causal\": true}";

static double norm(double x, double mean, double variance)
{
    return (x - mean) / sqrt(variance + 1e-5);
}

static double prelu(double x, double slope)
{
    return x > 0.0 ? x : slope * x;
}

/* max(0, max(0, max(0, 9 * 0 + 0.5) * 2 - 0.25) + 0.25) */
static const double condition = 1.0;

/* Channel c behind the first block. The residual is one sample late. */
static double first_block(size_t c, ptrdiff_t t)
{
    static const double w[2][2] = { { 0.5, 1.0 }, { -1.0, 2.0 } }, mean[] = { 0.25, -0.5 },
                        variance[] = { 4, 0.25 }, scale[] = { 1.1, 2.2 }, shift[] = { 3.3, 4.4 },
                        slope[] = { 0.5, -0.25 }, res[] = { 3, -2 };
    double in[3];
    const ptrdiff_t at[] = { t - 1, t, t - 1 };
    for (size_t i = 0; i < 3; i++)
        in[i] = at[i] < 0 ? 0.0 : signal_in[at[i]];
    const double u = norm(w[c][0] * in[0] + w[c][1] * in[1], mean[c], variance[c]);
    return t < 0 ? 0.0 : prelu(u * (scale[c] * condition) + shift[c], slope[c]) + res[c] * in[2];
}

static double output(ptrdiff_t t)
{
    double a[2], b[2], r[2];
    for (size_t c = 0; c < 2; c++) {
        a[c] = first_block(c, t - 3);
        b[c] = first_block(c, t);
        r[c] = first_block(c, t - 1);
    }
    const double u = norm(a[0] - 0.5 * b[0] + 0.25 * a[1] + 2.0 * b[1], 0.125, 1.0);
    const double y = prelu(u * -0.5 + 0.75, 0.1) + 0.5 * r[0] + 0.75 * r[1];
    return tanh(0.125 * y + 0.0625);
}

static bl_model *build(const char *description)
{
    bl_model *model = NULL;
    bl_error error = { 0 };
    if (load_small(knobs, COUNT(knobs), description, &model, &error))
        fail_msg("%s", error.text);
    return model;
}

/* The residuals are one sample late, as the original crops them. */
static void causal_networks_compute(void **state)
{
    (void)state;
    bl_model *model = build(causal);
    double *y = evaluate(model, signal_in, 8);
    for (ptrdiff_t t = 0; t < 8; t++)
        assert_true(fabs(y[t] - output(t)) < 1e-6);
    free(y);
    bl_model_free(model);
}

/* Kernel 2 looks one sample ahead in the first block; dilation 3 one back and two ahead in the second. */
static void other_networks_look_ahead(void **state)
{
    (void)state;
    char *text = replaced(causal, "true", "false");
    bl_model *model = build(text);
    const bl_conv1d_params *first = &node_called(model, "blocks.0.conv1")->u.conv;
    const bl_conv1d_params *second = &node_called(model, "blocks.1.conv1")->u.conv;
    assert_int_equal(first->pad_left, 0);
    assert_int_equal(first->pad_right, 1);
    assert_int_equal(second->pad_left, 1);
    assert_int_equal(second->pad_right, 2);
    assert_int_equal(model->info.latency, 3);
    bl_model_free(model);
    free(text);
}

static void it_describes_itself(void **state)
{
    (void)state;
    bl_model *model = build(causal);
    bl_model_info info;
    bl_param_info knob;
    bl_model_get_info(model, &info);
    assert_string_equal(info.format, "micro-TCN");
    assert_string_equal(info.architecture, "TCN, 2 blocks, 1 knob, causal");
    assert_string_equal(info.name, "Squash");
    assert_true(info.sample_rate_hz == 44100.0);
    assert_int_equal(info.receptive_field, 1 + 1 + 3);
    assert_int_equal(info.prewarm, 4);
    assert_int_equal(bl_model_param_count(model), 1);
    bl_model_get_param(model, 0, &knob);
    assert_string_equal(knob.name, "param0");
    bl_model_free(model);
}

/* Without knobs a batch normalisation with weights stands where FiLM would. */
static void networks_without_knobs(void **state)
{
    (void)state;
    static const small_tensor plain[] = {
        { "model.blocks.0.conv1.weight", { 2, 1, 2 }, { 0.5f, 1.0f, -1.0f, 2.0f } },
        { "model.blocks.0.bn.running_mean", { 2 }, { 0.25f, -0.5f } },
        { "model.blocks.0.bn.running_var", { 2 }, { 4.0f, 0.25f } },
        { "model.blocks.0.bn.weight", { 2 }, { 2.0f, 3.0f } },
        { "model.blocks.0.bn.bias", { 2 }, { 0.5f, 0.75f } },
        { "model.blocks.0.relu.weight", { 2 }, { 0.5f, -0.25f } },
        { "model.blocks.0.res.weight", { 2, 1, 1 }, { 3.0f, -2.0f } },
        { "model.output.weight", { 1, 2, 1 }, { 0.125f, 0.25f } },
        { "model.output.bias", { 1 }, { 0.0625f } },
    };
    bl_model *model = NULL;
    bl_error error = { 0 };
    if (load_small(plain, COUNT(plain), causal, &model, &error))
        fail_msg("%s", error.text);
    double *y = evaluate(model, signal_in, 8);
    for (size_t t = 0; t < 8; t++) {
        const double a = norm(0.5 * past(t, 1) + past(t, 0), 0.25, 4.0) * 2.0 + 0.5;
        const double b = norm(-past(t, 1) + 2.0 * past(t, 0), -0.5, 0.25) * 3.0 + 0.75;
        const double late = past(t, 1), p = prelu(a, 0.5) + 3.0 * late, q = prelu(b, -0.25) - 2.0 * late;
        assert_true(fabs(y[t] - tanh(0.125 * p + 0.25 * q + 0.0625)) < 1e-6);
    }
    assert_int_equal(bl_model_param_count(model), 0);
    free(y);
    bl_model_free(model);
}

static void expect_refusal(const small_tensor *tensors, size_t count, const char *description, bl_status status,
                           const char *part)
{
    bl_model *model = NULL;
    bl_error error = { 0 };
    const bl_status got = load_small(tensors, count, description, &model, &error);
    if (got != status || !strstr(error.text, part) || error.text[strlen(error.text) - 1] != '.')
        fail_msg("expected status %d and \"%s\", got %d and \"%s\"", status, part, got, error.text);
}

/* Every tensor is missed by name, and none may have another shape. */
static void broken_networks_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(knobs); i++) {
        small_tensor broken[COUNT(knobs)];
        memcpy(broken, knobs, sizeof knobs);
        broken[i].shape[0] = 3;
        bl_model *model = NULL;
        bl_error error = { 0 };
        if (!load_small(broken, COUNT(broken), causal, &model, &error))
            fail_msg("%s may have three rows", knobs[i].name);
        memcpy(broken, knobs, sizeof knobs);
        broken[i].name = "stft.window";
        if (!load_small(broken, COUNT(broken), causal, &model, &error))
            fail_msg("%s may be missing", knobs[i].name);
    }
    expect_refusal(knobs, COUNT(knobs), NULL, BL_ERR_NO_NETWORK, "needs a description");
    static const struct {
        const char *from, *to, *part;
        bl_status status;
    } cases[] = {
        { "\"dilation_growth\": 3,", "", "description: dilation_growth is missing", BL_ERR_FORMAT },
        { "\"dilation_growth\": 3", "\"dilation_growth\": 0", "dilation_growth should be", BL_ERR_FORMAT },
        { "\"dilation_growth\": 3", "\"dilation_growth\": 4194304, \"growth\": 1", "growth is not a key",
          BL_ERR_FORMAT },
        { "\"dilation_growth\": 3", "\"dilation_growth\": 4194304", "look", BL_ERR_LIMIT },
        { "true", "1", "causal should be true or false", BL_ERR_FORMAT },
        { "10", "0", "stack_size should be", BL_ERR_FORMAT },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char *text = replaced(causal, cases[i].from, cases[i].to);
        expect_refusal(knobs, COUNT(knobs), text, cases[i].status, cases[i].part);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(causal_networks_compute),     cmocka_unit_test(other_networks_look_ahead),
        cmocka_unit_test(it_describes_itself),         cmocka_unit_test(networks_without_knobs),
        cmocka_unit_test(broken_networks_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
