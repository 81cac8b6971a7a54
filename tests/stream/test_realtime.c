/* The promise of the audio thread: no allocation, no lock, no system call, no denormal arithmetic, finite
 * output, the caller's floating-point mode untouched.
 *
 * Allocation and locks: this program is linked with --wrap, so that every such call made from the static
 * library lands here and is counted. System calls: a child process forbids itself all but its own end
 * (seccomp) and then streams; the kernel kills it if it does anything else. */
#define _GNU_SOURCE
#include "networks.h"

#include <backline/backline.h>

#include <errno.h>
#include <float.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

/* volatile: compilers know that malloc() changes no variable of ours, but here it does. */
static volatile bool streaming;
static volatile unsigned forbidden_calls;

#define COUNT_CALL() (streaming ? (void)(forbidden_calls += 1) : (void)0)

void *__real_malloc(size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_malloc(size_t n)
{
    COUNT_CALL();
    return __real_malloc(n);
}

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size)
{
    COUNT_CALL();
    return __real_calloc(n, size);
}

void *__real_realloc(void *p, size_t n);
void *__wrap_realloc(void *p, size_t n);
void *__wrap_realloc(void *p, size_t n)
{
    COUNT_CALL();
    return __real_realloc(p, n);
}

void *__real_aligned_alloc(size_t alignment, size_t n);
void *__wrap_aligned_alloc(size_t alignment, size_t n);
void *__wrap_aligned_alloc(size_t alignment, size_t n)
{
    COUNT_CALL();
    return __real_aligned_alloc(alignment, n);
}

void __real_free(void *p);
void __wrap_free(void *p);
void __wrap_free(void *p)
{
    COUNT_CALL();
    __real_free(p);
}

int __real_pthread_mutex_lock(pthread_mutex_t *m);
int __wrap_pthread_mutex_lock(pthread_mutex_t *m);
int __wrap_pthread_mutex_lock(pthread_mutex_t *m)
{
    COUNT_CALL();
    return __real_pthread_mutex_lock(m);
}

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
static void stream_everything(const fixture *f)
{
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
        forbidden_calls = 0;
        streaming = true;
        void *volatile counted = malloc(1); /* the counter counts */
        free(counted);
        const unsigned seen = forbidden_calls;
        forbidden_calls = 0;
        if (cpu == BL_CPU_SCALAR)
            bl_stream_process(f.stream, outputs, inputs, LONGEST); /* slow: once */
        else
            stream_everything(&f);
        streaming = false;
        assert_int_equal(seen, 2);
        assert_int_equal(forbidden_calls, 0);
        close_fixture(&f);
    }
}

/* From here on the kernel ends this process for any system call but its own end. */
static bool forbid_system_calls(void)
{
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
    const struct sock_fprog filter = { sizeof rules / sizeof *rules, rules };
    return !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) && !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}

enum { STREAMED = 0, NO_SECCOMP = 3 };

/* Exit status of a child that forbids itself system calls and then streams, or makes one on purpose. */
static int run_confined(const fixture *f, bool misbehave)
{
    const pid_t child = fork();
    assert_true(child >= 0);
    if (!child) {
        if (!forbid_system_calls())
            _exit(NO_SECCOMP);
        if (misbehave)
            (void)syscall(SYS_getppid);
        stream_everything(f);
        syscall(SYS_exit_group, STREAMED);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void process_never_calls_the_system(void **state)
{
    (void)state;
    fill(in_samples, LONGEST, NOISE);
    for (network kind = PLAIN; kind <= EVERYTHING; kind++) {
        fixture f = open_fixture(BL_CPU_AUTO, kind);
        const int status = run_confined(&f, false), caught = run_confined(&f, true);
        close_fixture(&f);
        if (WIFEXITED(status) && WEXITSTATUS(status) == NO_SECCOMP) {
            print_message("skipped: this system does not offer seccomp\n");
            skip();
        }
        assert_true(WIFSIGNALED(caught)); /* the trap works */
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), STREAMED);
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
