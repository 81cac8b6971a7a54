/* The input of all golden renders. */
#include "golden.h"
#include "test_support.h"

#include <stdarg.h>
#include <stdio.h>

/* -1 .. 1 */
static double triangle(double phase)
{
    return phase < 0.5 ? 4 * phase - 1 : 3 - 4 * phase;
}

void golden_input(float *x, size_t frames, size_t channel)
{
    static const double periods[] = { 581, 437.5, 109.25, 291.75, 36.5 };
    bl_random rng = { 1000 + channel };
    double phase = 0, level = 0, noise = 0;
    for (size_t i = 0; i < frames; i++) {
        const size_t note = i / 3000 + channel;
        if (i % 3000 == 0)
            level = 0.1 + 0.2 * (double)(note % 4);
        if (i % 2700 == 1200)
            noise = 0.3;
        phase += 1 / periods[note % 5];
        phase -= phase >= 1;
        level *= 0.9985;
        noise *= 0.995;
        x[i] = (float)(level * triangle(phase) + (noise + 0.0005) * (double)bl_random_float(&rng, 1));
    }
}

golden_sound golden_new_sound(size_t channels, size_t frames)
{
    golden_sound sound = { channels, frames, calloc(channels * frames, sizeof(float)) };
    if (!sound.samples)
        golden_fail("Out of memory.");
    return sound;
}

void golden_fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "golden-player: ");
    vfprintf(stderr, format, args);
    fprintf(stderr, "\n");
    va_end(args);
    exit(1);
}
