/* Vectors of units, for recurrent layers: at most 8 lanes. A frame of such a layer waits for its longest chain of
 * operations, and those on 16 lanes take longer; two vectors of 8 do the same work in less time.
 *
 *   VU, VU_LEN, vu_...  as VF, VF_LEN, vf_... in vector_body.h
 *   vu_load_quad(p)     p[0..3], repeated
 *   vu_splat(q, lane)   p[lane] in all lanes; lane is a literal
 *   quad_transpose()    see below */

#if VF_LEN == 16
#define VU              __m256
#define VU_LEN          8
#define vu_load(p)      _mm256_loadu_ps(p)
#define vu_store(p, v)  _mm256_storeu_ps(p, v)
#define vu_set1(f)      _mm256_set1_ps(f)
#define vu_add(a, b)    _mm256_add_ps(a, b)
#define vu_sub(a, b)    _mm256_sub_ps(a, b)
#define vu_mul(a, b)    _mm256_mul_ps(a, b)
#define vu_div(a, b)    _mm256_div_ps(a, b)
#define vu_min(a, b)    _mm256_min_ps(a, b)
#define vu_max(a, b)    _mm256_max_ps(a, b)
#define vu_fma(a, b, c) _mm256_fmadd_ps(a, b, c)
#define vu_exp2_scale(y, z)                                                                                        \
    _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(y), _mm256_slli_epi32(_mm256_castps_si256(z), 23)))
#else
#define VU                  VF
#define VU_LEN              VF_LEN
#define vu_load(p)          vf_load(p)
#define vu_store(p, v)      vf_store(p, v)
#define vu_set1(f)          vf_set1(f)
#define vu_add(a, b)        vf_add(a, b)
#define vu_sub(a, b)        vf_sub(a, b)
#define vu_mul(a, b)        vf_mul(a, b)
#define vu_div(a, b)        vf_div(a, b)
#define vu_min(a, b)        vf_min(a, b)
#define vu_max(a, b)        vf_max(a, b)
#define vu_fma(a, b, c)     vf_fma(a, b, c)
#define vu_exp2_scale(y, z) vf_exp2_scale(y, z)
#endif

#if VU_LEN == 8
#define vu_load_quad(p)   _mm256_broadcast_ps((const __m128 *)(p))
#define vu_splat(q, lane) _mm256_permute_ps(q, (lane)*0x55)
#elif defined(__SSE2__)
#define vu_load_quad(p)   _mm_loadu_ps(p)
#define vu_splat(q, lane) _mm_shuffle_ps(q, q, (lane)*0x55)
#else
#define vu_load_quad(p)   vld1q_f32(p)
#define vu_splat(q, lane) vdupq_laneq_f32(q, lane)
#endif

/* out[i][j] = in[j][i] for i, j = 0..3; rows of out and in are strides apart. */
#if defined(__SSE2__)
ALWAYS_INLINE void quad_transpose(float *out, size_t out_stride, const float *in, size_t in_stride)
{
    __m128 a = _mm_loadu_ps(in), b = _mm_loadu_ps(in + in_stride);
    __m128 c = _mm_loadu_ps(in + 2 * in_stride), d = _mm_loadu_ps(in + 3 * in_stride);
    _MM_TRANSPOSE4_PS(a, b, c, d);
    _mm_storeu_ps(out, a);
    _mm_storeu_ps(out + out_stride, b);
    _mm_storeu_ps(out + 2 * out_stride, c);
    _mm_storeu_ps(out + 3 * out_stride, d);
}
#else
ALWAYS_INLINE void quad_transpose(float *out, size_t out_stride, const float *in, size_t in_stride)
{
    const float32x4x2_t ac = vzipq_f32(vld1q_f32(in), vld1q_f32(in + 2 * in_stride));
    const float32x4x2_t bd = vzipq_f32(vld1q_f32(in + in_stride), vld1q_f32(in + 3 * in_stride));
    const float32x4x2_t low = vzipq_f32(ac.val[0], bd.val[0]), high = vzipq_f32(ac.val[1], bd.val[1]);
    vst1q_f32(out, low.val[0]);
    vst1q_f32(out + out_stride, low.val[1]);
    vst1q_f32(out + 2 * out_stride, high.val[0]);
    vst1q_f32(out + 3 * out_stride, high.val[1]);
}
#endif
