/* A rig's life, and what any thread may ask of it. */
#include "rig.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "rig_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double history_seconds = 4;

/* ---- life ---- */

static bl_status init_front(rig_front *front, const bl_rig_options *o)
{
    bl_gain_init(&front->gain, o->rate_hz);
    bl_tone_init(&front->tone, o->rate_hz);
    for (size_t c = 0; c < RIG_CHANNELS; c++) {
        bl_dc_blocker_init(&front->dc[c], o->rate_hz);
        bl_gate_init(&front->gates[c], o->rate_hz);
    }
    front->meter = bl_meter_create(o->rate_hz);
    return front->meter ? BL_OK : BL_ERR_NO_MEM;
}

static bl_status init_back(rig_back *back, const bl_rig_options *o, size_t history)
{
    bl_gain_init(&back->gain, o->rate_hz);
    bl_tone_init(&back->tone, o->rate_hz);
    atomic_init(&back->gate, 1);
    back->meter = bl_meter_create(o->rate_hz);
    bl_status status = back->meter ? BL_OK : BL_ERR_NO_MEM;
    for (size_t c = 0; c < RIG_CHANNELS && !status; c++)
        status = bl_delay_init(&back->gate_delay[c], o->rate_hz, BL_STAGE_MAX_LATENCY);
    if (!status)
        status = bl_stage_init(&back->cabinet, o->rate_hz, o->in_channels, o->out_channels, history);
    return status;
}

static bl_status init(bl_rig *rig)
{
    const bl_rig_options *o = &rig->options;
    const size_t history = (size_t)(history_seconds * o->rate_hz);
    for (int i = 0; i < BL_RIG_PARAM_COUNT; i++)
        atomic_init(&rig->params[i], bl_rig_param_describe((bl_rig_param)i)->initial);
    for (size_t i = 0; i < BL_RIG_KNOBS; i++)
        atomic_init(&rig->knobs[i], NAN);
    atomic_init(&rig->changes, 1); /* none of the settings has been applied yet */
    bl_ramp_init(&rig->enabled, o->rate_hz, 20, 1);
    bl_status status = init_front(&rig->front, o);
    if (!status)
        status = init_back(&rig->back, o, history);
    if (!status)
        status = bl_stage_init(&rig->amp, o->rate_hz, o->in_channels, o->in_channels, history);
    for (size_t c = 0; c < RIG_CHANNELS && !status; c++)
        status = bl_delay_init(&rig->dry[c], o->rate_hz, BL_STAGE_MAX_LATENCY);
    return status;
}

bl_status bl_rig_create(const bl_rig_options *options, bl_rig **out, bl_error *error)
{
    const size_t in = options->in_channels, to = options->out_channels;
    if (!(options->rate_hz >= 8e3 && options->rate_hz <= 768e3))
        return bl_fail(error, BL_ERR_ARGUMENT, "A rig runs at 8000 to 768000 Hz, not at %g Hz.", options->rate_hz);
    if (in < 1 || in > RIG_CHANNELS || to < in || to > RIG_CHANNELS)
        return bl_fail(error, BL_ERR_ARGUMENT,
                       "A rig has 1 or 2 inputs and 1 or 2 outputs, and not fewer outputs than inputs; %zu and %zu "
                       "were asked for.",
                       in, to);
    bl_rig *rig = bl_calloc(1, sizeof *rig);
    if (!rig)
        return bl_fail_no_mem(error);
    if (!bl_lock_init(&rig->asking)) {
        free(rig);
        return bl_fail_no_mem(error);
    }
    if (!bl_lock_init(&rig->working)) {
        bl_lock_free(&rig->asking);
        free(rig);
        return bl_fail_no_mem(error);
    }
    rig->options = *options;
    const bl_status status = init(rig);
    if (status) {
        bl_rig_free(rig);
        return bl_fail(error, status, "%s", bl_strerror(status));
    }
    *out = rig;
    return BL_OK;
}

void bl_rig_free(bl_rig *rig)
{
    if (!rig)
        return;
    bl_stage_free(&rig->amp);
    bl_stage_free(&rig->back.cabinet);
    for (size_t c = 0; c < RIG_CHANNELS; c++) {
        bl_delay_free(&rig->back.gate_delay[c]);
        bl_delay_free(&rig->dry[c]);
    }
    bl_meter_free(rig->front.meter);
    bl_meter_free(rig->back.meter);
    for (size_t i = 0; i < BL_RIG_FILE_COUNT; i++) {
        free(rig->places[i].path);
        bl_capture_free(rig->places[i].capture);
        bl_impulse_free(rig->places[i].impulse);
    }
    bl_capture_free(rig->played);
    bl_impulse_free(rig->heard[0]);
    bl_impulse_free(rig->heard[1]);
    bl_lock_free(&rig->asking);
    bl_lock_free(&rig->working);
    free(rig);
}

/* The parts forget their settings too, so all of them are applied anew. */
void bl_rig_reset(bl_rig *rig)
{
    bl_lock_take(&rig->asking);
    rig->resets++;
    bl_stage_reset(&rig->amp);
    bl_stage_reset(&rig->back.cabinet);
    bl_lock_give(&rig->asking);
    bl_meter_reset(rig->front.meter);
    bl_meter_reset(rig->back.meter);
    atomic_store_explicit(&rig->back.gate, 1, memory_order_relaxed);
    rig->begun = false;
    rig->applied = atomic_load_explicit(&rig->changes, memory_order_relaxed) - 1;
    rig_take(rig);
}

/* ---- settings ---- */

