/* The network formats on small files made by hand: what they build, and what they say about broken ones. */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "formats/evaluate.h"
#include "formats/json.h"
#include "formats/networks.h"
#include "model/tensors.h"

#include <backline/backline.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A network small enough to compute by hand: one layer, one channel, kernel 2. */
static const char nam_tiny[] =
    "{\"version\": \"0.5.4\", \"architecture\": \"WaveNet\", \"sample_rate\": 48000,"
    " \"metadata\": {\"name\": \"Tiny\", \"gear_make\": \"Nobody\", \"loudness\": -18.5, \"tone_type\": 7,"
    "  \"input_level_dbu\": null, \"training\": {\"validation_esr\": 0.01}},"
    " \"config\": {\"head\": null, \"head_scale\": 9, \"layers\": [{\"input_size\": 1, \"condition_size\": 1,"
    "  \"channels\": 1, \"kernel_size\": 2, \"dilations\": [3], \"activation\": \"Tanh\", \"gated\": false,"
    "  \"head_size\": 1, \"head_bias\": false}]},"
    " \"weights\": [2, 0.5, 0.25, 0.1, 3, 1, 0, 4, 0.5]}";

static const char va_tiny[] =
    "{\"activation\": \"gated\", \"input_channels\": 1, \"output_channels\": 1, \"residual_channels\": 1,"
    " \"filter_width\": 2, \"dilations\": [2], \"level_adjust\": 10, \"variables\": ["
    "  {\"layer_idx\": 1, \"name\": \"b\", \"data\": [0.125]},"
    "  {\"layer_idx\": 1, \"name\": \"W\", \"data\": [\"-1.5e0\"]},"
    "  {\"layer_idx\": -1, \"name\": \"W\", \"data\": [2]},"
    "  {\"layer_idx\": -1, \"name\": \"b\", \"data\": [\"0.5\"]},"
    "  {\"layer_idx\": 0, \"name\": \"W_conv\", \"data\": [1, 2, 3, 4]},"
    "  {\"layer_idx\": 0, \"name\": \"b_conv\", \"data\": [0.25, -0.25]},"
    "  {\"layer_idx\": 0, \"name\": \"W_out\", \"data\": [1]},"
    "  {\"layer_idx\": 0, \"name\": \"b_out\", \"data\": [0]}]}";

static bl_model *load(const char *text)
{
    bl_model *model = NULL;
    bl_error error = { 0 };
    if (bl_model_load_memory(text, strlen(text), NULL, &model, &error))
        fail_msg("%s", error.text);
    return model;
}

/* text with the first occurrence of one piece replaced by another. */
static char *replaced(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    assert_non_null(at);
    char *result = calloc(strlen(text) + strlen(to) + 1, 1);
    assert_non_null(result);
    memcpy(result, text, (size_t)(at - text));
    strcat(result, to);
    strcat(result, at + strlen(from));
    return result;
}

static void expect_failure(const char *text, bl_status status, const char *part)
{
    bl_model *model = (bl_model *)0x1; /* must stay untouched */
    bl_error error = { 0 };
    const bl_status got = bl_model_load_memory(text, strlen(text), NULL, &model, &error);
    if (got != status || !strstr(error.text, part) || error.text[strlen(error.text) - 1] != '.')
        fail_msg("expected status %d and \"%s\", got %d and \"%s\"", status, part, got, error.text);
    assert_ptr_equal(model, (bl_model *)0x1);
    assert_int_equal(bl_model_load_memory(text, strlen(text), NULL, &model, NULL), status);
}

/* One thing wrong with a file, and what the sentence must name. */
typedef struct breakage {
    const char *from, *to;
    bl_status status;
    const char *part;
} breakage;

static void expect_all(const char *text, const breakage *broken, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *bad = replaced(text, broken[i].from, broken[i].to);
        expect_failure(bad, broken[i].status, broken[i].part);
        free(bad);
    }
}

#define EXPECT_ALL(text, broken) expect_all(text, broken, sizeof(broken) / sizeof *(broken))

static const bl_node *node_called(const bl_model *model, const char *name)
{
    for (size_t i = 0; i < model->graph.count; i++)
        if (!strcmp(model->graph.nodes[i].name, name))
            return &model->graph.nodes[i];
    fail_msg("no node %s", name);
    return NULL;
}

static const double signal_in[8] = { 1.0, -0.5, 0.25, 0.75, -1.0, 0.0, 0.5, 0.1 };

static double past(size_t t, size_t back)
{
    return t < back ? 0.0 : signal_in[t - back];
}

static void nam_computes(void **state)
{
    (void)state;
    bl_model *model = load(nam_tiny);
    double *y = evaluate(model, signal_in, 8);
    for (size_t t = 0; t < 8; t++) {
        const double z = 0.5 * 2.0 * past(t, 3) + 0.25 * 2.0 * signal_in[t] + (double)0.1f + 3.0 * signal_in[t];
        assert_true(fabs(y[t] - 0.5 * 4.0 * tanh(z)) < 1e-12);
    }
    free(y);
    bl_model_free(model);
}

