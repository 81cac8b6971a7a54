/* How people name devices; and the chirp that measures latency. */
#include "live/devices.h"
#include "live/measure_latency.h"
#include "test_support.h"

#include <string.h>

enum { COUNT = 5 };

static audio_device all[COUNT] = {
    { .index = 0, .name = "HDA Intel PCH: ALC257 Analog (hw:0,0)", .host_api = "ALSA", .channels = { 2, 2 } },
    { .index = 1, .name = "USB Audio: one (hw:1,0)", .host_api = "ALSA", .channels = { 8, 4 } },
    { .index = 2, .name = "USB Audio: two (hw:2,0)", .host_api = "ALSA", .channels = { 2, 0 } },
    { .index = 3, .name = "default", .host_api = "ALSA", .channels = { 32, 32 } },
    { .index = 4, .name = "system", .host_api = "JACK", .is_jack = true, .channels = { 2, 1 } },
};

static const device_list devices = { all, COUNT };

static device_end choose(int direction, const char *word)
{
    device_end end = { 0 };
    bl_error error = { 0 };
    if (devices_choose(&devices, direction, word, &end, &error))
        fail_msg("%s: %s", word, error.text);
    return end;
}

static void refuse(int direction, const char *word, const char *words)
{
    device_end end;
    bl_error error = { 0 };
    assert_int_not_equal(devices_choose(&devices, direction, word, &end, &error), BL_OK);
    if (!strstr(error.text, words))
        fail_msg("%s: \"%s\" does not say \"%s\"", word, error.text, words);
}

static void words_name_devices_and_channels(void **state)
{
    static const struct {
        const char *word, *name;
        size_t count, channels[2];
    } cases[] = {
        { "1", "USB Audio: one (hw:1,0)", 1, { 0 } },
        { "1:8", "USB Audio: one (hw:1,0)", 1, { 7 } },
        { "1:2,1", "USB Audio: one (hw:1,0)", 2, { 1, 0 } },
        { "hw:1,0", "USB Audio: one (hw:1,0)", 1, { 0 } },
        { "hw:1,0:3", "USB Audio: one (hw:1,0)", 1, { 2 } },
        { "one:2", "USB Audio: one (hw:1,0)", 1, { 1 } },
        { "alc257:2", "HDA Intel PCH: ALC257 Analog (hw:0,0)", 1, { 1 } },
        { "default:32", "default", 1, { 31 } },
        { "ALSA: default", "default", 1, { 0 } },
        { "jack:2", "system", 1, { 1 } },
        { "system", "system", 1, { 0 } },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const device_end end = choose(DEVICE_IN, cases[i].word);
        assert_string_equal(end.name, cases[i].name);
        assert_int_equal(end.count, cases[i].count);
        for (size_t c = 0; c < end.count; c++)
            assert_int_equal(end.channels[c], cases[i].channels[c]);
    }
    assert_int_equal(choose(DEVICE_OUT, "1").count, 2);
    assert_int_equal(choose(DEVICE_OUT, "system").count, 1);
    assert_string_equal(choose(DEVICE_OUT, "usb").name, "USB Audio: one (hw:1,0)"); /* the other has no outputs */
}

static void what_is_not_one_device_is_refused(void **state)
{
    refuse(DEVICE_IN, "usb", "could be several input devices: 1 \"ALSA: USB Audio: one (hw:1,0)\", 2 \"ALSA: USB");
    refuse(DEVICE_IN, "guitar", "no input device \"guitar\"; there are: 0 \"ALSA: HDA");
    refuse(DEVICE_OUT, "two", "no output device \"two\"");
    refuse(DEVICE_IN, "9", "no input device");
    refuse(DEVICE_IN, "1:9", "has no input channel 9; it has 8");
    refuse(DEVICE_IN, "1:0", "has no input channel 0");
    refuse(DEVICE_OUT, "system:1,2", "has no output channel 2; it has 1");
    refuse(DEVICE_OUT, "1:2,2", "named once");
    refuse(DEVICE_IN, "1:1,2,3", "no input device");
    refuse(DEVICE_IN, "one:", "no input device");
}

