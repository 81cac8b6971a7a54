/* .nam files: the object around the network, and the proof that it says the same as the graph. */
#include "base/fail.h"
#include "formats/save.h"
#include "formats/save_compare.h"
#include "formats/save_graph.h"
#include "formats/save_nam.h"

#include <stdlib.h>

/* Older programs read files of the first version and refuse the other one with a clear word. */
#define VERSION_USUAL "0.5.4"
#define VERSION_NEWER "0.7.0"

static const struct {
    bl_activation_kind kind;
    const char *name, *parameters[4];
    bool newer;
} activations[] = {
    { BL_ACT_TANH, "Tanh", { 0 }, false },
    { BL_ACT_SIGMOID, "Sigmoid", { 0 }, false },
    { BL_ACT_RELU, "ReLU", { 0 }, false },
    { BL_ACT_HARDTANH, "Hardtanh", { 0 }, false },
    { BL_ACT_FAST_TANH, "Fasttanh", { 0 }, false },
    { BL_ACT_LEAKY_RELU, "LeakyReLU", { "negative_slope" }, true },
    { BL_ACT_SILU, "SiLU", { 0 }, true },
    { BL_ACT_HARDSWISH, "Hardswish", { 0 }, true },
    { BL_ACT_LEAKY_HARDTANH, "LeakyHardtanh", { "min_val", "max_val", "min_slope", "max_slope" }, true },
    { BL_ACT_SOFTSIGN, "Softsign", { 0 }, true },
};

bool bl_nam_out_activation(bl_nam_out *out, bl_activation act)
{
    size_t i = 0;
    while (i < sizeof activations / sizeof *activations && activations[i].kind != act.kind)
        i++;
    if (i == sizeof activations / sizeof *activations ||
        (act.kind == BL_ACT_HARDTANH && (act.a != -1.0f || act.b != 1.0f))) /* the file cannot say its range */
        return false;
    bl_json_out *o = &out->config;
    out->newer |= activations[i].newer;
    if (!activations[i].parameters[0]) {
        bl_out_text(o, activations[i].name);
        return true;
    }
    const float values[4] = { act.a, act.b, act.c, act.d };
    bl_out_open(o, '{');
    bl_out_member_text(o, "type", activations[i].name);
    for (size_t k = 0; k < 4 && activations[i].parameters[k]; k++)
        bl_out_member_float(o, activations[i].parameters[k], values[k]);
    bl_out_close(o, '}');
    return true;
}

bool bl_nam_out_prelu(bl_nam_out *out, const bl_node *node)
{
    bl_json_out *o = &out->config;
    out->newer = true;
    bl_out_open(o, '{');
    bl_out_member_text(o, "type", "PReLU");
    bl_out_key(o, "negative_slopes");
    bl_out_open(o, '[');
    for (size_t i = 0; i < node->channels; i++)
        bl_out_float(o, node->u.slopes[i]);
    bl_out_close(o, ']');
    bl_out_close(o, '}');
    return true;
}

void bl_nam_out_floats(bl_nam_out *out, const float *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        bl_out_float(&out->weights, values[i]);
}

void bl_nam_out_conv(bl_nam_out *out, const bl_conv1d_params *conv)
{
    bl_nam_out_floats(out, conv->weight, conv->out_channels * (conv->in_channels / conv->groups) * conv->kernel);
    if (conv->bias)
        bl_nam_out_floats(out, conv->bias, conv->out_channels);
}

bl_status bl_save_nam_misfit(const bl_nam_out *out, bl_node_id id, const char *expected, bl_error *error)
{
    const bl_node *node = &out->g->nodes[id];
    return bl_fail(error, BL_ERR_UNSUPPORTED,
                   "A .nam file cannot hold this network: node %u (%.100s) is of the kind %s, where the %s of .nam "
                   "files has %s.",
                   (unsigned)id, node->name, bl_node_kind_name(node->kind), out->architecture, expected);
}

