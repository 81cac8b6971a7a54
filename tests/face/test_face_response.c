#define _DEFAULT_SOURCE

#include "test_support.h"

#include "draw.h"
#include "response.h"
#include "scratch.h"

#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <string.h>

static const double pi = 3.14159265358979323846;

static int begin(void **state)
{
    scratch_begin();
    return 0;
}

static int end(void **state)
{
    scratch_end();
    return 0;
}

/* Samples interleaved; returns the path. */
static const char *write_sound(const char *name, const float *samples, size_t frames, int channels, int rate,
                               int format)
{
    SF_INFO info = { .channels = channels, .samplerate = rate, .format = format };
    const char *path = scratch_path(name);
    SNDFILE *file = sf_open(path, SFM_WRITE, &info);
    assert_non_null(file);
    assert_int_equal(sf_writef_float(file, samples, (sf_count_t)frames), frames);
    sf_close(file);
    return path;
}

#define FLOAT_WAV (SF_FORMAT_WAV | SF_FORMAT_FLOAT)

/* ---- filters whose responses are known (Bristow-Johnson's cookbook) ---- */

typedef struct biquad {
    double b0, b1, b2, a1, a2, rate_hz;
} biquad;

static biquad make_low_pass(double hz, double q, double rate_hz)
{
    const double w = 2 * pi * hz / rate_hz, alpha = sin(w) / (2 * q), a0 = 1 + alpha;
    return (biquad){ (1 - cos(w)) / 2 / a0, (1 - cos(w)) / a0, (1 - cos(w)) / 2 / a0,
                     -2 * cos(w) / a0,      (1 - alpha) / a0,  rate_hz };
}

static biquad make_peak(double hz, double q, double db, double rate_hz)
{
    const double w = 2 * pi * hz / rate_hz, a = pow(10, db / 40), alpha = sin(w) / (2 * q), a0 = 1 + alpha / a;
    return (biquad){ (1 + alpha * a) / a0, -2 * cos(w) / a0,     (1 - alpha * a) / a0,
                     -2 * cos(w) / a0,     (1 - alpha / a) / a0, rate_hz };
}

static void impulse_of(biquad f, float *out, size_t count, size_t stride)
{
    double x1 = 0, x2 = 0, y1 = 0, y2 = 0;
    for (size_t i = 0; i < count; i++) {
        const double x = i == 0, y = f.b0 * x + f.b1 * x1 + f.b2 * x2 - f.a1 * y1 - f.a2 * y2;
        x2 = x1;
        x1 = x;
        y2 = y1;
        y1 = y;
        out[i * stride] = (float)y;
    }
}

static double power_at(biquad f, double hz)
{
    const double w = 2 * pi * hz / f.rate_hz;
    const double top = pow(f.b0 + f.b1 * cos(w) + f.b2 * cos(2 * w), 2) + pow(f.b1 * sin(w) + f.b2 * sin(2 * w), 2);
    const double bottom = pow(1 + f.a1 * cos(w) + f.a2 * cos(2 * w), 2) + pow(f.a1 * sin(w) + f.a2 * sin(2 * w), 2);
    return top / bottom;
}

/* The filters' mean power, each channel's its own, against what was read. */
static void compare(const response *r, const biquad *filters, size_t count)
{
    double power[RESPONSE_POINTS], mean = 0;
    size_t middle = 0;
    assert_string_equal(r->error, "");
    assert_int_equal(r->count, RESPONSE_POINTS);
    for (size_t i = 0; i < RESPONSE_POINTS; i++) {
        const double hz = RESPONSE_LOW * pow(RESPONSE_HIGH / RESPONSE_LOW, (double)i / (RESPONSE_POINTS - 1));
        power[i] = 0;
        for (size_t c = 0; c < count; c++)
            power[i] += power_at(filters[c], hz) / (double)count;
        if (hz >= 160 && hz <= 4000) {
            mean += power[i];
            middle++;
        }
    }
    for (size_t i = 0; i < RESPONSE_POINTS; i++) {
        const double expected = 10 * log10(power[i] / (mean / (double)middle));
        if (!(fabs(r->db[i] - expected) <= 0.5))
            fail_msg("point %zu is %g dB, not %g", i, (double)r->db[i], expected);
    }
}

static void test_filters(void **state)
{
    static const int rates[] = { 44100, 48000, 96000, 192000 };
    enum { FRAMES = 20000 };
    static float samples[FRAMES];
    for (size_t k = 0; k < 4; k++) {
        const biquad filters[] = { make_low_pass(2000, 0.7, rates[k]), make_peak(800, 2, 12, rates[k]),
                                   make_peak(100, 1, -10, rates[k]) };
        for (size_t i = 0; i < 3; i++) {
            response r;
            impulse_of(filters[i], samples, FRAMES, 1);
            response_read(&r, write_sound("f.wav", samples, FRAMES, 1, rates[k], FLOAT_WAV));
            compare(&r, &filters[i], 1);
        }
    }
}

