/* Golden renders of bare networks: one for each of our small files, and some made by code that are as large as captures
 * are. */
#define _POSIX_C_SOURCE 200809L
#include "../networks.h"
#include "golden.h"

#include <backline/stream.h>

#include <dirent.h>
#include <stdio.h>
#include <string.h>

enum { FRAMES = 6000, BLOCK = 600, MOST_CHANNELS = 8 };

/* Half-way, every knob is turned. */
static void turn_knobs(const bl_model *model, bl_stream *stream)
{
    for (size_t i = 0; i < bl_model_param_count(model); i++) {
        bl_param_info info;
        bl_model_get_param(model, i, &info);
        bl_stream_set_param(stream, i, 0.25f * info.minimum + 0.75f * info.maximum);
    }
}

static golden_sound play_stream(const golden_case *c, bl_model *model, size_t lanes, bl_cpu cpu)
{
    bl_plan *plan;
    bl_stream *stream;
    bl_error error;
    if (bl_plan_create(model, cpu, &plan, &error) || bl_stream_create(plan, lanes, &stream, &error))
        golden_fail("%s: %s", c->name, error.text);
    const size_t ins = lanes * bl_plan_in_channels(plan), outs = lanes * bl_plan_out_channels(plan);
    if (ins > MOST_CHANNELS || outs > MOST_CHANNELS)
        golden_fail("%s has too many channels.", c->name);
    golden_sound in = golden_new_sound(ins, FRAMES), out = golden_new_sound(outs, FRAMES);
    for (size_t i = 0; i < ins; i++)
        golden_input(in.samples + i * FRAMES, FRAMES, i);
    for (size_t at = 0; at < FRAMES; at += BLOCK) {
        const float *from[MOST_CHANNELS];
        float *to[MOST_CHANNELS];
        for (size_t i = 0; i < ins; i++)
            from[i] = in.samples + i * FRAMES + at;
        for (size_t i = 0; i < outs; i++)
            to[i] = out.samples + i * FRAMES + at;
        if (at == FRAMES / 2)
            turn_knobs(model, stream);
        bl_stream_process(stream, to, from, BLOCK);
    }
    free(in.samples);
    bl_stream_free(stream);
    bl_plan_free(plan);
    bl_model_free(model);
    return out;
}

/* ---- files ---- */

static golden_sound play_file(const golden_case *c, const golden_folders *folders, bl_cpu cpu)
{
    bl_model *model;
    bl_error error;
    if (bl_model_load_file(c->path, NULL, &model, &error))
        golden_fail("%s: %s", c->path, error.text);
    return play_stream(c, model, 1, cpu);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const golden_case *)a)->name, ((const golden_case *)b)->name);
}

/* Descriptions stand beside their networks, and are none. */
static bool is_network(const char *name)
{
    return name[0] != '.' && !strstr(name, ".wav") && !(strstr(name, "npz-") == name && strstr(name, ".json"));
}

size_t golden_files(const golden_folders *folders, golden_case *cases, size_t most)
{
    DIR *folder = opendir(folders->models);
    size_t count = 0;
    if (!folder)
        golden_fail("%s cannot be opened.", folders->models);
    for (const struct dirent *e; (e = readdir(folder));)
        if (is_network(e->d_name) && count < most) {
            golden_case *c = &cases[count++];
            *c = (golden_case){ .play = play_file };
            snprintf(c->name, sizeof c->name, "file/%.40s", e->d_name);
            snprintf(c->path, sizeof c->path, "%s/%s", folders->models, e->d_name);
        }
    closedir(folder);
    qsort(cases, count, sizeof *cases, by_name);
    return count;
}

/* ---- made by code ---- */

static bl_model *make_standard(void)
{
    return bl_test_wavenet((const size_t[]){ 16, 8 }, 10, false);
}

static bl_model *make_gated(void)
{
    return bl_test_wavenet((const size_t[]){ 8, 5 }, 8, true);
}

static bl_model *make_lite(void)
{
    return bl_test_small_wavenet((const size_t[]){ 12, 6 });
}

static bl_model *make_feather(void)
{
    return bl_test_small_wavenet((const size_t[]){ 8, 4 });
}

static bl_model *make_nano(void)
{
    return bl_test_small_wavenet((const size_t[]){ 4, 2 });
}

static bl_model *make_a2_full(void)
{
    return bl_test_a2(8);
}

static bl_model *make_a2_lite(void)
{
    return bl_test_a2(3);
}

static bl_model *make_convnet(void)
{
    return bl_test_convnet(12);
}

static const struct {
    const char *name;
    bl_model *(*make)(void);
    size_t lanes;
} networks[] = {
    { "standard", make_standard, 1 },
    { "gated", make_gated, 1 },
    { "lite", make_lite, 1 },
    { "feather", make_feather, 1 },
    { "feather-2-lanes", make_feather, 2 },
    { "nano", make_nano, 1 },
    { "a2-full", make_a2_full, 1 },
    { "a2-lite", make_a2_lite, 1 },
    { "convnet", make_convnet, 1 },
    { "everything", bl_test_everything, 1 },
    { "everything-2-lanes", bl_test_everything, 2 },
};

static golden_sound play_network(const golden_case *c, const golden_folders *folders, bl_cpu cpu)
{
    return play_stream(c, networks[c->index].make(), networks[c->index].lanes, cpu);
}

size_t golden_networks(golden_case *cases, size_t most)
{
    size_t count = 0;
    for (; count < sizeof networks / sizeof *networks && count < most; count++) {
        cases[count] = (golden_case){ .play = play_network, .index = count };
        snprintf(cases[count].name, sizeof cases[count].name, "network/%s", networks[count].name);
    }
    return count;
}
