/* How nodes come into a graph; for the files that make them. */
#ifndef BL_MODEL_APPEND_H
#define BL_MODEL_APPEND_H

#include "model/graph.h"

#include <stdarg.h>

/* Returns NULL, with the graph marked as failed, where that is impossible. */
bl_node *bl_graph_append(bl_graph *g, bl_node_kind kind, const bl_node_id *inputs, size_t input_count,
                         const char *format, va_list args);

/* 0 if there is none. */
bl_node_id bl_graph_last(const bl_graph *g);

/* Frees what the node owns. */
void bl_graph_free_node(bl_node *node);

/* Only the first failure counts: later ones follow from it. */
void bl_graph_fail_no_mem(bl_graph *g);

#endif
