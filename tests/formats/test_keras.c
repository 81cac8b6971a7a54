/* Keras and Proteus files made by hand: what they compute, and what is said about broken ones. */
#include "formats/small_files.h"

#include <math.h>

static double sigmoid(double x)
{
    return 1.0 / (1.0 + exp(-x));
}

/* ---- Keras ---- */

static const char dense[] =
    "{\"in_shape\": [null, null, 1], \"layers\": ["
    " {\"type\": \"dense\", \"activation\": \"tanh\", \"shape\": [null, null, 2],"
    "  \"weights\": [[[0.5, -2]], [0.25, 0.125]]},"
    " {\"type\": \"activation\", \"activation\": \"\", \"shape\": [2], \"weights\": []},"
    " {\"type\": \"dense\", \"activation\": \"\", \"shape\": [null, null, 1],"
    "  \"weights\": [[[3], [4]]]}],"
    " \"in_skip\": 1, \"in_gain\": 20, \"out_gain\": -20,"
    " \"metadata\": {\"name\": \"Small\", \"author\": \"Nobody\", \"samplerate\": \"44100\","
    "  \"based\": \"Box\", \"style\": \"clean\", \"esr\": 0.25}}";

static void dense_layers_gains_and_skip(void **state)
{
    (void)state;
    bl_model *model = load(dense);
    double *y = evaluate(model, signal_in, 8);
    for (size_t t = 0; t < 8; t++) {
        const double x = 10.0 * signal_in[t];
        const double net = 3.0 * tanh(0.5 * x + 0.25) + 4.0 * tanh(-2.0 * x + 0.125);
        assert_true(fabs(y[t] - (double)0.1f * (x + net)) < 1e-7);
    }
    free(y);
    bl_model_free(model);
}

static void keras_describes_itself(void **state)
{
    (void)state;
    bl_model *model = load(dense);
    bl_model_info info;
    bl_model_get_info(model, &info);
    assert_string_equal(info.format, "Keras JSON");
    assert_string_equal(info.architecture, "dense 2, dense 1");
    assert_string_equal(info.name, "Small");
    assert_string_equal(info.modeled_by, "Nobody");
    assert_string_equal(info.gear_model, "Box");
    assert_string_equal(info.tone_type, "clean");
    assert_true(info.sample_rate_hz == 44100.0 && info.validation_esr == 0.25);
    assert_int_equal(info.prewarm, 2048);
    assert_int_equal(bl_tensors_count(bl_model_tensors(model)), 3);
    assert_non_null(bl_tensors_find(bl_model_tensors(model), "layers[0].weights[1]"));
    bl_model_free(model);
}

/* Numbers only; -90 dB is silence; everything else is as if it were not there. */
static void gains_are_as_in_aida_x(void **state)
{
    (void)state;
    char *text = replaced(dense, "\"out_gain\": -20", "\"out_gain\": -90.0");
    bl_model *model = load(text);
    double *y = evaluate(model, signal_in, 8);
    for (size_t t = 0; t < 8; t++)
        assert_true(y[t] == 0.0);
    free(y);
    bl_model_free(model);
    free(text);
    text = replaced(dense, "\"in_skip\": 1, \"in_gain\": 20, \"out_gain\": -20",
                    "\"in_skip\": null, \"in_gain\": \"20\", \"out_gain\": true");
    model = load(text);
    y = evaluate(model, signal_in, 8);
    for (size_t t = 0; t < 8; t++) {
        const double net = 3.0 * tanh(0.5 * signal_in[t] + 0.25) + 4.0 * tanh(-2.0 * signal_in[t] + 0.125);
        assert_true(fabs(y[t] - net) < 1e-12);
    }
    free(y);
    bl_model_free(model);
    free(text);
}

/* One unit: the gates stand in the order i, f, c, o. The second input is a knob. */
static const char lstm[] =
    "{\"in_shape\": [null, null, 2], \"in_gain\": 20, \"layers\": ["
    " {\"type\": \"lstm\", \"activation\": \"tanh\", \"shape\": [null, null, 1], \"weights\": ["
    "  [[0.1, 0.2, 0.3, 0.4], [5, 6, 7, 8]], [[-0.5, 0.5, 0.25, -0.25]],"
    "  [0.01, 0.02, 0.03, 0.04]]}]}";

