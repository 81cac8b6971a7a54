/* Every instruction set's affine kernel against the scalar one: random shapes with awkward edges, the
 * error bound of a sum, and guard values around the output. */
#include "test_support.h"

#include "kernels/kernels.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ROWS        19
#define MAX_SOURCES     7
#define MAX_SOURCE_ROWS 17
#define STRIDE          (BL_MAX_RUN + BL_ROW_PADDING + 16)
#define GUARD           12345.0f

#define OUTPUT (16 + MAX_ROWS * STRIDE) /* floats, with those before the first row */

typedef struct signals {
    float x[MAX_SOURCES][MAX_SOURCE_ROWS * STRIDE];
    float add[MAX_ROWS * STRIDE], plus[MAX_ROWS * STRIDE];
} signals;

typedef struct problem {
    size_t rows, source_count, source_rows[MAX_SOURCES], frames, in_rows;
    bool addend, sum;
    bl_activation_kind act;
    float weight[MAX_ROWS][1 + MAX_SOURCES * MAX_SOURCE_ROWS]; /* bias first */
    signals lane[2];
} problem;

/* What comes out, in two lanes; both have the distance that the signals have. */
typedef struct result {
    float y[OUTPUT], sum[OUTPUT];
    float rest[(sizeof(signals) - 2 * OUTPUT * sizeof(float)) / sizeof(float)];
} result;

static void make_problem(problem *p, bl_random *rng)
{
    static const size_t frames[] = { 1, 3, 4, 8, 15, 16, 17, 31, 48, 63, 64 };
    p->rows = 1 + bl_random_below(rng, MAX_ROWS);
    p->source_count = 1 + bl_random_below(rng, MAX_SOURCES);
    p->frames = frames[bl_random_below(rng, sizeof frames / sizeof *frames)];
    p->addend = bl_random_below(rng, 2);
    p->in_rows = 0;
    for (size_t s = 0; s < p->source_count; s++)
        p->in_rows += p->source_rows[s] = 1 + bl_random_below(rng, MAX_SOURCE_ROWS);
    p->sum = bl_random_below(rng, 2);
    static const bl_activation_kind acts[] = { BL_ACT_LINEAR, BL_ACT_TANH, BL_ACT_LEAKY_RELU, BL_ACT_SOFTSIGN };
    p->act = acts[bl_random_below(rng, 4)];
    bl_random_fill(rng, &p->weight[0][0], sizeof p->weight / sizeof(float), 1.0f);
    bl_random_fill(rng, &p->lane[0].x[0][0], sizeof p->lane / (sizeof(float)), 1.0f);
}

/* Runs the kernel with its own tiles, for so many lanes from the first one. Row o of the sum starts at
 * out->sum + 16 + o * STRIDE, of the output at y + o * STRIDE. */
static void run_to(const bl_kernels *k, const problem *p, size_t first_lane, size_t lanes, result *out,
                   const float *y)
{
    bl_tile tiles[MAX_ROWS];
    static float weights[MAX_ROWS * (1 + MAX_SOURCES * MAX_SOURCE_ROWS)];
    size_t tile_count = 0, used = 0;
    for (size_t row = 0; row < p->rows;) {
        const size_t left = p->rows - row, rows = left < k->tile_rows ? left : k->tile_rows;
        tiles[tile_count++] =
            (bl_tile){ (uint32_t)row, (uint32_t)rows, 0, (uint32_t)p->source_count, 0, (uint32_t)used };
        for (size_t i = 0; i <= p->in_rows; i++)
            for (size_t o = 0; o < rows; o++)
                weights[used++] = p->weight[row + o][i];
        row += rows;
    }
    const signals *in = &p->lane[first_lane];
    for (size_t lane = 0; lane < lanes; lane++)
        for (size_t i = 0; i < OUTPUT; i++)
            out[lane].y[i] = out[lane].sum[i] = GUARD;
    /* Places count from the lower one of the two pieces of memory. */
    float *memory = (const float *)in < out->y ? (float *)in : out->y;
    uint32_t places[BL_AT_INPUTS + MAX_SOURCES];
    bl_shape shapes[BL_AT_INPUTS + MAX_SOURCES];
    const float *at[BL_AT_INPUTS] = { y, in->add, out->sum + 16, in->plus };
    const bool there[BL_AT_INPUTS] = { true, p->addend, p->sum, p->sum };
    for (size_t i = 0; i < BL_AT_INPUTS; i++) {
        places[i] = (uint32_t)(at[i] - memory);
        shapes[i] = (bl_shape){ STRIDE, there[i] ? (uint32_t)p->rows : 0 };
    }
    for (size_t s = 0; s < p->source_count; s++) {
        places[BL_AT_INPUTS + s] = (uint32_t)(in->x[s] + s % 3 - memory); /* also unaligned */
        shapes[BL_AT_INPUTS + s] = (bl_shape){ STRIDE, (uint32_t)p->source_rows[s] };
    }
    const bl_affine affine = { .tiles = tiles,
                               .tile_count = tile_count,
                               .weights = weights,
                               .shapes = shapes,
                               .finish = p->sum || p->act != BL_ACT_LINEAR ? k->map[p->act] : NULL,
                               .act = { .kind = p->act, .a = 0.1f } };
    k->affine(&affine, &(const bl_lanes){ memory, lanes, sizeof(signals) / sizeof(float) }, places, p->frames);
}

