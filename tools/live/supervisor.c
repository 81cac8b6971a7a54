#include "supervisor.h"

#include "realtime.h"
#include "signals.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    TICKS = 10,           /* in a second */
    PATIENCE = 2 * TICKS, /* without a block: longer than any block lasts */
    STEADY = TICKS / 2,   /* so long a device that came back has to play before that is told */
};

static void play(void *context, float *const *out, const float *const *in, size_t frames)
{
    session_process(context, out, in, frames);
}

static void note_xrun(void *context)
{
    session_xrun(context);
}

audio_client supervisor_client(session *s)
{
    return (audio_client){ play, note_xrun, s };
}

/* ---- what the screen is told ---- */

static void note_device(supervisor *s, bool running)
{
    const audio *a = s->audio;
    const size_t largest = atomic_load(&a->largest);
    pthread_mutex_lock(&s->lock);
    s->device.running = running;
    if (running) {
        const double rig = (double)bl_rig_latency(session_rig(s->session)) / a->rate_hz;
        device_end_describe(&a->wish.in, s->device.in, sizeof s->device.in);
        device_end_describe(&a->wish.out, s->device.out, sizeof s->device.out);
        s->device.rate_hz = a->rate_hz;
        s->device.block = largest ? largest : a->block;
        s->device.latency_seconds = a->latency_seconds + rig;
    }
    pthread_mutex_unlock(&s->lock);
}

void supervisor_read(void *context, screen_device *device)
{
    supervisor *s = context;
    pthread_mutex_lock(&s->lock);
    *device = s->device;
    pthread_mutex_unlock(&s->lock);
}

/* ---- a device that went away ---- */

static void lose(supervisor *s)
{
    note_device(s, false);
    audio_close(s->audio);
    s->open = false;
    s->idle = 0;
}

/* A stream of another rate or block needs another rig. */
static bl_status adapt(supervisor *s, bl_error *error)
{
    const audio *a = s->audio;
    session_resume(s->session);
    if (a->rate_hz == session_rate(s->session))
        return BL_OK;
    char sentence[120];
    snprintf(sentence, sizeof sentence, "The device plays at %g Hz now.", a->rate_hz);
    session_tell(s->session, sentence);
    return session_restart(s->session, a->rate_hz, a->block, error);
}

static void try_again(supervisor *s)
{
    bl_error error = { 0 };
    const audio_wish wish = s->audio->wish;
    const audio_client client = s->audio->client;
    bl_status status = audio_open(s->audio, &wish, &error);
    if (!status)
        status = adapt(s, &error);
    if (!status)
        status = audio_start(s->audio, &client, &error);
    s->audio->client = client;
    if (status) {
        lose(s);
        return;
    }
    s->open = true;
    s->blocks = 0;
    s->raised = false;
    s->away = STEADY;
}

/* ---- the thread ---- */

static void raise_priority(supervisor *s)
{
    char hint[512];
    s->raised = true;
    session_watch(s->session, atomic_load(&s->audio->thread));
    if (!realtime_raise(atomic_load(&s->audio->thread), hint, sizeof hint))
        session_tell(s->session, hint);
}

static void look(supervisor *s)
{
    const uint64_t blocks = atomic_load_explicit(&s->audio->blocks, memory_order_acquire);
    s->idle = blocks == s->blocks ? s->idle + 1 : 0;
    s->blocks = blocks;
    if (!audio_is_active(s->audio) || s->idle > PATIENCE) {
        if (!s->away)
            session_tell(s->session, "The device has gone. It is looked for every second; the rig stays as it is.");
        s->away = STEADY;
        lose(s);
        return;
    }
    if (blocks && !s->raised)
        raise_priority(s);
    if (s->away && !--s->away)
        session_tell(s->session, "The device is back.");
    note_device(s, !s->away);
}

static void reload(supervisor *s)
{
    bl_error error = { 0 };
    char sentence[700];
    if (!s->rig_path)
        session_tell(s->session, "There is no rig file to read again: --rig names one.");
    else if (session_load_rig(s->session, s->rig_path, &error)) {
        snprintf(sentence, sizeof sentence, "%.500s The rig stays as it is.", error.text);
        session_tell(s->session, sentence);
    } else {
        snprintf(sentence, sizeof sentence, "%.500s: the rig is loaded.", s->rig_path);
        session_tell(s->session, sentence);
    }
}

static void *run(void *context)
{
    supervisor *s = context;
    for (unsigned tick = 0; !atomic_load_explicit(&s->end, memory_order_acquire); tick++) {
        nanosleep(&(struct timespec){ .tv_nsec = 1000000000 / TICKS }, NULL);
        if (s->open)
            look(s);
        else if (tick % TICKS == 0)
            try_again(s);
        if (signals_take_reload())
            reload(s);
    }
    return NULL;
}

bl_status supervisor_begin(supervisor *s, bl_error *error)
{
    s->open = true;
    pthread_mutex_init(&s->lock, NULL);
    note_device(s, true);
    if (!pthread_create(&s->thread, NULL, run, s))
        return BL_OK;
    pthread_mutex_destroy(&s->lock);
    error->status = BL_ERR_NO_MEM;
    snprintf(error->text, sizeof error->text, "There is no room for another thread.");
    return BL_ERR_NO_MEM;
}

void supervisor_end(supervisor *s)
{
    atomic_store_explicit(&s->end, true, memory_order_release);
    pthread_join(s->thread, NULL);
    pthread_mutex_destroy(&s->lock);
    audio_close(s->audio);
}