static void lstm_has_its_gates_in_order(void **state)
{
    (void)state;
    bl_model *model = load(lstm);
    double *y = evaluate(model, signal_in, 8), h = 0, c = 0;
    for (size_t t = 0; t < 8; t++) {
        const double x = 10.0 * signal_in[t];
        const double i = sigmoid(0.1 * x - 0.5 * h + 0.01), f = sigmoid(0.2 * x + 0.5 * h + 0.02);
        const double g = tanh(0.3 * x + 0.25 * h + 0.03), o = sigmoid(0.4 * x - 0.25 * h + 0.04);
        c = f * c + i * g;
        h = o * tanh(c);
        assert_true(fabs(y[t] - h) < 1e-7);
    }
    free(y);
    bl_param_info knob;
    assert_int_equal(bl_model_param_count(model), 1);
    bl_model_get_param(model, 0, &knob);
    assert_string_equal(knob.name, "param1");
    assert_true(knob.minimum == 0.0f && knob.maximum == 1.0f && knob.initial == 0.0f);
    const bl_node *node = node_called(model, "layers[0]");
    assert_true(node->u.rnn.weight_ih[1] == 5.0f && node->u.rnn.weight_ih[7] == 8.0f);
    bl_model_free(model);
}

/* One unit: z, r, h; a bias for the input and one for the state. */
static const char gru[] = "{\"in_shape\": [null, null, 1], \"layers\": ["
                          " {\"type\": \"gru\", \"activation\": \"tanh\", \"shape\": [1], \"weights\": ["
                          "  [[0.1, 0.2, 0.3]], [[-0.5, 0.5, 0.25]], [[0.01, 0.02, 0.03], [0.4, 0.5, 0.6]]]}]}";

static void gru_has_its_gates_in_order(void **state)
{
    (void)state;
    bl_model *model = load(gru);
    double *y = evaluate(model, signal_in, 8), h = 0;
    for (size_t t = 0; t < 8; t++) {
        const double x = signal_in[t];
        const double z = sigmoid(0.1 * x - 0.5 * h + 0.41), r = sigmoid(0.2 * x + 0.5 * h + 0.52);
        const double fresh = tanh(0.3 * x + 0.03 + r * (0.25 * h + 0.6));
        h = (1.0 - z) * fresh + z * h;
        assert_true(fabs(y[t] - h) < 1e-7);
    }
    free(y);
    bl_model_free(model);
}

static const char stack[] =
    "{\"in_shape\": [null, 100, 1], \"layers\": ["
    " {\"type\": \"time-distributed-dense\", \"activation\": \"\", \"shape\": [2], \"weights\": [[[1, -1]]]},"
    " {\"type\": \"conv1d\", \"activation\": \"elu\", \"shape\": [2], \"kernel_size\": [2], \"dilation\": 3,"
    "  \"groups\": 2, \"weights\": [[[[0.5, 2]], [[0.25, 3]]], [0.125, -0.5]]},"
    " {\"type\": \"batchnorm\", \"activation\": \"\", \"shape\": [2], \"epsilon\": 1.0,"
    "  \"weights\": [[2, 3], [0.5, -0.5], [0.25, 0.75], [3, -0.75]]},"
    " {\"type\": \"prelu\", \"shape\": [2], \"weights\": [[[0.5, -2]]]},"
    " {\"type\": \"dense\", \"activation\": \"softmax\", \"shape\": [2], \"weights\": [[[1, 0], [0, 1]]]}]}";

static double elu(double x)
{
    return x > 0.0 ? x : expm1(x);
}

/* kernel [tap][in/groups][out]; groups: each output has one input. */
static void convolutions_and_what_follows_them(void **state)
{
    (void)state;
    bl_model *model = load(stack);
    double *y = evaluate(model, signal_in, 8);
    for (size_t t = 0; t < 8; t++) {
        double a = elu(0.5 * past(t, 3) + 0.25 * past(t, 0) + 0.125);
        double b = elu(-2.0 * past(t, 3) - 3.0 * past(t, 0) - 0.5);
        a = (a - 0.25) * 2.0 / sqrt(4.0) + 0.5;
        b = (b - 0.75) * 3.0 / sqrt(0.25) - 0.5;
        a = a > 0.0 ? a : 0.5 * a;
        b = b > 0.0 ? b : -2.0 * b;
        assert_true(fabs(y[t] - exp(a) / (exp(a) + exp(b))) < 1e-6);
        assert_true(fabs(y[8 + t] - exp(b) / (exp(a) + exp(b))) < 1e-6);
    }
    free(y);
    bl_model_free(model);
}

