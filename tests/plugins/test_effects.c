/* What Python does not see of the effects: ramps sample by sample, work in place, resets, denormals, no memory. */
#include "test_support.h"

#include "biquad.h"
#include "dc_blocker.h"
#include "delay.h"
#include "gain.h"
#include "gate.h"
#include "meter.h"
#include "ramp.h"
#include "tone.h"

#include <math.h>
#include <string.h>

enum { FRAMES = 20000, CHANNELS = 2 };
static const double rate_hz = 48000;

static void ramp_arrives_exactly_and_stays(void **state)
{
    (void)state;
    bl_ramp ramp;
    bl_ramp_init(&ramp, rate_hz, 20, 0.3f);
    assert_float_equal(bl_ramp_next(&ramp), 0.3f, 0);
    bl_ramp_set(&ramp, 0.7f);
    for (size_t i = 1; i < 960; i++) {
        bl_ramp_set(&ramp, 0.7f); /* is on its way */
        bl_ramp_set(&ramp, NAN);  /* says nothing */
        bl_ramp_set(&ramp, HUGE_VALF);
        const double t = (double)i / 960;
        assert_float_equal(bl_ramp_next(&ramp), 0.3 + 0.4 * (3 * t * t - 2 * t * t * t), 1e-6);
    }
    for (size_t i = 0; i < 10; i++)
        assert_true(bl_ramp_next(&ramp) == 0.7f);
    bl_ramp_set(&ramp, -1);
    bl_ramp_jump(&ramp);
    assert_true(bl_ramp_next(&ramp) == -1.0f);
    bl_ramp_init(&ramp, rate_hz, 0, 1); /* at least one sample */
    bl_ramp_set(&ramp, 2);
    assert_true(bl_ramp_next(&ramp) == 2.0f);
}

/* New targets at any time: the value stays between the least and the largest of them, and two ramps to
 * complementary targets add up to 1. */
static void ramp_keeps_within_its_targets(void **state)
{
    (void)state;
    bl_random rng = { 3 };
    bl_ramp a, b;
    bl_ramp_init(&a, rate_hz, 5, 0);
    bl_ramp_init(&b, rate_hz, 5, 1);
    for (size_t move = 0; move < 20000; move++) {
        const float any = 0.5f + bl_random_float(&rng, 0.5f), target = move % 3 ? rintf(any) : any;
        bl_ramp_set(&a, target);
        bl_ramp_set(&b, 1 - target);
        for (size_t i = bl_random_below(&rng, move % 2 ? 300 : 30); i > 0; i--) {
            const float value = bl_ramp_next(&a);
            assert_true(value >= -1e-6f && value <= 1 + 1e-6f);
            assert_float_equal(value + bl_ramp_next(&b), 1, 1e-6);
        }
    }
}

/* From 0 to 1 and back at any time: as smooth as the way there. */
static void ramp_turns_without_a_corner(void **state)
{
    (void)state;
    const double n = 240;
    for (size_t turn = 1; turn < 300; turn++) {
        bl_ramp ramp;
        bl_ramp_init(&ramp, rate_hz, 5, 0);
        bl_ramp_set(&ramp, 1);
        double before = 0, slope = 0;
        for (size_t i = 0; i < 600; i++) {
            if (i == turn)
                bl_ramp_set(&ramp, 0);
            const double value = bl_ramp_next(&ramp), change = value - before;
            assert_true(fabs(change - slope) < 13 / (n * n)); /* 6 / n^2 is a cubic's that begins flat */
            slope = change;
            before = value;
        }
        assert_true(before == 0);
    }
}

static float input[CHANNELS][FRAMES], apart[CHANNELS][FRAMES], within[CHANNELS][FRAMES];

/* All effects in a chain, with knobs that move. */
typedef struct chain {
    bl_gain gain;
    bl_tone tone;
    bl_biquad biquad;
    bl_gate gates[CHANNELS];
    bl_dc_blocker blockers[CHANNELS];
    bl_delay delays[CHANNELS];
} chain;

