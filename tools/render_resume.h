/* What an earlier run has done already. */
#ifndef TOOLS_RENDER_RESUME_H
#define TOOLS_RENDER_RESUME_H

#include "render_call.h"

/* Gives the jobs their keys, marks those that are finished, and says which outputs may be replaced. Returns DONE or, after a message, FAILED if a file is in the way. */
int render_resume(render_call *call);

#endif
