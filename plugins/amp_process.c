/* The audio thread's part of an amp. */
#include "amp_state.h"

#include "base/fpmode.h"

#include <assert.h>

/* volatile: for minima with constants GCC makes four operations of one */
static const volatile float most_magnitude = 1000.0f;

/* What is not a number becomes a number too. */
static void limit(float *x, size_t frames)
{
    const float most = most_magnitude, least = -most;
    for (size_t t = 0; t < frames; t++) {
        const float below = x[t] < most ? x[t] : most;
        x[t] = below > least ? below : least;
    }
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

void bl_amp_set_levels(bl_amp *amp, float before_db, float behind_db)
{
    bl_gain_set(&amp->before, before_db);
    bl_gain_set(&amp->behind, behind_db);
    if (!amp->started) {
        bl_gain_reset(&amp->before);
        bl_gain_reset(&amp->behind);
    }
}

void bl_amp_set_knob(bl_amp *amp, size_t index, float value)
{
    bl_network_set_param(amp->network, index, value);
}

/* The lanes from a frame on. */
static void point(const float **from, const float *const *in, float **to, float *const *out, size_t lanes,
                  size_t in_frame, size_t out_frame)
{
    for (size_t i = 0; i < lanes; i++) {
        from[i] = in[i] + in_frame;
        to[i] = out[i] + out_frame;
    }
}

/* A piece is resampled as a whole, so the last one needs as much room as any. */
size_t bl_amp_before_most(const bl_amp *amp, size_t frames)
{
    return amp->up ? bl_resampler_most(amp->up, frames) + 2 : frames;
}

size_t bl_amp_before(bl_amp *amp, float *const *network_in, const float *const *in, size_t frames)
{
    const size_t lanes = amp->options.lanes;
    amp->started |= frames > 0;
    if (!amp->up) {
        bl_gain_process(&amp->before, network_in, in, lanes, frames);
        return frames;
    }
    const bl_fpmode mode = bl_fpmode_enter();
    size_t given = 0;
    for (size_t done = 0; done < frames; done += BL_AMP_PIECE) {
        const size_t run = smaller(frames - done, BL_AMP_PIECE);
        const float *from[BL_MAX_LANES];
        float *to[BL_MAX_LANES];
        point(from, in, to, network_in, lanes, done, given);
        bl_gain_process(&amp->before, amp->scaled, from, lanes, run);
        given += bl_resampler_process(amp->up, to, (const float *const *)amp->scaled, run);
    }
    bl_fpmode_leave(mode);
    return given;
}

/* Resamples frames first .. first + frames - 1 of what the network said, at most a piece, and lets them wait. */
static void take_back(bl_amp *amp, float *const *network_out, size_t first, size_t frames)
{
    const size_t lanes = amp->options.lanes, dropped = smaller(amp->skip, frames);
    const float *from[BL_MAX_LANES];
    amp->skip -= dropped;
    for (size_t i = 0; i < lanes; i++)
        from[i] = network_out[i] + first + dropped;
    const size_t came = bl_resampler_process(amp->down, amp->resampled, from, frames - dropped);
    bl_fifo_push(&amp->fifo, (const float *const *)amp->resampled, came);
}

static void resample_behind(bl_amp *amp, float *const *out, float *const *network_out, size_t network_frames,
                            size_t frames)
{
    size_t taken = 0, given = 0;
    do {
        const size_t run = smaller(network_frames - taken, amp->network_piece);
        take_back(amp, network_out, taken, run);
        const size_t ready = smaller(amp->fifo.count, frames - given);
        bl_fifo_pop(&amp->fifo, out, given, ready);
        taken += run;
        given += ready;
    } while (taken < network_frames);
    assert(given == frames);
}

void bl_amp_behind(bl_amp *amp, float *const *out, float *const *network_out, size_t network_frames, size_t frames)
{
    const bl_fpmode mode = bl_fpmode_enter();
    const size_t lanes = amp->options.lanes;
    const float *const *resampled = (const float *const *)network_out;
    if (amp->down) {
        for (size_t i = 0; i < lanes; i++)
            limit(network_out[i], network_frames);
        resample_behind(amp, out, network_out, network_frames, frames);
        resampled = (const float *const *)out;
    }
    bl_gain_process(&amp->behind, out, resampled, lanes, frames);
    for (size_t i = 0; i < lanes; i++)
        limit(out[i], frames);
    bl_fpmode_leave(mode);
}

void bl_amp_process(bl_amp *amp, float *const *out, const float *const *in, size_t frames)
{
    const size_t lanes = amp->options.lanes;
    for (size_t done = 0; done < frames; done += BL_AMP_PIECE) {
        const size_t run = smaller(frames - done, BL_AMP_PIECE);
        const float *from[BL_MAX_LANES];
        float *to[BL_MAX_LANES];
        point(from, in, to, out, lanes, done, done);
        float *const *inside = amp->up ? amp->network_frames : to;
        const size_t network_frames = bl_amp_before(amp, inside, from, run);
        bl_network_process(amp->network, inside, (const float *const *)inside, network_frames);
        bl_amp_behind(amp, to, inside, network_frames, run);
    }
}
