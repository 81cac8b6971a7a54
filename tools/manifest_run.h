/* backline render --manifest: renders the rows of a table, several at a time, each in a process of its own: whatever
 * happens to one, the others are rendered. */
#ifndef TOOLS_MANIFEST_RUN_H
#define TOOLS_MANIFEST_RUN_H

#include "render_words.h"

/* The words of the command line; those of the sound hold for all rows. Returns the program's exit code. */
int manifest_run(const render_words *words);

#endif
