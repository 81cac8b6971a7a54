/* run(): the rig's sound, to the bit, however a host cuts it into blocks and wherever its buffers lie; and hosts that connect
 * nothing, or nonsense. */
#define _GNU_SOURCE
#include "realtime_guard.h"
#include "rig_reference.h"
#include "small_host.h"
#include "test_support.h"

#include "lv2/plugin.h"

#include <float.h>
#include <math.h>
#include <string.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

static small_host h;
static sound in, out, expected;

static const setting settings[] = { { BL_RIG_GATE, 1 },           { BL_RIG_GATE_THRESHOLD, -20 },
                                    { BL_RIG_BASS, 5 },           { BL_RIG_HIGH_CUT, 6000 },
                                    { BL_RIG_INPUT_GAIN, 6 },     { BL_RIG_CAB_DELAY, 3 },
                                    { BL_RIG_OUTPUT_GAIN, -4.5f } };
enum { SETTINGS = sizeof settings / sizeof *settings };

/* A plugin that is ready to play; with those settings or as it comes. */
static void open_plugin(size_t channels, double rate, size_t setting_count)
{
    assert_true(small_host_open(&h, channels, rate, BL_TEST_BUNDLE, WORKER_SYNC));
    for (size_t i = 0; i < setting_count; i++)
        h.controls[PORT_SETTINGS + settings[i].param] = settings[i].value;
    small_host_activate(&h);
}

/* ---- blocks ---- */

static void expect_same_for_cuts(size_t channels, double rate, const uint32_t *cuts, size_t count)
{
    open_plugin(channels, rate, SETTINGS);
    memset(out, 0xFF, sizeof out);
    play_plugin(&h, out, in, cuts, count);
    expect_same_sound(out, expected, channels);
    small_host_close(&h);
}

static void any_cut_gives_the_rigs_sound(void **state)
{
    static const uint32_t mixed[] = { 0, 1, 64, 0, 333, 8192, 63, 2, 65, 1, 7, 0, 4097, 128 };
    static const uint32_t sizes[] = { 1, 33, 64, 100, 8192, 20000, SOUND_FRAMES };
    fill_sound(in, 1);
    for (size_t channels = 1; channels <= 2; channels++)
        for (double rate = 44100; rate <= 48000; rate += 3900) {
            play_reference(expected, in, channels, rate, true, settings, SETTINGS);
            expect_same_for_cuts(channels, rate, mixed, sizeof mixed / sizeof *mixed);
            for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i += bl_test_stride())
                expect_same_for_cuts(channels, rate, &sizes[i], 1);
        }
}

/* ---- where buffers lie ---- */

/* Plays with in 1, in 2, out 1, out 2 in those of four buffers; what it reads and writes stays apart in in and out. */
static void play_with_places(const size_t *places, uint32_t block)
{
    static float buffers[4][8192];
    for (size_t done = 0, n; done < SOUND_FRAMES; done += n) {
        n = block < SOUND_FRAMES - done ? block : SOUND_FRAMES - done;
        memset(buffers, 0xFF, sizeof buffers);
        for (size_t c = h.channels; c-- > 0;)
            memcpy(buffers[places[c]], in[c] + done, n * sizeof(float));
        small_host_run_on(&h, (uint32_t)n, (float *const[]){ buffers[places[2]], buffers[places[3]] },
                          (float *const[]){ buffers[places[0]], buffers[places[1]] });
        for (size_t c = 0; c < h.channels; c++)
            memcpy(out[c] + done, buffers[places[2 + c]], n * sizeof(float));
    }
}

/* All 15 ways in which four buffers can be the same: each place is one that was there before, or the next new one. */
static void any_aliasing_gives_the_same_sound(void **state)
{
    static sound same_input, expected_same;
    static const uint32_t blocks[] = { 64, 100, 8192 };
    size_t patterns = 0;
    fill_sound(in, 2);
    memcpy(same_input[0], in[0], sizeof in[0]);
    memcpy(same_input[1], in[0], sizeof in[0]);
    play_reference(expected, in, 2, 48000, true, settings, SETTINGS);
    play_reference(expected_same, same_input, 2, 48000, true, settings, SETTINGS);
    for (size_t code = 0; code < 2 * 3 * 4; code++) {
        const size_t places[4] = { 0, code % 2, code / 2 % 3, code / 6 };
        if (places[2] > places[1] + 1 || places[3] > (places[2] > places[1] ? places[2] : places[1]) + 1)
            continue;
        open_plugin(2, 48000, SETTINGS);
        play_with_places(places, blocks[patterns++ % 3]);
        expect_finite(out, 2);
        if (places[2] != places[3]) /* else nobody can say what is in it */
            expect_same_sound(out, places[0] == places[1] ? expected_same : expected, 2);
        small_host_close(&h);
    }
    assert_int_equal(patterns, 15);
}

