/* Who loads files: the host's worker, which the audio thread wakes, or, where a host has none, a thread of our own, which
 * looks now and then, so that the audio thread need not call the system to wake it.
 *
 * Nothing but a wake-up goes through the host's queues: what there is to do stands in the plugin. So it does not matter
 * whether a host drops wake-ups, delays them, or works inside run().
 *
 * Hosts without a worker render files, and many set ports only behind activate(). There the first run() waits for what
 * they ask for, so that the first sample is right. */
#define _GNU_SOURCE
#include "plugin.h"

#include <signal.h>
#include <time.h>

static const double patience_seconds = 1; /* then a worker that has not begun is asked again */

static bool has_work(const plugin *p)
{
    return control_has_requests(p) || bl_rig_wants_work(p->rig) ||
           atomic_load_explicit((_Atomic bool *)&p->held_changed, memory_order_relaxed);
}

void work_all(plugin *p)
{
    do {
        files_take_requests(p);
        bl_rig_work(p->rig, NULL); /* what failed is told by files_report() */
        files_report(p);
    } while (has_work(p));
}

/* ---- the host's worker ---- */

void work_ask(plugin *p, uint32_t frames)
{
    LV2_Worker_Schedule *schedule = p->host.schedule;
    const uint32_t wake_up = 0;
    const bool begun = p->begun;
    p->begun |= frames > 0;
    if (!has_work(p))
        return;
    if (!schedule) {
        if (!begun)
            work_all(p);
        return;
    }
    p->frames_since_asked += frames;
    if (atomic_load_explicit(&p->asked, memory_order_relaxed) && p->frames_since_asked < p->patience_frames)
        return;
    p->frames_since_asked = 0;
    atomic_store_explicit(&p->asked, true, memory_order_relaxed); /* before: work may be done inside the call */
    if (schedule->schedule_work(schedule->handle, sizeof wake_up, &wake_up))
        atomic_store_explicit(&p->asked, false, memory_order_relaxed);
}

static LV2_Worker_Status work(LV2_Handle handle, LV2_Worker_Respond_Function respond,
                              LV2_Worker_Respond_Handle respond_handle, uint32_t size, const void *data)
{
    plugin *p = handle;
    atomic_store_explicit(&p->asked, false, memory_order_relaxed);
    work_all(p);
    return LV2_WORKER_SUCCESS;
}

/* Hosts may call it without looking whether it is there; but work() never responds. */
static LV2_Worker_Status work_response(LV2_Handle handle, uint32_t size, const void *data)
{
    return LV2_WORKER_ERR_UNKNOWN;
}

const LV2_Worker_Interface work_interface = { work, work_response, NULL };

/* ---- our own ---- */

static void *look_now_and_then(void *data)
{
    plugin *p = data;
    const struct timespec pause = { .tv_nsec = 10000000 };
    sigset_t all;
    sigfillset(&all); /* signals are the host's */
    pthread_sigmask(SIG_SETMASK, &all, NULL);
    while (!atomic_load_explicit(&p->quit, memory_order_relaxed)) {
        if (has_work(p))
            work_all(p);
        nanosleep(&pause, NULL);
    }
    return NULL;
}

bool work_start(plugin *p, double rate)
{
    p->patience_frames = (uint32_t)(patience_seconds * rate);
    if (!p->host.schedule)
        p->has_thread = !pthread_create(&p->thread, NULL, look_now_and_then, p);
    return p->host.schedule || p->has_thread;
}

void work_stop(plugin *p)
{
    atomic_store_explicit(&p->quit, true, memory_order_relaxed);
    if (p->has_thread)
        pthread_join(p->thread, NULL);
}
