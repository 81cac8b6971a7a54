/* Denormal numbers cost a hundred times the cycles of others on many CPUs. Inside a block they count as
 * zero; the caller's mode is put back afterwards. Blocks within blocks change nothing, and then write nothing, which takes
 * three times as long as reading. The only platform code of the audio path. */
#ifndef BL_BASE_FPMODE_H
#define BL_BASE_FPMODE_H

#include <stdint.h>

#if defined(__x86_64__)
#include <xmmintrin.h>

typedef unsigned bl_fpmode;

static inline bl_fpmode bl_fpmode_enter(void)
{
    const unsigned flush_to_zero = 0x8000, denormals_are_zero = 0x0040, mask_all_exceptions = 0x1F80;
    const bl_fpmode before = _mm_getcsr(),
                    wanted = before | flush_to_zero | denormals_are_zero | mask_all_exceptions;
    if (wanted != before)
        _mm_setcsr(wanted);
    return before;
}

/* The flags of what happened stay set, as after any arithmetic; the mode is the caller's again. */
static inline void bl_fpmode_leave(bl_fpmode before)
{
    const unsigned flags = 0x003F, now = _mm_getcsr();
    if ((now ^ before) & ~flags)
        _mm_setcsr(before | (now & flags));
}

#elif defined(__aarch64__)

typedef uint64_t bl_fpmode;

static inline bl_fpmode bl_fpmode_enter(void)
{
    const bl_fpmode flush_to_zero = UINT64_C(1) << 24;
    bl_fpmode before;
    __asm__ volatile("mrs %0, fpcr" : "=r"(before));
    if (!(before & flush_to_zero))
        __asm__ volatile("msr fpcr, %0" : : "r"(before | flush_to_zero));
    return before;
}

static inline void bl_fpmode_leave(bl_fpmode before)
{
    bl_fpmode now;
    __asm__ volatile("mrs %0, fpcr" : "=r"(now));
    if (now != before)
        __asm__ volatile("msr fpcr, %0" : : "r"(before));
}

#else
#error "Say here how this CPU is told to treat denormal numbers as zero."
#endif

#endif
