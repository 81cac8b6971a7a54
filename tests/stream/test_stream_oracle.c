/* Streams against the oracle, and against themselves: random networks, random blocks, on every
 * instruction set that this machine has.
 *
 *     test_stream_oracle [networks] [first seed]
 *
 * Network number n of a run is that of seed n, so "test_stream_oracle 1 SEED" repeats a failure. */
#include "graph_oracle.h"
#include "random_graph.h"

#include "model/model.h"

#include <backline/plan.h>
#include <backline/stream.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A float32 network of a few layers whose values are of the order of `peak` is right to a few units in
 * the last place (6e-8) of `peak`, times the gain of the layers behind. One wrong tap costs 1e-2. */
#define TOLERANCE 5e-6

#define MAX_CHANNELS 40
#define LONG_SIGNAL  20000

static size_t network_count = 32;
static uint64_t first_seed = 1;

/* A network and something to play through it. Signals are [channel][frames]. */
typedef struct fixture {
    uint64_t seed;
    bl_model *model;
    size_t in_channels, out_channels, frames;
    float *in;
} fixture;

static float *new_signal(size_t channels, size_t frames)
{
    float *signal = calloc(channels * frames, sizeof *signal);
    assert_non_null(signal);
    return signal;
}

/* Noise with rests, so that histories of zeros occur, and a first sample that is not zero. */
static void fill_signal(bl_random *r, float *signal, size_t channels, size_t frames)
{
    for (size_t c = 0; c < channels; c++) {
        float level = 1.0f;
        for (size_t t = 0; t < frames; t++) {
            if (random_chance(r, 0.002))
                level = random_chance(r, 0.3) ? 0.0f : fabsf(bl_random_float(r, 1.0f));
            signal[c * frames + t] = bl_random_float(r, level);
        }
    }
}

static fixture open_fixture(uint64_t seed, size_t prewarm)
{
    bl_random r = { seed };
    fixture f = { .seed = seed };
    bl_error error = { 0 };
    assert_int_equal(bl_model_create(&f.model, &error), BL_OK);
    switch (seed % 4) {
    case 0: random_graph_wavenet(&f.model->graph, &r); break;
    case 1: random_graph_concatenated(&f.model->graph, &r); break;
    default: random_graph_any(&f.model->graph, &r); break;
    }
    f.model->info.prewarm = prewarm;
    if (bl_model_finish(f.model, &error))
        fail_msg("seed %llu: %s", (unsigned long long)seed, error.text);
    f.in_channels = f.model->info.in_channels;
    f.out_channels = f.model->info.out_channels;
    assert_true(f.in_channels <= MAX_CHANNELS && f.out_channels <= MAX_CHANNELS);
    f.frames = seed % 16 == 0 ? LONG_SIGNAL : random_between(&r, 1000, 4000);
    f.in = new_signal(f.in_channels, f.frames);
    fill_signal(&r, f.in, f.in_channels, f.frames);
    return f;
}

static void close_fixture(fixture *f)
{
    bl_model_free(f->model);
    free(f->in);
}

/* Blocks of 1 .. most frames, now and then none; fixed if least == most. */
typedef struct block_sizes {
    size_t least, most;
} block_sizes;

static const block_sizes any_size = { 0, 3000 }, whole = { SIZE_MAX, SIZE_MAX };

static size_t next_block(bl_random *r, block_sizes sizes, size_t left)
{
    size_t block = sizes.least;
    if (sizes.most > sizes.least) /* small blocks as likely as large ones */
        block = random_between(r, sizes.least, random_chance(r, 0.5) ? 20 : sizes.most);
    return block < left ? block : left;
}

/* Plays `in` into `out`. Each block gets memory of its own, exactly as long as it is, so that a sanitiser
 * sees every sample read or written outside. */
