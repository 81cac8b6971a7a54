/* Networks with a graph description (docs/graph.md): every kind of node, and what is said about mistakes. */
#include "formats/small_tensors.h"

#include <math.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const small_tensor tensors[] = {
    { "w1", { 2, 1, 2 }, { 0.5f, 0.25f, -1.0f, 2.0f } },
    { "b2", { 2 }, { 0.125f, -0.5f } },
    { "w2", { 1, 2, 1 }, { 3.0f, -2.0f } },
    { "linear", { 2, 2 }, { 1.0f, 2.0f, 3.0f, 4.0f } },
    { "c2", { 2 }, { 1.5f, -0.75f } },
    { "positive", { 2 }, { 3.0f, 0.25f } },
    { "one", { 1 }, { 0.25f } },
    { "up", { 1, 1, 4 }, { 1.0f, 0.5f, 0.25f, 0.125f } },
    { "ih", { 4, 1 }, { 0.1f, 0.2f, 0.3f, 0.4f } },
    { "hh", { 4, 1 }, { -0.5f, 0.5f, 0.25f, -0.25f } },
    { "b4", { 4 }, { 0.01f, 0.02f, 0.03f, 0.04f } },
    { "d4", { 4 }, { 0.1f, 0.2f, 0.3f, 0.4f } },
    { "ih3", { 3, 1 }, { 0.1f, 0.2f, 0.3f } },
    { "hh3", { 3, 1 }, { -0.5f, 0.5f, 0.25f } },
    { "b3", { 3 }, { 0.01f, 0.02f, 0.03f } },
    { "d3", { 3 }, { 0.4f, 0.5f, 0.6f } },
    { "deep", { 1, 2, 1 }, { 1.0f, 1.0f } },
    { "long", { 1, 1, 4 }, { 1.0f, 2.0f, 3.0f, 4.0f } },
};

#define START  "{\"backline\": \"graph\", \"version\": 1, \"nodes\": [{\"name\": \"in\", \"kind\": \"input\"},"
#define OUT(x) "{\"name\": \"out\", \"kind\": \"output\", \"inputs\": [\"" x "\"]}]}"
#define NODE(name, kind, x, more)                                                                                  \
    "{\"name\": \"" name "\", \"kind\": \"" kind "\", \"inputs\": [\"" x "\"]" more "},"
#define NODE2(name, kind, x, y, more)                                                                              \
    "{\"name\": \"" name "\", \"kind\": \"" kind "\", \"inputs\": [\"" x "\", \"" y "\"]" more "},"
/* Two channels, "h", from the input. */
#define TWO NODE("h", "conv1d", "in", ", \"weight\": \"w1\", \"bias\": \"b2\", \"dilation\": 2")

static bl_model *build(const char *description)
{
    bl_model *model = NULL;
    bl_error error = { 0 };
    if (load_small(tensors, COUNT(tensors), description, &model, &error))
        fail_msg("%s", error.text);
    return model;
}

static double *run(const char *description)
{
    bl_model *model = build(description);
    double *y = evaluate(model, signal_in, 8);
    bl_model_free(model);
    return y;
}

/* Channel c of the node h. */
static double h(size_t c, size_t t)
{
    return c ? -1.0 * past(t, 2) + 2.0 * past(t, 0) - 0.5 : 0.5 * past(t, 2) + 0.25 * past(t, 0) + 0.125;
}

static void expect_near(double got, double wanted)
{
    if (!(fabs(got - wanted) <= 1e-6))
        fail_msg("expected %.9g, got %.9g", wanted, got);
}

static double sigmoid(double x)
{
    return 1.0 / (1.0 + exp(-x));
}

/* ---- kinds of nodes ---- */

static void the_example_computes(void **state)
{
    (void)state;
    double *y = run(START TWO NODE("act", "activation", "h", ", \"activation\": \"tanh\"") NODE(
        "mix", "conv1d", "act", ", \"weight\": \"w2\"") NODE2("sum", "add", "mix", "in", "") OUT("sum"));
    for (size_t t = 0; t < 8; t++)
        expect_near(y[t], 3.0 * tanh(h(0, t)) - 2.0 * tanh(h(1, t)) + signal_in[t]);
    free(y);
}

