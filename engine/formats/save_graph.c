#include "formats/save_graph.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "formats/save_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where the writing stands. */
typedef struct writer {
    const bl_graph *g;
    char **names;
    bl_description *d;
    bl_json_out *o; /* the description's */
} writer;

void bl_save_texts(const bl_model_info *info, bl_json_out *o)
{
    bl_out_member_text(o, "name", info->name);
    bl_out_member_text(o, "modeled_by", info->modeled_by);
    bl_out_member_text(o, "gear_type", info->gear_type);
    bl_out_member_text(o, "gear_make", info->gear_make);
    bl_out_member_text(o, "gear_model", info->gear_model);
    bl_out_member_text(o, "tone_type", info->tone_type);
}

/* ---- weights ---- */

/* Up to three sizes; trailing zeros are none. */
typedef struct shape {
    size_t n[3];
} shape;

/* The key of a node that names a tensor, and the tensor; own goes to the description. */
static void add_tensor(writer *w, const char *node, const char *key, shape s, const float *values, float *own)
{
    bl_description *d = w->d;
    const size_t length = strlen(node) + strlen(key) + 2;
    char *name = bl_calloc(length, 1);
    if (!name || !bl_grow((void **)&d->tensors, &d->capacity, d->count, sizeof *d->tensors)) {
        free(name);
        free(own);
        w->o->failed = true;
        return;
    }
    snprintf(name, length, "%s.%s", node, key);
    bl_saved_tensor t = { .name = name, .count = 1, .values = values, .own = own };
    for (; t.rank < 3 && s.n[t.rank]; t.rank++) {
        t.shape[t.rank] = s.n[t.rank];
        t.count *= s.n[t.rank];
    }
    d->tensors[d->count++] = t;
    bl_out_member_text(w->o, key, name);
}

/* A state at the start: nothing is written of one that is zero. */
static void add_state(writer *w, const char *node, const char *key, const float *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (values[i] != 0.0f) {
            add_tensor(w, node, key, (shape){ { count } }, values, NULL);
            return;
        }
}

/* ---- nodes ---- */

static void put_size_unless(writer *w, const char *key, size_t value, size_t usual)
{
    if (value != usual)
        bl_out_member_size(w->o, key, value);
}

static void put_sides(writer *w, const char *key, ptrdiff_t left, ptrdiff_t right)
{
    bl_out_key(w->o, key);
    bl_out_open(w->o, '[');
    bl_out_int(w->o, left);
    bl_out_int(w->o, right);
    bl_out_close(w->o, ']');
}

static void put_conv_numbers(writer *w, const bl_conv1d_params *c)
{
    put_size_unless(w, "stride", c->stride, 1);
    put_size_unless(w, "dilation", c->dilation, 1);
    put_size_unless(w, "groups", c->groups, 1);
}

static void put_conv(writer *w, const bl_conv1d_params *c, const char *name)
{
    add_tensor(w, name, "weight", (shape){ { c->out_channels, c->in_channels / c->groups, c->kernel } }, c->weight,
               NULL);
    if (c->bias)
        add_tensor(w, name, "bias", (shape){ { c->out_channels } }, c->bias, NULL);
    put_conv_numbers(w, c);
    if (c->pad_left == (ptrdiff_t)((c->kernel - 1) * c->dilation) && !c->pad_right)
        bl_out_member_text(w->o, "padding", "causal");
    else
        put_sides(w, "padding", c->pad_left, c->pad_right);
}

/* PyTorch's padding and output_padding where they can say it, else what is cut on both sides. */
static void put_conv_transpose(writer *w, const bl_conv1d_params *c, const char *name)
{
    add_tensor(w, name, "weight", (shape){ { c->in_channels, c->out_channels / c->groups, c->kernel } }, c->weight,
               NULL);
    if (c->bias)
        add_tensor(w, name, "bias", (shape){ { c->out_channels } }, c->bias, NULL);
    put_conv_numbers(w, c);
    const ptrdiff_t more = c->pad_left - c->pad_right;
    const size_t below = c->stride > c->dilation ? c->stride : c->dilation;
    if (c->pad_left < 0 || more < 0 || (size_t)more >= below) {
        put_sides(w, "padding", c->pad_left, c->pad_right);
        return;
    }
    put_size_unless(w, "padding", (size_t)c->pad_left, 0);
    put_size_unless(w, "output_padding", (size_t)more, 0);
}

