/* The rig's worker: what may wait. */
#include "base/alloc.h"
#include "base/fail.h"
#include "rig_state.h"

#include <stdlib.h>
#include <string.h>

/* What the worker was asked for at one place. */
typedef struct request {
    bool named; /* false: nothing shall be there */
    char *path; /* owned; NULL: none, or there was no memory for it */
    unsigned asked;
    float quality;
} request;

static bool is_model(size_t file)
{
    return file < BL_RIG_MODEL + BL_RIG_SLOTS;
}

static size_t chosen_slot(const bl_rig *rig)
{
    return (size_t)rig_value(rig, BL_RIG_SLOT) - 1;
}

/* Whether the model that is to play comes in sizes, and in another one than it was loaded in. Others wait until they
 * are chosen. */
static bool has_wrong_size(const bl_rig *rig, size_t file)
{
    const rig_place *place = &rig->places[file];
    return is_model(file) && file - BL_RIG_MODEL == chosen_slot(rig) && place->capture &&
           place->quality != rig_value(rig, BL_RIG_QUALITY) &&
           bl_model_quality_count(bl_capture_model(place->capture)) > 0;
}

/* False if there is nothing to do. */
static bool read_request(bl_rig *rig, size_t file, request *r)
{
    rig_place *place = &rig->places[file];
    bl_lock_take(&rig->asking);
    const bool wanted = place->asked != place->done || has_wrong_size(rig, file);
    *r = (request){ place->path != NULL, NULL, place->asked, rig_value(rig, BL_RIG_QUALITY) };
    if (wanted && r->named)
        r->path = bl_strdup(place->path);
    bl_lock_give(&rig->asking);
    return wanted;
}

static bl_status load(const bl_rig *rig, size_t file, const request *r, bl_capture **capture, bl_impulse **impulse,
                      bl_error *error)
{
    if (!r->named)
        return BL_OK;
    if (!r->path)
        return bl_fail_no_mem(error);
    if (!is_model(file)) {
        const bl_impulse_options options = { .rate_hz = rig->options.rate_hz };
        return bl_impulse_load(r->path, &options, impulse, error);
    }
    bl_load_options options = rig->options.load;
    options.has_quality = true;
    options.quality = r->quality;
    return bl_capture_load(r->path, &options, rig->options.cpu, capture, error);
}

/* Sees to one place. A failed load leaves what is there; one that was superseded meanwhile is dropped. */
static bl_status see_to(bl_rig *rig, size_t file, bl_error *error)
{
    rig_place *place = &rig->places[file];
    request r;
    bl_error own = { 0 };
    bl_capture *capture = NULL;
    bl_impulse *impulse = NULL;
    if (!read_request(rig, file, &r))
        return BL_OK;
    bl_status status = load(rig, file, &r, &capture, &impulse, &own);
    bl_lock_take(&rig->asking);
    if (place->asked == r.asked) {
        place->done = r.asked;
        place->quality = r.quality;
        place->error = own;
        if (!status) { /* exchange: the old ones are freed below */
            bl_capture *old_capture = place->capture;
            bl_impulse *old_impulse = place->impulse;
            place->capture = capture;
            place->impulse = impulse;
            capture = old_capture;
            impulse = old_impulse;
        }
        atomic_fetch_add_explicit(&rig->file_changes, 1, memory_order_relaxed);
    } else {
        status = BL_OK;
    }
    bl_lock_give(&rig->asking);
    bl_capture_free(capture);
    bl_impulse_free(impulse);
    free(r.path);
    if (status && error)
        *error = own;
    return status;
}

/* ---- the amp ---- */

static bl_status make_amp_part(bl_rig *rig, bl_capture *capture, size_t oversample, bl_part **out, bl_error *error)
{
    const bl_amp_options options = { .rate_hz = rig->options.rate_hz,
                                     .lanes = rig->options.in_channels,
                                     .oversample = oversample };
    bl_amp *amp;
    bl_status status = bl_amp_create(capture, &options, &amp, error);
    if (status)
        return status;
    *out = rig_amp_part(amp);
    if (!*out) {
        bl_amp_free(amp);
        return bl_fail_no_mem(error);
    }
    return BL_OK;
}

static unsigned count_resets(bl_rig *rig)
{
    bl_lock_take(&rig->asking);
    const unsigned resets = rig->resets;
    bl_lock_give(&rig->asking);
    return resets;
}

/* False if the rig was reset meanwhile: what the part has heard is to be forgotten. */
static bool post(bl_rig *rig, bl_stage *stage, bl_part *part, unsigned resets)
{
    bl_lock_take(&rig->asking);
    const bool current = resets == rig->resets;
    if (current)
        bl_stage_post(stage, part);
    bl_lock_give(&rig->asking);
    return current;
}

