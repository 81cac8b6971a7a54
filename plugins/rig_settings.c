/* From the settings of a rig to those of its effects. */
#include "rig_state.h"

#include <math.h>

static bool is_on(const bl_rig *rig, bl_rig_param param)
{
    return rig_value(rig, param) >= 0.5f;
}

void rig_adjust_amp(const bl_rig *rig, bl_part *part)
{
    bl_amp *amp = rig_part_amp(part);
    if (!amp)
        return;
    const rig_levels levels = { .calibrate_input = is_on(rig, BL_RIG_CALIBRATE_INPUT),
                                .interface_dbu = rig_value(rig, BL_RIG_INTERFACE_LEVEL),
                                .output_mode = (int)rig_value(rig, BL_RIG_OUTPUT_MODE) };
    rig_amp_adjust(part, &levels);
    const bl_model *model = bl_capture_model(bl_amp_capture(amp));
    const size_t knobs = bl_model_param_count(model);
    for (size_t i = 0; i < knobs && i < BL_RIG_KNOBS; i++) {
        bl_param_info info;
        bl_model_get_param(model, i, &info);
        const float value = bl_rig_get_knob(rig, i);
        bl_amp_set_knob(amp, i, isnan(value) ? info.initial : value);
    }
}

void rig_adjust_cabinet(const bl_rig *rig, bl_part *part)
{
    const bl_cabinet_params params = { .blend = rig_value(rig, BL_RIG_CAB_BLEND),
                                       .pan_first = rig_value(rig, BL_RIG_CAB_PAN_1),
                                       .pan_second = rig_value(rig, BL_RIG_CAB_PAN_2),
                                       .delay_ms = rig_value(rig, BL_RIG_CAB_DELAY),
                                       .invert = is_on(rig, BL_RIG_CAB_INVERT),
                                       .low_cut_hz = rig_value(rig, BL_RIG_CAB_LOW_CUT),
                                       .high_cut_hz = rig_value(rig, BL_RIG_CAB_HIGH_CUT) };
    rig_cabinet_adjust(part, &params);
}

static void apply_gate(bl_rig *rig)
{
    bl_gate_params params = bl_gate_defaults();
    params.active = is_on(rig, BL_RIG_GATE);
    params.threshold_db = rig_value(rig, BL_RIG_GATE_THRESHOLD);
    params.hysteresis_db = rig_value(rig, BL_RIG_GATE_HYSTERESIS);
    params.attack_ms = rig_value(rig, BL_RIG_GATE_ATTACK);
    params.hold_ms = rig_value(rig, BL_RIG_GATE_HOLD);
    params.release_ms = rig_value(rig, BL_RIG_GATE_RELEASE);
    for (size_t c = 0; c < rig->options.in_channels; c++)
        bl_gate_set(&rig->front.gates[c], &params);
}

/* Two tone stacks, of which one is flat: so the controls can move to the other place without a click. */
static void apply_tone(bl_rig *rig)
{
    const bl_tone_params flat = bl_tone_defaults(), set = { .bass_db = rig_value(rig, BL_RIG_BASS),
                                                            .mid_db = rig_value(rig, BL_RIG_MID),
                                                            .treble_db = rig_value(rig, BL_RIG_TREBLE),
                                                            .presence_db = rig_value(rig, BL_RIG_PRESENCE),
                                                            .depth_db = rig_value(rig, BL_RIG_DEPTH),
                                                            .low_cut_hz = rig_value(rig, BL_RIG_LOW_CUT),
                                                            .high_cut_hz = rig_value(rig, BL_RIG_HIGH_CUT) };
    const bool before = (int)rig_value(rig, BL_RIG_TONE_PLACE) == BL_RIG_TONE_BEFORE;
    bl_tone_set(&rig->front.tone, before ? &set : &flat);
    bl_tone_set(&rig->back.tone, before ? &flat : &set);
}

static void apply_effects(bl_rig *rig)
{
    const size_t fade = (size_t)(rig_value(rig, BL_RIG_FADE) * 1e-3 * rig->options.rate_hz);
    bl_gain_set(&rig->front.gain, rig_value(rig, BL_RIG_INPUT_GAIN));
    bl_gain_set(&rig->back.gain, rig_value(rig, BL_RIG_OUTPUT_GAIN));
    for (size_t c = 0; c < rig->options.in_channels; c++)
        bl_dc_blocker_set(&rig->front.dc[c], is_on(rig, BL_RIG_DC_BLOCKER));
    apply_gate(rig);
    apply_tone(rig);
    bl_stage_set_on(&rig->amp, is_on(rig, BL_RIG_AMP));
    bl_stage_set_on(&rig->back.cabinet, is_on(rig, BL_RIG_CAB));
    bl_stage_set_fade(&rig->amp, fade);
    bl_stage_set_fade(&rig->back.cabinet, fade);
    bl_ramp_set(&rig->enabled, is_on(rig, BL_RIG_ENABLED));
}

static void apply_latency(bl_rig *rig)
{
    const size_t latency = bl_stage_latency(&rig->amp);
    if (latency == bl_rig_latency(rig))
        return;
    for (size_t c = 0; c < rig->options.in_channels; c++) {
        bl_delay_set(&rig->back.gate_delay[c], latency);
        bl_delay_set(&rig->dry[c], latency);
    }
    atomic_store_explicit(&rig->latency, latency, memory_order_relaxed);
}

/* Before the first frame there is nothing to be smooth about. */
static void jump(bl_rig *rig)
{
    bl_gain_reset(&rig->front.gain);
    bl_gain_reset(&rig->back.gain);
    bl_tone_reset(&rig->front.tone);
    bl_tone_reset(&rig->back.tone);
    bl_ramp_jump(&rig->enabled);
    rig->back.open_frames = 0;
    rig->back.gate_sleeps = false;
    for (size_t c = 0; c < rig->options.in_channels; c++) {
        bl_dc_blocker_reset(&rig->front.dc[c]);
        bl_gate_reset(&rig->front.gates[c]);
        bl_delay_reset(&rig->back.gate_delay[c]);
        bl_delay_reset(&rig->dry[c]);
    }
}

void rig_take(bl_rig *rig)
{
    const unsigned changes = atomic_load_explicit(&rig->changes, memory_order_acquire);
    const bool changed = changes != rig->applied;
    bl_stage_take(&rig->amp);
    bl_stage_take(&rig->back.cabinet);
    if (changed || rig->amp.taken != rig->amps) {
        rig_adjust_amp(rig, rig->amp.now);
        rig_adjust_amp(rig, rig->amp.next);
        rig->amps = rig->amp.taken;
    }
    if (changed || rig->back.cabinet.taken != rig->cabinets) {
        rig_adjust_cabinet(rig, rig->back.cabinet.now);
        rig_adjust_cabinet(rig, rig->back.cabinet.next);
        rig->cabinets = rig->back.cabinet.taken;
    }
    if (changed)
        apply_effects(rig);
    rig->applied = changes;
    apply_latency(rig);
    if (!rig->begun)
        jump(rig);
}
