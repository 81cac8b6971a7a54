#include "bench_alias.h"

#include "amp.h"
#include "bench_run.h"
#include "commands.h"
#include "messages.h"
#include "progress.h"
#include "stop.h"

#include <math.h>
#include <stdlib.h>

static const size_t factors[ALIAS_FACTORS] = { 1, 2, 4, 8 };

enum { TURN_TIMES = 1 << 14 };

/* Nobody hears what lies beyond 20 kHz, and filters around an oversampled network may leave aliases there. They are
 * taken away by a low-pass: a sine cardinal under Blackman's window, -6 dB at 20 kHz and less than -70 dB 3 kHz above
 * it where the rate is 48 kHz. */
enum { TAPS = 95 };
static const double audible_hz = 20000;

static void find_taps(double rate_hz, double *taps)
{
    const double pi = 3.14159265358979323846, cycles = fmin(audible_hz / rate_hz, 0.5);
    for (int i = 0; i < TAPS; i++) {
        const double n = i - (TAPS - 1) / 2, turn = 2 * pi * (i + 1) / (TAPS + 1);
        const double window = 0.42 - 0.5 * cos(turn) + 0.08 * cos(2 * turn);
        taps[i] = window * (n ? sin(2 * pi * cycles * n) / (pi * n) : 2 * cycles);
    }
}

/* In place, from the end on. */
static void keep_audible(float *x, size_t frames, double rate_hz)
{
    double taps[TAPS];
    find_taps(rate_hz, taps);
    for (size_t t = frames; t-- > 0;) {
        double sum = 0;
        for (size_t i = 0; i < TAPS && i <= t; i++)
            sum += taps[i] * x[t - i];
        x[t] = (float)sum;
    }
}

/* A row while it is measured. */
typedef struct alias_work {
    alias_row *row;
    bl_capture *capture;
    bl_amp *amp; /* whose speed is measured */
    double *times;
    bench_subject *subject;
} alias_work;

static int open_amp(const alias_work *w, bl_amp **amp)
{
    const bl_amp_options options = { w->row->rate_hz, 1, w->row->factor };
    bl_error error = { 0 };
    return bl_amp_create(w->capture, &options, amp, &error) ? fail_engine(&error) : DONE;
}

/* sine_player.play: every sine goes through a new amplifier, which has heard nothing. */
static int play(void *context, float *out, const float *in, size_t frames)
{
    const alias_work *w = context;
    bl_amp *amp;
    const int code = open_amp(w, &amp);
    if (code)
        return code;
    bl_amp_process(amp, &(float *){ out }, &(const float *){ in }, frames);
    bl_amp_free(amp);
    keep_audible(out, frames, w->row->rate_hz);
    return DONE;
}

static int measure_aliases(alias_work *w)
{
    alias_row *row = w->row;
    const sine_player player = {
        .play = play, .context = w, .rate_hz = row->rate_hz, .settle = bl_amp_settling(w->amp) + TAPS
    };
    const int code =
        alias_sweep(&player, ALIAS_LOW_HZ, ALIAS_HIGH_HZ, pow(10, ALIAS_LEVEL_DB / 20), row->points, ALIAS_POINTS);
    row->total_db = alias_total_db(row->points, ALIAS_POINTS);
    row->worst = &row->points[0];
    for (size_t i = 1; i < ALIAS_POINTS; i++)
        if (row->points[i].alias_db > row->worst->alias_db)
            row->worst = &row->points[i];
    return code;
}

/* bench_subject.measure: a unit is a block. What is played is of no consequence: every sample costs the same. */
static double measure_speed(void *context, double seconds, bool warming)
{
    alias_work *w = context;
    float block[ALIAS_BLOCK] = { 0 }, *const out[] = { block };
    const double end = clock_seconds() + seconds;
    size_t count = 0;
    double now = clock_seconds();
    do {
        const double begin = now;
        bl_amp_process(w->amp, out, (const float *const *)out, ALIAS_BLOCK);
        now = clock_seconds();
        if (count < TURN_TIMES)
            w->times[count++] = now - begin;
    } while (now < end && !stop_requested());
    return bench_quantile(w->times, count, 0.5);
}

/* A row of a capture that was loaded. */
static int prepare(alias_work *w, const char *file, size_t factor)
{
    bl_model_info info;
    bl_model_get_info(bl_capture_model(w->capture), &info);
    *w->row = (alias_row){ .file = file, .rate_hz = bl_capture_rate(w->capture), .factor = factor };
    *w->subject = (bench_subject){ .cpu = bl_plan_cpu(bl_capture_plan(w->capture)),
                                   .operations = 2.0 * (double)info.macs * (double)(factor * ALIAS_BLOCK),
                                   .measure = measure_speed,
                                   .context = w };
    w->times = malloc(TURN_TIMES * sizeof *w->times);
    if (!w->times)
        return fail("There is not enough memory.");
    const int code = open_amp(w, &w->amp);
    if (!code)
        w->row->latency = bl_amp_latency(w->amp);
    return code;
}

/* The rows of one file: aliases only. */
static int measure_file(const char *file, const bl_load_options *options, alias_work *work)
{
    bl_error error = { 0 };
    bl_capture *capture;
    if (bl_capture_load(file, options, BL_CPU_AUTO, &capture, &error))
        return fail_engine(&error);
    int code = DONE;
    for (size_t i = 0; !code && i < ALIAS_FACTORS; i++) {
        work[i].capture = bl_capture_share(capture);
        code = prepare(&work[i], file, factors[i]);
        if (!code)
            code = measure_aliases(&work[i]);
    }
    bl_capture_free(capture);
    return code;
}

static void free_work(alias_work *work, size_t count)
{
    for (size_t i = 0; work && i < count; i++) {
        bl_amp_free(work[i].amp);
        bl_capture_free(work[i].capture);
        free(work[i].times);
    }
    free(work);
}

static int measure(const char **files, size_t count, const bl_load_options *options, double seconds,
                   alias_row *rows)
{
    const size_t total = count * ALIAS_FACTORS;
    bench_machine machine;
    alias_work *work = calloc(total, sizeof *work);
    bench_subject *subjects = calloc(total, sizeof *subjects);
    int code = work && subjects ? DONE : fail("There is not enough memory.");
    for (size_t i = 0; !code && i < total; i++) {
        work[i].row = &rows[i];
        work[i].subject = &subjects[i];
    }
    for (size_t i = 0; !code && i < count; i++)
        code = measure_file(files[i], options, &work[i * ALIAS_FACTORS]);
    if (!code)
        code = bench_run(subjects, total, seconds, &machine);
    for (size_t i = 0; !code && i < total; i++)
        rows[i].block_s = subjects[i].unit_s;
    free_work(work, total);
    free(subjects);
    return code;
}

int bench_alias(const char **files, size_t count, const bl_load_options *options, double seconds, bool json)
{
    const size_t total = count * ALIAS_FACTORS;
    alias_row *rows = calloc(total, sizeof *rows);
    if (!rows)
        return fail("There is not enough memory.");
    stop_catch();
    int code = measure(files, count, options, seconds, rows);
    if (!code && json)
        code = alias_print_json(rows, total);
    else if (!code)
        alias_print_text(rows, total);
    free(rows);
    return code;
}
