/* JSON state dicts of GuitarML Proteus, NeuralPi, and Automated-GuitarAmpModelling: an LSTM or a GRU and a
 * linear layer, under the names that PyTorch gave them:
 *
 *   y = lin(rec(x)) + x        without the x where model_data says "skip": 0
 *
 * "model_data" says what the network is, "state_dict" holds the weights; the sizes follow from the weights,
 * and what model_data says of them must agree. A second and a third input are knobs. The network starts from
 * a state of zeros. */
#include "base/fail.h"
#include "base/utf8.h"
#include "formats/formats.h"
#include "formats/graph_layers.h"
#include "formats/json_tensor.h"
#include "model/limits.h"
#include "model/tensors.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SAMPLE_RATE_HZ 44100.0 /* the files do not say it; Proteus runs all its captures at this rate */
#define MAX_INPUTS     3u
#define MAX_LAYERS     16u
#define NAME_SIZE      160

static const char first_weight[] = "weight_ih_l0";

typedef struct network {
    char rec[80], lin[80]; /* prefixes of names, such as "rec." */
    bool gru, skip;
    size_t inputs, hidden, layers, outputs;
} network;

/* ---- recognising it by its keys ---- */

static bool ends_with(const char *text, const char *end)
{
    const size_t n = strlen(text), m = strlen(end);
    return n >= m && !strcmp(text + n - m, end);
}

static const char *key_ending(const json_t *object, const char *end)
{
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)object, key, value)
        if (ends_with(key, end))
            return key;
    return NULL;
}

static bool recognise(const bl_source *source)
{
    const json_t *dict = json_object_get(source->json, "state_dict");
    return dict && (json_object_get(source->json, "model_data") || key_ending(dict, first_weight));
}

/* ---- what the network is ---- */

/* The key without its end; false where that does not fit. */
static bool copy_prefix(char *prefix, size_t size, const char *key, const char *end)
{
    const size_t n = strlen(key) - strlen(end);
    if (n >= size)
        return false;
    memcpy(prefix, key, n);
    prefix[n] = '\0';
    return true;
}

/* The recurrent layer's weights end with weight_ih_l0, the linear layer's with .weight. */
static bl_status find_prefixes(const bl_json *dict, network *n, bl_error *error)
{
    const char *rec = key_ending(dict->value, first_weight), *lin = key_ending(dict->value, ".weight");
    if (!rec || !copy_prefix(n->rec, sizeof n->rec, rec, first_weight))
        return bl_fail(error, BL_ERR_FORMAT,
                       "state_dict has no rec.weight_ih_l0, the input weights of a recurrent layer.");
    if (!lin || !copy_prefix(n->lin, sizeof n->lin, lin, "weight"))
        return bl_fail(error, BL_ERR_FORMAT, "state_dict has no lin.weight, the weights of a linear layer.");
    return BL_OK;
}

static bl_json entry(const bl_json *dict, const char *prefix, const char *name, size_t layer)
{
    char key[NAME_SIZE];
    if (layer == SIZE_MAX)
        snprintf(key, sizeof key, "%s%s", prefix, name);
    else
        snprintf(key, sizeof key, "%s%s_l%zu", prefix, name, layer);
    return bl_json_member(dict, key);
}

static size_t rows_of(const bl_json *matrix)
{
    return json_array_size(matrix->value);
}

static size_t columns_of(const bl_json *matrix)
{
    return json_array_size(json_array_get(matrix->value, 0));
}

/* The shapes are compared when the weights are read; here they only have to be possible. */
static bl_status read_sizes(const bl_json *dict, network *n, bl_error *error)
{
    const bl_json ih = entry(dict, n->rec, "weight_ih", 0), hh = entry(dict, n->rec, "weight_hh", 0),
                  lin = entry(dict, n->lin, "weight", SIZE_MAX);
    n->inputs = columns_of(&ih);
    n->hidden = columns_of(&hh);
    n->outputs = rows_of(&lin);
    for (n->layers = 1; n->layers <= MAX_LAYERS; n->layers++)
        if (!entry(dict, n->rec, "weight_ih", n->layers).value)
            break;
    if (!n->hidden || n->hidden > BL_MAX_HIDDEN)
        return bl_json_fail(&hh, "lists of as many numbers as there are hidden units, 1 to 1024", error);
    n->gru = rows_of(&ih) == 3 * n->hidden;
    if (!n->gru && rows_of(&ih) != 4 * n->hidden)
        return bl_json_fail(&ih, "a list of three (GRU) or four (LSTM) times the hidden units", error);
    if (!n->inputs || n->inputs > MAX_INPUTS)
        return bl_json_fail(&ih, "lists of 1 to 3 numbers: the guitar and up to two knobs", error);
    if (!n->outputs || n->outputs > BL_MAX_CHANNELS)
        return bl_json_fail(&lin, "a list of as many lists as there are outputs, 1 to 4096", error);
    if (n->layers > MAX_LAYERS)
        return bl_fail(error, BL_ERR_LIMIT, "state_dict has more than %u recurrent layers, the limit.", MAX_LAYERS);
    return BL_OK;
}

