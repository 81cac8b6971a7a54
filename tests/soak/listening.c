#define _DEFAULT_SOURCE
#include "listening.h"
#include "clicks.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

const char *const soak_event_names[SOAK_EVENTS] = {
    "another model",   "no model",   "a broken file", "another slot",    "quality",           "oversampling",
    "another impulse", "no impulse", "bypass",        "amp on or off",   "cabinet on or off", "gate on or off",
    "levels",          "tone",       "tone's place",  "cabinet's knobs", "cabinet's delay",   "all knobs",
};

enum { MOST_EPISODES = 200000 };
static const double most_seconds = 8;

void soak_listener_open(soak_listener *l)
{
    *l = (soak_listener){ .room = (size_t)(most_seconds * 192000) };
    for (size_t c = 0; c < 2; c++)
        l->sound[c] = calloc(l->room, sizeof(float));
    l->limits = calloc(MOST_EPISODES, sizeof *l->limits);
    if (!l->sound[0] || !l->sound[1] || !l->limits)
        soak_fail("Out of memory.");
}

void soak_listener_close(soak_listener *l)
{
    free(l->sound[0]);
    free(l->sound[1]);
    free(l->limits);
}

/* ---- playing ---- */

/* Plays and keeps what comes. */
static void hear(soak_listener *l, soak_player *p, size_t frames, size_t block)
{
    for (size_t n; frames; frames -= n) {
        n = frames < block ? frames : block;
        soak_play(p, n);
        for (size_t c = 0; c < p->options.out_channels && l->frames + n <= l->room; c++)
            for (size_t i = 0; i < n; i++)
                l->sound[c][l->frames + i] = p->out[c][i];
        l->frames = l->frames + n <= l->room ? l->frames + n : l->room;
    }
}

/* Of the last two periods, whether the second is the first again, nearly. */
static bool repeats(const soak_listener *l, const soak_player *p)
{
    const size_t period = p->signal.period;
    double most = 0, peak = 0;
    for (size_t c = 0; c < p->options.out_channels; c++)
        for (size_t i = l->frames - period; i < l->frames; i++) {
            most = fmax(most, fabs((double)l->sound[c][i] - (double)l->sound[c][i - period]));
            peak = fmax(peak, fabs((double)l->sound[c][i]));
        }
    return most <= 1e-3 * peak + 1e-7;
}

/* Until the sound is steady; false if it does not become so. Two things take their time: fades and filters; and the longest
 * impulse response, which lets the storm before an episode be heard when it comes in. */
enum { FADES = 12, RESPONSES = 70 };

static bool settle(soak_listener *l, soak_player *p, size_t block, size_t periods)
{
    hear(l, p, periods * p->signal.period, block);
    for (int tries = 0; tries < 30; tries++, hear(l, p, 4 * p->signal.period, block))
        if (repeats(l, p))
            return true;
    return false;
}

static soak_measure measure(const soak_listener *l, const soak_player *p, size_t from, size_t to)
{
    soak_measure m = soak_measure_piece(l->sound[0] + from, to - from);
    if (p->options.out_channels > 1)
        m = soak_louder(m, soak_measure_piece(l->sound[1] + from, to - from));
    return m;
}

/* ---- what happens ---- */

static float between(bl_random *rng, float low, float high)
{
    return low + (bl_random_float(rng, 0.5f) + 0.5f) * (high - low);
}

static void set(soak_player *p, bl_rig_param param, bl_random *rng, float low, float high)
{
    bl_rig_set(p->rig, param, between(rng, low, high));
}

static void toggle(soak_player *p, bl_rig_param param)
{
    bl_rig_set(p->rig, param, bl_rig_get(p->rig, param) < 0.5f);
}

static const char *pick(const soak_list *list, bl_random *rng)
{
    return list->paths[bl_random_below(rng, list->count)];
}

/* As far as one turns who plays. Where all lows were cut and all highs lifted by 24 dB, the steps of what moves before them
 * would be lifted, too, and compared with what is left of the chord. */
static void set_tone(soak_player *p, bl_random *rng)
{
    for (int i = BL_RIG_BASS; i <= BL_RIG_DEPTH; i++)
        set(p, (bl_rig_param)i, rng, -7, 7);
    set(p, BL_RIG_LOW_CUT, rng, 20, 120);
    set(p, BL_RIG_HIGH_CUT, rng, 2000, 20000);
}

/* One level alone: two that move against each other are louder on the way than at both ends. */
static void set_level(soak_player *p, bl_random *rng)
{
    switch (bl_random_below(rng, 4)) {
    case 0: set(p, BL_RIG_INPUT_GAIN, rng, -12, 12); break;
    case 1: set(p, BL_RIG_OUTPUT_GAIN, rng, -12, 6); break;
    case 2: set(p, BL_RIG_OUTPUT_MODE, rng, 0, 2); break;
    default: toggle(p, BL_RIG_CALIBRATE_INPUT);
    }
}

