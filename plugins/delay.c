#include "delay.h"
#include "base/alloc.h"

#include <math.h>
#include <string.h>

enum {
    RUN = 256, /* samples that are written before they are read; the ring has room for them */
    LINE = 16, /* samples in a cache line of 64 bytes */
    LONGEST = 1 << 24,
    FADE_PER_SECOND = 50
};

static const double pi = 3.14159265358979323846;

bl_status bl_delay_init(bl_delay *delay, double rate_hz, size_t longest)
{
    *delay = (bl_delay){ .longest = (uint32_t)(longest < LONGEST ? longest : LONGEST) };
    const double fade = rint(rate_hz / FADE_PER_SECOND);
    delay->fade = fade >= 1 ? (uint32_t)fade : 1;
    uint32_t size = RUN;
    while (size < delay->longest + RUN)
        size *= 2;
    delay->mask = size - 1;
    delay->ring = bl_aligned_calloc(((size_t)size + delay->fade) * sizeof(float));
    if (!delay->ring)
        return BL_ERR_NO_MEM;
    float *gains = delay->ring + size;
    for (uint32_t i = 0; i < delay->fade; i++)
        gains[i] = (float)(0.5 - 0.5 * cos(pi * (i + 1) / delay->fade));
    delay->gains = gains;
    return BL_OK;
}

void bl_delay_free(bl_delay *delay)
{
    bl_aligned_free(delay->ring);
    *delay = (bl_delay){ 0 };
}

static void begin_fade(bl_delay *delay)
{
    delay->next = delay->wanted;
    delay->fade_left = delay->next == delay->now ? 0 : delay->fade;
}

void bl_delay_set(bl_delay *delay, size_t samples)
{
    delay->wanted = (uint32_t)(samples < delay->longest ? samples : delay->longest);
    if (!delay->fade_left)
        begin_fade(delay);
}

void bl_delay_reset_to(bl_delay *delay, float value)
{
    delay->past = 0;
    delay->before = value;
    delay->now = delay->next = delay->wanted;
    delay->fade_left = 0;
}

void bl_delay_reset(bl_delay *delay)
{
    bl_delay_reset_to(delay, 0);
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

size_t bl_delay_reach(const bl_delay *delay)
{
    return larger(delay->now, larger(delay->next, delay->wanted));
}

/* Copies from a place of the ring, or to it; its end is followed by its beginning. */
static void write_ring(bl_delay *delay, const float *in, uint32_t frames)
{
    const uint32_t size = delay->mask + 1, to_end = size - delay->at;
    const uint32_t first = frames < to_end ? frames : to_end;
    memcpy(delay->ring + delay->at, in, first * sizeof(float));
    if (first < frames)
        memcpy(delay->ring, in + first, (frames - first) * sizeof(float));
}

/* Where so many frames will be written next comes to the cache meanwhile; else writing would wait for it. */
static void make_ready(const bl_delay *delay, uint32_t frames)
{
    for (uint32_t i = 0; i < frames; i += LINE)
        __builtin_prefetch(delay->ring + ((delay->at + i) & delay->mask), 1);
}

/* The frames that were just written, so many samples late. */
static void read_ring(const bl_delay *delay, float *out, uint32_t late, uint32_t frames)
{
    const uint32_t before = late > delay->past ? late - delay->past : 0; /* the reset */
    const uint32_t same = before < frames ? before : frames, heard = frames - same;
    const uint32_t from = (delay->at - late + same) & delay->mask, to_end = delay->mask + 1 - from;
    const uint32_t first = heard < to_end ? heard : to_end;
    for (uint32_t i = 0; i < same; i++)
        out[i] = delay->before;
    memcpy(out + same, delay->ring + from, first * sizeof(float));
    memcpy(out + same + first, delay->ring, (heard - first) * sizeof(float));
}

/* The same from where it is, or between the two places of a fade, which goes on for so long at least. */
static void read(const bl_delay *delay, float *out, uint32_t frames)
{
    read_ring(delay, out, delay->now, frames);
    if (!delay->fade_left)
        return;
    float added[RUN];
    const float *gains = delay->gains + (delay->fade - delay->fade_left);
    read_ring(delay, added, delay->next, frames);
    for (uint32_t i = 0; i < frames; i++)
        out[i] += gains[i] * (added[i] - out[i]);
}

void bl_delay_process(bl_delay *delay, float *out, const float *in, size_t frames)
{
    while (frames) {
        uint32_t run = frames < RUN ? (uint32_t)frames : RUN;
        if (delay->fade_left && run > delay->fade_left)
            run = delay->fade_left;
        write_ring(delay, in, run);
        if (out)
            read(delay, out, run);
        if (delay->fade_left) {
            delay->fade_left -= run;
            if (!delay->fade_left) {
                delay->now = delay->next;
                begin_fade(delay);
            }
        }
        delay->at = (delay->at + run) & delay->mask;
        delay->past = delay->longest - delay->past < run ? delay->longest : delay->past + run;
        make_ready(delay, run);
        in += run;
        out = out ? out + run : NULL;
        frames -= run;
    }
}