static void mono_plays_in_place(void **state)
{
    static const size_t places[4] = { 0, 1, 0, 1 };
    fill_sound(in, 3);
    play_reference(expected, in, 1, 48000, true, settings, SETTINGS);
    open_plugin(1, 48000, SETTINGS);
    play_with_places(places, 64);
    expect_same_sound(out, expected, 1);
    small_host_close(&h);
}

/* All ports elsewhere in every block, in memory of just the right size that is gone afterwards. */
static void ports_may_move_in_every_block(void **state)
{
    fill_sound(in, 4);
    play_reference(expected, in, 2, 48000, true, settings, SETTINGS);
    open_plugin(2, 48000, SETTINGS);
    for (size_t done = 0, n; done < SOUND_FRAMES; done += n) {
        float *controls = malloc(sizeof h.controls), *buffers[4];
        n = 150 < SOUND_FRAMES - done ? 150 : SOUND_FRAMES - done;
        memcpy(controls, h.controls, sizeof h.controls);
        for (size_t i = PORT_SETTINGS; i < PORT_COUNT; i++)
            small_host_connect(&h, (port_id)i, controls + i);
        for (size_t i = 0; i < 4; i++)
            buffers[i] = malloc(n * sizeof(float));
        memcpy(buffers[0], in[0] + done, n * sizeof(float));
        memcpy(buffers[1], in[1] + done, n * sizeof(float));
        small_host_run_on(&h, (uint32_t)n, buffers + 2, buffers);
        memcpy(out[0] + done, buffers[2], n * sizeof(float));
        memcpy(out[1] + done, buffers[3], n * sizeof(float));
        for (size_t i = 0; i < 4; i++)
            free(buffers[i]);
        memset(controls, 0xFF, sizeof h.controls);
        free(controls);
    }
    expect_same_sound(out, expected, 2);
    small_host_close(&h);
}

/* ---- what is not connected ---- */

static void unconnected_controls_are_at_their_initial_values(void **state)
{
    static const uint32_t block = 64;
    fill_sound(in, 5);
    play_reference(expected, in, 1, 48000, true, NULL, 0);
    assert_true(small_host_open(&h, 1, 48000, BL_TEST_BUNDLE, WORKER_SYNC));
    h.has_atoms = false;
    for (size_t i = PORT_SETTINGS; i < PORT_COUNT; i++)
        small_host_connect(&h, (port_id)i, NULL);
    small_host_activate(&h);
    play_plugin(&h, out, in, &block, 1);
    expect_same_sound(out, expected, 1);
    small_host_close(&h);
}

static void any_port_may_be_missing(void **state)
{
    fill_sound(in, 6);
    open_plugin(2, 48000, 0);
    for (size_t i = PORT_SETTINGS; i < PORT_COUNT; i++) {
        small_host_connect(&h, (port_id)i, NULL);
        small_host_run(&h, 64);
        small_host_connect(&h, (port_id)i, &h.controls[i]);
    }
    for (unsigned missing = 0; missing < 16; missing++) {
        float *buffers[4];
        for (size_t i = 0; i < 4; i++)
            buffers[i] = missing >> i & 1 ? NULL : i < 2 ? in[i] : out[i - 2];
        small_host_run_on(&h, 64, buffers + 2, buffers);
        small_host_run_on(&h, 0, buffers + 2, buffers);
    }
    small_host_close(&h);
}

/* ---- nonsense ---- */

static const float nonsense[] = { NAN, INFINITY, -INFINITY, FLT_MAX, -FLT_MAX, 1e30f, 1e-40f, -0.0f };
enum { NONSENSE = sizeof nonsense / sizeof *nonsense };

static void sound_stays_finite_whatever_comes_in(void **state)
{
    static const uint32_t block = 61;
    fill_sound(in, 7);
    for (size_t i = 0; i < SOUND_FRAMES / 2; i += 37)
        in[i % 2][i] = nonsense[i % NONSENSE];
    play_reference(expected, in, 2, 48000, true, settings, SETTINGS);
    open_plugin(2, 48000, SETTINGS);
    play_plugin(&h, out, in, &block, 1);
    expect_finite(out, 2);
    expect_same_sound(out, expected, 2);
    for (size_t i = PORT_LATENCY; i < PORT_COUNT; i++)
        assert_true(isfinite(h.controls[i]));
    small_host_close(&h);
}

