#include "stage.h"

#include "base/alloc.h"

#include <stdlib.h>
#include <string.h>

enum {
    WARM_FRAMES = BL_STAGE_FRAMES, /* at a time */
    WARM_LAG = 64,                 /* frames that may be left for the audio thread to catch up */
    WARM_ATTEMPTS = 3              /* if the signal runs ahead of the worker by more than the history holds */
};

bl_status bl_stage_init(bl_stage *s, double rate_hz, size_t in_channels, size_t out_channels, size_t reach)
{
    *s = (bl_stage){ .in_channels = in_channels, .out_channels = out_channels, .fade_wanted = 1 };
    reach = reach < BL_STAGE_MAX_LATENCY ? BL_STAGE_MAX_LATENCY : reach; /* the delays are woken from the history */
    bl_mailbox_init(&s->box);
    atomic_init(&s->latency, 0);
    bl_ramp_init(&s->on, rate_hz, 20, 1);
    s->scratch = bl_aligned_calloc((size_t)2 * BL_STAGE_CHANNELS * BL_STAGE_FRAMES * sizeof *s->scratch);
    bl_status status = s->scratch ? bl_history_init(&s->history, in_channels, reach) : BL_ERR_NO_MEM;
    for (size_t c = 0; c < in_channels && !status; c++)
        status = bl_delay_init(&s->dry[c], rate_hz, BL_STAGE_MAX_LATENCY);
    return status;
}

static void free_part(bl_part *part)
{
    if (part)
        part->free(part);
}

void bl_stage_free(bl_stage *s)
{
    bl_stage_collect(s);
    free_part((bl_part *)bl_mailbox_post(&s->box, NULL));
    free_part(s->now);
    free_part(s->next);
    bl_history_free(&s->history);
    for (size_t c = 0; c < s->in_channels; c++)
        bl_delay_free(&s->dry[c]);
    bl_aligned_free(s->scratch);
    *s = (bl_stage){ 0 };
}

/* ---- worker ---- */

/* Where a part begins to listen that shall have forgotten by now that it has not always listened. */
static uint64_t beginning(const bl_stage *s, const bl_part *part, uint64_t now)
{
    const size_t reach = bl_history_reach(&s->history), wanted = part->settling < reach ? part->settling : reach;
    return now > wanted ? now - wanted : 0;
}

bool bl_stage_warm(bl_stage *s, bl_part *part)
{
    float *memory = malloc((size_t)2 * BL_STAGE_CHANNELS * WARM_FRAMES * sizeof *memory);
    float *in[BL_STAGE_CHANNELS], *out[BL_STAGE_CHANNELS];
    if (!memory)
        return false;
    for (size_t c = 0; c < BL_STAGE_CHANNELS; c++) {
        in[c] = memory + c * WARM_FRAMES;
        out[c] = memory + (BL_STAGE_CHANNELS + c) * WARM_FRAMES;
    }
    uint64_t now = bl_history_written(&s->history);
    part->heard = beginning(s, part, now);
    for (int attempts = 0; attempts < WARM_ATTEMPTS && now - part->heard > WARM_LAG;) {
        const size_t frames = now - part->heard < WARM_FRAMES ? (size_t)(now - part->heard) : WARM_FRAMES;
        if (bl_history_read(&s->history, in, part->heard, frames)) {
            part->process(part, out, (const float *const *)in, frames);
            part->heard += frames;
        } else {
            part->heard = beginning(s, part, now);
            attempts++;
        }
        now = bl_history_written(&s->history);
    }
    free(memory);
    return true;
}

void bl_stage_post(bl_stage *s, bl_part *part)
{
    free_part((bl_part *)bl_mailbox_post(&s->box, &part->mail));
}

void bl_stage_collect(bl_stage *s)
{
    bl_mail *mail = bl_mailbox_collect(&s->box);
    while (mail) {
        bl_mail *next = mail->next;
        free_part((bl_part *)mail);
        mail = next;
    }
}

/* ---- audio thread ---- */

size_t bl_stage_latency(const bl_stage *s)
{
    return atomic_load_explicit((_Atomic size_t *)&s->latency, memory_order_relaxed);
}

void bl_stage_set_on(bl_stage *s, bool on)
{
    bl_ramp_set(&s->on, on);
    if (!bl_history_written(&s->history))
        bl_ramp_jump(&s->on);
}

void bl_stage_set_fade(bl_stage *s, size_t frames)
{
    s->fade_wanted = frames ? frames : 1;
}

/* From here on this is what sounds. */
static void adopt(bl_stage *s, bl_part *part)
{
    s->now = part;
    s->next = NULL;
    s->fade_frames = 0;
    for (size_t c = 0; c < s->in_channels; c++)
        bl_delay_set(&s->dry[c], part->latency);
    atomic_store_explicit(&s->latency, part->latency, memory_order_relaxed);
}

static void retire(bl_stage *s, bl_part *part)
{
    if (part)
        bl_mailbox_retire(&s->box, &part->mail);
}

void bl_stage_take(bl_stage *s)
{
    if (s->next)
        return;
    s->next = (bl_part *)bl_mailbox_take(&s->box);
    s->taken += s->next != NULL;
    if (!s->next || bl_history_written(&s->history))
        return;
    retire(s, s->now);
    adopt(s, s->next);
    for (size_t c = 0; c < s->in_channels; c++)
        bl_delay_reset(&s->dry[c]);
}

