/* The files of a session: its rig's, and rig files. */
#include "session_state.h"

#include "../model_file.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bl_status no_memory(bl_error *error)
{
    return session_wrong(error, BL_ERR_NO_MEM, "There is not enough memory.");
}

/* ---- single files ---- */

bl_status session_set_file(session *s, bl_rig_file file, const char *path)
{
    pthread_mutex_lock(&s->changing);
    bl_status status = bl_rig_set_file(session_rig(s), file, path);
    if (!status)
        atomic_store(&s->asked[file], true);
    pthread_mutex_unlock(&s->changing);
    return status;
}

void session_file(session *s, bl_rig_file file, char *out, size_t size)
{
    bl_rig_file_state state = { 0 };
    if (size)
        *out = 0;
    if (bl_rig_get_file(session_rig(s), file, &state) || !size)
        return;
    snprintf(out, size, "%s", state.path ? state.path : "");
    bl_rig_file_state_free(&state);
}

/* ---- as it is now ---- */

static bl_status copy_files(bl_rig *rig, bl_rig_setup *setup)
{
    bl_status status = BL_OK;
    for (int i = 0; i < BL_RIG_FILE_COUNT && !status; i++) {
        bl_rig_file_state state;
        status = bl_rig_get_file(rig, (bl_rig_file)i, &state);
        if (status)
            break;
        status = bl_rig_setup_set_file(setup, (bl_rig_file)i, state.path);
        bl_rig_file_state_free(&state);
    }
    return status;
}

/* Knobs have names in a rig file, and numbers in a rig. */
static bl_status copy_knobs(bl_rig *rig, bl_rig_setup *setup, bl_error *error)
{
    bl_capture *capture = bl_rig_share_capture(rig, (size_t)bl_rig_get(rig, BL_RIG_SLOT) - 1);
    bl_status status = BL_OK;
    if (!capture)
        return BL_OK;
    const bl_model *model = bl_capture_model(capture);
    const size_t count = bl_model_param_count(model);
    for (size_t i = 0; i < count && i < BL_RIG_KNOBS && !status; i++) {
        bl_param_info knob;
        const float value = bl_rig_get_knob(rig, i);
        bl_model_get_param(model, i, &knob);
        if (!isnan(value))
            status = bl_rig_setup_set_knob(setup, knob.name, value, error);
    }
    bl_capture_free(capture);
    return status;
}

bl_status session_setup(session *s, bl_rig_setup *setup, bl_error *error)
{
    bl_rig *rig = session_rig(s);
    const float wanted = guard_wanted(&s->guard);
    bl_rig_setup_init(setup);
    for (int i = 0; i < BL_RIG_PARAM_COUNT; i++)
        setup->values[i] = bl_rig_get(rig, (bl_rig_param)i);
    if (wanted >= 0) /* what the guard has made of it is no setting of anybody's */
        setup->values[BL_RIG_QUALITY] = wanted;
    midi_map_get(&s->midi, &setup->midi);
    bl_status status = copy_files(rig, setup) ? no_memory(error) : copy_knobs(rig, setup, error);
    if (status)
        bl_rig_setup_free(setup);
    return status;
}

/* ---- rig files ---- */

static void say(void *context, const char *sentence)
{
    session_tell(context, sentence);
}

/* Moved files are looked for in BACKLINE_PATH, and beside the bundled ones, as `backline render` does. */
static bl_status read_file(session *s, const char *path, bl_rig_setup *setup, bl_error *error)
{
    const char *chosen = getenv("BACKLINE_PATH"), *assets = assets_folder();
    const size_t size = (chosen ? strlen(chosen) : 0) + 1 + strlen(assets) + 1;
    char *search = malloc(size);
    if (!search)
        return no_memory(error);
    snprintf(search, size, "%s%s%s", chosen ? chosen : "", chosen && *chosen ? ":" : "", assets);
    bl_status status = bl_rig_file_load(path, setup, error);
    if (!status) {
        status = bl_rig_file_find(setup, search, say, s, error);
        if (status)
            bl_rig_setup_free(setup);
    }
    free(search);
    return status;
}

