/* A block's work is the same whatever it plays: so many instructions, counted one by one, for a sound, for silence, and for
 * what no sound is. Times could not show it; instructions are the same every time. */
#define _GNU_SOURCE
#include "signals.h"

#include "rig.h"

#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FRAMES = 16, WARM_UP = 800 /* blocks: a quarter of a second, in which the gate closes */ };

static bl_rig *open_rig(void)
{
    const bl_rig_options options = { .rate_hz = 48000, .in_channels = 1, .out_channels = 2 };
    bl_rig *rig;
    assert_int_equal(bl_rig_create(&options, &rig, NULL), BL_OK);
    bl_rig_set_file(rig, BL_RIG_MODEL, BL_TEST_ASSETS "/backline-crunch.nam");
    bl_rig_set_file(rig, BL_RIG_IMPULSE_1, BL_TEST_ASSETS "/backline-cabinet.wav");
    bl_rig_set(rig, BL_RIG_GATE, 1);
    bl_rig_set(rig, BL_RIG_GATE_RELEASE, 50);
    bl_rig_set(rig, BL_RIG_BASS, 5);
    bl_rig_set(rig, BL_RIG_HIGH_CUT, 6000);
    assert_int_equal(bl_rig_work(rig, NULL), BL_OK);
    return rig;
}

/* Plays, and stops before and behind the last block of each kind of signal. */
static void play(void)
{
    static float in[FRAMES], left[FRAMES], right[FRAMES];
    float *const from[] = { in }, *const to[] = { left, right };
    bl_rig *rig = open_rig();
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    for (int kind = 0; kind < SOAK_SIGNALS; kind++) {
        soak_signal signal = { (soak_signal_kind)kind, 0.3f, 960, 0, { 5 } };
        bl_rig_reset(rig);
        for (int i = 0; i < WARM_UP; i++) {
            soak_signal_next(&signal, from, 1, FRAMES);
            if (i == WARM_UP - 1)
                raise(SIGSTOP);
            bl_rig_process(rig, to, (const float *const *)from, FRAMES);
            if (i == WARM_UP - 1)
                raise(SIGSTOP);
        }
    }
    _exit(0);
}

/* Instructions up to the next stop; negative if the child has ended. */
static long step_to_stop(pid_t child)
{
    long count = 0;
    for (int status;; count++) {
        if (ptrace(PTRACE_SINGLESTEP, child, NULL, NULL) || waitpid(child, &status, 0) != child ||
            !WIFSTOPPED(status))
            return -1;
        if (WSTOPSIG(status) == SIGSTOP)
            return count;
    }
}

static bool go_to_stop(pid_t child)
{
    int status;
    return !ptrace(PTRACE_CONT, child, NULL, NULL) && waitpid(child, &status, 0) == child && WIFSTOPPED(status) &&
           WSTOPSIG(status) == SIGSTOP;
}

static void every_signal_costs_the_same(void **state)
{
    long least = 0, most = 0;
    int status;
    const pid_t child = fork();
    if (!child)
        play();
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFSTOPPED(status)) {
        print_message("skipped: this system does not let programs be watched\n");
        skip();
    }
    for (int kind = 0; kind < SOAK_SIGNALS; kind++) {
        if (kind)
            assert_true(go_to_stop(child));
        const long count = step_to_stop(child);
        print_message("%-10s %ld instructions for %d frames\n", soak_signal_names[kind], count, FRAMES);
        assert_true(count > 1000);
        least = !kind || count < least ? count : least;
        most = count > most ? count : most;
    }
    ptrace(PTRACE_KILL, child, NULL, NULL);
    waitpid(child, &status, 0);
    assert_true((most - least) * 100 <= least); /* one percent */
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_signal_costs_the_same) };
    return cmocka_run_group_tests_name("work", tests, NULL, NULL);
}
