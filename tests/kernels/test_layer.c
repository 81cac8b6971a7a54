/* Every instruction set's layers against those of the scalar kernels: all numbers of rows and activations that have
 * one, random taps, the error bound of two sums, guard values around what is written. */
#include "test_support.h"

#include "kernels/kernels.h"

#include <float.h>
#include <math.h>

#define MAX_ROWS    8
#define MAX_SOURCES 9 /* taps and single rows */
#define STRIDE      (BL_MAX_RUN + BL_ROW_PADDING + 16)
#define ROWS_FLOATS (16 + MAX_ROWS * STRIDE) /* with those before the first row */
#define GUARD       12345.0f

/* One lane's memory: what is read, then what is written. */
typedef struct lane {
    float x[MAX_SOURCES][ROWS_FLOATS];
    float add[ROWS_FLOATS], plus[ROWS_FLOATS];
    float y[ROWS_FLOATS], sum[ROWS_FLOATS];
} lane;

typedef struct problem {
    size_t rows, taps, source_count, frames;
    bool sum, plus;
    bl_activation act;
    float weight[MAX_ROWS][1 + MAX_SOURCES * MAX_ROWS], mix[MAX_ROWS][1 + MAX_ROWS]; /* biases first */
    lane lanes[2];
} problem;

static const bl_activation_kind acts[] = { BL_ACT_TANH, BL_ACT_RELU, BL_ACT_LEAKY_RELU };

static size_t source_rows(const problem *p, size_t s)
{
    return s < p->taps ? p->rows : 1;
}

static size_t in_rows(const problem *p)
{
    return p->taps * p->rows + p->source_count - p->taps;
}

static void make_problem(problem *p, bl_random *rng, size_t rows, bl_activation_kind act)
{
    static const size_t frames[] = { 1, 3, 4, 8, 15, 16, 17, 31, 32, 33, 48, 63, 64 };
    p->rows = rows;
    p->act = (bl_activation){ .kind = act, .a = 0.1f };
    p->source_count = 1 + bl_random_below(rng, MAX_SOURCES);
    p->taps = p->source_count - bl_random_below(rng, p->source_count < 3 ? p->source_count + 1 : 3);
    p->frames = frames[bl_random_below(rng, sizeof frames / sizeof *frames)];
    p->sum = bl_random_below(rng, 4);
    p->plus = bl_random_below(rng, 2);
    bl_random_fill(rng, &p->weight[0][0], sizeof p->weight / sizeof(float), 0.5f);
    bl_random_fill(rng, &p->mix[0][0], sizeof p->mix / sizeof(float), 1.0f);
    bl_random_fill(rng, p->lanes[0].x[0], sizeof p->lanes / (sizeof(float)), 1.0f);
}

/* Packs rows of values, bias first, into tiles; returns how many. */
static size_t pack(const bl_kernels *k, const problem *p, const float *values, size_t stride, size_t columns,
                   bl_tile *tiles, float *weights, size_t *used)
{
    size_t count = 0;
    for (size_t row = 0, rows; row < p->rows; row += rows) {
        rows = p->rows - row < k->tile_rows ? p->rows - row : k->tile_rows;
        tiles[count++] =
            (bl_tile){ (uint32_t)row,     (uint32_t)rows, 0, columns == in_rows(p) ? (uint32_t)p->source_count : 0,
                       (uint32_t)p->taps, (uint32_t)*used };
        for (size_t i = 0; i <= columns; i++)
            for (size_t o = row; o < row + rows; o++)
                weights[(*used)++] = values[o * stride + i];
    }
    return count;
}