static void nam_describes_itself(void **state)
{
    (void)state;
    bl_model *model = load(nam_tiny);
    bl_model_info info;
    bl_model_get_info(model, &info);
    assert_string_equal(info.format, "NAM 0.5.4");
    assert_string_equal(info.architecture, "WaveNet, 1 layer of 1 channel, Tanh");
    assert_string_equal(info.name, "Tiny");
    assert_string_equal(info.gear_make, "Nobody");
    assert_null(info.tone_type);
    assert_true(info.sample_rate_hz == 48000.0 && info.loudness_db == -18.5 && info.validation_esr == 0.01);
    assert_true(isnan(info.input_level_dbu) && isnan(info.output_level_dbu));
    assert_int_equal(info.prewarm, 64);
    assert_int_equal(info.receptive_field, 4);
    assert_int_equal(info.parameters, 9);
    assert_int_equal(bl_model_node_count(model), 11);
    bl_model_free(model);
}

static void nam_lists_tensors(void **state)
{
    (void)state;
    static const char *const names[] = {
        "layers.0.rechannel.weight",         "layers.0.layers.0.conv.weight",
        "layers.0.layers.0.conv.bias",       "layers.0.layers.0.input_mixin.weight",
        "layers.0.layers.0.layer1x1.weight", "layers.0.layers.0.layer1x1.bias",
        "layers.0.head_rechannel.weight",    "head_scale",
    };
    bl_model *model = load(nam_tiny);
    const bl_tensors *tensors = bl_model_tensors(model);
    assert_string_equal(bl_tensors_container(tensors), "JSON");
    assert_int_equal(bl_tensors_count(tensors), sizeof names / sizeof *names);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_string_equal(bl_tensors_at(tensors, i)->name, names[i]);
    assert_true(bl_tensor_is(bl_tensors_at(tensors, 1), 3, (uint64_t[]){ 1, 1, 2 }));
    assert_true(bl_tensors_at(tensors, 1)->values[1] == 0.25f);
    bl_model_free(model);
}

/* Two arrays, gated, with bottleneck, groups, a 1x1 to the head and a head with taps: every weight of the
 * stream 0, 1, 2, ... must be where the format puts it. */
static void nam_places_weights(void **state)
{
    (void)state;
    char text[2048] = "";
    strcat(text,
           "{\"version\": \"0.7.3\", \"architecture\": \"WaveNet\", \"config\": {\"layers\": ["
           "{\"input_size\": 1, \"condition_size\": 1, \"channels\": 4, \"bottleneck\": 2,"
           " \"kernel_sizes\": [1, 1], \"dilations\": [1, 2], \"activation\": [\"ReLU\", {\"type\": \"Softsign\"}],"
           " \"gating_mode\": [\"gated\", \"gated\"], \"secondary_activation\": [\"Sigmoid\", \"Tanh\"],"
           " \"groups_input\": 2, \"layer1x1\": {\"active\": true, \"groups\": 2},"
           " \"head1x1\": {\"active\": true, \"out_channels\": 2, \"groups\": 1},"
           " \"head\": {\"out_channels\": 2, \"kernel_size\": 2, \"bias\": true, \"head_dilation\": 5}},"
           "{\"input_size\": 4, \"condition_size\": 1, \"channels\": 2, \"kernel_size\": 1, \"dilations\": [7],"
           " \"activation\": {\"type\": \"LeakyReLU\", \"negative_slope\": 0.2}, \"head_size\": 1,"
           " \"head_bias\": false}]}, \"weights\": [");
    /* array 0: rechannel 4; per layer conv 4x2x1 + 4, mixin 4, layer1x1 4x1 + 4, head1x1 2x2 + 2 = 30;
     * head 2x2x2 + 2.  array 1: rechannel 2x4; conv 2x2 + 2, mixin 2, layer1x1 2x2 + 2; head 1x2.  scale 1 */
    const size_t needed = 4 + 2 * 30 + 10 + 8 + 6 + 2 + 6 + 2 + 1;
    for (size_t i = 0; i < needed; i++)
        snprintf(text + strlen(text), 8, "%s%zu", i ? "," : "", i);
    strcat(text, "]}");
    bl_model *model = load(text);
    static const struct {
        const char *name;
        float first_weight, first_bias;
    } convs[] = {
        { "layers.0.rechannel", 0, -1 },
        { "layers.0.layers.0.conv", 4, 12 },
        { "layers.0.layers.0.input_mixin", 16, -1 },
        { "layers.0.layers.0.layer1x1", 20, 24 },
        { "layers.0.layers.0.head1x1", 28, 32 },
        { "layers.0.layers.1.conv", 34, 42 },
        { "layers.0.layers.1.head1x1", 58, 62 },
        { "layers.0.head_rechannel", 64, 72 },
        { "layers.1.rechannel", 74, -1 },
        { "layers.1.layers.0.conv", 82, 86 },
        { "layers.1.layers.0.input_mixin", 88, -1 },
        { "layers.1.layers.0.layer1x1", 90, 94 },
        { "layers.1.head_rechannel", 96, -1 },
    };
    for (size_t i = 0; i < sizeof convs / sizeof *convs; i++) {
        const bl_conv1d_params *conv = &node_called(model, convs[i].name)->u.conv;
        assert_true(conv->weight[0] == convs[i].first_weight);
        assert_true(conv->bias ? conv->bias[0] == convs[i].first_bias : convs[i].first_bias < 0);
    }
    assert_true(node_called(model, "head_scale")->u.factor == 98.0f);
    assert_int_equal(node_called(model, "layers.0.layers.1.conv")->u.conv.dilation, 2);
    assert_int_equal(node_called(model, "layers.0.head_rechannel")->u.conv.dilation, 5);
    const bl_node *gate = node_called(model, "layers.0.layers.1.gate");
    assert_true(gate->u.gate.a.kind == BL_ACT_SOFTSIGN && gate->u.gate.b.kind == BL_ACT_TANH);
    assert_true(node_called(model, "layers.1.layers.0.activation")->u.act.slope == 0.2f);
    assert_int_equal(model->info.prewarm, 64);
    bl_model_free(model);
}

