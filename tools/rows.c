#include "rows.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

bool rows_alloc(rows *r, size_t channels, size_t frames)
{
    *r = (rows){ .channels = channels, .frames = frames };
    if (frames > SIZE_MAX / sizeof(float) / (channels + 1))
        return false;
    r->samples = malloc((channels * frames + 1) * sizeof *r->samples);
    return r->samples != NULL;
}

void rows_free(rows *r)
{
    free(r->samples);
    *r = (rows){ 0 };
}

void rows_point(const rows *r, size_t first, size_t count, size_t frame, float **pointers)
{
    for (size_t c = 0; c < count; c++)
        pointers[c] = rows_at(r, first + c, frame);
}

void rows_clear(const rows *r, size_t frame, size_t frames)
{
    for (size_t c = 0; c < r->channels; c++)
        memset(rows_at(r, c, frame), 0, frames * sizeof(float));
}

void rows_copy(const rows *to, size_t to_frame, const rows *from, size_t from_frame, size_t n)
{
    for (size_t c = 0; c < from->channels; c++)
        memcpy(rows_at(to, c, to_frame), rows_at(from, c, from_frame), n * sizeof(float));
}

static void mix(float *to, const float *from, size_t channels, size_t n)
{
    for (size_t t = 0; t < n; t++) {
        double sum = 0;
        for (size_t c = 0; c < channels; c++)
            sum += (double)from[t * channels + c];
        to[t] = (float)(sum / (double)channels);
    }
}

void rows_deinterleave(const rows *to, size_t frame, const float *from, size_t from_channels, size_t n)
{
    if (to->channels == 1 && from_channels > 1) {
        mix(rows_at(to, 0, frame), from, from_channels, n);
        return;
    }
    for (size_t c = 0; c < from_channels; c++) {
        float *row = rows_at(to, c, frame);
        for (size_t t = 0; t < n; t++)
            row[t] = from[t * from_channels + c];
    }
}

void rows_interleave(float *to, const rows *from, size_t channels, size_t frame, size_t n)
{
    for (size_t c = 0; c < channels; c++) {
        const float *row = rows_at(from, c, frame);
        for (size_t t = 0; t < n; t++)
            to[t * channels + c] = row[t];
    }
}
