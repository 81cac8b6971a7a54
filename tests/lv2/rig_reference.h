/* What the plugin should sound like: a rig without a plugin around it. */
#ifndef BL_TESTS_LV2_RIG_REFERENCE_H
#define BL_TESTS_LV2_RIG_REFERENCE_H

#include "test_support.h"

#include "rig.h"
#include "small_host.h"

#include <string.h>

enum { SOUND_FRAMES = 21000 };

/* Two channels of so many frames. */
typedef float sound[2][SOUND_FRAMES];

/* A setting that is not as it comes. */
typedef struct setting {
    bl_rig_param param;
    float value;
} setting;

/* Noise, different in both channels and for every seed. */
static inline void fill_sound(sound s, uint64_t seed)
{
    bl_random rng = { seed };
    bl_random_fill(&rng, s[0], SOUND_FRAMES, 0.3f);
    bl_random_fill(&rng, s[1], SOUND_FRAMES, 0.3f);
}

/* The bundle's cabinet, and, with_model, its model, which are also what a new plugin plays. */
static inline void play_reference(sound out, sound in, size_t channels, double rate_hz, bool with_model,
                                  const setting *settings, size_t count)
{
    const bl_rig_options options = { .rate_hz = rate_hz, .in_channels = channels, .out_channels = channels };
    bl_rig *rig;
    assert_int_equal(bl_rig_create(&options, &rig, NULL), BL_OK);
    for (size_t i = 0; i < count; i++)
        bl_rig_set(rig, settings[i].param, settings[i].value);
    if (with_model)
        assert_int_equal(bl_rig_set_file(rig, BL_RIG_MODEL, BL_TEST_BUNDLE "/backline-crunch.nam"), BL_OK);
    assert_int_equal(bl_rig_set_file(rig, BL_RIG_IMPULSE_1, BL_TEST_BUNDLE "/backline-cabinet.wav"), BL_OK);
    assert_int_equal(bl_rig_work(rig, NULL), BL_OK);
    bl_rig_process(rig, (float *const[]){ out[0], out[1] }, (const float *const[]){ in[0], in[1] }, SOUND_FRAMES);
    bl_rig_free(rig);
}

/* The plugin plays a sound, cut into blocks of so many frames, again and again. */
static inline void play_plugin(small_host *h, sound out, sound in, const uint32_t *cuts, size_t count)
{
    for (size_t done = 0, i = 0, n; done < SOUND_FRAMES; done += n, i++) {
        n = cuts[i % count] < SOUND_FRAMES - done ? cuts[i % count] : SOUND_FRAMES - done;
        small_host_run_on(h, (uint32_t)n, (float *const[]){ out[0] + done, out[1] + done },
                          (float *const[]){ in[0] + done, in[1] + done });
    }
}

/* To the bit. */
static inline void expect_same_sound(sound a, sound b, size_t channels)
{
    for (size_t c = 0; c < channels; c++)
        for (size_t i = 0; i < SOUND_FRAMES; i++)
            if (memcmp(&a[c][i], &b[c][i], sizeof a[c][i]))
                fail_msg("channel %zu, frame %zu: %.9g, should be %.9g", c, i, (double)a[c][i], (double)b[c][i]);
}

static inline void expect_finite(sound s, size_t channels)
{
    for (size_t c = 0; c < channels; c++)
        for (size_t i = 0; i < SOUND_FRAMES; i++)
            if (!(s[c][i] >= -1e30f && s[c][i] <= 1e30f))
                fail_msg("channel %zu, frame %zu: %.9g", c, i, (double)s[c][i]);
}

#endif
