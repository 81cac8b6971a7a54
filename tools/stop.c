#include "stop.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t stopped_by;

static void note(int signal_number)
{
    stopped_by = signal_number;
}

void stop_catch(void)
{
    static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct sigaction action = { .sa_handler = note }, before;
        sigaction(signals[i], NULL, &before);
        if (before.sa_handler != SIG_IGN) /* nohup and background jobs keep what they asked for */
            sigaction(signals[i], &action, NULL);
    }
}

bool stop_requested(void)
{
    return stopped_by != 0;
}

void stop_finish(void)
{
    if (stopped_by) {
        signal(stopped_by, SIG_DFL);
        raise(stopped_by);
    }
}
