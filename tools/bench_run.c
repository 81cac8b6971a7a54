#include "bench_run.h"

#include "commands.h"
#include "messages.h"
#include "progress.h"
#include "stop.h"
#include "text.h"

#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { FEWEST_ROUNDS = 5, MOST_ROUNDS = 1000, FEWEST_QUIET = 3 };

static const double turn_seconds = 0.02, peak_seconds = 0.0015, warm_seconds = 0.001, first_warm_seconds = 0.1;
static const double spoilt_peak = 0.8;      /* of the highest: less was interrupted */
static const double disturbed_factor = 1.1; /* probes that take that much longer than the fast ones */

/* One subject's turn in one round. */
typedef struct turn {
    double probe_s, unit_s, peak_gflops;
    bool spoilt; /* other programs had most of it, or the peak was out of reach */
} turn;

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

#define NOPS_8  "nop\n nop\n nop\n nop\n nop\n nop\n nop\n nop\n "
#define NOPS_32 NOPS_8 NOPS_8 NOPS_8 NOPS_8

/* How long the core needs to do nothing: only a neighbour who shares its front end, or an interruption, makes
 * that longer. The multiply-add peak does not tell, because it asks little of the front end. */
static double probe(void)
{
    double begin = clock_seconds();
    for (int i = 0; i < 5000; i++)
        __asm__ volatile(NOPS_32);
    return clock_seconds() - begin;
}

/* Time that the system gave to this thread. */
static double own_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Of two measurements of one peak; an interrupted one does not count. */
static double join_peaks(double a, double b)
{
    double higher = fmax(a, b), lower = fmin(a, b);
    return lower < spoilt_peak * higher ? higher : (lower + higher) / 2;
}

static turn take_turn(const bench_subject *s, double seconds)
{
    double begin = clock_seconds(), own = own_seconds();
    turn t = { .probe_s = probe() };
    double before = bl_cpu_measure_peak_gflops(s->cpu, peak_seconds);
    s->measure(s->context, warm_seconds, true);
    t.unit_s = s->measure(s->context, seconds, false);
    t.peak_gflops = join_peaks(before, bl_cpu_measure_peak_gflops(s->cpu, peak_seconds));
    t.probe_s += probe();
    t.spoilt = own_seconds() - own < (clock_seconds() - begin) / 2;
    return t;
}

static void show_progress(double begin, size_t done, size_t total)
{
    double spent = clock_seconds() - begin;
    char line[128];
    snprintf(line, sizeof line, "%.0f %% measured, %.40s left", 100 * (double)done / (double)total,
             text_duration(spent * (double)(total - done) / (double)done).s);
    message_status(line);
}

/* turns: rounds of them for each subject, one subject behind the other. */
static int take_turns(const bench_subject *subjects, size_t count, turn *turns, size_t rounds, double seconds)
{
    bool visible = isatty(STDERR_FILENO) == 1;
    for (size_t i = 0; i < count && !stop_requested(); i++)
        subjects[i].measure(subjects[i].context, first_warm_seconds / (double)count, true);
    double begin = clock_seconds();
    for (size_t round = 0; round < rounds; round++) {
        for (size_t i = 0; i < count && !stop_requested(); i++)
            turns[i * rounds + round] = take_turn(&subjects[i], seconds / (double)rounds);
        if (stop_requested())
            return fail("Interrupted.");
        if (visible)
            show_progress(begin, round + 1, rounds);
    }
    if (visible)
        message_status("");
    return DONE;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_quantile(double *values, size_t n, double part)
{
    qsort(values, n, sizeof *values, by_size);
    size_t i = (size_t)(part * (double)n);
    return values[i < n ? i : n - 1];
}

static int by_quiet(const void *a, const void *b)
{
    const turn *x = a, *y = b;
    return x->spoilt != y->spoilt ? x->spoilt - y->spoilt : by_size(&x->probe_s, &y->probe_s);
}

static void summarise(bench_subject *s, turn *turns, size_t rounds, double *scratch)
{
    size_t quiet = rounds / 10 > FEWEST_QUIET ? rounds / 10 : FEWEST_QUIET;
    double peak = 0;
    for (size_t i = 0; i < rounds; i++)
        peak = fmax(peak, turns[i].peak_gflops);
    for (size_t i = 0; i < rounds; i++)
        turns[i].spoilt |= turns[i].peak_gflops < spoilt_peak * peak;
    qsort(turns, rounds, sizeof *turns, by_quiet);
    for (size_t i = 0; i < quiet; i++)
        scratch[i] = turns[i].unit_s;
    s->unit_s = bench_quantile(scratch, quiet, 0.5);
    for (size_t i = 0; i < quiet; i++)
        scratch[i] = 1e-9 * s->operations / turns[i].unit_s / turns[i].peak_gflops;
    s->share_of_peak = bench_quantile(scratch, quiet, 0.5);
}

static double find_peak(bl_cpu cpu, const bench_subject *subjects, size_t count, const turn *turns, size_t rounds,
                        double *scratch)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t r = 0; r < rounds && subjects[i].cpu == cpu; r++)
            scratch[n++] = turns[i * rounds + r].peak_gflops;
    return n ? bench_quantile(scratch, n, 0.5) : 0;
}

static double find_disturbed(const turn *turns, size_t n, double *scratch)
{
    for (size_t i = 0; i < n; i++)
        scratch[i] = turns[i].probe_s;
    double limit = disturbed_factor * bench_quantile(scratch, n, 0.1);
    size_t over = 0;
    for (size_t i = 0; i < n; i++)
        over += scratch[i] > limit;
    return (double)over / (double)n;
}

int bench_run(bench_subject *subjects, size_t count, double seconds, bench_machine *machine)
{
    double wanted = seconds / turn_seconds;
    size_t rounds = wanted < FEWEST_ROUNDS ? FEWEST_ROUNDS : wanted > MOST_ROUNDS ? MOST_ROUNDS : (size_t)wanted;
    turn *turns = calloc(count * rounds, sizeof *turns);
    double *scratch = malloc(count * rounds * sizeof *scratch);
    int code = turns && scratch ? DONE : fail("There is not enough memory.");
    if (!code) {
        machine->pinned_cpu = pin();
        code = take_turns(subjects, count, turns, rounds, seconds);
    }
    if (!code) {
        machine->disturbed = find_disturbed(turns, count * rounds, scratch);
        for (bl_cpu cpu = BL_CPU_SCALAR; cpu <= BL_CPU_NEON; cpu++)
            machine->peak_gflops[cpu] = find_peak(cpu, subjects, count, turns, rounds, scratch);
        for (size_t i = 0; i < count; i++)
            summarise(&subjects[i], turns + i * rounds, rounds, scratch);
    }
    free(turns);
    free(scratch);
    return code;
}
