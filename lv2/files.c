/* Which files are named: by the host's requests, by rig files, by sessions and, where nobody names any, by default. */
#define _GNU_SOURCE
#include "plugin.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const bl_error no_error;

static void fail(bl_error *error, bl_status status, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void fail(bl_error *error, bl_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    error->status = status;
    vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
}

static void fail_no_memory(bl_error *error)
{
    fail(error, BL_ERR_NO_MEM, "%s", bl_strerror(BL_ERR_NO_MEM));
}

/* ---- under the lock ---- */

static void fail_too_long(bl_error *error, size_t length)
{
    fail(error, BL_ERR_LIMIT, "A path of %zu bytes was asked for; paths can have %d.", length, TEXT_BOX_SIZE - 1);
}

/* Names a file, and takes its path. What cannot be loaded keeps its name here, but the rig is not asked for it. */
static void name_file(plugin *p, size_t place, bl_rig_setup_file *file, const bl_error *error)
{
    free(p->files[place].path);
    p->files[place] = *file;
    file->path = NULL;
    p->find_error[place] = *error;
    p->namings[place]++;
    p->named = true;
    if (bl_rig_set_file(p->rig, (bl_rig_file)place, error->status ? NULL : p->files[place].path))
        fail_no_memory(&p->find_error[place]);
}

/* Replaces all files. */
static void name_files(plugin *p, bl_rig_setup_file files[BL_RIG_FILE_COUNT], bl_error errors[BL_RIG_FILE_COUNT])
{
    for (size_t i = 0; i < BL_RIG_FILE_COUNT; i++) {
        const size_t length = files[i].path ? strlen(files[i].path) : 0;
        if (length >= TEXT_BOX_SIZE)
            fail_too_long(&errors[i], length);
        name_file(p, i, &files[i], &errors[i]);
        p->replaced |= UINT32_C(1) << i;
    }
}

static void forget_knobs(plugin *p)
{
    if (p->knobs_wanted)
        bl_rig_setup_free(p->knobs_wanted);
    free(p->knobs_wanted);
    p->knobs_wanted = NULL;
}

static void forget_rig(plugin *p)
{
    free(p->rig_path);
    p->rig_path = NULL;
    p->rig_error = no_error;
    forget_knobs(p);
}

/* Whether the audio thread set it behind the request of that number; the numbers go round. Written back as it is, so that either
 * this thread sees the wish, or what this thread set before comes before what the audio thread sets. */
static bool is_wished_since(plugin *p, bl_rig_param param, unsigned order)
{
    return (int)(atomic_fetch_add_explicit(&p->wished_after[param], 0, memory_order_acq_rel) - order) >= 0;
}

/* Looks again behind each time that it sets: the audio thread may set it in the same moment. */
static void set_unless_wished_since(plugin *p, bl_rig_param param, float value, unsigned order)
{
    if (is_wished_since(p, param, order))
        return;
    bl_rig_set(p->rig, param, value);
    for (float wish, last = NAN; is_wished_since(p, param, order); last = wish) {
        wish = atomic_load_explicit(&p->wished[param], memory_order_relaxed);
        if (wish == last)
            return;
        bl_rig_set(p->rig, param, wish);
    }
}

/* A setup whose files have been looked for. Files first: a slot must not be chosen for what was there before. */
static void take_over(plugin *p, bl_rig_setup *setup, bl_error errors[BL_RIG_FILE_COUNT], unsigned order)
{
    name_files(p, setup->files, errors);
    for (int i = 0; i < BL_RIG_PARAM_COUNT; i++)
        set_unless_wished_since(p, (bl_rig_param)i, setup->values[i], order);
}

/* order: of the request for it. */
static bool load_rig(plugin *p, const char *path, unsigned order)
{
    bl_error errors[BL_RIG_FILE_COUNT];
    bl_rig_setup *setup = malloc(sizeof *setup);
    char *copy = strdup(path);
    bl_error error;
    if (!setup || !copy)
        fail_no_memory(&error);
    else if (!bl_rig_file_load(path, setup, &error))
        error = no_error;
    if (error.status) {
        p->rig_error = error;
        p->tell_again |= UINT32_C(1) << PROPERTY_RIG;
        free(setup);
        free(copy);
        return false;
    }
    files_find(p, setup->files, errors);
    forget_rig(p);
    take_over(p, setup, errors, order);
    p->rig_path = copy;
    p->knobs_wanted = setup;
    return true;
}

/* ---- requests ---- */

/* Somebody wants this file now. The same name again loads it again; its hash is then that of what is there. */
static void name_request(plugin *p, size_t place, const char *path)
{
    bl_rig_setup_file file = { .path = NULL };
    if (*path && !(file.path = strdup(path))) {
        fail_no_memory(&p->rig_error);
        p->tell_again |= UINT32_C(1) << place;
        return;
    }
    const bl_rig_setup_file *old = &p->files[place];
    if (file.path && old->path && !strcmp(file.path, old->path) && !files_is_there(path)) {
        memcpy(file.sha256, old->sha256, sizeof file.sha256);
        file.size = old->size;
    }
    name_file(p, place, &file, &no_error);
}

static void take_request(plugin *p, property which, const boxed_text *request)
{
    p->rig_error = no_error;
    if (request->length >= TEXT_BOX_SIZE) {
        fail_too_long(&p->rig_error, request->length);
        p->tell_again |= UINT32_C(1) << which;
    } else if (which != PROPERTY_RIG) {
        name_request(p, which, request->text);
    } else if (*request->text) {
        load_rig(p, request->text, request->order);
    } else {
        forget_rig(p);
    }
}

/* Takes all boxes, and again until no more comes: so whatever was asked for before something that was taken has been taken,
 * too. Returns them as bits. */
static uint32_t open_boxes(plugin *p)
{
    uint32_t all = 0, taken;
    do {
        const unsigned orders = atomic_load_explicit(&p->orders, memory_order_acquire);
        taken = 0;
        for (size_t i = 0; i < PROPERTY_WRITABLE; i++)
            if (text_box_take(&p->requests[i]))
                taken |= UINT32_C(1) << i;
        atomic_store_explicit(&p->taken, orders, memory_order_relaxed);
        all |= taken;
    } while (taken);
    return all;
}

/* The one that was asked for first; the numbers go round. */
static property earliest(const plugin *p, uint32_t boxes)
{
    property first = PROPERTY_WRITABLE;
    unsigned order = 0;
    for (int i = 0; i < PROPERTY_WRITABLE; i++) {
        const unsigned own = text_box_read(&p->requests[i])->order;
        if (!(boxes >> i & 1) || (first < PROPERTY_WRITABLE && (int)(own - order) > 0))
            continue;
        first = (property)i;
        order = own;
    }
    return first;
}

void files_take_requests(plugin *p)
{
    bl_lock_take(&p->asking);
    uint32_t boxes = open_boxes(p) & ~(UINT32_C(1) << PROPERTY_MODEL);
    while (boxes) {
        const property which = earliest(p, boxes);
        boxes &= ~(UINT32_C(1) << which);
        take_request(p, which, text_box_read(&p->requests[which]));
    }
    bl_lock_give(&p->asking);
}

void files_drop_requests(plugin *p)
{
    bl_lock_take(&p->asking);
    p->tell_again |= open_boxes(p) & ~(UINT32_C(1) << PROPERTY_MODEL);
    bl_lock_give(&p->asking);
}

/* ---- all files ---- */

void files_name_all(plugin *p, bl_rig_setup_file files[BL_RIG_FILE_COUNT])
{
    bl_error errors[BL_RIG_FILE_COUNT];
    files_find(p, files, errors);
    bl_lock_take(&p->asking);
    forget_rig(p);
    name_files(p, files, errors);
    bl_lock_give(&p->asking);
}

bool files_load_rig(plugin *p, const char *path)
{
    bl_lock_take(&p->asking);
    const bool loaded = load_rig(p, path, atomic_load_explicit(&p->orders, memory_order_relaxed) + 1);
    bl_lock_give(&p->asking);
    return loaded;
}

bool files_wait_for_models(plugin *p)
{
    bl_lock_take(&p->asking);
    const bool wait = p->knobs_wanted;
    bl_lock_give(&p->asking);
    return wait;
}

/* A file of the bundle's; without memory, none. */
static void name_bundled(const plugin *p, bl_rig_setup_file *file, const char *name)
{
    char *path;
    *file = (bl_rig_setup_file){ .path = asprintf(&path, "%s%s", p->bundle, name) < 0 ? NULL : path };
}

static void use_defaults(plugin *p)
{
    bl_rig_setup setup;
    bl_error error, errors[BL_RIG_FILE_COUNT];
    if (!bank_load(&setup, &error)) {
        bl_rig_setup_init(&setup);
        name_bundled(p, &setup.files[BL_RIG_MODEL], BUNDLE_MODEL);
        name_bundled(p, &setup.files[BL_RIG_IMPULSE_1], BUNDLE_CABINET);
    }
    files_find(p, setup.files, errors);
    name_files(p, setup.files, errors);
    bl_rig_setup_free(&setup);
    if (error.status)
        p->rig_error = error;
}

void files_use_defaults(plugin *p)
{
    bl_lock_take(&p->asking);
    if (!p->named)
        use_defaults(p);
    bl_lock_give(&p->asking);
}

void files_forget(plugin *p)
{
    bl_lock_take(&p->asking);
    p->named = false;
    forget_rig(p);
    bl_lock_give(&p->asking);
}

bool files_copy(plugin *p, bl_rig_setup_file copies[BL_RIG_FILE_COUNT])
{
    bool whole = true;
    files_hash(p);
    bl_lock_take(&p->asking);
    for (size_t i = 0; i < BL_RIG_FILE_COUNT; i++) {
        copies[i] = p->files[i];
        copies[i].path = p->files[i].path ? strdup(p->files[i].path) : NULL;
        whole &= !p->files[i].path || copies[i].path;
    }
    bl_lock_give(&p->asking);
    for (size_t i = 0; i < BL_RIG_FILE_COUNT && !whole; i++) {
        free(copies[i].path);
        copies[i].path = NULL;
    }
    return whole;
}

void files_free(plugin *p)
{
    forget_rig(p);
    for (size_t i = 0; i < BL_RIG_FILE_COUNT; i++)
        free(p->files[i].path);
    for (size_t i = 0; i < PROPERTY_COUNT; i++)
        free(p->told[i]);
    for (size_t i = 0; i <= BL_RIG_FILE_COUNT; i++)
        free(p->logged[i]);
}
