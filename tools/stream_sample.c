#include "stream_sample.h"

#include <math.h>
#include <string.h>

static const struct {
    const char *name;
    size_t size;
    bool is_float;
} kinds[] = {
    [SAMPLE_S16] = { "s16", 2, false }, [SAMPLE_S24] = { "s24", 3, false }, [SAMPLE_S32] = { "s32", 4, false },
    [SAMPLE_F32] = { "f32", 4, true },  [SAMPLE_F64] = { "f64", 8, true },
};

bool stream_sample_parse(const char *word, stream_sample *sample)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!strcmp(word, kinds[i].name)) {
            *sample = (stream_sample)i;
            return true;
        }
    return false;
}

const char *stream_sample_name(stream_sample sample)
{
    return kinds[sample].name;
}

size_t stream_sample_size(stream_sample sample)
{
    return kinds[sample].size;
}

bool stream_sample_is_float(stream_sample sample)
{
    return kinds[sample].is_float;
}

size_t stream_form_frame(const stream_form *form)
{
    return form->channels * kinds[form->sample].size;
}

/* ---- reading ---- */

/* The number stands in the upper bytes, so that full scale is always 2^63. */
static uint64_t upper_bytes(const unsigned char *from, size_t size)
{
    uint64_t word = 0;
    for (size_t i = 0; i < size; i++)
        word |= (uint64_t)from[i] << 8 * (8 - size + i);
    return word;
}

static float read_one(const unsigned char *from, stream_sample sample)
{
    const uint64_t word = upper_bytes(from, kinds[sample].size);
    const uint32_t upper = (uint32_t)(word >> 32);
    int32_t whole;
    float x;
    double d;
    switch (sample) {
    case SAMPLE_F32: memcpy(&x, &upper, sizeof x); return x;
    case SAMPLE_F64: memcpy(&d, &word, sizeof d); return (float)d;
    default: memcpy(&whole, &upper, sizeof whole); return (float)whole * 0x1p-31f;
    }
}

void stream_sample_read(float *to, const unsigned char *from, size_t n, stream_sample sample)
{
    for (size_t i = 0; i < n; i++)
        to[i] = read_one(from + i * kinds[sample].size, sample);
}

/* ---- writing ---- */

static uint64_t round_one(float sample, size_t size, uint64_t *clipped)
{
    const double full = ldexp(1, (int)(8 * size) - 1); /* in double precision, because s32's largest is no float */
    const float x = fminf(fmaxf(sample, -1.0f), 1.0f);
    *clipped += x != sample;
    return (uint64_t)(int64_t)fmin(rint((double)x * full), full - 1);
}

static void write_one(unsigned char *to, float x, stream_sample sample, uint64_t *clipped)
{
    const double d = (double)x;
    uint64_t word = 0;
    uint32_t half;
    switch (sample) {
    case SAMPLE_F32:
        memcpy(&half, &x, sizeof half);
        word = half;
        break;
    case SAMPLE_F64: memcpy(&word, &d, sizeof word); break;
    default: word = round_one(x, kinds[sample].size, clipped);
    }
    for (size_t i = 0; i < kinds[sample].size; i++)
        to[i] = (unsigned char)(word >> 8 * i);
}

void stream_sample_write(unsigned char *to, const float *from, size_t n, stream_sample sample,
                         stream_clipping *clipping)
{
    for (size_t i = 0; i < n; i++) {
        clipping->peak = fmaxf(clipping->peak, fabsf(from[i]));
        write_one(to + i * kinds[sample].size, from[i], sample, &clipping->clipped);
    }
}
