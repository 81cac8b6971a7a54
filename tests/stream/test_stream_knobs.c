/* Knobs of networks: they act, stay, and move without a step, however the input is cut.
 *
 *     test_stream_knobs [networks] [first seed] */
#include "fixture.h"

#include <math.h>
#include <stdlib.h>

static size_t network_count = 30;
static uint64_t first_seed = 1;

static size_t find_knobs(const bl_graph *g, bl_node_id *knobs, size_t room)
{
    size_t count = 0;
    for (size_t id = 0; id < g->count; id++)
        if (g->nodes[id].kind == BL_NODE_PARAM && count < room)
            knobs[count++] = (bl_node_id)id;
    return count;
}

#define MOST_KNOBS 16
#define MOVING     1250 /* frames that a knob may take: 25 ms, and some */

/* Turns all knobs of a stream, and the model's with them, so that the oracle hears the same. */
static void turn(fixture *f, bl_stream *s, bl_random *r, float *values, bool also_model)
{
    bl_node_id knobs[MOST_KNOBS];
    const size_t count = find_knobs(&f->model->graph, knobs, MOST_KNOBS);
    for (size_t i = 0; i < count; i++) {
        values[i] = r ? bl_random_float(r, 1.0f) : values[i];
        bl_stream_set_param(s, i, values[i]);
        if (also_model)
            f->model->graph.nodes[knobs[i]].u.param.initial = values[i];
    }
}

/* Set before the first frame knobs act at once, and stay across a reset; turned while playing they are where
 * they should be after MOVING frames; and it does not matter how the input is cut. */
static void turn_knobs(fixture *f, bl_cpu cpu, bl_random *r)
{
    float before[MOST_KNOBS], after[MOST_KNOBS];
    bl_plan *plan = new_plan(f, cpu);
    bl_stream *s = new_stream(plan), *other = new_stream(plan);
    float *got = new_signal(f->out_channels, f->heard), *cut = new_signal(f->out_channels, f->heard);
    const size_t field = f->model->info.receptive_field, place = random_between(r, 0, f->frames / 2);

    turn(f, s, r, before, true);
    graph_answer answer = ask_oracle(f);
    play(s, f, f->in, got, any_size, r);
    assert_answer(0, f, plan, got, &answer);
    bl_stream_reset(s);
    play(s, f, f->in, cut, any_size, r);
    assert_identical(f, plan, cut, got, "knobs across a reset");
    free(answer.out);

    bl_stream_reset(s);
    turn(f, other, NULL, before, false);
    play_range(s, f, f->in, got, 0, place, whole, r);
    play_range(other, f, f->in, cut, 0, place, any_size, r);
    turn(f, s, r, after, true);
    turn(f, other, NULL, after, false);
    play_range(s, f, f->in, got, place, f->frames, whole, r);
    play_range(other, f, f->in, cut, place, f->frames, any_size, r);
    bl_stream_end_input(s);
    bl_stream_end_input(other);
    play_range(s, f, f->in, got, f->frames, f->heard, whole, r);
    play_range(other, f, f->in, cut, f->frames, f->heard, any_size, r);
    assert_identical(f, plan, cut, got, "knobs turned while playing");
    answer = ask_oracle(f);
    if (field)
        assert_answer(place + MOVING + field, f, plan, got, &answer);
    free(answer.out);
    free(got);
    free(cut);
    bl_stream_free(s);
    bl_stream_free(other);
    bl_plan_free(plan);
}

static void test_knobs(void **state)
{
    (void)state;
    size_t checked = 0;
    for (uint64_t seed = first_seed; checked < network_count; seed++) {
        const random_family family = (random_family)(seed % RANDOM_FAMILIES);
        if (family != RANDOM_KNOBS && family != RANDOM_MIXTURE)
            continue;
        fixture f = open_fixture(seed, 0);
        bl_random r = { seed };
        const size_t count = bl_model_param_count(f.model);
        for (bl_cpu cpu = BL_CPU_SCALAR; cpu <= BL_CPU_NEON && count && count <= MOST_KNOBS; cpu++)
            if (bl_cpu_available(cpu))
                turn_knobs(&f, cpu, &r);
        checked += count > 0;
        close_fixture(&f);
    }
}

