/* The audio thread. */
#include "plugin.h"

#include <math.h>
#include <string.h>

static float load_seen(const plugin *p, size_t port)
{
    return atomic_load_explicit((_Atomic float *)&p->seen[port], memory_order_relaxed);
}

static void store_seen(plugin *p, size_t port, float value)
{
    atomic_store_explicit(&p->seen[port], value, memory_order_relaxed);
}

/* ---- ports to settings ---- */

/* Whether a port is where it was seen last, to the bit: a quick answer, which nearly all ports give nearly always. */
static bool rests(const float *value, float seen)
{
    return !memcmp(value, &seen, sizeof seen);
}

/* Whether a setting stood elsewhere than where its port was seen last. */
static bool was_held(const plugin *p, bl_rig_param param, float seen)
{
    return seen == SEEN_WHATEVER || bl_rig_get(p->rig, param) != bl_rig_param_clamp(param, seen);
}

static void tell_held(plugin *p)
{
    atomic_store_explicit(&p->held_changed, true, memory_order_relaxed);
}

void plugin_wish(plugin *p, bl_rig_param param, float value)
{
    const unsigned orders = atomic_load_explicit(&p->orders, memory_order_relaxed);
    atomic_store_explicit(&p->wished[param], value, memory_order_relaxed);
    atomic_exchange_explicit(&p->wished_after[param], orders, memory_order_acq_rel);
    bl_rig_set(p->rig, param, value);
}

static void apply_settings(plugin *p)
{
    for (size_t i = 0; i < BL_RIG_PARAM_COUNT; i++) {
        const size_t port = PORT_SETTINGS + i;
        const float *value = p->ports[port], seen = load_seen(p, port);
        if (!value || rests(value, seen) || *value == seen || isnan(*value)) /* what no number is moves nothing */
            continue;
        if (!isnan(seen) && was_held(p, (bl_rig_param)i, seen))
            tell_held(p);
        store_seen(p, port, *value);
        if (seen != SEEN_WHATEVER)
            plugin_wish(p, (bl_rig_param)i, *value);
    }
}

/* A knob's port goes from the model's minimum over its initial value, in the middle, to its maximum. NAN stands for the
 * initial value. */
static float knob_value(const knob_range *range, float position)
{
    const float initial = atomic_load_explicit(&range->initial, memory_order_relaxed);
    if (!(position >= 0 && position <= 1) || position == 0.5f)
        return NAN;
    if (position < 0.5f) {
        const float minimum = atomic_load_explicit(&range->minimum, memory_order_relaxed);
        return minimum + 2 * position * (initial - minimum);
    }
    return initial + (2 * position - 1) * (atomic_load_explicit(&range->maximum, memory_order_relaxed) - initial);
}

static void apply_knobs(plugin *p)
{
    const unsigned changes = atomic_load_explicit(&p->knob_changes, memory_order_acquire);
    const bool other_model = changes != p->knobs_known;
    p->knobs_known = changes;
    for (size_t i = 0; i < PLUGIN_KNOBS; i++) {
        const size_t port = PORT_KNOBS + i;
        const float *value = p->ports[port], seen = load_seen(p, port);
        const uint32_t bit = UINT32_C(1) << i;
        if (!value || (rests(value, seen) && !other_model) || isnan(*value))
            continue;
        const bool moved = *value != seen && seen != SEEN_WHATEVER;
        if (*value != seen)
            store_seen(p, port, *value);
        if (moved && atomic_fetch_and_explicit(&p->held_knobs, ~bit, memory_order_relaxed) & bit)
            tell_held(p);
        if (moved || (other_model && !(atomic_load_explicit(&p->held_knobs, memory_order_relaxed) & bit)))
            bl_rig_set_knob(p->rig, i, knob_value(&p->knobs[i], *value));
    }
}

void plugin_set(plugin *p, port_id port, float value)
{
    const size_t knob = (size_t)port - PORT_KNOBS;
    if (port < PORT_KNOBS) {
        plugin_wish(p, (bl_rig_param)(port - PORT_SETTINGS), value);
    } else {
        atomic_fetch_or_explicit(&p->held_knobs, UINT32_C(1) << knob, memory_order_relaxed);
        bl_rig_set_knob(p->rig, knob, knob_value(&p->knobs[knob], value));
    }
    p->outgoing.state_changed = true;
    tell_held(p);
}

void plugin_apply_ports(plugin *p)
{
    apply_settings(p);
    apply_knobs(p);
}

/* ---- sound ---- */

static void play(plugin *p, uint32_t frames)
{
    const float *in[PLUGIN_CHANNELS];
    float *out[PLUGIN_CHANNELS];
    for (size_t c = 0; c < p->channels; c++) {
        in[c] = p->ports[PORT_IN_1 + c];
        out[c] = p->ports[PORT_OUT_1 + c];
        if (!in[c] || !out[c])
            return; /* a host that has not connected everything yet */
    }
    tuner_tap_hear(&p->tuner, in[0], frames); /* before the output takes the input's place */
    bl_rig_process(p->rig, out, in, frames);
}

/* ---- what the ports tell ---- */

static void tell(plugin *p, port_id port, float value)
{
    float *to = p->ports[port];
    if (to)
        *to = value;
}

static float decibels(float level)
{
    return level > 1e-9f ? 20 * log10f(level) : -180;
}

/* One meter after the other, and that now and then: nobody reads them as often as short runs follow each other, and logarithms
 * are dear. */
static void tell_meter(plugin *p, uint32_t frames)
{
    enum { METERS = PORT_GATE_GAIN - PORT_IN_PEAK + 1, PATIENCE = 256 };
    bl_rig_meters meters;
    p->frames_since_meter += frames < PATIENCE ? frames : PATIENCE;
    if (p->frames_since_meter < PATIENCE)
        return;
    p->frames_since_meter = 0;
    const port_id port = (port_id)(PORT_IN_PEAK + p->meters_written++ % METERS);
    bl_rig_read_meters(p->rig, &meters);
    const float levels[METERS] = { meters.in.peak, meters.in.rms, meters.out.peak, meters.out.rms, meters.gate };
    tell(p, port, decibels(levels[port - PORT_IN_PEAK]));
}

static float cpu_per_cent(const bl_load *load)
{
    const float share = bl_load_share(load);
    return share < 0 ? -1 : 100 * share;
}

static void tell_all(plugin *p, uint32_t frames)
{
    tell(p, PORT_LATENCY, (float)bl_rig_latency(p->rig));
    tell(p, PORT_PLAYING, bl_rig_get(p->rig, BL_RIG_SLOT));
    tell(p, PORT_CPU, cpu_per_cent(&p->load));
    tell(p, PORT_BYPASSED, bl_rig_get(p->rig, BL_RIG_ENABLED) < 0.5f);
    tell_meter(p, frames);
}

void plugin_run(plugin *p, uint32_t frames)
{
    bl_load_begin(&p->load);
    plugin_apply_ports(p);
    control_read(p);
    switching_read_ports(p);
    work_ask(p, frames);
    play(p, frames);
    tell_all(p, frames);
    notify_write(p);
    bl_load_end(&p->load, frames, p->rate_hz);
}
