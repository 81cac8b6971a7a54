#if !defined(__AVX2__) || !defined(__FMA__)
#error "This file is compiled for AVX2 and FMA (see meson.build)."
#endif
#include <immintrin.h>

#define VF             __m256
#define VF_LEN         8
#define TILE_ROWS      6
#define SHARED_ROWS    6
#define TILE_REGISTERS 16
#define TILE_TANH      BL_MAX_RUN
#define LAYER_SPLIT    0

#define vf_keep(v)                  __asm__("" : "+x"(v))
#define vf_load(p)                  _mm256_loadu_ps(p)
#define vf_store(p, v)              _mm256_storeu_ps(p, v)
#define vf_set1(f)                  _mm256_set1_ps(f)
#define vf_add(a, b)                _mm256_add_ps(a, b)
#define vf_sub(a, b)                _mm256_sub_ps(a, b)
#define vf_mul(a, b)                _mm256_mul_ps(a, b)
#define vf_div(a, b)                _mm256_div_ps(a, b)
#define vf_min(a, b)                _mm256_min_ps(a, b)
#define vf_max(a, b)                _mm256_max_ps(a, b)
#define vf_fma(a, b, c)             _mm256_fmadd_ps(a, b, c)
#define vf_abs(a)                   _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a)
#define vf_select_positive(x, a, b) _mm256_blendv_ps(b, a, _mm256_cmp_ps(x, _mm256_setzero_ps(), _CMP_GT_OQ))
#define vf_exp2_scale(y, z)                                                                                        \
    _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(y), _mm256_slli_epi32(_mm256_castps_si256(z), 23)))
/* Compares bits, which are in the order of the magnitudes: the integer units have less to do than the others. */
#define vf_limit(x, c)                                                                                             \
    _mm256_castsi256_ps(                                                                                           \
        _mm256_min_epu32(_mm256_min_epi32(_mm256_castps_si256(x), _mm256_castps_si256(_mm256_set1_ps(c))),         \
                         _mm256_castps_si256(_mm256_set1_ps(-(c)))))

#include "kernels/vector_body.h"

void bl_kernels_init_avx2(bl_kernels *k)
{
    fill_table(k, BL_CPU_AVX2);
}
