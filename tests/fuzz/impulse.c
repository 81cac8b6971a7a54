/* Target: impulse responses in audio files. The result is finite and no longer than it may be, and the same bytes give the
 * same result. */
#include "fuzz/fuzz.h"

#include "impulse.h"

#include <math.h>
#include <string.h>

/* The last second in which a response rings out at another rate, in a generous measure: 64 frames of 4 kHz. */
static const double ringing_seconds = 0.02;

static bl_impulse *load(const uint8_t *data, size_t size, const bl_impulse_options *options, bl_status *status,
                        bl_error *error)
{
    bl_impulse *impulse = NULL;
    *status = bl_impulse_load_memory(data, size, options, &impulse, error);
    FUZZ_REQUIRE(!*status == (impulse != NULL), "status %d and %s", (int)*status, impulse ? "a response" : "none");
    return impulse;
}

static void check_impulse(const bl_impulse *impulse, const bl_impulse_options *options)
{
    const size_t channels = bl_impulse_channels(impulse), taps = bl_impulse_taps(impulse);
    const double seconds = (double)taps / options->rate_hz;
    FUZZ_REQUIRE(channels == 1 || channels == 2, "%zu channels", channels);
    FUZZ_REQUIRE(taps && seconds <= BL_IMPULSE_MAX_SECONDS + ringing_seconds, "%zu taps, %g s", taps, seconds);
    FUZZ_REQUIRE(bl_impulse_rate(impulse) == options->rate_hz, "%g Hz", bl_impulse_rate(impulse));
    FUZZ_REQUIRE(bl_impulse_file_rate(impulse) >= 4000 && bl_impulse_file_rate(impulse) <= 768000, "%g Hz",
                 bl_impulse_file_rate(impulse));
    for (size_t c = 0; c < channels; c++)
        for (size_t t = 0; t < taps; t++)
            FUZZ_REQUIRE(isfinite(bl_impulse_samples(impulse, c)[t]), "tap %zu of channel %zu is %g", t, c,
                         (double)bl_impulse_samples(impulse, c)[t]);
}

static void require_same(const bl_impulse *a, const bl_impulse *b)
{
    FUZZ_REQUIRE(bl_impulse_channels(a) == bl_impulse_channels(b) && bl_impulse_taps(a) == bl_impulse_taps(b),
                 "another size");
    for (size_t c = 0; c < bl_impulse_channels(a); c++)
        FUZZ_REQUIRE(
            !memcmp(bl_impulse_samples(a, c), bl_impulse_samples(b, c), bl_impulse_taps(a) * sizeof(float)),
            "the same bytes give another response");
}

static bl_fuzz_result try_impulse(const bl_fuzz_target *target, const uint8_t *data, size_t size)
{
    static const double rates_hz[] = { 48000, 48000, 44100, 8000 };
    const uint64_t hash = bl_fuzz_hash(data, size);
    const bl_impulse_options options = { rates_hz[hash & 3], hash >> 2 & 1, hash >> 3 & 1 };
    bl_error error = bl_fuzz_no_error();
    bl_status status;
    bl_impulse *impulse = load(data, size, &options, &status, &error);
    if (status)
        return bl_fuzz_refused(status, &error);
    check_impulse(impulse, &options);
    if (!(hash >> 4 & 15)) {
        bl_impulse *again = load(data, size, &options, &status, &error);
        FUZZ_REQUIRE(!status, "%s", error.text);
        require_same(impulse, again);
        bl_impulse_free(again);
    }
    bl_impulse_free(impulse);
    return BL_FUZZ_RAN;
}

const bl_fuzz_target bl_fuzz_impulse = { "impulse", try_impulse, NULL };