static void play(bl_stream *s, const fixture *f, const float *in, float *out, block_sizes sizes, bl_random *r)
{
    for (size_t done = 0; done < f->frames;) {
        const size_t frames = next_block(r, sizes, f->frames - done);
        float *x[MAX_CHANNELS], *y[MAX_CHANNELS];
        for (size_t c = 0; c < f->in_channels; c++) {
            x[c] = new_signal(1, frames);
            memcpy(x[c], in + c * f->frames + done, frames * sizeof **x);
        }
        for (size_t c = 0; c < f->out_channels; c++)
            y[c] = new_signal(1, frames);
        bl_stream_process(s, y, (const float *const *)x, frames);
        for (size_t c = 0; c < f->in_channels; c++) {
            assert_memory_equal(x[c], in + c * f->frames + done, frames * sizeof **x);
            free(x[c]);
        }
        for (size_t c = 0; c < f->out_channels; c++) {
            memcpy(out + c * f->frames + done, y[c], frames * sizeof **y);
            free(y[c]);
        }
        done += frames;
    }
}

static bl_stream *new_stream(const bl_plan *plan)
{
    bl_stream *s = NULL;
    bl_error error = { 0 };
    if (bl_stream_create(plan, &s, &error))
        fail_msg("%s", error.text);
    return s;
}

static float *play_new(const bl_plan *plan, const fixture *f, const float *in, block_sizes sizes, bl_random *r)
{
    float *out = new_signal(f->out_channels, f->frames);
    bl_stream *s = new_stream(plan);
    play(s, f, in, out, sizes, r);
    bl_stream_free(s);
    return out;
}

static void assert_identical(const fixture *f, const bl_plan *plan, const float *got, const float *expected,
                             const char *what)
{
    for (size_t i = 0; i < f->out_channels * f->frames; i++)
        if (memcmp(&got[i], &expected[i], sizeof *got))
            fail_msg("seed %llu, %s, %s: channel %zu, frame %zu of %zu is %.9g instead of %.9g",
                     (unsigned long long)f->seed, bl_cpu_name(bl_plan_cpu(plan)), what, i / f->frames,
                     i % f->frames, f->frames, (double)got[i], (double)expected[i]);
}

typedef void property(const fixture *f, const bl_plan *plan, bl_random *r);

/* Every network on every instruction set. */
static void for_all(property *holds, size_t count, size_t prewarm)
{
    for (uint64_t seed = first_seed; seed < first_seed + count; seed++) {
        fixture f = open_fixture(seed, prewarm);
        for (bl_cpu cpu = BL_CPU_SCALAR; cpu <= BL_CPU_NEON; cpu++) {
            if (!bl_cpu_available(cpu))
                continue;
            bl_plan *plan = NULL;
            bl_error error = { 0 };
            if (bl_plan_create(f.model, cpu, &plan, &error))
                fail_msg("seed %llu, %s: %s", (unsigned long long)seed, bl_cpu_name(cpu), error.text);
            assert_int_equal(bl_plan_cpu(plan), cpu);
            assert_int_equal(bl_plan_in_channels(plan), f.in_channels);
            assert_int_equal(bl_plan_out_channels(plan), f.out_channels);
            bl_random r = { seed };
            holds(&f, plan, &r);
            bl_plan_free(plan);
        }
        close_fixture(&f);
    }
}

/* The oracle's answer depends on the network alone: it is kept for the next instruction set. */
static struct {
    uint64_t seed;
    float *out;
    double peak;
} answer;

static double worst_share[BL_CPU_NEON + 1];

static void equals_oracle(const fixture *f, const bl_plan *plan, bl_random *r)
{
    if (!answer.out || answer.seed != f->seed) {
        free(answer.out);
        answer.out = new_signal(f->out_channels, f->frames);
        answer.seed = f->seed;
        assert_true(graph_oracle(&f->model->graph, answer.out, f->in, f->frames, &answer.peak));
    }
    float *got = play_new(plan, f, f->in, any_size, r);
    const double tolerance = TOLERANCE * fmax(1.0, answer.peak);
    const bl_cpu cpu = bl_plan_cpu(plan);
    for (size_t i = 0; i < f->out_channels * f->frames; i++) {
        const double wrong = fabs((double)got[i] - answer.out[i]);
        if (!(wrong <= tolerance))
            fail_msg("seed %llu, %s: channel %zu, frame %zu of %zu is %.9g, the oracle says %.9g, tolerance %.2g",
                     (unsigned long long)f->seed, bl_cpu_name(cpu), i / f->frames, i % f->frames, f->frames,
                     (double)got[i], (double)answer.out[i], tolerance);
        worst_share[cpu] = fmax(worst_share[cpu], wrong / tolerance);
    }
    free(got);
}