static void batchnorm_and_prelu_have_short_forms(void **state)
{
    (void)state;
    char *text = replaced(stack, "[[2, 3], [0.5, -0.5], [0.25, 0.75], [3, -0.75]]", "[[0, 0], [0, 0]]");
    char *shorter = replaced(text, "[[[0.5, -2]]]", "[[[0.5]]]");
    bl_model *model = load(shorter);
    assert_true(node_called(model, "layers[2]")->u.conv.weight[1] == 1.0f);
    assert_true(node_called(model, "layers[3]")->u.slopes[1] == 0.5f);
    bl_model_free(model);
    free(text);
    free(shorter);
}

static void broken_keras_files_are_refused(void **state)
{
    (void)state;
    static const breakage broken[] = {
        { "\"in_shape\": [null, null, 1]", "\"in_shape\": []", BL_ERR_FORMAT,
          "in_shape should be a list that ends" },
        { "\"in_shape\": [null, null, 1]", "\"in_shape\": [null]", BL_ERR_FORMAT, "in_shape[0] should be" },
        { "\"in_shape\": [null, null, 1]", "\"in_shape\": [1.0]", BL_ERR_FORMAT, "in_shape[0] should be" },
        { "\"in_shape\": [null, null, 1]", "\"in_shape\": [4]", BL_ERR_UNSUPPORTED, "4 inputs" },
        { "\"in_shape\": [null, null, 1],", "", BL_ERR_FORMAT, "in_shape is missing" },
        { "\"layers\"", "\"layer\"", BL_ERR_FORMAT, "layers is missing" },
        { "\"type\": \"dense\"", "\"type\": \"conv2d\"", BL_ERR_UNSUPPORTED, "of the type \"conv2d\"" },
        { "\"type\": \"dense\",", "", BL_ERR_FORMAT, "layers[0].type is missing" },
        { "\"tanh\"", "\"swish\"", BL_ERR_UNSUPPORTED, "\"swish\"" },
        { "\"tanh\"", "7", BL_ERR_FORMAT, "layers[0].activation should be a text" },
        { "\"shape\": [null, null, 2],", "", BL_ERR_FORMAT, "layers[0].shape is missing" },
        { "\"shape\": [null, null, 2]", "\"shape\": [3]", BL_ERR_FORMAT, "layers[0].weights[0][0] should be" },
        { "\"shape\": [2]", "\"shape\": [3]", BL_ERR_FORMAT, "layers[1].shape says 3 channels, but 2" },
        { "[0.25, 0.125]", "[0.25]", BL_ERR_FORMAT, "layers[0].weights[1] should be a list of 2 numbers" },
        { "[0.25, 0.125]", "[0.25, \"1\"]", BL_ERR_FORMAT, "layers[0].weights[1][1] should be a number" },
        { "[0.25, 0.125]", "[0.25, 1e39]", BL_ERR_FORMAT, "layers[0].weights[1][1] should be a number" },
        { "[0.25, 0.125]", "[0.25, 1], [1]", BL_ERR_FORMAT, "layers[0].weights should be a list of 1 or 2" },
        { "\"in_skip\": 1", "\"in_skip\": 2", BL_ERR_FORMAT, "in_skip should be 0 or 1" },
        { "\"in_gain\": 20", "\"in_gain\": 1e9", BL_ERR_FORMAT, "in_gain should be" },
        { "\"44100\"", "\"1000000000\"", BL_ERR_LIMIT, "samplerate" },
    };
    EXPECT_ALL(dense, broken);
    static const breakage no_stack[] = {
        { "\"kernel_size\": [2]", "\"kernel_size\": [0]", BL_ERR_FORMAT, "layers[1].kernel_size[0] should be" },
        { "\"dilation\": 3", "\"dilation\": -1", BL_ERR_FORMAT, "layers[1].dilation should be" },
        { "\"groups\": 2", "\"groups\": 3", BL_ERR_FORMAT, "layers[1].groups is 3" },
        { "\"groups\": 2", "\"strides\": 2", BL_ERR_UNSUPPORTED, "layers[1].strides is 2" },
        { "\"groups\": 2", "\"groups\": 1", BL_ERR_FORMAT, "layers[1].weights[0][0] should be a list of 2 lists" },
        { "\"epsilon\": 1.0", "\"epsilon\": 0.5", BL_ERR_FORMAT, "variance -0.75" },
        { "\"epsilon\": 1.0,", "", BL_ERR_FORMAT, "layers[2].epsilon is missing" },
        { "[0.25, 0.75], [3, -0.75]", "[0.25, 0.75]", BL_ERR_FORMAT,
          "layers[2].weights should be a list of 2 or 4" },
        { "[[[0.5, -2]]]", "[[[0.5, -2, 1]]]", BL_ERR_FORMAT, "layers[3].weights[0][0] should be" },
        { "[[[0.5, -2]]]", "[]", BL_ERR_FORMAT, "layers[3].weights should be a list of 1" },
        { "\"in_shape\"", "\"in_skip\": 1, \"in_shape\"", BL_ERR_FORMAT, "in_skip adds" },
    };
    EXPECT_ALL(stack, no_stack);
    static const breakage no_rnn[] = {
        { ", [[0.01, 0.02, 0.03], [0.4, 0.5, 0.6]]", "", BL_ERR_FORMAT, "layers[0].weights should be a list of 3" },
        { "[[0.01, 0.02, 0.03], [0.4, 0.5, 0.6]]", "[0.1, 0.2, 0.3]", BL_ERR_FORMAT,
          "layers[0].weights[2] should be a list of 2 lists" },
        { "\"shape\": [1]", "\"shape\": [2000]", BL_ERR_LIMIT, "2000 units" },
        { "[[-0.5, 0.5, 0.25]]", "[[-0.5, 0.5]]", BL_ERR_FORMAT, "layers[0].weights[1][0] should be a list of 3" },
    };
    EXPECT_ALL(gru, no_rnn);
}

