#define _DEFAULT_SOURCE
#include "rig_files.h"

#include "rig_file.h"
#include "test_support.h"

#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char folder[64];

static const char *const names[] = { "a.nam", "b.nam", "room.wav", "hall.wav", "hall.aiff", "all.rig.json" };

const char *rig_files_path(const char *name)
{
    static char paths[8][160];
    static int next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

/* A wavenet with one layer array of `layers` layers; it does not say how loud it is. */
static void write_model(const char *name, int layers)
{
    bl_random rng = { (uint64_t)layers };
    FILE *file = fopen(rig_files_path(name), "w");
    assert_non_null(file);
    fprintf(file,
            "{\"version\":\"0.5.4\",\"architecture\":\"WaveNet\",\"sample_rate\":48000,\"config\":{\"layers\":["
            "{\"input_size\":1,\"condition_size\":1,\"head_size\":1,\"channels\":2,\"kernel_size\":2,"
            "\"dilations\":[");
    for (int i = 0; i < layers; i++)
        fprintf(file, "%s%d", i ? "," : "", 1 << i);
    fprintf(file, "],\"activation\":\"Tanh\",\"gated\":false,\"head_bias\":false}],\"head\":null,"
                  "\"head_scale\":0.5},\"weights\":[");
    const int weights = 2 + layers * (2 * 2 * 2 + 2 + 2 + 2 * 2 + 2) + 2 + 1;
    for (int i = 0; i < weights; i++)
        fprintf(file, "%s%.4f", i ? "," : "", (double)bl_random_float(&rng, 0.7f));
    fprintf(file, "]}");
    fclose(file);
}

/* A room that is `seconds` long. */
static void write_impulse(const char *name, int format, int rate_hz, int channels, double seconds)
{
    SF_INFO info = { .samplerate = rate_hz, .channels = channels, .format = format };
    SNDFILE *file = sf_open(rig_files_path(name), SFM_WRITE, &info);
    const int frames = (int)(seconds * rate_hz);
    bl_random rng = { 7 };
    assert_non_null(file);
    for (int t = 0; t < frames; t++) {
        float frame[2];
        for (int c = 0; c < channels; c++)
            frame[c] = bl_random_float(&rng, 0.9f) * expf(-6.0f * (float)t / (float)frames);
        assert_int_equal(sf_writef_float(file, frame, 1), 1);
    }
    sf_close(file);
}

static void write_rig(void)
{
    bl_rig_setup setup;
    char *text;
    bl_rig_setup_init(&setup);
    assert_int_equal(bl_rig_setup_set_file(&setup, BL_RIG_MODEL, rig_files_path("a.nam")), BL_OK);
    assert_int_equal(bl_rig_setup_set_file(&setup, BL_RIG_MODEL + 3, rig_files_path("b.nam")), BL_OK);
    assert_int_equal(bl_rig_setup_set_file(&setup, BL_RIG_IMPULSE_1, rig_files_path("room.wav")), BL_OK);
    assert_int_equal(bl_rig_setup_set_file(&setup, BL_RIG_IMPULSE_2, rig_files_path("hall.wav")), BL_OK);
    assert_int_equal(bl_rig_setup_set_knob(&setup, "drive", 0.25f, NULL), BL_OK);
    setup.midi.channel = 3;
    setup.midi.cc[7] = BL_RIG_MIDI_BYPASS;
    assert_int_equal(bl_rig_file_text(&setup, rig_files_path("all.rig.json"), &text, NULL), BL_OK);
    bl_rig_setup_free(&setup);
    FILE *file = fopen(rig_files_path("all.rig.json"), "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    free(text);
}

int rig_files_make(void **state)
{
    snprintf(folder, sizeof folder, "/tmp/backline-faults-XXXXXX");
    assert_non_null(mkdtemp(folder));
    write_model("a.nam", 3);
    write_model("b.nam", 5);
    write_impulse("room.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 48000, 2, 0.05);
    write_impulse("hall.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_24, 44100, 1, 0.05);
    write_impulse("hall.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_16, 44100, 1, 0.05);
    write_rig();
    return 0;
}

int rig_files_remove(void **state)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(rig_files_path(names[i]));
    return rmdir(folder);
}
