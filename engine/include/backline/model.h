/** @file model.h
 *  A model: what a file says. First of the three handles
 *
 *      bl_model (a file's network and its metadata) -> bl_plan (compiled for this CPU) -> bl_stream
 *
 *  A model is immutable; any thread may read it. None of these functions is real-time safe. */
#ifndef BACKLINE_MODEL_H
#define BACKLINE_MODEL_H

#include <backline/status.h>
#include <backline/tensors.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct bl_model bl_model;

/** How to load. Zero-initialise it for the defaults. */
typedef struct bl_load_options {
    /** JSON file that describes the network of a bare state dict (docs/describing-a-network.md).
     *  NULL: the model's own path with its extension replaced by ".json", where such a file exists. */
    const char *description_path;
} bl_load_options;

/** Load a model file. Its format is recognised by its content, not by its name.
 *  @param path     file name in the system's encoding
 *  @param options  may be NULL
 *  @param out      receives the model on success; free it with bl_model_free()
 *  @param error    may be NULL
 *  A file is data from a stranger: whatever it holds, the result is a valid model or an error. */
BL_API bl_status bl_model_load_file(const char *path, const bl_load_options *options, bl_model **out,
                                    bl_error *error);

/** The same from memory. The bytes are not needed afterwards.
 *  @param description  text of a description file, or NULL */
BL_API bl_status bl_model_load_memory(const void *bytes, size_t size, const char *description, bl_model **out,
                                      bl_error *error);

/** Free; NULL is allowed. Plans made from the model stay valid. */
BL_API void bl_model_free(bl_model *model);

/** What the file says about itself, and what can be counted. Strings belong to the model; a text that
 *  the file does not give is NULL, a number that it does not give is NAN. */
typedef struct bl_model_info {
    const char *format;       /**< e.g. "NAM 0.5.4"; never NULL */
    const char *architecture; /**< in words, e.g. "WaveNet, 10+10 layers of 16+8 channels"; never NULL */
    const char *name, *modeled_by, *gear_type, *gear_make, *gear_model, *tone_type;
    double sample_rate_hz;
    double loudness_db;      /**< loudness of the output as the trainer measured it */
    double input_level_dbu;  /**< analogue level that 0 dBFS at the input stood for */
    double output_level_dbu; /**< analogue level that 0 dBFS at the output stands for */
    double validation_esr;   /**< error-to-signal ratio at the end of training */
    size_t in_channels, out_channels;
    size_t receptive_field;  /**< samples of input that one output sample depends on, >= 1 */
    size_t latency;          /**< samples by which the output is late */
    size_t prewarm;          /**< zeros that the network hears before the first sample */
    uint64_t parameters;     /**< weights and biases of the network */
    uint64_t macs;           /**< multiply-accumulates per sample and stream */
} bl_model_info;

/** Fills info; its strings live as long as the model. */
BL_API void bl_model_get_info(const bl_model *model, bl_model_info *info);

/** The tensors as they stand in the file; owned by the model. */
BL_API const bl_tensors *bl_model_tensors(const bl_model *model);

/** One node of the network's graph. */
typedef struct bl_node_info {
    const char *kind;        /**< "conv1d", "activation", "gate", "add", ...; never NULL */
    const char *name;        /**< the name in the file's own terms; never NULL */
    size_t in_channels, out_channels;
    size_t kernel, dilation, groups; /**< 0 where the node is no convolution */
    bool bias;
    uint64_t parameters;
    /** Floating-point operations per sample. A convolution over N batches and L_out samples costs
     *  N*(C_in*C_out*L_out*2*K/groups) with bias, N*(C_out*L_out*(C_in*2*K-groups)/groups) without;
     *  here N = L_out = 1. Nodes of other kinds count one operation per output value. */
    uint64_t operations;
    const char *detail;      /**< e.g. the activation's name; "" where there is nothing to say */
} bl_node_info;

/** Number of nodes; they are in an order in which every node follows its inputs. */
BL_API size_t bl_model_node_count(const bl_model *model);

/** Describes node i, 0 <= i < bl_model_node_count(). */
BL_API void bl_model_get_node(const bl_model *model, size_t i, bl_node_info *info);

/** Writes the graph in Graphviz's dot language. BL_ERR_IO if the file reports an error. */
BL_API bl_status bl_model_write_dot(const bl_model *model, FILE *file, bl_error *error);

#ifdef __cplusplus
}
#endif
#endif
