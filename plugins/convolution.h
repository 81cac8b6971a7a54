/* A signal through an impulse response: the engine's direct sum for the head, its partitions for the rest. */
#ifndef BL_PLUGINS_CONVOLUTION_H
#define BL_PLUGINS_CONVOLUTION_H

#include <backline/status.h>

#include "kernels/convolver.h"

#include <stdbool.h>
#include <stddef.h>

/** Most frames of a run. */
#define BL_CONVOLUTION_RUN 64

/** The past of an input, which the direct sum reads. */
typedef struct bl_convolution_line {
    float *memory; /* owned */
    size_t at;     /* of the next run */
} bl_convolution_line;

bool bl_convolution_line_init(bl_convolution_line *line); /* false if there is no memory */
void bl_convolution_line_free(bl_convolution_line *line);
void bl_convolution_line_reset(bl_convolution_line *line);

/** Takes a run in; returns where it stands now, its past in front of it, until the next run. Real-time safe. */
const float *bl_convolution_line_add(bl_convolution_line *line, const float *in, size_t frames);

/** Taps in the form that convolving needs; only read once it is made. */
typedef struct bl_convolution_kernel {
    float *head, *spectra; /* owned */
    size_t taps, partitions;
} bl_convolution_kernel;

/** false if there is no memory; bl_convolution_kernel_free() also then. */
bool bl_convolution_kernel_init(bl_convolution_kernel *kernel, const float *taps, size_t count);
void bl_convolution_kernel_free(bl_convolution_kernel *kernel);

/** Frames after which nothing of the past before them is left, down to the last bit of the transforms. */
size_t bl_convolution_kernel_reach(const bl_convolution_kernel *kernel);

/** One signal through one kernel. */
typedef struct bl_convolution {
    const bl_convolution_kernel *kernel; /* must outlive it */
    float *state;                        /* owned; NULL where the head is all */
} bl_convolution;

bool bl_convolution_init(bl_convolution *convolution, const bl_convolution_kernel *kernel);
void bl_convolution_free(bl_convolution *convolution);
void bl_convolution_reset(bl_convolution *convolution);

/** @param x  a run in its line
 *  @param y  room for frames samples and BL_ROW_PADDING more, which are of no consequence. Real-time safe. */
void bl_convolution_run(bl_convolution *convolution, const bl_kernels *kernels, const bl_convolver_fft *fft,
                        float *y, const float *x, size_t frames);

#endif
