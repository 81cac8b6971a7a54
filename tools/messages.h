/* What the program says on stderr: one sentence per failure, with the command in front of it. */
#ifndef TOOLS_MESSAGES_H
#define TOOLS_MESSAGES_H

#include <backline/status.h>

/* The words in front of every message, e.g. "backline render"; a static string. */
void message_command(const char *title);

/* Prints the sentence; returns FAILED. Control characters, which a stranger's file may have brought in,
 * are shown as '?'. */
int fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The engine's own sentence about why something failed; returns FAILED. */
int fail_engine(const bl_error *error);

/* The same for a wrong command line; adds where the help is; returns WRONG_USAGE. */
int fail_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Something that the user should know although the command goes on. */
void warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Shows a line that the next one, or a message, overwrites; "" takes it away. */
void message_status(const char *line);

#endif
