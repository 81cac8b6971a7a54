/* A session among its threads: one plays, the session's own work and write, one does what a screen does, one what a
 * supervisor does. Meant for the thread sanitizer (./check threads); every build sees that the sound stays finite, and
 * that nothing is lost from the recording. */
#include "sessions.h"

#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <time.h>

typedef struct hands {
    session *session;
    atomic_bool stop, failed;
} hands;

static void wait_ms(long ms)
{
    nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000 }, NULL);
}

static void *play(void *context)
{
    hands *h = context;
    static float in[2][512], out[2][512];
    const float *const ins[2] = { in[0], in[1] };
    float *const outs[2] = { out[0], out[1] };
    bl_random rng = { 3 };
    while (!atomic_load(&h->stop)) {
        const size_t frames = 1 + bl_random_below(&rng, 512);
        bl_random_fill(&rng, in[0], frames, 0.5f);
        bl_random_fill(&rng, in[1], frames, 0.5f);
        session_process(h->session, outs, ins, frames);
        for (size_t i = 0; i < frames; i++)
            if (!isfinite(out[0][i]) || !isfinite(out[1][i]))
                atomic_store(&h->failed, true);
        if (!bl_random_below(&rng, 10))
            session_xrun(h->session);
        sched_yield();
    }
    return NULL;
}

/* What a screen and its keys do. */
static void *look(void *context)
{
    hands *h = context;
    session *s = h->session;
    static float heard[1024];
    char text[300];
    bl_random rng = { 4 };
    while (!atomic_load(&h->stop)) {
        session_state now;
        bl_rig_setup setup;
        session_read(s, &now);
        session_news(s, text, sizeof text);
        session_file(s, BL_RIG_MODEL, text, sizeof text);
        session_hear(s, heard, 1024);
        bl_rig_set(session_rig(s), BL_RIG_BASS, (float)bl_random_below(&rng, 10));
        bl_rig_set(session_rig(s), BL_RIG_SLOT, (float)(1 + bl_random_below(&rng, 3)));
        session_set_file(s, (bl_rig_file)(BL_RIG_MODEL + bl_random_below(&rng, 3)),
                         bl_random_below(&rng, 3) ? CRUNCH : "");
        if (!session_setup(s, &setup, NULL))
            bl_rig_setup_free(&setup);
        session_fade(s, bl_random_below(&rng, 2));
        session_has_faded(s);
        wait_ms(3);
    }
    return NULL;
}

/* What a supervisor and signals do. */
static void *reload(void *context)
{
    hands *h = context;
    unsigned seen = 0;
    char text[300];
    while (!atomic_load(&h->stop)) {
        session_load_rig(h->session, test_path("good.rig.json"), NULL);
        session_tell(h->session, "The rig was read again.");
        while (session_next_news(h->session, &seen, text, sizeof text)) {
        }
        wait_ms(20);
    }
    return NULL;
}

static void run(hands *h, long ms)
{
    void *(*const all[])(void *) = { play, look, reload };
    pthread_t threads[3];
    atomic_store(&h->stop, false);
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, all[i], h), 0);
    for (long i = 0; i < ms; i += 10)
        wait_ms(10);
    atomic_store(&h->stop, true);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
}

static void threads_get_along(void **state)
{
    const session_options options = { .record = test_path("take.w64"), .guard_share = 0.05 };
    hands h = { .session = test_session(&options, 2, 2) };
    session_state now;
    FILE *file = fopen(test_path("good.rig.json"), "w");
    assert_non_null(file);
    fputs("{\"backline_rig\": 1, \"models\": [], \"settings\": {\"bass\": 5}}", file);
    fclose(file);
    run(&h, 1500);
    assert_int_equal(session_restart(h.session, 44100, 64, NULL), BL_OK); /* no audio meanwhile */
    run(&h, 500);
    session_end_recording(h.session);
    session_read(h.session, &now);
    assert_true(now.frames > 0 && now.recorded > 0 && now.recorded <= now.frames);
    assert_null(now.record_error);
    assert_false(atomic_load(&h.failed));
    session_free(h.session);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(threads_get_along) };
    const int failed = cmocka_run_group_tests_name("live-threads", tests, NULL, NULL);
    test_remove_folder();
    return failed;
}