/* Runs the layer in place, for so many lanes from the first one; rows start at 16 + o * STRIDE. */
static void run(const bl_kernels *k, problem *p, size_t first_lane, size_t lanes)
{
    bl_tile tiles[MAX_ROWS], mix[MAX_ROWS];
    static float weights[(sizeof p->weight + sizeof p->mix) / sizeof(float)];
    size_t used = 0;
    const size_t tile_count =
        pack(k, p, p->weight[0], 1 + MAX_SOURCES * MAX_ROWS, in_rows(p), tiles, weights, &used);
    pack(k, p, p->mix[0], 1 + MAX_ROWS, p->rows, mix, weights, &used);
    float *memory = p->lanes[first_lane].x[0];
    for (size_t i = 0; i < lanes; i++)
        for (size_t j = 0; j < ROWS_FLOATS; j++)
            p->lanes[first_lane + i].y[j] = p->lanes[first_lane + i].sum[j] = GUARD;
    const float *at[BL_AT_INPUTS] = { p->lanes[first_lane].y, p->lanes[first_lane].add, p->lanes[first_lane].sum,
                                      p->lanes[first_lane].plus };
    const bool there[BL_AT_INPUTS] = { true, true, p->sum, p->sum && p->plus };
    uint32_t places[BL_AT_INPUTS + MAX_SOURCES];
    bl_shape shapes[BL_AT_INPUTS + MAX_SOURCES];
    for (size_t i = 0; i < BL_AT_INPUTS; i++) {
        places[i] = (uint32_t)(at[i] + 16 - memory);
        shapes[i] = (bl_shape){ STRIDE, there[i] ? (uint32_t)p->rows : 0 };
    }
    for (size_t s = 0; s < p->source_count; s++) {
        places[BL_AT_INPUTS + s] = (uint32_t)(p->lanes[first_lane].x[s] + 16 - s % 3 - memory); /* also unaligned */
        shapes[BL_AT_INPUTS + s] = (bl_shape){ STRIDE, (uint32_t)source_rows(p, s) };
    }
    const bl_affine layer = {
        .tiles = tiles, .mix = mix, .tile_count = tile_count, .weights = weights, .shapes = shapes, .act = p->act
    };
    k->layer(p->act.kind, p->rows)(&layer, &(const bl_lanes){ memory, lanes, sizeof(lane) / sizeof(float) }, places,
                                   p->frames);
}

/* What the rounding errors of row o of the first product scale with: the sum of the absolute terms. */
static double magnitude(const problem *p, const lane *l, size_t o, size_t t)
{
    double sum = fabs((double)p->weight[o][0]);
    for (size_t s = 0, i = 1; s < p->source_count; s++)
        for (size_t r = 0; r < source_rows(p, s); r++, i++)
            sum += fabs((double)p->weight[o][i] * (double)l->x[s][16 - s % 3 + r * STRIDE + t]);
    return sum;
}

/* Activations are exact to 5e-7 and never steeper than 1. */
static double value_tolerance(const problem *p, const lane *l, size_t o, size_t t)
{
    return 2.0 * (double)(in_rows(p) + 2) * (FLT_EPSILON * 0.5) * magnitude(p, l, o, t) + 1e-6;
}

/* What the values' errors become in the second product, and its own. */
static double output_tolerance(const problem *p, const lane *l, size_t o, size_t t)
{
    double carried = 0.0, terms = fabs((double)p->mix[o][0]) + 1.0;
    for (size_t r = 0; r < p->rows; r++) {
        carried += fabs((double)p->mix[o][1 + r]) * value_tolerance(p, l, r, t);
        terms += fabs((double)p->mix[o][1 + r]) * magnitude(p, l, r, t);
    }
    return carried + 2.0 * (double)(p->rows + 2) * (FLT_EPSILON * 0.5) * terms;
}

typedef double tolerance_fn(const problem *p, const lane *l, size_t o, size_t t);

/* Returns the worst error as a part of what is allowed. */
static double compare(const bl_kernels *k, const problem *p, tolerance_fn *tolerance_of, const float *want,
                      const float *got, const char *what)
{
    double worst = 0.0;
    for (size_t o = 0; o < p->rows; o++)
        for (size_t t = 0; t < p->frames; t++) {
            const size_t at = 16 + o * STRIDE + t;
            const double tolerance = tolerance_of(p, &p->lanes[0], o, t);
            const double error = fabs((double)got[at] - (double)want[at]);
            if (!(error <= tolerance)) /* also catches NaN */
                fail_msg("layer/%s %s: %zu rows, %zu taps of %zu sources, activation %d, %zu frames, row %zu frame "
                         "%zu: %g off, %g allowed",
                         bl_cpu_name(k->cpu), what, p->rows, p->taps, p->source_count, (int)p->act.kind, p->frames,
                         o, t, error, tolerance);
            worst = fmax(worst, error / tolerance);
        }
    return worst;
}

/* Nothing is written but the frames of the run. */
static void assert_guards(const bl_kernels *k, const problem *p, const float *rows, bool written)
{
    for (size_t i = 0; i < ROWS_FLOATS; i++) {
        const size_t o = i < 16 ? MAX_ROWS : (i - 16) / STRIDE, t = i < 16 ? 0 : (i - 16) % STRIDE;
        if ((!written || o >= p->rows || t >= p->frames) && rows[i] != GUARD)
            fail_msg("layer/%s: %zu rows, %zu frames: wrote row %zu, frame %zu", bl_cpu_name(k->cpu), p->rows,
                     p->frames, o, t);
    }
}

