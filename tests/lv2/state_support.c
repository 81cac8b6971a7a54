#define _GNU_SOURCE
#include "state_support.h"

#include "model/model.h"
#include "test_support.h"

#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];

const char state_rig_text[] =
    "{\"backline_rig\": 1, \"models\": [{\"path\": \"gain_2.nam\"}, {\"path\": "
    "\"drive.safetensors\"}], \"settings\": {\"slot\": 2, \"bass\": 4, \"enabled\": true}, "
    "\"knobs\": {\"drive\": 1.75}}";

/* ---- the folder ---- */

const char *state_in_folder(const char *name)
{
    static _Thread_local char paths[16][256];
    static _Thread_local unsigned next;
    char *path = paths[next++ % 16];
    snprintf(path, sizeof paths[0], "%s%s%s", folder, *name ? "/" : "", name);
    return path;
}

static void write_bytes(const char *name, const void *bytes, size_t size)
{
    FILE *file = fopen(state_in_folder(name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

void state_write_text(const char *name, const char *text)
{
    write_bytes(name, text, strlen(text));
}

void state_write_gain(const char *name, float gain)
{
    char text[300];
    snprintf(
        text, sizeof text,
        "{\"version\":\"0.5.4\",\"architecture\":\"Linear\",\"sample_rate\":48000,\"metadata\":{\"loudness\":-18,"
        "\"name\":\"Gain %g\"},\"config\":{\"receptive_field\":1,\"bias\":false},\"weights\":[%g]}",
        (double)gain, (double)gain);
    state_write_text(name, text);
}

static bl_model *make_knob(void)
{
    bl_model *model;
    bl_conv1d_params *c;
    assert_int_equal(bl_model_create(&model, NULL), BL_OK);
    bl_graph *g = &model->graph;
    model->info.sample_rate_hz = 48000;
    model->info.loudness_db = -18; /* nothing is to be measured */
    const bl_node_id input = bl_graph_input(g, 1);
    const bl_node_id knob = bl_graph_param(g, (bl_param_params){ 0, 2, 1 }, "drive");
    const bl_node_id driven = bl_graph_mul(g, input, knob, "driven");
    const bl_node_id x =
        bl_graph_conv1d(g, driven, &(bl_conv1d_shape){ .out_channels = 1, .kernel = 1 }, &c, "wire");
    assert_non_null(c);
    c->weight[0] = 1;
    bl_graph_output(g, x);
    assert_int_equal(bl_model_finish(model, NULL), BL_OK);
    return model;
}

static void write_knob(const char *name)
{
    bl_model *model = make_knob();
    void *bytes;
    size_t size;
    assert_int_equal(bl_model_save_memory(model, BL_SAVE_SAFETENSORS, &bytes, &size, NULL), BL_OK);
    write_bytes(name, bytes, size);
    free(bytes);
    bl_model_free(model);
}

static void write_impulse(const char *name)
{
    SF_INFO info = { .samplerate = 48000, .channels = 1, .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT };
    float samples[300] = { 1, 0.5f, -0.25f };
    SNDFILE *file = sf_open(state_in_folder(name), SFM_WRITE, &info);
    assert_non_null(file);
    sf_writef_float(file, samples, 300);
    sf_close(file);
}

int state_open_folder(void **state)
{
    snprintf(folder, sizeof folder, "/tmp/backline-lv2-XXXXXX");
    assert_non_null(mkdtemp(folder));
    assert_int_equal(mkdir(state_in_folder("deep"), 0700), 0);
    assert_int_equal(mkdir(state_in_folder("deep/er"), 0700), 0);
    static const float gains[] = { 2, 3, 5 };
    for (size_t i = 0; i < 3; i++) {
        char name[32];
        snprintf(name, sizeof name, "gain_%g.nam", (double)gains[i]);
        state_write_gain(name, gains[i]);
        snprintf(name, sizeof name, "deep/er/gain_%g.nam", (double)gains[i]);
        state_write_gain(name, gains[i]);
    }
    write_knob("drive.safetensors");
    write_impulse("room.wav");
    state_write_text("broken.nam", "{\"version\": \"0.5.4\"");
    return 0;
}

int state_remove_folder(void **state)
{
    char command[100];
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

/* ---- the plugin ---- */

void state_open(small_host *h, worker_kind worker)
{
    assert_true(small_host_open(h, 1, 48000, BL_TEST_BUNDLE, worker));
}

void state_ask(small_host *h, property which, const char *path)
{
    small_host_set_path(h, which, path);
    small_host_run(h, 64);
}

void state_expect_file(const small_host *h, size_t place, const char *path)
{
    const char *named = state_inside(h)->files[place].path;
    if (!path)
        assert_null(named);
    else if (!named)
        fail_msg("Nothing is named in place %zu, and %s should be.", place, path);
    else
        assert_string_equal(named, path);
}

void state_expect_defaults(const small_host *h)
{
    state_expect_file(h, 0, BL_TEST_BUNDLE "/backline-crunch.nam");
    state_expect_file(h, BL_RIG_IMPULSE_1, BL_TEST_BUNDLE "/backline-cabinet.wav");
    for (size_t i = 1; i < BL_RIG_FILE_COUNT; i++)
        if (i != BL_RIG_IMPULSE_1)
            state_expect_file(h, i, NULL);
}

const char *state_told(const small_host *h, property which)
{
    const char *told = state_inside(h)->told[which];
    return told ? told : "";
}

void state_expect_sound(small_host *h, const char *const files[BL_RIG_FILE_COUNT], const state_setting *settings,
                        size_t count)
{
    enum { FRAMES = 1000 };
    const bl_rig_options options = { .rate_hz = 48000, .in_channels = h->channels, .out_channels = h->channels };
    static float expected[2][FRAMES];
    float *out[2] = { expected[0], expected[1] };
    const float *in[2] = { h->in[0], h->in[1] };
    bl_random rng = { 77 };
    bl_rig *rig;
    assert_int_equal(bl_rig_create(&options, &rig, NULL), BL_OK);
    for (size_t i = 0; i < count; i++)
        bl_rig_set(rig, settings[i].param, settings[i].value);
    for (size_t i = 0; i < BL_RIG_FILE_COUNT; i++)
        assert_int_equal(bl_rig_set_file(rig, (bl_rig_file)i, files[i]), BL_OK);
    assert_int_equal(bl_rig_work(rig, NULL), BL_OK);
    for (size_t c = 0; c < h->channels; c++)
        bl_random_fill(&rng, h->in[c], FRAMES, 0.3f);
    bl_rig_process(rig, out, in, FRAMES);
    small_host_run(h, FRAMES);
    for (size_t c = 0; c < h->channels; c++)
        assert_memory_equal(h->out[c], expected[c], sizeof expected[c]);
    bl_rig_free(rig);
}

/* ---- kept states ---- */

static LV2_URID key_of(small_host *h, const char *symbol)
{
    char uri[128];
    snprintf(uri, sizeof uri, "%s%s", PROPERTY_PREFIX, symbol);
    return small_host_map(h, uri);
}

const kept *state_find(small_host *h, const kept_state *s, const char *symbol)
{
    return kept_state_find(s, key_of(h, symbol));
}

const char *state_text(small_host *h, const kept_state *s, const char *symbol)
{
    const kept *found = state_find(h, s, symbol);
    if (!found)
        return NULL;
    assert_true(found->size > 0 && !((const char *)found->value)[found->size - 1]);
    return found->value;
}

void state_put(small_host *h, kept_state *s, const char *symbol, const char *type, const void *value, size_t size)
{
    kept *place = (kept *)state_find(h, s, symbol);
    if (place)
        free(place->value);
    else
        place = &s->values[s->count++];
    *place = (kept){ key_of(h, symbol), small_host_map(h, type), LV2_STATE_IS_POD, size, malloc(size ? size : 1) };
    memcpy(place->value, value, size);
}

void state_put_string(small_host *h, kept_state *s, const char *symbol, const char *text)
{
    state_put(h, s, symbol, LV2_ATOM__String, text, strlen(text) + 1);
}

void state_put_path(small_host *h, kept_state *s, const char *symbol, const char *text)
{
    state_put(h, s, symbol, LV2_ATOM__Path, text, strlen(text) + 1);
}