/* ---- Proteus ---- */

static const char proteus[] =
    "{\"model_data\": {\"model\": \"SimpleRNN\", \"input_size\": 2, \"skip\": 1, \"output_size\": 1,"
    "  \"unit_type\": \"LSTM\", \"num_layers\": 1, \"hidden_size\": 1, \"bias_fl\": true},"
    " \"state_dict\": {\"rec.weight_ih_l0\": [[0.1, 5], [0.2, 6], [0.3, 7], [0.4, 8]],"
    "  \"rec.weight_hh_l0\": [[-0.5], [0.5], [0.25], [-0.25]], \"rec.bias_ih_l0\": [0.01, 0.02, 0.03, 0.04],"
    "  \"rec.bias_hh_l0\": [0.1, 0.2, 0.3, 0.4], \"lin.weight\": [[3]], \"lin.bias\": [0.5]}}";

static void proteus_computes(void **state)
{
    (void)state;
    bl_model *model = load(proteus);
    double *y = evaluate(model, signal_in, 8), h = 0, c = 0;
    for (size_t t = 0; t < 8; t++) {
        const double x = signal_in[t];
        const double i = sigmoid(0.1 * x - 0.5 * h + 0.11), f = sigmoid(0.2 * x + 0.5 * h + 0.22);
        const double g = tanh(0.3 * x + 0.25 * h + 0.33), o = sigmoid(0.4 * x - 0.25 * h + 0.44);
        c = f * c + i * g;
        h = o * tanh(c);
        assert_true(fabs(y[t] - (3.0 * h + 0.5 + x)) < 1e-6);
    }
    free(y);
    bl_model_info info;
    bl_model_get_info(model, &info);
    assert_string_equal(info.format, "Proteus JSON");
    assert_string_equal(info.architecture, "LSTM, 1 layer of 1 unit");
    assert_true(info.sample_rate_hz == 44100.0 && info.prewarm == 0);
    assert_int_equal(bl_model_param_count(model), 1);
    assert_non_null(bl_tensors_find(bl_model_tensors(model), "rec.weight_hh_l0"));
    bl_model_free(model);
}

static const char proteus_gru[] =
    "{\"model_data\": {\"unit_type\": \"GRU\", \"skip\": 0},"
    " \"state_dict\": {\"rec.weight_ih_l0\": [[0.1], [0.2], [0.3]], \"rec.weight_hh_l0\": [[-0.5], [0.5], [0.25]],"
    "  \"rec.bias_ih_l0\": [0.01, 0.02, 0.03], \"rec.bias_hh_l0\": [0.4, 0.5, 0.6], \"lin.weight\": [[2]]}}";