typedef void case_fn(const bl_kernels *k, problem *p);

/* `rounds` problems for every number of rows and activation that an instruction set has a layer for. */
static void for_all(bl_cpu first, case_fn *holds, size_t rounds)
{
    static problem p;
    for (bl_cpu cpu = first; cpu <= BL_CPU_NEON; cpu++) {
        if (!bl_cpu_available(cpu))
            continue;
        bl_random rng = { 1 };
        bl_kernels k;
        bl_kernels_init(&k, cpu);
        for (size_t rows = 1; rows <= MAX_ROWS; rows++)
            for (size_t act = 0; act < sizeof acts / sizeof *acts; act++)
                for (size_t round = 0; k.layer(acts[act], rows) && round < rounds; round++) {
                    make_problem(&p, &rng, rows, acts[act]);
                    holds(&k, &p);
                }
    }
}

static double worst_error;

static void equals_scalar(const bl_kernels *k, problem *p)
{
    static lane want;
    bl_kernels scalar;
    bl_kernels_init(&scalar, BL_CPU_SCALAR);
    run(&scalar, p, 0, 1);
    want = p->lanes[0];
    run(k, p, 0, 1);
    const lane *got = &p->lanes[0];
    worst_error = fmax(worst_error, compare(k, p, output_tolerance, want.y, got->y, "output"));
    if (p->sum)
        worst_error = fmax(worst_error, compare(k, p, value_tolerance, want.sum, got->sum, "sum"));
    assert_guards(k, p, got->y, true);
    assert_guards(k, p, got->sum, p->sum);
}

static void assert_same(const problem *p, const lane *a, const lane *b)
{
    for (size_t o = 0; o < p->rows; o++) {
        const size_t row = 16 + o * STRIDE;
        assert_memory_equal(a->y + row, b->y + row, p->frames * sizeof(float));
        if (p->sum)
            assert_memory_equal(a->sum + row, b->sum + row, p->frames * sizeof(float));
    }
}

/* A frame's value must not depend on where in a vector, or in which run, it is computed. */
static void frames_are_independent(const bl_kernels *k, problem *p)
{
    static lane whole;
    p->frames = 64;
    run(k, p, 0, 1);
    whole = p->lanes[0];
    for (p->frames = 1; p->frames < 64; p->frames += 1 + p->frames / 3) {
        run(k, p, 0, 1);
        assert_same(p, &whole, &p->lanes[0]);
    }
}

/* Two lanes at once give what each gives alone. */
static void lanes_are_independent(const bl_kernels *k, problem *p)
{
    static lane both[2];
    run(k, p, 0, 2);
    both[0] = p->lanes[0];
    both[1] = p->lanes[1];
    for (size_t i = 0; i < 2; i++) {
        run(k, p, i, 1);
        assert_same(p, &both[i], &p->lanes[i]);
    }
}

static void vector_kernels_equal_the_scalar_one(void **state)
{
    (void)state;
    for_all(BL_CPU_SSE2, equals_scalar, bl_test_effort(60));
    print_message("layer: worst error is %.1f %% of the bound\n", 100 * worst_error);
}

static void frames_do_not_depend_on_each_other(void **state)
{
    (void)state;
    for_all(BL_CPU_SCALAR, frames_are_independent, bl_test_effort(20));
}

static void lanes_do_not_depend_on_each_other(void **state)
{
    (void)state;
    for_all(BL_CPU_SCALAR, lanes_are_independent, bl_test_effort(40));
}

/* Else the tests above would hold for nothing. */
static void there_are_layers(void **state)
{
    (void)state;
    for (bl_cpu cpu = BL_CPU_SCALAR; cpu <= BL_CPU_NEON; cpu++) {
        bl_kernels k;
        if (!bl_cpu_available(cpu))
            continue;
        bl_kernels_init(&k, cpu);
        for (size_t rows = 1; rows <= 6; rows++)
            for (size_t act = 0; act < sizeof acts / sizeof *acts; act++)
                assert_non_null(k.layer(acts[act], rows));
        assert_null(k.layer(BL_ACT_GELU, 4));
        assert_null(k.layer(BL_ACT_TANH, MAX_ROWS + 1));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_are_layers),
        cmocka_unit_test(vector_kernels_equal_the_scalar_one),
        cmocka_unit_test(frames_do_not_depend_on_each_other),
        cmocka_unit_test(lanes_do_not_depend_on_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
