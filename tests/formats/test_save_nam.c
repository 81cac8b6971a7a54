/* Writing .nam files: the same network, or a refusal. */
#include "formats/saved.h"

#include <jansson.h>

/* A .nam file of that config with so many random weights; the caller frees it. */
static char *nam_text(const char *architecture, const char *config, size_t weights)
{
    const size_t size = 400 + strlen(config) + 20 * weights;
    char *text = calloc(size, 1);
    assert_non_null(text);
    bl_random r = { 3 };
    int n = snprintf(
        text, size,
        "{\"version\": \"0.7.0\", \"architecture\": \"%s\", \"sample_rate\": 48000, \"metadata\": {\"name\": "
        "\"N\", \"loudness\": -18.5, \"input_level_dbu\": 3, \"training\": {\"validation_esr\": 0.01}}, "
        "\"config\": {%s}, \"weights\": [",
        architecture, config);
    for (size_t i = 0; i < weights; i++)
        n += snprintf(text + n, size - (size_t)n, "%s%.9g", i ? "," : "", (double)bl_random_float(&r, 0.7f));
    snprintf(text + n, size - (size_t)n, "]}");
    return text;
}

/* With as many weights as it needs. */
static bl_model *load_nam(const char *architecture, const char *config)
{
    bl_model *model = NULL;
    bl_error error = { 0 };
    for (size_t weights = 1; !model && weights < 2000; weights++) {
        char *text = nam_text(architecture, config, weights);
        bl_model_load_memory(text, strlen(text), NULL, NULL, &model, &error);
        free(text);
    }
    if (!model)
        fail_msg("%s: %s", config, error.text);
    return model;
}

#define LAYERS(head, tail)                                                                                         \
    "\"head\": " head ", \"head_scale\": 1, \"layers\": [{\"input_size\": 1, \"condition_size\": 1, " tail "}]"
#define CLASSIC                                                                                                    \
    "\"kernel_size\": 3, \"dilations\": [1, 2, 7], \"head_size\": 1, \"head_bias\": true, \"channels\": 4, "

static const struct {
    const char *architecture, *config;
    bool newer; /* needs what files of version 0.5 have not */
} nam_files[] = {
    { "WaveNet", LAYERS("null", CLASSIC "\"activation\": \"Tanh\""), false },
    { "WaveNet", LAYERS("null", CLASSIC "\"activation\": \"ReLU\", \"gated\": true"), false },
    { "WaveNet",
      LAYERS("null", "\"kernel_size\": 2, \"dilations\": [4], \"head_size\": 1, \"head_bias\": false, "
                     "\"channels\": 1, \"activation\": \"Tanh\""),
      false },
    { "WaveNet",
      LAYERS("null", CLASSIC "\"activation\": \"Tanh\"}, {\"input_size\": 4, \"condition_size\": 1, "
                             "\"channels\": 1, \"kernel_size\": 2, \"dilations\": [1], \"head_size\": 3, "
                             "\"head_bias\": true, \"activation\": \"Sigmoid\"}, {\"input_size\": 1, "
                             "\"condition_size\": 1, \"channels\": 3, \"kernel_size\": 1, \"dilations\": "
                             "[1, 1], \"head_size\": 2, \"head_bias\": false, \"activation\": \"Hardtanh\""),
      false },
    { "WaveNet", LAYERS("null", CLASSIC "\"activation\": {\"type\": \"LeakyReLU\", \"negative_slope\": 0.3}"),
      true },
    { "WaveNet",
      LAYERS("null", CLASSIC "\"activation\": {\"type\": \"PReLU\", \"negative_slopes\": [0.1, -0.2, 0, 3]}"),
      true },
    { "WaveNet",
      LAYERS("null", CLASSIC "\"activation\": [\"Softsign\", \"SiLU\", {\"type\": \"LeakyHardtanh\", "
                             "\"min_val\": -0.7, \"max_slope\": 0.5}]"),
      true },
    { "WaveNet",
      LAYERS("null", CLASSIC "\"activation\": \"Tanh\", \"gating_mode\": [\"none\", \"gated\", \"blended\"], "
                             "\"secondary_activation\": [null, \"Softsign\", \"Sigmoid\"]"),
      true },
    { "WaveNet",
      LAYERS("null", CLASSIC "\"activation\": \"Fasttanh\", \"gating_mode\": \"blended\", "
                             "\"secondary_activation\": \"Hardswish\", \"bottleneck\": 2"),
      true },
    { "WaveNet",
      LAYERS("null", CLASSIC "\"activation\": \"Tanh\", \"bottleneck\": 2, \"groups_input\": 2, "
                             "\"layer1x1\": {\"active\": true, \"groups\": 2}, \"head1x1\": {\"active\": true, "
                             "\"out_channels\": 6, \"groups\": 2}"),
      true },
    { "WaveNet",
      LAYERS("null", CLASSIC "\"activation\": \"Tanh\", \"layer1x1\": {\"active\": false, \"groups\": 1}"), true },
    { "WaveNet",
      LAYERS("null", "\"kernel_sizes\": [3, 1, 5], \"dilations\": [1, 9, 2], \"channels\": 3, \"activation\": "
                     "\"Tanh\", \"head\": {\"out_channels\": 1, \"kernel_size\": 4, \"bias\": true, "
                     "\"head_dilation\": 3}"),
      true },
    { "WaveNet",
      LAYERS("{\"channels\": 5, \"activation\": \"ReLU\", \"kernel_sizes\": [3, 1, 2], \"out_channels\": 2}",
             CLASSIC "\"activation\": \"Tanh\""),
      true },
    { "WaveNet",
      "\"in_channels\": 2, \"head\": null, \"head_scale\": 1, \"layers\": [{\"input_size\": 2, "
      "\"condition_size\": 2, \"groups_input_mixin\": 2, " CLASSIC "\"activation\": \"Tanh\"}]",
      true },
    { "LSTM", "\"input_size\": 1, \"hidden_size\": 3, \"num_layers\": 1", false },
    { "LSTM", "\"input_size\": 1, \"hidden_size\": 2, \"num_layers\": 3", false },
    { "LSTM", "\"input_size\": 2, \"hidden_size\": 2, \"num_layers\": 2, \"in_channels\": 2, \"out_channels\": 3",
      true },
    { "Linear", "\"receptive_field\": 17, \"bias\": true", false },
    { "Linear", "\"receptive_field\": 1, \"bias\": false", false },
    { "Linear", "\"receptive_field\": 5, \"bias\": true, \"in_channels\": 2, \"out_channels\": 2", true },
};

