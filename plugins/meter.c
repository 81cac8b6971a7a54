#include "meter.h"
#include "base/alloc.h"

#include <float.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { RUN = 32 }; /* samples that are looked at together */

static const double fall_db_per_second = 20, mean_s = 0.3;
/* Levels fall to this (-180 dBFS) and not among the denormals; it is shown as 0. */
static const double least = 1e-9;

/* The audio thread's own. */
typedef struct channel_levels {
    double peak, square;
} channel_levels;

struct bl_meter {
    double fall[RUN + 1];   /* factor of the peak for so many samples */
    double forget[RUN + 1]; /* that of the mean square */
    double share[RUN + 1];  /* and what the sum of their squares adds to it */
    channel_levels levels[BL_METER_CHANNELS];
    /* For every thread. */
    _Atomic float peak, square, held;
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
        meter->share[i] = i ? (1 - meter->forget[i]) / i : 0;
    }
    bl_meter_reset(meter);
    return meter;
}

void bl_meter_reset(bl_meter *meter)
{
    for (size_t c = 0; c < BL_METER_CHANNELS; c++)
        meter->levels[c] = (channel_levels){ 0, 0 };
    atomic_store_explicit(&meter->peak, 0, memory_order_relaxed);
    atomic_store_explicit(&meter->square, 0, memory_order_relaxed);
    atomic_store_explicit(&meter->held, 0, memory_order_relaxed);
    atomic_store_explicit(&meter->clips, 0, memory_order_relaxed);
    atomic_store_explicit(&meter->clear, false, memory_order_relaxed);
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

/* The second half is laid upon the first one; size is constant where this is inlined. */
static inline void fold(float *peaks, float *squares, size_t size)
{
    for (size_t i = 0; i < size / 2; i++)
        peaks[i] = peaks[i] > peaks[i + size / 2] ? peaks[i] : peaks[i + size / 2];
    for (size_t i = 0; i < size / 2; i++)
        squares[i] += squares[i + size / 2];
}

/* What a run of RUN samples adds, in loops of constant length, which compilers vectorise. What is not finite clips, and
 * else is silence. */
static run_levels look_at(const float *in)
{
    float peaks[RUN], squares[RUN];
    int32_t clips = 0;
    for (size_t i = 0; i < RUN; i++) {
        const float magnitude = fabsf(in[i]);
        clips += !(magnitude <= 1);
        peaks[i] = magnitude <= FLT_MAX ? magnitude : 0;
    }
    for (size_t i = 0; i < RUN; i++)
        squares[i] = peaks[i] * peaks[i];
    fold(peaks, squares, RUN);
    fold(peaks, squares, RUN / 2);
    fold(peaks, squares, RUN / 4);
    fold(peaks, squares, RUN / 8);
    fold(peaks, squares, RUN / 16);
    const float square = squares[0] < FLT_MAX ? squares[0] : FLT_MAX;
    return (run_levels){ .peak = peaks[0], .square = square, .clips = (uint32_t)clips };
}

/* Fewer samples than RUN, and silence behind them. */
static const float *fill_up(float *run, const float *in, size_t frames)
{
    memset(run, 0, RUN * sizeof *run);
    memcpy(run, in, frames * sizeof *run);
    return run;
}

/* Within a run, of less than a millisecond, all samples count as equally long ago. */
static void take_in(const bl_meter *meter, channel_levels *levels, const run_levels *run, size_t frames)
{
    levels->peak = larger(larger(levels->peak * meter->fall[frames], least), run->peak);
    levels->square =
        larger(levels->square * meter->forget[frames] + run->square * meter->share[frames], least * least);
}

void bl_meter_process(bl_meter *meter, const float *const *in, size_t channels, size_t frames)
{
    /* An exchange alone would wait, every time, until all that was written is in the cache. */
    const bool clear = atomic_load_explicit(&meter->clear, memory_order_relaxed) &&
                       atomic_exchange_explicit(&meter->clear, false, memory_order_relaxed);
    float held = clear ? 0 : atomic_load_explicit(&meter->held, memory_order_relaxed);
    uint32_t clips = clear ? 0 : atomic_load_explicit(&meter->clips, memory_order_relaxed);
    double loudest = 0, square = 0;
    for (size_t c = 0; c < channels; c++) {
        for (size_t at = 0, n; at < frames; at += n) {
            float last[RUN];
            n = frames - at < RUN ? frames - at : RUN;
            const run_levels run = look_at(n == RUN ? in[c] + at : fill_up(last, in[c] + at, n));
            take_in(meter, &meter->levels[c], &run, n);
            held = run.peak > held ? run.peak : held;
            clips += run.clips;
        }
        loudest = larger(loudest, meter->levels[c].peak);
        square = larger(square, meter->levels[c].square);
    }
    atomic_store_explicit(&meter->peak, (float)loudest, memory_order_relaxed);
    atomic_store_explicit(&meter->square, (float)square, memory_order_relaxed);
    atomic_store_explicit(&meter->held, held, memory_order_relaxed);
    atomic_store_explicit(&meter->clips, clips, memory_order_relaxed);
}

void bl_meter_read(const bl_meter *meter, bl_meter_reading *reading)
{
    const float peak = atomic_load_explicit(&meter->peak, memory_order_relaxed);
    const float rms = sqrtf(atomic_load_explicit(&meter->square, memory_order_relaxed));
    reading->peak = peak > 1.001 * least ? peak : 0;
    reading->rms = rms > 1.001 * least ? rms : 0;
    reading->held = atomic_load_explicit(&meter->held, memory_order_relaxed);
    reading->clips = atomic_load_explicit(&meter->clips, memory_order_relaxed);
}

void bl_meter_clear(bl_meter *meter)
{
    atomic_store_explicit(&meter->clear, true, memory_order_relaxed);
}
