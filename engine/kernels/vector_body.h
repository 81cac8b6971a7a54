/* The vector loops, written once. Each instruction set's file defines
 *
 *   VF, VF_LEN             the vector type and its number of floats
 *   vf_load, vf_store      unaligned;  vf_set1(float);  vf_keep(v) keeps v in a register
 *   vf_add _sub _mul _div _min _max, vf_fma(a, b, c) = a*b + c, vf_abs
 *   vf_select_positive(x, a, b)  x > 0 ? a : b per lane
 *   vf_exp2_scale(y, z)    y * 2^n where z = n + 1.5 * 2^23 (n a whole number)
 *   TILE_ROWS              most rows of a tile: 6 or 8
 *   SHARED_ROWS            most rows of a tile that shares an output with others
 *   TILE_REGISTERS         vector registers that a tile may use
 *   LAYER_SPLIT            most rows of a layer whose sums are so few that they are kept twice
 *   TILE_TANH              most frames of a run for which tanh is quicker on sums in registers than on stored rows
 *
 * and includes this file. Everything is static: no symbol of one instruction set can stand in for
 * another's at link time. */
#include "kernels/kernels.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define LIKELY(x)     __builtin_expect((x), 1)
/* With a sanitizer's checks in them, compilers take minutes for the unrolled loops. */
#if defined(__clang__)
#define HAS_SANITIZER __has_feature(address_sanitizer)
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAS_SANITIZER 1
#else
#define HAS_SANITIZER 0
#endif
#if HAS_SANITIZER
#define UNROLL
#elif defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

/* The first `left` < VF_LEN frames of v; those behind them stay what they are. As a whole vector, so that who reads
 * it next need not wait until pieces have met in the cache. */
ALWAYS_INLINE void store_part(float *y, VF v, size_t left)
{
    static const float sides[2 * BL_ROW_PADDING] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };
    vf_store(y, vf_select_positive(vf_load(sides + BL_ROW_PADDING - left), v, vf_load(y)));
}

/* As many frames of v as are left. */
ALWAYS_INLINE void store_frames(float *y, VF v, size_t left)
{
    if (LIKELY(left >= VF_LEN))
        vf_store(y, v);
    else
        store_part(y, v, left);
}

#include "kernels/vector_activations.h"
#include "kernels/vector_affine.h"
#include "kernels/vector_fir.h"
#include "kernels/vector_recurrent.h"
#include "kernels/vector_rows.h"
#include "kernels/vector_tiles.h"

/* Enough independent sums to hide the latency of a multiply-add on every core of today. */
#define PEAK_SUMS 12

static double peak(size_t rounds, float *sink)
{
    VF acc[PEAK_SUMS];
    const VF a = vf_set1(0.999f), b = vf_set1(0.001f);
    for (int k = 0; k < PEAK_SUMS; k++)
        acc[k] = vf_set1((float)k);
    for (size_t i = 0; i < rounds; i++) {
        UNROLL
        for (int k = 0; k < PEAK_SUMS; k++)
            acc[k] = vf_fma(acc[k], a, b);
    }
    VF sum = acc[0];
    for (int k = 1; k < PEAK_SUMS; k++)
        sum = vf_add(sum, acc[k]);
    float lanes[VF_LEN];
    vf_store(lanes, sum);
    *sink = lanes[0];
    return (double)rounds * PEAK_SUMS * VF_LEN * 2;
}

static void fill_table(bl_kernels *k, bl_cpu cpu)
{
    *k = (bl_kernels){ .cpu = cpu,
                       .vector_floats = VF_LEN,
                       .tile_rows = TILE_ROWS,
                       .shared_rows = SHARED_ROWS,
                       .affine = affine,
                       .layer = layer,
                       .advance = advance,
                       .map = MAP_TABLE,
                       .gate = gate,
                       .blend = blend,
                       .softmax = softmax,
                       .fir = fir,
                       .multiply_spectra = multiply_spectra,
                       .lstm = lstm,
                       .gru = gru,
                       .add = add,
                       .mul = mul,
                       .scale = scale,
                       .peak = peak };
}
