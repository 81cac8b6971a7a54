/* The arithmetic of a network, once per instruction set behind one table.
 *
 * Layout: a signal is rows of frames, one row per channel ("time in lanes"): vectors hold consecutive
 * frames of one channel, weights are broadcast. No channel count wastes lanes.
 *
 * Contract of all kernels: `frames` may be any number up to BL_MAX_RUN. Kernels work in whole vectors and
 * may therefore read and write up to BL_ROW_PADDING - 1 floats after the last frame of a row; what stands
 * there is of no consequence. Every frame is computed by the same operations in the same order wherever
 * it falls in a vector or a block, so that output does not depend on how the input was cut. */
#ifndef BL_KERNELS_KERNELS_H
#define BL_KERNELS_KERNELS_H

#include "base/activation.h"

#include <backline/cpu.h>
#include <stddef.h>

/** Longest run of frames that a kernel is given, and floats of padding behind every row. */
#define BL_MAX_RUN 64
#define BL_ROW_PADDING 16

/** `count` rows of frames, `stride` floats apart, the first frame to use at x. Unaligned. */
typedef struct bl_rows {
    const float *x;
    size_t stride, count;
} bl_rows;

/** Rows of output that are computed together because their sums fit into the registers. */
typedef struct bl_tile {
    size_t first_row, rows;      /* rows <= bl_kernels.tile_rows */
    size_t first_source, source_count;
    size_t weights;              /* index of the first weight, see bl_affine */
} bl_tile;

/** y[o][t] = addend[o][t] + bias[o] + sum over the tile's sources s and their rows r of w[o][s,r] * s[r][t].
 *  A dilated convolution is one source per tap, each looking further back; a sum of convolutions has the
 *  sources of all of them; a grouped convolution gives each tile the sources of its group.
 *  The weights of a tile of R rows stand in the order of use: R biases, then R weights per source row. */
typedef struct bl_affine {
    const bl_tile *tiles;
    size_t tile_count;
    const float *weights;
} bl_affine;

/** One output: rows from y, `stride` floats apart. */
typedef struct bl_out {
    float *y;
    size_t stride;
} bl_out;

/** @param addend  NULL for none; may equal out.y. Sources do not overlap the output. */
typedef void bl_affine_fn(bl_out out, const float *addend, size_t addend_stride, const bl_affine *affine,
                          const bl_rows *sources, size_t frames);

/** y = act(x); where sum.y is not NULL also sum = addend + y. y may equal x, sum may equal addend. */
typedef void bl_map_fn(bl_out out, bl_rows x, bl_activation act, bl_out sum, const float *addend,
                       size_t addend_stride, size_t frames);

/** y = a(xa) * b(xb), both of xa.count rows; sum as above. y may equal xa.x or xb.x. */
typedef void bl_gate_fn(bl_out out, bl_rows xa, bl_rows xb, bl_activation a, bl_activation b, bl_out sum,
                        const float *addend, size_t addend_stride, size_t frames);

/** y = xa + xb or xa * xb, or factor * x. y may equal an input. */
typedef void bl_binary_fn(bl_out out, bl_rows xa, bl_rows xb, size_t frames);
typedef void bl_scale_fn(bl_out out, bl_rows x, float factor, size_t frames);

typedef struct bl_kernels {
    bl_cpu cpu;
    size_t vector_floats;
    size_t tile_rows; /* most rows of a tile */
    bl_affine_fn *affine;
    bl_map_fn *map[BL_ACT_COUNT];
    bl_gate_fn *gate;
    bl_binary_fn *add, *mul;
    bl_scale_fn *scale;
    /** Runs `rounds` rounds of independent multiply-adds in registers; returns the floating-point
     *  operations done. *sink keeps the compiler from removing them. */
    double (*peak)(size_t rounds, float *sink);
} bl_kernels;

/** Fills the table for an available instruction set (bl_cpu_resolve()). */
void bl_kernels_init(bl_kernels *k, bl_cpu cpu);

/* Each instruction set fills the slots that it has; the scalar one fills all. */
void bl_kernels_init_scalar(bl_kernels *k);
void bl_kernels_init_sse2(bl_kernels *k);
void bl_kernels_init_avx2(bl_kernels *k);
void bl_kernels_init_avx512(bl_kernels *k);
void bl_kernels_init_neon(bl_kernels *k);

#endif
