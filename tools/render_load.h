/* What a rendering needs from files before it begins. Each returns DONE or, after a message, FAILED or WRONG_USAGE. */
#ifndef TOOLS_RENDER_LOAD_H
#define TOOLS_RENDER_LOAD_H

#include "render_call.h"

/* Notes what the recordings are; those that cannot be read have failed. FAILED if none is left. */
int render_look(render_call *call);

/* Which files will play: reads the rig file, but no model. */
int render_choose(render_call *call);

/* Loads them. */
int render_load(render_call *call);

#endif
