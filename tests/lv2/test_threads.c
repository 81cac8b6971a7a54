/* The plugin among five threads: one runs it and floods it with requests, one saves, one restores, and, in the host or in
 * the plugin, one works; the main thread looks on. Meant for the thread sanitizer (./check threads); every build sees that
 * nothing is lost and that the sound stays finite. */
#define _GNU_SOURCE
#include "state_support.h"

#include "test_support.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MODELS = 6 };

static small_host h;
static char models[MODELS][256], rig[256], other_rig[256]; /* the last two models cannot be loaded */
static atomic_bool stop;
static atomic_uint saved, restored;
static atomic_bool lost; /* a saved state does not hold what it must */

static void name_files(void)
{
    static const char *const names[MODELS] = { "gain_2.nam",        "gain_3.nam", "gain_5.nam",
                                               "drive.safetensors", "broken.nam", "nowhere.nam" };
    for (size_t i = 0; i < MODELS; i++)
        snprintf(models[i], sizeof models[i], "%s", state_in_folder(names[i]));
    /* A bundle whose model costs next to nothing: under the thread sanitizer every warm-up takes its time. */
    assert_int_equal(mkdir(state_in_folder("bundle"), 0700), 0);
    state_write_gain("bundle/" BUNDLE_MODEL, 7);
    state_write_text("a.rig.json",
                     "{\"backline_rig\": 1, \"models\": [{\"path\": \"gain_2.nam\"}, {\"path\": "
                     "\"drive.safetensors\"}], \"settings\": {\"slot\": 2}, \"knobs\": {\"drive\": 2}}");
    state_write_text("b.rig.json", "{\"backline_rig\": 1, \"models\": [{\"path\": \"nowhere.nam\"}, {\"path\": "
                                   "\"gain_3.nam\"}], \"cabinets\": [{\"path\": \"room.wav\"}]}");
    snprintf(rig, sizeof rig, "%s", state_in_folder("a.rig.json"));
    snprintf(other_rig, sizeof other_rig, "%s", state_in_folder("b.rig.json"));
}

/* ---- run ---- */

static void ask_for_something(bl_random *rng)
{
    const property slot = (property)bl_random_below(rng, 3);
    switch (bl_random_below(rng, 12)) {
    case 0: small_host_set_path(&h, PROPERTY_RIG, bl_random_below(rng, 2) ? rig : other_rig); break;
    case 1: small_host_set_path(&h, PROPERTY_CABINET_1, bl_random_below(rng, 2) ? models[4] : ""); break;
    case 2: small_host_get(&h, PROPERTY_COUNT); break;
    case 3: small_host_midi(&h, 0, 0xC0, (uint8_t)bl_random_below(rng, 4), 0); break;
    case 4: h.controls[PORT_NEXT] = (float)bl_random_below(rng, 2); break;
    case 5: h.controls[PORT_SETTINGS + BL_RIG_SLOT] = (float)(1 + bl_random_below(rng, 4)); break;
    case 6: h.controls[PORT_SETTINGS + BL_RIG_BASS] = bl_random_float(rng, 15); break;
    case 7: h.controls[PORT_KNOBS] = 0.5f + bl_random_float(rng, 0.5f); break;
    default: small_host_set_path(&h, slot, models[bl_random_below(rng, MODELS)]); break;
    }
}

static void *play(void *data)
{
    bl_random rng = { 21 };
    for (unsigned block = 0; !atomic_load(&stop); block++) {
        const uint32_t frames = (uint32_t)bl_random_below(&rng, 200);
        bl_random_fill(&rng, h.in[0], frames, 0.5f);
        for (size_t i = bl_random_below(&rng, 4); i; i--)
            ask_for_something(&rng);
        small_host_run(&h, frames);
        for (size_t i = 0; i < frames; i++)
            if (!isfinite(h.out[0][i]))
                atomic_store(&lost, true);
        if (block % 4 == 0)
            usleep(100);
    }
    return NULL;
}

/* ---- save and restore ---- */

