/* The graph in Graphviz's language: backline info --dot MODEL | dot -Tsvg > network.svg */
#include "base/fail.h"
#include "model/model.h"

#include <errno.h>
#include <string.h>

static void write_quoted(FILE *file, const char *text)
{
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', file);
        fputc(*text, file);
    }
}

static void write_conv(FILE *file, const bl_conv1d_params *c)
{
    fprintf(file, "\\n%zu to %zu", c->in_channels, c->out_channels);
    if (c->kernel > 1)
        fprintf(file, ", kernel %zu, dilation %zu", c->kernel, c->dilation);
    if (c->stride > 1)
        fprintf(file, ", stride %zu", c->stride);
    if (c->groups > 1)
        fprintf(file, ", groups %zu", c->groups);
}

static void write_detail(FILE *file, const bl_node *node)
{
    switch (node->kind) {
    case BL_NODE_CONV1D:
    case BL_NODE_CONV_TRANSPOSE1D: write_conv(file, &node->u.conv); break;
    case BL_NODE_LSTM:
    case BL_NODE_GRU: fprintf(file, "\\n%zu to %zu", node->u.rnn.in_channels, node->u.rnn.hidden); break;
    case BL_NODE_ACTIVATION: fprintf(file, "\\n%s", bl_activation_name(node->u.act.kind)); break;
    case BL_NODE_GATE:
    case BL_NODE_BLEND:
        fprintf(file, "\\n%s * %s", bl_activation_name(node->u.gate.a.kind),
                bl_activation_name(node->u.gate.b.kind));
        break;
    case BL_NODE_SCALE: fprintf(file, "\\n* %g", (double)node->u.factor); break;
    case BL_NODE_SLICE:
        fprintf(file, "\\nchannels %zu..%zu", node->u.first, node->u.first + node->channels - 1);
        break;
    case BL_NODE_PAD: fprintf(file, "\\n%td, %td", node->u.pad.left, node->u.pad.right); break;
    case BL_NODE_UPSAMPLE: fprintf(file, "\\n* %zu", node->u.repeat); break;
    default: fprintf(file, "\\n%zu channel%s", node->channels, node->channels == 1 ? "" : "s"); break;
    }
}

bl_status bl_model_write_dot(const bl_model *model, FILE *file, bl_error *error)
{
    const bl_graph *g = &model->graph;
    fputs("digraph network {\n  rankdir=TB;\n  node [shape=box, fontname=\"sans-serif\"];\n", file);
    for (size_t id = 0; id < g->count; id++) {
        const bl_node *node = &g->nodes[id];
        fprintf(file, "  n%zu [label=\"", id);
        write_quoted(file, bl_node_kind_name(node->kind));
        if (strcmp(bl_node_kind_name(node->kind), node->name)) {
            fputs("\\n", file);
            write_quoted(file, node->name);
        }
        write_detail(file, node);
        fputs("\"];\n", file);
        for (size_t i = 0; i < node->input_count; i++)
            fprintf(file, "  n%u -> n%zu;\n", (unsigned)node->inputs[i], id);
    }
    fputs("}\n", file);
    if (fflush(file) || ferror(file))
        return bl_fail(error, BL_ERR_IO, "Writing the graph failed (%s).", strerror(errno));
    return BL_OK;
}
