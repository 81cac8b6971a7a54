/* Target: rig files, and so also the bank of the plugin. What is read is in range, plays, and is the same when it is saved
 * and read again. */
#include "fuzz/fuzz.h"

#include "rig_file.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { FRAMES = 64, LONGEST_KNOB = 256 };

/* ---- what was read ---- */

static void check_file(const bl_rig_setup_file *file)
{
    const size_t digits = strlen(file->sha256);
    if (!file->path) {
        FUZZ_REQUIRE(!digits && !file->size, "a hash of no file");
        return;
    }
    FUZZ_REQUIRE(*file->path == '/', "%s", file->path); /* the rig file was named by an absolute path */
    FUZZ_REQUIRE(!digits || (digits == 64 && strspn(file->sha256, "0123456789abcdef") == 64), "%s", file->sha256);
}

static void check_setup(const bl_rig_setup *setup)
{
    for (int i = 0; i < BL_RIG_PARAM_COUNT; i++)
        FUZZ_REQUIRE(isfinite(setup->values[i]) &&
                         setup->values[i] == bl_rig_param_clamp((bl_rig_param)i, setup->values[i]),
                     "%s is %g", bl_rig_param_describe((bl_rig_param)i)->symbol, (double)setup->values[i]);
    for (int i = 0; i < BL_RIG_FILE_COUNT; i++)
        check_file(&setup->files[i]);
    FUZZ_REQUIRE(setup->knob_count <= BL_RIG_KNOBS, "%zu knobs", setup->knob_count);
    for (size_t i = 0; i < setup->knob_count; i++) {
        FUZZ_REQUIRE(isfinite(setup->knobs[i].value) && strlen(setup->knobs[i].name) <= LONGEST_KNOB, "knob %zu",
                     i);
        for (size_t k = 0; k < i; k++)
            FUZZ_REQUIRE(strcmp(setup->knobs[i].name, setup->knobs[k].name), "%s twice", setup->knobs[i].name);
    }
    FUZZ_REQUIRE(setup->midi.channel <= 16, "channel %d", setup->midi.channel);
    for (int i = 0; i < BL_RIG_MIDI_CONTROLLERS; i++)
        FUZZ_REQUIRE(setup->midi.cc[i] < BL_RIG_MIDI_TARGETS, "controller %d", i);
}

/* ---- sound ---- */

/* The settings alone: loading what a stranger's rig names is for other targets. */
static void play(const bl_rig_setup *setup)
{
    static bl_rig *rig;
    static float in[FRAMES], left[FRAMES], right[FRAMES];
    const bl_rig_options options = { .rate_hz = 48000, .in_channels = 1, .out_channels = 2, .cpu = BL_CPU_AUTO };
    bl_error error = bl_fuzz_no_error();
    float *const out[] = { left, right };
    FUZZ_REQUIRE(rig || !bl_rig_create(&options, &rig, &error), "%s", error.text);
    for (size_t t = 0; t < FRAMES; t++)
        in[t] = (float)((t * 37) % 64) / 32.0f - 1.0f;
    for (int i = 0; i < BL_RIG_PARAM_COUNT; i++)
        bl_rig_set(rig, (bl_rig_param)i, setup->values[i]);
    bl_rig_reset(rig);
    bl_rig_process(rig, out, (const float *const[]){ in }, FRAMES);
    for (size_t t = 0; t < FRAMES; t++)
        FUZZ_REQUIRE(isfinite(left[t]) && isfinite(right[t]), "frame %zu is %g, %g", t, (double)left[t],
                     (double)right[t]);
}

/* ---- its files ---- */

static void check_said(void *context, const char *sentence)
{
    bl_fuzz_check_sentence(sentence);
}

static bool is_file(const char *path)
{
    struct stat info;
    return !stat(path, &info) && S_ISREG(info.st_mode);
}

/* Two files are there; what is not is looked for, and then taken away. */
static void find_files(bl_rig_setup *setup)
{
    bl_error error = bl_fuzz_no_error();
    const bl_status status = bl_rig_file_find(setup, bl_fuzz_folder(), check_said, NULL, &error);
    if (status)
        bl_fuzz_check_error(status, &error);
    for (int i = 0; i < BL_RIG_FILE_COUNT; i++)
        if (setup->files[i].path && !is_file(setup->files[i].path))
            bl_rig_setup_set_file(setup, (bl_rig_file)i, NULL);
}

/* ---- saved again ---- */

static char *save(const bl_rig_setup *setup)
{
    char *text = NULL;
    bl_error error = bl_fuzz_no_error();
    const bl_status status = bl_rig_file_text(setup, bl_fuzz_path("saved.json"), &text, &error);
    FUZZ_REQUIRE(!status, "not saved: %s", error.text);
    return text;
}

static void check_saving(const bl_rig_setup *setup)
{
    bl_rig_setup again;
    bl_error error = bl_fuzz_no_error();
    char *text = save(setup);
    const bl_status status = bl_rig_file_load(bl_fuzz_write("saved.json", text, strlen(text)), &again, &error);
    FUZZ_REQUIRE(!status, "not read again: %s", error.text);
    for (int i = 0; i < BL_RIG_PARAM_COUNT; i++)
        FUZZ_REQUIRE(again.values[i] == setup->values[i], "%s is %.9g and %.9g",
                     bl_rig_param_describe((bl_rig_param)i)->symbol, (double)setup->values[i],
                     (double)again.values[i]);
    FUZZ_REQUIRE(again.knob_count == setup->knob_count, "knobs");
    for (size_t i = 0; i < setup->knob_count; i++)
        FUZZ_REQUIRE(!strcmp(again.knobs[i].name, setup->knobs[i].name) &&
                         again.knobs[i].value == setup->knobs[i].value,
                     "knob %s", setup->knobs[i].name);
    FUZZ_REQUIRE(!memcmp(&again.midi, &setup->midi, sizeof again.midi), "midi");
    char *twice = save(&again);
    FUZZ_REQUIRE(!strcmp(text, twice), "saved again it is another one:\n%s\n%s", text, twice);
    free(twice);
    free(text);
    bl_rig_setup_free(&again);
}

static bl_fuzz_result try_rig_file(const bl_fuzz_target *target, const uint8_t *data, size_t size)
{
    bl_rig_setup setup;
    bl_error error = bl_fuzz_no_error();
    if (!is_file(bl_fuzz_path("one.nam"))) {
        bl_fuzz_write("one.nam", "1", 1);
        bl_fuzz_write("two.wav", "22", 2);
    }
    const bl_status status = bl_rig_file_load(bl_fuzz_write("tried.json", data, size), &setup, &error);
    if (status)
        return bl_fuzz_refused(status, &error);
    check_setup(&setup);
    play(&setup);
    find_files(&setup);
    check_saving(&setup);
    bl_rig_setup_free(&setup);
    return BL_FUZZ_RAN;
}

const bl_fuzz_target bl_fuzz_rig_file = { "rig-file", try_rig_file, NULL };
