#include "render_segment.h"

#include <stdlib.h>

render_segment *render_segment_new(void)
{
    return calloc(1, sizeof(render_segment));
}

void render_segment_free(render_segment *s)
{
    if (!s)
        return;
    if (s->out.samples != s->in.samples)
        rows_free(&s->out);
    rows_free(&s->in);
    rows_free(&s->sound);
    rows_free(&s->gate);
    free(s);
}

bool render_segment_make_out(render_segment *s, size_t channels)
{
    if (channels != s->in.channels)
        return rows_alloc(&s->out, channels, s->in.frames);
    s->out = s->in;
    return true;
}

bool render_segment_add_silence(render_segment *s, size_t frames)
{
    rows longer;
    if (!rows_alloc(&longer, s->in.channels, s->heard + frames))
        return false;
    rows_copy(&longer, 0, &s->in, 0, s->heard);
    rows_clear(&longer, s->heard, frames);
    rows_free(&s->in);
    s->in = longer;
    s->behind = frames;
    return true;
}
