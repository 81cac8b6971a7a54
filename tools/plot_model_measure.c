/* Plays test signals through a model. */
#include "commands.h"
#include "messages.h"
#include "plot_model.h"
#include "stop.h"

#include <backline/stream.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { BLOCK = 1024, PLAYS = PLOT_TONES * PLOT_LEVELS + PLOT_ALIAS_LEVELS * PLOT_ALIAS_POINTS + 2 };

static const double usual_rate_hz = 48000, least_rate_hz = 4000, most_rate_hz = 200000;
static const double tones_hz[PLOT_TONES] = { 110, 1000 };
static const double lowest_level_db = -60, level_step_db = 5;
static const double alias_levels_db[PLOT_ALIAS_LEVELS] = { 0, -20 };
static const double alias_low_hz = 500, alias_high_hz = 20000, alias_high_share = 0.45; /* of the rate */

/* What a network makes of a signal's beginning is over after the receptive field; one that never forgets is given
 * a while. */
static const double recurrent_settle_s = 0.5, usual_settle_s = 0.05;

typedef struct player {
    bl_plan *plan;
    bl_stream *stream;
    float **outs;
    float *unheard; /* a block for every output but the first */
    size_t plays;
} player;

static void show_progress(const player *p)
{
    char line[64];
    snprintf(line, sizeof line, "Measuring: %zu %%", 100 * p->plays / PLAYS);
    if (isatty(STDERR_FILENO))
        message_status(line);
}

static int play(void *context, float *out, const float *in, size_t frames)
{
    player *p = context;
    show_progress(p);
    bl_stream_reset(p->stream);
    for (size_t t = 0; t < frames; t += BLOCK) {
        if (stop_requested())
            return FAILED;
        const float *ins[1] = { in + t };
        p->outs[0] = out + t;
        bl_stream_process(p->stream, p->outs, ins, frames - t < BLOCK ? frames - t : BLOCK);
    }
    p->plays++;
    return DONE;
}

static int player_create(player *p, const bl_model *model, const knob_settings *knobs)
{
    bl_error error = { 0 };
    *p = (player){ 0 };
    if (bl_plan_create(model, BL_CPU_AUTO, &p->plan, &error) || bl_stream_create(p->plan, 1, &p->stream, &error))
        return fail_engine(&error);
    for (size_t i = 0; i < knobs->count; i++)
        bl_stream_set_param(p->stream, knobs->list[i].index, knobs->list[i].value);
    const size_t outputs = bl_plan_out_channels(p->plan);
    p->outs = malloc(outputs * sizeof *p->outs);
    p->unheard = malloc(outputs * BLOCK * sizeof *p->unheard);
    if (!p->outs || !p->unheard)
        return fail("There is not enough memory.");
    for (size_t c = 1; c < outputs; c++)
        p->outs[c] = p->unheard + (c - 1) * BLOCK;
    return DONE;
}

static void player_free(player *p)
{
    if (isatty(STDERR_FILENO))
        message_status("");
    bl_stream_free(p->stream);
    bl_plan_free(p->plan);
    free(p->outs);
    free(p->unheard);
}

static size_t settle_frames(const bl_model_info *info, double rate_hz)
{
    if (!info->receptive_field)
        return (size_t)(recurrent_settle_s * rate_hz);
    return info->receptive_field + info->latency + (size_t)(usual_settle_s * rate_hz);
}

static int measure_tones(plot_figures *f, const sine_player *sines)
{
    int code = DONE;
    for (size_t i = 0; i < PLOT_LEVELS; i++) {
        f->level_db[i] = lowest_level_db + level_step_db * (double)i;
        for (size_t k = 0; !code && k < PLOT_TONES; k++)
            code = sine_measure(sines, tones_hz[k], pow(10, f->level_db[i] / 20), &f->tones[k][i]);
    }
    return code;
}

static int measure_aliasing(plot_figures *f, const sine_player *sines)
{
    const double high = fmin(alias_high_hz, alias_high_share * sines->rate_hz);
    int code = DONE;
    for (size_t i = 0; !code && i < PLOT_ALIAS_LEVELS; i++) {
        f->alias_level_db[i] = alias_levels_db[i];
        code = alias_sweep(sines, alias_low_hz, high, pow(10, alias_levels_db[i] / 20), f->aliasing[i],
                           PLOT_ALIAS_POINTS);
    }
    return code;
}

int plot_model_measure(plot_figures *f, const bl_model *model, const knob_settings *knobs)
{
    player p;
    bl_model_get_info(model, &f->info);
    f->model = model;
    f->knobs = knobs;
    f->rate_hz = isnan(f->info.sample_rate_hz) ? usual_rate_hz : f->info.sample_rate_hz;
    if (f->info.in_channels != 1)
        return fail("%s takes %zu inputs; only a model with one can be drawn.", f->path, f->info.in_channels);
    if (!(f->rate_hz >= least_rate_hz && f->rate_hz <= most_rate_hz))
        return fail("%s was made for %g Hz; only rates from %g to %g Hz can be drawn.", f->path, f->rate_hz,
                    least_rate_hz, most_rate_hz);
    int code = player_create(&p, model, knobs);
    if (!code) {
        const sine_player sines = { play, &p, f->rate_hz, settle_frames(&f->info, f->rate_hz) };
        code = plot_model_response(&sines, f->response_hz, f->response_db, PLOT_POINTS);
        if (!code)
            code = measure_tones(f, &sines);
        if (!code)
            code = measure_aliasing(f, &sines);
    }
    player_free(&p);
    return code;
}

double plot_model_distortion(const sine_response *tone)
{
    const double first = tone->amplitude[0] * tone->amplitude[0] / 2;
    return first > 0 ? sqrt(fmax(tone->harmonic_power - first, 0) / first) : NAN;
}

double plot_model_level_db(const sine_response *tone)
{
    return 10 * log10(fmax(2 * tone->harmonic_power, 1e-20));
}
