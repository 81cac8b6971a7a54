/* Writing models as safetensors: what is loaded again must be the same network, node by node and bit by bit. */
#include "formats/saved.h"

#include <float.h>
#include <jansson.h>
#include <locale.h>

/* ---- every kind of node ---- */

static void fill(bl_random *r, array a)
{
    if (a.values)
        bl_random_fill(r, (float *)a.values, a.count, 0.7f);
}

/* Random weights for all nodes; states of recurrent layers only where asked for. */
static void fill_weights(bl_graph *g, bl_random *r)
{
    for (size_t i = 0; i < g->count; i++) {
        array a[MAX_ARRAYS];
        arrays_of(&g->nodes[i], a);
        for (size_t k = 0; k < (strstr(g->nodes[i].name, "from zero") ? 4 : MAX_ARRAYS); k++)
            fill(r, a[k]);
    }
}

static bl_node_id conv(bl_graph *g, bl_node_id x, bl_conv1d_shape shape, const char *name)
{
    bl_conv1d_params *unused;
    return bl_graph_conv1d(g, x, &shape, &unused, "%s", name);
}

static bl_node_id transposed(bl_graph *g, bl_node_id x, bl_conv1d_shape shape, const char *name)
{
    bl_conv1d_params *unused;
    return bl_graph_conv_transpose1d(g, x, &shape, &unused, "%s", name);
}

static bl_node_id all_activations(bl_graph *g, bl_node_id x)
{
    for (int kind = 0; kind < BL_ACT_COUNT; kind++) {
        bl_activation act = { .kind = (bl_activation_kind)kind };
        if (kind == BL_ACT_LEAKY_RELU || kind == BL_ACT_ELU || kind == BL_ACT_HARDTANH ||
            kind == BL_ACT_LEAKY_HARDTANH)
            act.a = -0.1f;
        if (kind == BL_ACT_HARDTANH || kind == BL_ACT_LEAKY_HARDTANH)
            act.b = 1.0f / 3.0f;
        if (kind == BL_ACT_LEAKY_HARDTANH) {
            act.c = 1e-7f;
            act.d = -123456.789f;
        }
        x = bl_graph_activation(g, x, act, "act");
    }
    return x;
}

/* Through half the rate and back in four ways. */
static bl_node_id rates(bl_graph *g, bl_node_id x)
{
    const bl_conv1d_shape down = {
        .out_channels = 4, .kernel = 4, .stride = 2, .padded = true, .pad_left = 1, .pad_right = 1
    };
    const bl_node_id half = conv(g, x, down, "down");
    const bl_conv1d_shape usual = {
        .out_channels = 4, .kernel = 4, .stride = 2, .bias = true, .pad_left = 1, .pad_right = 1
    };
    const bl_conv1d_shape longer = { .out_channels = 4, .kernel = 3, .stride = 2, .groups = 2, .pad_left = 1 };
    const bl_conv1d_shape uneven = { .out_channels = 4, .kernel = 4, .dilation = 2, .stride = 2, .pad_right = 3 };
    bl_node_id sum = bl_graph_upsample(g, half, 2, "up");
    sum = bl_graph_add(g, sum, transposed(g, half, usual, "back"), "sum");
    sum = bl_graph_add(g, sum, transposed(g, half, longer, "back"), "sum");
    return bl_graph_add(g, sum, transposed(g, half, uneven, "back"), "sum");
}

static bl_node_id recurrent(bl_graph *g, bl_node_id x)
{
    bl_recurrent_params *unused;
    x = bl_graph_lstm(g, x, 5, &unused, "lstm");
    x = bl_graph_lstm(g, x, 2, &unused, "lstm from zero");
    x = bl_graph_gru(g, x, 3, &unused, "gru");
    return bl_graph_gru(g, x, 4, &unused, "gru from zero");
}

