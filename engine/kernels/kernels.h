/* The arithmetic of a network, once per instruction set behind one table.
 *
 * Layout: a signal is rows of frames, one row per channel ("time in lanes"): vectors hold consecutive
 * frames of one channel, weights are broadcast. No channel count wastes lanes.
 *
 * Contract of all kernels: `frames` may be any number. Kernels work in whole vectors and may therefore read up to the
 * next multiple of BL_ROW_PADDING frames behind the last frame of a row; what stands there is of no consequence, and
 * is what it was when they are done. Every frame is computed by the same operations in the same order wherever it falls
 * in a vector or a block, so that output does not depend on how the input was cut. */
#ifndef BL_KERNELS_KERNELS_H
#define BL_KERNELS_KERNELS_H

#include "base/activation.h"

#include <backline/cpu.h>
#include <stddef.h>
#include <stdint.h>

/** Frames in a run of a network without strides, and a number of which rows have room for whole multiples. */
#define BL_MAX_RUN     64
#define BL_ROW_PADDING 16

/** `count` rows of frames, `stride` floats apart, the first frame to use at x. Unaligned. */
typedef struct bl_rows {
    const float *x;
    size_t stride, count;
} bl_rows;

/** Rows of output that are computed together because their sums fit into the registers. */
typedef struct bl_tile {
    uint32_t first_row, rows; /* rows <= bl_kernels.tile_rows */
    uint32_t first_source, source_count;
    uint32_t taps;    /* of a layer: so many sources are all rows of one signal, those after them single rows */
    uint32_t weights; /* index of the first weight, see bl_affine */
} bl_tile;

/** One output: rows from y, `stride` floats apart. */
typedef struct bl_out {
    float *y;
    size_t stride;
} bl_out;

/** A sum that collects the rows that an operation makes: y = plus + them. y is NULL for none, and may equal plus. */
typedef struct bl_sum {
    float *y;
    const float *plus;
    size_t stride, plus_stride;
} bl_sum;

/** y = act(x), and the sum. y may equal x. */
typedef void bl_map_fn(bl_out out, const bl_rows *x, const bl_activation *act, const bl_sum *sum, size_t frames);

/** `channels` rows, `stride` floats apart; no channels: nothing is there. */
typedef struct bl_shape {
    uint32_t stride, channels;
} bl_shape;

/** The order in which an operation's signals are listed. */
enum { BL_AT_OUT, BL_AT_ADDEND, BL_AT_SUM, BL_AT_PLUS, BL_AT_INPUTS };

/** Where the signals of one or more lanes are: lanes run side by side through the same network, lie `floats`
 *  apart and share every weight that is loaded. */
typedef struct bl_lanes {
    float *memory; /* of the first */
    size_t count, floats;
} bl_lanes;

/** y[o][t] = act(addend[o][t] + bias[o] + sum over the tile's sources s and their rows r of w[o][s,r] * s[r][t]).
 *  A dilated convolution is one source per tap, each looking further back; a sum of convolutions has the
 *  sources of all of them; a grouped convolution gives each tile the sources of its group.
 *  The weights of a tile of R rows stand in the order of use: R biases, then R weights per source row. */
typedef struct bl_affine {
    const bl_tile *tiles;
    const bl_tile *mix; /* of a layer, as many */
    size_t tile_count;
    const float *weights;
    const bl_shape *shapes; /* of out, addend, sum, plus, then of the sources */
    bl_map_fn *finish;      /* NULL for none; else the rows go through it in place, with act and sum */
    bl_activation act;
} bl_affine;

/** places: in the first lane's memory, of the signals in the order of affine->shapes. The addend may be the
 *  output, plus may be the sum. A single tile takes frames in their order and reads sources before it writes: its
 *  output may stand where frames of the sources stand that no later frame needs; that of several tiles may not. */
typedef void bl_affine_fn(const bl_affine *affine, const bl_lanes *lanes, const uint32_t *places, size_t frames);

/** A small layer of a WaveNet or TCN in one go: z[o][t] is what the tiles give as above, with act but without an
 *  addend; sum = plus + z (z where plus is none), and by the tiles of mix, whose only source is z,
 *  y[o][t] = addend[o][t] + bias[o] + sum over r of w[o][r] * z[r][t]. y has as many rows as z.
 *  Frames are taken in their order, and sources read before y is written: it may stand where frames of the sources
 *  stand that no later frame needs. y may be the addend, sum may be plus.
 *  Gives the function for an activation and a number of rows, NULL if there is none. */
typedef bl_affine_fn *bl_layer_fn(bl_activation_kind act, size_t rows);

/** Row `row` of signal number `which` in this memory of a lane; NULL for none. */
static inline float *bl_affine_row(const bl_affine *a, float *memory, const uint32_t *places, size_t which,
                                   size_t row)
{
    return a->shapes[which].channels ? memory + places[which] + row * a->shapes[which].stride : NULL;
}

/** What comes after the sums of a tile's rows in this memory of a lane. */
static inline void bl_affine_finish(const bl_affine *a, const bl_tile *tile, float *memory, const uint32_t *places,
                                    size_t frames)
{
    const size_t row = tile->first_row;
    const bl_out y = { bl_affine_row(a, memory, places, BL_AT_OUT, row), a->shapes[BL_AT_OUT].stride };
    const bl_sum sum = { bl_affine_row(a, memory, places, BL_AT_SUM, row),
                         bl_affine_row(a, memory, places, BL_AT_PLUS, row), a->shapes[BL_AT_SUM].stride,
                         a->shapes[BL_AT_PLUS].stride };
    if (a->finish)
        a->finish(y, &(const bl_rows){ y.y, y.stride, tile->rows }, &a->act, &sum, frames);
}

