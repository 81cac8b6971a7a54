/* State dicts of micro-TCN (Steinmetz and Reiss): a stack of blocks, each
 *
 *   u = prelu(film(conv(h))),  h = u + res(h)          output = tanh(output layer(h))
 *
 * film is a batch normalisation without weights, then a scale and a shift per channel that a small network computes
 * from the knobs; a network without knobs has an ordinary batch normalisation in its place.
 *
 * The original does not pad: each block gives fewer samples than it takes, and crops res(h) to match. Of a causal
 * network it crops one sample more at the end than it says, so that the residual is one sample late; here it is
 * too. A network that is not causal crops on both sides, which is "same" padding. Here every block gives as many
 * samples as it takes, and the silence before the first of them is a receptive field long.
 *
 * As in the original's last version, the layers conv1b of grouped networks and the setting skip_connections change
 * nothing. */
#include "base/alloc.h"
#include "base/fail.h"
#include "base/utf8.h"
#include "formats/formats.h"
#include "formats/graph_description.h"
#include "formats/graph_layers.h"
#include "model/limits.h"
#include "model/tensors.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define SAMPLE_RATE_HZ 44100.0 /* of the original's data, where the file does not say it */
#define EPSILON        1e-5    /* PyTorch's, which the original does not change */
#define MAX_BLOCKS     256u
#define MAX_KNOBS      64u
#define NAME_SIZE      200

static const char first_conv[] = "blocks.0.conv1.weight", kind_name[] = "micro-tcn";

/* A name from a file as the two arguments of "%.*s". */
#define QUOTED(name) bl_utf8_quote(name, strlen(name)), name

typedef struct hparams {
    size_t dilation_growth, stack_size;
    bool causal;
    double sample_rate_hz;
} hparams;

typedef struct builder {
    bl_graph *g;
    const bl_tensors *tensors;
    char prefix[100]; /* of every name, such as "state_dict." */
    hparams hp;
    size_t blocks, knobs;
    bl_node_id h, condition; /* condition: what the knobs say, where there are knobs */
} builder;

/* ---- recognising it ---- */

/* A checkpoint has its state dict under a key of its own; false where no tensor is the first convolution. */
static bool find_prefix(const bl_tensors *tensors, char *prefix, size_t size)
{
    for (size_t i = 0; i < bl_tensors_count(tensors); i++) {
        const char *name = bl_tensors_at(tensors, i)->name;
        const size_t length = strlen(name), tail = sizeof first_conv - 1;
        if (length < tail || length - tail >= size || strcmp(name + length - tail, first_conv))
            continue;
        memcpy(prefix, name, length - tail);
        prefix[length - tail] = '\0';
        return true;
    }
    return false;
}

static const bl_tensor *find(const builder *b, const char *name)
{
    char full[sizeof b->prefix + NAME_SIZE];
    snprintf(full, sizeof full, "%s%s", b->prefix, name);
    return bl_tensors_find(b->tensors, full);
}

static const json_t *file_hparams(const bl_source *source)
{
    const json_t *newer = json_object_get(source->values, "hyper_parameters");
    return newer ? newer : json_object_get(source->values, "hparams");
}

/* Bare tensors do not say how far apart the taps are: they are left to a description. */
static bool recognise(const bl_source *source)
{
    builder b = { .tensors = source->tensors };
    char kind[16];
    if (!b.tensors)
        return false;
    if (bl_description_kind(source, kind, sizeof kind))
        return !strcmp(kind, kind_name);
    return json_object_get(file_hparams(source), "dilation_growth") &&
           find_prefix(b.tensors, b.prefix, sizeof b.prefix) && find(&b, "blocks.0.relu.weight") &&
           find(&b, "output.weight");
}

/* ---- what the tensors do not say ---- */

static bl_status read_numbers(const bl_json *json, hparams *hp, bl_error *error)
{
    bl_status status;
    if ((status = bl_json_size(json, "dilation_growth", 1, BL_MAX_RECEPTIVE_FIELD, &hp->dilation_growth, error)) ||
        (status = bl_json_size_or(json, "stack_size", 10, 1, BL_MAX_NODES, &hp->stack_size, error)) ||
        (status = bl_json_bool_or(json, "causal", false, &hp->causal, error)))
        return status;
    return bl_json_sample_rate(json, "sample_rate", &hp->sample_rate_hz, error);
}

