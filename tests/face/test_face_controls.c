/* Positions, steps and words of all settings. */
#include "player.h"

#include <math.h>
#include <stdio.h>

static item control_of(bl_rig_param param)
{
    switch (bl_rig_param_describe(param)->kind) {
    case BL_RIG_SWITCH: return (item){ .kind = ITEM_SWITCH, .index = (int)param };
    case BL_RIG_CHOICE: return (item){ .kind = ITEM_CHOICE, .index = (int)param };
    default: return (item){ .kind = ITEM_KNOB, .index = (int)param };
    }
}

static bool is_continuous(bl_rig_param param)
{
    return bl_rig_param_describe(param)->kind == BL_RIG_CONTINUOUS;
}

static void test_positions(void **state)
{
    player p;
    player_start(&p);
    for (int param = 0; param < BL_RIG_PARAM_COUNT; param++) {
        const item its = control_of((bl_rig_param)param);
        const bl_rig_param_info *info = bl_rig_param_describe((bl_rig_param)param);
        for (int i = 0; i <= 100; i++) {
            *p.log = 0;
            control_set_position(p.f, &its, i / 100.0);
            const float value = control_current(p.f, false, (size_t)param);
            if (is_continuous((bl_rig_param)param))
                assert_float_equal(control_position(p.f, &its), i / 100.0, 0.005);
            control_set_position(p.f, &its, control_position(p.f, &its)); /* stays where it is */
            assert_true(fabsf(control_current(p.f, false, (size_t)param) - value) <= 1e-6f * fabsf(value));
        }
        assert_true(control_current(p.f, false, (size_t)param) == info->maximum);
        control_set_position(p.f, &its, -3);
        assert_true(control_current(p.f, false, (size_t)param) == info->minimum);
        control_reset(p.f, &its);
        assert_true(control_current(p.f, false, (size_t)param) == info->initial);
        *p.log = 0;
    }
    player_end(&p);
}

