/* The state of a session as a line of JSON, for services (docs/live.md). */
#ifndef TOOLS_LIVE_STATUS_H
#define TOOLS_LIVE_STATUS_H

#include "screen.h"

#include <stdio.h>

/* Prints one line. False if nobody reads it any more. */
bool status_print(FILE *to, session *s, const screen_device *device);

#endif