static void paddings(void **state)
{
    (void)state;
    static const struct {
        const char *padding;
        ptrdiff_t left, right;
    } cases[] = {
        { "\"causal\"", 6, 0 }, { "\"same\"", 3, 3 }, { "\"valid\"", 0, 0 },
        { "0", 0, 0 },          { "2", 2, 2 },        { "[1, 5]", 1, 5 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[400];
        snprintf(text, sizeof text,
                 START "{\"name\": \"c\", \"kind\": \"conv1d\", \"inputs\": [\"in\"], \"weight\": \"long\","
                       " \"dilation\": 2, \"padding\": %s}," OUT("c"),
                 cases[i].padding);
        bl_model *model = build(text);
        const bl_conv1d_params *conv = &node_called(model, "c")->u.conv;
        assert_int_equal(conv->pad_left, cases[i].left);
        assert_int_equal(conv->pad_right, cases[i].right);
        bl_model_free(model);
    }
    /* of an odd number of frames the right side gets more, as in PyTorch */
    bl_model *model =
        build(START NODE("c", "conv1d", "in", ", \"weight\": \"long\", \"padding\": \"same\"") OUT("c"));
    assert_int_equal(node_called(model, "c")->u.conv.pad_left, 1);
    assert_int_equal(node_called(model, "c")->u.conv.pad_right, 2);
    bl_model_free(model);
}

static void rates_change_and_return(void **state)
{
    (void)state;
    bl_model *model =
        build(START NODE("down", "conv1d", "in", ", \"weight\": \"long\", \"stride\": 2, \"padding\": 1")
                  NODE("up", "conv_transpose1d", "down",
                       ", \"weight\": \"up\", \"stride\": 2, \"padding\": 1, \"output_padding\": 1")
                      NODE("crop", "pad", "up", ", \"left\": 2, \"right\": -2") OUT("crop"));
    const bl_conv1d_params *up = &node_called(model, "up")->u.conv;
    assert_int_equal(up->stride, 2);
    assert_int_equal(up->pad_left, 1);
    assert_int_equal(up->pad_right, 0);
    assert_true(up->weight[3] == 0.125f);
    assert_int_equal(node_called(model, "crop")->u.pad.left, 2);
    assert_int_equal(node_called(model, "crop")->u.pad.right, -2);
    bl_model_free(model);
    model = build(START NODE("down", "conv1d", "in", ", \"weight\": \"long\", \"stride\": 2")
                      NODE("up", "upsample", "down", ", \"factor\": 2") OUT("up"));
    assert_int_equal(node_called(model, "up")->u.repeat, 2);
    bl_model_free(model);
    model = build(START NODE("down", "conv1d", "in", ", \"weight\": \"long\", \"stride\": 2") NODE(
        "up", "conv_transpose1d", "down", ", \"weight\": \"up\", \"stride\": 2, \"padding\": [-1, 3]") OUT("up"));
    assert_int_equal(node_called(model, "up")->u.conv.pad_left, -1);
    assert_int_equal(node_called(model, "up")->u.conv.pad_right, 3);
    bl_model_free(model);
}

static void activations_have_parameters(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bl_activation act;
    } cases[] = {
        { "\"linear\"", { BL_ACT_LINEAR, 0, 0, 0, 0 } },
        { "\"leaky_relu\"", { BL_ACT_LEAKY_RELU, 0.01f, 0, 0, 0 } },
        { "{\"type\": \"leaky_relu\", \"a\": 0.2}", { BL_ACT_LEAKY_RELU, 0.2f, 0, 0, 0 } },
        { "\"hardtanh\"", { BL_ACT_HARDTANH, -1.0f, 1.0f, 0, 0 } },
        { "{\"type\": \"hardtanh\", \"b\": 2}", { BL_ACT_HARDTANH, -1.0f, 2.0f, 0, 0 } },
        { "\"leaky_hardtanh\"", { BL_ACT_LEAKY_HARDTANH, -1.0f, 1.0f, 0.01f, 0.01f } },
        { "{\"type\": \"leaky_hardtanh\", \"d\": 0.5}", { BL_ACT_LEAKY_HARDTANH, -1.0f, 1.0f, 0.01f, 0.5f } },
        { "{\"type\": \"elu\"}", { BL_ACT_ELU, 1.0f, 0, 0, 0 } },
        { "{\"type\": \"gelu\"}", { BL_ACT_GELU, 0, 0, 0, 0 } },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char text[400];
        snprintf(text, sizeof text,
                 START
                 "{\"name\": \"a\", \"kind\": \"activation\", \"inputs\": [\"in\"], \"activation\": %s}," OUT("a"),
                 cases[i].text);
        bl_model *model = build(text);
        const bl_activation act = node_called(model, "a")->u.act, wanted = cases[i].act;
        assert_true(act.kind == wanted.kind && act.a == wanted.a && act.b == wanted.b && act.c == wanted.c &&
                    act.d == wanted.d);
        bl_model_free(model);
    }
}

