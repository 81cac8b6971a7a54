/* The sound for a window's tuner: it comes while it is wanted, whole, at a known rate, and the music stays as it is; and the
 * share of time that the plugin tells. */
#define _GNU_SOURCE
#include "small_host.h"
#include "test_support.h"

#include "lv2/plugin.h"

#include <lv2/patch/patch.h>
#include <math.h>
#include <string.h>

static small_host h;

static int open_host(void **state)
{
    if (!small_host_open(&h, 1, 48000, BL_TEST_BUNDLE, WORKER_SYNC))
        return -1;
    small_host_activate(&h);
    return 0;
}

static int close_host(void **state)
{
    small_host_close(&h);
    return 0;
}

static void want(bool wanted)
{
    small_host_set_bool(&h, TUNER_URI, wanted);
}

/* The sound in the notify port; its number of samples. */
static size_t heard(float *samples, size_t room, float *rate_hz)
{
    const LV2_Atom_Sequence *sequence = (const LV2_Atom_Sequence *)h.notify;
    size_t count = 0;
    LV2_ATOM_SEQUENCE_FOREACH(sequence, event)
    {
        const LV2_Atom *which = NULL, *rate = NULL, *value = NULL;
        lv2_atom_object_get((const LV2_Atom_Object *)&event->body, small_host_map(&h, LV2_PATCH__property), &which,
                            small_host_map(&h, TUNER_RATE_URI), &rate, small_host_map(&h, LV2_PATCH__value), &value,
                            0);
        if (!which || ((const LV2_Atom_URID *)which)->body != small_host_map(&h, TUNER_SOUND_URI))
            continue;
        assert_non_null(rate);
        assert_int_equal(rate->type, small_host_map(&h, LV2_ATOM__Float));
        assert_int_equal(value->type, small_host_map(&h, LV2_ATOM__Vector));
        const LV2_Atom_Vector *vector = (const LV2_Atom_Vector *)value;
        const size_t n = (value->size - sizeof vector->body) / sizeof(float);
        assert_int_equal(vector->body.child_size, sizeof(float));
        assert_int_equal(vector->body.child_type, small_host_map(&h, LV2_ATOM__Float));
        assert_true(count + n <= room);
        memcpy(samples + count, (const uint8_t *)vector + sizeof *vector, n * sizeof *samples);
        count += n;
        *rate_hz = ((const LV2_Atom_Float *)rate)->body;
    }
    return count;
}

/* Runs blocks of a sine; what was heard of it. */
static size_t listen(double hz, size_t frames, uint32_t block, float *samples, size_t room, float *rate_hz)
{
    size_t count = 0;
    for (size_t done = 0; done < frames; done += block) {
        for (uint32_t i = 0; i < block; i++)
            h.in[0][i] = (float)(0.5 * sin(2 * 3.141592653589793 * hz * (double)(done + i) / 48000));
        small_host_run(&h, block);
        count += heard(samples + count, room - count, rate_hz);
    }
    return count;
}

static float sound[65536];

static double level(size_t from, size_t count)
{
    double sum = 0;
    for (size_t i = from; i < count; i++)
        sum += (double)sound[i] * (double)sound[i];
    return sqrt(2 * sum / (double)(count - from));
}

static void nothing_comes_unasked(void **state)
{
    float rate = 0;
    assert_int_equal(listen(440, 9600, 64, sound, 65536, &rate), 0);
}

static void sound_comes_whole(void **state)
{
    float rate = 0;
    want(true);
    const size_t count = listen(440, 48000, 64, sound, 65536, &rate);
    assert_float_equal(rate, 8000, 0);
    assert_true(count >= 8000 - TUNER_TAP_CHUNK && count <= 8000);
    assert_float_equal(level(400, count), 0.5, 0.002);
    size_t crossings = 0; /* a gap would shift them */
    for (size_t i = 401; i < count; i++)
        crossings += sound[i - 1] < 0 && sound[i] >= 0;
    assert_in_range(crossings, (size_t)(440.0 * (double)(count - 401) / 8000) - 1,
                    (size_t)(440.0 * (double)(count - 401) / 8000) + 1);
}

static void what_is_above_is_kept_out(void **state)
{
    float rate = 0;
    want(true);
    const size_t count = listen(7000, 24000, 256, sound, 65536, &rate); /* would be 1 kHz */
    assert_true(count > 1000);
    assert_true(level(400, count) < 0.02);
}

static void who_asks_no_more_is_told_no_more(void **state)
{
    float rate = 0;
    want(true);
    size_t count = listen(440, 48000 * TUNER_PATIENCE, 4800, sound, 65536, &rate);
    assert_in_range(count, 8000 * TUNER_PATIENCE - 800, 8000 * TUNER_PATIENCE);
    assert_int_equal(listen(440, 48000, 4800, sound, 65536, &rate), 0);
    want(true);
    assert_true(listen(440, 4800, 480, sound, 65536, &rate) > 0);
    want(false);
    assert_int_equal(listen(440, 4800, 480, sound, 65536, &rate), 0);
}

static void numbers_that_are_none_do_no_harm(void **state)
{
    float rate = 0;
    want(true);
    for (size_t i = 0; i < 4800; i++)
        h.in[0][i] = i % 3 ? (float)NAN : (float)INFINITY;
    small_host_run(&h, 4800);
    heard(sound, 65536, &rate);
    const size_t count = listen(440, 9600, 480, sound, 65536, &rate);
    for (size_t i = 0; i < count; i++)
        assert_true(isfinite(sound[i]));
    assert_float_equal(level(800, count), 0.5, 0.01);
}

static void small_buffers_keep_it_back(void **state)
{
    float rate = 0;
    h.notify_capacity = 256;
    want(true);
    assert_int_equal(listen(440, 9600, 64, sound, 65536, &rate), 0);
    h.notify_capacity = 32768;
    assert_true(listen(440, 9600, 64, sound, 65536, &rate) >= TUNER_TAP_CHUNK);
}

static void tells_its_share_of_time(void **state)
{
    float rate = 0;
    assert_float_equal(h.controls[PORT_CPU], 0, 0);
    listen(440, 48000, 64, sound, 65536, &rate);
    const float share = h.controls[PORT_CPU];
    assert_true(share == -1 || (share > 0 && share <= 100)); /* blocks follow each other at once here */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_comes_unasked, open_host, close_host),
        cmocka_unit_test_setup_teardown(sound_comes_whole, open_host, close_host),
        cmocka_unit_test_setup_teardown(what_is_above_is_kept_out, open_host, close_host),
        cmocka_unit_test_setup_teardown(who_asks_no_more_is_told_no_more, open_host, close_host),
        cmocka_unit_test_setup_teardown(numbers_that_are_none_do_no_harm, open_host, close_host),
        cmocka_unit_test_setup_teardown(small_buffers_keep_it_back, open_host, close_host),
        cmocka_unit_test_setup_teardown(tells_its_share_of_time, open_host, close_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