static void nam_refuses(void **state)
{
    (void)state;
    static const breakage broken[] = {
        { "\"0.5.4\"", "\"0.4.9\"", BL_ERR_UNSUPPORTED, "0.4.9" },
        { "\"0.5.4\"", "\"0.8.0\"", BL_ERR_UNSUPPORTED, "0.5.0 to 0.7.x" },
        { "\"0.5.4\"", "\"1.5.0\"", BL_ERR_UNSUPPORTED, "1.5.0" },
        { "\"0.5.4\"", "\"0.5.4-rc1\"", BL_ERR_FORMAT, "version" },
        { "\"0.5.4\"", "\"0.5\"", BL_ERR_FORMAT, "version" },
        { "\"0.5.4\"", "0.5", BL_ERR_FORMAT, "version" },
        { "\"WaveNet\"", "\"LSTM\"", BL_ERR_UNSUPPORTED, "LSTM" },
        { "\"WaveNet\"", "\"Transformer\"", BL_ERR_UNSUPPORTED, "Transformer" },
        { "\"architecture\"", "\"other\"", BL_ERR_FORMAT, "architecture is missing" },
        { "48000", "\"48k\"", BL_ERR_FORMAT, "sample_rate" },
        { "48000", "1e30", BL_ERR_LIMIT, "sample_rate" },
        { "\"channels\": 1", "\"channels\": 0", BL_ERR_FORMAT, "config.layers[0].channels" },
        { "\"channels\": 1", "\"channels\": 1.0", BL_ERR_FORMAT, "config.layers[0].channels" },
        { "\"channels\": 1", "\"channels\": 4294967297", BL_ERR_FORMAT, "4294967297" },
        { "\"channels\": 1", "\"channels\": null", BL_ERR_FORMAT, "null" },
        { "\"channels\": 1,", "", BL_ERR_FORMAT, "config.layers[0].channels is missing" },
        { "\"kernel_size\": 2", "\"kernel_size\": \"2\"", BL_ERR_FORMAT, "config.layers[0].kernel_size" },
        { "\"kernel_size\": 2", "\"kernel_sizes\": [2, 2]", BL_ERR_FORMAT, "config.layers[0].kernel_sizes" },
        { "\"kernel_size\": 2", "\"kernel_size\": 2, \"kernel_sizes\": [2]", BL_ERR_FORMAT, "both" },
        { "\"kernel_size\": 2,", "", BL_ERR_FORMAT, "neither" },
        { "[3]", "[]", BL_ERR_FORMAT, "config.layers[0].dilations" },
        { "[3]", "[-3]", BL_ERR_FORMAT, "config.layers[0].dilations[0]" },
        { "[3]", "[2.5]", BL_ERR_FORMAT, "config.layers[0].dilations[0]" },
        { "[3]", "[4194304]", BL_ERR_LIMIT, "looks back" },
        { "\"Tanh\"", "\"GELU\"", BL_ERR_UNSUPPORTED, "config.layers[0].activation" },
        { "\"Tanh\"", "null", BL_ERR_FORMAT, "config.layers[0].activation" },
        { "\"Tanh\"", "{}", BL_ERR_FORMAT, "config.layers[0].activation.type" },
        { "\"Tanh\"", "[\"Tanh\", \"Tanh\"]", BL_ERR_FORMAT, "config.layers[0].activation" },
        { "\"Tanh\"", "[\"Tanh\", 3]", BL_ERR_FORMAT, "config.layers[0].activation" },
        { "\"gated\": false", "\"gated\": \"no\"", BL_ERR_FORMAT, "config.layers[0].gated" },
        { "\"gated\": false", "\"gated\": true", BL_ERR_FORMAT, "needs 13 weights, but the file has 9" },
        { "\"gated\": false", "\"gating_mode\": \"maybe\"", BL_ERR_FORMAT, "config.layers[0].gating_mode" },
        { "\"gated\": false", "\"gating_mode\": \"blended\"", BL_ERR_UNSUPPORTED, "blended" },
        { "\"gated\": false", "\"bottleneck\": 2, \"layer1x1\": {\"active\": false, \"groups\": 1}", BL_ERR_FORMAT,
          "config.layers[0].bottleneck" },
        { "\"gated\": false", "\"groups_input\": 2", BL_ERR_FORMAT, "config.layers[0].groups_input" },
        { "\"gated\": false", "\"layer1x1\": {\"active\": true}", BL_ERR_FORMAT,
          "config.layers[0].layer1x1.groups" },
        { "\"gated\": false", "\"conv_pre_film\": {}", BL_ERR_UNSUPPORTED, "config.layers[0].conv_pre_film" },
        { "\"gated\": false", "\"conv_pre_film\": true", BL_ERR_FORMAT, "config.layers[0].conv_pre_film" },
        { "\"gated\": false", "\"slimmable\": {}", BL_ERR_UNSUPPORTED, "config.layers[0].slimmable" },
        { "\"head_size\": 1", "\"head_size\": 0", BL_ERR_FORMAT, "config.layers[0].head_size" },
        { "\"head_bias\": false", "\"head_bias\": 0", BL_ERR_FORMAT, "config.layers[0].head_bias" },
        { "\"head_bias\": false", "\"head\": []", BL_ERR_FORMAT, "config.layers[0].head" },
        { "\"input_size\": 1", "\"input_size\": 2", BL_ERR_FORMAT, "config.layers[0].input_size" },
        { "\"condition_size\": 1", "\"condition_size\": 2", BL_ERR_FORMAT, "config.layers[0].condition_size" },
        { "\"head\": null", "\"head\": {}", BL_ERR_UNSUPPORTED, "config.head" },
        { "\"head\": null", "\"condition_dsp\": {}", BL_ERR_UNSUPPORTED, "config.condition_dsp" },
        { "\"head\": null", "\"in_channels\": 0", BL_ERR_FORMAT, "config.in_channels" },
        { "\"head_scale\": 9", "\"head_scale\": \"9\"", BL_ERR_FORMAT, "config.head_scale" },
        { "0.5]}", "0.5, 1]}", BL_ERR_FORMAT, "needs 9 weights, but the file has 10" },
        { "0.5]}", "null]}", BL_ERR_FORMAT, "weights[8]" },
        { "0.5]}", "1e39]}", BL_ERR_FORMAT, "weights[8]" },
        { "0.5]}", "[1]]}", BL_ERR_FORMAT, "weights[8]" },
        { "\"weights\"", "\"waits\"", BL_ERR_FORMAT, "weights is missing" },
    };
    EXPECT_ALL(nam_tiny, broken);
}

