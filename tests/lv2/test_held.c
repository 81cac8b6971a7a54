/* Settings that are not where their ports are: windows can make them, and are told of them. */
#define _GNU_SOURCE
#include "small_host.h"
#include "test_support.h"

#include "lv2/plugin.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static small_host h;

static int open_host(void **state)
{
    if (!small_host_open(&h, 1, 48000, BL_TEST_BUNDLE, WORKER_SYNC))
        return -1;
    small_host_activate(&h);
    small_host_run(&h, 64);
    return 0;
}

static int close_host(void **state)
{
    small_host_close(&h);
    return 0;
}

static float setting(bl_rig_param param)
{
    return bl_rig_get(((plugin *)h.handle)->rig, param);
}

/* Within some runs it is told that these are held. */
static void expect_held(const char *text)
{
    for (int i = 0; i < 4; i++) {
        small_host_run(&h, 64);
        const char *told = small_host_told(&h, PROPERTY_HELD);
        if (told) {
            assert_string_equal(told, text);
            return;
        }
    }
    fail_msg("nothing was told of \"%s\"", text);
}

static void expect_nothing_told(void)
{
    for (int i = 0; i < 4; i++) {
        small_host_run(&h, 64);
        assert_null(small_host_told(&h, PROPERTY_HELD));
    }
}

static void set_by_message(void **state)
{
    expect_nothing_told();
    small_host_set_float(&h, PROPERTY_PREFIX "bass", 3);
    expect_held("bass=3");
    assert_float_equal(setting(BL_RIG_BASS), 3, 0);
    h.controls[PORT_SETTINGS + BL_RIG_BASS] = 1;
    expect_held("");
    assert_float_equal(setting(BL_RIG_BASS), 1, 0);
    expect_nothing_told();
}

/* What the port says already, but the rig does not. */
static void back_to_the_port(void **state)
{
    small_host_midi(&h, 0, 0xC0, 4, 0); /* program 5 */
    expect_held("slot=5");
    small_host_set_float(&h, PROPERTY_PREFIX "slot", 1);
    expect_held("");
    assert_float_equal(setting(BL_RIG_SLOT), 1, 0);
}

static void feet_are_told(void **state)
{
    h.controls[PORT_SWITCHES + SWITCH_ACTION] = SWITCH_GATE;
    small_host_run(&h, 64);
    h.controls[PORT_SWITCHES + SWITCH_DOWN] = 1;
    expect_held("gate=1");
}

static void nonsense_sets_nothing(void **state)
{
    const float bass = setting(BL_RIG_BASS);
    small_host_set_float(&h, PROPERTY_PREFIX "bass", NAN);
    small_host_set_float(&h, PROPERTY_PREFIX "bass", INFINITY);
    small_host_set_bool(&h, PROPERTY_PREFIX "bass", true);
    small_host_set_float(&h, PROPERTY_PREFIX "no_such", 3);
    expect_nothing_told();
    assert_float_equal(setting(BL_RIG_BASS), bass, 0);
    small_host_set_float(&h, PROPERTY_PREFIX "bass", 1e30f);
    small_host_run(&h, 64);
    assert_float_equal(setting(BL_RIG_BASS), bl_rig_param_describe(BL_RIG_BASS)->maximum, 0);
}

static void rig_files_are_told(void **state)
{
    char path[] = "/tmp/backline-held-XXXXXX";
    FILE *file = fdopen(mkstemp(path), "w");
    assert_non_null(file);
    fputs("{ \"backline_rig\": 1, \"settings\": { \"treble\": -2.5, \"slot\": 1 } }", file);
    fclose(file);
    small_host_set_path(&h, PROPERTY_RIG, path);
    expect_held("treble=-2.5");
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(set_by_message, open_host, close_host),
        cmocka_unit_test_setup_teardown(back_to_the_port, open_host, close_host),
        cmocka_unit_test_setup_teardown(feet_are_told, open_host, close_host),
        cmocka_unit_test_setup_teardown(nonsense_sets_nothing, open_host, close_host),
        cmocka_unit_test_setup_teardown(rig_files_are_told, open_host, close_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
