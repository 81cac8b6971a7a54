#include "amp_state.h"
#include "sinc_rate.h"

#include "base/alloc.h"
#include "base/fail.h"

#include <math.h>
#include <stdlib.h>

static bl_status check(const bl_amp_options *options, bl_error *error)
{
    if (!(options->rate_hz >= 8e3 && options->rate_hz <= 768e3))
        return bl_fail(error, BL_ERR_ARGUMENT, "A sample rate of 8 kHz to 768 kHz was expected, not %g Hz.",
                       options->rate_hz);
    if (options->lanes < 1 || options->lanes > BL_MAX_LANES)
        return bl_fail(error, BL_ERR_ARGUMENT, "An amplifier plays 1 or %d signals, not %zu.", BL_MAX_LANES,
                       options->lanes);
    return BL_OK;
}

static double network_rate(const bl_amp *amp)
{
    return bl_capture_rate(amp->capture) * (double)amp->options.oversample;
}

/* Frames of the host in one of the network. */
static double step(const bl_amp *amp)
{
    return amp->options.rate_hz / network_rate(amp);
}

/* What resamplers and network delay need not be a whole number of the host's frames. By dropping a few of the network's
 * first frames the rest becomes one; returns it. */
static size_t align(bl_amp *amp)
{
    const size_t network_latency = bl_network_latency(amp->network);
    const double inside = bl_resampler_delay(amp->up) + (double)network_latency;
    const double late = inside * step(amp) + bl_resampler_delay(amp->down);
    double rest = late;
    for (amp->dropped = 0; fabs(rest - round(rest)) > 1e-9; rest = late - (double)amp->dropped * step(amp))
        amp->dropped++;
    return (size_t)lround(rest);
}

/* Plays silence through the resamplers, frame by frame, until all positions between the frames have occurred: how many
 * frames are missing at most. */
static size_t most_missing(const bl_amp *amp)
{
    enum { LONGEST = 4096 };
    const float silence[1] = { 0 }, *const in[] = { silence, silence };
    const size_t period = bl_rate_period(amp->options.rate_hz, network_rate(amp));
    const size_t tried = period && period < LONGEST ? period : LONGEST;
    size_t heard = 0, given = 0, skip = amp->dropped, missing = 0;
    for (size_t end = SIZE_MAX; heard < end;) {
        float *frames[BL_MAX_LANES];
        size_t came = bl_resampler_process(amp->up, amp->network_frames, in, 1);
        const size_t dropped = came < skip ? came : skip;
        skip -= dropped;
        came -= dropped;
        for (size_t i = 0; i < amp->options.lanes; i++)
            frames[i] = amp->network_frames[i];
        given += bl_resampler_process(amp->down, amp->scaled, (const float *const *)frames, came);
        heard++;
        missing = heard > given + missing ? heard - given : missing;
        if (given && end == SIZE_MAX)
            end = heard + tried;
    }
    bl_resampler_reset(amp->up);
    bl_resampler_reset(amp->down);
    return missing + (period == tried ? 0 : 1);
}

static bl_status create_resamplers(bl_amp *amp, bl_error *error)
{
    const double host = amp->options.rate_hz, network = network_rate(amp);
    const bl_cpu cpu = bl_plan_cpu(bl_capture_plan(amp->capture));
    bl_status status = bl_resampler_create(host, network, amp->options.lanes, cpu, &amp->up, error);
    if (!status)
        status = bl_resampler_create(network, host, amp->options.lanes, cpu, &amp->down, error);
    return status;
}

static bl_status create_scratch(bl_amp *amp, bl_error *error)
{
    const size_t lanes = amp->options.lanes;
    amp->network_piece = bl_resampler_most(amp->up, BL_AMP_PIECE);
    const size_t back = bl_resampler_most(amp->down, amp->network_piece);
    const size_t host_piece = back > BL_AMP_PIECE ? back : BL_AMP_PIECE;
    amp->memory = bl_aligned_calloc(lanes * (2 * host_piece + amp->network_piece) * sizeof(float));
    if (!amp->memory)
        return bl_fail_no_mem(error);
    for (size_t i = 0; i < lanes; i++) {
        amp->scaled[i] = amp->memory + i * (2 * host_piece + amp->network_piece);
        amp->resampled[i] = amp->scaled[i] + host_piece;
        amp->network_frames[i] = amp->resampled[i] + host_piece;
    }
    return BL_OK;
}

