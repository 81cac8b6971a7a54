#include "render_segment.h"

#include <stdlib.h>

render_segment *render_segment_new(size_t frames, size_t channels)
{
    render_segment *s = calloc(1, sizeof *s);
    if (s && !(s->in = malloc((frames * channels + 1) * sizeof *s->in))) {
        free(s);
        return NULL;
    }
    return s;
}

void render_segment_free(render_segment *s)
{
    if (s) {
        free(s->in);
        free(s->out);
    }
    free(s);
}

/* From frame `done` on, up to where something changes: the wanted part begins, the recording ends. */
static size_t next_block(const render_segment *s, size_t done, size_t block)
{
    const size_t end = done < s->again ? s->again : done < s->heard ? s->heard : s->heard + s->behind;
    return end - done < block ? end - done : block;
}

/* Returns the frames of the block; 0 when the segment is over, or nobody wants it any more. */
static size_t play_block(render_player *p, size_t done)
{
    const render_segment *s = p->segment;
    voices *v = &p->voices;
    const size_t frames = next_block(s, done, p->settings->block);
    if (atomic_load_explicit(p->stop, memory_order_relaxed))
        return 0;
    const float *in = NULL;
    float *out = NULL;
    if (done < s->heard)
        in = s->in + done * v->in_channels + p->first_voice * v->stream_in;
    if (done >= s->again)
        out = s->out + (done - s->again) * v->out_channels + p->first_voice * v->stream_out;
    voices_process(v, out, in, frames, p->settings->in_gain, p->settings->out_gain);
    if (p->progress && in && out)
        atomic_fetch_add_explicit(p->progress, frames, memory_order_relaxed);
    return frames;
}

/* Streams that fit the recording; those of the one before may do. */
static bool prepare_voices(render_player *p)
{
    const render_settings *settings = p->settings;
    if (p->voices.in_channels == p->in_channels)
        return true;
    voices_free(&p->voices);
    if (!voices_create(&p->voices, settings->plan, p->voice_count, p->in_channels, settings->block))
        return false;
    for (size_t i = 0; i < settings->knobs.count; i++)
        voices_set_param(&p->voices, settings->knobs.list[i].index, settings->knobs.list[i].value);
    return true;
}

static void play(work *w)
{
    render_player *p = (render_player *)w;
    const render_segment *s = p->segment;
    size_t done = 0, frames;
    p->no_memory = !prepare_voices(p);
    if (p->no_memory)
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
    *p = (render_player){ .work = { .run = play }, .settings = settings };
}

void render_player_free(render_player *p)
{
    voices_free(&p->voices);
}
