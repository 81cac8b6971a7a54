#if !defined(__SSE2__)
#error "This file is compiled for SSE2 (see meson.build)."
#endif
#include <emmintrin.h>

#define VF             __m128
#define VF_LEN         4
#define TILE_ROWS      6
#define SHARED_ROWS    6
#define TILE_REGISTERS 15 /* of 16: without a fused multiply-add a product takes one */
#define TILE_TANH      BL_MAX_RUN
#define LAYER_SPLIT    0

#define vf_keep(v)      __asm__("" : "+x"(v))
#define vf_load(p)      _mm_loadu_ps(p)
#define vf_store(p, v)  _mm_storeu_ps(p, v)
#define vf_set1(f)      _mm_set1_ps(f)
#define vf_add(a, b)    _mm_add_ps(a, b)
#define vf_sub(a, b)    _mm_sub_ps(a, b)
#define vf_mul(a, b)    _mm_mul_ps(a, b)
#define vf_div(a, b)    _mm_div_ps(a, b)
#define vf_min(a, b)    _mm_min_ps(a, b)
#define vf_max(a, b)    _mm_max_ps(a, b)
#define vf_fma(a, b, c) _mm_add_ps(_mm_mul_ps(a, b), c)
#define vf_abs(a)       _mm_andnot_ps(_mm_set1_ps(-0.0f), a)
static inline __m128 vf_select_positive(__m128 x, __m128 a, __m128 b)
{
    const __m128 positive = _mm_cmpgt_ps(x, _mm_setzero_ps());
    return _mm_or_ps(_mm_and_ps(positive, a), _mm_andnot_ps(positive, b));
}
#define vf_exp2_scale(y, z)                                                                                        \
    _mm_castsi128_ps(_mm_add_epi32(_mm_castps_si128(y), _mm_slli_epi32(_mm_castps_si128(z), 23)))
/* Without a fused multiply-add the product must be exact: ln 2 in two parts, the first of few bits. */
#define vf_add_ln2(x, n) vf_add(vf_add(x, vf_mul(n, vf_set1(0.693359375f))), vf_mul(n, vf_set1(-2.12194440e-4f)))

#include "kernels/vector_body.h"

void bl_kernels_init_sse2(bl_kernels *k)
{
    fill_table(k, BL_CPU_SSE2);
}
