/* The session on the audio thread: no allocation, no lock, no system call, with swaps, recording, tuner, news and the
 * guard all at work. */
#include "realtime_guard.h"
#include "sessions.h"

#include <time.h>

static float in_samples[2][LONGEST], out_samples[2][LONGEST];
static const float *const inputs[2] = { in_samples[0], in_samples[1] };
static float *const outputs[2] = { out_samples[0], out_samples[1] };
static const size_t blocks[] = { 1, 7, 32, 64, 100, 256, 1000, LONGEST, 0 };

/* Blocks of all sizes, with everything that another thread may do between them. */
static void play_everything(void *data)
{
    session *s = data;
    for (size_t i = 0; i < 4 * sizeof blocks / sizeof *blocks; i++) {
        bl_rig_set(session_rig(s), BL_RIG_BASS, (float)(i % 5));
        if (i % 7 == 0)
            session_xrun(s);
        session_process(s, outputs, i % 11 == 3 ? NULL : inputs, blocks[i % (sizeof blocks / sizeof *blocks)]);
        if (i % 9 == 0)
            session_fade(s, i % 2);
    }
}

static bool work_is_done(session *s)
{
    for (int i = 0; i < BL_RIG_FILE_COUNT; i++)
        if (atomic_load(&s->asked[i]))
            return false;
    return !bl_rig_wants_work(session_rig(s)) && bl_rig_file_changes(session_rig(s)) > 2;
}

/* The worker has something ready that the next block takes. */
static void ask_for_something_new(session *s, size_t turn)
{
    const unsigned before = bl_rig_file_changes(session_rig(s));
    session_set_file(s, BL_RIG_MODEL, CRUNCH);
    session_set_file(s, BL_RIG_IMPULSE_2, turn % 2 ? "" : CABINET);
    bl_rig_set(session_rig(s), BL_RIG_OVERSAMPLE, turn % 2 ? 1 : 2);
    for (int ms = 0; ms < 10000 && (bl_rig_file_changes(session_rig(s)) < before + 2 || !work_is_done(s)); ms += 5)
        nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
    assert_true(bl_rig_file_changes(session_rig(s)) >= before + 2);
}

static session *open_session(const char *name)
{
    const session_options options = { .record = test_path(name), .guard_share = 0.05 };
    session *s = test_session(&options, 2, 2);
    bl_random rng = { 5 };
    bl_random_fill(&rng, in_samples[0], LONGEST, 0.5f);
    bl_random_fill(&rng, in_samples[1], LONGEST, 0.5f);
    test_settle(s, 2000);
    return s;
}

static void process_never_allocates_or_locks(void **state)
{
    session *s = open_session("guarded.wav");
    float heard[512];
    bl_guard_begin();
    void *volatile counted = malloc(1); /* the counter counts */
    free(counted);
    assert_int_equal(bl_guard_end(), 2);
    for (size_t turn = 0; turn < 4; turn++) {
        ask_for_something_new(s, turn);
        session_tell(s, "Something was told.");
        bl_guard_begin();
        play_everything(s);
        assert_int_equal(bl_guard_end(), 0);
        assert_true(session_hear(s, heard, 512) == 512);
    }
    session_free(s);
}

static void process_never_calls_the_system(void **state)
{
    session *s = open_session("confined.wav");
    ask_for_something_new(s, 0);
    const bl_confined caught = bl_run_confined(bl_misbehave, NULL), done = bl_run_confined(play_everything, s);
    session_free(s);
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
        cmocka_unit_test(process_never_allocates_or_locks),
        cmocka_unit_test(process_never_calls_the_system),
    };
    const int failed = cmocka_run_group_tests_name("live-realtime", tests, NULL, NULL);
    test_remove_folder();
    return failed;
}
