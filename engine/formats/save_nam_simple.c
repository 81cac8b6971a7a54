/* The LSTM and the Linear of .nam files. */
#include "base/alloc.h"
#include "base/fail.h"
#include "formats/save_nam.h"

#include <stdlib.h>
#include <string.h>

static const bl_node *node_at(const bl_nam_out *out, bl_node_id id)
{
    return &out->g->nodes[id];
}

static bl_node_id before(const bl_nam_out *out, bl_node_id id)
{
    return out->g->nodes[id].inputs[0];
}

static void put_channels(bl_nam_out *out, size_t in, size_t out_channels)
{
    if (in == 1 && out_channels == 1)
        return;
    out->newer = true;
    bl_out_member_size(&out->config, "in_channels", in);
    bl_out_member_size(&out->config, "out_channels", out_channels);
}

/* Columns of the input and of the hidden state stand side by side in each row. */
static void put_lstm_weights(bl_nam_out *out, const bl_recurrent_params *r)
{
    for (size_t row = 0; row < 4 * r->hidden; row++) {
        bl_nam_out_floats(out, r->weight_ih + row * r->in_channels, r->in_channels);
        bl_nam_out_floats(out, r->weight_hh + row * r->hidden, r->hidden);
    }
    bl_nam_out_floats(out, r->bias, 4 * r->hidden);
    bl_nam_out_floats(out, r->h0, r->hidden);
    bl_nam_out_floats(out, r->c0, r->hidden);
}

/* From the input: layers of one width, then a dense layer. */
bl_status bl_save_nam_lstm(bl_nam_out *out, bl_error *error)
{
    out->architecture = "LSTM";
    const bl_node_id head = before(out, (bl_node_id)(out->g->count - 1));
    const bl_node *dense = node_at(out, head);
    if (dense->kind != BL_NODE_CONV1D || dense->u.conv.kernel != 1 || !dense->u.conv.bias)
        return bl_save_nam_misfit(out, head, "a dense layer with a bias", error);
    bl_node_id *layers = bl_calloc(out->g->count, sizeof *layers);
    if (!layers)
        return bl_fail_no_mem(error);
    size_t count = 0;
    bl_node_id x = before(out, head);
    for (; node_at(out, x)->kind == BL_NODE_LSTM; x = before(out, x))
        layers[count++] = x;
    bl_status status = BL_OK;
    if (node_at(out, x)->kind != BL_NODE_INPUT || !count)
        status = bl_save_nam_misfit(out, x, "an LSTM layer or the input", error);
    for (size_t i = count; !status && i-- > 0;) {
        if (node_at(out, layers[i])->channels != node_at(out, layers[0])->channels)
            status = bl_save_nam_misfit(out, layers[i], "a layer as wide as all others", error);
        else
            put_lstm_weights(out, &node_at(out, layers[i])->u.rnn);
    }
    free(layers);
    if (status)
        return status;
    bl_nam_out_conv(out, &dense->u.conv);
    put_channels(out, node_at(out, 0)->channels, dense->channels);
    bl_out_member_size(&out->config, "input_size", node_at(out, 0)->channels);
    bl_out_member_size(&out->config, "hidden_size", dense->u.conv.in_channels);
    bl_out_member_size(&out->config, "num_layers", count);
    return BL_OK;
}

/* Every channel on its own, all with the same weights. */
bl_status bl_save_nam_linear(bl_nam_out *out, bl_error *error)
{
    out->architecture = "Linear";
    const bl_node_id id = before(out, (bl_node_id)(out->g->count - 1));
    const bl_conv1d_params *c = &node_at(out, id)->u.conv;
    const size_t channels = c->in_channels, kernel = c->kernel;
    bool alike = c->groups == channels && c->out_channels == channels && c->dilation * (kernel - 1) == kernel - 1;
    for (size_t i = 1; alike && i < channels; i++)
        alike = !memcmp(c->weight, c->weight + i * kernel, kernel * sizeof(float)) &&
                (!c->bias || !memcmp(c->bias, c->bias + i, sizeof(float)));
    if (!alike)
        return bl_save_nam_misfit(out, id, "one filter for every channel on its own", error);
    for (size_t lag = 0; lag < kernel; lag++) /* plain order: the newest sample first */
        bl_nam_out_floats(out, &c->weight[kernel - 1 - lag], 1);
    if (c->bias)
        bl_nam_out_floats(out, c->bias, 1);
    bl_out_member_size(&out->config, "receptive_field", kernel);
    bl_out_member_bool(&out->config, "bias", c->bias);
    put_channels(out, channels, channels);
    return BL_OK;
}
