#include "signals.h"

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

atomic_bool signals_quit;
static atomic_bool reload;
static bool had_terminal;

static void note_end(int number)
{
    atomic_store(&signals_quit, true);
}

static void note_reload(int number)
{
    atomic_store(&reload, true);
}

static void catch (int number, void (*handler)(int), int flags)
{
    struct sigaction action = { .sa_handler = handler, .sa_flags = flags }, before;
    sigaction(number, NULL, &before);
    if (before.sa_handler != SIG_IGN) /* nohup and background jobs keep what they asked for */
        sigaction(number, &action, NULL);
}

void signals_catch(void)
{
    had_terminal = isatty(STDIN_FILENO);
    catch (SIGINT, note_end, (int)SA_RESETHAND);
    catch (SIGTERM, note_end, (int)SA_RESETHAND);
    catch (SIGHUP, note_reload, 0);
    catch (SIGPIPE, SIG_IGN, 0); /* whoever read the status lines may go; the sound stays */
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
