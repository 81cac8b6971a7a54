/* The network formats on small files made by hand: what they build, and what they say about broken ones.
 * NAM files have tests of their own. */
#define _POSIX_C_SOURCE 200809L
#include "formats/small_files.h"

#include "base/alloc.h"
#include "formats/json.h"
#include "formats/networks.h"
#include "model/tensors.h"

#include <unistd.h>

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
    bl_status status = bl_network_build(source, &(bl_load_options){ 0 }, *model, error);
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
        { "\"sequence\"", "\"chain\"", BL_ERR_FORMAT, "backline" },
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
    if (bl_model_load_memory(bytes, size, NULL, NULL, &model, &error))
        fail_msg("%s", error.text);
    assert_string_equal(model->info.format, "safetensors state dict with description");
    assert_int_equal(bl_tensors_count(bl_model_tensors(model)), 1);
    bl_model_free(model);

    size = make_safetensors(bytes, sizeof bytes, "");
    assert_int_equal(bl_model_load_memory(bytes, size, NULL, NULL, &model, &error), BL_ERR_NO_NETWORK);
    assert_int_equal(bl_model_load_memory(bytes, size, "{", NULL, &model, &error), BL_ERR_FORMAT);
    assert_int_equal(bl_model_load_memory(bytes, size, one_layer, NULL, &model, &error), BL_OK);
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