static void set_chain(chain *k, bool other)
{
    const bl_tone_params tone = { other ? 5 : -5, 3, -9, 4, 6, other ? 20 : 200, 4000 };
    const bl_biquad_params biquad = { BL_BIQUAD_PEAK, other ? 300 : 3000, 2, 12, true };
    bl_gate_params gate = bl_gate_defaults();
    gate.active = true;
    gate.threshold_db = other ? -5 : -20;
    gate.hold_ms = 0;
    gate.release_ms = 20;
    bl_gain_set(&k->gain, other ? -3 : 7);
    bl_tone_set(&k->tone, &tone);
    bl_biquad_set(&k->biquad, &biquad);
    for (size_t c = 0; c < CHANNELS; c++) {
        bl_gate_set(&k->gates[c], &gate);
        bl_dc_blocker_set(&k->blockers[c], other);
        bl_delay_set(&k->delays[c], other ? 100 : 700);
    }
}

static void reset_chain(chain *k)
{
    bl_gain_reset(&k->gain);
    bl_tone_reset(&k->tone);
    bl_biquad_reset(&k->biquad);
    for (size_t c = 0; c < CHANNELS; c++) {
        bl_gate_reset(&k->gates[c]);
        bl_dc_blocker_reset(&k->blockers[c]);
        bl_delay_reset(&k->delays[c]);
    }
}

static void open_chain(chain *k)
{
    const bl_biquad_params biquad = { BL_BIQUAD_PEAK, 1000, 1, 0, true };
    bl_gain_init(&k->gain, rate_hz);
    bl_tone_init(&k->tone, rate_hz);
    bl_biquad_init(&k->biquad, rate_hz, &biquad);
    for (size_t c = 0; c < CHANNELS; c++) {
        bl_gate_init(&k->gates[c], rate_hz);
        bl_dc_blocker_init(&k->blockers[c], rate_hz);
        assert_int_equal(bl_delay_init(&k->delays[c], rate_hz, 1000), BL_OK);
    }
    set_chain(k, false);
    reset_chain(k);
}

static void close_chain(chain *k)
{
    for (size_t c = 0; c < CHANNELS; c++)
        bl_delay_free(&k->delays[c]);
}

typedef struct pointers {
    float *out[CHANNELS];
    const float *in[CHANNELS];
} pointers;

/* Each effect takes `from` and writes `to`. If they are apart, each gets a copy of what the one before it made. */
static void run_chain(chain *k, float to[CHANNELS][FRAMES], float from[CHANNELS][FRAMES], size_t at, size_t frames)
{
    pointers p;
    for (size_t effect = 0; effect < 6; effect++) {
        for (size_t c = 0; c < CHANNELS; c++) {
            if (effect && to != from)
                memcpy(from[c] + at, to[c] + at, frames * sizeof(float));
            p.out[c] = to[c] + at;
            p.in[c] = from[c] + at;
        }
        switch (effect) {
        case 0: bl_gain_process(&k->gain, p.out, p.in, CHANNELS, frames); break;
        case 1: bl_tone_process(&k->tone, p.out, p.in, CHANNELS, frames); break;
        case 2: bl_biquad_process(&k->biquad, p.out, p.in, CHANNELS, frames); break;
        default:
            for (size_t c = 0; c < CHANNELS; c++)
                if (effect == 3)
                    bl_gate_process(&k->gates[c], p.out[c], p.in[c], frames);
                else if (effect == 4)
                    bl_dc_blocker_process(&k->blockers[c], p.out[c], p.in[c], frames);
                else
                    bl_delay_process(&k->delays[c], p.out[c], p.in[c], frames);
        }
    }
}

static void run_piece(chain *k, float to[CHANNELS][FRAMES], float from[CHANNELS][FRAMES])
{
    for (size_t at = 0; at < FRAMES; at += 500) {
        set_chain(k, at / 1500 % 2);
        run_chain(k, to, from, at, 500);
    }
}

static void fill_input(void)
{
    bl_random rng = { 11 };
    for (size_t c = 0; c < CHANNELS; c++)
        for (size_t i = 0; i < FRAMES; i++)
            input[c][i] = bl_random_float(&rng, i % 6000 < 2000 ? 0.9f : 0.001f);
}

