/** @file history.h
 *  The last seconds of a signal, written by the audio thread and read by any other: what a new amplifier hears before
 *  it takes over. */
#ifndef BACKLINE_PLUGINS_HISTORY_H
#define BACKLINE_PLUGINS_HISTORY_H

#include <backline/status.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Frames that may be written at once. */
#define BL_HISTORY_MAX_WRITE 4096

typedef struct bl_history {
    _Atomic uint64_t *ring; /* [channel][capacity / 2], owned: two frames each, which costs half as much to write */
    size_t channels, capacity;
    _Atomic uint64_t begun;   /* frames that were written or are being written */
    _Atomic uint64_t written; /* frames that can be read */
} bl_history;

/** Room for at least `frames` frames, besides what is being written. BL_ERR_NO_MEM. */
bl_status bl_history_init(bl_history *history, size_t channels, size_t frames);
void bl_history_free(bl_history *history);

/** As bl_history_init() left it; not while anybody writes. What is being read meanwhile may be old or new. */
void bl_history_reset(bl_history *history);

/** Frames that can be looked back at. */
size_t bl_history_reach(const bl_history *history);

/** Frames written since the beginning; any thread. */
BL_REALTIME uint64_t bl_history_written(const bl_history *history);

/** Audio thread; at most BL_HISTORY_MAX_WRITE frames. */
BL_REALTIME void bl_history_write(bl_history *history, const float *const *in, size_t frames);

/** Copies frames `position` and following, all written; any thread. False if they have been overwritten since, which
 *  cannot happen to the writer itself; what is in out does not count then. */
BL_REALTIME bool bl_history_read(const bl_history *history, float *const *out, uint64_t position, size_t frames);

#endif
