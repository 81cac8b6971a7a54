/* Golden renders of rigs: one for each thing that a rig can do. */
#include "golden.h"
#include "rig.h"
#include "test_support.h"

#include <stdio.h>
#include <string.h>

enum { FRAMES = 12000, BLOCK = 480, MOST_STEPS = 12 };

/* Something that is set: before the first frame, or half-way. */
typedef struct step {
    enum { END, SET, FILE_, KNOB, HALFWAY } what;
    int which;        /* bl_rig_param, bl_rig_file or knob */
    float value;      /* of a setting or a knob */
    const char *name; /* of a file; "@" stands for the folder of assets */
} step;

typedef struct rig_case {
    const char *name;
    double rate_hz;
    size_t in_channels, out_channels;
    step steps[MOST_STEPS];
} rig_case;

#define AMP                                                                                                        \
    {                                                                                                              \
        FILE_, BL_RIG_MODEL, 0, "@backline-crunch.nam"                                                             \
    }
#define CABINET                                                                                                    \
    {                                                                                                              \
        FILE_, BL_RIG_IMPULSE_1, 0, "@backline-cabinet.wav"                                                        \
    }
#define CABINETS                                                                                                   \
    CABINET,                                                                                                       \
    {                                                                                                              \
        FILE_, BL_RIG_IMPULSE_2, 0, "cabinet-stereo-44100.wav"                                                     \
    }
#define MODEL(i, name)                                                                                             \
    {                                                                                                              \
        FILE_, BL_RIG_MODEL + (i), 0, name                                                                         \
    }
#define PUT(param, value)                                                                                          \
    {                                                                                                              \
        SET, BL_RIG_##param, value, NULL                                                                           \
    }
#define LATER                                                                                                      \
    {                                                                                                              \
        HALFWAY, 0, 0, NULL                                                                                        \
    }

static const rig_case rigs[] = {
    { "empty", 48000, 1, 1, { { .what = END } } },
    { "amp", 48000, 1, 1, { AMP } },
    { "amp-and-cabinet", 48000, 1, 1, { AMP, CABINET } },
    { "stereo", 48000, 2, 2, { AMP, CABINET } },
    { "gate",
      48000,
      1,
      1,
      { AMP, PUT(GATE, 1), PUT(GATE_THRESHOLD, -22), PUT(GATE_HOLD, 5), PUT(GATE_RELEASE, 12) } },
    { "tone-behind",
      48000,
      1,
      1,
      { AMP, PUT(BASS, 6), PUT(MID, -4), PUT(TREBLE, 5), PUT(PRESENCE, 3), PUT(DEPTH, 4), PUT(LOW_CUT, 90),
        PUT(HIGH_CUT, 7000) } },
    { "tone-before", 48000, 1, 1, { AMP, PUT(TONE_PLACE, 1), PUT(BASS, -6), PUT(TREBLE, 8), PUT(LOW_CUT, 200) } },
    { "levels",
      48000,
      1,
      1,
      { AMP, PUT(INPUT_GAIN, 9), PUT(OUTPUT_GAIN, -7), PUT(OUTPUT_MODE, 0), PUT(DC_BLOCKER, 0) } },
    { "calibrated",
      48000,
      1,
      1,
      { MODEL(0, "nam-metadata.nam"), PUT(CALIBRATE_INPUT, 1), PUT(INTERFACE_LEVEL, 9), PUT(OUTPUT_MODE, 2) } },
    { "loudness-measured", 48000, 1, 1, { MODEL(0, "nam-wavenet-two.nam") } },
    { "cabinets",
      48000,
      1,
      2,
      { AMP, CABINETS, PUT(CAB_BLEND, 0.3f), PUT(CAB_PAN_1, -0.6f), PUT(CAB_PAN_2, 0.8f), PUT(CAB_DELAY, 1.3f),
        PUT(CAB_INVERT, 1), PUT(CAB_LOW_CUT, 80), PUT(CAB_HIGH_CUT, 6000) } },
    { "cabinet-alone", 48000, 1, 1, { CABINET } },
    { "oversample-2", 48000, 1, 1, { AMP, PUT(OVERSAMPLE, 2) } },
    { "oversample-8", 48000, 1, 1, { AMP, PUT(OVERSAMPLE, 8) } },
    { "rate-44100", 44100, 1, 1, { AMP, CABINET } },
    { "rate-96000", 96000, 1, 1, { AMP, CABINET } },
    { "rate-22050-oversample-2", 22050, 1, 1, { AMP, CABINET, PUT(OVERSAMPLE, 2) } },
    { "rate-88200-stereo", 88200, 2, 2, { AMP, CABINETS } },
    { "sequence-at-another-rate", 48000, 1, 1, { MODEL(0, "sequence-three.safetensors") } },
    { "quality", 48000, 1, 1, { MODEL(0, "nam-container.nam"), PUT(QUALITY, 0.2f), LATER, PUT(QUALITY, 1) } },
    { "knobs",
      48000,
      1,
      1,
      { MODEL(0, "graph-knobs.safetensors"), { KNOB, 0, 1.5f, NULL }, LATER, { KNOB, 0, -0.5f, NULL } } },
    { "slots", 48000, 1, 1, { AMP, MODEL(5, "nam-lstm.nam"), LATER, PUT(SLOT, 6) } },
    { "another-model", 48000, 1, 1, { AMP, CABINET, LATER, MODEL(0, "keras-gru.json") } },
    { "another-model-slowly", 44100, 1, 1, { AMP, PUT(FADE, 60), LATER, MODEL(0, "wavenetva-gated.json") } },
    { "another-cabinet",
      48000,
      1,
      1,
      { AMP, CABINET, LATER, { FILE_, BL_RIG_IMPULSE_1, 0, "cabinet-stereo-44100.wav" } } },
    { "another-latency", 48000, 1, 1, { AMP, PUT(GATE, 1), LATER, PUT(OVERSAMPLE, 4) } },
    { "looks-ahead", 48000, 1, 1, { MODEL(0, "graph-same.safetensors"), CABINET } },
    { "bypass", 48000, 1, 1, { AMP, CABINET, PUT(OVERSAMPLE, 2), LATER, PUT(ENABLED, 0) } },
    { "amp-off", 48000, 1, 1, { AMP, CABINET, LATER, PUT(AMP, 0) } },
    { "cabinet-off", 48000, 1, 1, { AMP, CABINET, LATER, PUT(CAB, 0) } },
    { "turned",
      48000,
      1,
      2,
      { AMP, CABINETS, LATER, PUT(INPUT_GAIN, 6), PUT(OUTPUT_GAIN, -6), PUT(BASS, 9), PUT(HIGH_CUT, 3000),
        PUT(CAB_DELAY, -5), PUT(CAB_BLEND, 0.9f), PUT(TONE_PLACE, 1), PUT(GATE, 1) } },
};