static void nam_tolerates(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
    } variants[] = {
        { "48000", "null" },
        { "48000", "0" },
        { "48000", "-1" },
        { "\"Tiny\"", "[\"x\"]" },
        { "-18.5", "\"loud\"" },
        { "\"head_scale\": 9,", "" },
        { "0.25", "1e-42" },
        { "0.25", "1e-400" },
        { "\"gated\": false", "\"slimmable\": null" },
        { "\"gated\": false", "\"conv_pre_film\": {\"active\": false}, \"secondary_activation\": \"\"" },
        { "\"gated\": false", "\"head1x1\": {\"active\": false, \"out_channels\": 0, \"groups\": 0}" },
        { "\"gated\": false", "\"gating_mode\": [\"none\"], \"secondary_activation\": [null]" },
        { "\"0.5.4\"", "\"0.7.9\"" },
    };
    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
        char *text = replaced(nam_tiny, variants[i].from, variants[i].to);
        bl_model_free(load(text));
        free(text);
    }
}

static void wavenetva_computes(void **state)
{
    (void)state;
    bl_model *model = load(va_tiny);
    double *y = evaluate(model, signal_in, 8);
    for (size_t t = 0; t < 8; t++) {
        const double h = 2.0 * signal_in[t] + 0.5, h2 = t < 2 ? 0.0 : 2.0 * past(t, 2) + 0.5;
        const double a = 1.0 * h2 + 3.0 * h + 0.25, b = 2.0 * h2 + 4.0 * h - 0.25; /* [tap][in][out] */
        assert_true(fabs(y[t] - (-1.5 * tanh(a) / (1.0 + exp(-b)) + 0.125)) < 1e-12);
    }
    free(y);
    assert_string_equal(model->info.architecture, "WaveNet, 1 layer of 1 channel, gated");
    assert_true(model->info.sample_rate_hz == 44100.0 && model->info.prewarm == 0);
    const bl_tensor *w = bl_tensors_find(model->tensors, "layers.0.W_conv");
    assert_non_null(w);
    assert_true(bl_tensor_is(w, 3, (uint64_t[]){ 2, 1, 2 }) && w->values[2] == 3.0f);
    bl_model_free(model);
}

