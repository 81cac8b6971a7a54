/* What a resampler promises about the number of its frames, their independence of how the input is cut, its delay and
 * its memory. How exact its frames are is tested by amp.py. */
#include "test_support.h"

#include "allocations.h"
#include "resampler.h"

#include <math.h>
#include <string.h>

enum { FRAMES = 6000, MOST = 64 * FRAMES, CHANNELS = 2 };

typedef struct rates {
    double from, to;
} rates;

static const rates pairs[] = {
    { 44100, 48000 },  { 48000, 44100 },  { 44100, 96000 },     { 96000, 44100 }, { 192000, 44100 },
    { 44100, 384000 }, { 88200, 48000 },  { 48000, 96000 },     { 96000, 48000 }, { 48000, 192000 },
    { 192000, 48000 }, { 44100, 352800 }, { 384000, 48000 },    { 8000, 512000 }, { 512000, 8000 },
    { 48000, 48000 },  { 11025, 48000 },  { 44100.5, 47999.3 }, { 48000, 16000 }, { 16000, 48000 },
    { 8000, 500000 },  { 500000, 8000 },
};
enum { PAIRS = sizeof pairs / sizeof *pairs };

static unsigned long forbidden_calls; /* while samples passed */

static float in_samples[CHANNELS][FRAMES], whole[CHANNELS][MOST + 64], cut[CHANNELS][MOST + 64];

static bl_resampler *open_pair(const rates *pair, size_t channels)
{
    bl_resampler *r;
    bl_error error;
    if (bl_resampler_create(pair->from, pair->to, channels, BL_CPU_AUTO, &r, &error))
        fail_msg("%s", error.text);
    return r;
}

static size_t feed(bl_resampler *r, float out[CHANNELS][MOST + 64], size_t given, size_t first, size_t frames)
{
    const float *const in[] = { in_samples[0] + first, in_samples[1] + first };
    float *const to[] = { out[0] + given, out[1] + given };
    const unsigned long before = allocations_so_far();
    const size_t came = bl_resampler_process(r, to, in, frames);
    forbidden_calls += allocations_so_far() - before;
    assert_true(came <= bl_resampler_most(r, frames));
    return came;
}

static void fill_noise(void)
{
    bl_random rng = { 1 };
    for (size_t c = 0; c < CHANNELS; c++)
        bl_random_fill(&rng, in_samples[c], FRAMES, 1);
}

/* As many as the ratio says, but for the shortfall, after every frame. */
static void frames_come_as_promised(void **state)
{
    (void)state;
    for (size_t i = 0; i < PAIRS; i += bl_test_stride()) {
        bl_resampler *r = open_pair(&pairs[i], 1);
        const size_t shortfall = bl_resampler_shortfall(r);
        size_t given = 0, least = SIZE_MAX;
        for (size_t n = 1; n <= FRAMES; n++) {
            given += feed(r, cut, given, n - 1, 1);
            const size_t due = (size_t)floor((double)n * pairs[i].to / pairs[i].from);
            if (given > due || given + shortfall < due)
                fail_msg("%g to %g Hz: %zu frames after %zu, %zu due, shortfall %zu", pairs[i].from, pairs[i].to,
                         given, n, due, shortfall);
            least = given + shortfall - due < least ? given + shortfall - due : least;
        }
        assert_true(least <= 1); /* nor is the shortfall larger than it is */
        bl_resampler_free(r);
    }
}

static void blocks_do_not_matter(void **state)
{
    (void)state;
    static const size_t blocks[] = { 1, 7, 64, 333, 4096 };
    fill_noise();
    for (size_t i = 0; i < PAIRS; i += bl_test_stride())
        for (size_t channels = 1; channels <= CHANNELS; channels++) {
            bl_resampler *r = open_pair(&pairs[i], channels);
            const size_t all = feed(r, whole, 0, 0, FRAMES);
            for (size_t b = 0; b < sizeof blocks / sizeof *blocks; b++) {
                size_t given = 0;
                bl_resampler_reset(r);
                for (size_t done = 0; done < FRAMES; done += blocks[b])
                    given += feed(r, cut, given, done, FRAMES - done < blocks[b] ? FRAMES - done : blocks[b]);
                assert_int_equal(given, all);
                for (size_t c = 0; c < channels; c++)
                    assert_memory_equal(cut[c], whole[c], all * sizeof(float));
            }
            bl_resampler_free(r);
        }
}

