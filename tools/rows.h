/* Samples of several channels, one row for each. */
#ifndef TOOLS_ROWS_H
#define TOOLS_ROWS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct rows {
    float *samples;
    size_t channels, frames; /* frames: room in a row, and from one row to the next */
} rows;

/* Nothing is in them yet. False if there is no memory; then there is nothing to free. */
bool rows_alloc(rows *r, size_t channels, size_t frames);
void rows_free(rows *r);

static inline float *rows_at(const rows *r, size_t channel, size_t frame)
{
    return r->samples + channel * r->frames + frame;
}

/* Pointers to a frame of `count` channels from `first` on. */
void rows_point(const rows *r, size_t first, size_t count, size_t frame, float **pointers);

void rows_clear(const rows *r, size_t frame, size_t frames);

/* n frames of all channels, from one place to another. */
void rows_copy(const rows *to, size_t to_frame, const rows *from, size_t from_frame, size_t n);

/* The same from and to interleaved samples. Rows of one channel get the mean of several. */
void rows_deinterleave(const rows *to, size_t frame, const float *from, size_t from_channels, size_t n);
void rows_interleave(float *to, const rows *from, size_t channels, size_t frame, size_t n);

#endif
