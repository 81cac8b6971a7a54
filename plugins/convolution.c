#include "convolution.h"

#include "base/alloc.h"

#include <string.h>

/* ---- the past ---- */

#define PAST (BL_CONVOLVER_HEAD - 1)
/* Samples after which the past is moved back to the line's start: so many that this costs next to nothing. */
#define STRETCH (16 * BL_CONVOLUTION_RUN)
/* Kernels read whole vectors. */
#define LINE (PAST + STRETCH + BL_CONVOLUTION_RUN + BL_ROW_PADDING)

bool bl_convolution_line_init(bl_convolution_line *line)
{
    line->memory = bl_aligned_calloc(LINE * sizeof *line->memory);
    line->at = PAST;
    return line->memory;
}

void bl_convolution_line_free(bl_convolution_line *line)
{
    bl_aligned_free(line->memory);
    *line = (bl_convolution_line){ 0 };
}

void bl_convolution_line_reset(bl_convolution_line *line)
{
    memset(line->memory, 0, LINE * sizeof *line->memory);
    line->at = PAST;
}

const float *bl_convolution_line_add(bl_convolution_line *line, const float *in, size_t frames)
{
    if (line->at >= PAST + STRETCH) {
        memmove(line->memory, line->memory + line->at - PAST, PAST * sizeof *line->memory);
        line->at = PAST;
    }
    float *run = line->memory + line->at;
    memcpy(run, in, frames * sizeof *run);
    line->at += frames;
    return run;
}

/* ---- the taps ---- */

bool bl_convolution_kernel_init(bl_convolution_kernel *kernel, const float *taps, size_t count)
{
    *kernel = (bl_convolution_kernel){ .taps = count < BL_CONVOLVER_HEAD ? count : BL_CONVOLVER_HEAD };
    kernel->head = bl_aligned_calloc((1 + kernel->taps) * sizeof *kernel->head);
    if (!kernel->head)
        return false;
    memcpy(kernel->head + 1, taps, kernel->taps * sizeof *taps); /* behind a bias of zero */
    if (count <= BL_CONVOLVER_HEAD)
        return true;
    kernel->partitions = bl_convolver_partitions(count);
    kernel->spectra = bl_aligned_calloc(kernel->partitions * 2 * BL_CONVOLVER_BINS * sizeof *kernel->spectra);
    return kernel->spectra && bl_convolver_prepare(taps, count, kernel->spectra);
}

void bl_convolution_kernel_free(bl_convolution_kernel *kernel)
{
    bl_aligned_free(kernel->head);
    bl_aligned_free(kernel->spectra);
    *kernel = (bl_convolution_kernel){ 0 };
}

/* A frame of the present block comes from the windows of all partitions, each two blocks, of which the newest ended
 * a block ago. */
size_t bl_convolution_kernel_reach(const bl_convolution_kernel *kernel)
{
    return kernel->partitions ? BL_CONVOLVER_BLOCK * (kernel->partitions + 3) - 1 : kernel->taps - 1;
}

/* ---- one signal ---- */

bool bl_convolution_init(bl_convolution *convolution, const bl_convolution_kernel *kernel)
{
    *convolution = (bl_convolution){ .kernel = kernel };
    if (!kernel->partitions)
        return true;
    convolution->state = bl_aligned_calloc(bl_convolver_state_floats(kernel->partitions) * sizeof(float));
    return convolution->state;
}

void bl_convolution_free(bl_convolution *convolution)
{
    bl_aligned_free(convolution->state);
    *convolution = (bl_convolution){ 0 };
}

void bl_convolution_reset(bl_convolution *convolution)
{
    if (convolution->state)
        memset(convolution->state, 0,
               bl_convolver_state_floats(convolution->kernel->partitions) * sizeof *convolution->state);
}

void bl_convolution_run(bl_convolution *convolution, const bl_kernels *kernels, const bl_convolver_fft *fft,
                        float *y, const float *x, size_t frames)
{
    const bl_convolution_kernel *k = convolution->kernel;
    kernels->fir(y, x, k->head, k->taps, 1, frames);
    if (k->partitions)
        bl_convolver_run(convolution->state, kernels, fft, k->spectra, k->partitions, y, x, frames);
}
