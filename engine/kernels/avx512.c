#if !defined(__AVX512F__) || !defined(__AVX512VL__) || !defined(__AVX512DQ__)
#error "This file is compiled for AVX-512 (see meson.build)."
#endif
#include <immintrin.h>

#define VF             __m512
#define VF_LEN         16
#define TILE_ROWS      8
#define SHARED_ROWS    6
#define TILE_REGISTERS 32
#define TILE_TANH      32
#define LAYER_SPLIT    3

#define vf_keep(v)      __asm__("" : "+v"(v))
#define vf_load(p)      _mm512_loadu_ps(p)
#define vf_store(p, v)  _mm512_storeu_ps(p, v)
#define vf_set1(f)      _mm512_set1_ps(f)
#define vf_add(a, b)    _mm512_add_ps(a, b)
#define vf_sub(a, b)    _mm512_sub_ps(a, b)
#define vf_mul(a, b)    _mm512_mul_ps(a, b)
#define vf_div(a, b)    _mm512_div_ps(a, b)
#define vf_min(a, b)    _mm512_min_ps(a, b)
#define vf_max(a, b)    _mm512_max_ps(a, b)
#define vf_fma(a, b, c) _mm512_fmadd_ps(a, b, c)
#define vf_abs(a)       _mm512_abs_ps(a)
#define vf_select_positive(x, a, b)                                                                                \
    _mm512_mask_blend_ps(_mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_GT_OQ), b, a)
#define vf_exp2_scale(y, z)                                                                                        \
    _mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(y), _mm512_slli_epi32(_mm512_castps_si512(z), 23)))
#define vf_limit(x, c) _mm512_range_ps(x, _mm512_set1_ps(c), 2) /* the smaller magnitude with the sign of x */

#include "kernels/vector_body.h"

void bl_kernels_init_avx512(bl_kernels *k)
{
    fill_table(k, BL_CPU_AVX512);
}