static void run(const bl_kernels *k, const problem *p, size_t first_lane, size_t lanes, result *out)
{
    run_to(k, p, first_lane, lanes, out, out->y + 16);
}

/* Sum of the absolute terms: what the rounding errors of a sum scale with. */
static double magnitude(const problem *p, size_t row, size_t t)
{
    const signals *in = &p->lane[0];
    double sum = fabs((double)p->weight[row][0]) + (p->addend ? fabs((double)in->add[row * STRIDE + t]) : 0.0);
    for (size_t s = 0, i = 1; s < p->source_count; s++)
        for (size_t r = 0; r < p->source_rows[s]; r++, i++)
            sum += fabs((double)p->weight[row][i] * (double)in->x[s][s % 3 + r * STRIDE + t]);
    return sum;
}

/* Activations are exact to 5e-7 and never steeper than 1. */
static double tolerance_of(const problem *p, size_t row, size_t t)
{
    return 2.0 * (double)(p->in_rows + 2) * (FLT_EPSILON * 0.5) * magnitude(p, row, t) +
           (p->act != BL_ACT_LINEAR || p->sum ? 1e-6 : 0.0);
}

static double compare_rows(const bl_kernels *k, const problem *p, const float *want, const float *got)
{
    double worst = 0.0;
    for (size_t o = 0; o < p->rows; o++) {
        const float *row = got + 16 + o * STRIDE;
        for (size_t t = 0; t < p->frames; t++) {
            const double tolerance = tolerance_of(p, o, t);
            const double error = fabs((double)row[t] - (double)want[16 + o * STRIDE + t]);
            if (!(error <= tolerance)) /* also catches NaN */
                fail_msg("affine/%s rows=%zu in=%zu frames=%zu row %zu frame %zu: %g off, %g allowed",
                         bl_cpu_name(k->cpu), p->rows, p->in_rows, p->frames, o, t, error, tolerance);
            if (error / tolerance > worst)
                worst = error / tolerance;
        }
        for (size_t t = p->frames; t < STRIDE; t++)
            if (row[t] != GUARD)
                fail_msg("affine/%s frames=%zu wrote frame %zu", bl_cpu_name(k->cpu), p->frames, t);
    }
    for (size_t i = 0; i < 16; i++)
        if (got[i] != GUARD)
            fail_msg("affine/%s wrote before its output", bl_cpu_name(k->cpu));
    return worst;
}

