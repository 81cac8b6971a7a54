/* NAM files: the objects around networks, and the architectures beside WaveNet. */
#include "formats/small_files.h"

#include "model/tensors.h"

#include <stdio.h>

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
        { "\"WaveNet\"", "\"LSTM\"", BL_ERR_FORMAT, "config.input_size" },
        { "\"WaveNet\"", "\"Transformer\"", BL_ERR_UNSUPPORTED, "\"Transformer\"; WaveNet, ConvNet" },
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
        { "[3]", "[4194304]", BL_ERR_LIMIT, "4194304 samples" },
        { "\"Tanh\"", "\"GELU\"", BL_ERR_UNSUPPORTED, "config.layers[0].activation" },
        { "\"Tanh\"", "null", BL_ERR_FORMAT, "config.layers[0].activation" },
        { "\"Tanh\"", "{}", BL_ERR_FORMAT, "config.layers[0].activation.type" },
        { "\"Tanh\"", "[\"Tanh\", \"Tanh\"]", BL_ERR_FORMAT, "config.layers[0].activation" },
        { "\"Tanh\"", "[\"Tanh\", 3]", BL_ERR_FORMAT, "config.layers[0].activation" },
        { "\"gated\": false", "\"gated\": \"no\"", BL_ERR_FORMAT, "config.layers[0].gated" },
        { "\"gated\": false", "\"gated\": true", BL_ERR_FORMAT, "needs 13 weights, but the file has 9" },
        { "\"gated\": false", "\"gating_mode\": \"maybe\"", BL_ERR_FORMAT, "config.layers[0].gating_mode" },
        { "\"gated\": false", "\"gating_mode\": \"blended\"", BL_ERR_FORMAT, "needs 13 weights" },
        { "\"gated\": false", "\"bottleneck\": 2, \"layer1x1\": {\"active\": false, \"groups\": 1}", BL_ERR_FORMAT,
          "config.layers[0].bottleneck" },
        { "\"gated\": false", "\"groups_input\": 2", BL_ERR_FORMAT, "config.layers[0].groups_input" },
        { "\"gated\": false", "\"layer1x1\": {\"active\": true}", BL_ERR_FORMAT,
          "config.layers[0].layer1x1.groups" },
        { "\"gated\": false", "\"conv_pre_film\": {}", BL_ERR_FORMAT, "needs 13 weights" },
        { "\"gated\": false", "\"conv_pre_film\": true", BL_ERR_FORMAT, "config.layers[0].conv_pre_film" },
        { "\"gated\": false", "\"conv_pre_film\": {\"groups\": 2}", BL_ERR_FORMAT,
          "config.layers[0].conv_pre_film.groups" },
        { "\"gated\": false", "\"head1x1_post_film\": {}", BL_ERR_FORMAT, "config.layers[0].head1x1_post_film" },
        { "\"gated\": false", "\"slimmable\": []", BL_ERR_FORMAT, "config.layers[0].slimmable" },
        { "\"head_size\": 1", "\"head_size\": 0", BL_ERR_FORMAT, "config.layers[0].head_size" },
        { "\"head_bias\": false", "\"head_bias\": 0", BL_ERR_FORMAT, "config.layers[0].head_bias" },
        { "\"head_bias\": false", "\"head\": []", BL_ERR_FORMAT, "config.layers[0].head" },
        { "\"input_size\": 1", "\"input_size\": 2", BL_ERR_FORMAT, "config.layers[0].input_size" },
        { "\"condition_size\": 1", "\"condition_size\": 2", BL_ERR_FORMAT, "config.layers[0].condition_size" },
        { "\"head\": null", "\"head\": {}", BL_ERR_FORMAT, "config.head.channels" },
        { "\"head\": null", "\"head\": []", BL_ERR_FORMAT, "config.head" },
        { "\"head\": null", "\"condition_dsp\": {}", BL_ERR_FORMAT, "config.condition_dsp.version" },
        { "\"head\": null", "\"condition_dsp\": 3", BL_ERR_FORMAT, "config.condition_dsp" },
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
        { "\"gated\": false", "\"slimmable\": {}" },
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

#define OBJECT(architecture, config, weights)                                                                      \
    "{\"version\": \"0.7.0\", \"architecture\": \"" architecture "\", \"config\": {" config                        \
    "}, \"weights\": [" weights "]}"

