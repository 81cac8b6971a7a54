/* Two lanes of one stream against two streams of one lane: random networks, random blocks, on every instruction
 * set that this machine has. What each lane says is what a stream of its own would say, to the bit, whatever the
 * other one hears.
 *
 *     test_lanes [networks] [first seed]
 *
 * Network number n of a run is that of seed n, so "test_lanes 1 SEED" repeats a failure. */
#include "fixture.h"

#include "plan/plan.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LANES 2

static size_t network_count = 18;
static uint64_t first_seed = 1;

/* ---- what happens while a signal is played ---- */

typedef struct event {
    size_t frame; /* happens before it */
    enum { END_INPUT, RESET, TURN } kind;
    size_t knob;
    float value;
} event;

/* Events in the order in which they happen; the last is the end of everything. */
typedef struct script {
    event list[24];
    size_t count;
} script;

/* Behind the events of the same frame or of earlier ones. */
static void add_event(script *s, event e)
{
    assert_true(s->count < sizeof s->list / sizeof *s->list);
    size_t i = s->count++;
    for (; i && s->list[i - 1].frame > e.frame; i--)
        s->list[i] = s->list[i - 1];
    s->list[i] = e;
}

static script usual_script(const fixture *f)
{
    script s = { .count = 0 };
    add_event(&s, (event){ .frame = f->frames, .kind = END_INPUT });
    return s;
}

static void happen(bl_stream *s, const event *e)
{
    switch (e->kind) {
    case END_INPUT: bl_stream_end_input(s); break;
    case RESET: bl_stream_reset(s); break;
    case TURN: bl_stream_set_param(s, e->knob, e->value); break;
    }
}

/* ---- playing some lanes ---- */

/* in[lane] and out[lane] are [channel][frame], of f->heard frames. Every block gets memory of its own, exactly as
 * long as it is, so that a sanitiser sees every sample read or written outside. */
static void play_block(bl_stream *s, size_t lanes, const fixture *f, float *const *in, float *const *out,
                       size_t done, size_t frames)
{
    const size_t ins = f->in_channels, outs = f->out_channels;
    float *x[LANES * MAX_CHANNELS] = { NULL }, *y[LANES * MAX_CHANNELS] = { NULL };
    for (size_t i = 0; i < lanes * ins; i++) {
        x[i] = new_signal(1, frames);
        memcpy(x[i], in[i / ins] + i % ins * f->heard + done, frames * sizeof **x);
    }
    for (size_t i = 0; i < lanes * outs; i++)
        y[i] = new_signal(1, frames);
    bl_stream_process(s, y, (const float *const *)x, frames);
    for (size_t i = 0; i < lanes * ins; i++) {
        assert_memory_equal(x[i], in[i / ins] + i % ins * f->heard + done, frames * sizeof **x);
        free(x[i]);
    }
    for (size_t i = 0; i < lanes * outs; i++) {
        memcpy(out[i / outs] + i % outs * f->heard + done, y[i], frames * sizeof **y);
        free(y[i]);
    }
}

static void perform(bl_stream *s, size_t lanes, const fixture *f, float *const *in, float *const *out,
                    const script *events, bl_random *r)
{
    for (size_t done = 0, i = 0; done < f->heard || i < events->count;) {
        if (i < events->count && events->list[i].frame <= done) {
            happen(s, &events->list[i++]);
            continue;
        }
        const size_t end = i < events->count && events->list[i].frame < f->heard ? events->list[i].frame : f->heard;
        const size_t frames = next_block(r, any_size, end - done);
        play_block(s, lanes, f, in, out, done, frames);
        done += frames;
    }
}

static bl_stream *new_lanes(const bl_plan *plan, size_t lanes)
{
    bl_stream *s = NULL;
    bl_error error = { 0 };
    if (bl_stream_create(plan, lanes, &s, &error))
        fail_msg("%s", error.text);
    return s;
}

