/* What a loader hands over: a graph, the file's tensors, and what the file says about itself. */
#ifndef BL_MODEL_MODEL_H
#define BL_MODEL_MODEL_H

#include "model/graph.h"
#include "model/timing.h"

#include <backline/model.h>

/* One size of a network that comes in several; the text is owned. */
typedef struct bl_model_quality {
    double below;
    char *text;
} bl_model_quality;

struct bl_model {
    bl_graph graph;
    bl_timing *timing; /* of each node; filled by bl_model_finish() */
    bl_tensors *tensors;
    bl_model_info info;          /* its strings are owned: set them with bl_model_set_text() */
    bl_model_quality *qualities; /* smallest first */
    size_t quality_count, quality_capacity;
};

/** An empty model with no numbers known (NAN); loaders fill graph, tensors and info. */
bl_status bl_model_create(bl_model **out, bl_error *error);

/** Copies text into one of the strings of info; NULL clears it. */
bl_status bl_model_set_text(const char **field, const char *text, bl_error *error);

/** The same from printf-like pieces. */
bl_status bl_model_format_text(const char **field, bl_error *error, const char *format, ...);

/** Adds a size, smallest first: chosen for qualities below that number (INFINITY for the last).
 *  printf-like. */
bl_status bl_model_add_quality(bl_model *model, double below, bl_error *error, const char *format, ...);

/** Checks the graph and fills in what can be counted. Every loader ends with it. */
bl_status bl_model_finish(bl_model *model, bl_error *error);

#endif
