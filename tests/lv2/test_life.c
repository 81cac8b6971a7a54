/* From instantiate() to cleanup(): what is ready before the first run(), every kind of worker, instances beside each other
 * and one after the other. */
#define _GNU_SOURCE
#include "rig_reference.h"
#include "small_host.h"
#include "test_support.h"

#include "lv2/plugin.h"

#include <string.h>
#include <time.h>

static small_host h, other;
static sound in, out, expected;
static const uint32_t blocks[] = { 64, 100, 1, 0, 777 };
enum { BLOCKS = sizeof blocks / sizeof *blocks };

static void open_plugin(small_host *who, size_t channels, double rate, worker_kind worker)
{
    assert_true(small_host_open(who, channels, rate, BL_TEST_BUNDLE, worker));
}

/* ---- before the first run ---- */

/* Without a worker having been asked: hosts render offline from the first sample on. */
static void first_sample_is_right_with_every_worker(void **state)
{
    fill_sound(in, 1);
    play_reference(expected, in, 1, 48000, true, NULL, 0);
    for (int worker = WORKER_NONE; worker <= WORKER_FULL; worker++) {
        open_plugin(&h, 1, 48000, (worker_kind)worker);
        small_host_activate(&h);
        play_plugin(&h, out, in, blocks, BLOCKS);
        expect_same_sound(out, expected, 1);
        assert_int_equal(h.scheduled + h.refused, 0);
        small_host_close(&h);
    }
}

static size_t reference_latency(double rate)
{
    const bl_rig_options options = { .rate_hz = rate, .in_channels = 1, .out_channels = 1 };
    bl_rig *rig;
    float *none[1] = { NULL };
    assert_int_equal(bl_rig_create(&options, &rig, NULL), BL_OK);
    assert_int_equal(bl_rig_set_file(rig, BL_RIG_MODEL, BL_TEST_BUNDLE "/backline-crunch.nam"), BL_OK);
    assert_int_equal(bl_rig_work(rig, NULL), BL_OK);
    bl_rig_process(rig, none, (const float *const *)none, 0);
    const size_t latency = bl_rig_latency(rig);
    bl_rig_free(rig);
    return latency;
}

static void latency_is_right_from_the_first_run_on(void **state)
{
    const size_t latency = reference_latency(44100);
    assert_true(latency > 0); /* the model is one of 48 kHz */
    assert_int_equal(reference_latency(48000), 0);
    for (uint32_t first = 0; first <= 64; first += 64) {
        open_plugin(&h, 1, 44100, WORKER_LATE);
        small_host_activate(&h);
        h.controls[PORT_LATENCY] = -1;
        small_host_run(&h, first);
        assert_true(h.controls[PORT_LATENCY] == (float)latency);
        h.controls[PORT_SETTINGS + BL_RIG_ENABLED] = 0;
        h.controls[PORT_SETTINGS + BL_RIG_BASS] = 3;
        small_host_run(&h, 5000);
        assert_true(h.controls[PORT_LATENCY] == (float)latency);
        small_host_close(&h);
    }
}

static void bypass_is_the_input_as_late_as_the_latency_says(void **state)
{
    fill_sound(in, 2);
    open_plugin(&h, 2, 44100, WORKER_SYNC);
    h.controls[PORT_SETTINGS + BL_RIG_ENABLED] = 0;
    small_host_activate(&h);
    play_plugin(&h, out, in, blocks, BLOCKS);
    const size_t latency = (size_t)h.controls[PORT_LATENCY];
    assert_true(latency > 0 && latency < SOUND_FRAMES / 2);
    assert_true(h.controls[PORT_BYPASSED] == 1);
    memset(expected, 0, sizeof expected);
    for (size_t c = 0; c < 2; c++)
        memcpy(expected[c] + latency, in[c], (SOUND_FRAMES - latency) * sizeof(float));
    expect_same_sound(out, expected, 2);
    small_host_close(&h);
}

/* ---- again ---- */

/* Nothing of what was heard before is left, nor of what the knobs did. */
static void activating_again_begins_anew(void **state)
{
    fill_sound(in, 3);
    play_reference(expected, in, 2, 44100, true, NULL, 0);
    open_plugin(&h, 2, 44100, WORKER_SYNC);
    small_host_activate(&h);
    for (size_t turn = 0; turn < 3; turn++) {
        play_plugin(&h, out, in, blocks, BLOCKS);
        expect_same_sound(out, expected, 2);
        h.controls[PORT_SETTINGS + BL_RIG_OUTPUT_GAIN] = 12;
        small_host_run(&h, 50);
        h.controls[PORT_SETTINGS + BL_RIG_OUTPUT_GAIN] = 0;
        small_host_deactivate(&h);
        small_host_activate(&h);
    }
    small_host_close(&h);
}

/* ---- workers ---- */

/* Blocks without frames, until the worker has told that the model is gone, at most some ten seconds. */
static void wait_for_worker(void)
{
    const struct timespec pause = { .tv_nsec = 1000000 };
    const char *told = NULL;
    for (size_t i = 0; i < 10000 && !(told && !*told); i++) {
        small_host_get(&h, PROPERTY_SLOTS);
        small_host_run(&h, 0);
        told = small_host_told(&h, PROPERTY_SLOTS);
        small_host_work(&h);
        nanosleep(&pause, NULL);
    }
    assert_string_equal(told, "");
}