static void test_equals_oracle(void **state)
{
    (void)state;
    for_all(equals_oracle, 3 * network_count, 0);
    free(answer.out);
    answer.out = NULL;
    for (bl_cpu cpu = BL_CPU_SCALAR; cpu <= BL_CPU_NEON; cpu++)
        if (bl_cpu_available(cpu))
            print_message("  %-6s %zu networks, largest error %.1f %% of the tolerance\n", bl_cpu_name(cpu),
                          3 * network_count, 100.0 * worst_share[cpu]);
}

static void ignores_blocks(const fixture *f, const bl_plan *plan, bl_random *r)
{
    static const block_sizes sizes[] = { { 1, 1 },       { 7, 7 },       { 63, 63 }, { 64, 64 }, { 65, 65 },
                                         { 4096, 4096 }, { 8192, 8192 }, { 0, 30 },  { 0, 300 }, { 0, 9000 } };
    float *expected = play_new(plan, f, f->in, whole, r);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char what[64];
        snprintf(what, sizeof what, "blocks of %zu to %zu", sizes[i].least, sizes[i].most);
        float *got = play_new(plan, f, f->in, sizes[i], r);
        assert_identical(f, plan, got, expected, what);
        free(got);
    }
    free(expected);
}

static void test_ignores_blocks(void **state)
{
    (void)state;
    for_all(ignores_blocks, network_count, 0);
}

static void reset_forgets(const fixture *f, const bl_plan *plan, bl_random *r)
{
    float *first = new_signal(f->out_channels, f->frames), *second = new_signal(f->out_channels, f->frames);
    bl_stream *s = new_stream(plan);
    play(s, f, f->in, first, any_size, r);
    bl_stream_reset(s);
    play(s, f, f->in, second, any_size, r);
    assert_identical(f, plan, second, first, "after a reset");
    bl_stream_reset(s);
    bl_stream_reset(s);
    play(s, f, f->in, second, any_size, r);
    assert_identical(f, plan, second, first, "after two resets");
    bl_stream_free(s);
    free(first);
    free(second);
}

static void test_reset_forgets(void **state)
{
    (void)state;
    for_all(reset_forgets, network_count, 0);
    for_all(reset_forgets, (network_count + 3) / 4, 777);
}

/* Two streams of one plan, taking turns, hear nothing of each other. */
static void streams_are_independent(const fixture *f, const bl_plan *plan, bl_random *r)
{
    float *other_in = new_signal(f->in_channels, f->frames);
    fill_signal(r, other_in, f->in_channels, f->frames);
    float *expected = play_new(plan, f, f->in, any_size, r);
    float *other_expected = play_new(plan, f, other_in, any_size, r);
    float *got = new_signal(f->out_channels, f->frames), *other_got = new_signal(f->out_channels, f->frames);
    bl_stream *s = new_stream(plan), *other = new_stream(plan);
    for (size_t done = 0; done < f->frames;) {
        const size_t frames = next_block(r, any_size, f->frames - done);
        const float *x[MAX_CHANNELS];
        float *y[MAX_CHANNELS];
        for (size_t turn = 0; turn < 2; turn++) {
            for (size_t c = 0; c < f->in_channels; c++)
                x[c] = (turn ? other_in : f->in) + c * f->frames + done;
            for (size_t c = 0; c < f->out_channels; c++)
                y[c] = (turn ? other_got : got) + c * f->frames + done;
            bl_stream_process(turn ? other : s, y, x, frames);
        }
        done += frames;
    }
    assert_identical(f, plan, got, expected, "one of two streams");
    assert_identical(f, plan, other_got, other_expected, "the other of two streams");
    bl_stream_free(s);
    bl_stream_free(other);
    free(other_in);
    free(expected);
    free(other_expected);
    free(got);
    free(other_got);
}

static void test_streams_are_independent(void **state)
{
    (void)state;
    for_all(streams_are_independent, (network_count + 1) / 2, 0);
}

