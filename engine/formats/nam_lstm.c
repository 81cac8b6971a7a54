/* The LSTM of a .nam file: recurrent layers and a dense one behind them. Each layer has one matrix for its
 * input and its state together, columns of the input first. */
#include "base/fail.h"
#include "formats/nam.h"
#include "model/limits.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MAX_LAYERS 1024u

typedef struct config {
    size_t in_channels, out_channels, hidden, layers;
} config;

static bl_status read_config(const bl_json *json, config *c, bl_error *error)
{
    size_t input;
    bl_status status;
    if ((status = bl_json_size_or(json, "in_channels", 1, 1, BL_MAX_CHANNELS, &c->in_channels, error)) ||
        (status = bl_json_size_or(json, "out_channels", 1, 1, BL_MAX_CHANNELS, &c->out_channels, error)) ||
        (status = bl_json_size(json, "input_size", 1, BL_MAX_CHANNELS, &input, error)) ||
        (status = bl_json_size(json, "hidden_size", 1, BL_MAX_HIDDEN, &c->hidden, error)) ||
        (status = bl_json_size(json, "num_layers", 1, MAX_LAYERS, &c->layers, error)))
        return status;
    if (input != c->in_channels)
        return bl_fail(error, BL_ERR_FORMAT,
                       "%s.input_size is %zu, but it should be %zu, the channels of the input.", json->path, input,
                       c->in_channels);
    return BL_OK;
}

static bl_nam_conv head_conv(const config *c)
{
    return (bl_nam_conv){
        c->hidden, { .out_channels = c->out_channels, .kernel = 1, .dilation = 1, .groups = 1, .bias = true }
    };
}

static uint64_t count_weights(const config *c)
{
    const bl_nam_conv head = head_conv(c);
    const uint64_t h = c->hidden;
    uint64_t n = bl_nam_conv_weights(&head);
    for (size_t i = 0; i < c->layers; i++)
        n += 4 * h * ((i ? h : c->in_channels) + h) + 4 * h + 2 * h;
    return n;
}

/* From [4 * hidden][in + hidden] to one matrix for the input and one for the state. */
static void split_weights(const bl_recurrent_params *rnn, const float *w)
{
    const size_t in = rnn->in_channels, hidden = rnn->hidden;
    for (size_t row = 0; row < 4 * hidden; row++, w += in + hidden) {
        memcpy(rnn->weight_ih + row * in, w, in * sizeof *w);
        memcpy(rnn->weight_hh + row * hidden, w + in, hidden * sizeof *w);
    }
}

static bl_status build_layer(bl_nam_object *o, const config *c, size_t i, bl_node_id *x, bl_error *error)
{
    const size_t h = c->hidden, in = i ? h : c->in_channels;
    const float *values[4];
    const struct {
        const char *name;
        size_t rank;
        uint64_t shape[2];
    } parts[4] = {
        { "weight", 2, { 4 * h, in + h } }, { "bias", 1, { 4 * h } }, { "h0", 1, { h } }, { "c0", 1, { h } }
    };
    for (size_t k = 0; k < 4; k++) {
        char name[BL_NAM_NAME_SIZE];
        snprintf(name, sizeof name, "%slayers.%zu.%s", o->prefix, i, parts[k].name);
        bl_status status = bl_nam_take(o, name, parts[k].rank, parts[k].shape, &values[k], error);
        if (status)
            return status;
    }
    bl_recurrent_params *rnn;
    *x = bl_graph_lstm(o->graph, *x, h, &rnn, "%slayers.%zu", o->prefix, i);
    if (!rnn)
        return bl_graph_check(o->graph, error);
    split_weights(rnn, values[0]);
    memcpy(rnn->bias, values[1], 4 * h * sizeof *rnn->bias);
    memcpy(rnn->h0, values[2], h * sizeof *rnn->h0);
    memcpy(rnn->c0, values[3], h * sizeof *rnn->c0);
    return BL_OK;
}

/* What the original runs: half a second, or a single zero where it does not know how long that is. */
static size_t count_prewarm(double sample_rate_hz)
{
    const size_t half = isnan(sample_rate_hz) ? 0 : (size_t)(0.5 * sample_rate_hz);
    return half ? half : 1;
}

static bl_status build(bl_nam_object *o, bl_node_id *x, bl_error *error)
{
    config c;
    bl_status status = read_config(&o->config, &c, error);
    if (!status)
        status = bl_nam_check_count(o, count_weights(&c), error);
    for (size_t i = 0; !status && i < c.layers; i++)
        status = build_layer(o, &c, i, x, error);
    if (status)
        return status;
    char name[BL_NAM_NAME_SIZE];
    snprintf(name, sizeof name, "%shead", o->prefix);
    const bl_nam_conv head = head_conv(&c);
    if ((status = bl_nam_take_conv(o, &head, name, error)) ||
        (status = bl_nam_add_conv(o, x, &head.shape, name, error)))
        return status;
    o->prewarm = count_prewarm(o->sample_rate_hz);
    snprintf(o->text, sizeof o->text, "LSTM, %zu layer%s of %zu channel%s", c.layers, c.layers == 1 ? "" : "s",
             c.hidden, c.hidden == 1 ? "" : "s");
    return BL_OK;
}

const bl_nam_architecture bl_nam_lstm = { "LSTM", build };
