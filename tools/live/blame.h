/* Whose fault an xrun is: ours, if blocks had more to do than there was time for, or the machine's, if they were kept from
 * doing it.
 *
 * Only the system knows how long a thread had a processor, and asking it is a system call, which the audio thread does not
 * make. That notes by the counter of cycles what its blocks take, and a thread of its own asks every few blocks, between
 * two of them, how much processor time the audio thread has had. That holds no time in which others ran in its place, be
 * it on this machine or, where a virtual machine is told of it, on its host. Interrupts are in it, unless the kernel keeps
 * their time apart (CONFIG_IRQ_TIME_ACCOUNTING): under heavy disk traffic they make an xrun every few minutes look like ours.
 *
 * A block is late if it took longer than it lasts. Late blocks are ours if the processor time leaves more for them
 * than they last, without that of the other blocks and of what the device's library does between blocks. */
#ifndef TOOLS_LIVE_BLAME_H
#define TOOLS_LIVE_BLAME_H

#include <backline/status.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* Of blocks, in seconds. */
typedef struct blame_times {
    uint64_t blocks, late_blocks;
    double in_time; /* taken by blocks that were not late */
    double budget;  /* how long those last that were */
} blame_times;

/* What the watching thread sees in one look. */
typedef struct blame_look {
    blame_times times;
    double processor; /* seconds that the audio thread has had */
    double at;        /* by the system's clock */
    bool between;     /* no block was being played */
} blame_look;

/* Begins as zero. */
typedef struct blame {
    /* audio thread */
    _Atomic uint64_t begun, blocks, late_blocks;
    _Atomic double in_time, budget;

    /* from others to the watching thread */
    pthread_mutex_t lock;
    clockid_t clock;   /* of the audio thread; under the lock, as the next one */
    unsigned exchange; /* a number for every clock; 0: there is none */
    _Atomic uint64_t *xruns;
    atomic_bool end;

    /* its own */
    pthread_t thread;
    unsigned watched; /* exchange of last */
    blame_look last;
    double between_blocks; /* processor time of the audio thread for every block, beside it */
    uint64_t guilty;       /* late blocks of ours whose xruns may still be reported */
    double guilty_until;
    uint64_t seen; /* xruns */
    _Atomic uint64_t ours;
} blame;

/* Whether late blocks are ours, of what happened between two looks, in which the audio thread had so many seconds; of these,
 * between_blocks for every block are not for the block itself. */
bool blame_is_ours(const blame_times *happened, double processor, double between_blocks);

/* Starts the thread, which counts those of *xruns that are ours. False: there is no room for another thread. */
bool blame_begin(blame *b, _Atomic uint64_t *xruns);
void blame_end(blame *b);

/* The audio thread is this one from now on. It lives, and has played a block; it may end at any time. */
void blame_watch(blame *b, pthread_t audio);

/* How many xruns were ours: as many as late blocks were, if the device reports them within the next fifth of a second. Any
 * thread. */
uint64_t blame_ours(const blame *b);

/* A block begins; it has ended, and took so long. Audio thread. */
BL_REALTIME void blame_enter(blame *b);
BL_REALTIME void blame_leave(blame *b, double seconds, size_t frames, double rate_hz);

#endif
