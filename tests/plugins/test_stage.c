/* A stage exchanges its part while it sounds: what the listener hears, what each part hears, who frees what. */
#include "test_support.h"

#include "stage.h"

#include <math.h>
#include <string.h>

enum { RATE = 48000, MEMORY = 1500, FADE = 240 };

/* A part that mixes its input with what it heard MEMORY frames ago, times a level; and counts itself. */
typedef struct echo {
    bl_part part;
    float level, past[MEMORY];
    size_t at, block_frames; /* frames of the stage's block that goes on */
} echo;

static int alive;

static void echo_process(bl_part *part, float *const *out, const float *const *in, size_t frames)
{
    echo *e = (echo *)part;
    for (size_t i = 0; i < frames; i++) {
        const float x = in[0][i];
        out[0][i] = e->level * (x + 0.5f * e->past[e->at]);
        e->past[e->at] = x;
        e->at = (e->at + 1) % MEMORY;
    }
    e->block_frames += frames;
}

static void echo_reset(bl_part *part)
{
    echo *e = (echo *)part;
    memset(e->past, 0, sizeof e->past);
    e->at = 0;
}

static void echo_free(bl_part *part)
{
    alive--;
    free(part);
}

static echo *new_echo(float level, size_t latency)
{
    echo *e = calloc(1, sizeof *e);
    assert_non_null(e);
    e->part = (bl_part){
        .process = echo_process, .reset = echo_reset, .free = echo_free, .settling = MEMORY, .latency = latency
    };
    e->level = level;
    alive++;
    return e;
}

static bl_stage *open_stage(void)
{
    static bl_stage stage;
    assert_int_equal(bl_stage_init(&stage, RATE, 1, 1, RATE), BL_OK);
    bl_stage_set_fade(&stage, FADE);
    return &stage;
}

static void put(bl_stage *stage, float level)
{
    echo *e = new_echo(level, 0);
    assert_true(bl_stage_warm(stage, &e->part));
    bl_stage_post(stage, &e->part);
}

/* Takes what was posted, and plays. */
static void play(bl_stage *stage, float *out, const float *in, size_t frames, size_t block)
{
    for (size_t done = 0, n; done < frames; done += n) {
        float *o = out + done;
        const float *i = in + done;
        n = frames - done < block ? frames - done : block;
        bl_stage_take(stage);
        bl_stage_process(stage, &o, &i, n);
    }
}

static void test_empty_stage_passes_on(void **state)
{
    bl_stage stage;
    bl_random rng = { 1 };
    float in[300], left[300], right[300];
    float *out[2] = { left, right };
    const float *from = in;
    bl_random_fill(&rng, in, 300, 1);
    assert_int_equal(bl_stage_init(&stage, RATE, 1, 2, 100), BL_OK);
    bl_stage_process(&stage, out, &from, 300);
    assert_memory_equal(left, in, sizeof in);
    assert_memory_equal(right, in, sizeof in);
    bl_stage_free(&stage);
}

static void test_first_part_is_there_at_once(void **state)
{
    bl_stage *stage = open_stage();
    float in[100] = { 1 }, out[100];
    put(stage, 3);
    put(stage, 2); /* the newest counts */
    assert_int_equal(alive, 1);
    bl_stage_take(stage);
    put(stage, 4); /* still nothing has been heard */
    play(stage, out, in, 100, 100);
    assert_float_equal(out[0], 4, 0);
    bl_stage_collect(stage);
    assert_int_equal(alive, 1);
    bl_stage_free(stage);
    assert_int_equal(alive, 0);
}

/* The new part has heard all that the old one has: with equal levels nobody can tell, to the bit. */
static void test_equal_parts_follow_each_other_unheard(void **state)
{
    enum { FRAMES = 40000 };
    static float in[FRAMES], wanted[FRAMES], got[FRAMES];
    static const size_t blocks[] = { 1, 7, 64, 512 };
    bl_random rng = { 2 };
    bl_random_fill(&rng, in, FRAMES, 1);
    bl_stage *stage = open_stage();
    put(stage, 1);
    play(stage, wanted, in, FRAMES, 512);
    bl_stage_free(stage);
    for (size_t b = 0; b < sizeof blocks / sizeof *blocks; b++) {
        stage = open_stage();
        put(stage, 1);
        play(stage, got, in, 700, blocks[b]);
        for (size_t at = 700; at < FRAMES; at += 1310) {
            const size_t late = bl_random_below(&rng, 3) * 300; /* that the mail lies in the box */
            echo *e = new_echo(1, 0);
            assert_true(bl_stage_warm(stage, &e->part));
            for (size_t i = 0; i < late && i < FRAMES - at; i++) {
                float *o = got + at + i;
                const float *from = in + at + i;
                bl_stage_process(stage, &o, &from, 1);
            }
            bl_stage_post(stage, &e->part);
            const size_t rest = FRAMES - at < 1310 ? FRAMES - at : 1310;
            if (rest > late)
                play(stage, got + at + late, in + at + late, rest - late, blocks[b]);
        }
        assert_memory_equal(got, wanted, sizeof got);
        bl_stage_free(stage);
        assert_int_equal(alive, 0);
    }
}