static bool is_known(const char *path)
{
    for (size_t i = 0; i < MODELS; i++)
        if (!strcmp(path, models[i]))
            return true;
    return !*path || !strcmp(path, "bundle:backline-crunch.nam");
}

static void *save(void *data)
{
    while (!atomic_load(&stop)) {
        kept_state s = { .root = NULL };
        if (small_host_save(&h, &s))
            atomic_store(&lost, true);
        const char *slot_1 = state_text(&h, &s, "slot_1");
        if (!slot_1 || !is_known(slot_1))
            atomic_store(&lost, true);
        kept_state_free(&s);
        atomic_fetch_add(&saved, 1);
        usleep(300);
    }
    return NULL;
}

static void fill_states(kept_state states[4])
{
    state_put_path(&h, &states[0], "slot_1", models[0]);
    state_put_path(&h, &states[0], "slot_2", models[3]);
    state_put_string(&h, &states[0], "settings", "slot=2@1 bass=3@0 knob_1=0.25@0.5");
    state_put_path(&h, &states[1], "slot_1", models[5]);
    state_put_string(&h, &states[1], "slot_1_content",
                     "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff 7");
    state_put_path(&h, &states[1], "cabinet_1", state_in_folder("room.wav"));
    state_put_path(&h, &states[2], "rig", rig);
    /* the last says nothing: defaults */
}

static void *restore(void *data)
{
    kept_state states[4] = { { .root = NULL } };
    bl_random rng = { 22 };
    fill_states(states);
    while (!atomic_load(&stop)) {
        if (small_host_restore(&h, &states[bl_random_below(&rng, 4)], true))
            atomic_store(&lost, true);
        atomic_fetch_add(&restored, 1);
        usleep(1000);
    }
    for (size_t i = 0; i < 4; i++)
        kept_state_free(&states[i]);
    return NULL;
}

/* ---- all together ---- */

/* Whatever came before: what is asked for at last is what there is. */
static void expect_last_wish(void)
{
    plugin *p = state_inside(&h);
    for (size_t i = 0; i < 3; i++)
        small_host_set_path(&h, (property)i, models[i]);
    h.controls[PORT_SETTINGS + BL_RIG_SLOT] = 3;
    small_host_run(&h, 64);
    h.controls[PORT_SETTINGS + BL_RIG_SLOT] = 2;
    do {
        small_host_run(&h, 64);
        usleep(1000);
    } while (control_has_requests(p) || bl_rig_wants_work(p->rig));
    work_all(p); /* waits for whoever still works */
    for (size_t i = 0; i < 3; i++)
        state_expect_file(&h, i, models[i]);
    assert_int_equal(p->loaded & 7, 7);
    assert_string_equal(state_told(&h, PROPERTY_STATUS), "Slot 2 plays Gain 3 (gain_3.nam).");
}

static void storm(worker_kind worker)
{
    const unsigned wanted = (unsigned)bl_test_effort(300);
    pthread_t threads[3];
    void *(*const work[])(void *) = { play, save, restore };
    atomic_store(&stop, false);
    atomic_store(&saved, 0);
    atomic_store(&restored, 0);
    assert_true(small_host_open(&h, 1, 48000, state_in_folder("bundle"), worker));
    small_host_activate(&h);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work[i], NULL), 0);
    while (!atomic_load(&lost) && (atomic_load(&saved) < wanted || atomic_load(&restored) < wanted))
        usleep(1000);
    atomic_store(&stop, true);
    for (size_t i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    assert_false(atomic_load(&lost));
    expect_last_wish();
    small_host_close(&h);
}

static void test_worker_of_the_host(void **state)
{
    storm(WORKER_THREAD);
}

static void test_worker_inside_run(void **state)
{
    storm(WORKER_SYNC);
}

static void test_worker_of_our_own(void **state)
{
    storm(WORKER_NONE);
}

static int open_folder(void **state)
{
    const int status = state_open_folder(state);
    name_files();
    return status;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_worker_of_the_host),
        cmocka_unit_test(test_worker_inside_run),
        cmocka_unit_test(test_worker_of_our_own),
    };
    return cmocka_run_group_tests_name("lv2-threads", tests, open_folder, state_remove_folder);
}