static void pairs_are_joined(void **state)
{
    (void)state;
    double *y = run(START TWO NODE("a", "slice", "h", ", \"channels\": 1") NODE("b", "slice", "h",
                                                                                ", \"first\": 1, \"channels\": 1")
                        NODE2("gate", "gate", "a", "b", ", \"activations\": [\"tanh\", \"sigmoid\"]")
                            NODE2("blend", "blend", "a", "b", ", \"activations\": [\"relu\", \"sigmoid\"]")
                                NODE2("mul", "mul", "gate", "blend", "") NODE2("all", "concat", "gate", "mul", "")
                                    NODE("out2", "scale", "all", ", \"factor\": -0.5") OUT("out2"));
    for (size_t t = 0; t < 8; t++) {
        const double gate = tanh(h(0, t)) * sigmoid(h(1, t)), g = sigmoid(h(1, t));
        const double blend = g * fmax(h(0, t), 0.0) + (1.0 - g) * h(0, t);
        expect_near(y[t], -0.5 * gate);
        expect_near(y[8 + t], -0.5 * gate * blend);
    }
    free(y);
}

/* One channel with two; on either side. */
static void single_channels_are_repeated(void **state)
{
    (void)state;
    double *y = run(START TWO NODE2("mul", "mul", "in", "h", "") NODE2("sum", "add", "mul", "in", "") OUT("sum"));
    for (size_t t = 0; t < 8; t++)
        for (size_t c = 0; c < 2; c++)
            expect_near(y[8 * c + t], h(c, t) * signal_in[t] + signal_in[t]);
    free(y);
}

static void channels_are_scaled(void **state)
{
    (void)state;
    double *y =
        run(START TWO NODE("p", "prelu", "h", ", \"slope\": \"c2\"")
                NODE("a", "affine", "p", ", \"scale\": \"positive\", \"shift\": \"c2\"")
                    NODE("n", "batch_norm", "a",
                         ", \"mean\": \"b2\", \"variance\": \"positive\", \"weight\": \"c2\", \"bias\": \"b2\","
                         " \"epsilon\": 1") NODE("q", "prelu", "n", ", \"slope\": \"one\"")
                        NODE("l", "conv1d", "q", ", \"weight\": \"linear\"") OUT("l"));
    static const double c2[] = { 1.5, -0.75 }, positive[] = { 3.0, 0.25 }, b2[] = { 0.125, -0.5 };
    for (size_t t = 0; t < 8; t++) {
        double v[2];
        for (size_t c = 0; c < 2; c++) {
            v[c] = h(c, t) > 0.0 ? h(c, t) : c2[c] * h(c, t);
            v[c] = positive[c] * v[c] + c2[c];
            v[c] = (v[c] - b2[c]) / sqrt(positive[c] + 1.0) * c2[c] + b2[c];
            v[c] = v[c] > 0.0 ? v[c] : 0.25 * v[c];
        }
        expect_near(y[t], v[0] + 2.0 * v[1]);
        expect_near(y[8 + t], 3.0 * v[0] + 4.0 * v[1]);
    }
    free(y);
    free(run(START TWO NODE("a", "affine", "h", ", \"shift\": \"c2\"")
                 NODE("n", "batch_norm", "a", ", \"mean\": \"b2\", \"variance\": \"positive\"") OUT("n")));
}

