#include "test_support.h"

#include "tests/plugins/allocations.h"
#include "tuner.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double pi = 3.14159265358979323846;
enum { B0 = 23, E6 = 88, LONGEST = 96000 * 2 }; /* notes as in MIDI, A4 is 69 */

static float sound[LONGEST];

/* How strong the harmonics of a string are, by where it is plucked and picked up. */
typedef enum timbre { SINE, SAW, SECOND, BRIDGE, TIMBRES } timbre;

static double strength(timbre t, int harmonic)
{
    switch (t) {
    case SINE: return harmonic == 1;
    case SAW: return 1.0 / harmonic;
    case SECOND: return harmonic == 1 ? 0.25 : harmonic == 2 ? 1 : 0.5 / harmonic; /* the first is weak */
    default: return fabs(sin(pi * harmonic * 0.13)) / harmonic;
    }
}

/* decay: e-folds in a second of the lowest; higher ones are gone sooner. stiff: how sharp the higher ones are. */
static void pluck(double hz, double rate_hz, size_t count, timbre t, double decay, double stiff, bl_random *rng)
{
    memset(sound, 0, count * sizeof *sound);
    for (int h = 1; h <= 24; h++) {
        const double f = h * hz * sqrt((1 + stiff * h * h) / (1 + stiff)), turn = 2 * pi * f / rate_hz;
        const double shrink = exp(-decay * (1 + 0.3 * h) / rate_hz), start = bl_random_float(rng, 3.14f);
        double re = 0.1 * strength(t, h) * cos(start), im = 0.1 * strength(t, h) * sin(start);
        const double step_re = shrink * cos(turn), step_im = shrink * sin(turn);
        if (f > fmin(0.45 * rate_hz, 6000) || re * re + im * im == 0) /* higher ones say nothing to a tuner */
            continue;
        for (size_t i = 0; i < count; i++) {
            const double next = re * step_re - im * step_im;
            im = re * step_im + im * step_re;
            re = next;
            sound[i] += (float)re;
        }
    }
}

/* A detuning that every note has its own of, in cents. */
static double detuning(int note)
{
    return (note * 37) % 91 - 45;
}

static double hz_of(double note)
{
    return 440 * pow(2, (note - 69) / 12);
}

/* Hears it in odd pieces; from 0.6 s on every reading must be the note, within so many cents. Returns the worst. */
static double hear_note(int note, double rate_hz, size_t count, double within)
{
    static const char *const names[] = { "C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B" };
    tuner *t = tuner_create();
    assert_non_null(t);
    double worst = 0;
    for (size_t at = 0, piece = 1; at < count; at += piece, piece = 1 + (piece * 7 + 100) % 1500) {
        tuner_hear(t, sound + at, at + piece < count ? piece : count - at, rate_hz);
        if ((double)at < 0.6 * rate_hz)
            continue;
        const tuner_note n = tuner_read(t);
        const double off = fabs(n.cents - detuning(note));
        if (!n.heard || strcmp(n.name, names[note % 12]) || n.octave != note / 12 - 1 || !(off <= within))
            fail_msg("note %d at %g Hz: %s%d %+.2f cents, not %+.2f", note, rate_hz, n.name, n.octave, n.cents,
                     detuning(note));
        assert_true(fabs(n.hz / hz_of(note + n.cents / 100) - 1) < 1e-9);
        worst = fmax(worst, off);
    }
    tuner_free(t);
    return worst;
}

/* All notes with the hardest timbre, and some with the others. */
static int next_note(int note, timbre t)
{
    return note + (t == SECOND ? (int)bl_test_stride() : 5);
}

static void test_steady(void **state)
{
    bl_random rng = { 1 };
    for (timbre t = 0; t < TIMBRES; t++) {
        double worst = 0;
        for (int note = B0; note <= E6; note = next_note(note, t)) {
            pluck(hz_of(note + detuning(note) / 100), 44100, 36000, t, 0, 0, &rng);
            worst = fmax(worst, hear_note(note, 44100, 36000, 1.0));
        }
        print_message("steady, timbre %d: %.4f cents at most\n", (int)t, worst);
    }
}

