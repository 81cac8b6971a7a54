/* Whether two graphs compute the same. */
#ifndef BL_FORMATS_SAVE_COMPARE_H
#define BL_FORMATS_SAVE_COMPARE_H

#include "model/graph.h"

/** Compares all that the outputs depend on: kinds, shapes, edges and weights, to the bit. Names, the order of
 *  the nodes, nodes that nothing uses and multiplications by 1 make no difference.
 *  @param differs  receives the first node of a that has no equal in b, or a->count where all have */
bl_status bl_graphs_compare(const bl_graph *a, const bl_graph *b, size_t *differs, bl_error *error);

#endif