/** Moves places on by `frames`, and round to the start where they reach their ends: place[i] in a ring of turn[i]
 *  floats that ends at end[i]; turn[i] == 0 for places that do not move. */
typedef void bl_advance_fn(uint32_t *place, const uint32_t *end, const uint32_t *turn, size_t count,
                           uint32_t frames);

/** y = a(xa) * b(xb), both of xa->count rows, and the sum. y may equal xa->x or xb->x. */
typedef void bl_gate_fn(bl_out out, const bl_rows *xa, const bl_rows *xb, const bl_activation *a,
                        const bl_activation *b, const bl_sum *sum, size_t frames);

/** y = xa + xb or xa * xb, or factor * x. y may equal an input. */
typedef void bl_binary_fn(bl_out out, const bl_rows *xa, const bl_rows *xb, size_t frames);
typedef void bl_scale_fn(bl_out out, const bl_rows *x, float factor, size_t frames);

/** y = g * a(xa) + (1 - g) * xa with g = b(xb); y may equal xa->x or xb->x. */
typedef void bl_blend_fn(bl_out out, const bl_rows *xa, const bl_rows *xb, const bl_activation *a,
                         const bl_activation *b, size_t frames);

/** y = exp(x - m) / sum over the rows of exp(x - m), m the largest of the rows. y may equal x. */
typedef void bl_softmax_fn(bl_out out, const bl_rows *x, size_t frames);

/** y[t] = w[0] + sum over k of w[1 + k] * x[t - k*dilation]; one row, its past readable before x. */
typedef void bl_fir_fn(float *y, const float *x, const float *w, size_t taps, size_t dilation, size_t frames);

/** (sr + i si) += (xr + i xi) * (hr + i hi), for `bins` complex numbers. */
typedef void bl_spectra_fn(float *sr, float *si, const float *xr, const float *xi, const float *hr, const float *hi,
                           size_t bins);

/** A recurrent layer (formulas in model/graph.h). Its units stand in groups of BL_UNIT_GROUP, what is left over in
 *  a smaller one. A matrix is [group][column][gate][unit of the group], gates i, f, g, o or r, z, n. Rows of gates
 *  that go through a sigmoid are multiplied by -log2(e): with their sum s the gate is 1 / (1 + 2^s).
 *  BL_ROW_PADDING floats behind every piece are readable. */
typedef struct bl_recurrent {
    size_t inputs, hidden;
    const float *weights_x; /* 1 + inputs columns, the first is the bias */
    const float *weights_h; /* hidden columns */
    const float *bias_h;    /* GRU: of n, inside the brackets of r; hidden */
} bl_recurrent;

#define BL_UNIT_GROUP 8

/** Room for one value per unit, with padding. */
static inline size_t bl_recurrent_rows(size_t hidden)
{
    return (hidden + BL_ROW_PADDING - 1) / BL_ROW_PADDING * BL_ROW_PADDING;
}

/** Floats of a layer's state: h, c (both with padding), then room for four frames of h and for the sums of all
 *  gates. Only h and c outlive a call; a reset sets them, everything else may be zero. */
static inline size_t bl_recurrent_state_floats(size_t hidden)
{
    return (2 + 4 + 4) * bl_recurrent_rows(hidden);
}

/** Runs the layer over the rows x.count == inputs; out has `hidden` rows and does not overlap x. */
typedef void bl_recurrent_fn(bl_out out, bl_rows x, const bl_recurrent *layer, float *state, size_t frames);

typedef struct bl_kernels {
    bl_cpu cpu;
    size_t vector_floats;
    size_t tile_rows;   /* most rows of a tile */
    size_t shared_rows; /* most rows of a tile where an output has several */
    bl_affine_fn *affine;
    bl_layer_fn *layer;
    bl_advance_fn *advance;
    bl_map_fn *map[BL_ACT_COUNT];
    bl_gate_fn *gate;
    bl_blend_fn *blend;
    bl_softmax_fn *softmax;
    bl_fir_fn *fir;
    bl_spectra_fn *multiply_spectra;
    bl_recurrent_fn *lstm, *gru;
    bl_binary_fn *add, *mul;
    bl_scale_fn *scale;
    /** Runs `rounds` rounds of independent multiply-adds in registers; returns the floating-point
     *  operations done. *sink keeps the compiler from removing them. */
    double (*peak)(size_t rounds, float *sink);
} bl_kernels;

/** How many tiles an output of so many rows has; they take equal shares. */
static inline size_t bl_tile_count(const bl_kernels *k, size_t rows)
{
    return rows <= k->tile_rows ? 1 : (rows + k->shared_rows - 1) / k->shared_rows;
}

/** Fills the table for an available instruction set (bl_cpu_resolve()). */
void bl_kernels_init(bl_kernels *k, bl_cpu cpu);

/* Each instruction set fills the slots that it has; the scalar one fills all. */
void bl_kernels_init_scalar(bl_kernels *k);
void bl_kernels_init_sse2(bl_kernels *k);
void bl_kernels_init_avx2(bl_kernels *k);
void bl_kernels_init_avx512(bl_kernels *k);
void bl_kernels_init_neon(bl_kernels *k);

#endif
