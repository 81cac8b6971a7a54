/* The audio thread of a soak, and the worker beside it. */
#ifndef BL_TESTS_SOAK_PLAYER_H
#define BL_TESTS_SOAK_PLAYER_H

#include "memory.h"
#include "rig.h"
#include "signals.h"

#include <pthread.h>
#include <stdatomic.h>

enum { SOAK_MOST_FRAMES = 8192 };

typedef struct soak_player {
    bl_rig *rig;
    bl_rig_options options;
    soak_signal signal;
    float in[2][SOAK_MOST_FRAMES], out[2][SOAK_MOST_FRAMES];
    double seconds; /* played so far, by all rigs */
    size_t blocks, works;
    pthread_t worker;
    atomic_bool stop;
} soak_player;

/** A rig, with a thread that does its work. */
void soak_player_open(soak_player *p, const bl_rig_options *options);
void soak_player_close(soak_player *p);

/** One block of 0..SOAK_MOST_FRAMES frames of p->signal, into p->out. Fails unless all of it is finite, nothing was
 *  allocated, locked or computed with denormals, and the floating-point mode is the caller's again. */
void soak_play(soak_player *p, size_t frames);

/** Waits, playing nothing, until the worker has nothing to do. */
void soak_wait(soak_player *p);

#endif