static void test_other_rates(void **state)
{
    static const double rates[] = { 8000, 48000, 96000 };
    bl_random rng = { 12 };
    for (size_t r = 0; r < 3; r++) {
        double worst = 0;
        const size_t count = (size_t)(0.8 * rates[r]);
        for (int note = B0; note <= E6; note += 5) {
            pluck(hz_of(note + detuning(note) / 100), rates[r], count, SAW, 0, 0, &rng);
            worst = fmax(worst, hear_note(note, rates[r], count, 1.0));
        }
        print_message("steady, %g Hz: %.4f cents at most\n", rates[r], worst);
    }
}

static void test_decay(void **state)
{
    bl_random rng = { 2 };
    for (timbre t = 0; t < TIMBRES; t++) {
        double worst = 0;
        for (int note = B0; note <= E6; note = next_note(note, t)) {
            pluck(hz_of(note + detuning(note) / 100), 48000, 48000, t, 1.5, 0, &rng);
            worst = fmax(worst, hear_note(note, 48000, 48000, 2.0));
        }
        print_message("decaying, timbre %d: %.3f cents at most\n", (int)t, worst);
    }
}

/* Real strings are stiff, a bass's most. */
static void test_stiff(void **state)
{
    bl_random rng = { 3 };
    double worst = 0;
    for (int note = B0; note <= 64; note += 2) {
        pluck(hz_of(note + detuning(note) / 100), 48000, 48000, note % 4 == 1 ? SAW : BRIDGE, 1.0, 1e-4, &rng);
        worst = fmax(worst, hear_note(note, 48000, 48000, 2.0));
    }
    print_message("stiff: %.3f cents at most\n", worst);
}

/* 26 dB below the first harmonic, over the whole band. */
static void test_noisy(void **state)
{
    bl_random rng = { 4 };
    double worst = 0;
    for (int note = B0; note <= E6; note += 4) {
        pluck(hz_of(note + detuning(note) / 100), 48000, 40000, SAW, 0, 0, &rng);
        for (size_t i = 0; i < 40000; i++)
            sound[i] += bl_random_float(&rng, 0.006f) + 0.02f; /* and an offset */
        worst = fmax(worst, hear_note(note, 48000, 40000, 2.0));
    }
    print_message("noisy: %.3f cents at most\n", worst);
}

/* ---- what is no note ---- */

static bool was_heard(tuner *t, size_t count)
{
    bool heard = false;
    for (size_t at = 0; at < count; at += 480) {
        tuner_hear(t, sound + at, 480, 48000);
        heard = heard || tuner_read(t).heard;
    }
    return heard;
}

static void test_not_heard(void **state)
{
    bl_random rng = { 5 };
    tuner *t = tuner_create();
    assert_false(tuner_read(t).heard);
    assert_string_equal(tuner_read(t).name, "");
    memset(sound, 0, sizeof sound);
    assert_false(was_heard(t, 96000));
    for (size_t i = 0; i < 192000; i++)
        sound[i] = bl_random_float(&rng, 0.5f);
    assert_false(was_heard(t, 192000));
    float slow = 0;
    for (size_t i = 0; i < 192000; i++) /* rumble */
        sound[i] = slow += 0.02f * (bl_random_float(&rng, 1) - slow);
    assert_false(was_heard(t, 192000));
    pluck(110, 48000, 96000, SAW, 0, 0, &rng);
    for (size_t i = 0; i < 96000; i++)
        sound[i] *= 0.002f; /* too quiet */
    assert_false(was_heard(t, 96000));
    pluck(15, 48000, 96000, SINE, 0, 0, &rng);
    assert_false(was_heard(t, 96000));
    for (size_t i = 0; i < 96000; i++)
        sound[i] = i % 3 ? NAN : INFINITY;
    was_heard(t, 96000);
    tuner_free(t);
    tuner_free(NULL);
}

