/* The ConvNet of a .nam file: convolutions of two taps, each with an optional batch norm and an activation,
 * and a dense layer behind them. A batch norm that no longer learns is a factor and an offset per channel,
 * which become part of the convolution. */
#include "base/fail.h"
#include "formats/nam.h"
#include "model/limits.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define KERNEL     2u
#define MAX_BLOCKS (BL_MAX_NODES / 2)

typedef struct config {
    size_t in_channels, channels, out_channels, groups;
    size_t *dilations, blocks;
    bool batchnorm;
    bl_nam_activation act;
} config;

static bl_status read_config(const bl_json *json, config *c, bl_error *error)
{
    const size_t max = BL_MAX_CHANNELS;
    const bl_json activation = bl_json_member(json, "activation");
    bl_status status;
    if ((status = bl_json_size_or(json, "in_channels", 1, 1, max, &c->in_channels, error)) ||
        (status = bl_json_size_or(json, "out_channels", 1, 1, max, &c->out_channels, error)) ||
        (status = bl_json_size(json, "channels", 1, max, &c->channels, error)) ||
        (status = bl_json_size_or(json, "groups", 1, 1, max, &c->groups, error)) ||
        (status = bl_json_bool(json, "batchnorm", &c->batchnorm, error)) ||
        (status = bl_json_sizes(json, "dilations", 1, BL_MAX_RECEPTIVE_FIELD, MAX_BLOCKS, &c->dilations, &c->blocks,
                                error)) ||
        (status = bl_nam_activation_read(&activation, &c->act, error)))
        return status;
    if (c->in_channels % c->groups || c->channels % c->groups)
        return bl_fail(error, BL_ERR_FORMAT,
                       "%s.groups is %zu, but it should divide %zu input channels and %zu channels.", json->path,
                       c->groups, c->in_channels, c->channels);
    return bl_nam_activation_check(&c->act, c->channels, activation.path, error);
}

static bl_nam_conv block_conv(const config *c, size_t block)
{
    return (bl_nam_conv){ block ? c->channels : c->in_channels,
                          { .out_channels = c->channels,
                            .kernel = KERNEL,
                            .dilation = c->dilations[block],
                            .groups = c->groups,
                            .bias = !c->batchnorm } };
}

static bl_nam_conv head_conv(const config *c)
{
    return (bl_nam_conv){
        c->channels, { .out_channels = c->out_channels, .kernel = 1, .dilation = 1, .groups = 1, .bias = true }
    };
}

/* Cannot overflow, by the limits on channels and blocks. */
static uint64_t count_weights(const config *c)
{
    const bl_nam_conv head = head_conv(c);
    uint64_t n = bl_nam_conv_weights(&head);
    for (size_t i = 0; i < c->blocks; i++) {
        const bl_nam_conv conv = block_conv(c, i);
        n += bl_nam_conv_weights(&conv) + (c->batchnorm ? 4 * (uint64_t)c->channels + 1 : 0);
    }
    return n;
}

/* The numbers of a batch norm, [channels] each but for eps. */
typedef struct batchnorm {
    const float *mean, *variance, *weight, *bias, *eps;
} batchnorm;

static bl_status take_batchnorm(bl_nam_object *o, size_t channels, const char *block, batchnorm *bn,
                                bl_error *error)
{
    const struct {
        const char *name;
        const float **values;
        size_t count;
    } parts[] = { { "running_mean", &bn->mean, channels },
                  { "running_var", &bn->variance, channels },
                  { "weight", &bn->weight, channels },
                  { "bias", &bn->bias, channels },
                  { "eps", &bn->eps, 1 } };
    bl_status status = BL_OK;
    for (size_t i = 0; !status && i < sizeof parts / sizeof *parts; i++) {
        char name[BL_NAM_NAME_SIZE];
        snprintf(name, sizeof name, "%.200s.batchnorm.%s", block, parts[i].name);
        status = bl_nam_take(o, name, 1, (uint64_t[]){ parts[i].count }, parts[i].values, error);
    }
    return status;
}

/* y = (conv(x) - mean) * weight / sqrt(variance + eps) + bias, as one convolution. */
static void fold_batchnorm(const bl_conv1d_params *conv, const batchnorm *bn)
{
    const size_t row = conv->in_channels / conv->groups * conv->kernel;
    for (size_t o = 0; o < conv->out_channels; o++) {
        const double factor = (double)bn->weight[o] / sqrt((double)bn->variance[o] + (double)*bn->eps);
        for (size_t i = 0; i < row; i++)
            conv->weight[o * row + i] = (float)(factor * (double)conv->weight[o * row + i]);
        conv->bias[o] = (float)((double)bn->bias[o] - factor * (double)bn->mean[o]);
    }
}

static bl_status add_normed_conv(bl_nam_object *o, bl_node_id *x, bl_conv1d_shape shape, const char *block,
                                 const char *name, bl_error *error)
{
    batchnorm bn;
    bl_status status;
    shape.bias = true; /* in which the batch norm's offset goes */
    if ((status = take_batchnorm(o, shape.out_channels, block, &bn, error)) ||
        (status = bl_nam_add_conv(o, x, &shape, name, error)))
        return status;
    fold_batchnorm(&o->graph->nodes[*x].u.conv, &bn);
    return BL_OK;
}

static bl_status build_block(bl_nam_object *o, const config *c, size_t i, bl_node_id *x, bl_error *error)
{
    char block[BL_NAM_NAME_SIZE], name[BL_NAM_NAME_SIZE];
    snprintf(block, sizeof block, "%sblocks.%zu", o->prefix, i);
    snprintf(name, sizeof name, "%sblocks.%zu.conv", o->prefix, i);
    const bl_nam_conv conv = block_conv(c, i);
    bl_status status = bl_nam_take_conv(o, &conv, name, error);
    if (!status)
        status = c->batchnorm ? add_normed_conv(o, x, conv.shape, block, name, error)
                              : bl_nam_add_conv(o, x, &conv.shape, name, error);
    snprintf(name, sizeof name, "%sblocks.%zu.activation", o->prefix, i);
    if (!status)
        *x = bl_nam_add_activation(o->graph, *x, &c->act, name);
    return status;
}

static bl_status build_config(bl_nam_object *o, const config *c, bl_node_id *x, bl_error *error)
{
    bl_status status = bl_nam_check_count(o, count_weights(c), error);
    o->prewarm = 1;
    for (size_t i = 0; !status && i < c->blocks; i++) {
        status = build_block(o, c, i, x, error);
        o->prewarm += c->dilations[i];
    }
    char name[BL_NAM_NAME_SIZE];
    snprintf(name, sizeof name, "%shead", o->prefix);
    const bl_nam_conv head = head_conv(c);
    if (status || (status = bl_nam_take_conv(o, &head, name, error)) ||
        (status = bl_nam_add_conv(o, x, &head.shape, name, error)))
        return status;
    snprintf(o->text, sizeof o->text, "ConvNet, %zu layer%s of %zu channel%s, %s%s", c->blocks,
             c->blocks == 1 ? "" : "s", c->channels, c->channels == 1 ? "" : "s", bl_nam_activation_name(&c->act),
             c->batchnorm ? ", batch norm" : "");
    return BL_OK;
}

static bl_status build(bl_nam_object *o, bl_node_id *x, bl_error *error)
{
    config c = { 0 };
    bl_status status = read_config(&o->config, &c, error);
    if (!status)
        status = build_config(o, &c, x, error);
    free(c.dilations);
    bl_nam_activation_free(&c.act);
    return status;
}

const bl_nam_architecture bl_nam_convnet = { "ConvNet", build };