/* Old and new are crossfaded with gains that add up to one, in exactly as many frames as were asked for. */
static void test_fade(void **state)
{
    enum { FRAMES = 4000 };
    static float in[FRAMES], out[FRAMES];
    for (size_t i = 0; i < FRAMES; i++)
        in[i] = 1;
    bl_stage *stage = open_stage();
    put(stage, 1);
    play(stage, out, in, 2000, 100);
    put(stage, 3);
    play(stage, out, in, FRAMES, 100);
    for (size_t i = 0; i < FRAMES; i++) {
        const double x = i < FADE ? (double)i / FADE : 1, gain = x * x * (3 - 2 * x);
        assert_float_equal(out[i], 1.5 * (1 + 2 * gain), 1e-6);
    }
    assert_float_equal(out[FADE], 4.5, 0);
    bl_stage_collect(stage);
    assert_int_equal(alive, 1);
    bl_stage_free(stage);
}

/* Requests that come while one fade goes on: only the last of them is heard. */
static void test_newest_wins(void **state)
{
    static float in[5000], out[5000];
    for (size_t i = 0; i < 5000; i++)
        in[i] = 1;
    bl_stage *stage = open_stage();
    put(stage, 1);
    play(stage, out, in, 3000, 64);
    put(stage, 2);
    play(stage, out, in, 64, 64);
    for (int i = 0; i < 20; i++)
        put(stage, -100);
    put(stage, 3);
    assert_int_equal(alive, 3);
    play(stage, out, in, 5000, 64);
    for (size_t i = 0; i < 5000; i++)
        assert_in_range((int)(out[i] * 1000), 1499, 4501);
    assert_float_equal(out[4999], 4.5, 0);
    bl_stage_free(stage);
    assert_int_equal(alive, 0);
}

/* A part that comes late must catch up, but never costs more than three blocks in one. */
static void test_cost_of_catching_up_is_bounded(void **state)
{
    static float in[512], out[512];
    bl_stage *stage = open_stage();
    put(stage, 1);
    for (int i = 0; i < 20; i++)
        play(stage, out, in, 512, 512);
    echo *old = (echo *)stage->now, *e = new_echo(1, 0);
    assert_true(bl_stage_warm(stage, &e->part));
    for (int i = 0; i < 10; i++)
        play(stage, out, in, 512, 512);
    bl_stage_post(stage, &e->part);
    size_t blocks = 0;
    for (; stage->now != &e->part; blocks++) {
        old->block_frames = e->block_frames = 0;
        play(stage, out, in, 64, 64);
        assert_in_range(e->block_frames, 64, 3 * 64);
        if (stage->now != &e->part)
            assert_int_equal(old->block_frames, 64);
        assert_in_range(blocks, 0, 100);
    }
    assert_in_range(blocks, 5120 / 64, 100);
    bl_stage_free(stage);
}

/* Off is the input, as late as the part is, to the bit; the part stays warm. */
static void test_off(void **state)
{
    enum { FRAMES = 12000, LATE = 37 };
    static float in[FRAMES], out[FRAMES];
    bl_random rng = { 3 };
    bl_random_fill(&rng, in, FRAMES, 1);
    bl_stage *stage = open_stage();
    echo *e = new_echo(5, LATE);
    bl_stage_post(stage, &e->part);
    bl_stage_take(stage);
    assert_int_equal(bl_stage_latency(stage), LATE);
    play(stage, out, in, 3000, 64);
    bl_stage_set_on(stage, false);
    play(stage, out + 3000, in + 3000, 4000, 64);
    bl_ramp on;
    bl_ramp_init(&on, RATE, 20, 1);
    bl_ramp_set(&on, 0);
    for (size_t i = 3000; i < 4000; i++) { /* as late from the first sample on, though nobody listened before */
        const float wet = 5 * (in[i] + 0.5f * in[i - MEMORY]), dry = in[i - LATE];
        assert_float_equal(out[i], dry + bl_ramp_next(&on) * (wet - dry), 1e-5);
    }
    assert_memory_equal(out + 5000, in + 5000 - LATE, 2000 * sizeof *in);
    bl_stage_set_on(stage, true);
    play(stage, out + 7000, in + 7000, 5000, 64);
    for (size_t i = 9000; i < FRAMES; i++)
        assert_float_equal(out[i], 5 * (in[i] + 0.5f * in[i - MEMORY]), 1e-6);
    bl_stage_free(stage);
}