static void put_lstm(writer *w, const bl_recurrent_params *r, const char *name)
{
    const size_t rows = 4 * r->hidden;
    add_tensor(w, name, "weight_ih", (shape){ { rows, r->in_channels } }, r->weight_ih, NULL);
    add_tensor(w, name, "weight_hh", (shape){ { rows, r->hidden } }, r->weight_hh, NULL);
    add_tensor(w, name, "bias_ih", (shape){ { rows } }, r->bias, NULL);
    add_state(w, name, "h0", r->h0, r->hidden);
    add_state(w, name, "c0", r->c0, r->hidden);
}

/* PyTorch's bias_hh counts for all three gates; the graph has the first two added to bias_ih. What is added
 * to them here is -0, which changes no number, not even a zero. */
static void put_gru(writer *w, const bl_recurrent_params *r, const char *name)
{
    const size_t hidden = r->hidden, rows = 3 * hidden;
    add_tensor(w, name, "weight_ih", (shape){ { rows, r->in_channels } }, r->weight_ih, NULL);
    add_tensor(w, name, "weight_hh", (shape){ { rows, hidden } }, r->weight_hh, NULL);
    add_tensor(w, name, "bias_ih", (shape){ { rows } }, r->bias, NULL);
    float *bias_hh = bl_calloc(rows, sizeof *bias_hh);
    for (size_t i = 0; bias_hh && i < rows; i++)
        bias_hh[i] = i < 2 * hidden ? -0.0f : r->bias_hh_n[i - 2 * hidden];
    if (bias_hh)
        add_tensor(w, name, "bias_hh", (shape){ { rows } }, bias_hh, bias_hh);
    else
        w->o->failed = true;
    add_state(w, name, "h0", r->h0, hidden);
}

/* A name, or an object with the parameters that the kind has. */
static void put_activation(bl_json_out *o, bl_activation act)
{
    const size_t parameters = act.kind == BL_ACT_LEAKY_HARDTANH                         ? 4
                              : act.kind == BL_ACT_HARDTANH                             ? 2
                              : act.kind == BL_ACT_LEAKY_RELU || act.kind == BL_ACT_ELU ? 1
                                                                                        : 0;
    const float values[] = { act.a, act.b, act.c, act.d };
    static const char *const keys[] = { "a", "b", "c", "d" };
    if (!parameters) {
        bl_out_text(o, bl_activation_name(act.kind));
        return;
    }
    bl_out_open(o, '{');
    bl_out_member_text(o, "type", bl_activation_name(act.kind));
    for (size_t i = 0; i < parameters; i++)
        bl_out_member_float(o, keys[i], values[i]);
    bl_out_close(o, '}');
}

static void put_two_activations(bl_json_out *o, bl_activation a, bl_activation b)
{
    bl_out_key(o, "activations");
    bl_out_open(o, '[');
    put_activation(o, a);
    put_activation(o, b);
    bl_out_close(o, ']');
}

static void put_param(bl_json_out *o, bl_param_params p)
{
    bl_out_member_float(o, "minimum", p.minimum);
    bl_out_member_float(o, "maximum", p.maximum);
    bl_out_member_float(o, "initial", p.initial);
}

