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
    /** Files that hold a network in several sizes: which one. Ignored unless has_quality is true; the
     *  default is the largest. */
    bool has_quality;
    double quality; /**< 0 (smallest) .. 1 (largest) */
    /** Zeros that the network hears before the first sample, instead of what its format prescribes.
     *  Ignored unless has_prewarm is true. */
    bool has_prewarm;
    size_t prewarm;
    /** Knobs become further input channels, behind the audio, in their order: for knobs that are recorded
     *  or automated sample by sample. */
    bool params_as_inputs;
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
 *  @param description  text of a description file, or NULL
 *  @param options      may be NULL; its description_path is not used */
BL_API bl_status bl_model_load_memory(const void *bytes, size_t size, const char *description,
                                      const bl_load_options *options, bl_model **out, bl_error *error);

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
    size_t receptive_field; /**< samples of input that one output sample depends on, >= 1;
                                  0: all the past (recurrent networks) */
    size_t latency;         /**< samples by which a stream's output is late */
    size_t prewarm;         /**< zeros that the network hears before the first sample */
    uint64_t parameters;    /**< weights and biases of the network */
    uint64_t macs;          /**< multiply-accumulates per sample and stream */
} bl_model_info;

/** Fills info; its strings live as long as the model. */
BL_API void bl_model_get_info(const bl_model *model, bl_model_info *info);

/** The tensors as they stand in the file; owned by the model. */
BL_API const bl_tensors *bl_model_tensors(const bl_model *model);

/** A knob of a parametric network. Its index is that of bl_stream_set_param(). */
typedef struct bl_param_info {
    const char *name; /**< belongs to the model */
    float minimum, maximum, initial;
} bl_param_info;

/** Number of knobs; most captures have none. */
BL_API size_t bl_model_param_count(const bl_model *model);

/** Describes knob i, 0 <= i < bl_model_param_count(). */
BL_API void bl_model_get_param(const bl_model *model, size_t i, bl_param_info *info);

/** One size of a network that comes in several. */
typedef struct bl_quality_info {
    double below;     /**< this size is chosen for qualities below this number; the last has INFINITY */
    const char *text; /**< in words, e.g. "3 channels"; belongs to the model */
} bl_quality_info;

/** Number of sizes, smallest first; 0 where the file holds only one. */
BL_API size_t bl_model_quality_count(const bl_model *model);

/** Describes size i, 0 <= i < bl_model_quality_count(). */
BL_API void bl_model_get_quality(const bl_model *model, size_t i, bl_quality_info *info);

/** One node of the network's graph. */
typedef struct bl_node_info {
    const char *kind; /**< "conv1d", "activation", "gate", "add", ...; never NULL */
    const char *name; /**< the name in the file's own terms; never NULL */
    size_t in_channels, out_channels;
    size_t kernel, dilation, groups, stride; /**< 0 where the node is no convolution */
    bool bias;
    uint64_t parameters;
    /** Floating-point operations per sample. A convolution over N batches and L_out samples costs
     *  N*(C_in*C_out*L_out*2*K/groups) with bias, N*(C_out*L_out*(C_in*2*K-groups)/groups) without;
     *  here N = L_out = 1. Nodes of other kinds count one operation per output value. */
    uint64_t operations;
    size_t latency;     /**< samples (of the input's rate) by which the node's output is late */
    double rate;        /**< its frames per input sample: 1, or 0.5 behind a stride of 2 */
    const char *detail; /**< e.g. the activation's name; "" where there is nothing to say */
} bl_node_info;

/** Number of nodes; they are in an order in which every node follows its inputs. */
BL_API size_t bl_model_node_count(const bl_model *model);

/** Describes node i, 0 <= i < bl_model_node_count(). */
BL_API void bl_model_get_node(const bl_model *model, size_t i, bl_node_info *info);

/** Frames that a file of `frames` frames becomes when the network is run over it as a whole; as many as
 *  went in, for causal networks. */
BL_API size_t bl_model_output_frames(const bl_model *model, size_t frames);

/** What a model can be written as. */
typedef enum bl_save_format {
    BL_SAVE_SAFETENSORS, /**< backline's own exchange format: any model */
    BL_SAVE_NAM          /**< WaveNet, LSTM and Linear networks; BL_ERR_UNSUPPORTED says what does not fit */
} bl_save_format;

/** Writes the model into memory; free() releases *bytes. Loading them gives the same network: its streams
 *  give the same output to the bit. */
BL_API bl_status bl_model_save_memory(const bl_model *model, bl_save_format format, void **bytes, size_t *size,
                                      bl_error *error);

/** Writes the graph in Graphviz's dot language. BL_ERR_IO if the file reports an error. */
BL_API bl_status bl_model_write_dot(const bl_model *model, FILE *file, bl_error *error);

#ifdef __cplusplus
}
#endif
#endif
