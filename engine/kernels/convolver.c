#include "kernels/convolver.h"

#include "base/alloc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SIDE   BL_CONVOLVER_SIDE
#define BLOCK  BL_CONVOLVER_BLOCK
#define WINDOW (2 * BLOCK) /* samples of a transform */
#define BINS   BL_CONVOLVER_BINS

/* The state, laid out over the floats that bl_convolver_state_floats() counts. */
typedef struct state {
    size_t place;                          /* frames of the present block that have passed, < BLOCK */
    size_t newest;                         /* slot of the newest spectrum */
    size_t units;                          /* units of work done in this block */
    _Alignas(BL_ALIGN) float past[WINDOW]; /* the two blocks before the present one */
    float present[BLOCK];
    float tail[BLOCK]; /* what is added to the output in the present block */
    float next[BLOCK]; /* ... in the next block */
    float sum[2][BINS];
    bl_complex bins[BLOCK];       /* of a transform's complex half */
    bl_complex rows[SIDE * SIDE]; /* after the first half of the transform, [row][column] */
    float spectra[][2][BINS];     /* of the last `partitions` blocks, a ring */
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

size_t bl_convolver_fft_bytes(void)
{
    return WINDOW * sizeof(bl_complex);
}

void bl_convolver_fft_init(bl_convolver_fft *fft, void *memory)
{
    bl_complex *roots = memory;
    for (size_t k = 0; k < WINDOW; k++) {
        const double angle = -2.0 * 3.14159265358979323846 * (double)k / WINDOW;
        roots[k] = (bl_complex){ (float)cos(angle), (float)sin(angle) };
    }
    fft->roots = roots;
}

/* ---- a transform in units ----
 *
 * A window of real numbers is transformed as half as many complex ones, its even samples the real parts. Those, SIDE
 * times SIDE, go through the transforms of SIDE points twice: first every SIDE-th number (a row), then the numbers of
 * equal place in all rows, turned by roots of unity (a column). */

static bl_complex times(bl_complex a, bl_complex b)
{
    return (bl_complex){ a.r * b.r - a.i * b.i, a.r * b.i + a.i * b.r };
}

static bl_complex conjugate(bl_complex a)
{
    return (bl_complex){ a.r, -a.i };
}

static bl_complex sum(bl_complex a, bl_complex b)
{
    return (bl_complex){ a.r + b.r, a.i + b.i };
}

static bl_complex less(bl_complex a, bl_complex b)
{
    return (bl_complex){ a.r - b.r, a.i - b.i };
}

static bl_complex root(const bl_convolver_fft *fft, bool back, size_t k)
{
    return back ? conjugate(fft->roots[k]) : fft->roots[k];
}

/* Four points, each `step` behind the other, in place. */
static void transform_four(bool back, bl_complex *z, size_t step)
{
    const bl_complex even = sum(z[0], z[2 * step]), odd = sum(z[step], z[3 * step]);
    const bl_complex even_less = less(z[0], z[2 * step]), odd_less = less(z[step], z[3 * step]);
    /* times -i, or i on the way back */
    const bl_complex turned =
        back ? (bl_complex){ -odd_less.i, odd_less.r } : (bl_complex){ odd_less.i, -odd_less.r };
    z[0] = sum(even, odd);
    z[step] = sum(even_less, turned);
    z[2 * step] = less(even, odd);
    z[3 * step] = less(even_less, turned);
}

/* SIDE points, each `stride` behind the other, as four times four: the same twice, with a turn between. The library's
 * transforms are not called here: a program that hosts us may bring other functions of the same names. */
static void transform_side(const bl_convolver_fft *fft, bool back, const bl_complex *in, size_t stride,
                           bl_complex *out)
{
    bl_complex z[SIDE];
    for (size_t i = 0; i < SIDE; i++)
        z[i] = in[i * stride];
    for (size_t i = 0; i < 4; i++)
        transform_four(back, z + i, 4);
    for (size_t k = 1; k < 4; k++)
        for (size_t i = 1; i < 4; i++)
            z[4 * k + i] = times(z[4 * k + i], root(fft, back, WINDOW / SIDE * k * i));
    for (size_t k = 0; k < 4; k++) {
        transform_four(back, z + 4 * k, 1);
        for (size_t m = 0; m < 4; m++)
            out[k + 4 * m] = z[4 * k + m];
    }
}

/* The numbers of column k of the transformed matrix: bins k, k + SIDE, k + 2 SIDE, ... */
static void transform_column(const bl_convolver_fft *fft, bool back, const bl_complex *rows, size_t k,
                             bl_complex *column)
{
    bl_complex turned[SIDE];
    for (size_t r = 0; r < SIDE; r++)
        turned[r] = times(rows[r * SIDE + k], root(fft, back, 2 * r * k));
    transform_side(fft, back, turned, 1, column);
}

static void forward_row(state *s, const bl_convolver_fft *fft, size_t row)
{
    const bl_complex *samples = (const bl_complex *)(const void *)s->past;
    transform_side(fft, false, samples + row, SIDE, s->rows + row * SIDE);
}

static void forward_column(state *s, const bl_convolver_fft *fft, size_t k)
{
    bl_complex column[SIDE];
    transform_column(fft, false, s->rows, k, column);
    for (size_t m = 0; m < SIDE; m++)
        s->bins[k + SIDE * m] = column[m];
}

/* With Z the transform of the complex numbers, N of them, that of the window is
 * X[k] = (Z[k] + Z*[N-k]) / 2 - i exp(-pi i k / N) (Z[k] - Z*[N-k]) / 2. Bins in rows of their own, as vectors want
 * them. */
static void unpack(state *s, const bl_convolver_fft *fft, float (*spectrum)[BINS], size_t from, size_t to)
{
    for (size_t k = from; k < to; k++) {
        const bl_complex a = s->bins[k], b = conjugate(s->bins[(BLOCK - k) % BLOCK]);
        const bl_complex odd = times((bl_complex){ a.i - b.i, b.r - a.r }, fft->roots[k]);
        spectrum[0][k] = 0.5f * (a.r + b.r + odd.r);
        spectrum[1][k] = 0.5f * (a.i + b.i + odd.i);
    }
    if (!from) {
        spectrum[0][BLOCK] = s->bins[0].r - s->bins[0].i;
        spectrum[1][BLOCK] = 0.0f;
    }
}

/* The reverse, times two: Z[k] = X[k] + X*[N-k] + i exp(pi i k / N) (X[k] - X*[N-k]). */
static void pack(state *s, const bl_convolver_fft *fft, size_t from, size_t to)
{
    for (size_t k = from; k < to; k++) {
        const bl_complex a = { s->sum[0][k], s->sum[1][k] };
        const bl_complex b = { s->sum[0][BLOCK - k], -s->sum[1][BLOCK - k] };
        const bl_complex odd = times((bl_complex){ b.i - a.i, a.r - b.r }, conjugate(fft->roots[k]));
        s->bins[k] = (bl_complex){ a.r + b.r + odd.r, a.i + b.i + odd.i };
    }
}

static void backward_row(state *s, const bl_convolver_fft *fft, size_t row)
{
    transform_side(fft, true, s->bins + row, SIDE, s->rows + row * SIDE);
}

/* Of a window's circular convolution the second half is the linear one. */
static void backward_column(state *s, const bl_convolver_fft *fft, size_t k)
{
    bl_complex column[SIDE];
    transform_column(fft, true, s->rows, k, column);
    for (size_t m = SIDE / 2; m < SIDE; m++) {
        const size_t pair = k + SIDE * (m - SIDE / 2);
        s->next[2 * pair] = column[m].r;
        s->next[2 * pair + 1] = column[m].i;
    }
}

/* ---- the work of one block: transform, one product per partition, transform back ---- */

/* Pieces of the steps between a complex transform and the window's spectrum. One costs about what a row or a column
 * does, and about what a product does: those are the units. */
#define PIECES    4
#define PIECE     (BLOCK / PIECES)
#define TRANSFORM (2 * SIDE + PIECES)

static size_t all_units(size_t partitions)
{
    return 2 * TRANSFORM + partitions;
}

static void transform(state *s, const bl_convolver_fft *fft, size_t partitions, size_t unit)
{
    const size_t slot = (s->newest + 1) % partitions, piece = unit - 2 * SIDE;
    if (unit < SIDE) {
        forward_row(s, fft, unit);
    } else if (unit < 2 * SIDE) {
        forward_column(s, fft, unit - SIDE);
    } else {
        unpack(s, fft, s->spectra[slot], piece * PIECE, (piece + 1) * PIECE);
        if (piece == PIECES - 1)
            s->newest = slot;
    }
}

bool bl_convolver_prepare(const float *w, size_t taps, float *spectra)
{
    bl_convolver_fft fft;
    state *s = bl_aligned_calloc(bl_convolver_state_floats(1) * sizeof(float));
    void *memory = bl_aligned_calloc(bl_convolver_fft_bytes());
    const bool ok = s && memory;
    if (ok)
        bl_convolver_fft_init(&fft, memory);
    for (size_t p = 0; ok && p < bl_convolver_partitions(taps); p++) {
        const size_t first = BL_CONVOLVER_HEAD + p * BLOCK, left = taps - first;
        for (size_t i = 0; i < BLOCK; i++)
            s->past[i] = i < left ? w[first + i] / (float)WINDOW : 0.0f; /* transforms do not scale */
        for (size_t unit = 0; unit < TRANSFORM; unit++)
            transform(s, &fft, 1, unit);
        memcpy(spectra + p * 2 * BINS, s->spectra[0], sizeof s->spectra[0]);
    }
    bl_aligned_free(memory);
    bl_aligned_free(s);
    return ok;
}

static void add_product(state *s, const bl_kernels *k, const float *spectra, size_t partitions, size_t p)
{
    float(*x)[BINS] = s->spectra[(s->newest + partitions - p) % partitions];
    const float *h = spectra + p * 2 * BINS;
    if (!p)
        memset(s->sum, 0, sizeof s->sum);
    k->multiply_spectra(s->sum[0], s->sum[1], x[0], x[1], h, h + BINS, BLOCK + 1);
}

static void transform_back(state *s, const bl_convolver_fft *fft, size_t unit)
{
    if (unit < PIECES)
        pack(s, fft, unit * PIECE, (unit + 1) * PIECE);
    else if (unit < PIECES + SIDE)
        backward_row(s, fft, unit - PIECES);
    else
        backward_column(s, fft, unit - PIECES - SIDE);
}

/* Does all units that are due when `place` frames of the block have passed. */
static void work(state *s, const bl_kernels *k, const bl_convolver_fft *fft, const float *spectra,
                 size_t partitions, size_t place)
{
    const size_t due = all_units(partitions) * place / BLOCK;
    for (; s->units < due; s->units++) {
        if (s->units < TRANSFORM)
            transform(s, fft, partitions, s->units);
        else if (s->units < TRANSFORM + partitions)
            add_product(s, k, spectra, partitions, s->units - TRANSFORM);
        else
            transform_back(s, fft, s->units - TRANSFORM - partitions);
    }
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