/* What nodes of a kind have beside name, kind and inputs. */
static void put_details(writer *w, const bl_node *node, const char *name)
{
    bl_json_out *o = w->o;
    switch (node->kind) {
    case BL_NODE_INPUT: bl_out_member_size(o, "channels", node->channels); break;
    case BL_NODE_PARAM: put_param(o, node->u.param); break;
    case BL_NODE_CONV1D: put_conv(w, &node->u.conv, name); break;
    case BL_NODE_CONV_TRANSPOSE1D: put_conv_transpose(w, &node->u.conv, name); break;
    case BL_NODE_ACTIVATION:
        bl_out_key(o, "activation");
        put_activation(o, node->u.act);
        break;
    case BL_NODE_PRELU: add_tensor(w, name, "slope", (shape){ { node->channels } }, node->u.slopes, NULL); break;
    case BL_NODE_GATE:
    case BL_NODE_BLEND: put_two_activations(o, node->u.gate.a, node->u.gate.b); break;
    case BL_NODE_SCALE: bl_out_member_float(o, "factor", node->u.factor); break;
    case BL_NODE_SLICE:
        bl_out_member_size(o, "first", node->u.first);
        bl_out_member_size(o, "channels", node->channels);
        break;
    case BL_NODE_PAD:
        bl_out_key(o, "left");
        bl_out_int(o, node->u.pad.left);
        bl_out_key(o, "right");
        bl_out_int(o, node->u.pad.right);
        break;
    case BL_NODE_UPSAMPLE: bl_out_member_size(o, "factor", node->u.repeat); break;
    case BL_NODE_LSTM: put_lstm(w, &node->u.rnn, name); break;
    case BL_NODE_GRU: put_gru(w, &node->u.rnn, name); break;
    case BL_NODE_OUTPUT:
    case BL_NODE_SOFTMAX:
    case BL_NODE_ADD:
    case BL_NODE_MUL:
    case BL_NODE_CONCAT: break;
    }
}

static void put_node(writer *w, size_t id)
{
    const bl_node *node = &w->g->nodes[id];
    bl_json_out *o = w->o;
    bl_out_open(o, '{');
    bl_out_member_text(o, "name", w->names[id]);
    bl_out_member_text(o, "kind", bl_node_kind_name(node->kind));
    if (node->input_count) {
        bl_out_key(o, "inputs");
        bl_out_open(o, '[');
        for (size_t i = 0; i < node->input_count; i++)
            bl_out_text(o, w->names[node->inputs[i]]);
        bl_out_close(o, ']');
    }
    put_details(w, node, w->names[id]);
    bl_out_close(o, '}');
}

static void put_model(writer *w, const bl_model_info *info)
{
    bl_json_out *o = w->o;
    bl_out_open(o, '{');
    bl_out_member_text(o, "backline", "graph");
    bl_out_member_size(o, "version", 1);
    bl_save_texts(info, o);
    bl_out_member_text(o, "architecture", info->architecture);
    bl_out_member_text(o, "format", info->format);
    bl_out_member_number(o, "sample_rate", info->sample_rate_hz);
    put_size_unless(w, "prewarm", info->prewarm, 0);
    bl_out_member_number(o, "loudness_db", info->loudness_db);
    bl_out_member_number(o, "input_level_dbu", info->input_level_dbu);
    bl_out_member_number(o, "output_level_dbu", info->output_level_dbu);
    bl_out_member_number(o, "validation_esr", info->validation_esr);
    bl_out_key(o, "nodes");
    bl_out_open(o, '[');
    for (size_t id = 0; id < w->g->count; id++)
        put_node(w, id);
    bl_out_close(o, ']');
    bl_out_close(o, '}');
}

bl_status bl_description_write(const bl_model *model, bl_description *d, bl_error *error)
{
    *d = (bl_description){ 0 };
    writer w = { .g = &model->graph, .d = d, .o = &d->json };
    bl_status status = bl_names_create(w.g, &w.names, error);
    if (status)
        return status;
    put_model(&w, &model->info);
    bl_names_free(w.names, w.g->count);
    return d->json.failed ? bl_out_failure(&d->json, error) : BL_OK;
}

void bl_description_free(bl_description *d)
{
    for (size_t i = 0; i < d->count; i++) {
        free(d->tensors[i].name);
        free(d->tensors[i].own);
    }
    free(d->tensors);
    free(d->json.text);
    *d = (bl_description){ 0 };
}
