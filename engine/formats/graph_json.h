/* Inside the reader of graph descriptions (docs/graph.md). */
#ifndef BL_FORMATS_GRAPH_JSON_H
#define BL_FORMATS_GRAPH_JSON_H

#include "formats/json_util.h"
#include "model/model.h"

#define BL_GRAPH_DOCUMENT "docs/graph.md"

/** What nodes are built from, and how far building has come. */
typedef struct bl_graph_reader {
    bl_graph *g;
    const bl_tensors *tensors;
    char prefix[128]; /* what stands in the file before the names of the description; usually nothing */
    bool prefix_known;
    uint64_t copied; /* numbers that the nodes so far have taken: a tensor may be used many times */
} bl_graph_reader;

/** One entry of "nodes", with its inputs looked up. */
typedef struct bl_graph_entry {
    bl_json json;
    const char *name; /* valid UTF-8, not empty */
    const struct bl_graph_entry_kind *kind;
    const bl_node_id *inputs;
    size_t input_count;
} bl_graph_entry;

/** Any number of inputs from 1. */
#define BL_SOME_INPUTS SIZE_MAX

typedef struct bl_graph_entry_kind {
    const char *name;
    size_t inputs;              /* exactly so many, or BL_SOME_INPUTS */
    const char *const keys[11]; /* beside name, kind and inputs; ends with NULL */
    /** Adds the node. *x is the first input, if any, and receives the new node. */
    bl_status (*build)(bl_graph_reader *r, const bl_graph_entry *e, bl_node_id *x, bl_error *error);
} bl_graph_entry_kind;

/** The kind of an entry by the text of its key "kind"; BL_ERR_FORMAT with a list where it is unknown. */
bl_status bl_graph_find_kind(const bl_json *json, const bl_graph_entry_kind **kind, bl_error *error);

/** Reads an activation: its name, or an object with its type and parameters. */
bl_status bl_graph_read_activation(const bl_json *at, bl_activation *act, bl_error *error);

/** The tensor that a key of the entry names; *out is NULL where the key is absent.
 *  BL_ERR_LIMIT where the network has taken too many numbers with it. */
bl_status bl_graph_tensor(bl_graph_reader *r, const bl_graph_entry *e, const char *key, const bl_tensor **out,
                          bl_error *error);

/** The same, for a tensor of exactly this shape; *values is NULL where the key is absent. */
bl_status bl_graph_values(bl_graph_reader *r, const bl_graph_entry *e, const char *key, size_t rank,
                          const uint64_t *shape, const float **values, bl_error *error);

/* Layers with weights, in graph_weights.c. */
bl_status bl_graph_build_conv(bl_graph_reader *r, const bl_graph_entry *e, bl_node_id *x, bl_error *error);
bl_status bl_graph_build_conv_transpose(bl_graph_reader *r, const bl_graph_entry *e, bl_node_id *x,
                                        bl_error *error);
bl_status bl_graph_build_prelu(bl_graph_reader *r, const bl_graph_entry *e, bl_node_id *x, bl_error *error);
bl_status bl_graph_build_affine(bl_graph_reader *r, const bl_graph_entry *e, bl_node_id *x, bl_error *error);
bl_status bl_graph_build_batch_norm(bl_graph_reader *r, const bl_graph_entry *e, bl_node_id *x, bl_error *error);
bl_status bl_graph_build_lstm(bl_graph_reader *r, const bl_graph_entry *e, bl_node_id *x, bl_error *error);
bl_status bl_graph_build_gru(bl_graph_reader *r, const bl_graph_entry *e, bl_node_id *x, bl_error *error);

#endif