/* The FIFO never holds more than it begins with, the frames of a piece, and what rounding gives too early. */
static bl_status prime(bl_amp *amp, bl_error *error)
{
    const size_t late = align(amp);
    amp->missing = most_missing(amp);
    amp->latency = late + amp->missing;
    const size_t room = amp->missing + bl_resampler_most(amp->down, amp->network_piece) + 4;
    return bl_fifo_init(&amp->fifo, amp->options.lanes, room, error);
}

/* A recurrent network never forgets; after a second nothing is heard of it any more. */
static bl_status find_settling(bl_amp *amp, bl_error *error)
{
    size_t overlap;
    const bl_status status = bl_network_overlap(amp->network, &overlap, error);
    if (status && status != BL_ERR_UNSUPPORTED)
        return status;
    double frames = status ? network_rate(amp) : (double)overlap;
    if (amp->down)
        frames += (double)bl_resampler_span(amp->down);
    const size_t spanned = amp->up ? bl_resampler_span(amp->up) : 0;
    amp->settling = (size_t)ceil(frames * step(amp)) + spanned + amp->latency;
    return BL_OK;
}

/* What is around the network, silent and with nothing set. */
static void reset_surroundings(bl_amp *amp)
{
    bl_gain_init(&amp->before, amp->options.rate_hz);
    bl_gain_init(&amp->behind, amp->options.rate_hz);
    amp->started = false;
    amp->skip = amp->dropped;
    if (!amp->up)
        return;
    bl_resampler_reset(amp->up);
    bl_resampler_reset(amp->down);
    bl_fifo_reset(&amp->fifo);
    bl_fifo_push(&amp->fifo, NULL, amp->missing);
}

static bl_status build(bl_amp *amp, bl_error *error)
{
    const bl_amp_options *o = &amp->options;
    bl_status status =
        bl_network_create(bl_capture_plan(amp->capture), o->lanes, o->oversample, &amp->network, error);
    if (!status && network_rate(amp) != o->rate_hz)
        status = create_resamplers(amp, error);
    if (!status && amp->up)
        status = create_scratch(amp, error);
    if (!status && amp->up)
        status = prime(amp, error);
    else if (!status)
        amp->latency = bl_network_latency(amp->network);
    return status ? status : find_settling(amp, error);
}

bl_status bl_amp_create(bl_capture *capture, const bl_amp_options *options, bl_amp **out, bl_error *error)
{
    bl_status status = check(options, error);
    if (status)
        return status;
    bl_amp *amp = bl_calloc(1, sizeof *amp);
    if (!amp)
        return bl_fail_no_mem(error);
    amp->capture = bl_capture_share(capture);
    amp->options = *options;
    status = build(amp, error);
    if (status) {
        bl_amp_free(amp);
        return status;
    }
    reset_surroundings(amp);
    *out = amp;
    return BL_OK;
}

/* The prewarming hears the knobs, so they are turned back before it. */
void bl_amp_reset(bl_amp *amp)
{
    const bl_model *model = bl_capture_model(amp->capture);
    for (size_t i = 0; i < bl_model_param_count(model); i++) {
        bl_param_info knob;
        bl_model_get_param(model, i, &knob);
        bl_network_set_param(amp->network, i, knob.initial);
    }
    bl_network_reset(amp->network);
    reset_surroundings(amp);
}

void bl_amp_free(bl_amp *amp)
{
    if (!amp)
        return;
    bl_network_free(amp->network);
    bl_resampler_free(amp->up);
    bl_resampler_free(amp->down);
    bl_fifo_free(&amp->fifo);
    bl_capture_free(amp->capture);
    bl_aligned_free(amp->memory);
    free(amp);
}

bl_capture *bl_amp_capture(const bl_amp *amp)
{
    return amp->capture;
}

size_t bl_amp_latency(const bl_amp *amp)
{
    return amp->latency;
}

size_t bl_amp_settling(const bl_amp *amp)
{
    return amp->settling;
}

size_t bl_amp_oversample(const bl_amp *amp)
{
    return amp->options.oversample;
}