/* Loads everything into a rig that nobody hears: so a file that is wrong changes nothing. */
static bl_status try_setup(session *s, const bl_rig_setup *setup, bl_error *error)
{
    const bl_rig_options options = { .rate_hz = session_rate(s),
                                     .in_channels = s->options.in_channels,
                                     .out_channels = s->options.out_channels,
                                     .cpu = s->options.cpu,
                                     .load = s->options.load };
    bl_rig *rig;
    bl_status status = bl_rig_create(&options, &rig, error);
    if (status)
        return status;
    status = bl_rig_setup_apply(setup, rig) ? no_memory(error) : bl_rig_work(rig, error);
    if (!status)
        status = bl_rig_setup_apply_knobs(setup, rig, error);
    bl_rig_free(rig);
    return status;
}

static void set_values(bl_rig *rig, const bl_rig_setup *setup, bool heavy)
{
    for (int i = 0; i < BL_RIG_PARAM_COUNT; i++)
        if (bl_rig_param_describe((bl_rig_param)i)->heavy == heavy)
            bl_rig_set(rig, (bl_rig_param)i, setup->values[i]);
}

/* What takes time comes first, so that the new settings are heard with the new sound, as well as that can be. */
static bl_status take_setup(bl_rig *rig, const bl_rig_setup *setup, bl_error *error)
{
    bl_status status = BL_OK;
    for (int i = 0; i < BL_RIG_FILE_COUNT && !status; i++)
        status = bl_rig_set_file(rig, (bl_rig_file)i, setup->files[i].path);
    if (status)
        return no_memory(error);
    set_values(rig, setup, true);
    status = bl_rig_work(rig, error);
    set_values(rig, setup, false);
    return status ? status : bl_rig_setup_apply_knobs(setup, rig, error);
}

bl_status session_load_rig(session *s, const char *path, bl_error *error)
{
    bl_rig_setup setup;
    pthread_mutex_lock(&s->changing);
    bl_status status = read_file(s, path, &setup, error);
    if (!status) {
        status = try_setup(s, &setup, error);
        if (!status) {
            status = take_setup(session_rig(s), &setup, error);
            midi_map_set(&s->midi, &setup.midi);
        }
        bl_rig_setup_free(&setup);
    }
    pthread_mutex_unlock(&s->changing);
    return status;
}

/* Under another name first: a rig file is there as a whole, or as it was. */
static bl_status write_file(const char *path, const char *text, bl_error *error)
{
    const size_t size = strlen(path) + sizeof ".XXXXXX", length = strlen(text);
    char *temporary = malloc(size);
    if (!temporary)
        return no_memory(error);
    snprintf(temporary, size, "%s.XXXXXX", path);
    const int fd = mkstemp(temporary);
    const mode_t mask = umask(0);
    umask(mask);
    bool ok = fd >= 0 && write(fd, text, length) == (ssize_t)length && !fchmod(fd, 0666 & ~mask) && !fsync(fd);
    int why = errno;
    if (fd >= 0 && close(fd) && ok) {
        ok = false;
        why = errno;
    }
    if (ok && rename(temporary, path)) {
        ok = false;
        why = errno;
    }
    if (fd >= 0 && !ok)
        unlink(temporary);
    free(temporary);
    return ok ? BL_OK
              : session_wrong(error, BL_ERR_IO, "%.300s: this file cannot be written (%s).", path, strerror(why));
}

bl_status session_save_rig(session *s, const char *path, bl_error *error)
{
    bl_rig_setup setup;
    char *text;
    bl_status status = session_setup(s, &setup, error);
    if (status)
        return status;
    status = bl_rig_file_text(&setup, path, &text, error);
    bl_rig_setup_free(&setup);
    if (status)
        return status;
    status = write_file(path, text, error);
    free(text);
    return status;
}
