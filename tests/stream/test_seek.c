/* A stream that begins in the middle of a signal gives what one gives that has heard all of it.
 *
 *     test_seek [networks] [first seed] */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t network_count = 36;
static uint64_t first_seed = 1;

/* Some knobs somewhere else; both streams hear nothing of the way there, since they have not begun. */
static bl_stream *turned_stream(const bl_plan *plan, uint64_t seed)
{
    bl_random r = { seed };
    bl_stream *s = new_stream(plan);
    for (size_t i = 0; i < bl_plan_param_count(plan); i++)
        if (random_chance(&r, 0.5))
            bl_stream_set_param(s, i, bl_random_float(&r, 1.0f));
    bl_stream_reset(s);
    return s;
}

/* Plays from some frame of the recording on, to the end or not. */
static void seek_and_compare(bl_stream *s, const fixture *f, const bl_plan *plan, size_t overlap,
                             const float *expected, bl_random *r)
{
    float *got = new_signal(f->out_channels, f->heard);
    const size_t begin = random_between(r, 0, f->frames);
    bl_stream_seek(s, begin);
    if (random_chance(r, 0.8)) {
        char what[64];
        snprintf(what, sizeof what, "from frame %zu, overlap %zu", begin, overlap);
        play_range(s, f, f->in, got, begin, f->frames, any_size, r);
        bl_stream_end_input(s);
        play_range(s, f, f->in, got, f->frames, f->heard, any_size, r);
        assert_identical_from(begin + overlap, f, plan, got, expected, what);
    } else { /* leaves something behind that must not be heard after the next seek */
        play_range(s, f, f->in, got, begin, random_between(r, begin, f->frames), any_size, r);
        if (random_chance(r, 0.5))
            bl_stream_end_input(s);
    }
    free(got);
}

static void check_network(const fixture *f, bl_cpu cpu)
{
    bl_random r = { f->seed };
    bl_plan *plan = new_plan(f, cpu);
    size_t overlap = 0;
    bl_error error = { 0 };
    const bl_status status = bl_plan_overlap(plan, &overlap, &error);
    if (status) { /* a recurrent layer that does not reach the output counts for the model, not for the plan */
        assert_int_equal(status, BL_ERR_UNSUPPORTED);
        assert_int_equal(f->model->info.receptive_field, 0);
        assert_true(error.text[0]);
    } else {
        float *expected = new_signal(f->out_channels, f->heard);
        bl_stream *s = turned_stream(plan, f->seed);
        play(s, f, f->in, expected, any_size, &r);
        for (int i = 0; i < 12; i++)
            seek_and_compare(s, f, plan, overlap, expected, &r);
        bl_stream_free(s);
        free(expected);
    }
    bl_plan_free(plan);
}

static void test_pieces_equal_the_whole(void **state)
{
    (void)state;
    for (uint64_t seed = first_seed; seed < first_seed + 2 * network_count; seed++) {
        fixture f = open_fixture(seed, seed % 4 == 0 ? 777 : 0);
        for (bl_cpu cpu = BL_CPU_SCALAR; cpu <= BL_CPU_NEON; cpu++)
            if (bl_cpu_available(cpu))
                check_network(&f, cpu);
        close_fixture(&f);
    }
}

/* Impulse responses so long that they go in partitions, whose blocks count from the beginning: at the input's rate,
 * and at a third of it. */
static bl_model *long_response(bl_random *r, size_t taps, bool slow, size_t prewarm)
{
    bl_model *model = NULL;
    bl_error error = { 0 };
    assert_int_equal(bl_model_create(&model, &error), BL_OK);
    bl_graph *g = &model->graph;
    bl_conv1d_params *p;
    bl_node_id x = bl_graph_input(g, 1);
    if (slow) {
        x = bl_graph_conv1d(g, x, &(bl_conv1d_shape){ .out_channels = 1, .kernel = 3, .stride = 3 }, &p, "down");
        bl_random_fill(r, p->weight, 3, 1.0f);
    }
    x = bl_graph_conv1d(g, x, &(bl_conv1d_shape){ .out_channels = 1, .kernel = taps, .bias = true }, &p, "room");
    bl_random_fill(r, p->weight, taps, 0.1f);
    bl_random_fill(r, p->bias, 1, 1.0f);
    bl_graph_output(g, slow ? bl_graph_upsample(g, x, 3, "up") : x);
    model->info.prewarm = prewarm;
    if (bl_model_finish(model, &error))
        fail_msg("%s", error.text);
    return model;
}

static void test_long_impulse_responses(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        bl_random r = { seed };
        const bool slow = seed % 3 == 0;
        bl_model *model = long_response(&r, random_between(&r, 2050, 2600), slow, seed % 2 ? 0 : 777);
        fixture f = fixture_for(model, slow ? 20000 : 8000, &r);
        f.seed = seed;
        for (bl_cpu cpu = BL_CPU_SCALAR; cpu <= BL_CPU_NEON; cpu++)
            if (bl_cpu_available(cpu))
                check_network(&f, cpu);
        close_fixture(&f);
    }
}

/* It is no longer than it has to be: one frame before its end something of the time before the seek is heard. */
static bool hears_the_past(const fixture *f, const bl_plan *plan, size_t overlap)
{
    bl_random r = { f->seed };
    bool differs = false;
    float *got = new_signal(f->out_channels, f->heard), *expected = play_new(plan, f, f->in, any_size, &r);
    bl_stream *s = new_stream(plan);
    for (int i = 0; i < 5 && overlap && overlap < f->frames; i++) {
        const size_t begin = random_between(&r, 1, f->frames - overlap), at = begin + overlap - 1;
        bl_stream_reset(s);
        play_range(s, f, f->in, got, 0, f->frames, any_size, &r);
        bl_stream_seek(s, begin);
        play_range(s, f, f->in, got, begin, at + 1, any_size, &r);
        for (size_t c = 0; c < f->out_channels; c++)
            differs |= memcmp(&got[c * f->heard + at], &expected[c * f->heard + at], sizeof *got) != 0;
    }
    bl_stream_free(s);
    free(expected);
    free(got);
    return differs;
}

static void test_overlap_is_tight(void **state)
{
    (void)state;
    size_t asked = 0, tight = 0;
    for (uint64_t seed = first_seed; seed < first_seed + 4 * network_count; seed++) {
        fixture f = open_fixture(seed, 0);
        if (f.family == RANDOM_WAVENET || f.family == RANDOM_CONCATENATED) {
            size_t overlap = 0;
            bl_plan *plan = new_plan(&f, BL_CPU_SCALAR);
            assert_int_equal(bl_plan_overlap(plan, &overlap, NULL), BL_OK);
            asked += overlap && overlap < f.frames;
            tight += hears_the_past(&f, plan, overlap);
            bl_plan_free(plan);
        }
        close_fixture(&f);
    }
    print_message("  the overlap of %zu of %zu WaveNets is as short as can be\n", tight, asked);
    assert_true(2 * tight >= asked);
}

int main(int argc, char **argv)
{
    read_arguments(argc, argv, &network_count, &first_seed);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces_equal_the_whole),
        cmocka_unit_test(test_long_impulse_responses),
        cmocka_unit_test(test_overlap_is_tight),
    };
    return cmocka_run_group_tests_name("seeking", tests, NULL, NULL);
}
