/* What a process that was killed had no time to remove. */
#ifndef TOOLS_RENDER_SWEEP_H
#define TOOLS_RENDER_SWEEP_H

#include <stddef.h>

/* Removes temporary files of these outputs and of their records, unless another process is still writing them. Sorts the
 * list. Without memory it does nothing. */
void render_sweep(const char **out_paths, size_t count);

#endif