/* Two channels from one with batch norm and a dilation of 3, then one output. */
static const char convnet_text[] =
    OBJECT("ConvNet", "\"channels\": 2, \"dilations\": [3], \"batchnorm\": true, \"activation\": \"Tanh\"",
           "1, 2, 3, 4, 0.5, -0.5, 4, 9, 2, 3, 0.25, 0.75, 0, -1, 0.5, 0.125");

static void convnet_computes(void **state)
{
    (void)state;
    bl_model *model = load(convnet_text);
    double *y = evaluate(model, signal_in, 8);
    for (size_t t = 0; t < 8; t++) {
        const double a = 1.0 * past(t, 3) + 2.0 * signal_in[t], b = 3.0 * past(t, 3) + 4.0 * signal_in[t];
        const double na = (a - 0.5) / 2.0 * 2.0 + 0.25, nb = (b + 0.5) / 3.0 * 3.0 + 0.75;
        assert_true(fabs(y[t] - (-tanh(na) + 0.5 * tanh(nb) + 0.125)) < 1e-6);
    }
    free(y);
    assert_string_equal(model->info.architecture, "ConvNet, 1 layer of 2 channels, Tanh, batch norm");
    assert_int_equal(model->info.prewarm, 64);
    const bl_tensors *tensors = bl_model_tensors(model);
    assert_int_equal(bl_tensors_count(tensors), 8);
    assert_string_equal(bl_tensors_at(tensors, 0)->name, "blocks.0.conv.weight");
    assert_string_equal(bl_tensors_at(tensors, 5)->name, "blocks.0.batchnorm.eps");
    assert_string_equal(bl_tensors_at(tensors, 7)->name, "head.bias");
    bl_model_free(model);
    static const breakage broken[] = {
        { "[3]", "[]", BL_ERR_FORMAT, "config.dilations" },
        { "[3]", "[-1]", BL_ERR_FORMAT, "config.dilations[0]" },
        { "true", "1", BL_ERR_FORMAT, "config.batchnorm" },
        { "true", "false", BL_ERR_FORMAT, "needs 9 weights, but the file has 16" },
        { "true", "true, \"groups\": 2", BL_ERR_FORMAT, "config.groups" },
        { "\"channels\": 2", "\"channels\": 1000000000", BL_ERR_FORMAT, "config.channels" },
        { "\"Tanh\"", "{\"type\": \"PReLU\", \"negative_slopes\": [1, 2, 3]}", BL_ERR_FORMAT, "config.activation" },
        { "4, 9, 2", "4, -9, 2", BL_ERR_FORMAT, "not a finite" },
        { "0.125]", "0.125, 1]", BL_ERR_FORMAT, "needs 16 weights" },
    };
    EXPECT_ALL(convnet_text, broken);
}

/* Two layers of one channel each. */
static const char lstm_text[] = OBJECT("LSTM", "\"input_size\": 1, \"hidden_size\": 1, \"num_layers\": 2",
                                       "0.5, 0.25, -0.5, 1, 2, -1, 0.75, 0.125, 0.1, 0.2, 0.3, 0.4, 0.5, -0.5,"
                                       "1, 2, 3, 4, -1, -2, -3, -4, 0, 0, 0, 0, 0.25, 0.75, 3, -0.5");

static double sigmoid(double x)
{
    return 1.0 / (1.0 + exp(-x));
}

static double lstm_step(const float *w, double x, double *state)
{
    double z[4];
    for (size_t i = 0; i < 4; i++)
        z[i] = (double)w[2 * i] * x + (double)w[2 * i + 1] * state[0] + (double)w[8 + i];
    state[1] = sigmoid(z[1]) * state[1] + sigmoid(z[0]) * tanh(z[2]);
    state[0] = sigmoid(z[3]) * tanh(state[1]);
    return state[0];
}

