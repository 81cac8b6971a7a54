#include "render_setup.h"

#include "commands.h"
#include "messages.h"
#include "output_file.h"
#include "render_rigs.h"
#include "text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what is wanted ---- */

static size_t count_words(char *const *words)
{
    size_t count = 0;
    while (words && words[count])
        count++;
    return count;
}

static int set_file(bl_rig_setup *setup, size_t file, const char *path)
{
    return bl_rig_setup_set_file(setup, (bl_rig_file)file, path) ? fail("There is not enough memory.") : DONE;
}

static int set_bundled(bl_rig_setup *setup, size_t file, const char *name)
{
    char *path = bundled_path(name);
    int code = path ? set_file(setup, file, path) : FAILED;
    free(path);
    return code;
}

/* Takes the place of all files of that kind. */
static int set_files(bl_rig_setup *setup, size_t first, size_t most, char *const *words, const char *option)
{
    const size_t count = count_words(words);
    int code = DONE;
    if (count > most)
        return fail_usage("%s may be given %zu times at most.", option, most);
    for (size_t i = 0; i < count; i++)
        if (!*words[i])
            return fail_usage("%s wants the name of a file, and this one is empty.", option);
    for (size_t i = 0; i < most && count && !code; i++)
        code = set_file(setup, first + i, i < count ? words[i] : NULL);
    return code;
}

static void say(void *context, const char *sentence)
{
    warn("%s", sentence);
}

/* Moved files are looked for in BACKLINE_PATH, and beside the bundled ones. */
static int load_file(const char *path, bl_rig_setup *setup)
{
    const char *chosen = getenv("BACKLINE_PATH"), *assets = assets_folder();
    const size_t size = (chosen ? strlen(chosen) : 0) + 1 + strlen(assets) + 1;
    char *search = malloc(size);
    bl_error error = { 0 };
    int code = DONE;
    if (!search)
        return fail("There is not enough memory.");
    snprintf(search, size, "%s%s%s", chosen ? chosen : "", chosen && *chosen ? ":" : "", assets);
    bl_rig_setup_free(setup);
    if (bl_rig_file_load(path, setup, &error) || bl_rig_file_find(setup, search, say, NULL, &error))
        code = fail_engine(&error);
    free(search);
    return code;
}

/* A model of its own stands in the first slot, and has knobs of its own. */
static void forget_slot(const render_words *words, bl_rig_setup *setup)
{
    bl_rig_setup_clear_knobs(setup);
    if (!words->rig.words[BL_RIG_SLOT])
        setup->values[BL_RIG_SLOT] = 1;
}

int render_setup_read(const render_words *words, bl_rig_setup *setup)
{
    const bool bundled = !words->rig_file && !words->models;
    int code = words->rig_file ? load_file(words->rig_file, setup) : DONE;
    if (!code)
        code = rig_options_read(&words->rig, setup);
    if (!code && words->models)
        forget_slot(words, setup);
    if (!code)
        code = set_files(setup, BL_RIG_MODEL, BL_RIG_SLOTS, words->models, "-m");
    if (!code)
        code = set_files(setup, BL_RIG_IMPULSE_1, 2, words->cabinets, "-c");
    if (!code && bundled)
        code = set_bundled(setup, BL_RIG_MODEL, BUNDLED_MODEL);
    if (!code && bundled && !words->cabinets && !words->no_cab)
        code = set_bundled(setup, BL_RIG_IMPULSE_1, BUNDLED_CABINET);
    for (size_t i = BL_RIG_IMPULSE_1; i <= BL_RIG_IMPULSE_2 && words->no_cab && !code; i++)
        code = set_file(setup, i, NULL);
    return code;
}

/* ---- what becomes of it ---- */