static bl_model *every_kind(void)
{
    bl_model *model = new_model();
    bl_graph *g = &model->graph;
    bl_random r = { 1 };
    float *slopes;
    bl_node_id x = bl_graph_input(g, 2);
    const bl_node_id drive = bl_graph_param(g, (bl_param_params){ -1.5f, 11.0f, 0.3f }, "drive");
    x = conv(g, x, (bl_conv1d_shape){ .out_channels = 6, .kernel = 3, .dilation = 5, .groups = 2, .bias = true },
             "conv");
    x = conv(g, x,
             (bl_conv1d_shape){ .out_channels = 4, .kernel = 5, .padded = true, .pad_left = 2, .pad_right = 2 },
             "conv");
    x = conv(g, x, (bl_conv1d_shape){ .out_channels = 4, .kernel = 2, .padded = true }, "conv");
    x = all_activations(g, x);
    const bl_node_id p = bl_graph_prelu(g, x, &slopes, "prelu");
    const bl_node_id s = bl_graph_softmax(g, p, "softmax");
    const bl_activation leaky = { .kind = BL_ACT_LEAKY_RELU, .a = 0.2f }, tanh_ = { .kind = BL_ACT_TANH };
    x = bl_graph_gate(g, p, s, leaky, tanh_, "gate");
    x = bl_graph_blend(g, x, p, tanh_, leaky, "blend");
    const bl_node_id tone = bl_graph_param(g, (bl_param_params){ 0.0f, 1.0f, 1.0f }, "tone");
    const bl_node_id joined = bl_graph_concat(g, (bl_node_id[]){ drive, x, tone }, 3, "concat");
    x = bl_graph_add(g, x, bl_graph_slice(g, joined, 1, 4, "slice"), "add");
    x = bl_graph_mul(g, x, bl_graph_slice(g, joined, 0, 4, "slice"), "mul");
    x = rates(g, bl_graph_scale(g, x, -0.1f, "scale"));
    x = bl_graph_pad(g, bl_graph_pad(g, x, 3, -3, "pad"), -1, 2, "pad");
    x = recurrent(g, x);
    bl_graph_output(g, conv(g, x, (bl_conv1d_shape){ .out_channels = 3 }, "out"));
    fill_weights(g, &r);
    finish(model);
    return model;
}

static void test_every_kind(void **state)
{
    (void)state;
    bl_model *model = every_kind();
    model->info.prewarm = 77;
    bl_model *loaded = round_trip(model), *again = round_trip(loaded);
    bool seen[BL_NODE_GRU + 1] = { false };
    for (size_t i = 0; i < model->graph.count; i++)
        seen[model->graph.nodes[i].kind] = true;
    for (size_t kind = 0; kind <= BL_NODE_GRU; kind++)
        assert_true(seen[kind]);
    check_graph(&model->graph, &loaded->graph);
    check_info(&model->info, &loaded->info);
    check_text(model->info.format, loaded->info.format);
    check_graph(&model->graph, &again->graph);
    bl_model_free(model);
    bl_model_free(loaded);
    bl_model_free(again);
}

/* ---- names, texts and numbers ---- */

static void check_unique(const bl_graph *g)
{
    for (size_t i = 0; i < g->count; i++)
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(g->nodes[i].name, g->nodes[k].name);
}