static void test_origins(void **state)
{
    static const struct {
        bl_rig_param param;
        double origin;
    } cases[] = { { BL_RIG_BASS, 0.5 },   { BL_RIG_OUTPUT_GAIN, 0.6 }, { BL_RIG_GATE_THRESHOLD, 0 },
                  { BL_RIG_HIGH_CUT, 0 }, { BL_RIG_CAB_DELAY, 0.5 },   { BL_RIG_INTERFACE_LEVEL, 1 / 3.0 },
                  { BL_RIG_CAB_BLEND, 0 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const item its = control_of(cases[i].param);
        assert_float_equal(control_origin(&its), cases[i].origin, 1e-6);
    }
}

static void test_steps(void **state)
{
    static const struct {
        bl_rig_param param;
        double step; /* of a notch, from the middle of the range; of a fine one a tenth */
    } cases[] = { { BL_RIG_INPUT_GAIN, 1 },     { BL_RIG_BASS, 0.5 },
                  { BL_RIG_GATE_THRESHOLD, 2 }, { BL_RIG_GATE_HYSTERESIS, 0.5 },
                  { BL_RIG_CAB_BLEND, 0.02 },   { BL_RIG_CAB_DELAY, 0.5 },
                  { BL_RIG_FADE, 10 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const item its = control_of(cases[i].param);
        const bl_rig_param_info *info = bl_rig_param_describe(cases[i].param);
        const double range = (double)info->maximum - info->minimum;
        assert_float_equal(control_step(&its, false) * range, cases[i].step, 1e-6);
        assert_float_equal(control_step(&its, true) * range, cases[i].step / 10, 1e-6);
    }
    for (int param = 0; param < BL_RIG_PARAM_COUNT; param++) {
        const item its = control_of((bl_rig_param)param);
        const double step = control_step(&its, false);
        assert_true(is_continuous((bl_rig_param)param) ? step > 1 / 150.0 && step < 1 / 25.0
                                                       : fabs(1 / step - round(1 / step)) < 1e-9);
    }
}

static void words(player *p, bl_rig_param param, float value, char *out)
{
    const item its = control_of(param);
    face_set(p->f, param, value);
    control_words(p->f, &its, out, 64);
}

static void test_words(void **state)
{
    static const struct {
        bl_rig_param param;
        float value;
        const char *words;
    } cases[] = {
        { BL_RIG_BASS, 0, "0.0 dB" },
        { BL_RIG_BASS, -0.01f, "0.0 dB" },
        { BL_RIG_BASS, 3, "+3.0 dB" },
        { BL_RIG_BASS, -12, "-12.0 dB" },
        { BL_RIG_GATE_THRESHOLD, -60, "-60.0 dB" },
        { BL_RIG_GATE_HYSTERESIS, 6, "6.0 dB" },
        { BL_RIG_INTERFACE_LEVEL, 12, "+12.0 dBu" },
        { BL_RIG_LOW_CUT, 20, "Off" },
        { BL_RIG_LOW_CUT, 20.5f, "20.5 Hz" },
        { BL_RIG_LOW_CUT, 120, "120 Hz" },
        { BL_RIG_LOW_CUT, 1000, "1.00 kHz" },
        { BL_RIG_HIGH_CUT, 12345, "12.3 kHz" },
        { BL_RIG_HIGH_CUT, 20000, "Off" },
        { BL_RIG_GATE_ATTACK, 0.05f, "0.050 ms" },
        { BL_RIG_GATE_ATTACK, 12.5f, "12.5 ms" },
        { BL_RIG_GATE_RELEASE, 150, "150 ms" },
        { BL_RIG_GATE_RELEASE, 1500, "1.50 s" },
        { BL_RIG_CAB_DELAY, 2.5f, "+2.50 ms" },
        { BL_RIG_CAB_BLEND, 0.5f, "50 %" },
        { BL_RIG_CAB_PAN_1, -0.3f, "30 % left" },
        { BL_RIG_CAB_PAN_1, 0, "Centre" },
        { BL_RIG_CAB_PAN_2, 1, "100 % right" },
        { BL_RIG_GATE, 1, "On" },
        { BL_RIG_GATE, 0, "Off" },
        { BL_RIG_OUTPUT_MODE, 2, "Calibrated" },
        { BL_RIG_OVERSAMPLE, 4, "4 times" },
        { BL_RIG_SLOT, 4, "4" },
    };
    player p;
    player_start(&p);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[64];
        words(&p, cases[i].param, cases[i].value, out);
        assert_string_equal(out, cases[i].words);
    }
    player_end(&p);
}

/* What a knob shows can be typed, and is what it shows then. */
static void test_words_are_read(void **state)
{
    player p;
    player_start(&p);
    for (int param = 0; param < BL_RIG_PARAM_COUNT; param++) {
        if (!is_continuous((bl_rig_param)param))
            continue;
        const item its = control_of((bl_rig_param)param);
        for (int i = 0; i <= 1000; i++) {
            char shown[64], again[64], why[128] = "";
            float value = NAN;
            *p.log = 0;
            control_set_position(p.f, &its, i / 1000.0);
            const float before = p.f->settings[param];
            control_words(p.f, &its, shown, sizeof shown);
            assert_true(control_read(p.f, &its, shown, &value, why, sizeof why));
            assert_string_equal(why, "");
            assert_true(fabsf(value - before) <=
                        1e-3f * fmaxf(fabsf(before), 0.01f)); /* steps are what words can say */
            words(&p, (bl_rig_param)param, value, again);
            assert_string_equal(again, shown);
        }
    }
    player_end(&p);
}

static void test_names(void **state)
{
    player p;
    player_start(&p);
    for (int param = 0; param < BL_RIG_PARAM_COUNT; param++) {
        const item its = control_of((bl_rig_param)param);
        const size_t length = strlen(control_name(p.f, &its));
        assert_true(length >= 3 && length <= 13);
    }
    const item knob = { .kind = ITEM_MODEL_KNOB, .index = 2 };
    char out[64];
    assert_string_equal(control_name(p.f, &knob), "Knob");
    control_words(p.f, &knob, out, sizeof out);
    assert_string_equal(out, "50 %");
    face_set_text(p.f, FACE_DETAILS,
                  "Knob 1: a, 0 to 1, at first 0\nKnob 2: b, 0 to 1, at first 1\n"
                  "Knob 3: Sag, -5 to 5, at first 1\n");
    assert_string_equal(control_name(p.f, &knob), "Sag");
    control_words(p.f, &knob, out, sizeof out);
    assert_string_equal(out, "1.00");
    for (size_t k = 0; k < 3; k++)
        for (int i = 0; i <= 20; i++) {
            const face_knob *its = &p.f->knob_infos[k];
            const double units = knob_in_units(its, i / 20.0);
            assert_float_equal(knob_in_units(its, knob_from_units(its, units)), units, 1e-9);
        }
    player_end(&p);
}

static void test_idle_controls(void **state)
{
    player p;
    player_start(&p);
    const item threshold = control_of(BL_RIG_GATE_THRESHOLD), bass = control_of(BL_RIG_BASS),
               blend = control_of(BL_RIG_CAB_BLEND), level = control_of(BL_RIG_INTERFACE_LEVEL);
    assert_true(control_is_idle(p.f, &threshold));
    face_set(p.f, BL_RIG_GATE, 1);
    assert_false(control_is_idle(p.f, &threshold));
    assert_true(control_is_idle(p.f, &level));
    face_set(p.f, BL_RIG_OUTPUT_MODE, BL_RIG_OUTPUT_CALIBRATED);
    assert_false(control_is_idle(p.f, &level));
    face_set_file(p.f, BL_RIG_IMPULSE_1, "/a.wav");
    assert_true(control_is_idle(p.f, &blend));
    face_set_file(p.f, BL_RIG_IMPULSE_2, "/b.wav");
    assert_false(control_is_idle(p.f, &blend));
    assert_false(control_is_idle(p.f, &bass));
    face_set_number(p.f, FACE_BYPASSED, 1);
    assert_true(control_is_idle(p.f, &bass));
    player_end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_positions),     cmocka_unit_test(test_origins),        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_words),         cmocka_unit_test(test_words_are_read), cmocka_unit_test(test_names),
        cmocka_unit_test(test_idle_controls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
