/* Options and file names of a command, read by popt, with the same help and error texts everywhere. */
#ifndef TOOLS_OPTIONS_H
#define TOOLS_OPTIONS_H

#include <backline/cpu.h>
#include <popt.h>
#include <stdbool.h>

/* What the help says beside the options, and how many file names there must be. */
typedef struct command_text {
    const char *arguments;     /* "[OPTION...] IN OUT" */
    const char *about, *notes; /* paragraphs before and after the list of options */
    int min_files, max_files;
} command_text;

/* The file names on a command line; they belong to popt. */
typedef struct command_line {
    poptContext popt;
    const char **files;
    int count;
} command_line;

/* Ends every command's option table. */
#define OPTIONS_END { "help", 'h', POPT_ARG_NONE, NULL, 'h', "Show this help", NULL }, POPT_TABLEEND

/* The value, for popt, of every option with a text: then popt stops behind it, and what was given before can be freed. */
enum { OPTION_TEXT = 1 };

/* Reads the command line into the variables that the table points to. An option with an argument is a POPT_ARG_STRING of the
 * value OPTION_TEXT, on a char * that starts as NULL, of which the last one counts; or, where several are meant, a
 * POPT_ARG_ARGV, on a char ** that starts as NULL and then ends with NULL. Tables may include others, under headings.
 * Returns false if the command is to end with
 * *exit_code: after --help, or after a complaint. In any case options_free() comes last. */
bool options_read(command_line *line, const command_text *help, const struct poptOption *options, int argc,
                  const char **argv, int *exit_code);

/* Frees the file names and the options' texts. */
void options_free(command_line *line, const struct poptOption *options);

/* A number in min..max into *value, which keeps its default where the word is NULL. False after a
 * complaint that names the option. unit may be "". */
bool option_whole(const char *option, const char *word, long min, long max, long *value);
bool option_real(const char *option, const char *word, double min, double max, const char *unit, double *value);

/* The same for an instruction set. */
bool option_cpu(const char *option, const char *word, bl_cpu *cpu);

#endif