/* The same network in both formats, and the same file however it came about. */
static void test_nam(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof nam_files / sizeof *nam_files; i++) {
        bl_model *model = load_nam(nam_files[i].architecture, nam_files[i].config);
        bytes first = save(model, BL_SAVE_NAM);
        bl_model *loaded = load(first), *exchanged = round_trip(loaded);
        check_graph(&model->graph, &loaded->graph);
        check_info(&model->info, &loaded->info);
        check_graph(&model->graph, &exchanged->graph);
        check_info(&model->info, &exchanged->info);
        if (strcmp(loaded->info.format, nam_files[i].newer ? "NAM 0.7.0" : "NAM 0.5.4"))
            fail_msg("%s: written as %s", nam_files[i].config, loaded->info.format);
        bytes second = save(exchanged, BL_SAVE_NAM);
        assert_int_equal(first.size, second.size);
        assert_memory_equal(first.p, second.p, first.size);
        free(first.p);
        free(second.p);
        bl_model_free(model);
        bl_model_free(loaded);
        bl_model_free(exchanged);
    }
}

/* A trained WaveNet traced from PyTorch lacks what no output depends on. */
static void test_nam_without_unused_nodes(void **state)
{
    (void)state;
    bl_model *full = load_nam("WaveNet", nam_files[0].config), *lean = new_model();
    bl_graph *g = &lean->graph;
    for (size_t i = 0; i < full->graph.count; i++) {
        const bl_node *node = &full->graph.nodes[i];
        bl_node_id in[2] = { 0 };
        for (size_t k = 0; k < node->input_count; k++)
            in[k] = node->inputs[k];
        if (node->kind == BL_NODE_INPUT) {
            bl_graph_input(g, 1);
        } else if (node->kind == BL_NODE_CONV1D) {
            bl_conv1d_params *c;
            const bl_conv1d_params *from = &node->u.conv;
            const bl_conv1d_shape shape = { .out_channels = from->out_channels,
                                            .kernel = from->kernel,
                                            .dilation = from->dilation,
                                            .bias = from->bias };
            array a[MAX_ARRAYS], b[MAX_ARRAYS];
            bl_graph_conv1d(g, in[0], &shape, &c, "%s", node->name);
            arrays_of(node, a);
            arrays_of(&g->nodes[i], b);
            for (size_t k = 0; k < 2 && a[k].values; k++)
                memcpy((float *)b[k].values, a[k].values, a[k].count * sizeof(float));
        } else if (node->kind == BL_NODE_ACTIVATION) {
            bl_graph_activation(g, in[0], node->u.act, "%s", node->name);
        } else if (node->kind == BL_NODE_SCALE) {
            bl_graph_scale(g, in[0], node->u.factor, "%s", node->name);
        } else if (node->kind == BL_NODE_OUTPUT) {
            bl_graph_output(g, in[0]);
        } else { /* the last residual becomes something that is no such sum */
            const bool unused = strstr(node->name, "layers.2.residual");
            bl_graph_add(g, unused ? in[1] : in[0], in[1], "%s", node->name);
        }
    }
    lean->info.prewarm = full->info.prewarm;
    finish(lean);
    bytes b = save(lean, BL_SAVE_NAM);
    bl_model *loaded = load(b);
    assert_int_equal(loaded->graph.count, full->graph.count);
    free(b.p);
    bl_model_free(loaded);
    bl_model_free(lean);
    bl_model_free(full);
}