/* Fails unless the lanes of one stream say what two streams say that hear the same. */
static void assert_lanes_alone(const fixture *f, const bl_plan *plan, float *const in[LANES], const script *events,
                               bl_random *r, const char *what)
{
    float *expected[LANES], *got[LANES];
    bl_stream *both = new_lanes(plan, LANES);
    for (size_t lane = 0; lane < LANES; lane++)
        got[lane] = new_signal(f->out_channels, f->heard);
    perform(both, LANES, f, in, got, events, r);
    bl_stream_free(both);
    for (size_t lane = 0; lane < LANES; lane++) {
        char text[96];
        snprintf(text, sizeof text, "lane %zu of %d, %s", lane, LANES, what);
        bl_stream *alone = new_lanes(plan, 1);
        expected[lane] = new_signal(f->out_channels, f->heard);
        perform(alone, 1, f, &in[lane], &expected[lane], events, r);
        assert_identical(f, plan, got[lane], expected[lane], text);
        bl_stream_free(alone);
        free(expected[lane]);
        free(got[lane]);
    }
}

/* ---- the properties ---- */

typedef void property(const fixture *f, const bl_plan *plan, float *other, bl_random *r);

/* Another signal than the fixture's, silent where that one has ended. */
static float *new_other(const fixture *f, bl_random *r)
{
    float *other = new_signal(f->in_channels, f->heard);
    fill_signal(r, other, f->in_channels, f->heard);
    for (size_t c = 0; c < f->in_channels; c++)
        memset(other + c * f->heard + f->frames, 0, f->tail * sizeof *other);
    return other;
}

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
            float *other = new_other(&f, &r);
            holds(&f, plan, other, &r);
            free(other);
            bl_plan_free(plan);
        }
        close_fixture(&f);
    }
}

static void plays_both(const fixture *f, const bl_plan *plan, float *other, bl_random *r)
{
    const script events = usual_script(f);
    assert_lanes_alone(f, plan, (float *[LANES]){ f->in, other }, &events, r, "with different signals");
}

static void test_plays_both(void **state)
{
    (void)state;
    for_all(plays_both, 2 * network_count, 0);
}

static void plays_beside_silence(const fixture *f, const bl_plan *plan, float *other, bl_random *r)
{
    const script events = usual_script(f);
    memset(other, 0, f->in_channels * f->heard * sizeof *other);
    assert_lanes_alone(f, plan, (float *[LANES]){ f->in, other }, &events, r, "the second silent");
    assert_lanes_alone(f, plan, (float *[LANES]){ other, f->in }, &events, r, "the first silent");
}

static void test_plays_beside_silence(void **state)
{
    (void)state;
    for_all(plays_beside_silence, (network_count + 1) / 2, 0);
}

/* Bursts of what is no number and of what is absurdly large, so that the network's own values overflow. */
static void spoil(const fixture *f, float *signal, bl_random *r)
{
    static const float bad[] = { NAN, INFINITY, -INFINITY, FLT_MAX, -FLT_MAX, 1e30f };
    for (size_t burst = 0; burst < 1 + f->frames / 500; burst++) {
        const size_t channel = random_between(r, 0, f->in_channels - 1),
                     first = random_between(r, 0, f->frames - 1);
        const size_t end = first + random_between(r, 1, 200), kind = random_between(r, 0, 6);
        for (size_t t = first; t < end && t < f->frames; t++)
            signal[channel * f->heard + t] = bad[kind < 6 ? kind : random_between(r, 0, 5)];
    }
}

static void plays_beside_ruin(const fixture *f, const bl_plan *plan, float *other, bl_random *r)
{
    const script events = usual_script(f);
    spoil(f, other, r);
    assert_lanes_alone(f, plan, (float *[LANES]){ f->in, other }, &events, r, "the second not finite");
    assert_lanes_alone(f, plan, (float *[LANES]){ other, f->in }, &events, r, "the first not finite");
}

static void test_plays_beside_ruin(void **state)
{
    (void)state;
    for_all(plays_beside_ruin, (network_count + 1) / 2, 0);
}

static void resets_both(const fixture *f, const bl_plan *plan, float *other, bl_random *r)
{
    script events = usual_script(f);
    add_event(&events, (event){ .frame = random_between(r, 0, f->heard), .kind = RESET });
    add_event(&events, (event){ .frame = random_between(r, 0, f->frames), .kind = RESET });
    assert_lanes_alone(f, plan, (float *[LANES]){ f->in, other }, &events, r, "reset while playing");
}