static void no_device_is_no_crash(void **state)
{
    const device_list none = { NULL, 0 };
    device_end end;
    bl_error error = { 0 };
    assert_int_equal(devices_choose(&none, DEVICE_IN, "", &end, &error), BL_ERR_IO);
    assert_int_equal(devices_choose(&none, DEVICE_IN, "x", &end, &error), BL_ERR_IO);
    assert_string_equal(error.text, "There is no audio device with inputs.");
}

static void the_default_and_the_partner(void **state)
{
    all[3].is_default[DEVICE_IN] = true;
    assert_string_equal(choose(DEVICE_IN, "").name, "default");
    assert_int_equal(choose(DEVICE_IN, ":5").channels[0], 4);
    all[3].is_default[DEVICE_IN] = false;
    assert_string_equal(choose(DEVICE_IN, "").name, all[0].name); /* where none is, the first */
    all[3].is_api_default[DEVICE_OUT] = true;
    const device_end one = choose(DEVICE_IN, "one"), two = choose(DEVICE_IN, "two"),
                     jack = choose(DEVICE_IN, "system");
    device_end end;
    bl_error error;
    assert_int_equal(devices_partner(&devices, DEVICE_OUT, &one, &end, &error), BL_OK);
    assert_string_equal(end.name, one.name);
    assert_int_equal(devices_partner(&devices, DEVICE_OUT, &two, &end, &error), BL_OK);
    assert_string_equal(end.name, "default");
    assert_int_equal(devices_partner(&devices, DEVICE_OUT, &jack, &end, &error), BL_OK);
    assert_string_equal(end.name, "system");
    all[3].is_api_default[DEVICE_OUT] = false;
}

static void a_device_that_has_gone_is_not_found(void **state)
{
    const audio_device *found;
    device_end end = choose(DEVICE_IN, "one:8");
    bl_error error = { 0 };
    assert_int_equal(devices_find(&devices, DEVICE_IN, &end, &found, &error), BL_OK);
    assert_ptr_equal(found, &all[1]);
    end.channels[0] = 8;
    assert_int_equal(devices_find(&devices, DEVICE_IN, &end, &found, &error), BL_ERR_ARGUMENT);
    strcpy(end.name, "USB Audio: three");
    assert_int_equal(devices_find(&devices, DEVICE_IN, &end, &found, &error), BL_ERR_IO);
    assert_non_null(strstr(error.text, "is not there"));
}

enum { LENGTH = 1920, HEARD = 48000 };

static void the_chirp_is_found_where_it_is(void **state)
{
    static float chirp[LENGTH], heard[HEARD];
    static const struct {
        long at;
        float gain, noise;
        bool found;
    } cases[] = { { 0, 1, 0, true },     { 128, 1, 0, true },        { 4711, -0.01f, 0.0001f, true },
                  { 46080, 1, 0, true }, { 999, 0.3f, 0.01f, true }, { 500, 0, 0.1f, false },
                  { 500, 0, 0, false },  { 700, 0.01f, 0.3f, false } };
    bl_random rng = { 9 };
    chirp_make(chirp, LENGTH, 48000);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bl_random_fill(&rng, heard, HEARD, cases[i].noise);
        for (size_t k = 0; k < LENGTH; k++)
            heard[(size_t)cases[i].at + k] += cases[i].gain * chirp[k];
        assert_int_equal(chirp_find(chirp, LENGTH, heard, HEARD), cases[i].found ? cases[i].at : -1);
    }
    assert_int_equal(chirp_find(chirp, LENGTH, heard, LENGTH - 1), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_name_devices_and_channels),
        cmocka_unit_test(what_is_not_one_device_is_refused),
        cmocka_unit_test(no_device_is_no_crash),
        cmocka_unit_test(the_default_and_the_partner),
        cmocka_unit_test(a_device_that_has_gone_is_not_found),
        cmocka_unit_test(the_chirp_is_found_where_it_is),
    };
    return cmocka_run_group_tests_name("live-devices", tests, NULL, NULL);
}
