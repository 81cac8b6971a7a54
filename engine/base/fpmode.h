/* Denormal numbers cost a hundred times the cycles of others on many CPUs. Inside a block they count as
 * zero; the caller's mode is put back afterwards. The only platform code of the audio path. */
#ifndef BL_BASE_FPMODE_H
#define BL_BASE_FPMODE_H

#include <stdint.h>

#if defined(__x86_64__)
#include <xmmintrin.h>

typedef unsigned bl_fpmode;

static inline bl_fpmode bl_fpmode_enter(void)
{
    const unsigned flush_to_zero = 0x8000, denormals_are_zero = 0x0040, mask_all_exceptions = 0x1F80;
    bl_fpmode before = _mm_getcsr();
    _mm_setcsr(before | flush_to_zero | denormals_are_zero | mask_all_exceptions);
    return before;
}

/* The flags of what happened stay set, as after any arithmetic; the mode is the caller's again. */
static inline void bl_fpmode_leave(bl_fpmode before)
{
    const unsigned flags = 0x003F;
    _mm_setcsr(before | (_mm_getcsr() & flags));
}

#elif defined(__aarch64__)

typedef uint64_t bl_fpmode;

static inline bl_fpmode bl_fpmode_enter(void)
{
    bl_fpmode before;
    __asm__ volatile("mrs %0, fpcr" : "=r"(before));
    __asm__ volatile("msr fpcr, %0" : : "r"(before | (UINT64_C(1) << 24)));
    return before;
}

static inline void bl_fpmode_leave(bl_fpmode before)
{
    __asm__ volatile("msr fpcr, %0" : : "r"(before));
}

#else
#error "Say here how this CPU is told to treat denormal numbers as zero."
#endif

#endif