/* A network that says its knob. */
static bl_model *bare_knob(double sample_rate)
{
    bl_model *model = NULL;
    bl_error error = { 0 };
    assert_int_equal(bl_model_create(&model, &error), BL_OK);
    bl_graph *g = &model->graph;
    bl_graph_input(g, 1);
    bl_graph_output(g, bl_graph_param(g, (bl_param_params){ -2.0f, 3.0f, 0.25f }, "drive"));
    model->info.sample_rate_hz = sample_rate;
    assert_int_equal(bl_model_finish(model, &error), BL_OK);
    return model;
}

static void play_knob(bl_stream *s, float *out, size_t frames)
{
    static const float silence[8192];
    assert_true(frames <= 8192);
    bl_stream_process(s, &out, &(const float *){ silence }, frames);
}

/* From `from` to `to` without ever turning back, in at most 25 ms. */
static void assert_moves(const float *y, size_t frames, float from, float to, double rate)
{
    const float least = fminf(from, to), most = fmaxf(from, to), sign = to > from ? 1.0f : -1.0f;
    for (size_t t = 0; t < frames; t++) {
        assert_true(y[t] >= least && y[t] <= most);
        assert_true(!t || sign * (y[t] - y[t - 1]) >= 0.0f);
        if ((double)t >= 0.025 * rate)
            assert_true(y[t] == to);
    }
    assert_true(fabsf(y[0] - from) <= fabsf(to - from) / 100.0f + 1e-6f); /* no step that can be heard */
}

static void test_knob_moves(void **state)
{
    (void)state;
    static const double rates[] = { 8000, 44100, 48000, 96000, NAN };
    static const float targets[] = { 2.5f, -1.0f, -1.0f, 0.1f, 0.3f };
    static float y[8192];
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
        const double rate = rates[i] > 0 ? rates[i] : 48000;
        bl_model *model = bare_knob(rates[i]);
        fixture f = { .model = model, .in_channels = 1, .out_channels = 1, .name = "knob" };
        bl_plan *plan = new_plan(&f, BL_CPU_SCALAR);
        bl_stream *s = new_stream(plan);
        assert_int_equal(bl_model_output_frames(model, 1000), 1000);
        play_knob(s, y, 10);
        assert_true(y[0] == 0.25f && y[9] == 0.25f);
        float now = 0.25f;
        for (size_t k = 0; k < sizeof targets / sizeof *targets; k++) {
            bl_stream_set_param(s, 0, targets[k]);
            play_knob(s, y, 4000);
            assert_moves(y, 4000, now, targets[k], rate);
            now = targets[k];
        }
        /* turned on the way */
        bl_stream_set_param(s, 0, 3.0f);
        play_knob(s, y, 50);
        now = y[49];
        assert_true(now > 0.3f && now < 3.0f);
        bl_stream_set_param(s, 0, -1.5f);
        play_knob(s, y, 4000);
        assert_moves(y, 4000, now, -1.5f, rate);
        /* out of range, and no number */
        bl_stream_set_param(s, 0, NAN);
        bl_stream_set_param(s, 0, 1e30f);
        bl_stream_set_param(s, 0, INFINITY);
        play_knob(s, y, 4000);
        assert_moves(y, 4000, -1.5f, 3.0f, rate);
        /* before the first frame, and after a reset, at once */
        bl_stream_reset(s);
        play_knob(s, y, 1);
        assert_true(y[0] == 3.0f);
        bl_stream_reset(s);
        bl_stream_set_param(s, 0, -7.0f);
        play_knob(s, y, 1);
        assert_true(y[0] == -2.0f);
        bl_stream_free(s);
        bl_plan_free(plan);
        bl_model_free(model);
    }
}

int main(int argc, char **argv)
{
    read_arguments(argc, argv, &network_count, &first_seed);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_knobs),
        cmocka_unit_test(test_knob_moves),
    };
    return cmocka_run_group_tests_name("knobs of streams", tests, NULL, NULL);
}