static void softmax_and_delay(void **state)
{
    (void)state;
    double *y = run(START TWO NODE("s", "softmax", "h", "") NODE("d", "delay", "s", ", \"frames\": 3") OUT("d"));
    for (size_t t = 0; t < 8; t++)
        for (size_t c = 0; c < 2; c++)
            expect_near(y[8 * c + t], t < 3 ? 0.0 : exp(h(c, t - 3)) / (exp(h(0, t - 3)) + exp(h(1, t - 3))));
    free(y);
}

static void recurrent_layers(void **state)
{
    (void)state;
    double *y =
        run(START NODE("r", "lstm", "in",
                       ", \"weight_ih\": \"ih\", \"weight_hh\": \"hh\", \"bias_ih\": \"b4\", \"bias_hh\": \"d4\","
                       " \"h0\": \"one\", \"c0\": \"one\"") OUT("r"));
    double s = 0.25, c = 0.25;
    for (size_t t = 0; t < 8; t++) {
        const double x = signal_in[t];
        const double i = sigmoid(0.1 * x - 0.5 * s + 0.11), f = sigmoid(0.2 * x + 0.5 * s + 0.22);
        const double g = tanh(0.3 * x + 0.25 * s + 0.33), o = sigmoid(0.4 * x - 0.25 * s + 0.44);
        c = f * c + i * g;
        s = o * tanh(c);
        expect_near(y[t], s);
    }
    free(y);
    y = run(START NODE("r", "gru", "in",
                       ", \"weight_ih\": \"ih3\", \"weight_hh\": \"hh3\", \"bias_ih\": \"b3\", \"bias_hh\": \"d3\"")
                OUT("r"));
    s = 0.0;
    for (size_t t = 0; t < 8; t++) {
        const double x = signal_in[t];
        const double r = sigmoid(0.1 * x - 0.5 * s + 0.41), z = sigmoid(0.2 * x + 0.5 * s + 0.52);
        s = (1.0 - z) * tanh(0.3 * x + 0.03 + r * (0.25 * s + 0.6)) + z * s;
        expect_near(y[t], s);
    }
    free(y);
    free(run(START NODE("r", "gru", "in", ", \"weight_ih\": \"ih3\", \"weight_hh\": \"hh3\"") OUT("r")));
}

static void knobs_are_nodes(void **state)
{
    (void)state;
    bl_model *model =
        build(START "{\"name\": \"drive\", \"kind\": \"param\", \"minimum\": -1, \"maximum\": 10, \"initial\": 5},"
                    "{\"name\": \"tone\", \"kind\": \"param\"}," NODE2("m", "mul", "in", "drive", "")
                        NODE2("n", "add", "m", "tone", "") OUT("n"));
    bl_param_info knob;
    assert_int_equal(bl_model_param_count(model), 2);
    bl_model_get_param(model, 0, &knob);
    assert_string_equal(knob.name, "drive");
    assert_true(knob.minimum == -1.0f && knob.maximum == 10.0f && knob.initial == 5.0f);
    bl_model_get_param(model, 1, &knob);
    assert_true(knob.minimum == 0.0f && knob.maximum == 1.0f && knob.initial == 0.0f);
    double *y = evaluate(model, signal_in, 8);
    for (size_t t = 0; t < 8; t++)
        expect_near(y[t], 5.0 * signal_in[t]);
    free(y);
    bl_model_free(model);
}

/* ---- the object around the nodes ---- */

static const char whole[] =
    "{\"backline\": \"graph\", \"version\": 1, \"sample_rate\": 48000, \"prewarm\": 12, \"name\": \"Crunch\","
    " \"modeled_by\": \"A\", \"gear_type\": \"amp\", \"gear_make\": \"B\", \"gear_model\": \"C\", \"tone_type\": "
    "\"D\","
    " \"architecture\": \"E\", \"format\": \"F\", \"loudness_db\": -18.5, \"input_level_dbu\": 12,"
    " \"output_level_dbu\": 13.5, \"validation_esr\": 0.01, \"nodes\": ["
    " {\"name\": \"in\", \"kind\": \"input\", \"channels\": 2},"
    " {\"name\": \"c\", \"kind\": \"conv1d\", \"inputs\": [\"in\"], \"weight\": \"deep\"},"
    " {\"name\": \"out\", \"kind\": \"output\", \"inputs\": [\"c\"]}]}";