/* A reset forgets in both lanes: what follows is what a new stream says. */
static void resets_to_the_start(const fixture *f, const bl_plan *plan, float *other, bl_random *r)
{
    const script events = usual_script(f);
    float *const in[LANES] = { f->in, other }, *const swapped[LANES] = { other, f->in };
    float *first[LANES], *again[LANES];
    for (size_t lane = 0; lane < LANES; lane++) {
        first[lane] = new_signal(f->out_channels, f->heard);
        again[lane] = new_signal(f->out_channels, f->heard);
    }
    bl_stream *s = new_lanes(plan, LANES);
    perform(s, LANES, f, in, first, &events, r);
    bl_stream_reset(s);
    perform(s, LANES, f, swapped, again, &events, r);
    for (size_t lane = 0; lane < LANES; lane++)
        assert_identical(f, plan, again[lane], first[LANES - 1 - lane], "lanes exchanged after a reset");
    bl_stream_free(s);
    for (size_t lane = 0; lane < LANES; lane++) {
        free(first[lane]);
        free(again[lane]);
    }
}

static void test_resets(void **state)
{
    (void)state;
    for_all(resets_both, network_count, 0);
    for_all(resets_both, (network_count + 1) / 2, 65);
    for_all(resets_to_the_start, (network_count + 1) / 2, 777);
}

/* The input ends earlier than usual; what follows it is silence. */
static void ends_both(const fixture *f, const bl_plan *plan, float *other, bl_random *r)
{
    script events = { .count = 0 };
    const size_t end = random_between(r, 0, f->frames);
    float *in = new_signal(f->in_channels, f->heard);
    add_event(&events, (event){ .frame = end, .kind = END_INPUT });
    for (size_t c = 0; c < f->in_channels; c++) {
        memcpy(in + c * f->heard, f->in + c * f->heard, end * sizeof *in);
        memset(other + c * f->heard + end, 0, (f->heard - end) * sizeof *other);
    }
    assert_lanes_alone(f, plan, (float *[LANES]){ in, other }, &events, r, "the input ended early");
    free(in);
}

static void test_ends(void **state)
{
    (void)state;
    for_all(ends_both, network_count, 0);
}

static void prewarms_both(const fixture *f, const bl_plan *plan, float *other, bl_random *r)
{
    const script events = usual_script(f);
    assert_lanes_alone(f, plan, (float *[LANES]){ f->in, other }, &events, r, "prewarmed");
}

static void test_prewarms(void **state)
{
    (void)state;
    for_all(prewarms_both, (network_count + 1) / 2, 1);
    for_all(prewarms_both, (network_count + 1) / 2, 64);
    for_all(prewarms_both, (network_count + 1) / 2, 5001);
}

/* Knobs turn for both lanes, before the first frame, while playing, and across a reset. */
static void turns_both(const fixture *f, const bl_plan *plan, float *other, bl_random *r)
{
    script events = usual_script(f);
    const size_t knobs = bl_plan_param_count(plan);
    add_event(&events, (event){ .frame = random_between(r, 0, f->heard), .kind = RESET });
    for (size_t i = 0; knobs && i < 20; i++)
        add_event(&events, (event){ .frame = i < 4 ? 0 : random_between(r, 0, f->heard),
                                    .kind = TURN,
                                    .knob = random_between(r, 0, knobs - 1),
                                    .value = bl_random_float(r, 1.5f) });
    assert_lanes_alone(f, plan, (float *[LANES]){ f->in, other }, &events, r, "knobs turned");
}

static void test_turns(void **state)
{
    (void)state;
    const uint64_t first = first_seed;
    for (size_t checked = 0; checked < (network_count + 1) / 2; first_seed++) {
        const random_family family = (random_family)(first_seed % RANDOM_FAMILIES);
        if (family != RANDOM_KNOBS && family != RANDOM_MIXTURE)
            continue;
        for_all(turns_both, 1, 0);
        checked++;
    }
    first_seed = first;
}

