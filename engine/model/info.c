/* The graph's nodes as the public interface shows them. */
#include "model/model.h"

size_t bl_model_node_count(const bl_model *model)
{
    return model->graph.count;
}

static void describe_conv(const bl_conv1d_params *c, bl_node_info *info)
{
    const uint64_t in = c->in_channels, out = c->out_channels;
    info->kernel = c->kernel;
    info->dilation = c->dilation;
    info->groups = c->groups;
    info->bias = c->bias != NULL;
    info->parameters = out * (in / c->groups) * c->kernel + (c->bias ? out : 0);
    info->operations = c->bias ? in * out * 2 * c->kernel / c->groups
                               : out * (in * 2 * c->kernel - c->groups) / c->groups;
}

void bl_model_get_node(const bl_model *model, size_t i, bl_node_info *info)
{
    const bl_graph *g = &model->graph;
    const bl_node *node = &g->nodes[i];
    *info = (bl_node_info){ .kind = bl_node_kind_name(node->kind), .name = node->name, .detail = "",
                            .out_channels = node->channels, .operations = node->channels };
    for (size_t k = 0; k < node->input_count; k++)
        info->in_channels += g->nodes[node->inputs[k]].channels;
    switch (node->kind) {
    case BL_NODE_CONV1D: describe_conv(&node->u.conv, info); break;
    case BL_NODE_ACTIVATION: info->detail = bl_activation_name(node->u.act.kind); break;
    case BL_NODE_GATE: info->detail = bl_activation_name(node->u.gate.a.kind); break;
    case BL_NODE_SCALE: info->parameters = 1; break;
    case BL_NODE_INPUT:
    case BL_NODE_OUTPUT:
    case BL_NODE_CONCAT:
    case BL_NODE_SLICE: info->operations = 0; break;
    case BL_NODE_ADD:
    case BL_NODE_MUL: break;
    }
}