static void set_levels(soak_player *p, bl_random *rng)
{
    set(p, BL_RIG_INPUT_GAIN, rng, -12, 12);
    set(p, BL_RIG_OUTPUT_GAIN, rng, -12, 6);
    set(p, BL_RIG_OUTPUT_MODE, rng, 0, 2);
    set(p, BL_RIG_CALIBRATE_INPUT, rng, 0, 1);
}

static void set_cabinet(soak_player *p, bl_random *rng)
{
    set(p, BL_RIG_CAB_BLEND, rng, 0, 1);
    set(p, BL_RIG_CAB_PAN_1, rng, -1, 1);
    set(p, BL_RIG_CAB_PAN_2, rng, -1, 1);
    set(p, BL_RIG_CAB_INVERT, rng, 0, 1);
    set(p, BL_RIG_CAB_LOW_CUT, rng, 20, 120);
    set(p, BL_RIG_CAB_HIGH_CUT, rng, 2000, 20000);
}

static void happen(soak_player *p, const soak_files *files, bl_random *rng, soak_event event)
{
    const size_t slot = (size_t)bl_rig_get(p->rig, BL_RIG_SLOT) - 1;
    const bl_rig_file model = (bl_rig_file)(BL_RIG_MODEL + slot),
                      impulse = (bl_rig_file)(BL_RIG_IMPULSE_1 + bl_random_below(rng, 2));
    switch (event) {
    case SOAK_SWAP_MODEL: bl_rig_set_file(p->rig, model, pick(&files->tame, rng)); break;
    case SOAK_TAKE_MODEL: bl_rig_set_file(p->rig, model, NULL); break;
    case SOAK_SWAP_BROKEN:
        bl_rig_set_file(p->rig, bl_random_below(rng, 2) ? model : impulse, pick(&files->broken, rng));
        break;
    case SOAK_SLOT: bl_rig_set(p->rig, BL_RIG_SLOT, (float)(1 + (slot + 1) % 3)); break;
    case SOAK_QUALITY: set(p, BL_RIG_QUALITY, rng, 0, 1); break;
    case SOAK_OVERSAMPLE: bl_rig_set(p->rig, BL_RIG_OVERSAMPLE, (float)(1 << bl_random_below(rng, 3))); break;
    case SOAK_SWAP_IMPULSE: bl_rig_set_file(p->rig, impulse, pick(&files->impulses, rng)); break;
    case SOAK_TAKE_IMPULSE: bl_rig_set_file(p->rig, impulse, NULL); break;
    case SOAK_BYPASS: toggle(p, BL_RIG_ENABLED); break;
    case SOAK_AMP_SWITCH: toggle(p, BL_RIG_AMP); break;
    case SOAK_CABINET_SWITCH: toggle(p, BL_RIG_CAB); break;
    case SOAK_GATE_SWITCH:
        bl_rig_set(p->rig, BL_RIG_GATE_THRESHOLD, bl_random_below(rng, 2) ? -70.0f : 0.0f);
        toggle(p, BL_RIG_GATE);
        break;
    case SOAK_LEVELS: set_level(p, rng); break;
    case SOAK_TONE: set_tone(p, rng); break;
    case SOAK_TONE_PLACE: toggle(p, BL_RIG_TONE_PLACE); break;
    case SOAK_CABINET_KNOBS: set_cabinet(p, rng); break;
    case SOAK_CABINET_DELAY: set(p, BL_RIG_CAB_DELAY, rng, -20, 20); break;
    default:
        set_level(p, rng);
        set_tone(p, rng);
        set_cabinet(p, rng);
    }
}

/* Any state that a rig may be in, without what would be silence. */
static void prepare(soak_player *p, const soak_files *files, bl_random *rng)
{
    for (int i = 0; i < BL_RIG_PARAM_COUNT; i++)
        bl_rig_set(p->rig, (bl_rig_param)i, bl_rig_param_describe((bl_rig_param)i)->initial);
    for (size_t i = 0; i < BL_RIG_KNOBS; i++)
        bl_rig_set_knob(p->rig, i, NAN);
    for (int slot = 0; slot < 3; slot++)
        bl_rig_set_file(p->rig, (bl_rig_file)(BL_RIG_MODEL + slot), pick(&files->tame, rng));
    for (int i = 0; i < 2; i++)
        bl_rig_set_file(p->rig, (bl_rig_file)(BL_RIG_IMPULSE_1 + i),
                        bl_random_below(rng, 3) ? pick(&files->impulses, rng) : NULL);
    set(p, BL_RIG_FADE, rng, 10, 100);
    bl_rig_set(p->rig, BL_RIG_TONE_PLACE, (float)bl_random_below(rng, 2));
    bl_rig_set(p->rig, BL_RIG_SLOT, (float)(1 + bl_random_below(rng, 3)));
    set_levels(p, rng);
    if (bl_random_below(rng, 2))
        set_tone(p, rng);
    if (bl_random_below(rng, 2))
        set_cabinet(p, rng);
    p->signal.kind = SOAK_STEADY;
    p->signal.level = powf(10, bl_random_float(rng, 0.5f) - 1.2f);
}

