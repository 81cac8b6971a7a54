#include "meter.h"
#include "base/alloc.h"

#include <float.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { RUN = 32, PARTS = 4 }; /* samples that are looked at together, and sums of them side by side */

static const double fall_db_per_second = 20, mean_s = 0.3;
/* Levels fall to this (-180 dBFS) and not among the denormals; it is shown as 0. */
static const double least = 1e-9;

/* The audio thread's own. */
typedef struct channel_levels {
    double peak, square;
} channel_levels;

struct bl_meter {
    double fall[RUN + 1], forget[RUN + 1]; /* factors of the peak, and of the mean square, for so many samples */
    channel_levels levels[BL_METER_CHANNELS];
    /* For every thread. */
    _Atomic float peak, rms, held;
    _Atomic uint32_t clips;
    atomic_bool clear;
};

bl_meter *bl_meter_create(double rate_hz)
{
    bl_meter *meter = bl_calloc(1, sizeof *meter);
    if (!meter)
        return NULL;
    for (int i = 0; i <= RUN; i++) {
        meter->fall[i] = pow(10, -fall_db_per_second / 20 / rate_hz * i);
        meter->forget[i] = exp(-i / (mean_s * rate_hz));
    }
    atomic_init(&meter->peak, 0);
    atomic_init(&meter->rms, 0);
    atomic_init(&meter->held, 0);
    atomic_init(&meter->clips, 0);
    atomic_init(&meter->clear, false);
    return meter;
}

void bl_meter_free(bl_meter *meter)
{
    free(meter);
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

typedef struct run_levels {
    float peak;
    double square;
    uint32_t clips;
} run_levels;

/* Bits of a number's magnitude: as whole numbers they are in the same order as the magnitudes. */
static uint32_t magnitude_bits(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits & 0x7FFFFFFF;
}

/* What a run of samples adds, in loops that compilers vectorise. What is not finite clips, and else is silence. */
static run_levels look_at(const float *in, size_t frames)
{
    enum { INFINITE = 0x7F800000, ONE = 0x3F800000 };
    float heard[RUN] = { 0 }, squares[PARTS] = { 0 };
    int32_t clips = 0, peak = 0;
    run_levels run = { 0 };
    for (size_t i = 0; i < frames; i++) {
        const int32_t bits = (int32_t)magnitude_bits(in[i]), finite = bits < INFINITE ? bits : 0;
        clips += bits > ONE;
        peak = finite > peak ? finite : peak;
        memcpy(&heard[i], &finite, sizeof finite);
    }
    for (size_t i = 0; i < RUN; i += PARTS)
        for (size_t p = 0; p < PARTS; p++)
            squares[p] += heard[i + p] * heard[i + p];
    for (size_t p = 0; p < PARTS; p++)
        run.square += squares[p] <= FLT_MAX ? squares[p] : FLT_MAX;
    memcpy(&run.peak, &peak, sizeof peak);
    run.clips = (uint32_t)clips;
    return run;
}

/* Within a run, of less than a millisecond, all samples count as equally long ago. */
static void take_in(const bl_meter *meter, channel_levels *levels, const run_levels *run, size_t frames)
{
    const double forget = meter->forget[frames];
    levels->peak = larger(larger(levels->peak * meter->fall[frames], least), run->peak);
    levels->square = levels->square * forget + larger(run->square / (double)frames, least * least) * (1 - forget);
}

void bl_meter_process(bl_meter *meter, const float *const *in, size_t channels, size_t frames)
{
    const bool clear = atomic_exchange_explicit(&meter->clear, false, memory_order_relaxed);
    float held = clear ? 0 : atomic_load_explicit(&meter->held, memory_order_relaxed);
    uint32_t clips = clear ? 0 : atomic_load_explicit(&meter->clips, memory_order_relaxed);
    double loudest = 0, square = 0;
    for (size_t c = 0; c < channels; c++) {
        for (size_t at = 0, n; at < frames; at += n) {
            n = frames - at < RUN ? frames - at : RUN;
            const run_levels run = look_at(in[c] + at, n);
            take_in(meter, &meter->levels[c], &run, n);
            held = run.peak > held ? run.peak : held;
            clips += run.clips;
        }
        loudest = larger(loudest, meter->levels[c].peak);
        square = larger(square, meter->levels[c].square);
    }
    const double rms = sqrt(square), shown = 1.001 * least;
    atomic_store_explicit(&meter->peak, loudest > shown ? (float)loudest : 0, memory_order_relaxed);
    atomic_store_explicit(&meter->rms, rms > shown ? (float)rms : 0, memory_order_relaxed);
    atomic_store_explicit(&meter->held, held, memory_order_relaxed);
    atomic_store_explicit(&meter->clips, clips, memory_order_relaxed);
}

void bl_meter_read(const bl_meter *meter, bl_meter_reading *reading)
{
    reading->peak = atomic_load_explicit(&meter->peak, memory_order_relaxed);
    reading->rms = atomic_load_explicit(&meter->rms, memory_order_relaxed);
    reading->held = atomic_load_explicit(&meter->held, memory_order_relaxed);
    reading->clips = atomic_load_explicit(&meter->clips, memory_order_relaxed);
}

void bl_meter_clear(bl_meter *meter)
{
    atomic_store_explicit(&meter->clear, true, memory_order_relaxed);
}
