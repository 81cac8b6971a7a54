/* Ctrl-C and its relatives: a command that writes a file looks at stop_requested() after every block,
 * removes what it has begun and returns. */
#ifndef TOOLS_STOP_H
#define TOOLS_STOP_H

#include <stdbool.h>

/* From here on SIGINT, SIGTERM and SIGHUP are only noted. */
void stop_catch(void);

bool stop_requested(void);

/* Called last: if a signal was noted, ends the program by that signal, so that a shell's loop over many
 * files ends as well. */
void stop_finish(void);

#endif
