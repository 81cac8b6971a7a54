#include "signals.h"

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

atomic_bool signals_quit;
static atomic_bool reload;
static bool had_terminal;
static void (*_Atomic before_death)(void);

static void note_end(int number)
{
    void (*last)(void) = atomic_load(&before_death);
    if (!atomic_exchange(&signals_quit, true))
        return;
    if (last)
        last();
    signal(number, SIG_DFL);
    raise(number); /* when this handler has returned */
}

static void note_reload(int number)
{
    atomic_store(&reload, true);
}

static void catch (int number, void (*handler)(int))
{
    struct sigaction action = { .sa_handler = handler }, before;
    sigaction(number, NULL, &before);
    if (before.sa_handler != SIG_IGN) /* nohup and background jobs keep what they asked for */
        sigaction(number, &action, NULL);
}

void signals_catch(void)
{
    had_terminal = isatty(STDIN_FILENO);
    catch (SIGINT, note_end);
    catch (SIGTERM, note_end);
    catch (SIGHUP, note_reload);
    catch (SIGPIPE, SIG_IGN); /* whoever read the status lines may go; the sound stays */
    catch (SIGXFSZ, SIG_IGN); /* a recording may become as large as is allowed; the sound stays then, too */
}

void signals_before_death(void (*last)(void))
{
    atomic_store(&before_death, last);
}

/* A terminal that was closed says goodbye by the same signal. */
static bool terminal_is_gone(void)
{
    struct pollfd in = { .fd = STDIN_FILENO };
    return had_terminal && poll(&in, 1, 0) > 0 && (in.revents & (POLLHUP | POLLERR | POLLNVAL));
}

bool signals_take_reload(void)
{
    if (!atomic_load(&reload) || !atomic_exchange(&reload, false))
        return false;
    if (terminal_is_gone())
        atomic_store(&signals_quit, true);
    return !atomic_load(&signals_quit);
}