/* ---- what does not fit ---- */

static void test_nam_refuses(void **state)
{
    (void)state;
    static const struct {
        const char *architecture, *config, *part;
    } files[] = {
        { "WaveNet",
          LAYERS("null", CLASSIC "\"activation\": \"Tanh\", \"input_mixin_pre_film\": {\"active\": true}"),
          "which every layer mixes in" },
        { "ConvNet", "\"channels\": 2, \"dilations\": [1, 2], \"batchnorm\": false, \"activation\": \"Tanh\"",
          "WaveNet" },
        { "WaveNet", LAYERS("null", CLASSIC "\"activation\": \"Tanh\", \"conv_post_film\": {\"active\": true}"),
          "sum" },
        { "WaveNet", LAYERS("null", CLASSIC "\"activation\": \"Tanh\", \"activation_post_film\": {}"),
          "activation of a layer" },
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        bl_model *model = load_nam(files[i].architecture, files[i].config);
        expect_refusal(model, BL_SAVE_NAM, BL_ERR_UNSUPPORTED, files[i].part);
        bl_model_free(model);
    }
    bl_model *model = new_model();
    const bl_node_id x = bl_graph_input(&model->graph, 1);
    const bl_node_id knob = bl_graph_param(&model->graph, (bl_param_params){ 0.0f, 1.0f, 0.0f }, "drive");
    bl_graph_output(&model->graph, bl_graph_mul(&model->graph, x, knob, "product"));
    finish(model);
    expect_refusal(model, BL_SAVE_NAM, BL_ERR_UNSUPPORTED, "knob (drive)");
    bl_model_free(model);
    model = new_model();
    bl_graph_output(&model->graph, bl_graph_input(&model->graph, 1));
    finish(model);
    expect_refusal(model, BL_SAVE_NAM, BL_ERR_UNSUPPORTED, "input");
    bl_model_free(model);
}

/* An activation that no .nam file knows, in a network that fits otherwise. */
static void test_nam_refuses_activations(void **state)
{
    (void)state;
    for (int kind = 0; kind < BL_ACT_COUNT; kind++) {
        bl_model *model = load_nam("WaveNet", nam_files[0].config);
        for (size_t i = 0; i < model->graph.count; i++)
            if (model->graph.nodes[i].kind == BL_NODE_ACTIVATION)
                model->graph.nodes[i].u.act =
                    (bl_activation){ .kind = (bl_activation_kind)kind, .a = -0.5f, .b = 0.5f };
        if (kind == BL_ACT_LINEAR || kind >= BL_ACT_ELU || kind == BL_ACT_HARDSIGMOID || kind == BL_ACT_HARDTANH)
            expect_refusal(model, BL_SAVE_NAM, BL_ERR_UNSUPPORTED, bl_activation_name((bl_activation_kind)kind));
        bl_model_free(model);
    }
}

/* Zeros before the first sample: more than a network remembers make no difference, otherwise they count. */
static void test_nam_prewarm(void **state)
{
    (void)state;
    bl_model *wavenet = load_nam("WaveNet", nam_files[0].config), *lstm = load_nam("LSTM", nam_files[14].config);
    bytes b;
    assert_true(wavenet->info.prewarm >= wavenet->info.receptive_field);
    wavenet->info.prewarm = wavenet->info.receptive_field - 1;
    b = save(wavenet, BL_SAVE_NAM);
    free(b.p);
    wavenet->info.prewarm = wavenet->info.receptive_field - 2;
    expect_refusal(wavenet, BL_SAVE_NAM, BL_ERR_UNSUPPORTED, "zeros before the first sample");
    wavenet->info.prewarm = 0;
    expect_refusal(wavenet, BL_SAVE_NAM, BL_ERR_UNSUPPORTED, "hears 0 zeros");
    assert_int_equal(lstm->info.prewarm, 24000);
    lstm->info.prewarm = 2048;
    expect_refusal(lstm, BL_SAVE_NAM, BL_ERR_UNSUPPORTED, "2048");
    bl_model_free(wavenet);
    bl_model_free(lstm);
}

static void test_no_memory(void **state)
{
    (void)state;
    json_set_alloc_funcs(__wrap_malloc, free);
    static const size_t few[] = { 7, 12, 14, 17 };
    for (size_t i = 0; i < sizeof few / sizeof *few; i++) {
        bl_model *model = load_nam(nam_files[few[i]].architecture, nam_files[few[i]].config);
        check_each_allocation(model, BL_SAVE_NAM);
        bl_model_free(model);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nam),         cmocka_unit_test(test_nam_without_unused_nodes),
        cmocka_unit_test(test_nam_refuses), cmocka_unit_test(test_nam_refuses_activations),
        cmocka_unit_test(test_nam_prewarm), cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
