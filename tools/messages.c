#include "messages.h"

#include "commands.h"
#include "text.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { STATUS_WIDTH = 78 };

static const char *command = "backline";
static bool status_shown;

void message_command(const char *title)
{
    command = title;
}

void message_status(const char *line)
{
    if (*line || status_shown)
        fprintf(stderr, "\r%-*.*s%s", STATUS_WIDTH, STATUS_WIDTH, line, *line ? "" : "\r");
    status_shown = *line != 0;
    fflush(stderr);
}

static void print(const char *kind, const char *format, va_list args)
{
    char sentence[2048];
    vsnprintf(sentence, sizeof sentence, format, args);
    fflush(stdout); /* so that the order on a terminal is the order of events */
    message_status("");
    fprintf(stderr, "%s: %s", command, kind);
    text_print(stderr, sentence);
    fputc('\n', stderr);
}

int fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print("", format, args);
    va_end(args);
    return FAILED;
}

int fail_engine(const bl_error *error)
{
    return fail("%s", error->text[0] ? error->text : bl_strerror(error->status));
}

int fail_usage(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print("", format, args);
    va_end(args);
    fprintf(stderr, "%s --help explains the %s.\n", command, strchr(command, ' ') ? "options" : "commands");
    return WRONG_USAGE;
}

void warn(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print("note: ", format, args);
    va_end(args);
}
