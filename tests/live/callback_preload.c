/* What audio callbacks do: LD_PRELOAD this library. It stands between a program and the libraries of JACK and PortAudio,
 * puts a callback of its own before the program's, and counts what the program's does that it must not: allocations, locks,
 * output, and system calls of any kind. What the callback calls counts along, JACK's own functions as well.
 *
 * The file that CALLBACK_REPORT names gets these lines at the end:
 *
 *     trap yes            (no: this system cannot catch system calls)
 *     callback NAME RUNS FAULTS
 *                         (JACK's name of the client, or PortAudio; for each callback that was set; FAULTS: how often the
 *                         system had to bring a page of memory, which the first touch of each is)
 *     forbidden NAME WHAT
 *      PLACE...           (the calls that led there; the first of these happenings only)
 *
 * With CALLBACK_MISBEHAVE each callback does forbidden things of its own when it runs for the 100th time and after, one of
 * each kind: all of them must be in the report. */
#include "callback_preload.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <jack/jack.h>
#include <portaudio.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SEEN   __attribute__((visibility("default")))
#define THREAD static _Thread_local __attribute__((tls_model("initial-exec")))

enum { CALLBACKS = 32, HAPPENINGS = 64, DEPTH = 16, FIRST_MISDEED = 100 };

typedef struct callback {
    JackProcessCallback jack;
    PaStreamCallback *portaudio;
    void *context;
    char name[64];
    atomic_ulong runs, faults;
} callback;

typedef struct happening {
    const callback *where;
    char what[32];
    void *stack[DEPTH];
    int depth;
} happening;

static callback callbacks[CALLBACKS];
static atomic_int callback_count;
static happening happenings[HAPPENINGS];
static atomic_int happening_count;
static bool misbehaves;
THREAD callback *inside;
THREAD long faults_before;

/* ---- what happens ---- */

/* Finding out who called may itself take locks and memory. */
void callback_did(const char *what)
{
    callback *where = inside;
    if (!where)
        return;
    inside = NULL;
    callback_trap(false);
    const int n = atomic_fetch_add(&happening_count, 1);
    if (n < HAPPENINGS) {
        happening *h = &happenings[n];
        h->where = where;
        snprintf(h->what, sizeof h->what, "%s", what);
        h->depth = backtrace(h->stack, DEPTH);
    }
    callback_trap(true);
    inside = where;
}

/* The trap stays open until the callback has ended: the return from the signal is a system call, too. */
void callback_called_system(long number)
{
    char what[32];
    snprintf(what, sizeof what, "system-call-%ld", number);
    callback_did(what);
    callback_trap(false);
}

/* ---- around the program's callbacks ---- */

static void misbehave(unsigned long run)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static const char *volatile nothing = "";
    void *volatile memory;
    switch (run) {
    case FIRST_MISDEED:
        memory = malloc(1);
        free(memory);
        break;
    case FIRST_MISDEED + 1:
        pthread_mutex_lock(&lock);
        pthread_mutex_unlock(&lock);
        break;
    case FIRST_MISDEED + 2: fputs(nothing, stderr); break;
    case FIRST_MISDEED + 3: syscall(SYS_getppid); break;
    default: break;
    }
}

static long count_faults(void)
{
    struct rusage usage;
    getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_minflt + usage.ru_majflt;
}

static void enter(callback *c)
{
    const unsigned long run = atomic_fetch_add(&c->runs, 1);
    faults_before = count_faults();
    callback_trap(true);
    inside = c;
    if (misbehaves)
        misbehave(run);
}

static void leave(callback *c)
{
    inside = NULL;
    callback_trap(false);
    atomic_fetch_add(&c->faults, (unsigned long)(count_faults() - faults_before));
}

static int run_jack(jack_nframes_t frames, void *context)
{
    callback *c = context;
    enter(c);
    const int result = c->jack(frames, c->context);
    leave(c);
    return result;
}

static int run_portaudio(const void *in, void *out, unsigned long frames, const PaStreamCallbackTimeInfo *times,
                         PaStreamCallbackFlags flags, void *context)
{
    callback *c = context;
    enter(c);
    const int result = c->portaudio(in, out, frames, times, flags, c->context);
    leave(c);
    return result;
}

/* It stays for ever, as nobody says when a callback has run for the last time. */
static callback *add(const char *name, void *context)
{
    const int n = atomic_fetch_add(&callback_count, 1);
    if (n >= CALLBACKS)
        abort();
    callbacks[n].context = context;
    snprintf(callbacks[n].name, sizeof callbacks[n].name, "%s", name);
    return &callbacks[n];
}

SEEN int jack_set_process_callback(jack_client_t *client, JackProcessCallback process, void *context)
{
    int (*behind)(jack_client_t *, JackProcessCallback, void *);
    *(void **)&behind = dlsym(RTLD_NEXT, "jack_set_process_callback");
    callback *c = add(jack_get_client_name(client), context);
    c->jack = process;
    return behind(client, run_jack, c);
}

SEEN PaError Pa_OpenStream(PaStream **stream, const PaStreamParameters *in, const PaStreamParameters *out,
                           double rate, unsigned long frames, PaStreamFlags flags, PaStreamCallback *process,
                           void *context)
{
    PaError (*behind)(PaStream **, const PaStreamParameters *, const PaStreamParameters *, double, unsigned long,
                      PaStreamFlags, PaStreamCallback *, void *);
    *(void **)&behind = dlsym(RTLD_NEXT, "Pa_OpenStream");
    callback *c = add("PortAudio", context);
    c->portaudio = process;
    return behind(stream, in, out, rate, frames, flags, run_portaudio, c);
}

/* ---- beginning and end ---- */

__attribute__((constructor)) static void begin(void)
{
    void *stack[1];
    misbehaves = getenv("CALLBACK_MISBEHAVE");
    backtrace(stack, 1); /* the first time it loads a library */
}

static int at_most(int most, atomic_int *count)
{
    return atomic_load(count) < most ? atomic_load(count) : most;
}

__attribute__((destructor)) static void end(void)
{
    const char *path = getenv("CALLBACK_REPORT");
    FILE *report = path ? fopen(path, "w") : NULL;
    if (!report)
        return;
    fprintf(report, "trap %s\n", callback_trap_works() ? "yes" : "no");
    for (int i = 0; i < at_most(CALLBACKS, &callback_count); i++)
        fprintf(report, "callback %s %lu %lu\n", callbacks[i].name, atomic_load(&callbacks[i].runs),
                atomic_load(&callbacks[i].faults));
    for (int i = 0; i < at_most(HAPPENINGS, &happening_count); i++) {
        const happening *h = &happenings[i];
        char **places = backtrace_symbols(h->stack, h->depth);
        fprintf(report, "forbidden %s %s\n", h->where->name, h->what);
        for (int k = 0; places && k < h->depth; k++)
            fprintf(report, " %s\n", places[k]);
        free(places);
    }
    fclose(report);
}