/* The usual reason why a good model does not fit into a rig has a way out. */
static int explain(const render_rig *rig, const bl_error *error)
{
    bl_load_options load = rig->options.load;
    for (size_t i = 0; i < BL_RIG_SLOTS && error->status == BL_ERR_UNSUPPORTED; i++) {
        const char *path = rig->setup.files[BL_RIG_MODEL + i].path;
        bl_model *model;
        bl_model_info info;
        if (!path || bl_model_load_file(path, &load, &model, NULL))
            continue;
        bl_model_get_info(model, &info);
        bl_model_free(model);
        if (info.in_channels != 1 || info.out_channels != 1)
            return fail(
                "%s takes %zu channel%s and gives %zu; a rig plays networks that take one and give one, and --raw "
                "plays the others.",
                path, info.in_channels, info.in_channels == 1 ? "" : "s", info.out_channels);
    }
    return fail_engine(error);
}

/* --param puts knobs into the setup. */
static int set_knobs(const render_words *words, bl_rig_setup *setup, const bl_capture *capture)
{
    if (!words->params)
        return DONE;
    if (!capture)
        return fail_usage("--param turns a knob of the model, and this rig has none.");
    const bl_model *model = bl_capture_model(capture);
    knob_settings knobs;
    int code = knobs_read(&knobs, words->params, model);
    for (size_t i = 0; i < knobs.count && !code; i++) {
        bl_param_info info;
        bl_error error = { 0 };
        bl_model_get_param(model, knobs.list[i].index, &info);
        if (bl_rig_setup_set_knob(setup, info.name, knobs.list[i].value, &error))
            code = fail_engine(&error);
    }
    knobs_free(&knobs);
    return code;
}

/* The knobs of the rig, for the networks that the threads play. */
static int take_knobs(const bl_rig *rig, knob_settings *knobs)
{
    *knobs = (knob_settings){ .list = calloc(BL_RIG_KNOBS, sizeof *knobs->list) };
    if (!knobs->list)
        return fail("There is not enough memory.");
    for (size_t i = 0; i < BL_RIG_KNOBS; i++)
        if (!isnan(bl_rig_get_knob(rig, i)))
            knobs->list[knobs->count++] = (knob_setting){ i, bl_rig_get_knob(rig, i) };
    return DONE;
}

static int turn_knobs(const render_words *words, render_rig *rig, knob_settings *knobs)
{
    bl_capture *capture = bl_rig_share_capture(rig->first, (size_t)rig->setup.values[BL_RIG_SLOT] - 1);
    bl_error error = { 0 };
    int code = set_knobs(words, &rig->setup, capture);
    bl_capture_free(capture);
    if (!code && bl_rig_setup_apply_knobs(&rig->setup, rig->first, &error))
        code = words->rig_file ? fail("%s: %s", words->rig_file, error.text) : fail_engine(&error);
    return code ? code : take_knobs(rig->first, knobs);
}

int render_setup_load(const render_words *words, render_rig *rig, render_settings *settings, double rate_hz,
                      size_t channels)
{
    bl_error error = { 0 };
    if (render_rigs_first(rig, rate_hz, channels, &error))
        return explain(rig, &error);
    int code = turn_knobs(words, rig, &settings->knobs);
    if (code || !bl_rig_can_split(rig->first))
        return code;
    const bl_capture *capture = bl_rig_playing(rig->first);
    const size_t times = bl_rig_oversample(rig->first);
    settings->network = (voices_network){ bl_capture_plan(capture), times, 1 };
    settings->network_rate_hz = bl_capture_rate(capture) * (double)times;
    return DONE;
}

int render_setup_save(const render_words *words, const bl_rig_setup *setup)
{
    output_file file;
    bl_error error = { 0 };
    char *text;
    if (bl_rig_file_text(setup, words->save_rig, &text, &error))
        return fail_engine(&error);
    int code = output_file_open(&file, words->save_rig, words->force);
    if (!code) {
        output_file_write(&file, text, strlen(text));
        code = output_file_commit(&file);
    }
    free(text);
    return code;
}