/* Each channel is what a resampler of its own would give. */
static void channels_are_apart(void **state)
{
    (void)state;
    fill_noise();
    for (size_t i = 0; i < PAIRS; i += bl_test_stride()) {
        bl_resampler *both = open_pair(&pairs[i], 2), *one = open_pair(&pairs[i], 1);
        const size_t all = feed(both, whole, 0, 0, FRAMES);
        assert_int_equal(feed(one, cut, 0, 0, FRAMES), all);
        assert_memory_equal(cut[0], whole[0], all * sizeof(float));
        bl_resampler_free(both);
        bl_resampler_free(one);
    }
}

/* Where the energy of an impulse at frame 2000 lies on average: the filters are symmetric. */
static void the_delay_is_the_impulses(void **state)
{
    (void)state;
    memset(in_samples, 0, sizeof in_samples);
    in_samples[0][2000] = 1;
    for (size_t i = 0; i < PAIRS; i += bl_test_stride()) {
        bl_resampler *r = open_pair(&pairs[i], 1);
        const size_t all = feed(r, whole, 0, 0, FRAMES);
        const double place = 2000 * pairs[i].to / pairs[i].from + bl_resampler_delay(r);
        const double reach = (double)bl_resampler_span(r) * pairs[i].to / pairs[i].from + 1;
        double sum = 0, moment = 0;
        for (size_t k = 0; k < all; k++) {
            sum += (double)whole[0][k] * whole[0][k];
            moment += (double)whole[0][k] * whole[0][k] * (double)k;
            if (fabs((double)k - place) > reach)
                assert_true(whole[0][k] == 0);
        }
        if (pairs[i].to > pairs[i].from && fabs(moment / sum - place) > 0.001)
            fail_msg("%g to %g Hz: at %.4f, not %.4f", pairs[i].from, pairs[i].to, moment / sum, place);
        bl_resampler_free(r);
    }
}

/* The past is heard for no longer than the span. */
static void the_span_is_enough(void **state)
{
    (void)state;
    for (size_t i = 0; i < PAIRS; i += bl_test_stride()) {
        bl_resampler *r = open_pair(&pairs[i], 1);
        fill_noise();
        const size_t all = feed(r, whole, 0, 0, FRAMES);
        const size_t changed = FRAMES / 3, span = bl_resampler_span(r);
        memset(in_samples, 0, changed * sizeof(float));
        bl_resampler_reset(r);
        assert_int_equal(feed(r, cut, 0, 0, FRAMES), all);
        size_t last = all;
        while (last > 0 && whole[0][last - 1] == cut[0][last - 1])
            last--;
        /* Frame `last` - 1 is the last that hears a changed one; it came when so many frames were in: */
        const double in = ((double)last + (double)bl_resampler_shortfall(r)) * pairs[i].from / pairs[i].to;
        if (in > (double)(changed + span) + 1 + pairs[i].from / pairs[i].to)
            fail_msg("%g to %g Hz: heard after %.1f, span %zu", pairs[i].from, pairs[i].to, in - (double)changed,
                     span);
        bl_resampler_free(r);
    }
}

/* In all the tests before. */
static void nothing_is_allocated(void **state)
{
    (void)state;
    if (!allocations_are_counted())
        skip();
    const unsigned long before = allocations_so_far();
    bl_resampler_free(open_pair(&pairs[0], 1));
    assert_true(allocations_so_far() > before); /* the counter counts */
    assert_int_equal(forbidden_calls, 0);
}

static void wrong_arguments_are_named(void **state)
{
    (void)state;
    bl_resampler *r;
    bl_error error;
    assert_int_equal(bl_resampler_create(999, 48000, 1, BL_CPU_AUTO, &r, &error), BL_ERR_ARGUMENT);
    assert_string_equal(error.text, "A sample rate of 1 kHz to 6.144 MHz was expected, not 999 Hz.");
    assert_int_equal(bl_resampler_create(48000, NAN, 1, BL_CPU_AUTO, &r, &error), BL_ERR_ARGUMENT);
    assert_int_equal(bl_resampler_create(8000, 513000, 1, BL_CPU_AUTO, &r, &error), BL_ERR_ARGUMENT);
    assert_int_equal(bl_resampler_create(48000, 44100, 3, BL_CPU_AUTO, &r, &error), BL_ERR_ARGUMENT);
    bl_resampler_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_come_as_promised),   cmocka_unit_test(blocks_do_not_matter),
        cmocka_unit_test(channels_are_apart),        cmocka_unit_test(the_delay_is_the_impulses),
        cmocka_unit_test(the_span_is_enough),        cmocka_unit_test(nothing_is_allocated),
        cmocka_unit_test(wrong_arguments_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