/* Finds out which architecture to try: that of which the network looks like a part. */
static bl_status put_network(bl_nam_out *out, bl_error *error)
{
    const bl_graph *g = out->g;
    bool recurrent = false, wide = false;
    for (size_t i = 0; i < g->count; i++) {
        if (g->nodes[i].kind == BL_NODE_PARAM)
            return bl_fail(
                error, BL_ERR_UNSUPPORTED,
                "A .nam file cannot hold this network: it has a knob (%.100s), which .nam files have not.",
                g->nodes[i].name);
        recurrent |= g->nodes[i].kind == BL_NODE_LSTM;
        wide |= g->nodes[i].kind == BL_NODE_CONV1D && g->nodes[i].u.conv.kernel > 1;
    }
    const bl_node *last = &g->nodes[g->nodes[g->count - 1].inputs[0]];
    if (recurrent && !wide)
        return bl_save_nam_lstm(out, error);
    if (last->kind == BL_NODE_CONV1D && last->inputs[0] == 0)
        return bl_save_nam_linear(out, error);
    return bl_save_nam_wavenet(out, error);
}

static void put_metadata(const bl_model_info *info, bl_json_out *o)
{
    bl_out_key(o, "metadata");
    bl_out_open(o, '{');
    bl_save_texts(info, o);
    bl_out_member_number(o, "loudness", info->loudness_db);
    bl_out_member_number(o, "input_level_dbu", info->input_level_dbu);
    bl_out_member_number(o, "output_level_dbu", info->output_level_dbu);
    bl_out_member_number(o, "validation_esr", info->validation_esr);
    bl_out_close(o, '}');
}

static void put_file(const bl_nam_out *network, const bl_model_info *info, bl_json_out *o)
{
    bl_out_open(o, '{');
    bl_out_member_text(o, "version", network->newer ? VERSION_NEWER : VERSION_USUAL);
    bl_out_member_text(o, "architecture", network->architecture);
    put_metadata(info, o);
    bl_out_key(o, "config");
    bl_out_open(o, '{');
    bl_out_raw(o, network->config.text, network->config.size);
    bl_out_close(o, '}');
    bl_out_key(o, "weights");
    bl_out_open(o, '[');
    bl_out_raw(o, network->weights.text, network->weights.size);
    bl_out_close(o, ']');
    bl_out_member_number(o, "sample_rate", info->sample_rate_hz);
    bl_out_close(o, '}');
    bl_out_raw(o, "\n", 1);
    o->failed |= network->config.failed || network->weights.failed;
    o->too_large |= network->config.too_large || network->weights.too_large;
}

/* More zeros than a network remembers leave it in the same state as just enough of them. */
static bool same_start(const bl_model_info *a, const bl_model_info *b)
{
    const size_t field = a->receptive_field;
    return a->prewarm == b->prewarm || (field && a->prewarm >= field - 1 && b->prewarm >= field - 1);
}

/* That the file, loaded again, gives the network that it was written from. */
static bl_status check_file(const bl_model *model, const bl_json_out *file, bl_error *error)
{
    bl_model *loaded;
    size_t differs = 0;
    bl_status status = bl_model_load_memory(file->text, file->size, NULL, NULL, &loaded, error);
    if (status)
        return status == BL_ERR_NO_MEM
                   ? status
                   : bl_fail_context(error, BL_ERR_UNSUPPORTED, "A .nam file cannot hold this network");
    status = bl_graphs_compare(&model->graph, &loaded->graph, &differs, error);
    if (!status && differs < model->graph.count)
        status = bl_fail(error, BL_ERR_UNSUPPORTED,
                         "A .nam file cannot hold this network: node %zu (%.100s, %s) has no equal there.", differs,
                         model->graph.nodes[differs].name, bl_node_kind_name(model->graph.nodes[differs].kind));
    else if (!status && !same_start(&model->info, &loaded->info))
        status =
            bl_fail(error, BL_ERR_UNSUPPORTED,
                    "A .nam file cannot hold this network: it hears %zu zeros before the first sample, but from "
                    "a .nam file it would hear %zu and sound different.",
                    model->info.prewarm, loaded->info.prewarm);
    bl_model_free(loaded);
    return status;
}

bl_status bl_save_nam(const bl_model *model, bl_json_out *out, bl_error *error)
{
    bl_nam_out network = { .g = &model->graph };
    bl_status status = put_network(&network, error);
    if (!status) {
        put_file(&network, &model->info, out);
        status = out->failed ? bl_out_failure(out, error) : check_file(model, out, error);
    }
    free(network.config.text);
    free(network.weights.text);
    return status;
}
