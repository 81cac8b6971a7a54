/* Somebody scrolls through a folder of models, or a script does: requests by the thousand, of which the newest counts, with
 * every kind of worker. */
#define _GNU_SOURCE
#include "small_host.h"
#include "test_support.h"

#include "lv2/plugin.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The last model is only asked for last. */
enum { MODELS = 8, LAST = MODELS - 1, BLOCK = 64, RATE = 48000 };

static small_host h;
static char folder[] = "/tmp/backline-floods-XXXXXX", paths[MODELS][64];

static float gain_of(size_t model)
{
    return 0.25f * (float)(model + 1);
}

/* Wires of different gains. */
static int write_models(void **state)
{
    if (!mkdtemp(folder))
        return -1;
    for (size_t i = 0; i < MODELS; i++) {
        snprintf(paths[i], sizeof paths[i], "%s/%zu.nam", folder, i);
        FILE *file = fopen(paths[i], "w");
        if (!file)
            return -1;
        fprintf(file,
                "{\"version\":\"0.5.4\",\"architecture\":\"Linear\",\"sample_rate\":%d,"
                "\"config\":{\"receptive_field\":1,\"bias\":false},\"weights\":[%g]}",
                RATE, (double)gain_of(i));
        fclose(file);
    }
    return 0;
}

static int remove_models(void **state)
{
    for (size_t i = 0; i < MODELS; i++)
        unlink(paths[i]);
    return rmdir(folder);
}

static void open_host(worker_kind worker)
{
    bl_random rng = { 9 };
    assert_true(small_host_open(&h, 1, RATE, BL_TEST_BUNDLE, worker));
    h.controls[PORT_SETTINGS + BL_RIG_CAB] = 0;
    h.controls[PORT_SETTINGS + BL_RIG_DC_BLOCKER] = 0;
    h.controls[PORT_SETTINGS + BL_RIG_OUTPUT_MODE] = BL_RIG_OUTPUT_RAW;
    bl_random_fill(&rng, h.in[0], SMALL_HOST_FRAMES, 0.5f);
    small_host_activate(&h);
}

/* Runs until the worker has told that it has loaded this file, at most some ten seconds. */
static void wait_for(property slot, const char *path)
{
    const struct timespec pause = { .tv_nsec = 1000000 };
    const char *told = NULL;
    for (size_t i = 0; i < 10000 && !(told && !strcmp(told, path)); i++) {
        small_host_get(&h, slot);
        small_host_run(&h, BLOCK);
        told = small_host_told(&h, slot);
        small_host_work(&h);
        nanosleep(&pause, NULL);
    }
    assert_non_null(told);
    assert_string_equal(told, path);
}

static void expect_model(size_t slot, size_t model)
{
    plugin *inside = h.handle;
    bl_rig_file_state file;
    wait_for((property)(PROPERTY_SLOTS + slot), paths[model]);
    assert_int_equal(bl_rig_get_file(inside->rig, (bl_rig_file)(BL_RIG_MODEL + slot), &file), BL_OK);
    assert_string_equal(file.path, paths[model]);
    assert_true(file.loaded);
    bl_rig_file_state_free(&file);
    for (size_t i = 0; i < RATE / 10; i += BLOCK) /* the fade */
        small_host_run(&h, BLOCK);
    for (size_t i = 0; i < BLOCK; i++)
        assert_float_equal(h.out[0][i], gain_of(model) * h.in[0][i], 1e-5f);
}

/* So many requests per second, for half a second. */
static void flood(worker_kind worker, size_t per_second)
{
    size_t asked = 0;
    open_host(worker);
    for (size_t frame = 0; frame < RATE / 2; frame += BLOCK) {
        for (; asked * RATE < frame * per_second; asked++)
            small_host_set_path(&h, PROPERTY_MODEL, paths[asked % LAST]);
        small_host_run(&h, BLOCK);
        if (frame % (100 * BLOCK) == 0)
            small_host_work(&h);
        if (worker == WORKER_FULL && frame >= RATE / 4)
            h.worker = WORKER_LATE;
    }
    assert_true(asked >= per_second / 2 - per_second * BLOCK / RATE - 1);
    small_host_set_path(&h, PROPERTY_MODEL, paths[LAST]);
    expect_model(0, LAST);
    small_host_close(&h);
}

static void newest_of_100_a_second_plays(void **state)
{
    for (int worker = WORKER_NONE; worker <= WORKER_FULL; worker++)
        flood((worker_kind)worker, 100);
}

static void newest_of_10000_a_second_plays(void **state)
{
    for (int worker = WORKER_NONE; worker <= WORKER_FULL; worker++)
        flood((worker_kind)worker, 10000);
}

/* As many as the port holds, in a single block, and slots all over the place. */
static void a_full_port_is_obeyed(void **state)
{
    size_t asked = 0;
    open_host(WORKER_LATE);
    for (; h.forge.offset < SMALL_HOST_ATOMS - 1000; asked++) {
        small_host_set_path(&h, (property)(PROPERTY_SLOTS + asked % BL_RIG_SLOTS), paths[asked % LAST]);
        small_host_midi(&h, 0, 0xC0, (uint8_t)(asked % BL_RIG_SLOTS), 0);
        small_host_get(&h, PROPERTY_COUNT);
    }
    assert_true(asked > 500);
    small_host_set_path(&h, PROPERTY_MODEL, paths[LAST]);
    small_host_run(&h, BLOCK);
    expect_model((asked - 1) % BL_RIG_SLOTS, LAST);
    assert_true(h.scheduled < 100);
    small_host_close(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(newest_of_100_a_second_plays),
        cmocka_unit_test(newest_of_10000_a_second_plays),
        cmocka_unit_test(a_full_port_is_obeyed),
    };
    return cmocka_run_group_tests_name("lv2-floods", tests, write_models, remove_models);
}
