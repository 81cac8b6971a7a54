/* All that `backline info` can say about one file. */
#ifndef TOOLS_MODEL_REPORT_H
#define TOOLS_MODEL_REPORT_H

#include "sha256.h"

#include <backline/model.h>
#include <stdint.h>

typedef struct model_report {
    const char *path;
    uint64_t file_size;
    sha256_hex sha256;         /* of the file */
    bl_model *model;           /* NULL: tensors that no network is described for */
    bl_tensors *loose;         /* owned, where model is NULL */
    const bl_tensors *tensors; /* never NULL */
    bl_model_info info;        /* where model is not NULL */
    size_t stream_bytes;       /* 0 if unknown */
} model_report;

/* Lowest and highest value of a tensor; NAN if it is empty or holds one. */
typedef struct tensor_range {
    double min, max;
} tensor_range;

/* Reads the file. Returns DONE or, after a message, FAILED. */
int model_report_read(model_report *report, const char *path, const bl_load_options *options);

void model_report_free(model_report *report);

/* Values of all tensors together. */
uint64_t model_report_values(const model_report *report);

tensor_range tensor_find_range(const bl_tensor *tensor);

/* For people: the overview, and the two tables. */
void report_print(const model_report *report);
void report_print_layers(const model_report *report);
void report_print_tensors(const model_report *report);

/* For programs: everything. Returns DONE or, after a message, FAILED. */
int report_print_json(const model_report *report);

#endif
