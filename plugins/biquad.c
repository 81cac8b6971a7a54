/* The filters are state-variable filters after the trapezoidal rule (A. Simper, "Linear trapezoidal integrated SVF",
 * Cytomic 2011), whose transfer functions are those of the cookbook. With g = tan(pi f / rate) and k = 1/q,
 *
 *     a1 = 1 / (1 + g (g + k))    a2 = g a1    a3 = g a2    e = x - s2
 *     v1 = a1 s1 + a2 e           s1' = 2 v1 - s1           (band pass)
 *     v2 = s2 + a2 s1 + a3 e      s2' = 2 v2 - s2           (low pass)
 *     y = m0 x + m1 v1 + m2 v2
 *
 * Why not the direct form: without input, a step makes s1^2 + s2^2 smaller or leaves it, for every g > 0 and k > 0,
 * because the rule turns a system that loses energy into one that does. The step is linear in a1, a2 and a3, so that
 * this stays true on a straight line between two filters: no movement of the parameters makes the state grow. In
 * double precision it also bears low frequencies at high rates. */
#include "biquad.h"

#include <math.h>
#include <string.h>

static const double pi = 3.14159265358979323846, ln_10 = 2.30258509299404568402;

/* Parameters; each moves on a ramp of its own. */
enum { LOG_FREQUENCY, LOG_Q, GAIN_DB, MIX, PARAMETERS };
/* Coefficients of s1' = KEEP s1 + TURN e, s2' = s2 + TURN s1 + FEED e, y = THROUGH x + BAND s1 + LOW s2. */
enum { KEEP, TURN, FEED, THROUGH, BAND, LOW, COEFFICIENTS };

static const float move_ms = 30;

typedef struct svf {
    double g, k, m0, m1, m2;
} svf;

static svf design(bl_biquad_kind kind, double rate_hz, const double place[PARAMETERS])
{
    const double a = exp(place[GAIN_DB] * (ln_10 / 40)), g = tan(pi * exp(place[LOG_FREQUENCY]) / rate_hz);
    const double k = exp(-place[LOG_Q]);
    switch (kind) {
    case BL_BIQUAD_LOW_SHELF: return (svf){ g / sqrt(a), k, 1, k * (a - 1), a * a - 1 };
    case BL_BIQUAD_HIGH_SHELF: return (svf){ g * sqrt(a), k, a * a, k * (1 - a) * a, 1 - a * a };
    case BL_BIQUAD_PEAK: return (svf){ g, k / a, 1, k / a * (a * a - 1), 0 };
    case BL_BIQUAD_LOW_PASS: return (svf){ g, k, 0, 0, 1 };
    default: return (svf){ g, k, 1, -k, -1 };
    }
}

static void lay_out(const svf *f, double mix, double out[COEFFICIENTS])
{
    const double a1 = 1 / (1 + f->g * (f->g + f->k)), a2 = f->g * a1, a3 = f->g * a2;
    out[KEEP] = 2 * a1 - 1;
    out[TURN] = 2 * a2;
    out[FEED] = 2 * a3;
    out[THROUGH] = 1 + mix * (f->m0 + f->m1 * a2 + f->m2 * a3 - 1);
    out[BAND] = mix * (f->m1 * a1 + f->m2 * a2);
    out[LOW] = mix * (f->m2 * (1 - a3) - f->m1 * a2);
}

static bool has_gain(bl_biquad_kind kind)
{
    return kind == BL_BIQUAD_LOW_SHELF || kind == BL_BIQUAD_HIGH_SHELF || kind == BL_BIQUAD_PEAK;
}

/* What is not finite leaves the place as it is. */
static void place_within(float value, float low, double high, double *out)
{
    if (isfinite(value))
        *out = value < low ? low : value > high ? high : value;
}

static void place_log_within(float value, float low, double high, double *out)
{
    double within = 0;
    place_within(value, low, high, &within);
    if (within > 0)
        *out = log(within);
}

/* A shelf or peak becomes inactive by its gain, a cut by its share. Where a filter that is to be inactive lies does
 * not matter; it stays there, so as not to sweep while it fades. */
