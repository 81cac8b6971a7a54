/* The promise of the audio thread: no allocation, no lock, no system call, no denormal arithmetic, finite
 * output, the caller's floating-point mode untouched.
 *
 * realtime_guard.h counts the calls that are forbidden, and lets the kernel watch for system calls. */
#define _GNU_SOURCE
#include "networks.h"
#include "realtime_guard.h"

#include <backline/backline.h>

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

enum { LONGEST = 8192 };
static const size_t block_sizes[] = { 1, 2, 7, 16, 31, 64, 65, 128, 500, 1024, 4096, LONGEST };
#define BLOCK_SIZES (sizeof block_sizes / sizeof *block_sizes)

typedef struct fixture {
    bl_model *model;
    bl_plan *plan;
    bl_stream *stream;
} fixture;

typedef enum network { PLAIN, GATED, EVERYTHING } network;

static fixture open_fixture(bl_cpu cpu, network kind)
{
    fixture f;
    f.model =
        kind == EVERYTHING ? bl_test_everything() : bl_test_wavenet((const size_t[2]){ 8, 4 }, 10, kind == GATED);
    assert_int_equal(bl_plan_create(f.model, cpu, &f.plan, NULL), BL_OK);
    assert_int_equal(bl_stream_create(f.plan, 1, &f.stream, NULL), BL_OK);
    return f;
}

static void close_fixture(fixture *f)
{
    bl_stream_free(f->stream);
    bl_plan_free(f->plan);
    bl_model_free(f->model);
}

typedef enum signal_kind { SILENCE, NOISE, DENORMALS, NOT_A_NUMBER, INFINITE, SIGNAL_KINDS } signal_kind;
static const char *const signal_names[] = { "silence", "noise", "denormals", "NaN", "infinity" };

static void fill(float *x, size_t n, signal_kind kind)
{
    bl_random rng = { 5 };
    for (size_t i = 0; i < n; i++)
        switch (kind) {
        case SILENCE: x[i] = 0.0f; break;
        case NOISE: x[i] = bl_random_float(&rng, 0.5f); break;
        case DENORMALS: x[i] = bl_random_float(&rng, 1e-40f); break;
        case NOT_A_NUMBER: x[i] = NAN; break;
        default: x[i] = i % 2 ? INFINITY : -INFINITY; break;
        }
}

static float in_samples[LONGEST], out_samples[LONGEST];
static const float *const inputs[1] = { in_samples };
static float *const outputs[1] = { out_samples };

/* 1000 blocks of changing sizes; a knob, where there is one, is turned all the time. */
static void stream_everything(void *data)
{
    const fixture *f = data;
    for (size_t i = 0; i < bl_test_effort(1000); i++) {
        if (bl_plan_param_count(f->plan))
            bl_stream_set_param(f->stream, 0, (float)(i % 10) * 0.1f);
        bl_stream_process(f->stream, outputs, inputs, block_sizes[i % BLOCK_SIZES]);
    }
    bl_stream_end_input(f->stream);
    bl_stream_process(f->stream, outputs, inputs, 64);
}

static void process_never_allocates_or_locks(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3 * (size_t)(BL_CPU_NEON + 1); i++) {
        const bl_cpu cpu = (bl_cpu)(i / 3);
        if (cpu == BL_CPU_AUTO || !bl_cpu_available(cpu))
            continue;
        fixture f = open_fixture(cpu, (network)(i % 3));
        fill(in_samples, LONGEST, NOISE);
        bl_guard_begin();
        void *volatile counted = malloc(1); /* the counter counts */
        free(counted);
        const unsigned seen = bl_guard_end();
        bl_guard_begin();
        if (cpu == BL_CPU_SCALAR)
            bl_stream_process(f.stream, outputs, inputs, LONGEST); /* slow: once */
        else
            stream_everything(&f);
        const unsigned forbidden_calls = bl_guard_end();
        assert_int_equal(seen, 2);
        assert_int_equal(forbidden_calls, 0);
        close_fixture(&f);
    }
}

static void process_never_calls_the_system(void **state)
{
    (void)state;
    fill(in_samples, LONGEST, NOISE);
    for (network kind = PLAIN; kind <= EVERYTHING; kind++) {
        fixture f = open_fixture(BL_CPU_AUTO, kind);
        const bl_confined done = bl_run_confined(stream_everything, &f),
                          caught = bl_run_confined(bl_misbehave, NULL);
        close_fixture(&f);
        if (done == BL_CONFINED_SKIPPED) {
            print_message("skipped: this system does not offer seccomp\n");
            skip();
        }
        assert_int_equal(caught, BL_CONFINED_KILLED); /* the trap works */
        assert_int_equal(done, BL_CONFINED_DONE);
    }
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median_block_time(bl_stream *s, signal_kind kind)
{
    double times[201];
    for (size_t i = 0; i < 201; i++) {
        fill(in_samples, 64, kind);
        const double start = now();
        bl_stream_process(s, outputs, inputs, 64);
        times[i] = now() - start;
        for (size_t t = 0; t < 64; t++)
            assert_true(isfinite(out_samples[t]));
    }
    qsort(times, 201, sizeof *times, compare_doubles);
    return times[100];
}

/* Times are printed for people; what is asserted does not depend on the machine's load. */
static void every_signal_costs_the_same(void **state)
{
    (void)state;
    for (network net = PLAIN; net <= EVERYTHING; net++) {
        fixture f = open_fixture(BL_CPU_AUTO, net);
        median_block_time(f.stream, NOISE);
        const double noise = median_block_time(f.stream, NOISE);
        for (signal_kind kind = SILENCE; kind < SIGNAL_KINDS; kind++)
            print_message("%-9s %.2f times the time of noise\n", signal_names[kind],
                          median_block_time(f.stream, kind) / noise);
        close_fixture(&f);
    }
}

static void denormals_never_reach_the_arithmetic(void **state)
{
    (void)state;
#if defined(__x86_64__)
    const unsigned denormal_flag = 0x0002, all_flags = 0x003F;
    for (bl_cpu cpu = BL_CPU_SCALAR; cpu <= BL_CPU_AVX512; cpu++) {
        if (!bl_cpu_available(cpu))
            continue;
        fixture f = open_fixture(cpu, EVERYTHING);
        fill(in_samples, 256, DENORMALS);
        const unsigned mode = _mm_getcsr() & ~all_flags;
        _mm_setcsr(mode);
        bl_stream_process(f.stream, outputs, inputs, 256);
        assert_int_equal(_mm_getcsr() & denormal_flag, 0);
        assert_int_equal(_mm_getcsr() & ~all_flags, mode);
        close_fixture(&f);
    }
    /* The flag does tell: the same product outside a stream raises it. */
    volatile float tiny = 1e-40f, product;
    product = tiny * 2.0f;
    (void)product;
    assert_int_not_equal(_mm_getcsr() & denormal_flag, 0);
#else
    skip();
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(process_never_allocates_or_locks),
        cmocka_unit_test(process_never_calls_the_system),
        cmocka_unit_test(every_signal_costs_the_same),
        cmocka_unit_test(denormals_never_reach_the_arithmetic),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