static bl_status read_description(const json_t *description, hparams *hp, bl_model *model, bl_error *error)
{
    static const char *const keys[] = { "backline",   "name",   "sample_rate", "dilation_growth",
                                        "stack_size", "causal", NULL };
    const bl_json json = bl_json_root(description);
    bl_status status;
    if ((status = bl_description_keys(&json, keys, NULL, "docs/graph.md", error)) ||
        (status = read_numbers(&json, hp, error)) ||
        (status = bl_model_set_text(&model->info.name, bl_json_text_or_null(&json, "name"), error)))
        return bl_fail_context(error, status, "description");
    return BL_OK;
}

/* A description that was asked for comes before what the file says. */
static bl_status read_hparams(const bl_source *source, hparams *hp, bl_model *model, bl_error *error)
{
    json_t *description;
    bl_status status = bl_description_open(source, &description, error);
    if (status)
        return status;
    if (description) {
        status = read_description(description, hp, model, error);
        json_decref(description);
    } else {
        const bl_json json = bl_json_root(file_hparams(source));
        if ((status = read_numbers(&json, hp, error)))
            bl_fail_context(error, status, "hyperparameters of the micro-TCN");
    }
    if (isnan(hp->sample_rate_hz))
        hp->sample_rate_hz = SAMPLE_RATE_HZ;
    return status;
}

/* ---- layers ---- */

static bl_status need(const builder *b, const char *name, const bl_tensor **out, bl_error *error)
{
    *out = find(b, name);
    if (!*out)
        return bl_fail(error, BL_ERR_FORMAT, "The file has no tensor \"%.*s%s\", which a micro-TCN needs.",
                       QUOTED(b->prefix), name);
    return BL_OK;
}

/* A tensor of one size, that of the signal x. */
static bl_status need_vector(const builder *b, bl_node_id x, const char *name, const float **values,
                             bl_error *error)
{
    const bl_tensor *tensor = NULL;
    bl_status status = b->g->status ? bl_graph_check(b->g, error) : need(b, name, &tensor, error);
    if (status)
        return status;
    assert(tensor);
    const size_t channels = b->g->nodes[x].channels;
    if (!bl_tensor_is(tensor, 1, (uint64_t[]){ channels })) {
        char shape[100];
        return bl_fail(error, BL_ERR_FORMAT, "The tensor %.*s has the shape %s; it should be [%zu].",
                       QUOTED(tensor->name), bl_tensor_shape_text(tensor, shape, sizeof shape), channels);
    }
    *values = tensor->values;
    return BL_OK;
}

/* "<name>.weight" and, where it is wanted, "<name>.bias". The groups are those that make the weights fit. */
static bl_status add_conv(builder *b, bl_node_id *x, const char *name, bl_conv1d_shape shape, bl_error *error)
{
    char full[NAME_SIZE];
    bl_layer_weights w = { 0 };
    bl_status status;
    snprintf(full, sizeof full, "%s.weight", name);
    if ((status = need(b, full, &w.weight, error)))
        return status;
    snprintf(full, sizeof full, "%s.bias", name);
    if (shape.bias && (status = need(b, full, &w.bias, error)))
        return status;
    const size_t in = b->g->nodes[*x].channels;
    const uint64_t columns = w.weight->rank >= 2 ? w.weight->shape[1] : 0;
    shape.groups = columns && columns < in && in % columns == 0 ? in / (size_t)columns : 1;
    return bl_layer_conv(b->g, x, &w, shape, name, error);
}

static bl_status add_norm(builder *b, bl_node_id *x, const char *name, bool weights, bl_error *error)
{
    static const char *const parts[] = { "running_mean", "running_var", "weight", "bias" };
    bl_batch_norm norm = { .epsilon = EPSILON };
    const float **const values[] = { &norm.mean, &norm.variance, &norm.weight, &norm.bias };
    for (size_t i = 0; i < (weights ? 4 : 2); i++) {
        char full[NAME_SIZE];
        snprintf(full, sizeof full, "%s.%s", name, parts[i]);
        bl_status status = need_vector(b, *x, full, values[i], error);
        if (status)
            return status;
    }
    return bl_layer_batch_norm(b->g, x, &norm, name, error);
}

