/* What all C tests share: cmocka with its includes, and numbers that are random but the same every time. */
#ifndef BL_TESTS_TEST_SUPPORT_H
#define BL_TESTS_TEST_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/** A generator; its start value is the seed. splitmix64 (public domain, Steele, Lea and Flood 2014). */
typedef struct bl_random {
    uint64_t state;
} bl_random;

static inline uint64_t bl_random_next(bl_random *rng)
{
    uint64_t z = (rng->state += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/** How often a test repeats: `usual` times, or what the environment's BACKLINE_TEST_EFFORT, a percentage, makes
 *  of it (at least 2): under an emulator everything takes fifty times as long. */
static inline size_t bl_test_effort(size_t usual)
{
    const char *text = getenv("BACKLINE_TEST_EFFORT");
    const size_t count = text ? usual * (size_t)strtoul(text, NULL, 10) / 100 : usual;
    return count < 2 ? 2 : count;
}

/** Step through a list of cases: each, or where the environment asks for less than half the effort, every fifth. */
static inline size_t bl_test_stride(void)
{
    return bl_test_effort(100) < 50 ? 5 : 1;
}

/** 0 .. n-1. */
static inline size_t bl_random_below(bl_random *rng, size_t n)
{
    return (size_t)(bl_random_next(rng) % n);
}

/** -scale .. +scale. */
static inline float bl_random_float(bl_random *rng, float scale)
{
    return scale * ((float)(bl_random_next(rng) >> 40) / 8388608.0f - 1.0f);
}

static inline void bl_random_fill(bl_random *rng, float *x, size_t count, float scale)
{
    for (size_t i = 0; i < count; i++)
        x[i] = bl_random_float(rng, scale);
}

#endif
