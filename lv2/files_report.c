/* What became of the named files, told to the audio thread and to the host's log. */
#define _GNU_SOURCE
#include "plugin.h"

#include "model_details.h"
#include "plain_numbers.h"

#include <stdlib.h>
#include <string.h>

/* One place of the rig. */
typedef struct place_state {
    bool loaded;
    bl_error error;
} place_state;

typedef struct rig_report {
    place_state places[BL_RIG_FILE_COUNT];
    size_t chosen;       /* slot, from 0 */
    bl_capture *capture; /* that plays; NULL: none */
} rig_report;

/* ---- what had to wait for the models ---- */

static place_state look_at(plugin *p, size_t place)
{
    bl_rig_file_state file;
    if (bl_rig_get_file(p->rig, (bl_rig_file)place, &file))
        return (place_state){ false, { BL_ERR_NO_MEM, "There is not enough memory to look after this file." } };
    bl_rig_file_state_free(&file);
    return (place_state){ file.loaded, p->find_error[place].status ? p->find_error[place] : file.error };
}

/* The rig keeps what it had where a load fails. But what a session or a rig file sounds like must not depend on what was
 * there before it. */
static void empty_failed(plugin *p)
{
    for (size_t i = 0; i < BL_RIG_FILE_COUNT; i++) {
        const place_state state = look_at(p, i);
        if (!(p->replaced >> i & 1) || !state.loaded || !state.error.status)
            continue;
        p->find_error[i] = state.error;
        bl_rig_set_file(p->rig, (bl_rig_file)i, NULL); /* allocates nothing */
    }
    p->replaced = 0;
}

/* Unless another slot was chosen meanwhile, or its model could not be loaded: then that is what is wrong. */
static void turn_knobs(plugin *p)
{
    const float slot = bl_rig_get(p->rig, BL_RIG_SLOT);
    bl_rig_setup *setup = p->knobs_wanted;
    if (!setup)
        return;
    const place_state state = look_at(p, (size_t)slot - 1);
    if (setup->values[BL_RIG_SLOT] == slot && (state.loaded || !state.error.status)) {
        atomic_store_explicit(&p->held_knobs, (UINT32_C(1) << PLUGIN_KNOBS) - 1, memory_order_relaxed);
        bl_rig_setup_apply_knobs(setup, p->rig, &p->rig_error);
    }
    bl_rig_setup_free(setup);
    free(setup);
    p->knobs_wanted = NULL;
}

/* ---- numbers ---- */

/* The rig plays on with the model that it had when an empty slot is chosen; but not when the playing slot is emptied. */
static void see_what_plays(plugin *p, rig_report *r)
{
    if (r->places[r->chosen].loaded)
        p->playing = r->chosen + 1;
    else if (p->playing == r->chosen + 1 || (p->playing && !r->places[p->playing - 1].loaded))
        p->playing = 0;
    r->capture = p->playing ? bl_rig_share_capture(p->rig, p->playing - 1) : NULL;
}

static bool store(_Atomic float *to, float value)
{
    return atomic_exchange_explicit(to, value, memory_order_relaxed) != value;
}

static void tell_numbers(plugin *p, const rig_report *r)
{
    const bl_model *model = r->capture ? bl_capture_model(r->capture) : NULL;
    const size_t count = model ? bl_model_param_count(model) : 0;
    uint32_t loaded = 0;
    bool changed = false;
    for (size_t i = 0; i < BL_RIG_SLOTS; i++)
        loaded |= (uint32_t)r->places[BL_RIG_MODEL + i].loaded << i;
    atomic_store_explicit(&p->loaded, loaded, memory_order_relaxed);
    for (size_t i = 0; i < PLUGIN_KNOBS; i++) {
        bl_param_info knob = { .name = NULL };
        if (i < count)
            bl_model_get_param(model, i, &knob);
        changed |= store(&p->knobs[i].minimum, knob.minimum);
        changed |= store(&p->knobs[i].initial, knob.initial);
        changed |= store(&p->knobs[i].maximum, knob.maximum);
        changed |= atomic_exchange_explicit(&p->knobs[i].has, i < count, memory_order_relaxed) != (i < count);
    }
    if (changed)
        atomic_fetch_add_explicit(&p->knob_changes, 1, memory_order_release);
}

/* ---- texts ---- */

/* Posts a text, unless it is what was told last. */
static void tell(plugin *p, property which, const char *text)
{
    const uint32_t bit = UINT32_C(1) << which;
    const char *last = p->told[which] ? p->told[which] : "";
    if (!strcmp(last, text) && !(p->tell_again & bit))
        return;
    text_box_post(&p->reports[which], text, strlen(text), 0);
    atomic_fetch_add_explicit(&p->reported, 1, memory_order_release);
    p->tell_again &= ~bit;
    free(p->told[which]);
    p->told[which] = strdup(text); /* without memory it is told once more */
}