static void expect_whole(const bl_model *model)
{
    bl_model_info info;
    bl_model_get_info(model, &info);
    assert_string_equal(info.name, "Crunch");
    assert_string_equal(info.modeled_by, "A");
    assert_string_equal(info.gear_type, "amp");
    assert_string_equal(info.gear_make, "B");
    assert_string_equal(info.gear_model, "C");
    assert_string_equal(info.tone_type, "D");
    assert_string_equal(info.architecture, "E");
    assert_string_equal(info.format, "F");
    assert_true(info.sample_rate_hz == 48000.0 && info.loudness_db == -18.5 && info.input_level_dbu == 12.0);
    assert_true(info.output_level_dbu == 13.5 && info.validation_esr == 0.01);
    assert_int_equal(info.prewarm, 12);
    assert_int_equal(info.in_channels, 2);
}

static void descriptions_travel_inside_or_beside(void **state)
{
    (void)state;
    bl_model *model = build(whole);
    expect_whole(model);
    bl_model_free(model);
    small_file file = make_small_file(tensors, COUNT(tensors), whole);
    bl_error error = { 0 };
    if (bl_model_load_memory(file.bytes, file.size, NULL, NULL, &model, &error))
        fail_msg("%s", error.text);
    expect_whole(model);
    bl_model_free(model);
    for (size_t size = 0; size < file.size; size += 7)
        assert_int_not_equal(bl_model_load_memory(file.bytes, size, NULL, NULL, &model, &error), BL_OK);
    free(file.bytes);
    model = build(START TWO OUT("h"));
    assert_string_equal(model->info.format, "safetensors with graph description");
    assert_string_equal(model->info.architecture, "Graph of 3 nodes");
    assert_true(isnan(model->info.sample_rate_hz));
    bl_model_free(model);
}

/* Checkpoints put something before every name. */
static void prefixes_are_found(void **state)
{
    (void)state;
    static const small_tensor prefixed[] = { { "state_dict.model.w1", { 2, 1, 2 }, { 0.5f, 0.25f, -1.0f, 2.0f } },
                                             { "state_dict.model.b2", { 2 }, { 0.125f, -0.5f } },
                                             { "state_dict.other.b2", { 2 }, { 0 } } };
    static const char description[] = START TWO OUT("h");
    bl_model *model = NULL;
    bl_error error = { 0 };
    if (load_small(prefixed, 3, description, &model, &error))
        fail_msg("%s", error.text);
    assert_true(node_called(model, "h")->u.conv.bias[0] == 0.125f);
    bl_model_free(model);
    static const small_tensor unclear[] = { { "a.w1", { 2, 1, 2 }, { 0 } }, { "b.w1", { 2, 1, 2 }, { 0 } } };
    assert_int_equal(load_small(unclear, 2, description, &model, &error), BL_ERR_FORMAT);
    assert_non_null(strstr(error.text, "names the tensor \"w1\""));
}

/* ---- mistakes ---- */

static void expect_refusal(const char *description, bl_status status, const char *part)
{
    bl_model *model = NULL;
    bl_error error = { 0 };
    const bl_status got = load_small(tensors, COUNT(tensors), description, &model, &error);
    if (got != status || !strstr(error.text, part) || error.text[strlen(error.text) - 1] != '.')
        fail_msg("expected status %d and \"%s\", got %d and \"%s\"", status, part, got, error.text);
    assert_non_null(strstr(error.text, "description: "));
}

static void expect_refusals(const char *text, const breakage *broken, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *bad = replaced(text, broken[i].from, broken[i].to);
        expect_refusal(bad, broken[i].status, broken[i].part);
        free(bad);
    }
}