void bl_stage_reset(bl_stage *s)
{
    bl_part *posted = (bl_part *)bl_mailbox_take(&s->box), *newest = posted ? posted : s->next;
    s->taken += posted != NULL;
    if (newest) {
        retire(s, s->now);
        if (s->next != newest)
            retire(s, s->next);
        adopt(s, newest);
    }
    if (s->now) {
        s->now->reset(s->now);
        s->now->heard = 0;
    }
    bl_history_reset(&s->history);
    bl_ramp_jump(&s->on);
    for (size_t c = 0; c < s->in_channels; c++)
        bl_delay_reset(&s->dry[c]);
}

/* What a stage without an effect gives. */
static void pass_on(const bl_stage *s, float *const *out, const float *const *in, size_t frames)
{
    for (size_t c = 0; c < s->out_channels; c++)
        memcpy(out[c], in[c < s->in_channels ? c : 0], frames * sizeof(float));
}

/* Lets the next part hear what it missed before frame `now`, but no more than `most` frames, so that a block has a
 * largest cost. True if it has heard all of it. */
static bool catch_up(bl_stage *s, uint64_t now, size_t most)
{
    bl_part *part = s->next;
    float *in[BL_STAGE_CHANNELS], *out[BL_STAGE_CHANNELS];
    const uint64_t reach = bl_history_reach(&s->history);
    for (size_t c = 0; c < BL_STAGE_CHANNELS; c++) {
        in[c] = s->scratch + c * BL_STAGE_FRAMES;
        out[c] = s->scratch + (BL_STAGE_CHANNELS + c) * BL_STAGE_FRAMES;
    }
    if (now - part->heard > reach) /* it lay in the mailbox for seconds */
        part->heard = now - reach;
    while (most && part->heard < now) {
        size_t frames = now - part->heard < most ? (size_t)(now - part->heard) : most;
        frames = frames < BL_STAGE_FRAMES ? frames : BL_STAGE_FRAMES;
        bl_history_read(&s->history, in, part->heard, frames);
        part->process(part, out, (const float *const *)in, frames);
        part->heard += frames;
        most -= frames;
    }
    return part->heard == now;
}

/* out: the old part's sound, and then the mixture. The gains of both add up to 1; their slope is 0 at both ends. */
static void fade_in(bl_stage *s, float *const *out, const float *const *in, size_t frames)
{
    float *added[BL_STAGE_CHANNELS];
    for (size_t c = 0; c < BL_STAGE_CHANNELS; c++)
        added[c] = s->scratch + c * BL_STAGE_FRAMES;
    s->next->process(s->next, added, in, frames);
    s->next->heard += frames;
    if (!s->fade_frames) {
        s->fade_frames = s->fade_wanted;
        s->fade_at = 0;
    }
    const float scale = 1.0f / (float)s->fade_frames;
    for (size_t i = 0; i < frames; i++) {
        const size_t at = s->fade_at + i;
        const float x = at < s->fade_frames ? (float)at * scale : 1, gain = x * x * (3 - 2 * x);
        for (size_t c = 0; c < s->out_channels; c++)
            out[c][i] = at < s->fade_frames ? out[c][i] + gain * (added[c][i] - out[c][i]) : added[c][i];
    }
    s->fade_at += frames;
    if (s->fade_at >= s->fade_frames) {
        retire(s, s->now);
        adopt(s, s->next);
    }
}

/* The delays hear what they show of the frames before `now`. */
static void wake_dry(bl_stage *s, uint64_t now)
{
    float *dry[BL_STAGE_CHANNELS] = { s->scratch, s->scratch + BL_STAGE_FRAMES };
    const uint64_t late = bl_stage_latency(s);
    for (size_t c = 0; c < s->in_channels; c++)
        bl_delay_reset(&s->dry[c]);
    for (uint64_t at = now > late ? now - late : 0, n; at < now; at += n) {
        n = now - at < BL_STAGE_FRAMES ? now - at : BL_STAGE_FRAMES;
        bl_history_read(&s->history, dry, at, (size_t)n);
        for (size_t c = 0; c < s->in_channels; c++)
            bl_delay_process(&s->dry[c], NULL, dry[c], (size_t)n);
    }
}

/* The input in place of the effect, where it is off. `now`: frames before these. */
static void mix_dry(bl_stage *s, uint64_t now, float *const *out, const float *const *in, size_t frames)
{
    float *dry[BL_STAGE_CHANNELS];
    const bool sleeps = !s->on.left && s->on.value == 1;
    if (s->dry_sleeps && !sleeps)
        wake_dry(s, now);
    s->dry_sleeps = sleeps;
    if (sleeps)
        return;
    for (size_t c = 0; c < s->in_channels; c++) {
        dry[c] = s->scratch + c * BL_STAGE_FRAMES;
        bl_delay_process(&s->dry[c], dry[c], in[c], frames);
    }
    for (size_t i = 0; i < frames; i++) {
        const float on = bl_ramp_next(&s->on);
        for (size_t c = 0; c < s->out_channels; c++) {
            const float input = dry[c < s->in_channels ? c : 0][i];
            out[c][i] = on == 1 ? out[c][i] : input + on * (out[c][i] - input);
        }
    }
}

void bl_stage_process(bl_stage *s, float *const *out, const float *const *in, size_t frames)
{
    const uint64_t now = bl_history_written(&s->history);
    bl_history_write(&s->history, in, frames);
    if (s->now) {
        s->now->process(s->now, out, in, frames);
        s->now->heard += frames;
    } else {
        pass_on(s, out, in, frames);
    }
    if (s->next && catch_up(s, now, 2 * frames)) /* twice: one for what passes by meanwhile */
        fade_in(s, out, in, frames);
    mix_dry(s, now, out, in, frames);
}
