#include "manifest_worker.h"

#include "commands.h"
#include "messages.h"
#include "stop.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

int worker_open(manifest_worker *w)
{
    *w = (manifest_worker){ .alive = -1 };
    int code = hearing_open(&w->hearing);
    if (code)
        return code;
    void *memory = mmap(NULL, sizeof *w->shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return fail("There is not enough memory.");
    w->shared = memory;
    return DONE;
}

void worker_close(manifest_worker *w)
{
    if (w->shared)
        munmap(w->shared, sizeof *w->shared);
    hearing_close(&w->hearing);
}

/* ---- the child ---- */

/* Until something is written a signal may end it at once; then render_call_run() catches it again. It does not outlive
 * its parent. */
static void become_child(pid_t parent)
{
    static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct sigaction action;
        if (!sigaction(signals[i], NULL, &action) && action.sa_handler != SIG_IGN)
            signal(signals[i], SIG_DFL);
    }
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        raise(SIGTERM);
}

/* With the folders that it is in. */
static int make_folders(const char *path)
{
    char *folder = strdup(path);
    int code = folder ? DONE : fail("There is not enough memory.");
    for (char *slash = folder; !code && (slash = strchr(slash + 1, '/'));) {
        *slash = 0;
        if (mkdir(folder, 0777) && errno != EEXIST && access(folder, F_OK))
            code = fail("%s: cannot create this folder (%s).", folder, strerror(errno));
        *slash = '/';
    }
    free(folder);
    return code;
}

static int play(const manifest *m, const manifest_row *row, const render_words *common, size_t threads,
                worker_shared *shared)
{
    manifest_job *job = malloc(sizeof *job);
    if (!job)
        return fail("There is not enough memory.");
    int code = manifest_job_open(job, m, row, common);
    if (!code) {
        job->call.records = job->call.replace_own = true;
        job->call.settings.threads = threads;
        job->call.settings.threads_asked = false;
        job->call.settings.verbose = false;
        job->call.settings.watched = &shared->millionths;
        bl_rig_setup_init(&job->call.rig.setup); /* the options were only looked at */
        code = make_folders(row->output);
    }
    if (!code)
        code = render_call_run(&job->call);
    if (!code) {
        shared->seconds = job->call.seconds;
        shared->outcome = job->call.jobs->finished ? WORKER_FINISHED_BEFORE : WORKER_RENDERED;
    }
    manifest_job_close(job);
    free(job);
    return code;
}

/* ---- the parent ---- */

int worker_start(manifest_worker *w, const manifest *m, const manifest_row *row, const render_words *common,
                 size_t threads)
{
    int ends[2];
    const pid_t parent = getpid();
    if (pipe2(ends, O_CLOEXEC))
        return fail("No process can be started (%s).", strerror(errno));
    *w->shared = (worker_shared){ .outcome = WORKER_FAILED };
    hearing_clear(&w->hearing);
    fflush(NULL);
    w->pid = fork();
    if (!w->pid) {
        hearing_begin(&w->hearing);
        become_child(parent);
        const int code = play(m, row, common, threads, w->shared);
        stop_finish();
        exit(code);
    }
    const int error = errno;
    close(ends[1]);
    if (w->pid < 0) {
        close(ends[0]);
        return fail("No process can be started (%s).", strerror(error));
    }
    w->alive = ends[0];
    w->row = row;
    return DONE;
}

/* Returns whether a failure was among it. */
static bool tell(manifest_worker *w, const manifest *m)
{
    char sentence[2048];
    said_kind kind;
    bool failure = false;
    while (hearing_next(&w->hearing, sentence, sizeof sentence, &kind)) {
        if (kind == SAID_NOTE)
            warn("%s, line %zu: %s", m->path, w->row->line, sentence);
        else if (kind == SAID_FAILURE)
            fail("%s, line %zu: %s", m->path, w->row->line, sentence);
        else
            fprintf(stderr, "%s\n", sentence);
        failure |= kind == SAID_FAILURE;
    }
    return failure;
}

void worker_end(manifest_worker *w, const manifest *m, bool quiet)
{
    int status = 0;
    while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
        ;
    close(w->alive);
    w->alive = -1;
    const bool good = WIFEXITED(status) && WEXITSTATUS(status) == DONE && w->shared->outcome != WORKER_FAILED;
    if (!good)
        w->shared->outcome = WORKER_FAILED;
    if ((quiet && !good) || tell(w, m) || good)
        return;
    if (WIFSIGNALED(status))
        fail("%s, line %zu: The process that rendered it was ended from outside or crashed (%s).", m->path,
             w->row->line, strsignal(WTERMSIG(status)));
    else
        fail("%s, line %zu: It could not be rendered.", m->path, w->row->line);
}
