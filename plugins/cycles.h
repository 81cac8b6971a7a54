/** @file cycles.h
 *  A counter that goes at a constant rate, whatever that is, and costs some nanoseconds to read: for shares of time. No
 *  system call, so real-time code may read it. Platform code. */
#ifndef BACKLINE_PLUGINS_CYCLES_H
#define BACKLINE_PLUGINS_CYCLES_H

#include <stdint.h>

#if defined(__x86_64__) || defined(__i386__)
#include <x86intrin.h>
#endif

/** Always 0 where there is no such counter. */
static inline uint64_t bl_cycles(void)
{
#if defined(__x86_64__) || defined(__i386__)
    return __rdtsc();
#elif defined(__aarch64__)
    uint64_t count;
    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(count));
    return count;
#else
    return 0;
#endif
}

#endif