static void lstm_computes(void **state)
{
    (void)state;
    static const float w[2][12] = { { 0.5f, 0.25f, -0.5f, 1, 2, -1, 0.75f, 0.125f, 0.1f, 0.2f, 0.3f, 0.4f },
                                    { 1, 2, 3, 4, -1, -2, -3, -4, 0, 0, 0, 0 } };
    double first[2] = { 0.5, -0.5 }, second[2] = { 0.25, 0.75 };
    bl_model *model = load(lstm_text);
    double *y = evaluate(model, signal_in, 8);
    for (size_t t = 0; t < 8; t++) {
        const double h = lstm_step(w[1], lstm_step(w[0], signal_in[t], first), second);
        assert_true(fabs(y[t] - (3.0 * h - 0.5)) < 1e-12);
    }
    free(y);
    assert_string_equal(model->info.architecture, "LSTM, 2 layers of 1 channel");
    assert_int_equal(model->info.prewarm, 64); /* one zero, where the sample rate is unknown */
    assert_string_equal(bl_tensors_at(bl_model_tensors(model), 7)->name, "layers.1.c0");
    bl_model_free(model);
    static const breakage broken[] = {
        { "\"hidden_size\": 1", "\"hidden_size\": 0", BL_ERR_FORMAT, "config.hidden_size" },
        { "\"num_layers\": 2", "\"num_layers\": 1000000000", BL_ERR_FORMAT, "config.num_layers" },
        { "\"num_layers\": 2", "\"num_layers\": 1", BL_ERR_FORMAT, "needs 16 weights, but the file has 30" },
        { "\"input_size\": 1", "\"input_size\": 2", BL_ERR_FORMAT, "config.input_size" },
        { "\"LSTM\"", "\"LSTM\", \"sample_rate\": 1e12", BL_ERR_LIMIT, "sample_rate" },
    };
    EXPECT_ALL(lstm_text, broken);
    char *text = replaced(lstm_text, "\"LSTM\"", "\"LSTM\", \"sample_rate\": 44100");
    model = load(text);
    assert_int_equal(model->info.prewarm, 22080); /* half a second, in whole blocks of 64 */
    bl_model_free(model);
    free(text);
}

static const char linear_text[] = OBJECT("Linear", "\"receptive_field\": 3, \"bias\": true", "1, 0.5, 0.25, 2");

static void linear_computes(void **state)
{
    (void)state;
    static const char *const channels[] = { "1", "1", "2", "1", "1", "2", "2", "2" }; /* in, out */
    for (size_t k = 0; k < 4; k++) {
        char more[100];
        snprintf(more, sizeof more, "true, \"in_channels\": %s, \"out_channels\": %s, \"implementation\": \"FFT\"",
                 channels[2 * k], channels[2 * k + 1]);
        char *text = replaced(linear_text, "true", more);
        bl_model *model = load(text);
        const double in[16] = { 1.0, -0.5, 0.25, 0.75, -1.0, 0.0, 0.5, 0.1, 1, 2, 3, 4, 5, 6, 7, 8 };
        double *y = evaluate(model, in, 8);
        for (size_t t = 0; t < 8; t++) {
            assert_true(fabs(y[t] - (in[t] + 0.5 * past(t, 1) + 0.25 * past(t, 2) + 2.0)) < 1e-12);
            double other = in[8 + t] + (t > 0 ? 0.5 * in[7 + t] : 0.0) + (t > 1 ? 0.25 * in[6 + t] : 0.0) + 2.0;
            if (*channels[2 * k] == '1') /* an output without an input is silent */
                other = 0.0;
            if (*channels[2 * k + 1] == '2')
                assert_true(fabs(y[8 + t] - other) < 1e-12);
        }
        free(y);
        assert_int_equal(model->info.prewarm, 0);
        bl_model_free(model);
        free(text);
    }
    static const breakage broken[] = {
        { "3", "0", BL_ERR_FORMAT, "config.receptive_field" },
        { "3", "1000000000", BL_ERR_FORMAT, "config.receptive_field" },
        { "3", "4", BL_ERR_FORMAT, "needs 5 weights, but the file has 4" },
        { "true", "false", BL_ERR_FORMAT, "needs 3 weights" },
        { "true", "true, \"implementation\": \"fastest\"", BL_ERR_FORMAT, "config.implementation" },
    };
    EXPECT_ALL(linear_text, broken);
}

#define LINEAR(weight) OBJECT("Linear", "\"receptive_field\": 1, \"bias\": false", weight)

static const char container_text[] = OBJECT(
    "SlimmableContainer",
    "\"submodels\": [{\"max_value\": 0.33, \"model\": " LINEAR("2") "}, {\"max_value\": 0.66, \"model\": " LINEAR(
        "3") "}, {\"max_value\": 1.0, \"model\": " LINEAR("4") "}]",
    "");

