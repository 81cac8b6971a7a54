/* LSTM and GRU, frame after frame, units in lanes. A frame waits for the one before, so that it takes as long as
 * its longest chain of operations. Therefore:
 *   - what does not depend on the state, the input's part of the next frame, stands where the chain waits;
 *   - two vectors of units go side by side, the second a bit later, so that their chains overlap;
 *   - activations stay fractions as long as possible: a division takes as long as four products. */

#include "kernels/vector_units.h"

#include <stdbool.h>
#include <string.h>

#define NOINLINE static __attribute__((noinline))

/* Keeps the compiler from knowing that p is what it was before: it would hold what was loaded from there in
 * registers that the sums need. */
#define FORGET(p) __asm__ volatile("" : "+r"(p))

/* Units of up to two vectors are computed together. */
#define STEP_UNITS (2 * VU_LEN)
#define MOST_SUMS  8

/* Floats of weights that fit into the nearest cache (32 KiB on most cores) with what else is in use. */
#define NEAR_FLOATS (28 * 1024 / sizeof(float))

/* top / bottom, not divided yet. */
typedef struct fraction {
    VU top, bottom;
} fraction;

/* 1 / (1 + 2^x). With n = round(x), r = x - n and tanh(r ln(2) / 2) = odd / even, 2^x is
 * 2^n (even + odd) / (even - odd). Fitted by us, 5.4e-10 before rounding. Absolute error < 1e-7. */
ALWAYS_INLINE fraction sigmoid_of(VU x)
{
    const VU magic = vu_set1(12582912.0f); /* see exp_bounded() */
    x = vu_max(vu_min(x, vu_set1(30.0f)), vu_set1(-30.0f));
    const VU n = vu_add(x, magic);
    const VU r = vu_sub(x, vu_sub(n, magic)), t = vu_mul(r, r);
    const VU even = vu_fma(t, vu_set1(17.330879f), vu_set1(360.79706f));
    const VU odd = vu_mul(r, vu_add(t, vu_set1(125.042734f)));
    const VU top = vu_sub(even, odd);
    return (fraction){ top, vu_add(top, vu_exp2_scale(vu_add(even, odd), n)) };
}

/* x P(x^2) / Q(x^2), of degree 3 and 4, fitted by us for the least largest relative error on |x| <= 8 (1.5e-7
 * before rounding); beyond, tanh is 1 to within 2.3e-7. Absolute and relative error < 5e-7. */
ALWAYS_INLINE fraction tanh_of(VU x)
{
    const VU t = vu_min(vu_mul(x, x), vu_set1(64.0f)), t2 = vu_mul(t, t);
    const VU bounded = vu_max(vu_min(x, vu_set1(8.0f)), vu_set1(-8.0f));
    const VU q2 = vu_fma(t, vu_set1(2.3866934e-4f), vu_set1(2.38155596e-2f));
    const VU p2 = vu_fma(t, vu_set1(1.14284361e-5f), vu_set1(2.95102506e-3f));
    const VU p0 = vu_fma(t, vu_set1(1.29256642e-1f), vu_set1(9.9999985e-1f));
    const VU q0 = vu_fma(t, vu_set1(4.62588798e-1f), vu_set1(1.0f));
    const VU q4 = vu_fma(t2, vu_set1(2.45921469e-7f), q2);
    return (fraction){ vu_mul(bounded, vu_fma(p2, t2, p0)), vu_fma(q4, t2, q0) };
}

/* One or two vectors of units at one frame. */
typedef struct step {
    const float *weights_h[2], *weights_x[2]; /* of each vector's first unit */
    size_t group[2];                          /* floats from gate to gate there */
    size_t hidden, inputs, x_stride;
    const float *bias_h;    /* from here on, of the first unit */
    const float *h, *old_h; /* of all units; of these */
    float *new_h, *c;
    float *start;        /* what the sums of this frame start with: the input's part */
    const float *next_x; /* the next frame of the input */
} step;

