#include "kernels/kernels.h"

void bl_kernels_init(bl_kernels *k, bl_cpu cpu)
{
    bl_kernels_init_scalar(k);
#if defined(__x86_64__) && !defined(BL_WITHOUT_SSE2)
    if (cpu == BL_CPU_SSE2)
        bl_kernels_init_sse2(k);
#endif
#if defined(__x86_64__) && !defined(BL_WITHOUT_AVX2)
    if (cpu == BL_CPU_AVX2)
        bl_kernels_init_avx2(k);
#endif
#if defined(__x86_64__) && !defined(BL_WITHOUT_AVX512)
    if (cpu == BL_CPU_AVX512)
        bl_kernels_init_avx512(k);
#endif
#if defined(__aarch64__) && !defined(BL_WITHOUT_NEON)
    if (cpu == BL_CPU_NEON)
        bl_kernels_init_neon(k);
#endif
}