static void effects_work_in_place_and_forget_at_a_reset(void **state)
{
    (void)state;
    static chain k;
    static float from[CHANNELS][FRAMES];
    fill_input();
    open_chain(&k);
    memcpy(from, input, sizeof from);
    run_piece(&k, apart, from);
    for (size_t round = 0; round < 2; round++) { /* the second goes on where the first left it, but for the reset */
        set_chain(&k, false);
        reset_chain(&k);
        memcpy(within, input, sizeof within);
        run_piece(&k, within, within);
        assert_memory_equal(within, apart, sizeof apart);
    }
    close_chain(&k);
}

/* After sound, silence: exactly zero soon, in the filters' states too, and nothing that a CPU would call a
 * denormal. */
static void silence_becomes_exact(void **state)
{
    (void)state;
    static chain k;
    static float silent[CHANNELS][FRAMES];
    fill_input();
    open_chain(&k);
    run_chain(&k, apart, input, 0, FRAMES);
    for (size_t second = 0; second < 8; second++) {
        memset(silent, 0, sizeof silent);
        run_chain(&k, silent, silent, 0, FRAMES);
    }
    for (size_t c = 0; c < CHANNELS; c++) {
        for (size_t i = 0; i < FRAMES; i++)
            assert_true(silent[c][i] == 0);
        for (size_t i = 0; i < 4; i++)
            assert_true(k.blockers[c].offset[i] == 0);
        assert_true(fpclassify(k.gates[c].low) != FP_SUBNORMAL && fpclassify(k.gates[c].smooth) != FP_SUBNORMAL);
        for (size_t s = 0; s < 2; s++)
            assert_true(k.biquad.state[s][c] == 0 && k.tone.filters[0].state[s][c] == 0);
    }
    close_chain(&k);
}

static void meter_clears_what_it_holds(void **state)
{
    (void)state;
    const float loud[2] = { 0.5f, -1.5f }, soft[1] = { 0.25f };
    const float *const first[1] = { loud }, *const second[1] = { soft };
    bl_meter_reading r;
    bl_meter *meter = bl_meter_create(rate_hz);
    assert_non_null(meter);
    bl_meter_read(meter, &r);
    assert_true(r.peak == 0 && r.rms == 0 && r.held == 0 && r.clips == 0);
    bl_meter_process(meter, first, 1, 2);
    bl_meter_clear(meter); /* takes effect with the next block */
    bl_meter_read(meter, &r);
    assert_true(r.held == 1.5f && r.clips == 1 && r.peak == 1.5f);
    bl_meter_process(meter, second, 1, 1);
    bl_meter_read(meter, &r);
    assert_true(r.held == 0.25f && r.clips == 0 && r.peak > 1.49f && r.peak < 1.5f);
    bl_meter_free(meter);
    bl_meter_free(NULL);
}

static bool out_of_memory;

void *__real_aligned_alloc(size_t alignment, size_t n);
void *__wrap_aligned_alloc(size_t alignment, size_t n);
void *__wrap_aligned_alloc(size_t alignment, size_t n)
{
    return out_of_memory ? NULL : __real_aligned_alloc(alignment, n);
}

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size)
{
    return out_of_memory ? NULL : __real_calloc(n, size);
}

static void no_memory_is_reported(void **state)
{
    (void)state;
    bl_delay delay;
    out_of_memory = true;
    bl_meter *meter = bl_meter_create(rate_hz);
    const bl_status status = bl_delay_init(&delay, rate_hz, 1000);
    out_of_memory = false;
    assert_null(meter);
    assert_int_equal(status, BL_ERR_NO_MEM);
    bl_delay_free(&delay);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ramp_arrives_exactly_and_stays),
        cmocka_unit_test(ramp_keeps_within_its_targets),
        cmocka_unit_test(ramp_turns_without_a_corner),
        cmocka_unit_test(effects_work_in_place_and_forget_at_a_reset),
        cmocka_unit_test(silence_becomes_exact),
        cmocka_unit_test(meter_clears_what_it_holds),
        cmocka_unit_test(no_memory_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