/* sums += a column of weights * v for vectors FIRST .. LAST - 1 of N; w goes on to the next column. */
ALWAYS_INLINE void add_column(const int GATES, const int N, const int FIRST, const int LAST, VU *sums,
                              const float **w, const size_t *group, VU v)
{
    UNROLL
    for (int g = 0; g < GATES; g++) {
        UNROLL
        for (int k = FIRST; k < LAST; k++) {
            sums[g * N + k] = vu_fma(vu_load(w[k]), v, sums[g * N + k]);
            w[k] += group[k];
        }
    }
}

/* sums += the products of 4 * quads columns. With two PARTS, odd columns have sums of their own at first, which
 * hides the latency of the multiply-adds where few sums do not. */
ALWAYS_INLINE void add_quads(const int GATES, const int N, const int FIRST, const int LAST, const int PARTS,
                             VU *sums, const float **w, const size_t *group, const float *h, size_t quads)
{
    VU part[MOST_SUMS], odd[MOST_SUMS];
    UNROLL
    for (int i = 0; i < GATES * N; i++) {
        part[i] = sums[i];
        odd[i] = vu_set1(0.0f);
    }
    VU *const second = PARTS == 2 ? odd : part;
    for (size_t i = 0; i < quads; i++) {
        const VU q = vu_load_quad(h + 4 * i);
        add_column(GATES, N, FIRST, LAST, part, w, group, vu_splat(q, 0));
        add_column(GATES, N, FIRST, LAST, second, w, group, vu_splat(q, 1));
        add_column(GATES, N, FIRST, LAST, part, w, group, vu_splat(q, 2));
        add_column(GATES, N, FIRST, LAST, second, w, group, vu_splat(q, 3));
    }
    UNROLL
    for (int g = 0; g < GATES; g++) {
        UNROLL
        for (int k = FIRST; k < LAST; k++)
            sums[g * N + k] = PARTS == 2 ? vu_add(part[g * N + k], odd[g * N + k]) : part[g * N + k];
    }
}

/* Columns in the last part of a product, which the second vector gets after the first. */
#define LAST_QUADS 2

/* sums += weights_h * h. The units that were computed last are the last columns: they may not be there yet when
 * everything else is. The first vector gets them first, so that its activations begin while the second waits. */
ALWAYS_INLINE void add_state(const int GATES, const int N, VU *sums, const step *s, const size_t *group)
{
    const size_t quads = s->hidden / 4;
    const size_t last = N == 1 ? quads : quads < LAST_QUADS ? quads : LAST_QUADS;
    const float *w[2] = { s->weights_h[0], s->weights_h[1] }, *h = s->h;
    if (N > 1)
        add_quads(GATES, N, 0, N, 1, sums, w, group, h, quads - last);
    h += 4 * (quads - last);
    UNROLL
    for (int k = 0; k < N; k++) {
        FORGET(h);
        add_quads(GATES, N, k, k + 1, 2, sums, w, group, h, last);
    }
    for (size_t c = 4 * quads; c < s->hidden; c++)
        add_column(GATES, N, 0, N, sums, w, group, vu_set1(s->h[c]));
}

/* start = bias + weights_x * next_x, the bias being the first column. */
ALWAYS_INLINE void start_next(const int GATES, const int N, const step *s, const size_t *group)
{
    const float *w[2] = { s->weights_x[0], s->weights_x[1] };
    VU sums[MOST_SUMS];
    UNROLL
    for (int i = 0; i < GATES * N; i++) {
        sums[i] = vu_load(w[i % N]);
        w[i % N] += group[i % N];
    }
    for (size_t i = 0; i < s->inputs; i++)
        add_column(GATES, N, 0, N, sums, w, group, vu_set1(s->next_x[i * s->x_stride]));
    UNROLL
    for (int i = 0; i < GATES * N; i++)
        vu_store(s->start + i * VU_LEN, sums[i]);
}

ALWAYS_INLINE void load_start(const int SUMS, VU *sums, const step *s)
{
    UNROLL
    for (int i = 0; i < SUMS; i++)
        sums[i] = vu_load(s->start + i * VU_LEN);
}

