/* One change at a time, while a steady chord sounds; and how much of a click it made. */
#ifndef BL_TESTS_SOAK_LISTENING_H
#define BL_TESTS_SOAK_LISTENING_H

#include "files.h"
#include "player.h"

typedef enum soak_event {
    SOAK_SWAP_MODEL,
    SOAK_TAKE_MODEL,
    SOAK_SWAP_BROKEN,
    SOAK_SLOT,
    SOAK_QUALITY,
    SOAK_OVERSAMPLE,
    SOAK_SWAP_IMPULSE,
    SOAK_TAKE_IMPULSE,
    SOAK_BYPASS,
    SOAK_AMP_SWITCH,
    SOAK_CABINET_SWITCH,
    SOAK_GATE_SWITCH,
    SOAK_LEVELS,
    SOAK_TONE,
    SOAK_TONE_PLACE,
    SOAK_CABINET_KNOBS,
    SOAK_CABINET_DELAY,
    SOAK_KNOBS_STORM,
    SOAK_EVENTS
} soak_event;

extern const char *const soak_event_names[SOAK_EVENTS];

/** Of the changes of one kind. */
typedef struct soak_heard {
    size_t count;
    double worst; /* click, as a share of the peak */
} soak_heard;

typedef struct soak_listener {
    float *sound[2]; /* of an episode */
    size_t room, frames;
    soak_heard heard[SOAK_EVENTS];
    size_t unsettled;       /* episodes that did not come to rest, and so say nothing */
    size_t injected, found; /* clicks */
    double *limits;         /* what could just be found, as a share of the peak; one per episode */
    size_t limit_count;
} soak_listener;

void soak_listener_open(soak_listener *l);
void soak_listener_close(soak_listener *l);

/** An episode. Fails if there is a click beyond the bound, with what happened. */
void soak_listen(soak_listener *l, soak_player *p, const soak_files *files, bl_random *rng);

#endif
