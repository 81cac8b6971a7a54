/* The rig on the audio thread. */
#include "rig_state.h"

#include "base/fpmode.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Samples beyond this are no sound; behind it, filters could reach what is not finite any more. */
static const volatile float largest =
    1000; /* volatile: for minima with constants GCC makes four operations of one */

static void sanitise(float *restrict out, const float *restrict in, size_t frames)
{
    const float most = largest, least = -most;
    for (size_t i = 0; i < frames; i++) {
        const float finite = fabsf(in[i]) <= FLT_MAX ? in[i] : 0, below = finite < most ? finite : most;
        out[i] = below > least ? below : least;
    }
}

/* Pointers to the rows, and to a place in a caller's channels. */
static void point(float **pointers, rig_rows rows)
{
    for (size_t c = 0; c < RIG_CHANNELS; c++)
        pointers[c] = rows[c];
}

static void point_at(float **pointers, float *const *channels, size_t count, size_t frame)
{
    for (size_t c = 0; c < count; c++)
        pointers[c] = channels[c] + frame;
}

static void multiply(float *out, const float *gains, size_t frames)
{
    for (size_t i = 0; i < frames; i++)
        out[i] *= gains[i];
}

/* signal, the input, becomes what goes into the amp; gate gets the gains that belong behind it. */
static void play_front(bl_rig *rig, float *const *gate, float *const *signal, size_t frames)
{
    rig_front *front = &rig->front;
    const size_t channels = rig->options.in_channels;
    bl_gain_process(&front->gain, signal, (const float *const *)signal, channels, frames);
    for (size_t c = 0; c < channels; c++)
        bl_dc_blocker_process(&front->dc[c], signal[c], signal[c], frames);
    bl_meter_process(front->meter, (const float *const *)signal, channels, frames);
    for (size_t c = 0; c < channels; c++)
        bl_gate_detect(&front->gates[c], gate[c], signal[c], frames);
    bl_tone_process(&front->tone, signal, (const float *const *)signal, channels, frames);
}

static float lowest(const float *gains, size_t frames, float least)
{
    for (size_t i = 0; i < frames; i++)
        least = gains[i] < least ? gains[i] : least;
    return least;
}

static bool gates_are_idle(const bl_rig *rig)
{
    bool idle = true;
    for (size_t c = 0; c < rig->options.in_channels; c++)
        idle = idle && bl_gate_is_idle(&rig->front.gates[c]);
    return idle;
}

/* Turns the amp's sound down as the gates said, as late as the amp is. open: all of these gains are 1. Once nothing else
 * is on its way, there is nothing to do, and the delays sleep. */
static void apply_gates(rig_back *back, float *const *amped, const float *const *gate, bool open, size_t channels,
                        size_t frames)
{
    float least = 1;
    if (open && (back->gate_sleeps || back->open_frames >= bl_delay_reach(&back->gate_delay[0]))) {
        back->gate_sleeps = true;
        atomic_store_explicit(&back->gate, 1, memory_order_relaxed);
        return;
    }
    for (size_t c = 0; c < channels; c++) {
        if (back->gate_sleeps)
            bl_delay_reset_to(&back->gate_delay[c], 1);
        bl_delay_process(&back->gate_delay[c], back->gains[c], gate[c], frames);
        multiply(amped[c], back->gains[c], frames);
        least = lowest(back->gains[c], frames, least);
    }
    back->gate_sleeps = false;
    back->open_frames = open ? back->open_frames + frames : 0;
    atomic_store_explicit(&back->gate, least, memory_order_relaxed);
}

/* From the amp's sound behind the gates, which is lost, to the output. */
static void play_back(bl_rig *rig, float *const *out, float *const *amped, size_t frames)
{
    rig_back *back = &rig->back;
    const size_t channels = rig->options.in_channels, out_channels = rig->options.out_channels;
    bl_tone_process(&back->tone, amped, (const float *const *)amped, channels, frames);
    bl_stage_process(&back->cabinet, out, (const float *const *)amped, frames);
    bl_gain_process(&back->gain, out, (const float *const *)out, out_channels, frames);
}

/* What bypass gives is the input, as late as everything else. */
static bool dry_is_heard(const bl_rig *rig)
{
    return rig->enabled.left || rig->enabled.value != 1;
}

static void mix_dry(bl_rig *rig, float *const *out, size_t frames)
{
    for (size_t i = 0; i < frames; i++) {
        const float on = bl_ramp_next(&rig->enabled);
        for (size_t c = 0; c < rig->options.out_channels; c++) {
            const float input = rig->dry_signal[c < rig->options.in_channels ? c : 0][i];
            out[c][i] = on == 1 ? out[c][i] : input + on * (out[c][i] - input);
        }
    }
}

