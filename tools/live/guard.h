/* The overload guard: when blocks take too much of their time, a network that comes in several sizes goes on with a
 * smaller one, and climbs back later. */
#ifndef TOOLS_LIVE_GUARD_H
#define TOOLS_LIVE_GUARD_H

#include "load_times.h"

#include <rig.h>
#include <stdbool.h>

struct session;

/* Of the worker; others may ask. */
typedef struct guard {
    double share;            /* beyond which it steps down; 0: never */
    _Atomic float wanted;    /* the quality that somebody has set; < 0: the guard has changed nothing */
    _Atomic float set;       /* what the guard has set instead */
    double changed, climbed; /* seconds of the session's clock */
    double quiet_since, patience_seconds;
    bool helpless;   /* it was told that there is nothing smaller */
    uint64_t frames; /* of the session, when it looked last */
} guard;

void guard_init(guard *g, double share);

/* Looks at the load of the last second. From the worker, some times a second. */
void guard_watch(struct session *s);

/* Any thread. To which quality it has stepped down; < 0: it has not. */
float guard_quality(const guard *g);

/* Any thread. The quality without the guard; < 0: as the rig says. */
float guard_wanted(const guard *g);

#endif