static void read_params(const bl_biquad_params *params, bl_biquad_kind kind, double rate_hz,
                        double place[PARAMETERS])
{
    bool active = params->active;
    if (has_gain(kind)) {
        place_within(params->gain_db, -40, 40, &place[GAIN_DB]);
        active = active && place[GAIN_DB] != 0;
        place[GAIN_DB] = active ? place[GAIN_DB] : 0;
    } else {
        place[MIX] = active;
    }
    if (active) {
        place_log_within(params->frequency_hz, 1, 0.49 * rate_hz, &place[LOG_FREQUENCY]);
        place_log_within(params->q, 0.1f, 20, &place[LOG_Q]);
    }
}

static void go_to_usual_place(double rate_hz, double place[PARAMETERS])
{
    place[LOG_FREQUENCY] = log(1000 < 0.49 * rate_hz ? 1000 : 0.49 * rate_hz);
    place[LOG_Q] = log(sqrt(0.5));
}

static void first_place(const bl_biquad_params *params, double rate_hz, double place[PARAMETERS])
{
    go_to_usual_place(rate_hz, place);
    place[GAIN_DB] = 0;
    place[MIX] = 1;
    read_params(params, params->kind, rate_hz, place);
}

void bl_biquad_design(const bl_biquad_params *params, double rate_hz, bl_biquad_coefficients *out)
{
    double place[PARAMETERS];
    first_place(params, rate_hz, place);
    if (place[MIX] == 0) {
        *out = (bl_biquad_coefficients){ .b0 = 1 };
        return;
    }
    const svf f = design(params->kind, rate_hz, place);
    const double gg = f.g * f.g, scale = 1 / (1 + f.g * f.k + gg);
    out->a1 = 2 * (gg - 1) * scale;
    out->a2 = (1 - f.g * f.k + gg) * scale;
    out->b0 = f.m0 + (f.m1 * f.g + f.m2 * gg) * scale;
    out->b1 = f.m0 * out->a1 + 2 * f.m2 * gg * scale;
    out->b2 = f.m0 * out->a2 + (f.m2 * gg - f.m1 * f.g) * scale;
}

/* Coefficients for the end of a chunk. */
static void compute_next(bl_biquad *filter, const double place[PARAMETERS])
{
    const svf f = design(filter->kind, filter->rate_hz, place);
    lay_out(&f, place[MIX], filter->next);
}

void bl_biquad_init(bl_biquad *filter, double rate_hz, const bl_biquad_params *params)
{
    *filter = (bl_biquad){ .rate_hz = rate_hz, .kind = params->kind };
    first_place(params, rate_hz, filter->goal);
    for (size_t p = 0; p < PARAMETERS; p++)
        bl_ramp_init(&filter->way[p], rate_hz / BL_BIQUAD_CHUNK, move_ms, (float)filter->goal[p]);
    bl_biquad_reset(filter);
}

static bool has_to_move(const bl_biquad *filter)
{
    bool moves = false;
    for (size_t p = 0; p < PARAMETERS; p++)
        moves = moves || filter->way[p].left;
    return moves;
}

/* At the beginning of a chunk, so that an idle filter stands there. */
static void find_identity(bl_biquad *filter)
{
    filter->identity =
        !filter->moving && filter->now[THROUGH] == 1 && filter->now[BAND] == 0 && filter->now[LOW] == 0;
    filter->idle = filter->identity;
}

void bl_biquad_set(bl_biquad *filter, const bl_biquad_params *params)
{
    read_params(params, filter->kind, filter->rate_hz, filter->goal);
    for (size_t p = 0; p < PARAMETERS; p++)
        bl_ramp_set(&filter->way[p], (float)filter->goal[p]);
    if (filter->identity) { /* nobody hears where it is */
        bl_ramp_jump(&filter->way[LOG_FREQUENCY]);
        bl_ramp_jump(&filter->way[LOG_Q]);
    }
    filter->idle = filter->idle && !has_to_move(filter);
}