static void wavenetva_refuses(void **state)
{
    (void)state;
    static const breakage broken[] = {
        { "\"gated\"", "\"gelu\"", BL_ERR_FORMAT, "activation" },
        { "\"gated\"", "\"tanh\"", BL_ERR_FORMAT, "variables[4].data" },
        { "\"input_channels\": 1", "\"input_channels\": -1", BL_ERR_FORMAT, "input_channels" },
        { "\"residual_channels\": 1", "\"residual_channels\": 0", BL_ERR_FORMAT, "residual_channels" },
        { "\"filter_width\": 2", "\"filter_width\": 1000000000", BL_ERR_FORMAT, "filter_width" },
        { "\"filter_width\"", "\"width\"", BL_ERR_FORMAT, "filter_width is missing" },
        { "[2], \"level", "[0], \"level", BL_ERR_FORMAT, "dilations[0]" },
        { "[2], \"level", "2, \"level", BL_ERR_FORMAT, "dilations" },
        { "[1, 2, 3, 4]", "[1, 2, 3]", BL_ERR_FORMAT, "variables[4].data" },
        { "[1, 2, 3, 4]", "{}", BL_ERR_FORMAT, "variables[4].data" },
        { "[1, 2, 3, 4]", "[1, 2, 3, \"abc\"]", BL_ERR_FORMAT, "variables[4].data[3]" },
        { "[1, 2, 3, 4]", "[1, 2, 3, \"nan\"]", BL_ERR_FORMAT, "variables[4].data[3]" },
        { "[1, 2, 3, 4]", "[1, 2, 3, \"1e39\"]", BL_ERR_FORMAT, "variables[4].data[3]" },
        { "[1, 2, 3, 4]", "[1, 2, 3, \"0,5\"]", BL_ERR_FORMAT, "variables[4].data[3]" },
        { "[1, 2, 3, 4]", "[1, 2, 3, \" 1\"]", BL_ERR_FORMAT, "variables[4].data[3]" },
        { "[1, 2, 3, 4]", "[1, 2, 3, \"\"]", BL_ERR_FORMAT, "variables[4].data[3]" },
        { "[1, 2, 3, 4]", "[1, 2, 3, true]", BL_ERR_FORMAT, "variables[4].data[3]" },
        { "\"W_conv\"", "\"W_con\"", BL_ERR_FORMAT, "layers.0.W_conv" },
        { "\"layer_idx\": 0", "\"layer_idx\": 0.5", BL_ERR_FORMAT, "variables[4].layer_idx" },
        { "\"layer_idx\": 0", "\"layer_idx\": \"0\"", BL_ERR_FORMAT, "variables[4].layer_idx" },
        { "\"variables\": [", "\"variables\": [3, ", BL_ERR_FORMAT, "variables[0]" },
    };
    EXPECT_ALL(va_tiny, broken);
}

static void unknown_json_is_named(void **state)
{
    (void)state;
    expect_failure("{\"in_shape\": [null, 1], \"layers\": []}", BL_ERR_UNSUPPORTED, "Keras");
    expect_failure("{\"model_data\": {}, \"state_dict\": {}}", BL_ERR_UNSUPPORTED, "Proteus");
    expect_failure("{\"apples\": 1, \"pears\": 2}", BL_ERR_FORMAT, "\"apples\"");
    expect_failure("{}", BL_ERR_FORMAT, "NAM");
    expect_failure("[1, 2]", BL_ERR_FORMAT, "NAM");
    expect_failure("{\"apples\": ", BL_ERR_FORMAT, "JSON");
    expect_failure("", BL_ERR_FORMAT, "");
}

/* A source as a container would make it, without one. */
static bl_source make_source(void)
{
    bl_source source = { .container = "torch zip" };
    assert_int_equal(bl_tensors_create(source.container, &source.tensors, NULL), BL_OK);
    return source;
}

/* Adds a tensor whose values count up from first in steps of one. */
static void add_tensor(bl_source *source, const char *name, size_t rank, const uint64_t *shape, float first)
{
    float *values;
    assert_int_equal(bl_tensors_add(source->tensors, name, strlen(name), "float32", rank, shape, &values, NULL),
                     BL_OK);
    const size_t count = bl_tensors_find(source->tensors, name)->count;
    for (size_t i = 0; i < count; i++)
        values[i] = first + (float)i;
}

static json_t *parse(const char *text)
{
    json_t *json = NULL;
    assert_int_equal(bl_json_parse(bl_bytes_make(text, strlen(text)), 0, &json, NULL), BL_OK);
    return json;
}

static bl_status build(bl_source *source, bl_model **model, bl_error *error)
{
    assert_int_equal(bl_model_create(model, error), BL_OK);
    bl_status status = bl_network_build(source, *model, error);
    if (status) {
        bl_model_free(*model);
        *model = NULL;
    }
    return status;
}

static const char sequence_json[] =
    "{\"backline\": \"sequence\", \"sample_rate\": 44100, \"name\": \"Two\", \"layers\": ["
    "{\"conv\": \"input_layer\"},"
    "{\"conv\": \"hidden.0\", \"dilation\": 3, \"activation\": {\"type\": \"leaky_relu\", \"negative_slope\": "
    "0.5}}]}";