/* Each output lies on some input, in any order; the rest of the outputs stand alone. */
static void works_in_place(const fixture *f, const bl_plan *plan, bl_random *r)
{
    float *expected = play_new(plan, f, f->in, any_size, r);
    float *got = new_signal(f->out_channels, f->frames);
    float *shared = new_signal(f->in_channels, f->frames), *alone = new_signal(f->out_channels, f->frames);
    memcpy(shared, f->in, f->in_channels * f->frames * sizeof *shared);
    const size_t turn = random_between(r, 0, f->in_channels - 1);
    const size_t first = random_between(r, 0, f->out_channels - 1);
    float *x[MAX_CHANNELS], *y[MAX_CHANNELS], *x_now[MAX_CHANNELS], *y_now[MAX_CHANNELS];
    for (size_t c = 0; c < f->in_channels; c++)
        x[c] = shared + c * f->frames;
    for (size_t c = 0; c < f->out_channels; c++)
        y[c] = alone + c * f->frames;
    for (size_t c = 0; c < f->in_channels && c < f->out_channels; c++)
        y[(first + c) % f->out_channels] = x[(turn + c) % f->in_channels];

    bl_stream *s = new_stream(plan);
    for (size_t done = 0; done < f->frames;) {
        const size_t frames = next_block(r, any_size, f->frames - done);
        for (size_t c = 0; c < f->in_channels; c++)
            x_now[c] = x[c] + done;
        for (size_t c = 0; c < f->out_channels; c++)
            y_now[c] = y[c] + done;
        bl_stream_process(s, y_now, (const float *const *)x_now, frames);
        done += frames;
    }
    for (size_t c = 0; c < f->out_channels; c++)
        memcpy(got + c * f->frames, y[c], f->frames * sizeof *got);
    assert_identical(f, plan, got, expected, "in place");
    bl_stream_free(s);
    free(expected);
    free(got);
    free(shared);
    free(alone);
}

static void test_works_in_place(void **state)
{
    (void)state;
    for_all(works_in_place, network_count, 0);
}

/* What is not finite counts as zero and leaves no trace. */
static void replaces_what_is_not_finite(const fixture *f, const bl_plan *plan, bl_random *r)
{
    static const float bad[] = { NAN, INFINITY, -INFINITY };
    const size_t count = f->in_channels * f->frames;
    float *dirty = new_signal(f->in_channels, f->frames), *clean = new_signal(f->in_channels, f->frames);
    for (size_t i = 0; i < count; i++) {
        dirty[i] = clean[i] = f->in[i];
        if (i == 0 || random_chance(r, 0.05)) {
            dirty[i] = bad[random_between(r, 0, 2)];
            clean[i] = 0.0f;
        }
    }
    float *expected = play_new(plan, f, clean, any_size, r), *got = play_new(plan, f, dirty, any_size, r);
    assert_identical(f, plan, got, expected, "with samples that are not finite");
    free(dirty);
    free(clean);
    free(expected);
    free(got);
}

static void test_replaces_what_is_not_finite(void **state)
{
    (void)state;
    for_all(replaces_what_is_not_finite, network_count, 0);
}

/* Absurd but finite input: the output stays finite, and once everything has left the histories the
 * stream plays as if nothing had happened. */
static void survives_absurd_input(const fixture *f, const bl_plan *plan, bl_random *r)
{
    const size_t count = f->in_channels * f->frames;
    float *absurd = new_signal(f->in_channels, f->frames), *silence = new_signal(f->in_channels, f->frames);
    for (size_t i = 0; i < count; i++)
        absurd[i] = bl_random_float(r, random_chance(r, 0.5) ? FLT_MAX : 1e20f);
    float *got = new_signal(f->out_channels, f->frames), *expected = new_signal(f->out_channels, f->frames);
    bl_stream *s = new_stream(plan), *fresh = new_stream(plan);
    play(s, f, absurd, got, any_size, r);
    for (size_t i = 0; i < f->out_channels * f->frames; i++)
        if (!isfinite(got[i]))
            fail_msg("seed %llu, %s: frame %zu is not finite", (unsigned long long)f->seed,
                     bl_cpu_name(bl_plan_cpu(plan)), i % f->frames);
    for (size_t heard = 0; heard < f->model->info.receptive_field; heard += f->frames) {
        play(s, f, silence, got, any_size, r);
        play(fresh, f, silence, expected, any_size, r);
    }
    play(s, f, f->in, got, any_size, r);
    play(fresh, f, f->in, expected, any_size, r);
    assert_identical(f, plan, got, expected, "after absurd input");
    bl_stream_free(s);
    bl_stream_free(fresh);
    free(absurd);
    free(silence);
    free(got);
    free(expected);
}