static void mistakes_in_the_object(void **state)
{
    (void)state;
    static const breakage broken[] = {
        { "\"graph\"", "\"grahp\"", BL_ERR_FORMAT, "backline is \"grahp\"" },
        { "\"version\": 1,", "", BL_ERR_FORMAT, "version is missing" },
        { "\"version\": 1", "\"version\": 2", BL_ERR_UNSUPPORTED, "version 2" },
        { "\"version\": 1", "\"version\": 1.0", BL_ERR_FORMAT, "version should be" },
        { "\"nodes\"", "\"node\"", BL_ERR_FORMAT, "node is not a key" },
        { "\"prewarm\": 12", "\"prewarm\": -1", BL_ERR_FORMAT, "prewarm should be" },
        { "\"prewarm\": 12", "\"preheat\": 12", BL_ERR_FORMAT, "preheat is not a key" },
        { "\"Crunch\"", "7", BL_ERR_FORMAT, "name should be a text" },
        { "-18.5", "\"loud\"", BL_ERR_FORMAT, "loudness_db should be a number" },
        { "48000", "1e9", BL_ERR_LIMIT, "sample_rate" },
        { "\"channels\": 2", "\"channels\": 0", BL_ERR_FORMAT, "node \"in\": nodes[0].channels should be" },
        { "\"channels\": 2", "\"chanels\": 2", BL_ERR_FORMAT, "node \"in\": nodes[0].chanels is not a key" },
        { "\"channels\": 2", "\"inputs\": []", BL_ERR_FORMAT, "nodes[0].inputs is not a key" },
        { "\"name\": \"c\"", "\"name\": \"in\"", BL_ERR_FORMAT, "nodes[1].name is \"in\", which is the name" },
        { "\"name\": \"c\"", "\"name\": \"\"", BL_ERR_FORMAT, "nodes[1].name has 0 bytes" },
        { "\"name\": \"c\",", "", BL_ERR_FORMAT, "nodes[1].name is missing" },
        { "\"kind\": \"conv1d\"", "\"kind\": \"conv2d\"", BL_ERR_FORMAT, "nodes[1].kind is \"conv2d\"" },
        { "\"kind\": \"input\"", "\"kind\": \"param\"", BL_ERR_FORMAT, "nodes[0] is the first node" },
        { "\"kind\": \"output\"", "\"kind\": \"softmax\"", BL_ERR_FORMAT, "nodes should end with" },
        { "\"inputs\": [\"in\"]", "\"inputs\": [\"out\"]", BL_ERR_FORMAT, "nodes[1].inputs[0] is \"out\"" },
        { "\"inputs\": [\"in\"]", "\"inputs\": [\"in\", \"in\"]", BL_ERR_FORMAT, "nodes[1] has 2 inputs" },
        { "\"inputs\": [\"in\"]", "\"inputs\": \"in\"", BL_ERR_FORMAT, "nodes[1].inputs should be a list" },
        { "\"inputs\": [\"in\"]", "\"inputs\": [0]", BL_ERR_FORMAT, "nodes[1].inputs[0] should be the name" },
        { "{\"name\": \"c\"", "{\"name\": \"o\", \"kind\": \"output\", \"inputs\": [\"in\"]}, {\"name\": \"c\"",
          BL_ERR_FORMAT, "nodes[2] follows after the output" },
        { "{\"name\": \"c\"", "7, {\"name\": \"c\"", BL_ERR_FORMAT, "nodes[1] should be an object" },
        { "{\"name\": \"c\"", "{\"name\": \"i\", \"kind\": \"input\"}, {\"name\": \"c\"", BL_ERR_FORMAT,
          "nodes[1] is an input" },
        { "\"deep\"", "\"dep\"", BL_ERR_FORMAT, "nodes[1].weight names the tensor \"dep\"" },
        { "\"deep\"", "\"w1\"", BL_ERR_FORMAT, "node \"c\": the tensor w1 has the shape [2, 1, 2]" },
        { "\"deep\"", "\"b2\"", BL_ERR_FORMAT, "three sizes" },
        { "\"deep\"", "\"deep\", \"bias\": \"b2\"", BL_ERR_FORMAT, "it should be [1]" },
        { ", \"weight\": \"deep\"", "", BL_ERR_FORMAT, "nodes[1].weight is missing" },
    };
    expect_refusals(whole, broken, COUNT(broken));
    expect_refusal("{\"backline\": \"graph\", \"version\": 1, \"nodes\": []}", BL_ERR_FORMAT,
                   "nodes has 0 entries");
    expect_refusal(START NODE("a", "softmax", "in", "") NODE("a", "softmax", "in", "") OUT("a"), BL_ERR_FORMAT,
                   "nodes[2].name is \"a\"");
}