static void test_two_channels(void **state)
{
    enum { FRAMES = 6000 };
    static float samples[2 * FRAMES];
    const biquad filters[] = { make_low_pass(700, 1.5, 48000), make_peak(3000, 1, 9, 48000) };
    response r;
    impulse_of(filters[0], samples, FRAMES, 2);
    impulse_of(filters[1], samples + 1, FRAMES, 2);
    response_read(&r, write_sound("two.wav", samples, FRAMES, 2, 48000, FLOAT_WAV));
    compare(&r, filters, 2);
    assert_string_equal(r.details, "48 kHz, 2 channels, 125 ms");
}

/* A comb with teeth much closer than a sixth of an octave is flat. */
static void test_smooth(void **state)
{
    static float samples[8000];
    samples[0] = samples[7999] = 0.5f;
    response r;
    response_read(&r, write_sound("comb.wav", samples, 8000, 1, 48000, FLOAT_WAV));
    assert_int_equal(r.count, RESPONSE_POINTS);
    for (size_t i = 60; i < RESPONSE_POINTS; i++)
        assert_true(fabsf(r.db[i]) < 1.0f);
}

static void test_formats(void **state)
{
    static float samples[600000];
    response r;
    samples[100] = 0.5f;
    response_read(&r, write_sound("a.flac", samples, 1000, 1, 44100, SF_FORMAT_FLAC | SF_FORMAT_PCM_24));
    assert_string_equal(r.details, "44.1 kHz, 1 channel, 23 ms");
    assert_int_equal(r.count, RESPONSE_POINTS);
    for (size_t i = 0; i < RESPONSE_POINTS; i++)
        assert_true(fabsf(r.db[i]) < 0.01f); /* late is no less flat */
    response_read(&r, write_sound("long.wav", samples, 600000, 1, 48000, FLOAT_WAV));
    assert_string_equal(r.details, "48 kHz, 1 channel, 12.5 s");
    assert_int_equal(r.count, RESPONSE_POINTS);
    response_read(&r, write_sound("one.wav", samples + 100, 1, 1, 48000, FLOAT_WAV));
    assert_string_equal(r.details, "48 kHz, 1 channel, 1 ms");
    response_read(&r, write_sound("slow.wav", samples, 1000, 1, 8000, FLOAT_WAV));
    assert_int_equal(r.count, RESPONSE_POINTS);
    assert_true(isfinite(r.db[RESPONSE_POINTS - 1]) &&
                r.db[RESPONSE_POINTS - 1] < -60); /* above its rate is nothing */
}

static void must_fail(const char *path, const char *sentence)
{
    response r;
    memset(&r, 1, sizeof r);
    response_read(&r, path);
    assert_int_equal(r.count, 0);
    assert_string_equal(r.error, sentence);
    assert_string_equal(r.details, "");
}

static void test_errors(void **state)
{
    float samples[300] = { 0 };
    must_fail("", "");
    must_fail(scratch_path("none.wav"), "This file is missing.");
    must_fail(scratch_path(""), "This is not a file.");
    must_fail("/dev/null", "This is not a file.");
    scratch_text("text.wav", "this is no sound");
    must_fail(scratch_path("text.wav"), "This is not an audio file that can be read.");
    must_fail(write_sound("silent.wav", samples, 100, 1, 48000, FLOAT_WAV),
              "This impulse response is nothing but silence.");
    must_fail(write_sound("three.wav", samples, 100, 3, 48000, FLOAT_WAV),
              "This file has 3 channels; an impulse response has one or two.");
    must_fail(write_sound("empty.wav", samples, 0, 1, 48000, FLOAT_WAV), "This impulse response is empty.");
    must_fail(write_sound("slow.wav", samples, 100, 1, 100, FLOAT_WAV),
              "The sample rate of this file is too low for an impulse response.");
    samples[7] = NAN;
    must_fail(write_sound("nan.wav", samples, 100, 1, 48000, FLOAT_WAV),
              "This impulse response has samples that are no numbers.");
    samples[7] = 3e38f;
    response r;
    response_read(&r, write_sound("huge.wav", samples, 100, 1, 48000, FLOAT_WAV));
    assert_int_equal(r.count, RESPONSE_POINTS);
    assert_true(isfinite(r.db[0]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_filters, begin, end),
        cmocka_unit_test_setup_teardown(test_two_channels, begin, end),
        cmocka_unit_test_setup_teardown(test_smooth, begin, end),
        cmocka_unit_test_setup_teardown(test_formats, begin, end),
        cmocka_unit_test_setup_teardown(test_errors, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