void bl_rig_set(bl_rig *rig, bl_rig_param param, float value)
{
    value = bl_rig_param_clamp(param, value);
    if (atomic_exchange_explicit(&rig->params[param], value, memory_order_relaxed) == value)
        return;
    atomic_fetch_add_explicit(&rig->changes, 1, memory_order_release);
    if (bl_rig_param_describe(param)->heavy)
        atomic_fetch_add_explicit(&rig->wanted, 1, memory_order_release);
}

float bl_rig_get(const bl_rig *rig, bl_rig_param param)
{
    return rig_value(rig, param);
}

void bl_rig_set_knob(bl_rig *rig, size_t knob, float value)
{
    atomic_store_explicit(&rig->knobs[knob], isfinite(value) ? value : NAN, memory_order_relaxed);
    atomic_fetch_add_explicit(&rig->changes, 1, memory_order_release);
}

float bl_rig_get_knob(const bl_rig *rig, size_t knob)
{
    return atomic_load_explicit((_Atomic float *)&rig->knobs[knob], memory_order_relaxed);
}

/* ---- files ---- */

bl_status bl_rig_set_file(bl_rig *rig, bl_rig_file file, const char *path)
{
    char *copy = NULL;
    if (path && *path && !(copy = bl_strdup(path)))
        return BL_ERR_NO_MEM;
    rig_place *place = &rig->places[file];
    bl_lock_take(&rig->asking);
    free(place->path);
    place->path = copy;
    place->asked++;
    bl_lock_give(&rig->asking);
    atomic_fetch_add_explicit(&rig->wanted, 1, memory_order_release);
    return BL_OK;
}

/* What is loaded in one place; the caller owns it then. False if there is no memory. */
static bool copy_place(bl_rig *rig, const rig_place *place, rig_place *copy)
{
    bl_lock_take(&rig->asking);
    const bool loaded = place->path && place->asked == place->done && (place->capture || place->impulse);
    *copy = (rig_place){ .path = loaded ? bl_strdup(place->path) : NULL, .quality = place->quality };
    const bool ok = !loaded || copy->path;
    if (copy->path) {
        copy->capture = bl_capture_share(place->capture);
        copy->impulse = bl_impulse_share(place->impulse);
    }
    bl_lock_give(&rig->asking);
    return ok;
}

/* As if the worker had loaded it; what is not needed stays in *copy. */
static void take_copy(bl_rig *rig, rig_place *place, rig_place *copy, bool same_rate)
{
    bl_lock_take(&rig->asking);
    if (place->path && copy->path && !strcmp(place->path, copy->path) && !place->capture && !place->impulse &&
        (copy->capture || same_rate)) {
        place->capture = copy->capture;
        place->impulse = copy->impulse;
        place->quality = copy->quality;
        place->done = place->asked;
        *copy = (rig_place){ .path = copy->path };
    }
    bl_lock_give(&rig->asking);
}

bl_status bl_rig_share_files(bl_rig *rig, bl_rig *from, bl_error *error)
{
    for (size_t i = 0; i < BL_RIG_FILE_COUNT; i++) {
        rig_place copy;
        if (!copy_place(from, &from->places[i], &copy))
            return bl_fail_no_mem(error);
        take_copy(rig, &rig->places[i], &copy, rig->options.rate_hz == from->options.rate_hz);
        free(copy.path);
        bl_capture_free(copy.capture);
        bl_impulse_free(copy.impulse);
    }
    return BL_OK;
}

bl_status bl_rig_get_file(bl_rig *rig, bl_rig_file file, bl_rig_file_state *state)
{
    const rig_place *place = &rig->places[file];
    bl_lock_take(&rig->asking);
    char *path = place->path ? bl_strdup(place->path) : NULL;
    const bool no_memory = place->path && !path;
    if (!no_memory)
        *state = (bl_rig_file_state){ path, place->capture || place->impulse, place->error };
    bl_lock_give(&rig->asking);
    return no_memory ? BL_ERR_NO_MEM : BL_OK;
}

void bl_rig_file_state_free(bl_rig_file_state *state)
{
    free(state->path);
    state->path = NULL;
}

bl_capture *bl_rig_share_capture(bl_rig *rig, size_t slot)
{
    bl_lock_take(&rig->asking);
    bl_capture *capture = bl_capture_share(rig->places[BL_RIG_MODEL + slot].capture);
    bl_lock_give(&rig->asking);
    return capture;
}

unsigned bl_rig_file_changes(const bl_rig *rig)
{
    return atomic_load_explicit((_Atomic unsigned *)&rig->file_changes, memory_order_relaxed);
}

/* ---- what it tells ---- */

size_t bl_rig_latency(const bl_rig *rig)
{
    return atomic_load_explicit((_Atomic size_t *)&rig->latency, memory_order_relaxed);
}

void bl_rig_read_meters(const bl_rig *rig, bl_rig_meters *meters)
{
    bl_meter_read(rig->front.meter, &meters->in);
    bl_meter_read(rig->back.meter, &meters->out);
    meters->gate = atomic_load_explicit((_Atomic float *)&rig->back.gate, memory_order_relaxed);
}

void bl_rig_clear_meters(bl_rig *rig)
{
    bl_meter_clear(rig->front.meter);
    bl_meter_clear(rig->back.meter);
}

bool bl_rig_wants_work(const bl_rig *rig)
{
    return atomic_load_explicit((_Atomic unsigned *)&rig->wanted, memory_order_relaxed) !=
               atomic_load_explicit((_Atomic unsigned *)&rig->done, memory_order_relaxed) ||
           bl_mailbox_has_retired(&rig->amp.box) || bl_mailbox_has_retired(&rig->back.cabinet.box);
}
