#include "tuner_tap.h"

#include "properties.h"

#include <math.h>
#include <string.h>

/* The highest note of a guitar has 1.4 kHz; its first overtones help. */
static const double least_rate_hz = 8000;

void tuner_tap_init(tuner_tap *t, double rate_hz)
{
    const double every = floor(rate_hz / least_rate_hz);
    memset(t, 0, sizeof *t);
    t->every = every < 1 ? 1 : (uint32_t)every;
    t->in_rate_hz = rate_hz;
    t->rate_hz = rate_hz / t->every;
    /* Fourth order, after Butterworth. */
    const float q[2] = { 0.5412f, 1.3066f };
    for (size_t i = 0; i < 2; i++) {
        const bl_biquad_params low_pass = {
            .kind = BL_BIQUAD_LOW_PASS, .frequency_hz = 0.3f * (float)t->rate_hz, .q = q[i], .active = true
        };
        bl_biquad_init(&t->filters[i], rate_hz, &low_pass);
    }
}

void tuner_tap_want(tuner_tap *t, bool wanted)
{
    if (wanted && !t->frames_left) {
        t->count = 0;
        for (size_t i = 0; i < 2; i++)
            bl_biquad_reset(&t->filters[i]);
    }
    t->frames_left = wanted ? (uint64_t)(TUNER_PATIENCE * t->in_rate_hz) : 0;
}

enum { SLICE = 64 };

static void hear_slice(tuner_tap *t, const float *in, uint32_t frames)
{
    float slice[SLICE], *const channel[1] = { slice };
    for (uint32_t i = 0; i < frames; i++)
        slice[i] = isfinite(in[i]) ? in[i] : 0;
    for (size_t i = 0; i < 2 && t->every > 1; i++)
        bl_biquad_process(&t->filters[i], channel, (const float *const *)channel, 1, frames);
    for (uint32_t i = 0; i < frames; i++) {
        if (t->phase == 0 && t->count < TUNER_TAP_ROOM)
            t->sound[t->count++] = slice[i];
        t->phase = (t->phase + 1) % t->every;
    }
}

void tuner_tap_hear(tuner_tap *t, const float *in, uint32_t frames)
{
    if (!t->frames_left || !in)
        return;
    t->frames_left = t->frames_left > frames ? t->frames_left - frames : 0;
    for (uint32_t done = 0; done < frames; done += SLICE)
        hear_slice(t, in + done, frames - done < SLICE ? frames - done : SLICE);
}

bool tuner_tap_has_news(const tuner_tap *t)
{
    return t->frames_left && t->count >= TUNER_TAP_CHUNK;
}

void tuner_tap_taken(tuner_tap *t)
{
    t->count = 0;
}
