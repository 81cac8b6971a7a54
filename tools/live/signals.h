/* Signals of `backline live`: SIGINT and SIGTERM ask for the end, SIGHUP for the rig file to be read again. */
#ifndef TOOLS_LIVE_SIGNALS_H
#define TOOLS_LIVE_SIGNALS_H

#include <stdatomic.h>
#include <stdbool.h>

void signals_catch(void);

/* Becomes true when the end is asked for. A second such signal ends the program at once. */
extern atomic_bool signals_quit;

/* Whether the rig file is to be read again, since the last call. A terminal that hangs up asks for the end instead. */
bool signals_take_reload(void);

#endif