static bl_source sequence_source(void)
{
    bl_source source = make_source();
    add_tensor(&source, "input_layer.weight", 3, (uint64_t[]){ 2, 1, 1 }, 1.0f); /* 1, 2 */
    add_tensor(&source, "input_layer.bias", 1, (uint64_t[]){ 2 }, 5.0f);         /* 5, 6 */
    add_tensor(&source, "hidden.0.weight", 3, (uint64_t[]){ 1, 2, 2 }, -2.0f);   /* -2, -1, 0, 1 */
    return source;
}

static void sequence_computes(void **state)
{
    (void)state;
    bl_source source = sequence_source();
    source.description = parse(sequence_json);
    bl_model *model;
    bl_error error = { 0 };
    if (build(&source, &model, &error))
        fail_msg("%s", error.text);
    double *y = evaluate(model, signal_in, 8);
    for (size_t t = 0; t < 8; t++) {
        const double a = signal_in[t] + 5.0, b = 2.0 * signal_in[t] + 6.0;
        const double a3 = t < 3 ? 0.0 : past(t, 3) + 5.0; /* zero history, also of the hidden layer */
        const double z = -2.0 * a3 - 1.0 * a + 1.0 * b;
        assert_true(fabs(y[t] - (z > 0.0 ? z : 0.5 * z)) < 1e-12);
    }
    free(y);
    assert_string_equal(model->info.format, "PyTorch state dict with description");
    assert_string_equal(model->info.name, "Two");
    assert_int_equal(model->info.prewarm, 0);
    assert_int_equal(model->info.receptive_field, 4);
    bl_model_free(model);
    bl_source_clear(&source);
}

static void sequence_refuses(void **state)
{
    (void)state;
    static const breakage broken[] = {
        { "\"sequence\"", "\"graph\"", BL_ERR_FORMAT, "backline" },
        { "\"dilation\": 3", "\"dilation\": 0", BL_ERR_FORMAT, "layers[1].dilation" },
        { "\"dilation\": 3", "\"dilatoin\": 3", BL_ERR_FORMAT, "layers[1].dilatoin" },
        { "\"dilation\": 3", "\"groups\": 3", BL_ERR_FORMAT, "hidden.0.weight" },
        { "hidden.0", "hidden.1", BL_ERR_FORMAT, "hidden.1.weight" },
        { "\"conv\": \"hidden.0\"", "\"conv\": 0", BL_ERR_FORMAT, "layers[1].conv" },
        { "leaky_relu", "gelu", BL_ERR_FORMAT, "layers[1].activation" },
        { "0.5}", "\"0.5\"}", BL_ERR_FORMAT, "layers[1].activation.negative_slope" },
        { "{\"conv\": \"input_layer\"},", "", BL_OK, "" }, /* two channels in: unusual, but possible */
        { "{\"conv\": \"input_layer\"}", "7", BL_ERR_FORMAT, "layers[0]" },
        { "44100", "true", BL_ERR_FORMAT, "sample_rate" },
        { "\"layers\"", "\"layer\"", BL_ERR_FORMAT, "layer " },
    };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        bl_source source = sequence_source();
        char *text = replaced(sequence_json, broken[i].from, broken[i].to);
        source.description = parse(text);
        bl_model *model;
        bl_error error = { 0 };
        const bl_status status = build(&source, &model, &error);
        if (status != broken[i].status || !strstr(error.text, broken[i].part))
            fail_msg("%s: got %d and \"%s\"", broken[i].to, status, error.text);
        bl_model_free(model);
        free(text);
        bl_source_clear(&source);
    }
}

/* One tensor used over and over must not fill the memory: 4096 layers of a million weights each. */
static void sequence_is_bounded(void **state)
{
    (void)state;
    bl_source source = make_source();
    add_tensor(&source, "big.weight", 3, (uint64_t[]){ 64, 64, 256 }, 0.0f);
    json_t *layers = json_array();
    for (size_t i = 0; i < 4096; i++)
        json_array_append_new(layers, json_pack("{ss}", "conv", "big"));
    source.description = json_pack("{ssso}", "backline", "sequence", "layers", layers);
    assert_non_null(source.description);
    bl_model *model;
    bl_error error = { 0 };
    assert_int_equal(build(&source, &model, &error), BL_ERR_LIMIT);
    bl_source_clear(&source);
}

static void tensors_alone_are_no_network(void **state)
{
    (void)state;
    bl_source source = sequence_source();
    bl_model *model;
    bl_error error = { 0 };
    assert_int_equal(build(&source, &model, &error), BL_ERR_NO_NETWORK);
    assert_non_null(strstr(error.text, "3 tensors"));
    assert_non_null(strstr(error.text, "docs/describing-a-network.md"));
    source.description = parse("{\"activation\": \"gated\"}");
    assert_int_equal(build(&source, &model, &error), BL_ERR_NO_NETWORK);
    assert_non_null(strstr(error.text, "\"backline\""));
    bl_source_clear(&source);
}