static void proteus_has_grus(void **state)
{
    (void)state;
    bl_model *model = load(proteus_gru);
    double *y = evaluate(model, signal_in, 8), h = 0;
    for (size_t t = 0; t < 8; t++) {
        const double x = signal_in[t];
        const double r = sigmoid(0.1 * x - 0.5 * h + 0.41), z = sigmoid(0.2 * x + 0.5 * h + 0.52);
        const double fresh = tanh(0.3 * x + 0.03 + r * (0.25 * h + 0.6));
        h = (1.0 - z) * fresh + z * h;
        assert_true(fabs(y[t] - 2.0 * h) < 1e-6);
    }
    free(y);
    bl_model_free(model);
}

static void broken_proteus_files_are_refused(void **state)
{
    (void)state;
    static const breakage broken[] = {
        { "\"SimpleRNN\"", "\"RecNet\"", BL_ERR_UNSUPPORTED, "model_data.model is \"RecNet\"" },
        { "\"LSTM\"", "\"GRU\"", BL_ERR_UNSUPPORTED, "model_data.unit_type is \"GRU\"" },
        { "\"input_size\": 2", "\"input_size\": 1", BL_ERR_FORMAT, "model_data.input_size is 1" },
        { "\"num_layers\": 1", "\"num_layers\": 2", BL_ERR_FORMAT, "model_data.num_layers is 2" },
        { "\"hidden_size\": 1", "\"hidden_size\": 1.0", BL_ERR_FORMAT, "model_data.hidden_size should be" },
        { "\"skip\": 1", "\"skip\": 2", BL_ERR_FORMAT, "model_data.skip should be" },
        { "rec.weight_ih_l0", "rec.weight", BL_ERR_FORMAT, "no rec.weight_ih_l0" },
        { "lin.weight", "lin.weights", BL_ERR_FORMAT, "no lin.weight" },
        { "[[3]]", "[[3, 4]]", BL_ERR_FORMAT, "state_dict.lin.weight[0] should be a list of 1" },
        { "[[3]]", "[]", BL_ERR_FORMAT, "state_dict.lin.weight should be a list" },
        { ", [0.4, 8]", "", BL_ERR_UNSUPPORTED, "model_data.unit_type is \"LSTM\"" },
        { "[0.4, 8]", "[0.4]", BL_ERR_FORMAT, "state_dict.rec.weight_ih_l0[3] should be a list of 2" },
        { "[0.1, 0.2, 0.3, 0.4]", "[0.1, 0.2, 0.3]", BL_ERR_FORMAT, "state_dict.rec.bias_hh_l0 should be" },
        { "\"lin.bias\"", "\"lin2.bias\"", BL_ERR_UNSUPPORTED, "\"lin2.bias\"" },
        { "[[-0.5], [0.5], [0.25], [-0.25]]", "[]", BL_ERR_FORMAT, "state_dict.rec.weight_hh_l0 should be" },
        { "[[-0.5], [0.5], [0.25], [-0.25]]", "[[1, 2], [3, 4]]", BL_ERR_FORMAT,
          "state_dict.rec.weight_ih_l0 should be" },
        { "[[0.1, 5], [0.2, 6], [0.3, 7], [0.4, 8]]", "[[], [], [], []]", BL_ERR_FORMAT, "up to two knobs" },
    };
    EXPECT_ALL(proteus, broken);
}

/* ---- all ---- */

static void cut_files_are_refused(void **state)
{
    (void)state;
    static const char *const files[] = { dense, lstm, gru, stack, proteus, proteus_gru };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        for (size_t size = 0; size < strlen(files[i]); size++) {
            bl_model *model = NULL;
            bl_error error = { 0 };
            char *copy = malloc(size + 1); /* of exactly that size, for the sanitizer */
            assert_non_null(copy);
            memcpy(copy, files[i], size);
            assert_int_not_equal(bl_model_load_memory(copy, size, NULL, NULL, &model, &error), BL_OK);
            assert_true(*error.text);
            free(copy);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dense_layers_gains_and_skip),
        cmocka_unit_test(keras_describes_itself),
        cmocka_unit_test(gains_are_as_in_aida_x),
        cmocka_unit_test(lstm_has_its_gates_in_order),
        cmocka_unit_test(gru_has_its_gates_in_order),
        cmocka_unit_test(convolutions_and_what_follows_them),
        cmocka_unit_test(batchnorm_and_prelu_have_short_forms),
        cmocka_unit_test(broken_keras_files_are_refused),
        cmocka_unit_test(proteus_computes),
        cmocka_unit_test(proteus_has_grus),
        cmocka_unit_test(broken_proteus_files_are_refused),
        cmocka_unit_test(cut_files_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