/* In a fade, with one more in the mailbox, and with the input instead of the effect about to be heard: the last part is
 * all there is, and has heard nothing. */
static void test_reset(void **state)
{
    enum { FRAMES = 4000 };
    static float in[FRAMES], wanted[FRAMES], got[FRAMES];
    bl_random rng = { 4 };
    bl_random_fill(&rng, in, FRAMES, 1);
    bl_stage *stage = open_stage();
    put(stage, 3);
    play(stage, wanted, in, FRAMES, 64);
    bl_stage_free(stage);
    for (size_t parts = 1; parts <= 3; parts++) {
        stage = open_stage();
        for (size_t i = 1; i <= parts; i++) {
            if (i < 3)
                play(stage, got, in, 1000, 64);
            put(stage, i == parts ? 3 : 7);
            if (i < 3)
                play(stage, got, in, 64, 64);
        }
        assert_int_equal(stage->next != NULL, parts > 0);
        bl_stage_set_on(stage, false);
        play(stage, got, in, 64, 64);
        bl_stage_set_on(stage, true);
        bl_stage_reset(stage);
        bl_stage_collect(stage);
        assert_int_equal(alive, 1);
        assert_int_equal(bl_history_written(&stage->history), 0);
        play(stage, got, in, FRAMES, 64);
        assert_memory_equal(got, wanted, sizeof got);
        bl_stage_free(stage);
        assert_int_equal(alive, 0);
    }
}

/* What a reader gets is what was written, or it is told that it came too late. */
static void test_history(void **state)
{
    bl_history h;
    float block[2][100], got[2][200];
    const float *in[2] = { block[0], block[1] };
    float *out[2] = { got[0], got[1] };
    assert_int_equal(bl_history_init(&h, 2, 5000), BL_OK);
    assert_true(bl_history_reach(&h) >= 5000);
    bl_random rng = { 5 };
    for (size_t at = 0, n; at < 100000; at += n) {
        n = bl_random_below(&rng, 101); /* frames are kept in pairs, which blocks cut */
        n = n < 100000 - at ? n : 100000 - at;
        for (size_t i = 0; i < n; i++) {
            block[0][i] = (float)(at + i);
            block[1][i] = -(float)(at + i);
        }
        bl_history_write(&h, in, n);
        if (at < 100)
            continue;
        assert_true(bl_history_read(&h, out, at + n - 100, 100));
        assert_float_equal(got[0][0], (float)(at + n - 100), 0);
        assert_float_equal(got[1][99], -(float)(at + n - 1), 0);
    }
    assert_int_equal(bl_history_written(&h), 100000);
    const uint64_t oldest = 100000 - h.capacity;
    assert_true(bl_history_read(&h, out, 100000 - bl_history_reach(&h), 200));
    for (size_t i = 0; i < 200; i++) {
        assert_float_equal(got[0][i], (float)(100000 - bl_history_reach(&h) + i), 0);
        assert_float_equal(got[1][i], -got[0][i], 0);
    }
    assert_true(bl_history_read(&h, out, oldest, 200));
    for (size_t i = 0; i < 200; i++)
        assert_float_equal(got[0][i], (float)(oldest + i), 0);
    assert_false(bl_history_read(&h, out, oldest - 1, 200));
    bl_history_free(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty_stage_passes_on),
        cmocka_unit_test(test_first_part_is_there_at_once),
        cmocka_unit_test(test_equal_parts_follow_each_other_unheard),
        cmocka_unit_test(test_fade),
        cmocka_unit_test(test_newest_wins),
        cmocka_unit_test(test_cost_of_catching_up_is_bounded),
        cmocka_unit_test(test_off),
        cmocka_unit_test(test_reset),
        cmocka_unit_test(test_history),
    };
    return cmocka_run_group_tests_name("stage", tests, NULL, NULL);
}