/* One channel, kernel 2, two layers with dilations 1 and 2. */
static bl_source pedalnet_source(const char *hparams)
{
    bl_source source = make_source();
    add_tensor(&source, "state_dict.wavenet.input_layer.weight", 3, (uint64_t[]){ 1, 1, 1 }, 2.0f);
    add_tensor(&source, "state_dict.wavenet.input_layer.bias", 1, (uint64_t[]){ 1 }, 0.0f);
    add_tensor(&source, "state_dict.wavenet.hidden.0.weight", 3, (uint64_t[]){ 2, 1, 2 }, 0.0f);
    add_tensor(&source, "state_dict.wavenet.hidden.0.bias", 1, (uint64_t[]){ 2 }, 0.0f);
    add_tensor(&source, "state_dict.wavenet.hidden.1.weight", 3, (uint64_t[]){ 2, 1, 2 }, -1.0f);
    add_tensor(&source, "state_dict.wavenet.residuals.0.weight", 3, (uint64_t[]){ 1, 1, 1 }, 3.0f);
    add_tensor(&source, "state_dict.wavenet.residuals.1.weight", 3, (uint64_t[]){ 1, 1, 1 }, 1.0f);
    add_tensor(&source, "state_dict.wavenet.linear_mix.weight", 3, (uint64_t[]){ 1, 2, 1 }, 1.0f);
    source.values = parse(hparams);
    return source;
}

static double gated(double a, double b)
{
    return tanh(a) / (1.0 + exp(-b));
}

/* The skip of layer 0 and the input of layer 1 at time t; zero before the start. */
static double pedalnet_skip(size_t t)
{
    const double h = 2.0 * signal_in[t], h1 = 2.0 * past(t, 1);
    return gated(1.0 * h, 2.0 * h1 + 3.0 * h + 1.0);
}

static double pedalnet_h(size_t t, size_t back)
{
    return t < back ? 0.0 : 2.0 * signal_in[t - back] + 3.0 * pedalnet_skip(t - back);
}

static void pedalnet_computes(void **state)
{
    (void)state;
    bl_source source = pedalnet_source(
        "{\"hparams\": {\"num_channels\": 1, \"dilation_depth\": 2, \"num_repeat\": 1, \"kernel_size\": 2}}");
    bl_model *model;
    bl_error error = { 0 };
    if (build(&source, &model, &error))
        fail_msg("%s", error.text);
    double *y = evaluate(model, signal_in, 8);
    for (size_t t = 0; t < 8; t++) {
        const double skip = gated(-1.0 * pedalnet_h(t, 2), 1.0 * pedalnet_h(t, 2) + 2.0 * pedalnet_h(t, 0));
        assert_true(fabs(y[t] - (1.0 * pedalnet_skip(t) + 2.0 * skip)) < 1e-12);
    }
    free(y);
    assert_true(model->info.sample_rate_hz == 44100.0 && model->info.prewarm == 0);
    assert_string_equal(model->info.format, "PedalNet checkpoint");
    bl_model_free(model);
    bl_source_clear(&source);
}

static void pedalnet_refuses(void **state)
{
    (void)state;
    static const struct {
        const char *hparams;
        bl_status status;
        const char *part;
    } broken[] = {
        { "{}", BL_ERR_NO_NETWORK, "hparams" },
        { "{\"hparams\": 3}", BL_ERR_FORMAT, "hparams" },
        { "{\"hparams\": {\"num_channels\": 2, \"dilation_depth\": 2, \"num_repeat\": 1, \"kernel_size\": 2}}",
          BL_ERR_FORMAT, "input_layer" },
        { "{\"hparams\": {\"num_channels\": 1, \"dilation_depth\": 2, \"num_repeat\": 1, \"kernel_size\": 3}}",
          BL_ERR_FORMAT, "hidden.0" },
        { "{\"hparams\": {\"num_channels\": 1, \"dilation_depth\": 2, \"num_repeat\": 2, \"kernel_size\": 2}}",
          BL_ERR_FORMAT, "hidden.2.weight" },
        { "{\"hparams\": {\"num_channels\": 1, \"dilation_depth\": 1, \"num_repeat\": 1, \"kernel_size\": 2}}",
          BL_ERR_FORMAT, "more layers" },
        { "{\"hparams\": {\"num_channels\": 1, \"dilation_depth\": 22, \"num_repeat\": 1024, \"kernel_size\": 2}}",
          BL_ERR_LIMIT, "layers" },
    };
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        bl_source source = pedalnet_source(broken[i].hparams);
        bl_model *model;
        bl_error error = { 0 };
        const bl_status status = build(&source, &model, &error);
        if (status != broken[i].status || !strstr(error.text, broken[i].part))
            fail_msg("%s: got %d and \"%s\"", broken[i].hparams, status, error.text);
        bl_source_clear(&source);
    }
}