/* ---- judging ---- */

/* -60 dB of the louder sound's peak, which a click hides behind; -50 dB where filters move, on a grid of 32 samples, and
 * faster than they may sound at low rates. */
static double bound(soak_event event)
{
    switch (event) {
    case SOAK_TONE:
    case SOAK_TONE_PLACE:
    case SOAK_CABINET_KNOBS:
    case SOAK_KNOBS_STORM: return 3e-3;
    default: return 1e-3;
    }
}

/* A click put into the change must be found: a step that decays, two and a half times what could just be found. */
static void inject(soak_listener *l, const soak_player *p, size_t from, soak_measure before, soak_measure behind,
                   double most, bl_random *rng)
{
    const double peak = fmax(fmax(before.peak, behind.peak), SOAK_LEAST_PEAK);
    const double limit = (2 * (before.residue + behind.residue) / 3 + most * peak);
    const size_t at = from + 8 + bl_random_below(rng, l->frames - from - 600);
    double step = 2.5 * limit;
    for (size_t i = at; i < at + 500; i++, step *= 0.99)
        l->sound[0][i] += (float)step;
    l->injected++;
    l->found += soak_click(before, measure(l, p, from, l->frames), behind) > most;
    if (l->limit_count < MOST_EPISODES)
        l->limits[l->limit_count++] = limit / peak;
}

/* With all that it takes to look for it. */
static void report_click(const soak_listener *l, const soak_player *p, size_t from, soak_event event, size_t block,
                         double click)
{
    size_t at = from, worst = 0;
    double most = 0;
    for (; at + 5 <= l->frames; at++) {
        const double here =
            fmax(soak_measure_piece(l->sound[0] + at, 5).residue, soak_measure_piece(l->sound[1] + at, 5).residue);
        worst = here > most ? at : worst;
        most = fmax(most, here);
    }
    for (int i = 0; i < BL_RIG_PARAM_COUNT; i++)
        fprintf(stderr, "%s=%g ", bl_rig_param_describe((bl_rig_param)i)->symbol,
                (double)bl_rig_get(p->rig, (bl_rig_param)i));
    for (int i = 0; i < BL_RIG_FILE_COUNT; i++) {
        bl_rig_file_state state;
        if (!bl_rig_get_file(p->rig, (bl_rig_file)i, &state) && state.path)
            fprintf(stderr, "\n%d: %s", i, state.path);
        bl_rig_file_state_free(&state);
    }
    fprintf(stderr, "\n");
    soak_fail(
        "A click of %.1f dB was heard %zu frames after %s, at %g Hz on %s, %zu to %zu channels, in blocks of %zu.",
        20 * log10(click), worst - from, soak_event_names[event], p->options.rate_hz, bl_cpu_name(p->options.cpu),
        p->options.in_channels, p->options.out_channels, block);
}

void soak_listen(soak_listener *l, soak_player *p, const soak_files *files, bl_random *rng)
{
    static const size_t blocks[] = { 32, 64, 100, 256, 512, 1024, 4096 };
    const size_t block = blocks[bl_random_below(rng, sizeof blocks / sizeof *blocks)], two = 2 * p->signal.period;
    const soak_event event = (soak_event)bl_random_below(rng, SOAK_EVENTS);
    prepare(p, files, rng);
    soak_wait(p);
    l->frames = 0;
    bool steady = settle(l, p, block, RESPONSES);
    if (!bl_random_below(rng, 8)) { /* behind the bypass, too, all is steady */
        bl_rig_set(p->rig, BL_RIG_ENABLED, 0);
        steady = settle(l, p, block, FADES) && steady;
    }
    const soak_measure before = measure(l, p, l->frames - two, l->frames);
    const size_t from = l->frames - 4;
    happen(p, files, rng, event);
    if (bl_random_below(rng, 2)) /* the sound goes on while the worker works, at about its own pace */
        for (int i = 0; i < 100 && bl_rig_wants_work(p->rig); i++) {
            hear(l, p, p->signal.period / 8, block);
            usleep(1000);
        }
    soak_wait(p);
    if (!steady || !settle(l, p, block, FADES)) {
        l->unsettled++;
        return;
    }
    const soak_measure behind = measure(l, p, l->frames - two, l->frames);
    const double click = soak_click(before, measure(l, p, from, l->frames), behind), most = bound(event);
    l->heard[event].count++;
    l->heard[event].worst = fmax(l->heard[event].worst, click);
    if (click > most)
        report_click(l, p, from, event, block, click);
    inject(l, p, from, before, behind, most, rng);
}