/* Each output lies on some input, of any lane; the rest of the outputs stand alone. */
static void works_in_place(const fixture *f, const bl_plan *plan, float *other, bl_random *r)
{
    const size_t ins = LANES * f->in_channels, outs = LANES * f->out_channels, heard = f->heard;
    float *const in[LANES] = { f->in, other };
    float *expected = new_signal(outs, heard), *got = new_signal(outs, heard);
    float *shared = new_signal(ins, heard), *alone = new_signal(outs, heard);
    const script events = usual_script(f);
    bl_stream *s = new_lanes(plan, LANES);
    perform(s, LANES, f, in, (float *[LANES]){ expected, expected + f->out_channels * heard }, &events, r);
    bl_stream_reset(s);

    for (size_t lane = 0; lane < LANES; lane++)
        memcpy(shared + lane * f->in_channels * heard, in[lane], f->in_channels * heard * sizeof *shared);
    const size_t turn = random_between(r, 0, ins - 1), first = random_between(r, 0, outs - 1);
    float *x[LANES * MAX_CHANNELS], *y[LANES * MAX_CHANNELS];
    float *x_now[LANES * MAX_CHANNELS], *y_now[LANES * MAX_CHANNELS];
    for (size_t i = 0; i < ins; i++)
        x[i] = shared + i * heard;
    for (size_t i = 0; i < outs; i++)
        y[i] = alone + i * heard;
    for (size_t i = 0; i < ins && i < outs; i++)
        y[(first + i) % outs] = x[(turn + i) % ins];
    for (size_t done = 0; done < heard;) {
        if (done == f->frames)
            bl_stream_end_input(s);
        const size_t frames = next_block(r, any_size, (done < f->frames ? f->frames : heard) - done);
        for (size_t i = 0; i < ins; i++)
            x_now[i] = x[i] + done;
        for (size_t i = 0; i < outs; i++)
            y_now[i] = y[i] + done;
        bl_stream_process(s, y_now, (const float *const *)x_now, frames);
        done += frames;
    }
    for (size_t i = 0; i < outs; i++)
        memcpy(got + i * heard, y[i], heard * sizeof *got);
    for (size_t lane = 0; lane < LANES; lane++)
        assert_identical(f, plan, got + lane * f->out_channels * heard, expected + lane * f->out_channels * heard,
                         lane ? "the second lane in place" : "the first lane in place");
    bl_stream_free(s);
    free(expected);
    free(got);
    free(shared);
    free(alone);
}

static void test_works_in_place(void **state)
{
    (void)state;
    for_all(works_in_place, (network_count + 1) / 2, 0);
}

/* A second lane takes a memory of its own and shares the rest. */
static void takes_twice_the_memory(const fixture *f, const bl_plan *plan, float *other, bl_random *r)
{
    (void)other;
    (void)r;
    const size_t one = bl_plan_stream_bytes(plan, 1), two = bl_plan_stream_bytes(plan, 2);
    if (two > 2 * one || two < one + plan->program.memory_floats * sizeof(float))
        fail_msg("%s: one lane takes %zu bytes, %zu of them for signals; two take %zu", fixture_name(f, plan), one,
                 plan->program.memory_floats * sizeof(float), two);
}

static void test_takes_twice_the_memory(void **state)
{
    (void)state;
    for_all(takes_twice_the_memory, 2 * network_count, 0);
}

static void test_wrong_lanes(void **state)
{
    (void)state;
    static const size_t wrong[] = { 0, BL_MAX_LANES + 1, 17, SIZE_MAX };
    fixture f = open_fixture(1, 0);
    bl_plan *plan = new_plan(&f, BL_CPU_SCALAR);
    assert_int_equal(BL_MAX_LANES, LANES);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        bl_stream *const untouched = (bl_stream *)&f, *s = untouched;
        bl_error error = { 0 };
        char number[32];
        assert_int_equal(bl_stream_create(plan, wrong[i], &s, &error), BL_ERR_ARGUMENT);
        assert_int_equal(error.status, BL_ERR_ARGUMENT);
        assert_true(s == untouched);
        snprintf(number, sizeof number, "not %zu.", wrong[i]);
        const char *found = strstr(error.text, number); /* says what was given, and ends there */
        assert_non_null(found);
        assert_int_equal(strlen(found), strlen(number));
        assert_int_equal(bl_stream_create(plan, wrong[i], &s, NULL), BL_ERR_ARGUMENT);
        assert_true(s == untouched);
    }
    bl_plan_free(plan);
    close_fixture(&f);
}

int main(int argc, char **argv)
{
    read_arguments(argc, argv, &network_count, &first_seed);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrong_lanes),
        cmocka_unit_test(test_takes_twice_the_memory),
        cmocka_unit_test(test_plays_both),
        cmocka_unit_test(test_plays_beside_silence),
        cmocka_unit_test(test_plays_beside_ruin),
        cmocka_unit_test(test_resets),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_prewarms),
        cmocka_unit_test(test_turns),
        cmocka_unit_test(test_works_in_place),
    };
    return cmocka_run_group_tests_name("lanes", tests, NULL, NULL);
}