static bl_status check_size(const bl_json *data, const char *key, size_t found, bl_error *error)
{
    size_t said;
    bl_status status = bl_json_size_or(data, key, found, 0, 1u << 30, &said, error);
    if (!status && said != found)
        status = bl_fail(error, BL_ERR_FORMAT, "model_data.%s is %zu, but the weights are those of %zu.", key, said,
                         found);
    return status;
}

static bl_status check_kind(const bl_json *data, const char *key, const char *wanted, bl_error *error)
{
    const char *kind;
    if (!bl_json_has(data, key))
        return BL_OK;
    bl_status status = bl_json_text(data, key, &kind, error);
    if (!status && strcmp(kind, wanted))
        status = bl_fail(error, BL_ERR_UNSUPPORTED,
                         "model_data.%s is \"%.*s\", but the weights are those of the %s that is played.", key,
                         bl_utf8_quote(kind, strlen(kind)), kind, wanted);
    return status;
}

/* Everything but "skip" stands in the weights as well. */
static bl_status read_model_data(const bl_json *file, network *n, bl_error *error)
{
    const bl_json data = bl_json_member(file, "model_data");
    size_t skip;
    bl_status status;
    n->skip = true; /* the default of the program that trains them */
    if (!data.value)
        return BL_OK;
    if (!json_is_object(data.value))
        return bl_json_fail(&data, "an object", error);
    if ((status = check_kind(&data, "model", "SimpleRNN", error)) ||
        (status = check_kind(&data, "unit_type", n->gru ? "GRU" : "LSTM", error)) ||
        (status = check_size(&data, "input_size", n->inputs, error)) ||
        (status = check_size(&data, "hidden_size", n->hidden, error)) ||
        (status = check_size(&data, "num_layers", n->layers, error)) ||
        (status = check_size(&data, "output_size", n->outputs, error)) ||
        (status = bl_json_size_or(&data, "skip", 1, 0, 1, &skip, error)))
        return status;
    n->skip = skip == 1;
    if (n->skip && n->outputs != 1)
        return bl_fail(error, BL_ERR_FORMAT,
                       "model_data.skip adds the input to the output, which has %zu channels, not 1.", n->outputs);
    return BL_OK;
}

/* ---- building it ---- */

/* Reads a tensor under its name in the state dict. Biases may be absent: *values stays NULL. */
static bl_status read_tensor(const bl_json *dict, const char *prefix, const char *name, size_t layer, size_t rank,
                             const uint64_t *shape, bl_model *model, const float **values, bl_error *error)
{
    const bl_json at = entry(dict, prefix, name, layer);
    *values = NULL;
    if (!at.value && rank == 1)
        return BL_OK;
    const size_t object = strlen(dict->path) + 1; /* the path is "state_dict.<name>" */
    return bl_json_tensor(&at, rank, shape, at.path + object, model->tensors, values, error);
}

static bl_status add_rec(const bl_json *dict, const network *n, size_t layer, bl_model *model, bl_node_id *x,
                         bl_error *error)
{
    const size_t in = layer ? n->hidden : n->inputs, rows = bl_torch_rnn_gates(n->gru) * n->hidden;
    const uint64_t ih[] = { rows, in }, hh[] = { rows, n->hidden };
    bl_torch_rnn rnn = { .gru = n->gru, .hidden = n->hidden };
    bl_status status;
    if ((status = read_tensor(dict, n->rec, "weight_ih", layer, 2, ih, model, &rnn.weight_ih, error)) ||
        (status = read_tensor(dict, n->rec, "weight_hh", layer, 2, hh, model, &rnn.weight_hh, error)) ||
        (status = read_tensor(dict, n->rec, "bias_ih", layer, 1, ih, model, &rnn.bias_ih, error)) ||
        (status = read_tensor(dict, n->rec, "bias_hh", layer, 1, ih, model, &rnn.bias_hh, error)))
        return status;
    char name[NAME_SIZE];
    snprintf(name, sizeof name, "%sl%zu", n->rec, layer);
    return bl_layer_rnn(&model->graph, x, &rnn, name, error);
}