static void play(bl_rig *rig, float *const *out, const float *const *in, size_t frames)
{
    const size_t channels = rig->options.in_channels;
    const bool dry = dry_is_heard(rig);
    float *signal[RIG_CHANNELS], *amped[RIG_CHANNELS], *gains[RIG_CHANNELS];
    point(signal, rig->front.signal);
    point(amped, rig->back.signal);
    point(gains, rig->back.gains);
    for (size_t c = 0; c < channels; c++) {
        sanitise(signal[c], in[c], frames);
        bl_delay_process(&rig->dry[c], dry ? rig->dry_signal[c] : NULL, signal[c], frames);
    }
    play_front(rig, gains, signal, frames);
    bl_stage_process(&rig->amp, amped, (const float *const *)signal, frames);
    apply_gates(&rig->back, amped, (const float *const *)gains, gates_are_idle(rig), channels, frames);
    play_back(rig, out, amped, frames);
    if (dry)
        mix_dry(rig, out, frames);
    bl_meter_process(rig->back.meter, (const float *const *)out, rig->options.out_channels, frames);
}

void bl_rig_process(bl_rig *rig, float *const *out, const float *const *in, size_t frames)
{
    const bl_fpmode mode = bl_fpmode_enter();
    rig_take(rig);
    for (size_t done = 0, n; done < frames; done += n) {
        float *o[RIG_CHANNELS], *i[RIG_CHANNELS];
        n = frames - done < RIG_FRAMES ? frames - done : RIG_FRAMES;
        point_at(o, out, rig->options.out_channels, done);
        point_at(i, (float *const *)in, rig->options.in_channels, done);
        play(rig, o, (const float *const *)i, n);
        rig->begun = true;
    }
    bl_fpmode_leave(mode);
}

/* ---- taken apart ---- */

bool bl_rig_can_split(const bl_rig *rig)
{
    return rig_part_amp(rig->amp.now) && !rig->amp.next && !rig->back.cabinet.next && !rig->amp.on.left &&
           rig->amp.on.value == 1 && !dry_is_heard(rig);
}

bl_capture *bl_rig_playing(const bl_rig *rig)
{
    return bl_amp_capture(rig_part_amp(rig->amp.now));
}

size_t bl_rig_oversample(const bl_rig *rig)
{
    return bl_amp_oversample(rig_part_amp(rig->amp.now));
}

size_t bl_rig_before_most(const bl_rig *rig, size_t frames)
{
    return bl_amp_before_most(rig_part_amp(rig->amp.now), frames);
}

size_t bl_rig_before(bl_rig *rig, float *const *network_in, float *const *gate, const float *const *in,
                     size_t frames)
{
    const bl_fpmode mode = bl_fpmode_enter();
    bl_amp *amp = rig_part_amp(rig->amp.now);
    const size_t channels = rig->options.in_channels;
    size_t network_frames = 0;
    for (size_t done = 0, n; done < frames; done += n) {
        float *signal[RIG_CHANNELS], *g[RIG_CHANNELS], *to[RIG_CHANNELS];
        n = frames - done < RIG_FRAMES ? frames - done : RIG_FRAMES;
        point(signal, rig->front.signal);
        point_at(g, gate, channels, done);
        point_at(to, network_in, channels, network_frames);
        for (size_t c = 0; c < channels; c++)
            sanitise(signal[c], in[c] + done, n);
        play_front(rig, g, signal, n);
        network_frames += bl_amp_before(amp, to, (const float *const *)signal, n);
    }
    bl_fpmode_leave(mode);
    return network_frames;
}

void bl_rig_behind(bl_rig *rig, float *const *out, float *const *network_out, const float *const *gate,
                   size_t network_frames, size_t frames)
{
    const bl_fpmode mode = bl_fpmode_enter();
    const size_t channels = rig->options.in_channels;
    bl_amp_behind(rig_part_amp(rig->amp.now), out, network_out, network_frames, frames);
    for (size_t done = 0, n; done < frames; done += n) {
        float *amped[RIG_CHANNELS], *g[RIG_CHANNELS], *to[RIG_CHANNELS];
        n = frames - done < RIG_FRAMES ? frames - done : RIG_FRAMES;
        point(amped, rig->back.signal);
        point_at(g, (float *const *)gate, channels, done);
        point_at(to, out, rig->options.out_channels, done);
        for (size_t c = 0; c < channels; c++)
            memcpy(amped[c], to[c], n * sizeof *amped[c]);
        apply_gates(&rig->back, amped, (const float *const *)g, false, channels, n);
        play_back(rig, to, amped, n);
    }
    bl_fpmode_leave(mode);
}