static void test_names(void **state)
{
    (void)state;
    static const char *const given[] = { "x",
                                         "x",
                                         "x.2",
                                         "x",
                                         "input",
                                         "",
                                         "",
                                         "\"quoted\\\n\"",
                                         "\xC3\xA9\xF0\x9F\x8E\xB8",
                                         "broken\xFF\xC3",
                                         "x.2.2",
                                         "output" };
    static const char *const expected[] = { "x.2",
                                            "x.3",
                                            "x.2.2",
                                            "x.4",
                                            "input.2",
                                            "scale",
                                            "scale.2",
                                            "\"quoted\\\n\"",
                                            "\xC3\xA9\xF0\x9F\x8E\xB8",
                                            "broken??",
                                            "x.2.2.2",
                                            "output" };
    bl_model *model = new_model();
    bl_graph *g = &model->graph;
    bl_node_id x = bl_graph_input(g, 1);
    for (size_t i = 0; i < sizeof given / sizeof *given; i++)
        x = bl_graph_scale(g, x, 2.0f, "%s", given[i]);
    x = bl_graph_mul(g, x, bl_graph_param(g, (bl_param_params){ 0.0f, 1.0f, 0.0f }, "x"), "product");
    bl_graph_output(g, x);
    finish(model);
    bl_model *loaded = round_trip(model);
    check_graph(g, &loaded->graph);
    for (size_t i = 0; i < sizeof given / sizeof *given; i++)
        assert_string_equal(loaded->graph.nodes[1 + i].name, expected[i]);
    bl_param_info knob;
    bl_model_get_param(loaded, 0, &knob);
    assert_string_equal(knob.name, "x"); /* what people type stays as it is */
    bl_model *again = round_trip(loaded);
    for (size_t i = 0; i < g->count - 1; i++) /* unique names stay */
        assert_string_equal(again->graph.nodes[i].name, loaded->graph.nodes[i].name);
    bl_model_free(model);
    bl_model_free(loaded);
    bl_model_free(again);
}

static void test_many_equal_names(void **state)
{
    (void)state;
    bl_model *model = new_model();
    bl_graph *g = &model->graph;
    bl_node_id x = bl_graph_input(g, 1);
    for (size_t i = 0; i < 3000; i++)
        x = bl_graph_scale(g, x, 1.0f, "same");
    bl_graph_output(g, x);
    finish(model);
    bl_model *loaded = round_trip(model);
    check_graph(g, &loaded->graph);
    check_unique(&loaded->graph);
    bl_model_free(model);
    bl_model_free(loaded);
}

static bl_model *wire(void)
{
    bl_model *model = new_model();
    bl_graph_output(&model->graph, bl_graph_scale(&model->graph, bl_graph_input(&model->graph, 1), 0.5f, "scale"));
    return model;
}

static void test_texts(void **state)
{
    (void)state;
    bl_model *model = wire();
    bl_model_info *info = &model->info;
    const struct {
        const char **field, *text;
    } texts[] = { { &info->name, "a \"name\" \\ with\ttabs\nand \xE2\x99\xAB" },
                  { &info->modeled_by, "" },
                  { &info->gear_type, "amp" },
                  { &info->gear_make, "make" },
                  { &info->gear_model, "model" },
                  { &info->tone_type, "crunch" },
                  { &info->format, "NAM 0.5.4" },
                  { &info->architecture, "a wire" } };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_int_equal(bl_model_set_text(texts[i].field, texts[i].text, NULL), BL_OK);
    info->sample_rate_hz = 44100.1;
    info->loudness_db = -17.123456789012345;
    info->input_level_dbu = 12.0;
    info->output_level_dbu = -0.1;
    info->validation_esr = 1e-300;
    finish(model);
    bl_model *loaded = round_trip(model);
    check_info(info, &loaded->info);
    check_text(info->format, loaded->info.format);
    bl_model_free(loaded);
    info->loudness_db = info->validation_esr = info->sample_rate_hz = NAN;
    assert_int_equal(bl_model_set_text(&info->name, NULL, NULL), BL_OK);
    loaded = round_trip(model);
    check_info(info, &loaded->info);
    bl_model_free(loaded);
    bl_model_free(model);
}

static float random_finite(bl_random *r)
{
    float x;
    do {
        const uint32_t bits = (uint32_t)bl_random_next(r);
        memcpy(&x, &bits, sizeof x);
    } while (!isfinite(x));
    return x;
}