/* The sentence for the log, once each time that something goes wrong. */
static void log_once(plugin *p, size_t place, const bl_error *error)
{
    const char *last = p->logged[place] ? p->logged[place] : "", *sentence = error->status ? error->text : "";
    if (!strcmp(last, sentence))
        return;
    if (*sentence)
        host_log(&p->host, &p->uris, sentence);
    free(p->logged[place]);
    p->logged[place] = strdup(sentence);
}

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* What the model's file calls it, or NULL. */
static const char *own_name(const rig_report *r)
{
    bl_model_info info;
    if (!r->capture)
        return NULL;
    bl_model_get_info(bl_capture_model(r->capture), &info);
    return info.name && *info.name ? info.name : NULL;
}

static void tell_status(plugin *p, const rig_report *r)
{
    const place_state *slot = &r->places[r->chosen];
    const char *path = p->files[r->chosen].path, *file = path ? file_name(path) : "", *name = own_name(r);
    const size_t number = r->chosen + 1;
    plain_text t = { .length = 0 };
    if (slot->loaded && slot->error.status)
        plain_text_add(&t, "Slot %zu cannot load %.255s, and plays on with what it had.", number, file);
    else if (slot->loaded && name)
        plain_text_add(&t, "Slot %zu plays %.100s (%.255s).", number, name, file);
    else if (slot->loaded)
        plain_text_add(&t, "Slot %zu plays %.255s.", number, file);
    else if (slot->error.status)
        plain_text_add(&t, "Slot %zu has no model: %.255s cannot be loaded", number, file);
    else
        plain_text_add(&t, path ? "Slot %zu waits for %.255s" : "Slot %zu is empty", number, file);
    if (!slot->loaded && p->playing)
        plain_text_add(&t, "; slot %zu plays on", p->playing);
    if (!slot->loaded)
        plain_text_add(&t, ".");
    tell(p, PROPERTY_STATUS, t.text);
}

/* What is wrong: the rig file, the chosen slot, the cabinets, the other slots. */
static const bl_error *first_error(const plugin *p, const rig_report *r)
{
    if (p->rig_error.status)
        return &p->rig_error;
    if (r->places[r->chosen].error.status)
        return &r->places[r->chosen].error;
    for (size_t i = 0; i < BL_RIG_FILE_COUNT; i++) {
        const size_t place = (BL_RIG_IMPULSE_1 + i) % BL_RIG_FILE_COUNT;
        if (r->places[place].error.status)
            return &r->places[place].error;
    }
    return NULL;
}

static void tell_model(plugin *p, const rig_report *r)
{
    const char *name = own_name(r);
    plain_text t = { .length = 0 }, details = { .length = 0 };
    if (r->capture) {
        /* the file that plays: the one that is named may have failed */
        plain_text_add(&t, "%.255s", name ? name : file_name(bl_capture_path(r->capture)));
        model_details(&details, r->capture, p->rate_hz);
    }
    tell(p, PROPERTY_MODEL_NAME, t.text);
    tell(p, PROPERTY_MODEL_DETAILS, details.text);
}

static void tell_held(plugin *p)
{
    char *held = state_write_held(p);
    tell(p, PROPERTY_HELD, held ? held : "");
    free(held);
}

static void tell_texts(plugin *p, const rig_report *r)
{
    const bl_error *error = first_error(p, r);
    plain_text t = { .length = 0 };
    for (size_t i = 0; i < BL_RIG_FILE_COUNT; i++) {
        tell(p, (property)i, p->files[i].path ? p->files[i].path : "");
        log_once(p, i, &r->places[i].error);
    }
    tell(p, PROPERTY_RIG, p->rig_path ? p->rig_path : "");
    log_once(p, BL_RIG_FILE_COUNT, &p->rig_error);
    if (error)
        plain_text_add(&t, "%s", error->text);
    tell(p, PROPERTY_ERROR, t.text);
    tell_status(p, r);
    tell_model(p, r);
    tell_held(p);
}

void files_report(plugin *p)
{
    const plain_numbers numbers = plain_numbers_begin();
    rig_report r;
    bl_lock_take(&p->asking);
    atomic_store_explicit(&p->held_changed, false, memory_order_relaxed); /* before it is looked at */
    if (!bl_rig_wants_work(p->rig)) { /* else what the rig says may be about earlier names */
        empty_failed(p);
        turn_knobs(p);
    }
    for (size_t i = 0; i < BL_RIG_FILE_COUNT; i++)
        r.places[i] = look_at(p, i);
    r.chosen = (size_t)bl_rig_get(p->rig, BL_RIG_SLOT) - 1;
    see_what_plays(p, &r);
    tell_numbers(p, &r);
    tell_texts(p, &r);
    bl_lock_give(&p->asking);
    bl_capture_free(r.capture);
    plain_numbers_end(numbers);
    files_hash(p);
}
