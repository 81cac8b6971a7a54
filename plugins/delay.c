#include "delay.h"
#include "base/alloc.h"

#include <math.h>
#include <string.h>

enum {
    RUN = 256, /* samples that are written before they are read; the ring has room for them */
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

void bl_delay_reset(bl_delay *delay)
{
    delay->past = 0;
    delay->now = delay->next = delay->wanted;
    delay->fade_left = 0;
}

/* Copies from a place of the ring, or to it; its end is followed by its beginning. */
static void write_ring(bl_delay *delay, const float *in, uint32_t frames)
{
    const uint32_t size = delay->mask + 1, to_end = size - delay->at;
    const uint32_t first = frames < to_end ? frames : to_end;
    memcpy(delay->ring + delay->at, in, first * sizeof(float));
    memcpy(delay->ring, in + first, (frames - first) * sizeof(float));
}

/* The frames that were just written, so many samples late. */
static void read_ring(const bl_delay *delay, float *out, uint32_t late, uint32_t frames)
{
    const uint32_t before = late > delay->past ? late - delay->past : 0; /* the reset: silence */
    const uint32_t silent = before < frames ? before : frames, sounding = frames - silent;
    const uint32_t from = (delay->at - late + silent) & delay->mask, to_end = delay->mask + 1 - from;
    const uint32_t first = sounding < to_end ? sounding : to_end;
    memset(out, 0, silent * sizeof(float));
    memcpy(out + silent, delay->ring + from, first * sizeof(float));
    memcpy(out + silent + first, delay->ring, (sounding - first) * sizeof(float));
}

void bl_delay_process(bl_delay *delay, float *out, const float *in, size_t frames)
{
    while (frames) {
        uint32_t run = frames < RUN ? (uint32_t)frames : RUN;
        if (delay->fade_left && run > delay->fade_left)
            run = delay->fade_left;
        write_ring(delay, in, run);
        read_ring(delay, out, delay->now, run);
        if (delay->fade_left) {
            float added[RUN];
            const float *gains = delay->gains + (delay->fade - delay->fade_left);
            read_ring(delay, added, delay->next, run);
            for (uint32_t i = 0; i < run; i++)
                out[i] += gains[i] * (added[i] - out[i]);
            delay->fade_left -= run;
            if (!delay->fade_left) {
                delay->now = delay->next;
                begin_fade(delay);
            }
        }
        delay->at = (delay->at + run) & delay->mask;
        delay->past = delay->longest - delay->past < run ? delay->longest : delay->past + run;
        in += run;
        out += run;
        frames -= run;
    }
}
