#if !defined(__aarch64__)
#error "This file is compiled for AArch64 (see meson.build)."
#endif
#include <arm_neon.h>

#define VF             float32x4_t
#define VF_LEN         4
#define TILE_ROWS      6
#define SHARED_ROWS    6
#define TILE_REGISTERS 32
#define TILE_TANH      BL_MAX_RUN
#define LAYER_SPLIT    0

#define vf_keep(v)                  __asm__("" : "+w"(v))
#define vf_load(p)                  vld1q_f32(p)
#define vf_store(p, v)              vst1q_f32(p, v)
#define vf_set1(f)                  vdupq_n_f32(f)
#define vf_add(a, b)                vaddq_f32(a, b)
#define vf_sub(a, b)                vsubq_f32(a, b)
#define vf_mul(a, b)                vmulq_f32(a, b)
#define vf_div(a, b)                vdivq_f32(a, b)
#define vf_min(a, b)                vminnmq_f32(a, b)
#define vf_max(a, b)                vmaxnmq_f32(a, b)
#define vf_fma(a, b, c)             vfmaq_f32(c, a, b)
#define vf_abs(a)                   vabsq_f32(a)
#define vf_select_positive(x, a, b) vbslq_f32(vcgtq_f32(x, vdupq_n_f32(0.0f)), a, b)
#define vf_exp2_scale(y, z)                                                                                        \
    vreinterpretq_f32_s32(vaddq_s32(vreinterpretq_s32_f32(y), vshlq_n_s32(vreinterpretq_s32_f32(z), 23)))

#include "kernels/vector_body.h"

void bl_kernels_init_neon(bl_kernels *k)
{
    fill_table(k, BL_CPU_NEON);
}
