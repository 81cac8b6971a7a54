/* What is read is not overwritten. */
#ifndef TOOLS_RENDER_INPUTS_H
#define TOOLS_RENDER_INPUTS_H

#include "render_call.h"

/* Where --force is given: FAILED, after a message, if an output is a model or an impulse response of this call, or the recording of
 * another output, by whatever name. After render_choose(). */
int render_inputs_protect(const render_call *call);

#endif
