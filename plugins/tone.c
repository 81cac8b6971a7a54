#include "tone.h"

#include <math.h>
#include <string.h>

enum { LOW_CUT, DEPTH, BASS, MID, TREBLE, PRESENCE, HIGH_CUT };

/* Off at one end of its range. */
static const float low_cut_off_hz = 20, high_cut_off_hz = 20000;

/* Where each control works: a guitar's body and a loudspeaker's resonance lie around 80 to 120 Hz, the middle
 * that amplifiers scoop at 500 to 700 Hz, the pick at 2 to 4 kHz. A q of 0.5 makes shelves as gentle as one
 * capacitor's. */
static const bl_biquad_params controls[BL_TONE_FILTERS] = {
    [LOW_CUT] = { BL_BIQUAD_HIGH_PASS, 20, 0.7071f, 0, false },
    [DEPTH] = { BL_BIQUAD_PEAK, 80, 0.9f, 0, true },
    [BASS] = { BL_BIQUAD_LOW_SHELF, 120, 0.5f, 0, true },
    [MID] = { BL_BIQUAD_PEAK, 600, 0.6f, 0, true },
    [TREBLE] = { BL_BIQUAD_HIGH_SHELF, 2200, 0.5f, 0, true },
    [PRESENCE] = { BL_BIQUAD_HIGH_SHELF, 4500, 0.7071f, 0, true },
    [HIGH_CUT] = { BL_BIQUAD_LOW_PASS, 20000, 0.7071f, 0, false },
};

bl_tone_params bl_tone_defaults(void)
{
    return (bl_tone_params){ .low_cut_hz = low_cut_off_hz, .high_cut_hz = high_cut_off_hz };
}

static void find_idle(bl_tone *tone)
{
    tone->idle = true;
    for (size_t i = 0; i < BL_TONE_FILTERS; i++)
        tone->idle = tone->idle && tone->filters[i].idle;
}

void bl_tone_init(bl_tone *tone, double rate_hz)
{
    tone->params = bl_tone_defaults();
    for (size_t i = 0; i < BL_TONE_FILTERS; i++)
        bl_biquad_init(&tone->filters[i], rate_hz, &controls[i]);
    find_idle(tone);
}

static void keep_within(float value, float low, float high, float *out)
{
    if (isfinite(value))
        *out = value < low ? low : value > high ? high : value;
}

static void set_gain(bl_tone *tone, size_t control, float gain_db)
{
    bl_biquad_params params = controls[control];
    params.gain_db = gain_db;
    bl_biquad_set(&tone->filters[control], &params);
}

static void set_cut(bl_tone *tone, size_t control, float frequency_hz, float off_hz)
{
    bl_biquad_params params = controls[control];
    params.frequency_hz = frequency_hz;
    params.active = frequency_hz != off_hz;
    bl_biquad_set(&tone->filters[control], &params);
}

void bl_tone_set(bl_tone *tone, const bl_tone_params *params)
{
    bl_tone_params *p = &tone->params;
    keep_within(params->bass_db, -15, 15, &p->bass_db);
    keep_within(params->mid_db, -15, 15, &p->mid_db);
    keep_within(params->treble_db, -15, 15, &p->treble_db);
    keep_within(params->presence_db, -12, 12, &p->presence_db);
    keep_within(params->depth_db, -12, 12, &p->depth_db);
    keep_within(params->low_cut_hz, low_cut_off_hz, 1000, &p->low_cut_hz);
    keep_within(params->high_cut_hz, 1000, high_cut_off_hz, &p->high_cut_hz);
    set_cut(tone, LOW_CUT, p->low_cut_hz, low_cut_off_hz);
    set_gain(tone, DEPTH, p->depth_db);
    set_gain(tone, BASS, p->bass_db);
    set_gain(tone, MID, p->mid_db);
    set_gain(tone, TREBLE, p->treble_db);
    set_gain(tone, PRESENCE, p->presence_db);
    set_cut(tone, HIGH_CUT, p->high_cut_hz, high_cut_off_hz);
    find_idle(tone);
}

void bl_tone_process(bl_tone *tone, float *const *out, const float *const *in, size_t channels, size_t frames)
{
    if (tone->idle) {
        for (size_t c = 0; c < channels; c++)
            if (out[c] != in[c])
                memcpy(out[c], in[c], frames * sizeof(float));
        return;
    }
    bl_biquad_process(&tone->filters[0], out, in, channels, frames);
    for (size_t i = 1; i < BL_TONE_FILTERS; i++)
        bl_biquad_process(&tone->filters[i], out, (const float *const *)out, channels, frames);
    find_idle(tone);
}

void bl_tone_reset(bl_tone *tone)
{
    for (size_t i = 0; i < BL_TONE_FILTERS; i++)
        bl_biquad_reset(&tone->filters[i]);
    find_idle(tone);
}