ALWAYS_INLINE void lstm_step(const int N, const step *s, const size_t *group)
{
    VU sums[MOST_SUMS], cell[2];
    load_start(4 * N, sums, s);
    add_state(4, N, sums, s, group);
    UNROLL
    for (int k = 0; k < N; k++) {
        const fraction new = tanh_of(sums[2 * N + k]), in = sigmoid_of(sums[k]), keep = sigmoid_of(sums[N + k]);
        const VU added = vu_div(vu_mul(in.top, new.top), vu_mul(in.bottom, new.bottom));
        const VU kept = vu_div(vu_mul(keep.top, vu_load(s->c + k * VU_LEN)), keep.bottom);
        cell[k] = vu_add(added, kept);
    }
    start_next(4, N, s, group);
    UNROLL
    for (int k = 0; k < N; k++) {
        const fraction show = sigmoid_of(sums[3 * N + k]), squashed = tanh_of(cell[k]);
        vu_store(s->c + k * VU_LEN, cell[k]);
        vu_store(s->new_h + k * VU_LEN,
                 vu_div(vu_mul(show.top, squashed.top), vu_mul(show.bottom, squashed.bottom)));
    }
}

ALWAYS_INLINE void gru_step(const int N, const step *s, const size_t *group)
{
    VU start[MOST_SUMS], sums[MOST_SUMS], new[2];
    load_start(3 * N, start, s);
    UNROLL
    for (int k = 0; k < N; k++) {
        sums[k] = start[k];
        sums[N + k] = start[N + k];
        sums[2 * N + k] = vu_load(s->bias_h + k * VU_LEN);
    }
    add_state(3, N, sums, s, group);
    UNROLL
    for (int k = 0; k < N; k++) {
        const fraction reset = sigmoid_of(sums[k]);
        new[k] = vu_fma(vu_div(reset.top, reset.bottom), sums[2 * N + k], start[2 * N + k]);
    }
    start_next(3, N, s, group);
    UNROLL
    for (int k = 0; k < N; k++) {
        const fraction keep = sigmoid_of(sums[N + k]), squashed = tanh_of(new[k]);
        const VU kept = vu_div(keep.top, keep.bottom), taken = vu_sub(vu_set1(1.0f), kept);
        const VU old = vu_mul(kept, vu_load(s->old_h + k * VU_LEN));
        vu_store(s->new_h + k * VU_LEN, vu_fma(taken, vu_div(squashed.top, squashed.bottom), old));
    }
}

ALWAYS_INLINE void one_step(const int GATES, const bool START, const int N, const step *s, const size_t *group)
{
    if (START)
        start_next(GATES, N, s, group);
    else if (GATES == 4)
        lstm_step(N, s, group);
    else
        gru_step(N, s, group);
}

/* A layer at work, and where its memory is (kernels.h). */
typedef struct run {
    const bl_recurrent *layer;
    size_t rows;    /* of h with its padding */
    float *history; /* rows of h, one per frame */
    float *c, *start;
} run;

ALWAYS_INLINE step step_at(const int GATES, const run *r, size_t unit, const float *h, float *new_h, bl_rows next_x)
{
    const bl_recurrent *layer = r->layer;
    step s = { .hidden = layer->hidden,
               .inputs = layer->inputs,
               .x_stride = next_x.stride,
               .bias_h = GATES == 3 ? layer->bias_h + unit : NULL,
               .h = h,
               .old_h = h + unit,
               .new_h = new_h + unit,
               .c = r->c + unit,
               .start = r->start + GATES * unit,
               .next_x = next_x.x };
    for (size_t k = 0; k < 2; k++, unit += VU_LEN) {
        const size_t lane = unit % BL_UNIT_GROUP, before = unit - lane, left = layer->hidden - before;
        s.weights_h[k] = layer->weights_h + GATES * before * layer->hidden + lane;
        s.weights_x[k] = layer->weights_x + GATES * before * (1 + layer->inputs) + lane;
        s.group[k] = left < BL_UNIT_GROUP ? left : BL_UNIT_GROUP;
    }
    return s;
}