static void vector_kernels_equal_the_scalar_one(void **state)
{
    (void)state;
    static problem p;
    static result want, got;
    bl_kernels scalar, k;
    bl_kernels_init(&scalar, BL_CPU_SCALAR);
    for (bl_cpu cpu = BL_CPU_SSE2; cpu <= BL_CPU_NEON; cpu++) {
        if (!bl_cpu_available(cpu))
            continue;
        bl_random rng = { 1 };
        double worst = 0.0;
        bl_kernels_init(&k, cpu);
        for (int round = 0; round < 1500; round++) {
            make_problem(&p, &rng);
            run(&scalar, &p, 0, 1, &want);
            run(&k, &p, 0, 1, &got);
            worst = fmax(worst, compare_rows(&k, &p, want.y, got.y));
            if (p.sum)
                worst = fmax(worst, compare_rows(&k, &p, want.sum, got.sum));
        }
        print_message("affine/%s: worst error is %.1f %% of the bound\n", bl_cpu_name(cpu), 100 * worst);
    }
}

static void assert_same_rows(const problem *p, const result *a, const result *b)
{
    for (size_t o = 0; o < p->rows; o++) {
        const size_t row = 16 + o * STRIDE;
        assert_memory_equal(a->y + row, b->y + row, p->frames * sizeof(float));
        if (p->sum)
            assert_memory_equal(a->sum + row, b->sum + row, p->frames * sizeof(float));
    }
}

/* A frame's value must not depend on where in a vector, or in which run, it is computed. */
static void frames_do_not_depend_on_each_other(void **state)
{
    (void)state;
    static problem p;
    static result whole, part;
    for (bl_cpu cpu = BL_CPU_SCALAR; cpu <= BL_CPU_NEON; cpu++) {
        if (!bl_cpu_available(cpu))
            continue;
        bl_random rng = { 2 };
        bl_kernels k;
        bl_kernels_init(&k, cpu);
        for (int round = 0; round < 300; round++) {
            make_problem(&p, &rng);
            p.frames = 64;
            run(&k, &p, 0, 1, &whole);
            for (p.frames = 1; p.frames < 64; p.frames += 1 + p.frames / 3) {
                run(&k, &p, 0, 1, &part);
                assert_same_rows(&p, &whole, &part);
            }
        }
    }
}

/* Two lanes at once give what each gives alone. */
static void lanes_do_not_depend_on_each_other(void **state)
{
    (void)state;
    static problem p;
    static result both[2], alone;
    for (bl_cpu cpu = BL_CPU_SCALAR; cpu <= BL_CPU_NEON; cpu++) {
        if (!bl_cpu_available(cpu))
            continue;
        bl_random rng = { 3 };
        bl_kernels k;
        bl_kernels_init(&k, cpu);
        for (int round = 0; round < 300; round++) {
            make_problem(&p, &rng);
            run(&k, &p, 0, 2, both);
            for (size_t lane = 0; lane < 2; lane++) {
                run(&k, &p, lane, 1, &alone);
                assert_same_rows(&p, &both[lane], &alone);
            }
        }
    }
}

/* A single tile may write where it has read: here over source s, whose frames stand s % 3 further on. */
static void check_in_place(const bl_kernels *k, problem *p)
{
    static result apart[2], sums[2];
    run(k, p, 0, 2, apart);
    float *over = p->lane[0].x[p->source_count - 1];
    run_to(k, p, 0, 2, sums, over);
    for (size_t lane = 0; lane < 2; lane++) {
        memcpy(sums[lane].y + 16, over + lane * (sizeof(signals) / sizeof(float)),
               p->rows * STRIDE * sizeof(float));
        assert_same_rows(p, &apart[lane], &sums[lane]);
    }
}

static void one_tile_reads_before_it_writes(void **state)
{
    (void)state;
    static problem p;
    for (bl_cpu cpu = BL_CPU_SCALAR; cpu <= BL_CPU_NEON; cpu++) {
        if (!bl_cpu_available(cpu))
            continue;
        bl_random rng = { 4 };
        bl_kernels k;
        bl_kernels_init(&k, cpu);
        for (int round = 0; round < 300; round++) {
            make_problem(&p, &rng);
            p.rows = 1 + p.rows % k.tile_rows;
            check_in_place(&k, &p);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vector_kernels_equal_the_scalar_one),
        cmocka_unit_test(frames_do_not_depend_on_each_other),
        cmocka_unit_test(lanes_do_not_depend_on_each_other),
        cmocka_unit_test(one_tile_reads_before_it_writes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
