/* Names for the nodes of a graph, none of them twice. */
#ifndef BL_FORMATS_SAVE_NAMES_H
#define BL_FORMATS_SAVE_NAMES_H

#include "model/graph.h"

/** g->count names for the nodes, in *names: their own, with a number behind it where another node has the
 *  same; knobs keep theirs in any case, because people call them by it. bl_names_free() releases them. */
bl_status bl_names_create(const bl_graph *g, char ***names, bl_error *error);
void bl_names_free(char **names, size_t count);

#endif
