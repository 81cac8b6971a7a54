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

typedef struct problem {
    size_t rows, source_count, source_rows[MAX_SOURCES], frames, in_rows;
    bool addend;
    float x[MAX_SOURCES][MAX_SOURCE_ROWS * STRIDE];
    float weight[MAX_ROWS][1 + MAX_SOURCES * MAX_SOURCE_ROWS]; /* bias first */
    float add[MAX_ROWS * STRIDE];
} problem;

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
    bl_random_fill(rng, &p->x[0][0], sizeof p->x / sizeof(float), 1.0f);
    bl_random_fill(rng, &p->weight[0][0], sizeof p->weight / sizeof(float), 1.0f);
    bl_random_fill(rng, p->add, sizeof p->add / sizeof(float), 1.0f);
}

/* Runs the kernel with its own tiles; output row o starts at y + 16 + o * STRIDE. */
static void run(const bl_kernels *k, const problem *p, float *y)
{
    bl_tile tiles[MAX_ROWS];
    static float weights[MAX_ROWS * (1 + MAX_SOURCES * MAX_SOURCE_ROWS)];
    size_t tile_count = 0, used = 0;
    for (size_t row = 0; row < p->rows;) {
        const size_t left = p->rows - row, rows = left < k->tile_rows ? left : k->tile_rows;
        tiles[tile_count++] = (bl_tile){ row, rows, 0, p->source_count, used };
        for (size_t i = 0; i <= p->in_rows; i++)
            for (size_t o = 0; o < rows; o++)
                weights[used++] = p->weight[row + o][i];
        row += rows;
    }
    bl_rows sources[MAX_SOURCES];
    for (size_t s = 0; s < p->source_count; s++)
        sources[s] = (bl_rows){ p->x[s] + s % 3, STRIDE, p->source_rows[s] }; /* also unaligned */
    for (size_t i = 0; i < 16 + MAX_ROWS * STRIDE; i++)
        y[i] = GUARD;
    k->affine((bl_out){ y + 16, STRIDE }, p->addend ? p->add : NULL, STRIDE,
              &(bl_affine){ tiles, tile_count, weights }, sources, p->frames);
}

/* Sum of the absolute terms: what the rounding errors of a sum scale with. */
static double magnitude(const problem *p, size_t row, size_t t)
{
    double sum = fabs((double)p->weight[row][0]) + (p->addend ? fabs((double)p->add[row * STRIDE + t]) : 0.0);
    for (size_t s = 0, i = 1; s < p->source_count; s++)
        for (size_t r = 0; r < p->source_rows[s]; r++, i++)
            sum += fabs((double)p->weight[row][i] * (double)p->x[s][s % 3 + r * STRIDE + t]);
    return sum;
}

static double compare(const bl_kernels *k, const problem *p, const float *want, const float *got)
{
    double worst = 0.0;
    for (size_t o = 0; o < p->rows; o++) {
        const float *row = got + 16 + o * STRIDE;
        for (size_t t = 0; t < p->frames; t++) {
            const double tolerance = 2.0 * (double)(p->in_rows + 2) * (FLT_EPSILON * 0.5) * magnitude(p, o, t);
            const double error = fabs((double)row[t] - (double)want[16 + o * STRIDE + t]);
            if (!(error <= tolerance)) /* also catches NaN */
                fail_msg("affine/%s rows=%zu in=%zu frames=%zu row %zu frame %zu: %g off, %g allowed",
                         bl_cpu_name(k->cpu), p->rows, p->in_rows, p->frames, o, t, error, tolerance);
            if (error / tolerance > worst)
                worst = error / tolerance;
        }
        for (size_t t = p->frames + BL_ROW_PADDING; t < STRIDE; t++)
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
    static float want[16 + MAX_ROWS * STRIDE], got[16 + MAX_ROWS * STRIDE];
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
            run(&scalar, &p, want);
            run(&k, &p, got);
            worst = fmax(worst, compare(&k, &p, want, got));
        }
        print_message("affine/%s: worst error is %.1f %% of the bound\n", bl_cpu_name(cpu), 100 * worst);
    }
}

/* A frame's value must not depend on where in a vector, or in which run, it is computed. */
static void frames_do_not_depend_on_each_other(void **state)
{
    (void)state;
    static problem p;
    static float whole[16 + MAX_ROWS * STRIDE], part[16 + MAX_ROWS * STRIDE];
    for (bl_cpu cpu = BL_CPU_SCALAR; cpu <= BL_CPU_NEON; cpu++) {
        if (!bl_cpu_available(cpu))
            continue;
        bl_random rng = { 2 };
        bl_kernels k;
        bl_kernels_init(&k, cpu);
        for (int round = 0; round < 300; round++) {
            make_problem(&p, &rng);
            p.frames = 64;
            run(&k, &p, whole);
            for (p.frames = 1; p.frames < 64; p.frames += 1 + p.frames / 3) {
                run(&k, &p, part);
                for (size_t o = 0; o < p.rows; o++)
                    assert_memory_equal(whole + 16 + o * STRIDE, part + 16 + o * STRIDE, p.frames * sizeof(float));
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vector_kernels_equal_the_scalar_one),
        cmocka_unit_test(frames_do_not_depend_on_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
