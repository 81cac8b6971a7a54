#include "signals.h"

#include <math.h>
#include <string.h>

const char *const soak_signal_names[SOAK_SIGNALS] = { "silence", "noise", "plucks", "a chord",  "an offset",
                                                      "NaN",     "Inf",   "1e30",   "denormals" };

static float chord(const soak_signal *s)
{
    static const int partials[] = { 2, 3, 4, 5, 7 };
    const double phase = 2 * 3.14159265358979323846 * (double)(s->at % s->period) / (double)s->period;
    double sum = 0;
    for (size_t i = 0; i < sizeof partials / sizeof *partials; i++)
        sum += sin(phase * partials[i] + partials[i]) / partials[i];
    return (float)sum * s->level;
}

static float next(soak_signal *s)
{
    const float noise = bl_random_float(&s->rng, s->level);
    const bool burst = s->at / 300 % 5 == 1;
    switch (s->kind) {
    case SOAK_NOISE: return noise;
    case SOAK_PLUCKS: return expf(-(float)(s->at % 30000) / 6000.0f) * (chord(s) + 0.1f * noise);
    case SOAK_STEADY: return chord(s);
    case SOAK_OFFSET: return s->level;
    case SOAK_NAN: return burst ? NAN : noise;
    case SOAK_INFINITE: return burst ? (s->at % 2 ? INFINITY : -INFINITY) : noise;
    case SOAK_HUGE: return burst ? copysignf(1e30f, noise) : noise;
    case SOAK_DENORMAL: return noise * 1e-39f;
    default: return 0;
    }
}

void soak_signal_next(soak_signal *s, float *const *x, size_t channels, size_t frames)
{
    for (size_t i = 0; i < frames; i++, s->at++) {
        x[0][i] = next(s);
        for (size_t c = 1; c < channels; c++)
            x[c][i] = s->kind == SOAK_NOISE ? bl_random_float(&s->rng, s->level) : x[0][i];
    }
}