/* Numbers of every size, in JSON (the factors) and in binary (the weights). */
static bl_model *odd_numbers(void)
{
    static const float odd[] = { 0.0f,    -0.0f,  1.0f, -1.0f,       FLT_MAX, -FLT_MAX,
                                 FLT_MIN, 1e-45f, 0.1f, 16777217.0f, 1e20f,   123456789.0f };
    const size_t count = sizeof odd / sizeof *odd;
    bl_model *model = new_model();
    bl_graph *g = &model->graph;
    bl_random r = { 5 };
    bl_conv1d_params *c;
    bl_node_id x = bl_graph_conv1d(g, bl_graph_input(g, 1), &(bl_conv1d_shape){ .out_channels = 1, .kernel = 500 },
                                   &c, "conv");
    for (size_t i = 0; i < 500; i++)
        c->weight[i] = i < count ? odd[i] : random_finite(&r);
    for (size_t i = 0; i < 2000; i++)
        x = bl_graph_scale(g, x, i < count ? odd[i] : random_finite(&r), "scale.%zu", i);
    bl_graph_output(g, x);
    finish(model);
    return model;
}

static void test_numbers(void **state)
{
    (void)state;
    bl_model *model = odd_numbers(), *loaded = round_trip(model);
    for (size_t i = 0; i < model->graph.count; i++) {
        check_node(&model->graph.nodes[i], &loaded->graph.nodes[i]);
        if (model->graph.nodes[i].kind == BL_NODE_SCALE)
            assert_memory_equal(&model->graph.nodes[i].u.factor, &loaded->graph.nodes[i].u.factor, sizeof(float));
    }
    bl_model_free(loaded);
    static const char *const commas[] = { "de_DE.UTF-8", "fr_FR.UTF-8", "de_DE", "fr_FR" };
    const char *language = NULL;
    for (size_t i = 0; !language && i < sizeof commas / sizeof *commas; i++)
        language = setlocale(LC_NUMERIC, commas[i]);
    if (language) {
        bytes comma = save(model, BL_SAVE_SAFETENSORS);
        setlocale(LC_NUMERIC, "C");
        bytes point = save(model, BL_SAVE_SAFETENSORS);
        assert_int_equal(comma.size, point.size);
        assert_memory_equal(comma.p, point.p, point.size);
        free(comma.p);
        free(point.p);
    } else {
        print_message("no language with a decimal comma is installed: its test is left out\n");
    }
    bl_model_free(model);
}

/* The data begin at a multiple of 8 bytes; the loader has checked that tensors fill them exactly. Some lengths of
 * the header look like the beginning of a pickle, which must not mislead the loader. */
static void test_alignment(void **state)
{
    (void)state;
    bl_model *model = wire();
    for (size_t i = 0; i < 1500; i++) {
        char name[1501] = "";
        memset(name, 'n', i);
        assert_int_equal(bl_model_set_text(&model->info.name, name, NULL), BL_OK);
        bytes b = save(model, BL_SAVE_SAFETENSORS);
        uint64_t length = 0;
        for (size_t k = 8; k-- > 0;)
            length = length << 8 | ((const uint8_t *)b.p)[k];
        assert_int_equal(length % 8, 0);
        assert_int_equal(8 + length, b.size); /* a wire has no weights */
        bl_model_free(load(b));
        free(b.p);
    }
    bl_model_free(model);
}

static void test_too_much_prewarming(void **state)
{
    (void)state;
    bl_model *model = wire();
    finish(model);
    model->info.prewarm = (size_t)1 << 23;
    expect_refusal(model, BL_SAVE_SAFETENSORS, BL_ERR_LIMIT, "8388608");
    bl_model_free(model);
}

static void test_unknown_format(void **state)
{
    (void)state;
    bl_model *model = wire();
    expect_refusal(model, (bl_save_format)99, BL_ERR_ARGUMENT, "99");
    bl_model_free(model);
}

static void test_no_memory(void **state)
{
    (void)state;
    json_set_alloc_funcs(__wrap_malloc, free);
    bl_model *model = every_kind();
    check_each_allocation(model, BL_SAVE_SAFETENSORS);
    bl_model_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_many_equal_names),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_alignment),
        cmocka_unit_test(test_too_much_prewarming),
        cmocka_unit_test(test_unknown_format),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
