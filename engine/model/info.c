/* The graph's nodes, knobs and sizes as the public interface shows them. */
#include "base/alloc.h"
#include "model/model.h"
#include "model/timing.h"

#include <assert.h>
#include <stdlib.h>

size_t bl_model_node_count(const bl_model *model)
{
    return model->graph.count;
}

/* Floating-point operations of a convolution with N = L_out = 1, by the formulas that model.h states; a
 * transposed one is counted per input frame, from its side of the same weights. */
static void describe_conv(const bl_node *node, bl_node_info *info)
{
    const bl_conv1d_params *c = &node->u.conv;
    const uint64_t in = c->in_channels, out = c->out_channels;
    info->kernel = c->kernel;
    info->dilation = c->dilation;
    info->groups = c->groups;
    info->stride = c->stride;
    info->bias = c->bias != NULL;
    info->operations =
        c->bias ? in * out * 2 * c->kernel / c->groups : out * (in * 2 * c->kernel - c->groups) / c->groups;
}

void bl_model_get_node(const bl_model *model, size_t i, bl_node_info *info)
{
    const bl_graph *g = &model->graph;
    const bl_node *node = &g->nodes[i];
    const bl_timing *timing = &model->timing[i];
    *info = (bl_node_info){ .kind = bl_node_kind_name(node->kind),
                            .name = node->name,
                            .detail = "",
                            .out_channels = node->channels,
                            .operations = node->channels,
                            .parameters = bl_node_parameters(node),
                            .rate = (double)timing->up / (double)timing->down,
                            .latency = timing->latency * timing->down / timing->up };
    for (size_t k = 0; k < node->input_count; k++)
        info->in_channels += g->nodes[node->inputs[k]].channels;
    switch (node->kind) {
    case BL_NODE_CONV1D:
    case BL_NODE_CONV_TRANSPOSE1D: describe_conv(node, info); break;
    case BL_NODE_LSTM:
    case BL_NODE_GRU: info->operations = 2 * bl_node_macs(node); break;
    case BL_NODE_ACTIVATION: info->detail = bl_activation_name(node->u.act.kind); break;
    case BL_NODE_GATE:
    case BL_NODE_BLEND: info->detail = bl_activation_name(node->u.gate.a.kind); break;
    case BL_NODE_INPUT:
    case BL_NODE_PARAM:
    case BL_NODE_OUTPUT:
    case BL_NODE_CONCAT:
    case BL_NODE_SLICE:
    case BL_NODE_PAD:
    case BL_NODE_UPSAMPLE: info->operations = 0; break;
    default: break;
    }
}

static const bl_node *find_param(const bl_graph *g, size_t index)
{
    for (size_t id = 0; id < g->count; id++)
        if (g->nodes[id].kind == BL_NODE_PARAM && !index--)
            return &g->nodes[id];
    return NULL;
}

size_t bl_model_param_count(const bl_model *model)
{
    size_t count = 0;
    while (find_param(&model->graph, count))
        count++;
    return count;
}

void bl_model_get_param(const bl_model *model, size_t i, bl_param_info *info)
{
    const bl_node *node = find_param(&model->graph, i);
    assert(node);
    *info = (bl_param_info){ node->name, node->u.param.minimum, node->u.param.maximum, node->u.param.initial };
}

size_t bl_model_quality_count(const bl_model *model)
{
    return model->quality_count;
}

void bl_model_get_quality(const bl_model *model, size_t i, bl_quality_info *info)
{
    *info = (bl_quality_info){ model->qualities[i].below, model->qualities[i].text };
}

size_t bl_model_output_frames(const bl_model *model, size_t frames)
{
    size_t out = frames;
    bl_graph_output_frames(&model->graph, frames, &out, NULL);
    return out;
}
