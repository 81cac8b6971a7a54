/* A rig among three threads: one plays, one turns settings and names files as fast as it can, one works. Meant for
 * the thread sanitizer (./check threads); every build sees that nothing is lost, and that the sound stays finite. */
#define _GNU_SOURCE
#include "test_support.h"

#include "rig.h"
#include "rig_state.h"

#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <sndfile.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { RATE = 48000, MODELS = 3, IMPULSES = 2 };

static const char model_text[] =
    "{\"version\": \"0.5.4\", \"architecture\": \"WaveNet\", \"sample_rate\": 48000, \"metadata\": {\"loudness\": "
    "%d},"
    " \"config\": {\"head\": null, \"head_scale\": 1, \"layers\": [{\"input_size\": 1, \"condition_size\": 1,"
    "  \"channels\": 1, \"kernel_size\": 2, \"dilations\": [3], \"activation\": \"Tanh\", \"gated\": false,"
    "  \"head_size\": 1, \"head_bias\": false}]},"
    " \"weights\": [2, 0.5, 0.25, 0.1, 3, 1, 0, 0.5, 0.5]}";

static char folder[] = "/tmp/backline-rig-XXXXXX";
static char models[MODELS + 1][64], impulses[IMPULSES][64]; /* the last model does not exist */

static void write_files(void)
{
    assert_non_null(mkdtemp(folder));
    for (int i = 0; i <= MODELS; i++) {
        snprintf(models[i], sizeof models[i], "%s/%d.nam", folder, i);
        FILE *file = i < MODELS ? fopen(models[i], "w") : NULL;
        if (file) {
            fprintf(file, model_text, -18 - i);
            fclose(file);
        }
    }
    for (int i = 0; i < IMPULSES; i++) {
        SF_INFO info = { .samplerate = RATE, .channels = 1, .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT };
        float samples[300] = { 1, (float)i };
        snprintf(impulses[i], sizeof impulses[i], "%s/%d.wav", folder, i);
        SNDFILE *file = sf_open(impulses[i], SFM_WRITE, &info);
        assert_non_null(file);
        sf_writef_float(file, samples, 300);
        sf_close(file);
    }
}

static void remove_files(void)
{
    for (int i = 0; i < MODELS; i++)
        unlink(models[i]);
    for (int i = 0; i < IMPULSES; i++)
        unlink(impulses[i]);
    rmdir(folder);
}

typedef struct stage_hands {
    bl_rig *rig;
    atomic_bool stop;
} stage_hands;

static void *turn(void *data)
{
    stage_hands *h = data;
    bl_random rng = { 7 };
    while (!atomic_load(&h->stop)) {
        const bl_rig_param param = (bl_rig_param)bl_random_below(&rng, BL_RIG_PARAM_COUNT);
        const bl_rig_param_info *info = bl_rig_param_describe(param);
        if (param != BL_RIG_FADE && param != BL_RIG_OVERSAMPLE)
            bl_rig_set(h->rig, param,
                       info->minimum + (bl_random_float(&rng, 0.5f) + 0.5f) * (info->maximum - info->minimum));
        bl_rig_set(h->rig, BL_RIG_SLOT, (float)(1 + bl_random_below(&rng, 4)));
        switch (bl_random_below(&rng, 8)) {
        case 0:
            bl_rig_set_file(h->rig, (bl_rig_file)(BL_RIG_MODEL + bl_random_below(&rng, 4)),
                            models[bl_random_below(&rng, MODELS + 1)]);
            break;
        case 1:
            bl_rig_set_file(h->rig, (bl_rig_file)(BL_RIG_IMPULSE_1 + bl_random_below(&rng, 2)),
                            bl_random_below(&rng, 4) ? impulses[bl_random_below(&rng, IMPULSES)] : NULL);
            break;
        case 2: {
            bl_rig_file_state state;
            if (!bl_rig_get_file(h->rig, (bl_rig_file)bl_random_below(&rng, BL_RIG_FILE_COUNT), &state))
                bl_rig_file_state_free(&state);
            bl_capture_free(bl_rig_share_capture(h->rig, bl_random_below(&rng, 4)));
            bl_rig_meters meters;
            bl_rig_read_meters(h->rig, &meters);
            bl_rig_clear_meters(h->rig);
            bl_rig_set_knob(h->rig, 0, bl_random_float(&rng, 1));
            break;
        }
        default: break;
        }
        usleep(50);
    }
    return NULL;
}

static void *work(void *data)
{
    stage_hands *h = data;
    while (!atomic_load(&h->stop))
        if (bl_rig_wants_work(h->rig))
            bl_rig_work(h->rig, NULL);
        else
            sched_yield();
    return NULL;
}

static void test_storm(void **state)
{
    const bl_rig_options options = { .rate_hz = RATE, .in_channels = 1, .out_channels = 2 };
    const size_t swaps = bl_test_effort(10000);
    stage_hands h = { 0 };
    pthread_t hands, worker;
    float in[64], left[64], right[64];
    const float *from = in;
    float *out[2] = { left, right };
    bl_random rng = { 8 };
    size_t blocks = 0;
    write_files();
    assert_int_equal(bl_rig_create(&options, &h.rig, NULL), BL_OK);
    bl_rig_set(h.rig, BL_RIG_FADE, 1);
    assert_int_equal(pthread_create(&hands, NULL, turn, &h), 0);
    assert_int_equal(pthread_create(&worker, NULL, work, &h), 0);
    while (h.rig->amp.taken + h.rig->back.cabinet.taken < swaps) {
        bl_random_fill(&rng, in, 64, 1);
        bl_rig_process(h.rig, out, &from, 64);
        for (size_t i = 0; i < 64; i++)
            assert_true(isfinite(left[i]) && isfinite(right[i]));
        if (blocks % 300 == 0)
            bl_rig_reset(h.rig);
        if (++blocks % 8 == 0)
            sched_yield();
    }
    atomic_store(&h.stop, true);
    pthread_join(hands, NULL);
    pthread_join(worker, NULL);
    print_message("%zu swaps in %zu blocks, latency %zu\n", swaps, blocks, bl_rig_latency(h.rig));
    bl_rig_free(h.rig);
    remove_files();
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_storm) };
    return cmocka_run_group_tests_name("rig-threads", tests, NULL, NULL);
}
