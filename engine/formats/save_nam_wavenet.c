/* The WaveNet of .nam files. What older programs read is written as they know it; newer keys appear only where
 * the network needs them. */
#include "formats/save_nam_wavenet.h"

#include "base/alloc.h"
#include "base/fail.h"

#include <stdlib.h>

/* Where the writing stands. */
typedef struct writer {
    bl_nam_out *out;
    bl_json_out *o; /* the config */
    const bl_found_wavenet *w;
    const bl_found_array *a;
} writer;

static const bl_node *node_at(const writer *w, bl_node_id id)
{
    return &w->out->g->nodes[id];
}

static const bl_conv1d_params *conv_at(const writer *w, bl_node_id id)
{
    return &node_at(w, id)->u.conv;
}

static const bl_found_layer *layer_at(const writer *w, size_t i)
{
    return &w->w->layers[w->a->first + i];
}

/* A member that files of version 0.5 have not. */
static void put_newer(writer *w, const char *key, size_t value)
{
    w->out->newer = true;
    bl_out_member_size(w->o, key, value);
}

static void put_newer_unless(writer *w, const char *key, size_t value, size_t usual)
{
    if (value != usual)
        put_newer(w, key, value);
}

/* ---- config ---- */

static bool put_act(writer *w, bl_node_id id)
{
    const bl_node *node = node_at(w, id);
    if (node->kind == BL_NODE_PRELU)
        return bl_nam_out_prelu(w->out, node);
    return bl_nam_out_activation(w->out, node->kind == BL_NODE_ACTIVATION ? node->u.act : node->u.gate.a);
}

static bl_status fail_activation(const writer *w, bl_node_id id, bl_error *error)
{
    const bl_node *node = node_at(w, id);
    return bl_fail(error, BL_ERR_UNSUPPORTED,
                   "A .nam file cannot hold this network: node %u (%.100s) has an activation (%s) that .nam files "
                   "know not at all or not with these parameters.",
                   (unsigned)id, node->name,
                   bl_activation_name(node->kind == BL_NODE_ACTIVATION ? node->u.act.kind : node->u.gate.a.kind));
}

static bool same_act(const writer *w, bl_node_id x, bl_node_id y, bool second)
{
    const bl_node *a = node_at(w, x), *b = node_at(w, y);
    if (a->kind == BL_NODE_PRELU || a->kind != b->kind)
        return false;
    const bl_activation p = a->kind == BL_NODE_ACTIVATION ? a->u.act : second ? a->u.gate.b : a->u.gate.a;
    const bl_activation q = b->kind == BL_NODE_ACTIVATION ? b->u.act : second ? b->u.gate.b : b->u.gate.a;
    return p.kind == q.kind && p.a == q.a && p.b == q.b && p.c == q.c && p.d == q.d;
}

/* One activation, or one per layer where they differ. */
static bl_status put_activations(writer *w, bl_error *error)
{
    bool alike = true;
    for (size_t i = 1; i < w->a->count; i++)
        alike = alike && same_act(w, layer_at(w, 0)->act, layer_at(w, i)->act, false);
    bl_out_key(w->o, "activation");
    if (alike)
        return put_act(w, layer_at(w, 0)->act) ? BL_OK : fail_activation(w, layer_at(w, 0)->act, error);
    w->out->newer = true;
    bl_out_open(w->o, '[');
    for (size_t i = 0; i < w->a->count; i++)
        if (!put_act(w, layer_at(w, i)->act))
            return fail_activation(w, layer_at(w, i)->act, error);
    bl_out_close(w->o, ']');
    return BL_OK;
}

static bool is_gated(const writer *w, size_t i)
{
    const bl_node_kind kind = node_at(w, layer_at(w, i)->act)->kind;
    return kind == BL_NODE_GATE || kind == BL_NODE_BLEND;
}

static const char *gating_mode(const writer *w, size_t i)
{
    const bl_node_kind kind = node_at(w, layer_at(w, i)->act)->kind;
    return kind == BL_NODE_GATE ? "gated" : kind == BL_NODE_BLEND ? "blended" : "none";
}

/* A list with an entry per layer; the one of a layer without a gate has no meaning. */
static bl_status put_gating_lists(writer *w, bl_error *error)
{
    w->out->newer = true;
    bl_out_key(w->o, "gating_mode");
    bl_out_open(w->o, '[');
    for (size_t i = 0; i < w->a->count; i++)
        bl_out_text(w->o, gating_mode(w, i));
    bl_out_close(w->o, ']');
    bl_out_key(w->o, "secondary_activation");
    bl_out_open(w->o, '[');
    for (size_t i = 0; i < w->a->count; i++) {
        const bl_node_id act = layer_at(w, i)->act;
        if (!is_gated(w, i))
            bl_out_null(w->o);
        else if (!bl_nam_out_activation(w->out, node_at(w, act)->u.gate.b))
            return fail_activation(w, act, error);
    }
    bl_out_close(w->o, ']');
    return BL_OK;
}

