/* The Linear network of a .nam file: one impulse response, which filters each channel by itself. */
#define _POSIX_C_SOURCE 200809L
#include "base/fail.h"
#include "formats/nam.h"
#include "model/limits.h"

#include <stdio.h>
#include <strings.h>

typedef struct config {
    size_t in_channels, out_channels, taps;
    bool bias;
} config;

/* Which of its algorithms the original uses is nothing to us, but it refuses a name that it does not know. */
static bl_status check_implementation(const bl_json *json, bl_error *error)
{
    static const char *const known[] = { "auto", "direct",          "legacy",         "old",
                                         "fft",  "partitioned_fft", "partitioned-fft" };
    const bl_json at = bl_json_member(json, "implementation");
    if (!at.value)
        return BL_OK;
    const char *name = json_string_value(at.value);
    for (size_t i = 0; name && i < sizeof known / sizeof *known; i++)
        if (!strcasecmp(name, known[i]))
            return BL_OK;
    return bl_json_fail(&at, "one of auto, direct, legacy, old, fft and partitioned_fft", error);
}

static bl_status read_config(const bl_json *json, config *c, bl_error *error)
{
    bl_status status;
    if ((status = bl_json_size_or(json, "in_channels", 1, 1, BL_MAX_CHANNELS, &c->in_channels, error)) ||
        (status = bl_json_size_or(json, "out_channels", 1, 1, BL_MAX_CHANNELS, &c->out_channels, error)) ||
        (status = bl_json_size(json, "receptive_field", 1, BL_MAX_KERNEL, &c->taps, error)) ||
        (status = bl_json_bool(json, "bias", &c->bias, error)))
        return status;
    return check_implementation(json, error);
}

/* The file begins with the tap of the current sample, the graph ends with it. */
static void fill_weights(const bl_conv1d_params *conv, const float *response, const float *bias)
{
    for (size_t c = 0; c < conv->out_channels; c++) {
        for (size_t k = 0; k < conv->kernel; k++)
            conv->weight[c * conv->kernel + k] = response[conv->kernel - 1 - k];
        if (bias)
            conv->bias[c] = *bias;
    }
}

/* Inputs without an output are dropped; outputs without an input are silent. */
static bl_status add_filter(bl_nam_object *o, const config *c, bl_node_id *x, const float *response,
                            const float *bias, bl_error *error)
{
    bl_graph *g = o->graph;
    const size_t channels = c->in_channels < c->out_channels ? c->in_channels : c->out_channels;
    if (c->in_channels > channels)
        *x = bl_graph_slice(g, *x, 0, channels, "%sused", o->prefix);
    const bl_conv1d_shape shape = {
        .out_channels = channels, .kernel = c->taps, .groups = channels, .bias = bias != NULL
    };
    bl_conv1d_params *conv;
    *x = bl_graph_conv1d(g, *x, &shape, &conv, "%slinear", o->prefix);
    if (!conv)
        return bl_graph_check(g, error);
    fill_weights(conv, response, bias);
    if (c->out_channels > channels) {
        const bl_conv1d_shape nothing = { .out_channels = c->out_channels - channels };
        const bl_node_id silence = bl_graph_conv1d(g, *x, &nothing, &conv, "%ssilence", o->prefix);
        *x = bl_graph_concat(g, (bl_node_id[]){ *x, silence }, 2, "%soutputs", o->prefix);
    }
    return BL_OK;
}

static bl_status build(bl_nam_object *o, bl_node_id *x, bl_error *error)
{
    config c;
    const float *response, *bias = NULL;
    char name[BL_NAM_NAME_SIZE];
    bl_status status = read_config(&o->config, &c, error);
    if (status || (status = bl_nam_check_count(o, c.taps + (c.bias ? 1 : 0), error)))
        return status;
    snprintf(name, sizeof name, "%sweight", o->prefix);
    if ((status = bl_nam_take(o, name, 1, (uint64_t[]){ c.taps }, &response, error)))
        return status;
    snprintf(name, sizeof name, "%sbias", o->prefix);
    if (c.bias && (status = bl_nam_take(o, name, 1, (uint64_t[]){ 1 }, &bias, error)))
        return status;
    o->prewarm = 0;
    snprintf(o->text, sizeof o->text, "Linear, %zu tap%s", c.taps, c.taps == 1 ? "" : "s");
    return add_filter(o, &c, x, response, bias, error);
}

const bl_nam_architecture bl_nam_linear = { "Linear", build };