static void name_file(const rig_case *r, bl_rig *rig, const step *s, const golden_folders *folders)
{
    char path[2048];
    const bool asset = s->name[0] == '@';
    snprintf(path, sizeof path, "%s/%s", asset ? folders->assets : folders->models, s->name + asset);
    if (bl_rig_set_file(rig, (bl_rig_file)s->which, path))
        golden_fail("%s: out of memory.", r->name);
}

/* Takes the steps up to the next `HALFWAY`, and loads what they name. Returns what is behind it. */
static const step *take(const rig_case *r, bl_rig *rig, const step *s, const golden_folders *folders)
{
    bl_error error;
    const step *end = r->steps + MOST_STEPS;
    for (; s < end && s->what != HALFWAY && s->what != END; s++)
        switch (s->what) {
        case SET: bl_rig_set(rig, (bl_rig_param)s->which, s->value); break;
        case KNOB: bl_rig_set_knob(rig, (size_t)s->which, s->value); break;
        default: name_file(r, rig, s, folders);
        }
    if (bl_rig_work(rig, &error))
        golden_fail("%s: %s", r->name, error.text);
    return s < end && s->what == HALFWAY ? s + 1 : end;
}

static golden_sound play_rig(const golden_case *c, const golden_folders *folders, bl_cpu cpu)
{
    const rig_case *r = &rigs[c->index];
    const bl_rig_options options = {
        .rate_hz = r->rate_hz, .in_channels = r->in_channels, .out_channels = r->out_channels, .cpu = cpu
    };
    bl_rig *rig;
    bl_error error;
    if (bl_rig_create(&options, &rig, &error))
        golden_fail("%s: %s", r->name, error.text);
    golden_sound in = golden_new_sound(r->in_channels, FRAMES), out = golden_new_sound(r->out_channels, FRAMES);
    for (size_t i = 0; i < in.channels; i++)
        golden_input(in.samples + i * FRAMES, FRAMES, i);
    const step *s = take(r, rig, r->steps, folders);
    for (size_t at = 0; at < FRAMES; at += BLOCK) {
        const float *const from[] = { in.samples + at, in.samples + (in.channels - 1) * FRAMES + at };
        float *const to[] = { out.samples + at, out.samples + (out.channels - 1) * FRAMES + at };
        if (2 * at == FRAMES - BLOCK * (FRAMES / BLOCK % 2))
            s = take(r, rig, s, folders);
        bl_rig_process(rig, to, from, BLOCK);
        if (bl_rig_wants_work(rig))
            bl_rig_work(rig, NULL);
    }
    free(in.samples);
    bl_rig_free(rig);
    return out;
}

size_t golden_rigs(golden_case *cases, size_t most)
{
    size_t count = 0;
    for (; count < sizeof rigs / sizeof *rigs && count < most; count++) {
        cases[count] = (golden_case){ .play = play_rig, .index = count };
        snprintf(cases[count].name, sizeof cases[count].name, "rig/%s", rigs[count].name);
    }
    return count;
}
