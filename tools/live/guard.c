#include "guard.h"

#include "../text.h"
#include "session_state.h"

#include <math.h>
#include <stdio.h>

static const double settle_seconds = 2;    /* after a change the load says nothing about it yet */
static const double patience_seconds = 10; /* quiet for so long: it climbs */
static const double most_patience_seconds = 320;

void guard_init(guard *g, double share)
{
    *g = (guard){ .share = share, .climbed = -INFINITY, .patience_seconds = patience_seconds };
    atomic_init(&g->wanted, -1);
    atomic_init(&g->set, -1);
}

float guard_wanted(const guard *g)
{
    return atomic_load_explicit((_Atomic float *)&g->wanted, memory_order_relaxed);
}

float guard_quality(const guard *g)
{
    return guard_wanted(g) >= 0 ? atomic_load_explicit((_Atomic float *)&g->set, memory_order_relaxed) : -1;
}

/* ---- sizes ---- */

static size_t size_for(const bl_model *model, double quality)
{
    const size_t count = bl_model_quality_count(model);
    for (size_t i = 0; i < count; i++) {
        bl_quality_info info;
        bl_model_get_quality(model, i, &info);
        if (quality < info.below)
            return i;
    }
    return count - 1;
}

/* In the middle of what chooses that size, where no rounding matters. */
static float quality_for(const bl_model *model, size_t size)
{
    bl_quality_info info = { 0 };
    double from = 0;
    if (size)
        bl_model_get_quality(model, size - 1, &info);
    from = info.below;
    bl_model_get_quality(model, size, &info);
    return (float)(0.5 * (from + fmin(info.below, 1)));
}

static void name_model(session *s, char *name, size_t size)
{
    char path[4096];
    const size_t slot = (size_t)bl_rig_get(session_rig(s), BL_RIG_SLOT) - 1;
    session_file(s, (bl_rig_file)(BL_RIG_MODEL + slot), path, sizeof path);
    snprintf(name, size, "%.200s", text_file_name(path));
}

/* ---- steps ---- */

static void tell_helpless(session *s, double p99)
{
    guard *g = &s->guard;
    char sentence[400];
    if (g->helpless)
        return;
    g->helpless = true;
    snprintf(sentence, sizeof sentence,
             "Blocks take %.0f%% of their time, more than the guard's %.0f%%, and the model has no smaller size.",
             100 * p99, 100 * g->share);
    session_tell(s, sentence);
}

static void go(session *s, const bl_model *model, size_t size, float quality, const char *why)
{
    guard *g = &s->guard;
    bl_quality_info info;
    char sentence[600], name[256];
    name_model(s, name, sizeof name);
    bl_model_get_quality(model, size, &info);
    snprintf(sentence, sizeof sentence, "%s: %s goes on with %s.", why, name, info.text);
    session_tell(s, sentence);
    atomic_store(&g->set, quality);
    bl_rig_set(session_rig(s), BL_RIG_QUALITY, quality);
    g->changed = g->quiet_since = session_clock(s);
}

static void step_down(session *s, const bl_model *model, double p99)
{
    guard *g = &s->guard;
    const float now = bl_rig_get(session_rig(s), BL_RIG_QUALITY);
    const size_t count = bl_model_quality_count(model), size = count ? size_for(model, (double)now) : 0;
    char why[120];
    if (!size) {
        tell_helpless(s, p99);
        return;
    }
    const bool too_soon = session_clock(s) - g->climbed < 2 * patience_seconds;
    g->patience_seconds = too_soon ? fmin(2 * g->patience_seconds, most_patience_seconds) : patience_seconds;
    if (guard_wanted(g) < 0)
        atomic_store(&g->wanted, now);
    snprintf(why, sizeof why, "Blocks take %.0f%% of their time, more than the guard's %.0f%%", 100 * p99,
             100 * g->share);
    go(s, model, size - 1, quality_for(model, size - 1), why);
}

static void climb(session *s, const bl_model *model)
{
    guard *g = &s->guard;
    const float wanted = guard_wanted(g), now = bl_rig_get(session_rig(s), BL_RIG_QUALITY);
    const size_t count = bl_model_quality_count(model);
    const size_t most = count ? size_for(model, (double)wanted) : 0,
                 next = count ? size_for(model, (double)now) + 1 : 0;
    char why[80];
    if (next < most) {
        snprintf(why, sizeof why, "%.0f quiet seconds", g->patience_seconds);
        go(s, model, next, quality_for(model, next), why);
    } else { /* as it was; also if another model is chosen by now, which has no sizes */
        snprintf(why, sizeof why, "%.0f quiet seconds", g->patience_seconds);
        if (count)
            go(s, model, most, wanted, why);
        else
            bl_rig_set(session_rig(s), BL_RIG_QUALITY, wanted);
        atomic_store(&g->wanted, -1);
    }
    g->climbed = session_clock(s);
}

/* ---- watching ---- */

static void watch(session *s, const bl_model *model)
{
    guard *g = &s->guard;
    const double now = session_clock(s);
    load_times times;
    load_meter_read(&s->recent, &times);
    if (guard_wanted(g) >= 0 && bl_rig_get(session_rig(s), BL_RIG_QUALITY) != atomic_load(&g->set))
        atomic_store(&g->wanted, -1); /* somebody has chosen anew */
    if (times.p99 > g->share) {
        g->quiet_since = now;
        if (now - g->changed >= settle_seconds)
            step_down(s, model, times.p99);
        return;
    }
    g->helpless = false;
    if (guard_wanted(g) >= 0 && now - g->quiet_since >= g->patience_seconds)
        climb(s, model);
}

void guard_watch(session *s)
{
    guard *g = &s->guard;
    bl_rig *rig = session_rig(s);
    const uint64_t frames = atomic_load_explicit(&s->frames, memory_order_relaxed);
    if (g->share <= 0 || frames == g->frames) /* without sound there is no load */
        return;
    g->frames = frames;
    if (bl_rig_wants_work(rig)) {
        g->changed = session_clock(s);
        return;
    }
    bl_capture *capture = bl_rig_share_capture(rig, (size_t)bl_rig_get(rig, BL_RIG_SLOT) - 1);
    if (capture)
        watch(s, bl_capture_model(capture));
    bl_capture_free(capture);
}
