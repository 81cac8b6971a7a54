/* Samples that wait: as many channels as signals, all equally long. */
#ifndef BL_PLUGINS_FIFO_H
#define BL_PLUGINS_FIFO_H

#include <backline/status.h>
#include <stddef.h>

enum { BL_FIFO_MOST_CHANNELS = 2 };

/** One thread at a time. */
typedef struct bl_fifo {
    float *rings[BL_FIFO_MOST_CHANNELS]; /* owned; mask + 1 samples each, a power of two */
    size_t channels, mask, first, count;
} bl_fifo;

/** Empty, with room for so many frames. BL_ERR_NO_MEM; bl_fifo_free() releases what is there. */
bl_status bl_fifo_init(bl_fifo *fifo, size_t channels, size_t room, bl_error *error);
void bl_fifo_free(bl_fifo *fifo);

/** Empty again. */
void bl_fifo_reset(bl_fifo *fifo);

/** Adds frames, for which there is room. in: NULL for silence. */
BL_REALTIME void bl_fifo_push(bl_fifo *fifo, const float *const *in, size_t frames);

/** Takes frames, of which there are as many, to out[channel] + at. */
BL_REALTIME void bl_fifo_pop(bl_fifo *fifo, float *const *out, size_t at, size_t frames);

#endif
