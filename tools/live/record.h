/* A recording of what goes in and what comes out, written by a thread of its own.
 *
 * The file is under its name from the first moment, and its header is brought up to date every second: whatever ends
 * the program, all but the last second of the take can be opened. Like a temporary file that gets its name at the end,
 * that leaves no half file, but a take cannot be played again. */
#ifndef TOOLS_LIVE_RECORD_H
#define TOOLS_LIVE_RECORD_H

#include <backline/status.h>
#include <stddef.h>
#include <stdint.h>

typedef struct record record;

/* Begins a file, by the ending of its name: wav, w64 and others that hold floats. The first `dry` channels are what
 * comes in, then there are `wet`; 1 or 2 each. Replaces what is there. BL_ERR_IO, BL_ERR_ARGUMENT, BL_ERR_NO_MEM. */
bl_status record_create(const char *path, double rate_hz, size_t dry, size_t wet, record **out, bl_error *error);

/* Writes what is left, and closes the file. The audio thread puts nothing more. */
void record_end(record *r);

/* After record_end(), or instead of it. NULL is allowed. */
void record_free(record *r);

/* Hands over frames, dry or wet NULL: silence. What finds no room is lost, and becomes silence in the file. Audio
 * thread. */
BL_REALTIME void record_put(record *r, const float *const *dry, const float *const *wet, size_t frames);

/* Any thread. error: NULL, or a sentence why the file ended early, valid until record_free(). */
typedef struct record_state {
    uint64_t recorded, lost; /* frames that are in the file; of these, silence instead of sound */
    const char *error;
} record_state;
void record_read(const record *r, record_state *state);

#endif
