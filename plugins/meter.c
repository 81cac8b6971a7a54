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
    float peak, square; /* square: the sum of all of them */
    uint32_t clips;
} run_levels;

/* Vectors as GCC and Clang know them: what a loop over floats would become is not left to chance. */
typedef float floats __attribute__((vector_size(16)));
typedef int32_t bits __attribute__((vector_size(16)));
enum { LANES = sizeof(floats) / sizeof(float) };

static run_levels join(floats peaks, floats squares, bits clips)
{
    run_levels run = { 0 };
    for (size_t k = 0; k < LANES; k++) {
        run.peak = peaks[k] > run.peak ? peaks[k] : run.peak;
        run.square += squares[k];
        run.clips += (uint32_t)clips[k];
    }
    run.square = run.square < FLT_MAX ? run.square : FLT_MAX;
    return run;
}

/* What a run of RUN samples adds. What is not finite clips, and else is silence. Magnitudes are compared as whole
 * numbers, of which their bits are in the same order; comparisons give masks. */
static run_levels look_at(const float *in)
{
    const int32_t full_scale = 0x3f800000, infinity = 0x7f800000;
    bits peaks = { 0 }, clips = { 0 };
    floats squares = { 0 };
    for (size_t i = 0; i < RUN; i += LANES) {
        floats samples;
        memcpy(&samples, in + i, sizeof samples);
        bits level = (bits)samples & INT32_MAX;
        clips -= level > full_scale;
        level &= level < infinity;
        const bits louder = level > peaks;
        peaks = (level & louder) | (peaks & ~louder);
        squares += (floats)level * (floats)level;
    }
    return join((floats)peaks, squares, clips);
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