static bl_status add_lin(const bl_json *dict, const network *n, bl_model *model, bl_node_id *x, bl_error *error)
{
    const uint64_t shape[] = { n->outputs, n->hidden };
    const float *w, *bias;
    bl_status status;
    if ((status = read_tensor(dict, n->lin, "weight", SIZE_MAX, 2, shape, model, &w, error)) ||
        (status = read_tensor(dict, n->lin, "bias", SIZE_MAX, 1, shape, model, &bias, error)))
        return status;
    bl_conv1d_params *conv;
    *x = bl_graph_conv1d(&model->graph, *x, &(bl_conv1d_shape){ .out_channels = n->outputs, .bias = bias != NULL },
                         &conv, "%.*s", (int)strlen(n->lin) - 1, n->lin);
    if (!conv)
        return bl_graph_check(&model->graph, error);
    memcpy(conv->weight, w, n->outputs * n->hidden * sizeof *w);
    if (bias)
        memcpy(conv->bias, bias, n->outputs * sizeof *bias);
    return BL_OK;
}

/* Weights that nothing uses belong to a layer that would be missing from the sound. */
static bl_status check_all_used(const bl_json *dict, const bl_tensors *used, bl_error *error)
{
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)dict->value, key, value)
        if (!bl_tensors_find(used, key))
            return bl_fail(error, BL_ERR_UNSUPPORTED,
                           "state_dict has the weights \"%.*s\"; a network of one recurrent layer or stack and one "
                           "linear layer, "
                           "which "
                           "is played, has none of that name.",
                           bl_utf8_quote(key, strlen(key)), key);
    return BL_OK;
}

static bl_status build_network(const bl_json *dict, const network *n, bl_model *model, bl_error *error)
{
    bl_graph *g = &model->graph;
    bl_node_id inputs[MAX_INPUTS] = { bl_graph_input(g, 1) };
    for (size_t i = 1; i < n->inputs; i++)
        inputs[i] = bl_graph_param(g, (bl_param_params){ .minimum = 0.0f, .maximum = 1.0f }, "param%zu", i);
    bl_node_id x = n->inputs > 1 ? bl_graph_concat(g, inputs, n->inputs, "inputs") : inputs[0];
    bl_status status = BL_OK;
    for (size_t layer = 0; layer < n->layers && !status; layer++)
        status = add_rec(dict, n, layer, model, &x, error);
    if (status || (status = add_lin(dict, n, model, &x, error)) ||
        (status = check_all_used(dict, model->tensors, error)))
        return status;
    bl_graph_output(g, n->skip ? bl_graph_add(g, x, inputs[0], "skip") : x);
    return BL_OK;
}

static bl_status build(const bl_source *source, const bl_load_options *options, bl_model *model, bl_error *error)
{
    (void)options;
    const bl_json file = bl_json_root(source->json);
    bl_json dict;
    network n = { 0 };
    bl_status status;
    if ((status = bl_json_object(&file, "state_dict", &dict, error)) ||
        (status = find_prefixes(&dict, &n, error)) || (status = read_sizes(&dict, &n, error)) ||
        (status = read_model_data(&file, &n, error)) ||
        (status = bl_tensors_create("JSON", &model->tensors, error)) ||
        (status = build_network(&dict, &n, model, error)) ||
        (status = bl_model_set_text(&model->info.format, "Proteus JSON", error)) ||
        (status = bl_model_format_text(&model->info.architecture, error, "%s, %zu layer%s of %zu unit%s",
                                       n.gru ? "GRU" : "LSTM", n.layers, n.layers == 1 ? "" : "s", n.hidden,
                                       n.hidden == 1 ? "" : "s")))
        return status;
    model->info.sample_rate_hz = SAMPLE_RATE_HZ;
    return bl_model_finish(model, error);
}

const bl_network_format bl_network_proteus = { "Proteus", recognise, build };