static void controls_may_hold_anything(void **state)
{
    const plugin *inside;
    open_plugin(2, 48000, 0);
    inside = h.handle;
    fill_sound(in, 8);
    memcpy(h.in, in, sizeof h.in < sizeof in ? sizeof h.in : sizeof in);
    for (size_t port = PORT_SETTINGS; port < PORT_LATENCY; port++) {
        const float initial = h.controls[port];
        for (size_t i = 0; i < NONSENSE; i++) {
            h.controls[port] = nonsense[i];
            small_host_run(&h, 100);
            for (size_t k = 0; k < 100; k++)
                assert_true(isfinite(h.out[0][k]) && isfinite(h.out[1][k]));
            for (int k = 0; k < BL_RIG_PARAM_COUNT; k++) {
                const float value = bl_rig_get(inside->rig, (bl_rig_param)k);
                assert_true(value == bl_rig_param_clamp((bl_rig_param)k, value));
            }
        }
        h.controls[port] = initial;
        small_host_run(&h, 100);
    }
    small_host_close(&h);
}

/* ---- the audio thread's rules ---- */

/* small_host_close() fails if one was changed. */
static void floating_point_modes_of_hosts_are_kept(void **state)
{
#if defined(__x86_64__)
    static const unsigned modes[] = { 0x1F80, 0x9FC0, 0x3F80, 0x5F80, 0x7F80, 0x8000 | 0x1F80 };
    const unsigned before = _mm_getcsr();
    fill_sound(in, 9);
    open_plugin(2, 44100, SETTINGS);
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        _mm_setcsr(modes[i]);
        small_host_run(&h, 500);
        small_host_run(&h, 0);
        const unsigned after = _mm_getcsr();
        _mm_setcsr(before);
        assert_int_equal(after & ~0x3Fu, modes[i]);
    }
    small_host_close(&h);
#else
    skip();
#endif
}

/* Everything that makes run() do something; the worker's part is left undone. */
static void play_busily(void *data)
{
    static const uint32_t blocks[] = { 64, 0, 1, 1000, 8192, 37 };
    for (size_t i = 0; i < 36; i++) {
        h.controls[PORT_SETTINGS + BL_RIG_BASS] = (float)(i % 10);
        h.controls[PORT_SETTINGS + BL_RIG_OVERSAMPLE] = i % 2 ? 1 : 4;
        h.controls[PORT_NEXT] = i % 3 == 0;
        small_host_set_path(&h, PROPERTY_MODEL, "/nowhere");
        small_host_midi(&h, 0, 0xC0, (uint8_t)(i % 20), 0);
        small_host_midi(&h, 0, 0xB0, 80, i % 2 ? 127 : 0);
        small_host_get(&h, PROPERTY_COUNT);
        small_host_run(&h, blocks[i % 6]);
    }
}

/* That it neither allocates nor locks is seen by the small host in every test. */
static void run_never_calls_the_system(void **state)
{
    assert_true(small_host_open(&h, 2, 44100, BL_TEST_BUNDLE, WORKER_LATE));
    small_host_activate(&h);
    play_busily(NULL); /* the host maps its URIs */
    small_host_work(&h);
    assert_true(h.scheduled > 0);
    const bl_confined caught = bl_run_confined(bl_misbehave, NULL), done = bl_run_confined(play_busily, NULL);
    small_host_close(&h);
    if (done == BL_CONFINED_SKIPPED) {
        print_message("skipped: this system does not offer seccomp\n");
        skip();
    }
    assert_int_equal(caught, BL_CONFINED_KILLED); /* the trap works */
    assert_int_equal(done, BL_CONFINED_DONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_cut_gives_the_rigs_sound),
        cmocka_unit_test(any_aliasing_gives_the_same_sound),
        cmocka_unit_test(mono_plays_in_place),
        cmocka_unit_test(ports_may_move_in_every_block),
        cmocka_unit_test(unconnected_controls_are_at_their_initial_values),
        cmocka_unit_test(any_port_may_be_missing),
        cmocka_unit_test(sound_stays_finite_whatever_comes_in),
        cmocka_unit_test(controls_may_hold_anything),
        cmocka_unit_test(floating_point_modes_of_hosts_are_kept),
        cmocka_unit_test(run_never_calls_the_system),
    };
    return cmocka_run_group_tests_name("lv2-run", tests, NULL, NULL);
}