/* What was loaded before the first frame plays from the first frame on, whoever loaded it. */
static void every_worker_loads(void **state)
{
    fill_sound(in, 4);
    play_reference(expected, in, 1, 48000, false, NULL, 0);
    for (int worker = WORKER_NONE; worker <= WORKER_FULL; worker++) {
        open_plugin(&h, 1, 48000, (worker_kind)worker);
        small_host_activate(&h);
        small_host_set_path(&h, PROPERTY_MODEL, "");
        small_host_run(&h, 0);
        if (worker == WORKER_SYNC)
            assert_false(control_has_requests(h.handle));
        if (worker == WORKER_LATE || worker == WORKER_FULL) { /* nothing happens until somebody works */
            for (size_t i = 0; i < 20; i++)
                small_host_run(&h, 0);
            assert_true(control_has_requests(h.handle));
            assert_int_equal(h.scheduled, worker == WORKER_LATE);
            assert_true(worker == WORKER_LATE || h.refused > 10);
        }
        if (worker == WORKER_FULL)
            h.worker = WORKER_LATE;
        wait_for_worker();
        play_plugin(&h, out, in, blocks, BLOCKS);
        expect_same_sound(out, expected, 1);
        small_host_close(&h);
    }
}

/* Hosts without a worker render files, and may ask for something only behind activate(). */
static void without_a_worker_the_first_run_waits(void **state)
{
    fill_sound(in, 9);
    play_reference(expected, in, 1, 48000, false, NULL, 0);
    open_plugin(&h, 1, 48000, WORKER_NONE);
    small_host_activate(&h);
    small_host_set_path(&h, PROPERTY_MODEL, "");
    play_plugin(&h, out, in, blocks, BLOCKS);
    expect_same_sound(out, expected, 1);
    small_host_close(&h);
}

/* A host may forget a wake-up. */
static void forgotten_wake_ups_are_repeated(void **state)
{
    open_plugin(&h, 1, 48000, WORKER_LATE);
    small_host_activate(&h);
    small_host_set_path(&h, PROPERTY_MODEL, "");
    small_host_run(&h, 0);
    assert_int_equal(h.waiting, 1);
    h.waiting = 0;
    for (size_t i = 0; i < 20 && !h.waiting; i++)
        small_host_run(&h, 8192);
    assert_int_equal(h.waiting, 1);
    small_host_work(&h);
    small_host_run(&h, 0);
    wait_for_worker();
    small_host_close(&h);
}

/* A plugin whose worker is slow plays on as before. */
static void a_late_worker_leaves_the_sound_alone(void **state)
{
    fill_sound(in, 5);
    play_reference(expected, in, 1, 48000, true, NULL, 0);
    open_plugin(&h, 1, 48000, WORKER_LATE);
    small_host_activate(&h);
    small_host_set_path(&h, PROPERTY_MODEL, "");
    play_plugin(&h, out, in, blocks, BLOCKS);
    expect_same_sound(out, expected, 1);
    small_host_close(&h);
}

/* ---- beside each other ---- */

static void instances_do_not_hear_each_other(void **state)
{
    static sound other_in, other_out, other_expected;
    static const setting loud = { BL_RIG_BASS, 9 };
    bl_random rng = { 6 };
    fill_sound(in, 7);
    fill_sound(other_in, 8);
    play_reference(expected, in, 1, 48000, true, NULL, 0);
    play_reference(other_expected, other_in, 2, 44100, true, &loud, 1);
    open_plugin(&h, 1, 48000, WORKER_SYNC);
    open_plugin(&other, 2, 44100, WORKER_NONE);
    other.controls[PORT_SETTINGS + BL_RIG_BASS] = 9;
    small_host_activate(&h);
    small_host_activate(&other);
    for (size_t done = 0, n; done < SOUND_FRAMES; done += n) {
        n = 1 + bl_random_below(&rng, 300);
        n = n < SOUND_FRAMES - done ? n : SOUND_FRAMES - done;
        small_host_run_on(&h, (uint32_t)n, (float *const[]){ out[0] + done, NULL },
                          (float *const[]){ in[0] + done, NULL });
        small_host_run_on(&other, (uint32_t)n, (float *const[]){ other_out[0] + done, other_out[1] + done },
                          (float *const[]){ other_in[0] + done, other_in[1] + done });
    }
    expect_same_sound(out, expected, 1);
    expect_same_sound(other_out, other_expected, 2);
    small_host_close(&h);
    small_host_close(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_sample_is_right_with_every_worker),
        cmocka_unit_test(latency_is_right_from_the_first_run_on),
        cmocka_unit_test(bypass_is_the_input_as_late_as_the_latency_says),
        cmocka_unit_test(activating_again_begins_anew),
        cmocka_unit_test(every_worker_loads),
        cmocka_unit_test(without_a_worker_the_first_run_waits),
        cmocka_unit_test(forgotten_wake_ups_are_repeated),
        cmocka_unit_test(a_late_worker_leaves_the_sound_alone),
        cmocka_unit_test(instances_do_not_hear_each_other),
    };
    return cmocka_run_group_tests_name("lv2-life", tests, NULL, NULL);
}