static void write_file(const char *path, const void *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* A safetensors file of one convolution, a.weight = [[[0.5]]]; extra goes into its header. */
static size_t make_safetensors(char *bytes, size_t room, const char *extra)
{
    const float weight = 0.5f;
    char header[400];
    int length = snprintf(header, sizeof header,
                          "{%s\"a.weight\":{\"dtype\":\"F32\",\"shape\":[1,1,1],\"data_offsets\":[0,4]}}", extra);
    assert_true(length > 0 && (size_t)length + 12 < room);
    memset(bytes, 0, 8);
    bytes[0] = (char)(length & 0xFF);
    bytes[1] = (char)(length >> 8);
    memcpy(bytes + 8, header, (size_t)length);
    memcpy(bytes + 8 + length, &weight, 4);
    return (size_t)length + 12;
}

static const char one_layer[] = "{\"backline\": \"sequence\", \"layers\": [{\"conv\": \"a\"}]}";

/* A description inside the file, handed over, beside the file, and by path. */
static void descriptions_are_found(void **state)
{
    (void)state;
    char bytes[600], folder[] = "/tmp/backline-test-XXXXXX", model_path[80], json_path[80], other_path[80];
    bl_model *model;
    bl_error error = { 0 };
    size_t size =
        make_safetensors(bytes, sizeof bytes,
                         "\"__metadata__\":{\"backline\":\"{\\\"backline\\\":\\\"sequence\\\",\\\"layers\\\":"
                         "[{\\\"conv\\\":\\\"a\\\"}]}\"},");
    if (bl_model_load_memory(bytes, size, NULL, &model, &error))
        fail_msg("%s", error.text);
    assert_string_equal(model->info.format, "safetensors state dict with description");
    assert_int_equal(bl_tensors_count(bl_model_tensors(model)), 1);
    bl_model_free(model);

    size = make_safetensors(bytes, sizeof bytes, "");
    assert_int_equal(bl_model_load_memory(bytes, size, NULL, &model, &error), BL_ERR_NO_NETWORK);
    assert_int_equal(bl_model_load_memory(bytes, size, "{", &model, &error), BL_ERR_FORMAT);
    assert_int_equal(bl_model_load_memory(bytes, size, one_layer, &model, &error), BL_OK);
    bl_model_free(model);

    assert_non_null(mkdtemp(folder));
    snprintf(model_path, sizeof model_path, "%s/my.amp.safetensors", folder);
    snprintf(json_path, sizeof json_path, "%s/my.amp.json", folder);
    snprintf(other_path, sizeof other_path, "%s/other", folder);
    write_file(model_path, bytes, size);
    assert_int_equal(bl_model_load_file(model_path, NULL, &model, &error), BL_ERR_NO_NETWORK);
    assert_non_null(strstr(error.text, "my.amp.safetensors: "));
    write_file(json_path, one_layer, strlen(one_layer));
    if (bl_model_load_file(model_path, NULL, &model, &error))
        fail_msg("%s", error.text);
    bl_model_free(model);
    write_file(json_path, "{]", 2);
    assert_int_equal(bl_model_load_file(model_path, NULL, &model, &error), BL_ERR_FORMAT);
    assert_non_null(strstr(error.text, "my.amp.json: "));
    write_file(other_path, one_layer, strlen(one_layer));
    const bl_load_options options = { .description_path = other_path };
    assert_int_equal(bl_model_load_file(model_path, &options, &model, &error), BL_OK);
    bl_model_free(model);
    bl_tensors *tensors;
    assert_int_equal(bl_tensors_load_file(model_path, &tensors, &error), BL_OK);
    assert_int_equal(bl_tensors_count(tensors), 1);
    bl_tensors_free(tensors);
    write_file(other_path, nam_tiny, strlen(nam_tiny));
    assert_int_equal(bl_tensors_load_file(other_path, &tensors, &error), BL_OK);
    assert_int_equal(bl_tensors_count(tensors), 8);
    bl_tensors_free(tensors);
    remove(model_path);
    remove(json_path);
    remove(other_path);
    rmdir(folder);
    assert_int_equal(bl_model_load_file(model_path, NULL, &model, &error), BL_ERR_IO);
    assert_int_equal(bl_tensors_load_file("/tmp", &tensors, &error), BL_ERR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nam_computes),
        cmocka_unit_test(nam_describes_itself),
        cmocka_unit_test(nam_lists_tensors),
        cmocka_unit_test(nam_places_weights),
        cmocka_unit_test(nam_refuses),
        cmocka_unit_test(nam_tolerates),
        cmocka_unit_test(wavenetva_computes),
        cmocka_unit_test(wavenetva_refuses),
        cmocka_unit_test(unknown_json_is_named),
        cmocka_unit_test(sequence_computes),
        cmocka_unit_test(sequence_refuses),
        cmocka_unit_test(sequence_is_bounded),
        cmocka_unit_test(tensors_alone_are_no_network),
        cmocka_unit_test(pedalnet_computes),
        cmocka_unit_test(pedalnet_refuses),
        cmocka_unit_test(descriptions_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
