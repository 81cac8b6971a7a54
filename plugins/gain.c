#include "gain.h"

#include <math.h>
#include <string.h>

static const float move_ms = 20;

void bl_gain_init(bl_gain *gain, double rate_hz)
{
    bl_ramp_init(&gain->factor, rate_hz, move_ms, 1);
}

void bl_gain_set(bl_gain *gain, float level_db)
{
    const float level = level_db < 120 ? level_db : 120;
    if (isfinite(level_db))
        bl_ramp_set(&gain->factor, level > -120 ? powf(10, level / 20) : 0);
}

void bl_gain_reset(bl_gain *gain)
{
    bl_ramp_jump(&gain->factor);
}

static void scale(float *out, const float *in, size_t frames, float factor)
{
    if (factor != 1) {
        for (size_t i = 0; i < frames; i++)
            out[i] = factor * in[i];
    } else if (out != in) {
        memcpy(out, in, frames * sizeof *out);
    }
}

/* Frames of a move, not beyond its end. */
static void move(bl_gain *gain, float *const *out, const float *const *in, size_t channels, size_t frames)
{
    bl_ramp after = gain->factor;
    for (size_t c = 0; c < channels; c++) {
        after = gain->factor; /* every channel goes the same way */
        for (size_t i = 0; i < frames; i++)
            out[c][i] = bl_ramp_next(&after) * in[c][i];
    }
    gain->factor = after;
}

void bl_gain_process(bl_gain *gain, float *const *out, const float *const *in, size_t channels, size_t frames)
{
    const size_t moving = frames < gain->factor.left ? frames : gain->factor.left;
    if (moving)
        move(gain, out, in, channels, moving);
    for (size_t c = 0; c < channels; c++)
        scale(out[c] + moving, in[c] + moving, frames - moving, gain->factor.value);
}
