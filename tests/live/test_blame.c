/* Whose fault an xrun is: a device's thread whose late blocks work, sleep, or work between blocks. */
#include "live/blame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
/* cmocka wants these before it */
#include <cmocka.h>

enum { RATE = 48000, FRAMES = 480, TURNS = 8 }; /* a block lasts 10 ms */

/* What late blocks do. */
enum { WORK, SLEEP, SLEEP_AND_WORK_BETWEEN };

typedef struct device {
    blame blame;
    _Atomic uint64_t xruns;
    int late;
} device;

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Whatever else the machine does: as much processor time. */
static void work(double ms)
{
    const double until = seconds(CLOCK_THREAD_CPUTIME_ID) + 1e-3 * ms;
    while (seconds(CLOCK_THREAD_CPUTIME_ID) < until) {
    }
}

static void wait(long ms)
{
    nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000 }, NULL);
}

static void play(device *d, bool late)
{
    const double begun = seconds(CLOCK_MONOTONIC);
    blame_enter(&d->blame);
    if (late && d->late != WORK)
        wait(50);
    else
        work(late ? 50 : 0.05);
    blame_leave(&d->blame, seconds(CLOCK_MONOTONIC) - begun, FRAMES, RATE);
}

static void *run(void *context)
{
    device *d = context;
    play(d, false);
    blame_watch(&d->blame, pthread_self());
    wait(200); /* until that is noticed */
    for (int turn = 0; turn < TURNS; turn++) {
        for (int block = 0; block < 40; block++) {
            play(d, false);
            if (d->late == SLEEP_AND_WORK_BETWEEN)
                work(1);
            wait(1);
        }
        play(d, true);
        atomic_fetch_add(&d->xruns, 1);
    }
    wait(500); /* the thread that looks has another look, also on a busy machine */
    return NULL;
}

static uint64_t count_ours(int late)
{
    device d = { .late = late };
    pthread_t thread;
    assert_true(blame_begin(&d.blame, &d.xruns));
    assert_int_equal(pthread_create(&thread, NULL, run, &d), 0);
    pthread_join(thread, NULL);
    wait(250); /* it looks on after the thread's end */
    blame_end(&d.blame);
    return blame_ours(&d.blame);
}

static void late_blocks_that_work_are_ours(void **state)
{
    assert_int_equal(count_ours(WORK), TURNS);
}

static void late_blocks_that_do_nothing_are_not(void **state)
{
    assert_int_equal(count_ours(SLEEP), 0);
}

static void work_between_blocks_is_not(void **state)
{
    assert_int_equal(count_ours(SLEEP_AND_WORK_BETWEEN), 0);
}

static void verdicts(void **state)
{
    const blame_times none = { .blocks = 8, .in_time = 0.002 },
                      one = { .blocks = 8, .late_blocks = 1, .in_time = 0.002, .budget = 0.001 };
    assert_false(blame_is_ours(&none, 0.1, 0)); /* whatever else the thread did */
    assert_true(blame_is_ours(&one, 0.0031, 0));
    assert_false(blame_is_ours(&one, 0.0029, 0));
    assert_true(blame_is_ours(&one, 0.0111, 0.001));
    assert_false(blame_is_ours(&one, 0.0109, 0.001));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts),
        cmocka_unit_test(late_blocks_that_work_are_ours),
        cmocka_unit_test(late_blocks_that_do_nothing_are_not),
        cmocka_unit_test(work_between_blocks_is_not),
    };
    return cmocka_run_group_tests_name("live-blame", tests, NULL, NULL);
}
