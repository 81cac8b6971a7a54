#include "render_player.h"

#include "render_file.h"

/* From frame `done` on, up to where something changes: the wanted part begins, the recording ends. */
static size_t next_block(const render_segment *s, size_t done, size_t block)
{
    const size_t end = done < s->again ? s->again : done < s->heard ? s->heard : s->heard + s->behind;
    return end - done < block ? end - done : block;
}

/* Returns the frames of the block; 0 when the segment is over, or nobody wants it any more. */
static size_t play_block(render_player *p, size_t done)
{
    const render_segment *s = p->task.segment;
    const size_t frames = next_block(s, done, p->settings->block);
    if (atomic_load_explicit(&p->task.recording->stop, memory_order_relaxed))
        return 0;
    voices_process(&p->voices, &s->out, &s->in, done, frames);
    if (p->task.progress && done >= s->again && done < s->heard)
        atomic_fetch_add_explicit(p->task.progress, frames, memory_order_relaxed);
    return frames;
}

/* Streams that fit the recording; those of the one before may do. */
static bool prepare_voices(render_player *p)
{
    const render_settings *settings = p->settings;
    const voices_network network = render_job_network(settings, p->channels);
    const voices *v = &p->voices;
    if (v->group_count && v->of.lanes == network.lanes && v->first == p->first_voice && v->count == p->voice_count)
        return true;
    voices_free(&p->voices);
    if (!voices_create(&p->voices, &network, p->first_voice, p->voice_count))
        return false;
    for (size_t i = 0; i < settings->knobs.count; i++)
        voices_set_param(&p->voices, settings->knobs.list[i].index, settings->knobs.list[i].value);
    return true;
}

static void play(work *w)
{
    render_player *p = (render_player *)w;
    const render_segment *s = p->task.segment;
    size_t done = 0, frames;
    p->task.no_memory = !prepare_voices(p);
    if (p->task.no_memory)
        return;
    if (s->anew)
        voices_begin(&p->voices, s->begin);
    while (done < s->heard && (frames = play_block(p, done)) > 0)
        done += frames;
    if (s->ends)
        voices_end_input(&p->voices);
    while ((frames = play_block(p, done)) > 0)
        done += frames;
}

void render_player_init(render_player *p, const render_settings *settings)
{
    *p = (render_player){ .task = { .work.run = play, .kind = TASK_NETWORK }, .settings = settings };
}

void render_player_free(render_player *p)
{
    voices_free(&p->voices);
}
