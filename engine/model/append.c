#include "model/append.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "model/limits.h"

#include <stdio.h>
#include <string.h>

void bl_graph_fail_no_mem(bl_graph *g)
{
    if (!g->status)
        g->status = bl_fail_no_mem(&g->error);
}

static char *format_name(const char *format, va_list args)
{
    char text[256];
    vsnprintf(text, sizeof text, format, args);
    return bl_strdup(text);
}

bl_node *bl_graph_append(bl_graph *g, bl_node_kind kind, const bl_node_id *inputs, size_t input_count,
                         const char *format, va_list args)
{
    if (g->status)
        return NULL;
    if (g->count >= BL_MAX_NODES) {
        g->status =
            bl_fail(&g->error, BL_ERR_LIMIT, "The network has more than %u nodes, the limit.", BL_MAX_NODES);
        return NULL;
    }
    if (input_count > BL_MAX_CONNECTIONS - g->connections) {
        g->status = bl_fail(&g->error, BL_ERR_LIMIT,
                            "The nodes of the network have more than %u inputs, the limit.", BL_MAX_CONNECTIONS);
        return NULL;
    }
    for (size_t i = 0; i < input_count; i++)
        if (inputs[i] >= g->count) {
            g->status = bl_fail(&g->error, BL_ERR_ARGUMENT, "Node %zu refers to node %u, which does not exist yet.",
                                g->count, (unsigned)inputs[i]);
            return NULL;
        }
    bl_node node = { .kind = kind, .input_count = input_count };
    node.name = format_name(format, args);
    node.inputs = bl_calloc(input_count, sizeof *inputs);
    if (!node.name || !node.inputs || !bl_grow((void **)&g->nodes, &g->capacity, g->count, sizeof node)) {
        bl_graph_free_node(&node);
        bl_graph_fail_no_mem(g);
        return NULL;
    }
    if (input_count)
        memcpy(node.inputs, inputs, input_count * sizeof *inputs);
    g->connections += input_count;
    g->nodes[g->count] = node;
    return &g->nodes[g->count++];
}

bl_node_id bl_graph_last(const bl_graph *g)
{
    return g->count ? (bl_node_id)(g->count - 1) : 0;
}