static void mistakes_in_nodes(void **state)
{
    (void)state;
#define AND(node) START TWO node OUT("x")
    static const struct {
        const char *text;
        bl_status status;
        const char *part;
    } cases[] = {
        { AND(NODE("x", "conv1d", "in", ", \"weight\": \"w1\", \"stride\": 0")), BL_ERR_FORMAT,
          "stride should be" },
        { AND(NODE("x", "conv1d", "in", ", \"weight\": \"w1\", \"groups\": 3")), BL_ERR_FORMAT, "in 3 groups" },
        { AND(NODE("x", "conv1d", "in", ", \"weight\": \"w1\", \"padding\": \"full\"")), BL_ERR_FORMAT,
          "padding should be \"causal\"" },
        { AND(NODE("x", "conv1d", "in", ", \"weight\": \"w1\", \"padding\": -1")), BL_ERR_FORMAT,
          "padding should be" },
        { AND(NODE("x", "conv1d", "in", ", \"weight\": \"w1\", \"padding\": [1]")), BL_ERR_FORMAT, "two numbers" },
        { AND(NODE("x", "conv1d", "in", ", \"weight\": \"w1\", \"padding\": [1, -1]")), BL_ERR_FORMAT,
          "padding[1]" },
        { AND(NODE("x", "conv1d", "in", ", \"weight\": \"w1\", \"padding\": \"same\", \"stride\": 2")),
          BL_ERR_FORMAT, "does not go with a stride of 2" },
        { AND(NODE("x", "conv_transpose1d", "in", ", \"weight\": \"up\", \"output_padding\": 1")), BL_ERR_FORMAT,
          "output_padding should be" },
        { AND(NODE("x", "conv_transpose1d", "in",
                   ", \"weight\": \"up\", \"stride\": 2, \"padding\": [0, 0], \"output_padding\": 1")),
          BL_ERR_FORMAT, "output_padding does not go" },
        { AND(NODE("x", "conv_transpose1d", "in", ", \"weight\": \"up\", \"padding\": \"same\"")), BL_ERR_FORMAT,
          "padding should be" },
        { AND(NODE("x", "conv_transpose1d", "in", ", \"weight\": \"w1\"")), BL_ERR_FORMAT, "does not fit 1 input" },
        { AND(NODE("x", "activation", "h", "")), BL_ERR_FORMAT, "activation is missing" },
        { AND(NODE("x", "activation", "h", ", \"activation\": \"Tanh\"")), BL_ERR_FORMAT, "is \"Tanh\"" },
        { AND(NODE("x", "activation", "h", ", \"activation\": {\"type\": \"tanh\", \"a\": 1}")), BL_ERR_FORMAT,
          "activation.a is not a key" },
        { AND(NODE("x", "activation", "h", ", \"activation\": {\"type\": \"elu\", \"a\": \"1\"}")), BL_ERR_FORMAT,
          "activation.a should be a number" },
        { AND(NODE2("x", "gate", "h", "h", ", \"activations\": [\"tanh\"]")), BL_ERR_FORMAT, "list of two" },
        { AND(NODE2("x", "gate", "h", "in", ", \"activations\": [\"tanh\", \"tanh\"]")), BL_ERR_FORMAT,
          "(x) joins 2 channels with 1" },
        { AND(NODE("x", "prelu", "h", ", \"slope\": \"b3\"")), BL_ERR_FORMAT, "1 or 2 values" },
        { AND(NODE("x", "affine", "h", "")), BL_ERR_FORMAT, "scale or shift" },
        { AND(NODE("x", "affine", "h", ", \"scale\": \"b3\"")), BL_ERR_FORMAT, "should be [2]" },
        { AND(NODE("x", "batch_norm", "h", ", \"mean\": \"b2\"")), BL_ERR_FORMAT, "variance is missing" },
        { AND(NODE("x", "batch_norm", "h", ", \"mean\": \"b2\", \"variance\": \"b2\"")), BL_ERR_FORMAT,
          "variance -0.5" },
        { AND(NODE("x", "batch_norm", "h", ", \"mean\": \"b2\", \"variance\": \"positive\", \"epsilon\": -1")),
          BL_ERR_FORMAT, "epsilon should be" },
        { AND(NODE("x", "slice", "h", "")), BL_ERR_FORMAT, "channels is missing" },
        { AND(NODE("x", "slice", "h", ", \"first\": 1, \"channels\": 2")), BL_ERR_FORMAT, "takes 2 channels" },
        { AND(NODE("x", "scale", "h", "")), BL_ERR_FORMAT, "factor is missing" },
        { AND(NODE("x", "pad", "h", ", \"left\": 1.5")), BL_ERR_FORMAT, "left should be" },
        { AND(NODE("x", "delay", "h", ", \"frames\": -1")), BL_ERR_FORMAT, "frames should be" },
        { AND(NODE("x", "upsample", "h", ", \"factor\": 1000")), BL_ERR_FORMAT, "factor should be" },
        { AND(NODE("x", "lstm", "in", ", \"weight_ih\": \"ih\"")), BL_ERR_FORMAT, "weight_hh is missing" },
        { AND(NODE("x", "lstm", "in", ", \"weight_ih\": \"ih\", \"weight_hh\": \"hh3\"")), BL_ERR_FORMAT,
          "[4 * hidden, hidden]" },
        { AND(NODE("x", "lstm", "h", ", \"weight_ih\": \"ih\", \"weight_hh\": \"hh\"")), BL_ERR_FORMAT,
          "be [4, 2]" },
        { AND(NODE("x", "lstm", "in", ", \"weight_ih\": \"ih\", \"weight_hh\": \"hh\", \"bias_ih\": \"b3\"")),
          BL_ERR_FORMAT, "bias_ih is the tensor \"b3\"" },
        { AND(NODE("x", "gru", "in", ", \"weight_ih\": \"ih3\", \"weight_hh\": \"hh3\", \"c0\": \"one\"")),
          BL_ERR_FORMAT, "c0 is not a key" },
        { AND("{\"name\": \"x\", \"kind\": \"concat\", \"inputs\": []},"), BL_ERR_FORMAT, "has 0 inputs" },
        { AND("{\"name\": \"x\", \"kind\": \"param\", \"initial\": 2},"), BL_ERR_FORMAT, "cannot start at 2" },
        { START TWO NODE("w", "conv1d", "h", ", \"weight\": \"linear\"") NODE2("t", "concat", "w", "h", "")
              NODE2("x", "add", "t", "h", "") OUT("x"),
          BL_ERR_FORMAT, "joins 4 channels with 2" },
        { START NODE("d", "conv1d", "in", ", \"weight\": \"long\", \"stride\": 2") NODE2("x", "add", "d", "in", "")
              OUT("x"),
          BL_ERR_FORMAT, "rate" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        expect_refusal(cases[i].text, cases[i].status, cases[i].part);
        bl_error error = { 0 };
        bl_model *model;
        load_small(tensors, COUNT(tensors), cases[i].text, &model, &error);
        if (!strstr(error.text, "node \"x\"") && !strstr(error.text, "(x)"))
            fail_msg("the sentence does not name the node: %s", error.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_example_computes),
        cmocka_unit_test(paddings),
        cmocka_unit_test(rates_change_and_return),
        cmocka_unit_test(activations_have_parameters),
        cmocka_unit_test(pairs_are_joined),
        cmocka_unit_test(single_channels_are_repeated),
        cmocka_unit_test(channels_are_scaled),
        cmocka_unit_test(softmax_and_delay),
        cmocka_unit_test(recurrent_layers),
        cmocka_unit_test(knobs_are_nodes),
        cmocka_unit_test(descriptions_travel_inside_or_beside),
        cmocka_unit_test(prefixes_are_found),
        cmocka_unit_test(mistakes_in_the_object),
        cmocka_unit_test(mistakes_in_nodes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