static void test_survives_absurd_input(void **state)
{
    (void)state;
    for_all(survives_absurd_input, (network_count + 1) / 2, 0);
}

/* A new stream has heard info.prewarm zeros. */
static void prewarms(const fixture *f, const bl_plan *plan, bl_random *r)
{
    fixture cold = open_fixture(f->seed, 0);
    bl_plan *cold_plan = NULL;
    bl_error error = { 0 };
    assert_int_equal(bl_plan_create(cold.model, bl_plan_cpu(plan), &cold_plan, &error), BL_OK);

    float *expected = new_signal(f->out_channels, f->frames), *zeros = new_signal(1, f->model->info.prewarm);
    bl_stream *s = new_stream(cold_plan);
    const float *x[MAX_CHANNELS];
    float *y[MAX_CHANNELS];
    for (size_t c = 0; c < f->in_channels; c++)
        x[c] = zeros;
    for (size_t c = 0; c < f->out_channels; c++)
        y[c] = new_signal(1, f->model->info.prewarm);
    bl_stream_process(s, y, x, f->model->info.prewarm);
    play(s, f, f->in, expected, any_size, r);

    float *got = play_new(plan, f, f->in, any_size, r);
    assert_identical(f, plan, got, expected, "prewarmed");
    for (size_t c = 0; c < f->out_channels; c++)
        free(y[c]);
    bl_stream_free(s);
    bl_plan_free(cold_plan);
    close_fixture(&cold);
    free(expected);
    free(zeros);
    free(got);
}

static void test_prewarms(void **state)
{
    (void)state;
    for_all(prewarms, (network_count + 3) / 4, 1);
    for_all(prewarms, (network_count + 3) / 4, 64);
    for_all(prewarms, (network_count + 3) / 4, 5001);
}

/* The smallest networks there are, where a plan has nothing to do. */
static void test_identity(void **state)
{
    (void)state;
    for (bl_cpu cpu = BL_CPU_SCALAR; cpu <= BL_CPU_NEON; cpu++) {
        if (!bl_cpu_available(cpu))
            continue;
        bl_model *model = NULL;
        bl_plan *plan = NULL;
        bl_error error = { 0 };
        assert_int_equal(bl_model_create(&model, &error), BL_OK);
        bl_node_id x = bl_graph_input(&model->graph, 2), swapped[3];
        swapped[0] = bl_graph_slice(&model->graph, x, 1, 1, "right");
        swapped[1] = bl_graph_slice(&model->graph, x, 0, 1, "left");
        swapped[2] = swapped[0];
        bl_graph_output(&model->graph, bl_graph_concat(&model->graph, swapped, 3, "swapped"));
        assert_int_equal(bl_model_finish(model, &error), BL_OK);
        assert_int_equal(bl_plan_create(model, cpu, &plan, &error), BL_OK);
        bl_model_free(model); /* the plan has copied all it needs */

        float left[3] = { 1, 2, 3 }, right[3] = { 4, 5, 6 }, copy[3];
        float *y[3] = { left, right, copy };
        const float *const in[2] = { left, right };
        bl_stream *s = new_stream(plan);
        bl_stream_process(s, y, in, 3);
        assert_memory_equal(left, ((float[]){ 4, 5, 6 }), sizeof left);
        assert_memory_equal(right, ((float[]){ 1, 2, 3 }), sizeof right);
        assert_memory_equal(copy, ((float[]){ 4, 5, 6 }), sizeof copy);
        bl_stream_free(s);
        bl_plan_free(plan);
    }
    bl_stream_free(NULL);
    bl_plan_free(NULL);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        network_count = (size_t)strtoull(argv[1], NULL, 10);
    if (argc > 2)
        first_seed = strtoull(argv[2], NULL, 10);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_identity),
        cmocka_unit_test(test_equals_oracle),
        cmocka_unit_test(test_ignores_blocks),
        cmocka_unit_test(test_reset_forgets),
        cmocka_unit_test(test_streams_are_independent),
        cmocka_unit_test(test_works_in_place),
        cmocka_unit_test(test_replaces_what_is_not_finite),
        cmocka_unit_test(test_survives_absurd_input),
        cmocka_unit_test(test_prewarms),
    };
    return cmocka_run_group_tests_name("streams and the oracle", tests, NULL, NULL);
}
