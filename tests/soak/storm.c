#define _DEFAULT_SOURCE
#include "storm.h"

#include <math.h>
#include <unistd.h>

static const char *pick(const soak_list *list, bl_random *rng)
{
    return list->paths[bl_random_below(rng, list->count)];
}

static float any_value(const bl_rig_param_info *info, bl_random *rng)
{
    const float strange[] = { NAN, INFINITY, -INFINITY, info->minimum, info->maximum, 1e30f };
    if (!bl_random_below(rng, 10))
        return strange[bl_random_below(rng, sizeof strange / sizeof *strange)];
    return info->minimum + (bl_random_float(rng, 0.5f) + 0.5f) * (info->maximum - info->minimum);
}

/* Oversampling is rare, because it costs so much that little else would be tried in the same time. */
static void turn_something(soak_player *p, bl_random *rng, soak_counts *counts)
{
    const bl_rig_param param = (bl_rig_param)bl_random_below(rng, BL_RIG_PARAM_COUNT);
    float value = any_value(bl_rig_param_describe(param), rng);
    if (param == BL_RIG_OVERSAMPLE && bl_random_below(rng, 4))
        value = 1;
    if (param == BL_RIG_SLOT)
        value = (float)(1 + bl_random_below(rng, 5));
    bl_rig_set(p->rig, param, value);
    bl_rig_set_knob(p->rig, bl_random_below(rng, BL_RIG_KNOBS), any_value(bl_rig_param_describe(BL_RIG_GATE), rng));
    counts->settings += 2;
}

static void name_file(soak_player *p, bl_rig_file file, const char *path)
{
    if (bl_rig_set_file(p->rig, file, path))
        soak_fail("A file could not be named.");
}

static void swap_something(soak_player *p, const soak_files *files, bl_random *rng, soak_counts *counts)
{
    const bool model = bl_random_below(rng, 3);
    const size_t place =
        model ? BL_RIG_MODEL + bl_random_below(rng, 4) : BL_RIG_IMPULSE_1 + bl_random_below(rng, 2);
    const size_t what = bl_random_below(rng, 8);
    const soak_list *good = model ? &files->models : &files->impulses;
    const soak_list *wrong = bl_random_below(rng, 2) ? &files->broken : model ? &files->impulses : &files->models;
    name_file(p, (bl_rig_file)place, what == 0 ? NULL : pick(what == 1 ? wrong : good, rng));
    counts->broken += what == 1;
    *(model ? &counts->models : &counts->impulses) += what != 1;
}

static void change_signal(soak_player *p, bl_random *rng, soak_counts *counts)
{
    p->signal.kind = (soak_signal_kind)bl_random_below(rng, SOAK_SIGNALS);
    p->signal.level = powf(10, bl_random_float(rng, 2) - 2);
    counts->bursts += p->signal.kind >= SOAK_NAN;
}

/* What other threads do now and then. */
static void ask(soak_player *p, bl_random *rng)
{
    bl_rig_file_state state;
    bl_rig_meters meters;
    if (!bl_rig_get_file(p->rig, (bl_rig_file)bl_random_below(rng, BL_RIG_FILE_COUNT), &state))
        bl_rig_file_state_free(&state);
    bl_capture_free(bl_rig_share_capture(p->rig, bl_random_below(rng, BL_RIG_SLOTS)));
    bl_rig_read_meters(p->rig, &meters);
    if (!(meters.gate >= 0 && meters.gate <= 1) || isnan(meters.out.peak) || isnan(meters.in.peak))
        soak_fail("The meters show what cannot be.");
    bl_rig_clear_meters(p->rig);
}

/* Something that happens between two blocks, about every 20 ms of audio. */
static void disturb(soak_player *p, const soak_files *files, bl_random *rng, soak_counts *counts)
{
    switch (bl_random_below(rng, 24)) {
    case 0:
    case 1:
    case 2: swap_something(p, files, rng, counts); break;
    case 3: /* all of them */
        for (int i = 0; i < 60; i++)
            turn_something(p, rng, counts);
        break;
    case 4:
    case 5: change_signal(p, rng, counts); break;
    case 6: ask(p, rng); break;
    case 7:
        if (!bl_random_below(rng, 8)) {
            bl_rig_reset(p->rig);
            counts->resets++;
        }
        break;
    case 8:
        usleep((useconds_t)bl_random_below(rng, 1500)); /* the worker overtakes */
        counts->sleeps++;
        break;
    case 9:
        bl_rig_set(p->rig, BL_RIG_OVERSAMPLE, 1);
        bl_rig_set(p->rig, BL_RIG_ENABLED, (float)bl_random_below(rng, 2));
        counts->settings++;
        break;
    default: turn_something(p, rng, counts);
    }
}

/* Of this storm: one, or another for each block. */
static size_t next_block(size_t fixed, bl_random *rng)
{
    const size_t most = (size_t)1 << bl_random_below(rng, 14);
    return fixed ? fixed : bl_random_below(rng, most + 1);
}

void soak_storm(soak_player *p, const soak_files *files, bl_random *rng, double seconds, soak_counts *counts)
{
    static const size_t sizes[] = { 0, 0, 0, 16, 32, 64, 128, 256, 512, 1024, 4096, SOAK_MOST_FRAMES, 1, 7 };
    const size_t fixed = sizes[bl_random_below(rng, sizeof sizes / sizeof *sizes)];
    const double end = p->seconds + (fixed && fixed < 16 ? seconds / 8 : seconds); /* small blocks cost most */
    double next = 0;
    while (p->seconds < end) {
        if (p->seconds >= next) {
            disturb(p, files, rng, counts);
            next = p->seconds + 0.01 * (double)bl_random_below(rng, 5);
        }
        soak_play(p, next_block(fixed, rng));
    }
}
