#include "stream_pipe.h"

#include "commands.h"
#include "messages.h"
#include "stop.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { IN = STDIN_FILENO, OUT = STDOUT_FILENO, BROKEN = POLLERR | POLLHUP | POLLNVAL };

static const struct timespec patience = { .tv_sec = 1 };

static int check(int fd, const char *name, const char *wanted)
{
    if (fcntl(fd, F_GETFD) < 0)
        return fail_usage("The standard %s is closed; %s.", name, wanted);
    if (isatty(fd))
        return fail_usage("The standard %s is a terminal; %s.", name, wanted);
    return DONE;
}

int stream_pipe_check(void)
{
    int code = check(IN, "input", "samples come through a pipe or from a file");
    return code ? code : check(OUT, "output", "samples go through a pipe or into a file");
}

void stream_pipe_begin(void)
{
    signal(SIGPIPE, SIG_IGN);
}

/* poll() that a signal ends, even one that comes just before: the signals of stop.h are let in only while it waits.
 * Without a timeout it does not wait at all if a stop was requested. Returns the number of places that are ready. */
static int wait_for(struct pollfd *places, nfds_t n, const struct timespec *timeout)
{
    sigset_t stops, usual;
    sigemptyset(&stops);
    sigaddset(&stops, SIGINT);
    sigaddset(&stops, SIGTERM);
    sigaddset(&stops, SIGHUP);
    sigprocmask(SIG_BLOCK, &stops, &usual);
    int ready = -1;
    if (timeout || !stop_requested())
        ready = ppoll(places, n, timeout, &usual);
    sigprocmask(SIG_SETMASK, &usual, NULL); /* a signal that came while something was ready arrives here */
    return ready;
}

/* One read() when there is something. */
static size_t read_some(stream_pipe *p, void *to, size_t size)
{
    struct pollfd places[] = { { .fd = IN, .events = POLLIN }, { .fd = OUT } };
    if (wait_for(places, p->done ? 1 : 2, NULL) <= 0)
        return 0;
    p->gone = !p->done && (places[1].revents & BROKEN);
    if (p->gone || !places[0].revents)
        return 0;
    const ssize_t n = read(IN, to, size);
    p->ended = !n;
    if (n < 0 && errno != EINTR && errno != EAGAIN)
        p->code = fail("Reading the standard input failed (%s).", strerror(errno));
    return n > 0 ? (size_t)n : 0;
}

size_t stream_pipe_read(stream_pipe *p, void *to, size_t size)
{
    size_t done = 0;
    while (done < size && !p->ended && !p->gone && !p->code && !stop_requested())
        done += read_some(p, (char *)to + done, size - done);
    return done;
}

/* One write(), of so few bytes that a pipe which is ready takes them without waiting: a signal must get through. */
static size_t write_some(stream_pipe *p, const void *from, size_t size)
{
    const ssize_t n = write(OUT, from, size < PIPE_BUF ? size : PIPE_BUF);
    if (n >= 0)
        return (size_t)n;
    if (errno == EPIPE)
        p->gone = true;
    else if (errno != EINTR && errno != EAGAIN)
        p->code = fail("Writing to the standard output failed (%s).", strerror(errno));
    return 0;
}

bool stream_pipe_write(stream_pipe *p, const void *from, size_t size)
{
    size_t done = 0;
    while (done < size && !p->gone && !p->code) {
        struct pollfd place = { .fd = OUT, .events = POLLOUT };
        const int ready = wait_for(&place, 1, stop_requested() ? &patience : NULL);
        if (ready > 0)
            done += write_some(p, (const char *)from + done, size - done);
        else if (!ready)
            p->code = fail("Interrupted; the last samples were lost, because nobody took them.");
    }
    return done == size;
}

void stream_pipe_end(stream_pipe *p)
{
    char bytes[4096];
    if (p->gone || p->code)
        return;
    p->done = true;
    if (close(OUT) && errno != EINTR)
        p->code = fail("Writing to the standard output failed (%s).", strerror(errno));
    while (stream_pipe_read(p, bytes, sizeof bytes) == sizeof bytes)
        ;
}

void stream_pipe_finish(const stream_pipe *p)
{
    sigset_t broken;
    if (!p->gone || stop_requested())
        return;
    sigemptyset(&broken);
    sigaddset(&broken, SIGPIPE);
    signal(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_UNBLOCK, &broken, NULL);
    raise(SIGPIPE);
}