static bl_status put_gating(writer *w, bl_error *error)
{
    bool none = true, classic = true;
    for (size_t i = 0; i < w->a->count; i++) {
        const bl_node *node = node_at(w, layer_at(w, i)->act);
        none = none && !is_gated(w, i);
        classic = classic && node->kind == BL_NODE_GATE && node->u.gate.b.kind == BL_ACT_SIGMOID;
    }
    if (!none && !classic)
        return put_gating_lists(w, error);
    bl_out_member_bool(w->o, "gated", classic);
    return BL_OK;
}

static void put_kernels(writer *w)
{
    bool alike = true;
    for (size_t i = 0; i < w->a->count; i++)
        alike = alike && conv_at(w, layer_at(w, i)->conv)->kernel == conv_at(w, layer_at(w, 0)->conv)->kernel;
    if (alike) {
        bl_out_member_size(w->o, "kernel_size", conv_at(w, layer_at(w, 0)->conv)->kernel);
    } else {
        w->out->newer = true;
        bl_out_key(w->o, "kernel_sizes");
        bl_out_open(w->o, '[');
        for (size_t i = 0; i < w->a->count; i++)
            bl_out_int(w->o, (long long)conv_at(w, layer_at(w, i)->conv)->kernel);
        bl_out_close(w->o, ']');
    }
    bl_out_key(w->o, "dilations");
    bl_out_open(w->o, '[');
    for (size_t i = 0; i < w->a->count; i++)
        bl_out_int(w->o, (long long)conv_at(w, layer_at(w, i)->conv)->dilation);
    bl_out_close(w->o, ']');
}

static void put_1x1(writer *w, const char *key, bool active, size_t out_channels, size_t groups)
{
    w->out->newer = true;
    bl_out_key(w->o, key);
    bl_out_open(w->o, '{');
    bl_out_member_bool(w->o, "active", active);
    if (out_channels)
        bl_out_member_size(w->o, "out_channels", out_channels);
    bl_out_member_size(w->o, "groups", groups);
    bl_out_close(w->o, '}');
}

static void put_head(writer *w)
{
    const bl_conv1d_params *head = conv_at(w, w->a->head);
    if (head->kernel == 1) {
        bl_out_member_size(w->o, "head_size", head->out_channels);
        bl_out_member_bool(w->o, "head_bias", head->bias);
        return;
    }
    w->out->newer = true;
    bl_out_key(w->o, "head");
    bl_out_open(w->o, '{');
    bl_out_member_size(w->o, "out_channels", head->out_channels);
    bl_out_member_size(w->o, "kernel_size", head->kernel);
    bl_out_member_bool(w->o, "bias", head->bias);
    put_newer_unless(w, "head_dilation", head->dilation, 1);
    bl_out_close(w->o, '}');
}

/* The first layer of the array that has a 1x1 convolution; only that behind the last layer may be missing. */
static bl_node_id any_layer1x1(const writer *w)
{
    bl_node_id found = BL_NO_NODE;
    for (size_t i = 0; found == BL_NO_NODE && i < w->a->count; i++)
        found = layer_at(w, i)->layer1x1;
    return found;
}

/* An array of a single layer without 1x1 convolution at the end of the network counts as one whose convolution
 * is missing, unless its sizes cannot be those of such an array. */
static bool has_layer1x1(const writer *w)
{
    return any_layer1x1(w) != BL_NO_NODE || w->a->count == 1;
}

