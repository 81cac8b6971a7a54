#include "kernels/convolver.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK  BL_CONVOLVER_BLOCK
#define WINDOW (2 * BLOCK) /* samples of a transform */
#define BINS   BL_CONVOLVER_BINS

/* The state, laid out over the floats that bl_convolver_state_floats() counts. */
typedef struct state {
    size_t place;       /* frames of the present block that have passed, < BLOCK */
    size_t newest;      /* slot of the newest spectrum */
    size_t units;       /* units of work done in this block */
    float past[WINDOW]; /* the two blocks before the present one */
    float present[BLOCK];
    float tail[BLOCK]; /* what is added to the output in the present block */
    float next[BLOCK]; /* ... in the next block */
    float sum[2][BINS];
    float time[WINDOW];
    kiss_fft_cpx bins[BINS];
    float spectra[][2][BINS]; /* of the last `partitions` blocks, a ring */
} state;

size_t bl_convolver_partitions(size_t taps)
{
    return (taps - BL_CONVOLVER_HEAD + BLOCK - 1) / BLOCK;
}

size_t bl_convolver_state_floats(size_t partitions)
{
    const size_t bytes = sizeof(state) + partitions * sizeof(float[2][BINS]);
    return (bytes + BL_ALIGN - 1) / BL_ALIGN * BL_ALIGN / sizeof(float);
}

static size_t fft_bytes(int backward)
{
    size_t bytes = 0;
    kiss_fftr_alloc(WINDOW, backward, NULL, &bytes);
    return (bytes + BL_ALIGN - 1) / BL_ALIGN * BL_ALIGN;
}

size_t bl_convolver_fft_bytes(void)
{
    return fft_bytes(0) + fft_bytes(1);
}

void bl_convolver_fft_init(bl_convolver_fft *fft, void *memory)
{
    size_t forward = fft_bytes(0), backward = fft_bytes(1);
    fft->forward = kiss_fftr_alloc(WINDOW, 0, memory, &forward);
    fft->backward = kiss_fftr_alloc(WINDOW, 1, (char *)memory + forward, &backward);
}

/* Real and imaginary parts in rows of their own, as vectors want them. */
static void unpack(float (*spectrum)[BINS], const kiss_fft_cpx *bins)
{
    for (size_t i = 0; i <= BLOCK; i++) {
        spectrum[0][i] = bins[i].r;
        spectrum[1][i] = bins[i].i;
    }
}

bool bl_convolver_prepare(const float *w, size_t taps, float *spectra)
{
    kiss_fftr_cfg forward = kiss_fftr_alloc(WINDOW, 0, NULL, NULL);
    kiss_fft_cpx *bins = bl_calloc(BINS, sizeof *bins);
    float *window = bl_calloc(WINDOW, sizeof *window);
    const bool ok = forward && bins && window;
    for (size_t p = 0; ok && p < bl_convolver_partitions(taps); p++) {
        const size_t first = BL_CONVOLVER_HEAD + p * BLOCK, left = taps - first;
        for (size_t i = 0; i < BLOCK; i++)
            window[i] = i < left ? w[first + i] / (float)WINDOW : 0.0f; /* kissfft does not scale */
        kiss_fftr(forward, window, bins);
        unpack((float(*)[BINS])(spectra + p * 2 * BINS), bins);
    }
    free(window);
    free(bins);
    kiss_fftr_free(forward);
    return ok;
}

/* ---- the work of one block, in units: transform, one product per partition, transform back ---- */

/* What a transform costs, in products, as measured. It cannot be divided; the products are spread so that
 * the first run of a block does little besides the transform and the last little besides transforming back:
 * with runs of 64 frames no run does more than about twice the work of the median one. */
#define TRANSFORM_UNITS 24

static size_t all_units(size_t partitions)
{
    return 2 * TRANSFORM_UNITS + partitions;
}

static void transform(state *s, const bl_convolver_fft *fft, size_t partitions)
{
    const size_t slot = (s->newest + 1) % partitions;
    kiss_fftr(fft->forward, s->past, s->bins);
    unpack(s->spectra[slot], s->bins);
    s->newest = slot;
    memset(s->sum, 0, sizeof s->sum);
}

static void add_product(state *s, const bl_kernels *k, const float *spectra, size_t partitions, size_t p)
{
    float(*x)[BINS] = s->spectra[(s->newest + partitions - p) % partitions];
    const float *h = spectra + p * 2 * BINS;
    k->multiply_spectra(s->sum[0], s->sum[1], x[0], x[1], h, h + BINS, BLOCK + 1);
}

/* Of a window's circular convolution the second half is the linear one. */
static void transform_back(state *s, const bl_convolver_fft *fft)
{
    for (size_t i = 0; i <= BLOCK; i++)
        s->bins[i] = (kiss_fft_cpx){ s->sum[0][i], s->sum[1][i] };
    kiss_fftri(fft->backward, s->bins, s->time);
    memcpy(s->next, s->time + BLOCK, sizeof s->next);
}

/* Does all units that are due when `place` frames of the block have passed. */
static void work(state *s, const bl_kernels *k, const bl_convolver_fft *fft, const float *spectra,
                 size_t partitions, size_t place)
{
    const size_t all = all_units(partitions), due = all * place / BLOCK;
    size_t done = s->units;
    if (!done) {
        transform(s, fft, partitions);
        done = TRANSFORM_UNITS;
    }
    for (; done >= TRANSFORM_UNITS && done < due && done < TRANSFORM_UNITS + partitions; done++)
        add_product(s, k, spectra, partitions, done - TRANSFORM_UNITS);
    if (due == all) {
        transform_back(s, fft);
        done = all;
    }
    s->units = done;
}

static void begin_block(state *s)
{
    memcpy(s->past, s->past + BLOCK, sizeof s->present);
    memcpy(s->past + BLOCK, s->present, sizeof s->present);
    memcpy(s->tail, s->next, sizeof s->tail);
    s->place = s->units = 0;
}

void bl_convolver_run(float *memory, const bl_kernels *k, const bl_convolver_fft *fft, const float *spectra,
                      size_t partitions, float *y, const float *x, size_t frames)
{
    state *s = (state *)(void *)memory;
    for (size_t done = 0; done < frames;) {
        const size_t place = s->place, left = frames - done;
        const size_t run = left < BLOCK - place ? left : BLOCK - place;
        memcpy(s->present + place, x + done, run * sizeof *x);
        for (size_t t = 0; t < run; t++)
            y[done + t] += s->tail[place + t];
        s->place = place + run;
        work(s, k, fft, spectra, partitions, place + run);
        if (place + run == BLOCK)
            begin_block(s);
        done += run;
    }
}
