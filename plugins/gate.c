/* The detector is a comparator with two levels and a counter: a peak above the level starts the hold anew. A
 * hold lasts longer than a period of any string, so that while one sounds nothing needs smoothing and nothing
 * can ripple: the gate closes once, when a whole hold had no peak above the lower level. What swells again
 * behind that, strings whose partials beat, meets a guard, a higher level for a while; a new note is louder than
 * both.
 *
 * The gain follows a position p that moves in a straight line between closed (0) and open (1): the factor is
 * (1 - (1-p)^2)^8, a bell curve that begins and ends without a corner, falls like a parabola in dB, and is
 * exactly 0 and 1 at its ends. */
#include "gate.h"

#include <math.h>
#include <string.h>

enum { OPEN = 1 << 29 }; /* the position 1; a whole number costs less per sample to keep in bounds */

static const double pi = 3.14159265358979323846;
static const double smoothing_hz = 5000, rumble_hz = 80;
static const double guard_s = 1;
static const float most_guard_db = 6, least_hold_ms = 33, depth_ms = 20, opening_ms = 20;

bl_gate_params bl_gate_defaults(void)
{
    return (bl_gate_params){ .active = false,
                             .threshold_db = -60,
                             .hysteresis_db = 6,
                             .attack_ms = 1,
                             .hold_ms = 50,
                             .release_ms = 150,
                             .range_db = 100 };
}

/* How much of a new sample a one-pole low-pass takes. */
static float share_of(double frequency_hz, double rate_hz)
{
    return (float)(1 - exp(-2 * pi * frequency_hz / rate_hz));
}

void bl_gate_init(bl_gate *gate, double rate_hz)
{
    const bl_gate_params defaults = bl_gate_defaults();
    *gate = (bl_gate){ .rate_hz = rate_hz, .params = defaults };
    gate->guard = (uint32_t)(guard_s * rate_hz);
    gate->smoothing = share_of(smoothing_hz, rate_hz);
    gate->tracking = share_of(rumble_hz, rate_hz);
    bl_ramp_init(&gate->depth, rate_hz, depth_ms, 1);
    bl_gate_set(gate, &defaults);
    bl_gate_reset(gate);
}

static void keep_within(float value, float low, float high, float *out)
{
    if (isfinite(value))
        *out = value < low ? low : value > high ? high : value;
}

static double samples_of(float ms, double rate_hz)
{
    const double samples = ms * rate_hz / 1000;
    return samples < 1 ? 1 : samples;
}

/* Of the position per sample. */
static int32_t step_for(float ms, double rate_hz)
{
    return (int32_t)ceil(OPEN / samples_of(ms, rate_hz));
}

static float factor_of(float level_db)
{
    return powf(10, level_db / 20);
}

static float smaller(float a, float b)
{
    return a < b ? a : b;
}

static float larger(float a, float b)
{
    return a > b ? a : b;
}

void bl_gate_set(bl_gate *gate, const bl_gate_params *params)
{
    bl_gate_params *p = &gate->params;
    p->active = params->active;
    keep_within(params->threshold_db, -100, 0, &p->threshold_db);
    keep_within(params->hysteresis_db, 0, 24, &p->hysteresis_db);
    keep_within(params->attack_ms, 0.05f, 100, &p->attack_ms);
    keep_within(params->hold_ms, 0, 2000, &p->hold_ms);
    keep_within(params->release_ms, 1, 4000, &p->release_ms);
    keep_within(params->range_db, 0, 100, &p->range_db);
    /* Every level is above -1, so that an inactive gate is always open. */
    gate->opens = p->active ? factor_of(p->threshold_db) : -1;
    gate->reopens = p->active ? factor_of(p->threshold_db + smaller(p->hysteresis_db, most_guard_db)) : -1;
    gate->stays = p->active ? factor_of(p->threshold_db - p->hysteresis_db) : -1;
    gate->hold = (uint32_t)samples_of(larger(p->hold_ms, least_hold_ms), gate->rate_hz);
    gate->held = gate->held < gate->hold ? gate->held : gate->hold;
    gate->rises = step_for(p->active ? p->attack_ms : larger(p->attack_ms, opening_ms), gate->rate_hz);
    gate->falls = -step_for(p->release_ms, gate->rate_hz);
    bl_ramp_set(&gate->depth, p->range_db < 100 ? 1 - factor_of(-p->range_db) : 1);
}