/* An inactive filter forgets where it was last, which would be heard when it moves from there. */
void bl_biquad_reset(bl_biquad *filter)
{
    if (filter->goal[MIX] == 0 || (has_gain(filter->kind) && filter->goal[GAIN_DB] == 0))
        go_to_usual_place(filter->rate_hz, filter->goal);
    for (size_t p = 0; p < PARAMETERS; p++) {
        bl_ramp_set(&filter->way[p], (float)filter->goal[p]);
        bl_ramp_jump(&filter->way[p]);
    }
    filter->phase = 0;
    filter->moving = false;
    compute_next(filter, filter->goal);
    memcpy(filter->now, filter->next, sizeof filter->now);
    memset(filter->state, 0, sizeof filter->state);
    find_identity(filter);
}

static void move_parameters(bl_biquad *filter)
{
    double place[PARAMETERS];
    for (size_t p = 0; p < PARAMETERS; p++) {
        place[p] = bl_ramp_next(&filter->way[p]);
        if (!filter->way[p].left)
            place[p] = filter->goal[p]; /* the ramp's is only a float */
    }
    compute_next(filter, place);
    for (size_t i = 0; i < COEFFICIENTS; i++)
        filter->step[i] = (filter->next[i] - filter->now[i]) / BL_BIQUAD_CHUNK;
}

/* What happens once per chunk. */
static void begin_chunk(bl_biquad *filter)
{
    if (filter->moving)
        memcpy(filter->now, filter->next, sizeof filter->now);
    filter->moving = has_to_move(filter);
    if (filter->moving)
        move_parameters(filter);
    find_identity(filter);
    /* An identity hears nothing, so that what it becomes begins in silence. What is far below every sound is silence,
     * too: on its way to zero it would fall among the denormals, which are slow. And NaN must not stay. */
    for (size_t i = 0; i < 2; i++)
        for (size_t c = 0; c < BL_BIQUAD_CHANNELS; c++)
            if (filter->identity || !(fabs(filter->state[i][c]) >= 1e-30))
                filter->state[i][c] = 0;
}

/* A run within a chunk; channels and moving are constants where this is inlined. */
static inline void run(bl_biquad *filter, float *const *out, const float *const *in, size_t channels, size_t at,
                       size_t frames, bool moving)
{
    double k[COEFFICIENTS], s1[BL_BIQUAD_CHANNELS], s2[BL_BIQUAD_CHANNELS];
    memcpy(k, filter->now, sizeof k);
    memcpy(s1, filter->state[0], sizeof s1);
    memcpy(s2, filter->state[1], sizeof s2);
    for (size_t t = at; t < at + frames; t++) {
        for (size_t c = 0; c < channels; c++) {
            const double x = in[c][t], e = x - s2[c];
            out[c][t] = (float)(k[THROUGH] * x + k[BAND] * s1[c] + k[LOW] * s2[c]);
            s2[c] = s2[c] + k[TURN] * s1[c] + k[FEED] * e;
            s1[c] = k[KEEP] * s1[c] + k[TURN] * e;
        }
        for (size_t i = 0; moving && i < COEFFICIENTS; i++)
            k[i] += filter->step[i];
    }
    if (moving)
        memcpy(filter->now, k, sizeof k);
    memcpy(filter->state[0], s1, sizeof s1);
    memcpy(filter->state[1], s2, sizeof s2);
}

void bl_biquad_process(bl_biquad *filter, float *const *out, const float *const *in, size_t channels, size_t frames)
{
    for (size_t at = 0, part; at < frames; at += part) {
        if (!filter->phase && !filter->idle)
            begin_chunk(filter);
        const size_t rest = frames - at, chunk = BL_BIQUAD_CHUNK - filter->phase;
        part = filter->idle || rest < chunk ? rest : chunk;
        if (filter->identity) {
            for (size_t c = 0; c < channels; c++)
                if (out[c] != in[c])
                    memcpy(out[c] + at, in[c] + at, part * sizeof(float));
        } else if (channels == 1) {
            filter->moving ? run(filter, out, in, 1, at, part, true) : run(filter, out, in, 1, at, part, false);
        } else {
            filter->moving ? run(filter, out, in, 2, at, part, true) : run(filter, out, in, 2, at, part, false);
        }
        if (!filter->idle)
            filter->phase = (filter->phase + part) % BL_BIQUAD_CHUNK;
    }
}