/* The first half of what the adaptor makes of the condition scales, the second shifts. */
static bl_status add_film(builder *b, bl_node_id *x, const char *name, bl_error *error)
{
    bl_graph *g = b->g;
    const size_t channels = g->nodes[*x].channels;
    char part[NAME_SIZE];
    bl_status status;
    snprintf(part, sizeof part, "%s.bn", name);
    if ((status = add_norm(b, x, part, false, error)))
        return status;
    bl_node_id adapted = b->condition;
    snprintf(part, sizeof part, "%s.adaptor", name);
    if ((status = add_conv(b, &adapted, part, (bl_conv1d_shape){ .bias = true }, error)))
        return status;
    if (g->nodes[adapted].channels != 2 * channels)
        return bl_fail(error, BL_ERR_FORMAT,
                       "The layer %s has %zu outputs; it should have two for each of the %zu "
                       "channels.",
                       part, g->nodes[adapted].channels, channels);
    const bl_node_id scale = bl_graph_slice(g, adapted, 0, channels, "%s.scale", name);
    const bl_node_id shift = bl_graph_slice(g, adapted, channels, channels, "%s.shift", name);
    *x = bl_graph_add(g, bl_graph_mul(g, *x, scale, "%s.scaled", name), shift, "%s", name);
    return BL_OK;
}

static bl_status add_prelu(builder *b, bl_node_id *x, const char *name, bl_error *error)
{
    const size_t channels = b->g->nodes[*x].channels;
    char full[NAME_SIZE];
    const float *from;
    float *slopes;
    snprintf(full, sizeof full, "%s.weight", name);
    bl_status status = need_vector(b, *x, full, &from, error);
    if (status)
        return status;
    *x = bl_graph_prelu(b->g, *x, &slopes, "%s", name);
    if (slopes)
        memcpy(slopes, from, channels * sizeof *slopes);
    return BL_OK;
}

/* ---- the network ---- */

/* Knobs are called as in the original, by number. */
static bl_status add_condition(builder *b, bl_error *error)
{
    bl_node_id knobs[MAX_KNOBS];
    const bl_tensor *weight = find(b, "gen.0.weight");
    if (!weight)
        return BL_OK;
    if (weight->rank != 2 || !weight->shape[1] || weight->shape[1] > MAX_KNOBS) {
        char shape[100];
        return bl_fail(error, BL_ERR_FORMAT,
                       "The tensor %.*s has the shape %s; it should be [outputs, knobs], with "
                       "1 to %u knobs.",
                       QUOTED(weight->name), bl_tensor_shape_text(weight, shape, sizeof shape), MAX_KNOBS);
    }
    b->knobs = (size_t)weight->shape[1];
    for (size_t i = 0; i < b->knobs; i++)
        knobs[i] = bl_graph_param(b->g, (bl_param_params){ .minimum = 0.0f, .maximum = 1.0f }, "param%zu", i);
    b->condition = bl_graph_concat(b->g, knobs, b->knobs, "knobs");
    for (size_t i = 0; i < 6; i += 2) {
        char name[40];
        snprintf(name, sizeof name, "gen.%zu", i);
        bl_status status = add_conv(b, &b->condition, name, (bl_conv1d_shape){ .bias = true }, error);
        if (status)
            return status;
        b->condition =
            bl_graph_activation(b->g, b->condition, (bl_activation){ .kind = BL_ACT_RELU }, "gen.%zu", i + 1);
    }
    return BL_OK;
}

/* dilation_growth to the power of the block's number in its stack. */
static bl_status find_dilation(const builder *b, size_t block, size_t *dilation, bl_error *error)
{
    uint64_t d = 1;
    for (size_t i = 0; i < block % b->hp.stack_size && d <= BL_MAX_RECEPTIVE_FIELD && b->hp.dilation_growth > 1;
         i++)
        d *= b->hp.dilation_growth;
    *dilation = (size_t)d;
    if (d > BL_MAX_RECEPTIVE_FIELD)
        return bl_fail(error, BL_ERR_LIMIT, "Block %zu of the micro-TCN has a dilation of more than %u, the limit.",
                       block, BL_MAX_RECEPTIVE_FIELD);
    return BL_OK;
}

static bl_status find_padding(const builder *b, const char *conv, bl_conv1d_shape *shape, bl_error *error)
{
    char full[NAME_SIZE];
    const bl_tensor *weight;
    snprintf(full, sizeof full, "%s.weight", conv);
    bl_status status = need(b, full, &weight, error);
    if (status)
        return status;
    const uint64_t kernel = weight->rank == 3 && weight->shape[2] <= BL_MAX_KERNEL ? weight->shape[2] : 0;
    if (kernel < 2)
        return bl_fail(error, BL_ERR_FORMAT,
                       "The tensor %.*s should be the weights of a convolution with 2 or more "
                       "taps.",
                       QUOTED(weight->name));
    const uint64_t total = (kernel - 1) * shape->dilation;
    if (total > BL_MAX_RECEPTIVE_FIELD)
        return bl_fail(error, BL_ERR_LIMIT, "The layer %s looks back further than %u samples, the limit.", conv,
                       BL_MAX_RECEPTIVE_FIELD);
    shape->padded = true;
    shape->pad_left = (ptrdiff_t)(b->hp.causal ? total : total / 2);
    shape->pad_right = (ptrdiff_t)total - shape->pad_left;
    return BL_OK;
}

