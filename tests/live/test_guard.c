/* The overload guard, whose time is turned by hand: sizes go down and up, and what somebody has chosen comes back. */
#include "sessions.h"

#include <stdio.h>
#include <string.h>

#define LINEAR(weight)                                                                                             \
    "{\"version\": \"0.5.4\", \"architecture\": \"Linear\", \"config\": {\"receptive_field\": 1, \"bias\": "       \
    "false},"                                                                                                      \
    " \"weights\": [" weight "], \"sample_rate\": 48000}"
static const char sizes_text[] =
    "{\"version\": \"0.7.0\", \"architecture\": \"SlimmableContainer\", \"sample_rate\": 48000, "
    "\"weights\": [],"
    " \"config\": {\"submodels\": [{\"max_value\": 0.33, \"model\": " LINEAR(
        "2") "}, {\"max_value\": 0.66, \"model\": " LINEAR("3") "}, {\"max_value\": 1.0, "
                                                                "\"model\": " LINEAR("4") "}]}}";

/* A session without a worker: this test is the worker. */
static session *guarded(const char *model, double share)
{
    const bl_rig_options options = { .rate_hz = RATE, .in_channels = 1, .out_channels = 1 };
    session *s = calloc(1, sizeof *s);
    bl_rig *rig;
    assert_int_equal(bl_rig_create(&options, &rig, NULL), BL_OK);
    bl_rig_set_file(rig, BL_RIG_MODEL, model);
    assert_int_equal(bl_rig_work(rig, NULL), BL_OK);
    atomic_init(&s->rig, rig);
    load_meter_init(&s->recent, 0.5);
    guard_init(&s->guard, share);
    news_init(&s->news);
    pthread_mutex_init(&s->changing, NULL);
    atomic_init(&s->seconds_per_cycle, 1e-12); /* time stands, but for later() */
    return s;
}

static void end(session *s)
{
    bl_rig_free(s->rig);
    news_free(&s->news);
    pthread_mutex_destroy(&s->changing);
    free(s);
}

/* So much later, as the guard sees it. */
static void later(session *s, double seconds)
{
    s->guard.changed -= seconds;
    s->guard.climbed -= seconds;
    s->guard.quiet_since -= seconds;
}

/* A second of blocks that took that share of their time; then the worker looks. */
static void play(session *s, double share)
{
    for (int i = 0; i < 1000; i++)
        load_meter_add(&s->recent, share * 48 / RATE, 48, RATE);
    atomic_fetch_add(&s->frames, RATE);
    later(s, 1);
    guard_watch(s);
    bl_rig_work(s->rig, NULL);
}

static double quality(session *s)
{
    return (double)bl_rig_get(s->rig, BL_RIG_QUALITY);
}

static const char *sizes_file(void)
{
    const char *path = test_path("sizes.nam");
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(sizes_text, file);
    fclose(file);
    return path;
}

static void it_steps_down_and_climbs_back(void **state)
{
    session *s = guarded(sizes_file(), 0.8);
    bl_rig_set(s->rig, BL_RIG_QUALITY, 0.9f);
    bl_rig_work(s->rig, NULL);
    later(s, 100);
    play(s, 0.5);
    assert_true(guard_quality(&s->guard) < 0);
    play(s, 0.9);
    assert_true(quality(s) > 0.33 && quality(s) < 0.66);
    assert_true(guard_quality(&s->guard) > 0);
    assert_float_equal(guard_wanted(&s->guard), 0.9f, 1e-6);
    assert_true(test_was_told(s, "sizes.nam goes on with Linear, 1 tap"));
    play(s, 0.9); /* too soon to tell whether that helped */
    assert_true(quality(s) > 0.33);
    play(s, 0.9);
    assert_true(quality(s) < 0.33);
    play(s, 0.9);
    play(s, 0.9);
    play(s, 0.9); /* there is nothing smaller */
    assert_true(quality(s) < 0.33 && test_was_told(s, "no smaller size"));
    for (int i = 0; i < 9; i++)
        play(s, 0.3);
    assert_true(quality(s) < 0.33);
    for (int i = 0; i < 3; i++)
        play(s, 0.3);
    assert_true(quality(s) > 0.33 && quality(s) < 0.66);
    for (int i = 0; i < 12; i++)
        play(s, 0.3);
    assert_float_equal(quality(s), 0.9f, 1e-6); /* just as it was */
    assert_true(guard_quality(&s->guard) < 0 && guard_wanted(&s->guard) < 0);
    end(s);
}

static void a_climb_that_fails_is_not_tried_again_soon(void **state)
{
    session *s = guarded(sizes_file(), 0.8);
    later(s, 100);
    play(s, 0.9);
    for (int i = 0; i < 12; i++)
        play(s, 0.3);
    assert_true(guard_quality(&s->guard) < 0);
    play(s, 0.9);
    assert_true(guard_quality(&s->guard) > 0);
    for (int i = 0; i < 15; i++)
        play(s, 0.3);
    assert_true(guard_quality(&s->guard) > 0);
    for (int i = 0; i < 8; i++)
        play(s, 0.3);
    assert_true(guard_quality(&s->guard) < 0);
    end(s);
}

static void whoever_chooses_anew_is_obeyed(void **state)
{
    session *s = guarded(sizes_file(), 0.8);
    later(s, 100);
    play(s, 0.9);
    bl_rig_set(s->rig, BL_RIG_QUALITY, 0.1f);
    bl_rig_work(s->rig, NULL);
    for (int i = 0; i < 20; i++)
        play(s, 0.3);
    assert_float_equal(quality(s), 0.1f, 1e-6);
    assert_true(guard_wanted(&s->guard) < 0);
    end(s);
}

static void without_a_choice_it_only_tells(void **state)
{
    session *s = guarded(CRUNCH, 0.8);
    later(s, 100);
    for (int i = 0; i < 5; i++)
        play(s, 0.9);
    assert_true(quality(s) == 1 && guard_quality(&s->guard) < 0);
    assert_true(test_was_told(s, "no smaller size"));
    assert_int_equal(s->news.number, 1); /* once */
    end(s);
}

static void off_it_does_nothing(void **state)
{
    session *s = guarded(sizes_file(), 0);
    later(s, 100);
    for (int i = 0; i < 5; i++)
        play(s, 2);
    assert_true(quality(s) == 1 && !s->news.number);
    end(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_steps_down_and_climbs_back),
        cmocka_unit_test(a_climb_that_fails_is_not_tried_again_soon),
        cmocka_unit_test(whoever_chooses_anew_is_obeyed),
        cmocka_unit_test(without_a_choice_it_only_tells),
        cmocka_unit_test(off_it_does_nothing),
    };
    const int failed = cmocka_run_group_tests_name("live-guard", tests, NULL, NULL);
    test_remove_folder();
    return failed;
}
