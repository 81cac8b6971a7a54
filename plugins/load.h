/** @file load.h
 *  Which share of the time an audio thread takes: from the beginning of one block to that of the next, how much of it was
 *  spent inside. Where blocks come at the pace of a sound card, that is the share of a processor that the sound needs. */
#ifndef BACKLINE_PLUGINS_LOAD_H
#define BACKLINE_PLUGINS_LOAD_H

#include <backline/status.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Plain data of one thread; all zero at first. */
typedef struct bl_load {
    uint64_t begun;         /* when this block began; 0: none did */
    uint64_t inside, whole; /* since the share was made up last */
    uint64_t frames;
    float share;
} bl_load;

/** The first and the last thing that a block does. */
BL_API BL_REALTIME void bl_load_begin(bl_load *load);
BL_API BL_REALTIME void bl_load_end(bl_load *load, uint32_t frames, double rate_hz);

/** 0..1, of the last third of a second of sound; 0 at first; negative: this processor has no counter. */
BL_API BL_REALTIME float bl_load_share(const bl_load *load);

#ifdef __cplusplus
}
#endif
#endif