static void container_chooses(void **state)
{
    (void)state;
    static const double choices[][2] = { { 0, 2 }, { 0.32, 2 }, { 0.33, 3 }, { 0.65, 3 }, { 0.66, 4 }, { 1, 4 } };
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
        const bl_load_options options = { .has_quality = true, .quality = choices[i][0] };
        bl_model *model = load_with(container_text, &options);
        double *y = evaluate(model, signal_in, 1);
        assert_true(y[0] == choices[i][1]);
        free(y);
        bl_model_free(model);
    }
    bl_model *model = load(container_text);
    bl_quality_info info;
    assert_int_equal(bl_model_quality_count(model), 3);
    bl_model_get_quality(model, 1, &info);
    assert_true(info.below == 0.66);
    assert_string_equal(info.text, "Linear, 1 tap");
    bl_model_get_quality(model, 2, &info);
    assert_true(isinf(info.below));
    assert_string_equal(model->info.architecture, "Linear, 1 tap (size 3 of 3)");
    const bl_tensors *tensors = bl_model_tensors(model);
    assert_int_equal(bl_tensors_count(tensors), 3);
    assert_string_equal(bl_tensors_at(tensors, 0)->name, "submodels.0.weight");
    assert_true(isnan(model->info.sample_rate_hz));
    bl_model_free(model);
}

static void container_refuses(void **state)
{
    (void)state;
    static const breakage broken[] = {
        { "1.0,", "0.9,", BL_ERR_FORMAT, "max_value" },
        { "0.66", "0.33", BL_ERR_FORMAT, "config.submodels[1].max_value" },
        { "0.33", "\"0.33\"", BL_ERR_FORMAT, "config.submodels[0].max_value" },
        { "[2]", "[2, 2]", BL_ERR_FORMAT, "config.submodels[0].model.config needs 1 weights" },
        { "\"bias\": false", "\"bias\": false, \"out_channels\": 2", BL_ERR_FORMAT, "2 output channels" },
        { "\"submodels\": [", "\"submodels\": [], \"old\": [", BL_ERR_FORMAT, "config.submodels" },
        { "\"submodels\": [", "\"submodels\": [3, ", BL_ERR_FORMAT, "config.submodels[0]" },
        { "{\"submodels\"", "{\"in_channels\": 2, \"submodels\"", BL_ERR_FORMAT, "config.in_channels" },
        { "\"weights\": []}", "\"old\": []}", BL_ERR_FORMAT, "weights is missing" },
    };
    EXPECT_ALL(container_text, broken);
    char *rates = replaced(container_text, "\"Linear\"", "\"Linear\", \"sample_rate\": 44100");
    bl_model_free(load(rates)); /* that of the container is unknown */
    char *both = replaced(rates, "\"SlimmableContainer\"", "\"SlimmableContainer\", \"sample_rate\": 48000");
    expect_failure(both, BL_ERR_FORMAT, "config.submodels[0].model.sample_rate");
    free(rates);
    free(both);
}

/* A WaveNet whose condition is made by an LSTM of one channel: z = conv(h) + mixin(condition). */
#define CONDITION_LSTM                                                                                             \
    OBJECT("LSTM", "\"input_size\": 1, \"hidden_size\": 1, \"num_layers\": 1",                                     \
           "0.5, 0.25, -0.5, 1, 2, -1, 0.75, 0.125, 0.1, 0.2, 0.3, 0.4, 0.5, -0.5, 3, -0.5")

