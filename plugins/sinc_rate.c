#include "sinc_rate.h"

#include "base/alloc.h"
#include "base/fail.h"

#include <math.h>
#include <samplerate.h>
#include <stdbool.h>
#include <stdlib.h>

enum { MOST_CHANNELS = 2, PIECE = 64 };

/* libsamplerate's sinc converters give frame k of their output, which is the input at position k / ratio, as soon as
 * they have heard a fixed number of frames (`ahead`) behind that position. Neither when nor what they give depends on
 * how the input is cut: tests/plugins/test_resampler.c. */
struct bl_sinc_rate {
    SRC_STATE *state;
    double ratio; /* to / from */
    size_t channels;
    size_t ahead, shortfall;
    float *in, *out; /* [frame][channel] of a piece */
};

/* One frame of silence in; returns the frames that come out. */
static size_t feed_silence(bl_sinc_rate *r)
{
    const float silence[MOST_CHANNELS] = { 0 }, *const in[] = { &silence[0], &silence[1] };
    float room[MOST_CHANNELS][128], *const out[] = { room[0], room[1] };
    return bl_sinc_rate_process(r, out, in, 1);
}

size_t bl_rate_period(double from_hz, double to_hz)
{
    if (from_hz != floor(from_hz) || to_hz != floor(to_hz))
        return 0;
    size_t a = (size_t)from_hz, b = (size_t)to_hz;
    while (b) {
        const size_t rest = a % b;
        a = b;
        b = rest;
    }
    return (size_t)from_hz / a;
}

/* After n > ahead frames, ceil((n - ahead) * ratio) frames have come, at most ahead * ratio less than n * ratio. Tried
 * out, for it is how libsamplerate is and not what it promises; a period that is too long for that is allowed one
 * frame more. */
static void measure(bl_sinc_rate *r, double from_hz, double to_hz)
{
    enum { LONGEST = 4096 };
    const size_t repeats = bl_rate_period(from_hz, to_hz);
    size_t heard = 1, given = 0, least = 0;
    while (!(given = feed_silence(r)))
        heard++;
    r->ahead = heard - 1;
    r->shortfall = (size_t)floor((double)r->ahead * r->ratio);
    const size_t end = heard + (repeats && repeats < LONGEST ? repeats : LONGEST);
    for (;; given += feed_silence(r)) {
        const size_t whole = (size_t)floor((double)heard * to_hz / from_hz);
        least = whole > given + least ? whole - given : least;
        if (heard++ == end)
            break;
    }
    if (least > r->shortfall)
        r->shortfall = least;
    if (!repeats || repeats > LONGEST)
        r->shortfall++;
    bl_sinc_rate_reset(r);
}

bl_status bl_sinc_rate_create(double from_hz, double to_hz, size_t channels, bl_sinc_rate **out, bl_error *error)
{
    bl_sinc_rate *r = bl_calloc(1, sizeof *r);
    if (!r)
        return bl_fail_no_mem(error);
    *r = (bl_sinc_rate){ .ratio = to_hz / from_hz, .channels = channels };
    r->state = src_new(SRC_SINC_MEDIUM_QUALITY, (int)channels, NULL);
    r->in = bl_aligned_calloc(channels * PIECE * sizeof(float));
    r->out = bl_aligned_calloc(channels * bl_sinc_rate_most(r, PIECE) * sizeof(float));
    if (!r->state || !r->in || !r->out) {
        bl_sinc_rate_free(r);
        return bl_fail_no_mem(error);
    }
    measure(r, from_hz, to_hz);
    *out = r;
    return BL_OK;
}

void bl_sinc_rate_free(bl_sinc_rate *rate)
{
    if (!rate)
        return;
    src_delete(rate->state);
    bl_aligned_free(rate->in);
    bl_aligned_free(rate->out);
    free(rate);
}

size_t bl_sinc_rate_shortfall(const bl_sinc_rate *r)
{
    return r->shortfall;
}

/* As far back as ahead. */
size_t bl_sinc_rate_span(const bl_sinc_rate *r)
{
    return 2 * (r->ahead + 1);
}

/* One more than the ratio says, because of rounding. */
size_t bl_sinc_rate_most(const bl_sinc_rate *r, size_t frames)
{
    return (size_t)ceil((double)frames * r->ratio) + 1;
}

/* Interleaved; room for bl_sinc_rate_most() frames. */
static size_t convert(bl_sinc_rate *r, float *out, const float *in, size_t frames)
{
    SRC_DATA data = { .data_in = in,
                      .data_out = out,
                      .input_frames = (long)frames,
                      .output_frames = (long)bl_sinc_rate_most(r, frames),
                      .src_ratio = r->ratio };
    size_t given = 0;
    /* It may stop at the end of a buffer of its own. */
    while (data.input_frames > 0 && !src_process(r->state, &data)) {
        given += (size_t)data.output_frames_gen;
        data.data_out += (size_t)data.output_frames_gen * r->channels;
        data.output_frames -= data.output_frames_gen;
        data.data_in += (size_t)data.input_frames_used * r->channels;
        data.input_frames -= data.input_frames_used;
    }
    return given;
}

size_t bl_sinc_rate_process(bl_sinc_rate *r, float *const *out, const float *const *in, size_t frames)
{
    if (r->channels == 1)
        return convert(r, out[0], in[0], frames);
    size_t given = 0;
    for (size_t done = 0; done < frames; done += PIECE) {
        const size_t run = frames - done < PIECE ? frames - done : PIECE;
        for (size_t t = 0; t < run; t++)
            for (size_t c = 0; c < r->channels; c++)
                r->in[t * r->channels + c] = in[c][done + t];
        const size_t came = convert(r, r->out, r->in, run);
        for (size_t t = 0; t < came; t++)
            for (size_t c = 0; c < r->channels; c++)
                out[c][given + t] = r->out[t * r->channels + c];
        given += came;
    }
    return given;
}

void bl_sinc_rate_reset(bl_sinc_rate *r)
{
    src_reset(r->state);
}
