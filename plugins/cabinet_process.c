/* The cabinet on the audio thread. */
#include "cabinet_state.h"

#include "base/fpmode.h"

#include <math.h>
#include <string.h>

/* ---- parameters ---- */

static void take(float *value, float wanted, float low, float high)
{
    if (isfinite(wanted))
        *value = wanted < low ? low : wanted > high ? high : wanted;
}

static void take_params(bl_cabinet_params *p, const bl_cabinet_params *wanted)
{
    take(&p->blend, wanted->blend, 0.0f, 1.0f);
    take(&p->pan_first, wanted->pan_first, -1.0f, 1.0f);
    take(&p->pan_second, wanted->pan_second, -1.0f, 1.0f);
    take(&p->delay_ms, wanted->delay_ms, -BL_CABINET_MAX_DELAY_MS, BL_CABINET_MAX_DELAY_MS);
    take(&p->low_cut_hz, wanted->low_cut_hz, BL_CABINET_LOW_CUT_OFF_HZ, 1000.0f);
    take(&p->high_cut_hz, wanted->high_cut_hz, 1000.0f, BL_CABINET_HIGH_CUT_OFF_HZ);
    p->invert = wanted->invert;
}

/* side: -1 left, 1 right. One path that goes to both sides is moved: what one side loses the other one gains, so that
 * the mean of both stays what a mono output would be. Two paths are balanced: one is turned down. */
static float pan_gain(float pan, float side, size_t paths)
{
    const float gain = 1.0f + side * pan;
    return paths == 1 || gain < 1.0f ? gain : 1.0f;
}

static void set_speaker(bl_cabinet *cabinet, bl_cabinet_speaker *speaker, float gain, float pan, float delay_ms)
{
    const double samples = delay_ms > 0.0f ? delay_ms * cabinet->rate_hz / 1000.0 : 0.0;
    for (size_t c = 0; c < cabinet->out; c++)
        bl_ramp_set(&speaker->gains[c],
                    cabinet->out == 1 ? gain : gain * pan_gain(pan, c ? 1.0f : -1.0f, speaker->paths));
    for (size_t p = 0; p < speaker->paths; p++)
        bl_delay_set(&speaker->delays[p], (size_t)(samples + 0.5));
}

static void set_cut(bl_biquad *filter, bl_biquad_kind kind, float frequency_hz, bool active)
{
    bl_biquad_set(filter,
                  &(const bl_biquad_params){
                      .kind = kind, .frequency_hz = frequency_hz, .q = (float)sqrt(0.5), .active = active });
}

/* Nothing was heard yet: no ramps, no crossfades. */
static void jump(bl_cabinet *cabinet)
{
    for (size_t s = 0; s < BL_CABINET_RESPONSES; s++) {
        bl_cabinet_speaker *speaker = &cabinet->speakers[s];
        for (size_t c = 0; c < cabinet->out; c++)
            bl_ramp_jump(&speaker->gains[c]);
        for (size_t p = 0; p < speaker->paths; p++)
            bl_delay_reset(&speaker->delays[p]);
    }
    bl_biquad_reset(&cabinet->low_cut);
    bl_biquad_reset(&cabinet->high_cut);
}

void bl_cabinet_set(bl_cabinet *cabinet, const bl_cabinet_params *params)
{
    bl_cabinet_params *p = &cabinet->params;
    bl_cabinet_speaker *first = &cabinet->speakers[0], *second = &cabinet->speakers[1];
    take_params(p, params);
    const float share = !first->paths ? 1.0f : !second->paths ? 0.0f : p->blend;
    set_speaker(cabinet, first, 1.0f - share, p->pan_first, -p->delay_ms);
    set_speaker(cabinet, second, p->invert ? -share : share, p->pan_second, p->delay_ms);
    set_cut(&cabinet->low_cut, BL_BIQUAD_HIGH_PASS, p->low_cut_hz, p->low_cut_hz > BL_CABINET_LOW_CUT_OFF_HZ);
    set_cut(&cabinet->high_cut, BL_BIQUAD_LOW_PASS, p->high_cut_hz, p->high_cut_hz < BL_CABINET_HIGH_CUT_OFF_HZ);
    if (cabinet->fresh)
        jump(cabinet);
}

void bl_cabinet_reset(bl_cabinet *cabinet)
{
    for (size_t c = 0; c < cabinet->in; c++)
        bl_convolution_line_reset(&cabinet->lines[c]);
    for (size_t s = 0; s < BL_CABINET_RESPONSES; s++)
        for (size_t p = 0; p < cabinet->speakers[s].paths; p++)
            bl_convolution_reset(&cabinet->speakers[s].convolutions[p]);
    cabinet->fresh = true;
    jump(cabinet);
}

/* ---- sound ---- */

static void add(float *sum, const float *x, bl_ramp *gain, size_t frames)
{
    size_t t = 0;
    for (; t < frames && gain->left; t++)
        sum[t] += bl_ramp_next(gain) * x[t];
    for (; t < frames; t++)
        sum[t] += gain->value * x[t];
}

static void run_speaker(bl_cabinet *cabinet, bl_cabinet_speaker *speaker, float (*sums)[BL_CONVOLUTION_RUN],
                        const float *const *in, size_t frames)
{
    float y[BL_CONVOLUTION_RUN + BL_ROW_PADDING];
    for (size_t p = 0; p < speaker->paths; p++) {
        bl_convolution_run(&speaker->convolutions[p], &cabinet->kernels, &cabinet->fft, y,
                           in[cabinet->in == 2 ? p : 0], frames);
        bl_delay_process(&speaker->delays[p], y, y, frames);
        for (size_t c = 0; c < cabinet->out; c++)
            if (speaker->paths == 1 || p == c)
                add(sums[c], y, &speaker->gains[c], frames);
    }
}

static void run(bl_cabinet *cabinet, float *const *out, const float *const *in, size_t at, size_t frames)
{
    const float *x[BL_CABINET_CHANNELS];
    float sums[BL_CABINET_CHANNELS][BL_CONVOLUTION_RUN] = { { 0 } };
    for (size_t c = 0; c < cabinet->in; c++)
        x[c] = bl_convolution_line_add(&cabinet->lines[c], in[c] + at, frames);
    for (size_t s = 0; s < BL_CABINET_RESPONSES; s++)
        run_speaker(cabinet, &cabinet->speakers[s], sums, x, frames);
    for (size_t c = 0; c < cabinet->out; c++)
        memcpy(out[c] + at, sums[c], frames * sizeof(float));
}

void bl_cabinet_process(bl_cabinet *cabinet, float *const *out, const float *const *in, size_t frames)
{
    const bl_fpmode mode = bl_fpmode_enter();
    for (size_t at = 0; at < frames; at += BL_CONVOLUTION_RUN) {
        const size_t left = frames - at;
        run(cabinet, out, in, at, left < BL_CONVOLUTION_RUN ? left : BL_CONVOLUTION_RUN);
    }
    bl_biquad_process(&cabinet->low_cut, out, (const float *const *)out, cabinet->out, frames);
    bl_biquad_process(&cabinet->high_cut, out, (const float *const *)out, cabinet->out, frames);
    cabinet->fresh = cabinet->fresh && !frames;
    bl_fpmode_leave(mode);
}