/* The units from `unit` on; or only what their sums start with. Full groups have a constant distance between gates,
 * which saves registers for addresses. */
ALWAYS_INLINE void step_from(const int GATES, const bool START, const run *r, size_t unit, const float *h,
                             float *new_h, bl_rows next_x)
{
    static const size_t full[2] = { BL_UNIT_GROUP, BL_UNIT_GROUP };
    const step s = step_at(GATES, r, unit, h, new_h, next_x);
    const size_t left = r->layer->hidden - unit;
    if (left >= STEP_UNITS)
        one_step(GATES, START, 2, &s, full);
    else if (left > VU_LEN)
        one_step(GATES, START, 2, &s, s.group);
    else if (left == BL_UNIT_GROUP)
        one_step(GATES, START, 1, &s, full);
    else
        one_step(GATES, START, 1, &s, s.group);
}

/* One frame. Weights that do not fit into the nearest cache are read backwards every other time: then what was read
 * last, and is still there, comes first. */
ALWAYS_INLINE void run_frame(const int GATES, const bool START, const run *r, const float *h, float *new_h,
                             bl_rows next_x, bool backwards)
{
    const size_t hidden = r->layer->hidden, last = (hidden - 1) / STEP_UNITS * STEP_UNITS;
    for (size_t unit = 0; unit <= last; unit += STEP_UNITS)
        step_from(GATES, START, r, backwards ? last - unit : unit, h, new_h, next_x);
}

NOINLINE void start_lstm(const run *r, bl_rows x)
{
    run_frame(4, true, r, r->history, r->history, x, false);
}

NOINLINE void start_gru(const run *r, bl_rows x)
{
    run_frame(3, true, r, r->history, r->history, x, false);
}

/* out[unit][t] = h[t][unit] */
ALWAYS_INLINE void scatter(bl_out out, const float *h, size_t rows, size_t hidden, size_t frames)
{
    size_t i = 0;
    if (frames == 4)
        for (; i + 4 <= hidden; i += 4)
            quad_transpose(out.y + i * out.stride, out.stride, h + i, rows);
    for (; i < hidden; i++)
        for (size_t t = 0; t < frames; t++)
            out.y[i * out.stride + t] = h[t * rows + i];
}

ALWAYS_INLINE void recurrent(const int GATES, bl_out out, bl_rows x, const bl_recurrent *layer, float *state,
                             size_t frames)
{
    const size_t rows = bl_recurrent_rows(layer->hidden);
    float *const c = state + rows, *const history = c + rows, *const start = history + 4 * rows;
    const run r = { layer, rows, history, c, start };
    const bool large = GATES * layer->hidden * (1 + layer->inputs + layer->hidden) > NEAR_FLOATS;
    const float *h = state;
    if (frames && GATES == 4)
        start_lstm(&r, x);
    else if (frames)
        start_gru(&r, x);
    for (size_t t = 0; t < frames;) {
        float *const new_h = history + t % 4 * rows;
        x.x += t + 1 < frames; /* the last frame has no next one; any will do */
        run_frame(GATES, false, &r, h, new_h, x, t % 2 && large);
        h = new_h;
        t++;
        if (t % 4 == 0 || t == frames) {
            const size_t first = (t - 1) / 4 * 4;
            scatter((bl_out){ out.y + first, out.stride }, history, rows, layer->hidden, t - first);
        }
    }
    if (frames)
        memcpy(state, h, rows * sizeof *h);
}

static void lstm(bl_out out, bl_rows x, const bl_recurrent *layer, float *state, size_t frames)
{
    recurrent(4, out, x, layer, state, frames);
}

static void gru(bl_out out, bl_rows x, const bl_recurrent *layer, float *state, size_t frames)
{
    recurrent(3, out, x, layer, state, frames);
}
