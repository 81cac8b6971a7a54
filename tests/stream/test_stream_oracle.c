/* Streams against the oracle, and against themselves: random networks, random blocks, on every
 * instruction set that this machine has.
 *
 *     test_stream_oracle [networks] [first seed]
 *
 * Network number n of a run is that of seed n, so "test_stream_oracle 1 SEED" repeats a failure. */
#include "fixture.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t network_count = 36;
static uint64_t first_seed = 1;

typedef void property(const fixture *f, const bl_plan *plan, bl_random *r);

/* Every network on every instruction set. */
static void for_all(property *holds, size_t count, size_t prewarm)
{
    for (uint64_t seed = first_seed; seed < first_seed + count; seed++) {
        fixture f = open_fixture(seed, prewarm);
        for (bl_cpu cpu = BL_CPU_SCALAR; cpu <= BL_CPU_NEON; cpu++) {
            if (!bl_cpu_available(cpu))
                continue;
            bl_plan *plan = new_plan(&f, cpu);
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
    graph_answer answer;
} known;

static double worst_share[BL_CPU_NEON + 1];

static void equals_oracle(const fixture *f, const bl_plan *plan, bl_random *r)
{
    if (!known.answer.out || known.seed != f->seed) {
        free(known.answer.out);
        known.seed = f->seed;
        known.answer = ask_oracle(f);
    }
    float *got = play_new(plan, f, f->in, any_size, r);
    const double share = assert_answer(0, f, plan, got, &known.answer);
    worst_share[bl_plan_cpu(plan)] = fmax(worst_share[bl_plan_cpu(plan)], share);
    free(got);
}

static void test_equals_oracle(void **state)
{
    (void)state;
    for_all(equals_oracle, 3 * network_count, 0);
    free(known.answer.out);
    known.answer.out = NULL;
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
    float *first = new_signal(f->out_channels, f->heard), *second = new_signal(f->out_channels, f->heard);
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
    float *other_in = new_signal(f->in_channels, f->heard);
    fill_signal(r, other_in, f->in_channels, f->heard);
    float *expected = play_new(plan, f, f->in, any_size, r);
    float *other_expected = play_new(plan, f, other_in, any_size, r);
    float *got = new_signal(f->out_channels, f->heard), *other_got = new_signal(f->out_channels, f->heard);
    bl_stream *s = new_stream(plan), *other = new_stream(plan);
    for (size_t done = 0, ended = 0; done < f->heard;) {
        const size_t frames = next_block(r, any_size, (ended ? f->heard : f->frames) - done);
        play_range(s, f, f->in, got, done, done + frames, whole, r);
        play_range(other, f, other_in, other_got, done, done + frames, whole, r);
        done += frames;
        if (done == f->frames && !ended++) {
            bl_stream_end_input(s);
            bl_stream_end_input(other);
        }
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
    float *got = new_signal(f->out_channels, f->heard);
    float *shared = new_signal(f->in_channels, f->heard), *alone = new_signal(f->out_channels, f->heard);
    memcpy(shared, f->in, f->in_channels * f->heard * sizeof *shared);
    const size_t turn = random_between(r, 0, f->in_channels - 1);
    const size_t first = random_between(r, 0, f->out_channels - 1);
    float *x[MAX_CHANNELS], *y[MAX_CHANNELS], *x_now[MAX_CHANNELS], *y_now[MAX_CHANNELS];
    for (size_t c = 0; c < f->in_channels; c++)
        x[c] = shared + c * f->heard;
    for (size_t c = 0; c < f->out_channels; c++)
        y[c] = alone + c * f->heard;
    for (size_t c = 0; c < f->in_channels && c < f->out_channels; c++)
        y[(first + c) % f->out_channels] = x[(turn + c) % f->in_channels];

    bl_stream *s = new_stream(plan);
    for (size_t done = 0; done < f->heard;) {
        const size_t end = done < f->frames ? f->frames : f->heard;
        const size_t frames = next_block(r, any_size, end - done);
        for (size_t c = 0; c < f->in_channels; c++)
            x_now[c] = x[c] + done;
        for (size_t c = 0; c < f->out_channels; c++)
            y_now[c] = y[c] + done;
        bl_stream_process(s, y_now, (const float *const *)x_now, frames);
        done += frames;
        if (done == f->frames)
            bl_stream_end_input(s);
    }
    for (size_t c = 0; c < f->out_channels; c++)
        memcpy(got + c * f->heard, y[c], f->heard * sizeof *got);
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
    const size_t count = f->in_channels * f->heard;
    float *dirty = new_signal(f->in_channels, f->heard), *clean = new_signal(f->in_channels, f->heard);
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

static bool all_finite(const float *x, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!isfinite(x[i]))
            return false;
    return true;
}

/* What a long convolution in blocks keeps, beyond its kernel. */
#define BLOCKS 2048

/* Absurd but finite input: the output stays finite, and once everything has left the histories the stream plays
 * as one that has heard silence instead. A recurrent network never forgets, but it goes on. */
static void survives_absurd_input(const fixture *f, const bl_plan *plan, bl_random *r)
{
    const size_t count = f->in_channels * f->heard, field = f->model->info.receptive_field;
    float *absurd = new_signal(f->in_channels, f->heard), *silence = new_signal(f->in_channels, f->heard);
    for (size_t i = 0; i < count; i++)
        absurd[i] = bl_random_float(r, random_chance(r, 0.5) ? FLT_MAX : 1e20f);
    float *got = new_signal(f->out_channels, f->heard), *expected = new_signal(f->out_channels, f->heard);
    bl_stream *s = new_stream(plan), *fresh = new_stream(plan);
    play_range(s, f, absurd, got, 0, f->heard, any_size, r);
    play_range(fresh, f, silence, expected, 0, f->heard, any_size, r);
    if (!all_finite(got, f->out_channels * f->heard))
        fail_msg("%s: absurd input gives a frame that is not finite", fixture_name(f, plan));
    for (size_t heard = 0; heard < field + f->model->info.latency + BLOCKS; heard += f->heard) {
        play_range(s, f, silence, got, 0, f->heard, any_size, r);
        play_range(fresh, f, silence, expected, 0, f->heard, any_size, r);
    }
    play_range(s, f, f->in, got, 0, f->heard, any_size, r);
    play_range(fresh, f, f->in, expected, 0, f->heard, any_size, r);
    if (field)
        assert_identical(f, plan, got, expected, "after absurd input");
    else
        for (size_t i = 0; i < f->out_channels * f->heard; i++)
            if (got[i] == 0.0f && expected[i] != 0.0f && fabsf(expected[i]) > 1e-3f)
                fail_msg("%s: silent in frame %zu after absurd input", fixture_name(f, plan), i % f->heard);
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

/* A new stream has heard info.prewarm zeros, as many more as its strides ask for. What it says before the first
 * of the frames that it is given comes through may differ. */
static void prewarms(const fixture *f, const bl_plan *plan, bl_random *r)
{
    fixture cold = open_fixture(f->seed, 0);
    bl_plan *cold_plan = new_plan(&cold, bl_plan_cpu(plan));
    const size_t unit = bl_graph_granularity(&f->model->graph, f->model->timing);
    const size_t zeros = (f->model->info.prewarm + unit - 1) / unit * unit;
    float *silence = new_signal(1, zeros), *expected = new_signal(f->out_channels, f->heard);
    const float *x[MAX_CHANNELS];
    float *y[MAX_CHANNELS];
    for (size_t c = 0; c < f->in_channels; c++)
        x[c] = silence;
    for (size_t c = 0; c < f->out_channels; c++)
        y[c] = new_signal(1, zeros);
    bl_stream *s = new_stream(cold_plan);
    bl_stream_process(s, y, x, zeros);
    play(s, f, f->in, expected, any_size, r);

    float *got = play_new(plan, f, f->in, any_size, r);
    assert_identical_from(bl_plan_latency(plan), f, plan, got, expected, "prewarmed");
    for (size_t c = 0; c < f->out_channels; c++)
        free(y[c]);
    bl_stream_free(s);
    bl_plan_free(cold_plan);
    close_fixture(&cold);
    free(silence);
    free(expected);
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
    read_arguments(argc, argv, &network_count, &first_seed);
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