/* A note that ends goes out, another one comes in its place, and the first one never flickers. */
static void test_changes(void **state)
{
    bl_random rng = { 6 };
    tuner *t = tuner_create();
    pluck(110, 48000, 48000, SAW, 0, 0, &rng);
    assert_true(was_heard(t, 48000));
    assert_int_equal(tuner_read(t).octave, 2);
    pluck(146.83, 48000, 48000, SAW, 0, 0, &rng);
    was_heard(t, 28800);
    assert_string_equal(tuner_read(t).name, "D");
    assert_true(fabs(tuner_read(t).cents) < 1);
    pluck(293.66, 48000, 48000, SAW, 0, 0, &rng); /* an octave is believed later */
    was_heard(t, 14400);
    assert_int_equal(tuner_read(t).octave, 3);
    was_heard(t, 33600);
    assert_int_equal(tuner_read(t).octave, 4);
    memset(sound, 0, sizeof sound);
    was_heard(t, 4800);
    assert_true(tuner_read(t).heard);
    was_heard(t, 38400);
    assert_false(tuner_read(t).heard);
    tuner_free(t);
}

/* A harmonic that swells up and away for a moment does not move the display. */
static void test_octave_holds(void **state)
{
    bl_random rng = { 7 };
    tuner *t = tuner_create();
    pluck(82.41, 48000, 96000, SAW, 0, 0, &rng);
    for (size_t i = 48000; i < 64000; i++) { /* a quarter of a second of the octave above alone */
        const double shape = fmin(3 * sin(pi * (double)(i - 48000) / 16000), 1);
        sound[i] = (float)(sound[i] * (1 - shape) + 0.1 * shape * sin(2 * pi * 164.82 * (double)i / 48000));
    }
    for (size_t at = 0; at < 96000; at += 480) {
        tuner_hear(t, sound + at, 480, 48000);
        if (at > 24000)
            assert_int_equal(tuner_read(t).octave, 2);
    }
    tuner_free(t);
}

/* ---- how it is fed ---- */

static void test_cut_anyhow(void **state)
{
    bl_random rng = { 8 };
    tuner *one = tuner_create(), *other = tuner_create();
    pluck(196, 44100, 60000, BRIDGE, 1, 0, &rng);
    tuner_hear(one, sound, 60000, 44100);
    for (size_t i = 0; i < 60000; i++)
        tuner_hear(other, sound + i, 1, 44100);
    const tuner_note a = tuner_read(one), b = tuner_read(other);
    assert_true(a.heard && a.hz == b.hz && a.cents == b.cents);
    tuner_free(one);
    tuner_free(other);
}

static void test_rates(void **state)
{
    static const double rates[] = { 2000, 3000, 5512.5, 11025, 15999, 22050, 88200, 192000 };
    bl_random rng = { 9 };
    for (size_t r = 0; r < 8; r++) {
        pluck(hz_of(45 + detuning(45) / 100), rates[r], (size_t)rates[r], SAW, 0, 0, &rng);
        hear_note(45, rates[r], (size_t)rates[r], 1.0);
    }
    tuner *t = tuner_create();
    static const double wrong[] = { 0, -1, 1999, 1e9, INFINITY, NAN };
    for (size_t r = 0; r < 6; r++)
        tuner_hear(t, sound, 48000, wrong[r]);
    assert_false(tuner_read(t).heard);
    tuner_hear(t, sound, 48000, 1e6);
    tuner_hear(t, NULL, 0, 48000);
    tuner_free(t);
}

static void test_no_allocations(void **state)
{
    if (!allocations_are_counted())
        skip();
    bl_random rng = { 10 };
    tuner *t = tuner_create();
    pluck(110, 48000, 48000, SAW, 1, 0, &rng);
    const unsigned long before = allocations_so_far();
    tuner_hear(t, sound, 48000, 48000);
    tuner_hear(t, sound, 48000, 96000);
    const bool heard = tuner_read(t).heard;
    assert_int_equal(allocations_so_far(), before);
    assert_true(heard);
    tuner_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steady),  cmocka_unit_test(test_other_rates),    cmocka_unit_test(test_decay),
        cmocka_unit_test(test_stiff),   cmocka_unit_test(test_noisy),          cmocka_unit_test(test_not_heard),
        cmocka_unit_test(test_changes), cmocka_unit_test(test_octave_holds),   cmocka_unit_test(test_cut_anyhow),
        cmocka_unit_test(test_rates),   cmocka_unit_test(test_no_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
