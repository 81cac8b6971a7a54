#include "render_ends.h"

#include "render_file.h"

void render_past_keep(const rows *past, size_t *past_frames, size_t again, const render_segment *s)
{
    *past_frames = s->heard < again ? s->heard : again;
    rows_copy(past, 0, &(rows){ s->in.samples, past->channels, s->in.frames }, s->heard - *past_frames,
              *past_frames);
}

/* Where nothing can be played at the same time, a rig plays as a whole. */
static void play_whole(render_ends *e, const render_segment *s)
{
    const size_t block = e->settings->block;
    for (size_t done = 0, n; done < s->frames; done += n) {
        n = s->frames - done < block ? s->frames - done : block;
        if (atomic_load_explicit(&e->before.recording->stop, memory_order_relaxed))
            return;
        render_rigs_process(&e->rigs, &s->sound, done, n);
        if (e->before.progress)
            atomic_fetch_add_explicit(e->before.progress, n, memory_order_relaxed);
    }
}

static void play_before(work *w)
{
    render_ends *e = (render_ends *)w; /* whose first member begins with it */
    render_segment *s = e->before.segment;
    const size_t channels = e->rigs.count * e->rigs.inputs;
    if (!e->settings->network.plan) {
        play_whole(e, s);
        return;
    }
    s->again = e->past_frames;
    s->anew = e->again < SIZE_MAX || !e->network_frames;
    s->begin = e->network_frames - s->again;
    const size_t most = bl_rig_before_most(e->rigs.list[0], s->frames);
    e->before.no_memory = !rows_alloc(&s->in, channels, s->again + most) || !render_segment_make_out(s, channels) ||
                          !rows_alloc(&s->gate, channels, s->frames);
    if (e->before.no_memory)
        return;
    rows_copy(&s->in, 0, &e->past, 0, s->again);
    const size_t frames = render_rigs_before(&e->rigs, &s->in, s->again, &s->gate, &s->sound, s->frames);
    s->heard = s->again + frames;
    e->network_frames += frames;
    if (e->again < SIZE_MAX)
        render_past_keep(&e->past, &e->past_frames, e->again, s);
}

static void play_behind(work *w)
{
    render_ends *e = (render_ends *)((char *)w - offsetof(render_ends, behind));
    render_segment *s = e->behind.segment;
    render_rigs_behind(&e->rigs, &s->sound, &s->in, s->again, s->heard - s->again, &s->gate, s->frames);
    rows_free(&s->gate);
    rows_free(&s->in);
    s->out = s->in;
}

bool render_ends_init(render_ends *e, const render_settings *settings, size_t channels, size_t again)
{
    *e = (render_ends){ .before = { .work.run = play_before, .kind = TASK_BEFORE },
                        .behind = { .work.run = play_behind, .kind = TASK_BEHIND },
                        .settings = settings,
                        .again = again };
    return rows_alloc(&e->past, channels, again < SIZE_MAX ? again : 0);
}

void render_ends_free(render_ends *e)
{
    rows_free(&e->past);
}