/* Sets, warms and hands over. The stage owns the part then; else it is freed. */
static bl_status hand_over(bl_rig *rig, bl_stage *stage, bl_part *part, bl_error *error)
{
    for (;;) {
        const unsigned resets = count_resets(rig);
        rig_adjust_amp(rig, part);
        rig_adjust_cabinet(rig, part);
        if (!bl_stage_warm(stage, part)) {
            part->free(part);
            return bl_fail_no_mem(error);
        }
        if (post(rig, stage, part, resets))
            return BL_OK;
        part->reset(part);
    }
}

/* Keeps what went wrong with what a file is needed for. */
static void blame(bl_rig *rig, size_t file, const bl_error *error)
{
    bl_lock_take(&rig->asking);
    rig->places[file].error = *error;
    bl_lock_give(&rig->asking);
    atomic_fetch_add_explicit(&rig->file_changes, 1, memory_order_relaxed);
}

/* Sees to it that the chosen slot's model plays. An empty slot changes nothing, but one that was emptied while it played
 * plays no more. */
static bl_status see_to_amp(bl_rig *rig, bl_error *error)
{
    const size_t slot = chosen_slot(rig), oversample = (size_t)rig_value(rig, BL_RIG_OVERSAMPLE);
    bl_capture *capture = rig->places[BL_RIG_MODEL + slot].capture;
    if (!capture && (!rig->played || rig->played_slot != slot))
        return BL_OK;
    if (capture == rig->played && oversample == rig->played_oversample) {
        rig->played_slot = slot;
        return BL_OK;
    }
    bl_part *part = NULL;
    bl_status status = BL_OK;
    if (capture)
        status = make_amp_part(rig, capture, oversample, &part, error);
    else if (!(part = rig_wire_part(rig->options.in_channels, rig->options.in_channels)))
        status = bl_fail_no_mem(error);
    if (!status)
        status = hand_over(rig, &rig->amp, part, error);
    if (status) {
        blame(rig, BL_RIG_MODEL + slot, error);
        return status;
    }
    bl_capture_free(rig->played);
    rig->played = bl_capture_share(capture);
    rig->played_slot = slot;
    rig->played_oversample = oversample;
    return BL_OK;
}

/* ---- the cabinet ---- */

static bl_status make_cabinet_part(bl_rig *rig, bl_impulse *first, bl_impulse *second, bl_part **out,
                                   bl_error *error)
{
    const bl_rig_options *o = &rig->options;
    bl_cabinet *cabinet;
    if (!first && !second) {
        *out = rig_wire_part(o->in_channels, o->out_channels);
        return *out ? BL_OK : bl_fail_no_mem(error);
    }
    bl_status status =
        bl_cabinet_create(first, second, o->in_channels, o->out_channels, o->rate_hz, o->cpu, &cabinet, error);
    if (status)
        return status;
    *out = rig_cabinet_part(cabinet);
    if (!*out) {
        bl_cabinet_free(cabinet);
        return bl_fail_no_mem(error);
    }
    return BL_OK;
}

static bl_status see_to_cabinet(bl_rig *rig, bl_error *error)
{
    bl_impulse *first = rig->places[BL_RIG_IMPULSE_1].impulse, *second = rig->places[BL_RIG_IMPULSE_2].impulse;
    bl_part *part = NULL;
    if (first == rig->heard[0] && second == rig->heard[1])
        return BL_OK;
    bl_status status = make_cabinet_part(rig, first, second, &part, error);
    if (!status)
        status = hand_over(rig, &rig->back.cabinet, part, error);
    if (status && first != rig->heard[0])
        blame(rig, BL_RIG_IMPULSE_1, error);
    if (status && second != rig->heard[1])
        blame(rig, BL_RIG_IMPULSE_2, error);
    if (status)
        return status;
    bl_impulse_free(rig->heard[0]);
    bl_impulse_free(rig->heard[1]);
    rig->heard[0] = bl_impulse_share(first);
    rig->heard[1] = bl_impulse_share(second);
    return BL_OK;
}

/* ---- all of it ---- */

/* The first failure counts. */
static void note(bl_status *first, bl_error *error, bl_status status, const bl_error *own)
{
    if (*first || !status)
        return;
    *first = status;
    if (error)
        *error = *own;
}

bl_status bl_rig_work(bl_rig *rig, bl_error *error)
{
    bl_status first = BL_OK;
    unsigned wanted;
    bl_lock_take(&rig->working);
    do {
        bl_error own = { 0 };
        wanted = atomic_load_explicit(&rig->wanted, memory_order_acquire);
        bl_stage_collect(&rig->amp);
        bl_stage_collect(&rig->back.cabinet);
        for (size_t file = 0; file < BL_RIG_FILE_COUNT; file++)
            note(&first, error, see_to(rig, file, &own), &own);
        note(&first, error, see_to_amp(rig, &own), &own);
        note(&first, error, see_to_cabinet(rig, &own), &own);
        atomic_store_explicit(&rig->done, wanted, memory_order_relaxed);
    } while (wanted != atomic_load_explicit(&rig->wanted, memory_order_acquire));
    bl_lock_give(&rig->working);
    return first;
}