static bl_status add_block(builder *b, size_t block, bl_error *error)
{
    bl_graph *g = b->g;
    char name[40], part[60];
    bl_conv1d_shape shape = { .kernel = 1 };
    bl_node_id u = b->h, residual = b->h;
    bl_status status;
    snprintf(name, sizeof name, "blocks.%zu", block);
    snprintf(part, sizeof part, "%s.conv1", name);
    if ((status = find_dilation(b, block, &shape.dilation, error)) ||
        (status = find_padding(b, part, &shape, error)) || (status = add_conv(b, &u, part, shape, error)))
        return status;
    snprintf(part, sizeof part, "%s.%s", name, b->knobs ? "film" : "bn");
    status = b->knobs ? add_film(b, &u, part, error) : add_norm(b, &u, part, true, error);
    if (status)
        return status;
    snprintf(part, sizeof part, "%s.relu", name);
    if ((status = add_prelu(b, &u, part, error)))
        return status;
    snprintf(part, sizeof part, "%s.res", name);
    if ((status = add_conv(b, &residual, part, (bl_conv1d_shape){ .kernel = 1 }, error)))
        return status;
    if (b->hp.causal)
        residual = bl_graph_pad(g, residual, 1, -1, "%s.late", part);
    b->h = bl_graph_add(g, u, residual, "%s", name);
    return g->status ? bl_graph_check(g, error) : BL_OK;
}

static bl_status count_blocks(builder *b, bl_error *error)
{
    char name[60];
    for (b->blocks = 0; b->blocks <= MAX_BLOCKS; b->blocks++) {
        snprintf(name, sizeof name, "blocks.%zu.conv1.weight", b->blocks);
        if (!find(b, name))
            break;
    }
    if (!b->blocks)
        return bl_fail(error, BL_ERR_FORMAT, "The file has no tensor blocks.0.conv1.weight, as a micro-TCN has.");
    if (b->blocks > MAX_BLOCKS)
        return bl_fail(error, BL_ERR_LIMIT, "The micro-TCN has more than %u blocks, the limit.", MAX_BLOCKS);
    return BL_OK;
}

/* The first convolution decides how many channels come in; it is never grouped into several inputs. */
static bl_status build_network(builder *b, bl_error *error)
{
    const bl_tensor *first;
    bl_status status;
    if ((status = count_blocks(b, error)) || (status = need(b, first_conv, &first, error)))
        return status;
    if (first->rank != 3 || !first->shape[1] || first->shape[1] > BL_MAX_CHANNELS)
        return bl_fail(error, BL_ERR_FORMAT, "The tensor %.*s should have three sizes: [out, in, kernel].",
                       QUOTED(first->name));
    b->h = bl_graph_input(b->g, (size_t)first->shape[1]);
    if (b->g->status)
        return bl_graph_check(b->g, error);
    if ((status = add_condition(b, error)))
        return status;
    for (size_t i = 0; i < b->blocks && !status; i++)
        status = add_block(b, i, error);
    if (status || (status = add_conv(b, &b->h, "output", (bl_conv1d_shape){ .bias = true }, error)))
        return status;
    bl_graph_output(b->g, bl_graph_activation(b->g, b->h, (bl_activation){ .kind = BL_ACT_TANH }, "tanh"));
    return BL_OK;
}

static bl_status build(const bl_source *source, const bl_load_options *options, bl_model *model, bl_error *error)
{
    (void)options;
    builder b = { .g = &model->graph, .tensors = source->tensors };
    bl_model_info *info = &model->info;
    find_prefix(b.tensors, b.prefix, sizeof b.prefix);
    bl_status status;
    if ((status = read_hparams(source, &b.hp, model, error)) || (status = build_network(&b, error)) ||
        (status = bl_model_set_text(&info->format, "micro-TCN", error)) ||
        (status = bl_model_format_text(&info->architecture, error, "TCN, %zu block%s, %zu knob%s, %scausal",
                                       b.blocks, b.blocks == 1 ? "" : "s", b.knobs, b.knobs == 1 ? "" : "s",
                                       b.hp.causal ? "" : "not ")))
        return status;
    info->sample_rate_hz = b.hp.sample_rate_hz;
    if ((status = bl_model_finish(model, error)))
        return status;
    info->prewarm = info->receptive_field - 1;
    return BL_OK;
}

const bl_network_format bl_network_microtcn = { "micro-TCN", recognise, build };