static void condition_computes(void **state)
{
    (void)state;
    static const float w[12] = { 0.5f, 0.25f, -0.5f, 1, 2, -1, 0.75f, 0.125f, 0.1f, 0.2f, 0.3f, 0.4f };
    char *without_rate = replaced(nam_tiny, "48000", "null");
    char *text = replaced(without_rate, "\"head\": null", "\"condition_dsp\": " CONDITION_LSTM);
    bl_model *model = load(text);
    double *y = evaluate(model, signal_in, 8), memory[2] = { 0.5, -0.5 };
    for (size_t t = 0; t < 8; t++) {
        const double c = 3.0 * lstm_step(w, signal_in[t], memory) - 0.5;
        const double z = 0.5 * 2.0 * past(t, 3) + 0.25 * 2.0 * signal_in[t] + (double)0.1f + 3.0 * c;
        assert_true(fabs(y[t] - 0.5 * 4.0 * tanh(z)) < 1e-12);
    }
    free(y);
    assert_string_equal(model->info.architecture, "WaveNet, 1 layer of 1 channel, Tanh, condition by LSTM");
    assert_string_equal(bl_tensors_at(bl_model_tensors(model), 0)->name, "condition_dsp.layers.0.weight");
    assert_string_equal(bl_tensors_at(bl_model_tensors(model), 6)->name, "layers.0.rechannel.weight");
    bl_model_free(model);
    static const breakage broken[] = {
        { "\"LSTM\"", "\"LSTM\", \"sample_rate\": 44100", BL_ERR_FORMAT,
          "config.condition_dsp has a sample rate of 44100 Hz, but the network around it has no sample rate" },
        { "0.7.0", "0.8.0", BL_ERR_UNSUPPORTED, "0.8.0" },
        { "\"input_size\": 1", "\"in_channels\": 2, \"input_size\": 2", BL_ERR_FORMAT,
          "config.condition_dsp.config.in_channels" },
        { "3, -0.5]", "3]", BL_ERR_FORMAT, "config.condition_dsp.config needs 16 weights, but the file has 15" },
        { "\"condition_size\": 1", "\"condition_size\": 2", BL_ERR_FORMAT, "config.layers[0].condition_size" },
    };
    EXPECT_ALL(text, broken);
    free(text);
    free(without_rate);
}

/* The prewarming of a condition is added to its network's own. */
static void condition_is_prewarmed(void **state)
{
    (void)state;
    char *lstm = replaced(CONDITION_LSTM, "\"LSTM\"", "\"LSTM\", \"sample_rate\": 48000");
    char condition[1000];
    snprintf(condition, sizeof condition, "\"condition_dsp\": %s", lstm);
    char *text = replaced(nam_tiny, "\"head\": null", condition);
    bl_model *model = load(text);
    assert_int_equal(model->info.prewarm, 24064); /* 24000 + 3, in whole blocks of 64 */
    bl_model_free(model);
    free(text);
    free(lstm);
}

static void nesting_is_limited(void **state)
{
    (void)state;
    char *file = replaced(nam_tiny, "48000", "null");
    for (size_t depth = 1; depth <= 9; depth++) {
        char *condition = calloc(strlen(file) + 32, 1), *inner = replaced(nam_tiny, "48000", "null");
        assert_non_null(condition);
        sprintf(condition, "\"condition_dsp\": %s", file);
        free(file);
        file = replaced(inner, "\"head\": null", condition);
        free(condition);
        free(inner);
        if (depth <= 8)
            bl_model_free(load(file));
    }
    expect_failure(file, BL_ERR_LIMIT, "the limit is 8");
    free(file);
}

static void options_are_heeded(void **state)
{
    (void)state;
    bl_model *model = load_with(nam_tiny, &(bl_load_options){ .has_prewarm = true, .prewarm = 17 });
    assert_int_equal(model->info.prewarm, 17);
    bl_model_free(model);
    model = load_with(nam_tiny, &(bl_load_options){ .prewarm = 17, .quality = 9, .has_quality = false });
    assert_int_equal(model->info.prewarm, 64);
    assert_int_equal(bl_model_quality_count(model), 0);
    bl_model_free(model);
    static const double bad[] = { -0.1, 1.1, NAN };
    for (size_t i = 0; i < 3; i++) {
        const bl_load_options options = { .has_quality = true, .quality = bad[i] };
        bl_error error;
        assert_int_equal(bl_model_load_memory(nam_tiny, strlen(nam_tiny), NULL, &options, &model, &error),
                         BL_ERR_ARGUMENT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nam_computes),       cmocka_unit_test(nam_describes_itself),
        cmocka_unit_test(nam_lists_tensors),  cmocka_unit_test(nam_refuses),
        cmocka_unit_test(nam_tolerates),      cmocka_unit_test(convnet_computes),
        cmocka_unit_test(lstm_computes),      cmocka_unit_test(linear_computes),
        cmocka_unit_test(container_chooses),  cmocka_unit_test(container_refuses),
        cmocka_unit_test(condition_computes), cmocka_unit_test(condition_is_prewarmed),
        cmocka_unit_test(nesting_is_limited), cmocka_unit_test(options_are_heeded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