void bl_gate_reset(bl_gate *gate)
{
    gate->smooth = gate->low = 0;
    gate->guarded = 0;
    gate->held = gate->params.active ? 0 : gate->hold;
    gate->position = gate->params.active ? 0 : OPEN;
    bl_ramp_jump(&gate->depth);
}

/* ---- audio thread: in steps, so that what does not depend on the sample before is vectorised ---- */

enum { RUN = 64 };

/* Magnitudes of what the detector hears. */
static void listen(bl_gate *gate, float *level, const float *in, size_t frames)
{
    const float offset = 1e-18f; /* keeps the filters' states in silence above the denormals, which are slow */
    float smooth = gate->smooth, low = gate->low;
    for (size_t i = 0; i < frames; i++) {
        smooth += gate->smoothing * (in[i] + offset - smooth);
        low += gate->tracking * (smooth - low);
        level[i] = fabsf(smooth - low);
    }
    gate->smooth = smooth;
    gate->low = low;
}

/* Where the gate is after each sample. Which levels are peaks is arithmetic on masks made beforehand: no CPU could
 * foresee a jump that noise around the threshold decides. */
static void follow(bl_gate *gate, int32_t *position, const float *level, size_t frames)
{
    uint32_t opens[RUN], reopens[RUN], stays[RUN];
    for (size_t i = 0; i < frames; i++) {
        opens[i] = level[i] > gate->opens ? UINT32_MAX : 0;
        reopens[i] = level[i] > gate->reopens ? UINT32_MAX : 0;
        stays[i] = level[i] > gate->stays ? UINT32_MAX : 0;
    }
    const int32_t falls = gate->falls, rises = gate->rises;
    const uint32_t hold = gate->hold;
    uint32_t held = gate->held, guarded = gate->guarded;
    int32_t now = gate->position;
    for (size_t i = 0; i < frames; i++) {
        const uint32_t was_open = held != 0, was_guarded = guarded != 0;
        const uint32_t peak = reopens[i] | (opens[i] & (was_guarded - 1)) | (stays[i] & -was_open);
        held -= was_open;
        held += (hold - held) & peak;
        guarded = held ? gate->guard : guarded - was_guarded;
        now += held ? rises : falls;
        now = now < 0 ? 0 : now;
        now = now > OPEN ? OPEN : now;
        position[i] = now;
    }
    gate->held = held;
    gate->guarded = guarded;
    gate->position = now;
}

static inline float gain_at(int32_t position, float depth)
{
    const float u = (float)(OPEN - position) * (1.0f / OPEN), h = 1 - u * u, h2 = h * h, h4 = h2 * h2;
    return 1 - depth * (1 - h4 * h4);
}

static void detect_run(bl_gate *gate, float *gain, const float *in, size_t frames)
{
    float level[RUN];
    int32_t position[RUN];
    const size_t moving = frames < gate->depth.left ? frames : gate->depth.left;
    listen(gate, level, in, frames);
    follow(gate, position, level, frames);
    for (size_t i = 0; i < moving; i++)
        gain[i] = gain_at(position[i], bl_ramp_next(&gate->depth));
    for (size_t i = moving; i < frames; i++)
        gain[i] = gain_at(position[i], gate->depth.value);
}

/* Inactive and open: nothing that the detector hears could change that. */
bool bl_gate_is_idle(const bl_gate *gate)
{
    return !gate->params.active && gate->position == OPEN;
}

static void rest(bl_gate *gate, float *gain, size_t frames)
{
    gate->smooth = gate->low = 0;
    gate->held = gate->hold;
    gate->guarded = gate->guard;
    bl_ramp_jump(&gate->depth);
    for (size_t i = 0; i < frames; i++)
        gain[i] = 1;
}

void bl_gate_detect(bl_gate *gate, float *gain, const float *in, size_t frames)
{
    if (bl_gate_is_idle(gate)) {
        rest(gate, gain, frames);
        return;
    }
    for (size_t at = 0; at < frames; at += RUN)
        detect_run(gate, gain + at, in + at, frames - at < RUN ? frames - at : RUN);
}

void bl_gate_process(bl_gate *gate, float *out, const float *in, size_t frames)
{
    float gain[RUN];
    if (bl_gate_is_idle(gate)) {
        memmove(out, in, frames * sizeof *out);
        rest(gate, gain, 0);
        return;
    }
    for (size_t at = 0; at < frames; at += RUN) {
        const size_t run = frames - at < RUN ? frames - at : RUN;
        detect_run(gate, gain, in + at, run);
        for (size_t i = 0; i < run; i++)
            out[at + i] = gain[i] * in[at + i];
    }
}