static bl_status put_array(writer *w, bl_error *error)
{
    const bl_found_layer *layer = layer_at(w, 0);
    const bl_conv1d_params *rechannel = conv_at(w, w->a->rechannel), *conv = conv_at(w, layer->conv);
    const size_t channels = rechannel->out_channels, bottleneck = node_at(w, layer->act)->channels;
    const bl_node_id residual = any_layer1x1(w);
    bl_status status;
    bl_out_open(w->o, '{');
    bl_out_member_size(w->o, "input_size", rechannel->in_channels);
    bl_out_member_size(w->o, "condition_size", conv_at(w, layer->mixin)->in_channels);
    bl_out_member_size(w->o, "channels", channels);
    put_newer_unless(w, "bottleneck", bottleneck, channels);
    put_head(w);
    put_kernels(w);
    if ((status = put_activations(w, error)) || (status = put_gating(w, error)))
        return status;
    put_newer_unless(w, "groups_input", conv->groups, 1);
    put_newer_unless(w, "groups_input_mixin", conv_at(w, layer->mixin)->groups, 1);
    if (!has_layer1x1(w))
        put_1x1(w, "layer1x1", false, 0, 1);
    else if (residual != BL_NO_NODE && conv_at(w, residual)->groups != 1)
        put_1x1(w, "layer1x1", true, 0, conv_at(w, residual)->groups);
    if (layer->head1x1 != BL_NO_NODE)
        put_1x1(w, "head1x1", true, node_at(w, layer->head1x1)->channels, conv_at(w, layer->head1x1)->groups);
    bl_out_close(w->o, '}');
    return BL_OK;
}

static bl_status put_post(writer *w, bl_error *error)
{
    const bl_found_wavenet *found = w->w;
    const bl_node_id first = node_at(w, found->post[0])->inputs[0];
    bl_out_open(w->o, '{');
    w->out->newer = true;
    bl_out_member_size(w->o, "channels", node_at(w, found->post[0])->channels);
    bl_out_member_size(w->o, "out_channels", node_at(w, found->post[found->post_count - 1])->channels);
    bl_out_key(w->o, "kernel_sizes");
    bl_out_open(w->o, '[');
    for (size_t i = 0; i < found->post_count; i++)
        bl_out_int(w->o, (long long)conv_at(w, found->post[i])->kernel);
    bl_out_close(w->o, ']');
    bl_out_key(w->o, "activation");
    if (!put_act(w, first))
        return fail_activation(w, first, error);
    bl_out_close(w->o, '}');
    return BL_OK;
}

static bl_status put_config(writer *w, bl_error *error)
{
    const bl_found_wavenet *found = w->w;
    bl_status status = BL_OK;
    put_newer_unless(w, "in_channels", node_at(w, 0)->channels, 1);
    bl_out_key(w->o, "layers");
    bl_out_open(w->o, '[');
    for (size_t i = 0; !status && i < found->array_count; i++) {
        w->a = &found->arrays[i];
        status = put_array(w, error);
    }
    bl_out_close(w->o, ']');
    bl_out_key(w->o, "head");
    if (!found->post_count)
        bl_out_null(w->o);
    else if (!status)
        status = put_post(w, error);
    bl_out_member_float(w->o, "head_scale", found->scale);
    return status;
}

/* ---- weights ---- */

static void put_zeros(writer *w, size_t count)
{
    for (size_t i = 0; i < count; i++)
        bl_out_float(&w->out->weights, 0.0f);
}

static void put_array_weights(writer *w)
{
    const size_t channels = conv_at(w, w->a->rechannel)->out_channels;
    const bl_node_id residual = any_layer1x1(w);
    const size_t groups = residual == BL_NO_NODE ? 1 : conv_at(w, residual)->groups;
    bl_nam_out_conv(w->out, conv_at(w, w->a->rechannel));
    for (size_t i = 0; i < w->a->count; i++) {
        const bl_found_layer *layer = layer_at(w, i);
        bl_nam_out_conv(w->out, conv_at(w, layer->conv));
        bl_nam_out_conv(w->out, conv_at(w, layer->mixin));
        if (layer->layer1x1 != BL_NO_NODE)
            bl_nam_out_conv(w->out, conv_at(w, layer->layer1x1));
        else if (has_layer1x1(w)) /* nothing uses it */
            put_zeros(w, channels * (node_at(w, layer->act)->channels / groups + 1));
        if (layer->head1x1 != BL_NO_NODE)
            bl_nam_out_conv(w->out, conv_at(w, layer->head1x1));
    }
    bl_nam_out_conv(w->out, conv_at(w, w->a->head));
}

bl_status bl_save_nam_wavenet(bl_nam_out *out, bl_error *error)
{
    bl_found_wavenet found;
    out->architecture = "WaveNet";
    bl_status status = bl_find_wavenet(out, &found, error);
    writer w = { .out = out, .o = &out->config, .w = &found };
    if (!status)
        status = put_config(&w, error);
    for (size_t i = 0; !status && i < found.array_count; i++) {
        w.a = &found.arrays[i];
        put_array_weights(&w);
    }
    for (size_t i = 0; !status && i < found.post_count; i++)
        bl_nam_out_conv(out, conv_at(&w, found.post[i]));
    if (!status)
        bl_out_float(&out->weights, found.scale);
    bl_found_wavenet_free(&found);
    return status;
}
