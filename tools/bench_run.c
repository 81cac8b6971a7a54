#include "bench_run.h"

#include "commands.h"
#include "messages.h"
#include "progress.h"
#include "stop.h"

#include <backline/stream.h>
#include <sched.h>
#include <stdlib.h>

/* The clock frequency of a CPU wanders. Network and peak are therefore measured in turns, each round gives
 * a ratio of its own, and the median of the rounds counts. */
enum { ROUNDS = 9, NOISE_BLOCKS = 16 };

static const double peak_seconds = 0.03, warm_up_seconds = 0.2;

typedef struct bench_state {
    bl_stream *stream;
    size_t block, in_channels, out_channels;
    float *noise, *output;
    float **in, **out; /* rows of one block */
    double *times;     /* of every block measured */
    size_t count, capacity;
    double gflops[ROUNDS], peak[ROUNDS], share[ROUNDS];
} bench_state;

/* Stays on one CPU, so that caches stay warm and the peak is that of the same core. */
static int pin(void)
{
#ifdef __linux__
    int cpu = sched_getcpu();
    cpu_set_t set;
    CPU_ZERO(&set);
    if (cpu >= 0 && cpu < CPU_SETSIZE) {
        CPU_SET(cpu, &set);
        if (!sched_setaffinity(0, sizeof set, &set))
            return cpu;
    }
#endif
    return -1;
}

static void fill_noise(float *noise, size_t n)
{
    uint32_t state = 0x9e3779b9;
    for (size_t i = 0; i < n; i++) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        noise[i] = (float)(int32_t)state * (0.5f / 2147483648.0f);
    }
}

static int allocate(bench_state *s, const bl_plan *plan)
{
    s->in_channels = bl_plan_in_channels(plan);
    s->out_channels = bl_plan_out_channels(plan);
    size_t row = s->block * NOISE_BLOCKS;
    s->noise = malloc(s->in_channels * row * sizeof(float));
    s->output = malloc(s->out_channels * s->block * sizeof(float));
    s->in = calloc(s->in_channels, sizeof *s->in);
    s->out = calloc(s->out_channels, sizeof *s->out);
    s->capacity = 1 << 16;
    s->times = malloc(s->capacity * sizeof *s->times);
    if (!s->noise || !s->output || !s->in || !s->out || !s->times)
        return fail("There is not enough memory.");
    fill_noise(s->noise, s->in_channels * row);
    for (size_t c = 0; c < s->out_channels; c++)
        s->out[c] = s->output + c * s->block;
    bl_error error = { 0 };
    return bl_stream_create(plan, &s->stream, &error) ? fail_engine(&error) : DONE;
}

static void release(bench_state *s)
{
    bl_stream_free(s->stream);
    free(s->noise);
    free(s->output);
    free(s->in);
    free(s->out);
    free(s->times);
}

static double time_block(bench_state *s, size_t number)
{
    for (size_t c = 0; c < s->in_channels; c++)
        s->in[c] = s->noise + (c * NOISE_BLOCKS + number % NOISE_BLOCKS) * s->block;
    double begin = clock_seconds();
    bl_stream_process(s->stream, s->out, (const float *const *)s->in, s->block);
    return clock_seconds() - begin;
}

static void keep_time(bench_state *s, double time)
{
    if (s->count == s->capacity) {
        double *more = realloc(s->times, 2 * s->capacity * sizeof *more);
        if (!more)
            return; /* the blocks so far are plenty */
        s->times = more;
        s->capacity *= 2;
    }
    s->times[s->count++] = time;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The value that the given part of all values does not exceed; sorts them. */
static double quantile(double *values, size_t n, double part)
{
    qsort(values, n, sizeof *values, by_size);
    size_t i = (size_t)(part * (double)n);
    return values[i < n ? i : n - 1];
}

static void measure_round(bench_state *s, size_t round, bl_cpu cpu, double operations, double seconds)
{
    double before = bl_cpu_measure_peak_gflops(cpu, peak_seconds / 2);
    size_t first = s->count;
    double end = clock_seconds() + seconds;
    do
        keep_time(s, time_block(s, s->count));
    while (clock_seconds() < end && !stop_requested());
    double after = bl_cpu_measure_peak_gflops(cpu, peak_seconds / 2);
    size_t n = s->count - first;
    double median = n ? quantile(s->times + first, n, 0.5) : 0;
    s->gflops[round] = median > 0 ? 1e-9 * operations / median : 0;
    s->peak[round] = (before + after) / 2;
    s->share[round] = s->peak[round] > 0 ? s->gflops[round] / s->peak[round] : 0;
}

int bench_run(const bl_plan *plan, uint64_t macs, size_t block, double seconds, bench_result *result)
{
    bench_state s = { .block = block };
    int pinned = pin();
    int code = allocate(&s, plan);
    stop_catch();
    double warm = clock_seconds() + warm_up_seconds;
    for (size_t i = 0; !code && (i < 10 || clock_seconds() < warm) && !stop_requested(); i++)
        time_block(&s, i);
    for (size_t round = 0; !code && round < ROUNDS; round++) {
        measure_round(&s, round, bl_plan_cpu(plan), 2.0 * (double)macs * (double)block, seconds / ROUNDS);
        if (stop_requested())
            code = fail("Interrupted.");
    }
    if (!code)
        *result = (bench_result){ .blocks = s.count,
                                  .median_s = quantile(s.times, s.count, 0.5),
                                  .p99_s = quantile(s.times, s.count, 0.99),
                                  .worst_s = quantile(s.times, s.count, 1),
                                  .gflops = quantile(s.gflops, ROUNDS, 0.5),
                                  .peak_gflops = quantile(s.peak, ROUNDS, 0.5),
                                  .peak_share = quantile(s.share, ROUNDS, 0.5),
                                  .pinned_cpu = pinned };
    release(&s);
    return code;
}
