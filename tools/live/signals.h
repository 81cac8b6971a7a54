/* Signals of `backline live`: SIGINT and SIGTERM ask for the end, SIGHUP for the rig file to be read again. */
#ifndef TOOLS_LIVE_SIGNALS_H
#define TOOLS_LIVE_SIGNALS_H

#include <stdatomic.h>
#include <stdbool.h>

void signals_catch(void);

/* Becomes true when the end is asked for. A second such signal ends the program at once. */
extern atomic_bool signals_quit;

/* What is to be done before a second signal ends the program; NULL: nothing. It must be safe in a signal handler. */
void signals_before_death(void (*last)(void));

/* Whether the rig file is to be read again, since the last call. A terminal that hangs up asks for the end instead. */
bool signals_take_reload(void);

#endif
