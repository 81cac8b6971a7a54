#include "options.h"

#include "commands.h"
#include "messages.h"
#include "nearest.h"
#include "text.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_OPTIONS = 128 };

static bool is_end(const struct poptOption *o)
{
    return !o->longName && !o->arg;
}

/* The long names, also those of the tables that a table includes. */
static size_t list_names(const struct poptOption *options, const char **names, size_t n)
{
    for (const struct poptOption *o = options; !is_end(o) && n < MOST_OPTIONS; o++)
        if (o->argInfo == POPT_ARG_INCLUDE_TABLE)
            n = list_names(o->arg, names, n);
        else
            names[n++] = o->longName;
    return n;
}

static int unknown_option(const char *word, const struct poptOption *options)
{
    const char *names[MOST_OPTIONS];
    const size_t n = list_names(options, names, 0);
    char name[64];
    snprintf(name, sizeof name, "%s", word + strspn(word, "-"));
    name[strcspn(name, "=")] = 0;
    const char *near = strlen(name) > 1 ? nearest_word(name, names, n) : NULL;
    if (near)
        return fail_usage("There is no option %s; did you mean --%s?", word, near);
    return fail_usage("There is no option %s.", word);
}

static int bad_option(poptContext popt, int code, const struct poptOption *options)
{
    const char *word = poptBadOption(popt, POPT_BADOPTION_NOALIAS);
    if (code == POPT_ERROR_BADOPT)
        return unknown_option(word, options);
    if (code == POPT_ERROR_NOARG)
        return fail_usage("The option %s needs a value after it.", word);
    return fail_usage("The option %s is not understood (%s).", word, poptStrerror(code));
}

static int wrong_count(const command_line *line, const command_text *help, const char *title)
{
    if (line->count > help->max_files)
        return fail_usage("\"%s\" is one file name too many; the form is: %s %s.", line->files[help->max_files],
                          title, help->arguments);
    return fail_usage("%s is missing; the form is: %s %s.",
                      line->count || help->max_files == 1 ? "A file name" : "The names of the files", title,
                      help->arguments);
}

static bool is_text(const struct poptOption *o)
{
    return o->argInfo != POPT_ARG_INCLUDE_TABLE && (o->argInfo & POPT_ARG_MASK) == POPT_ARG_STRING;
}

/* Takes note of all texts, and frees those that others took the place of: popt forgets what was given before. */
static size_t note_texts(const struct poptOption *options, char **texts, size_t n)
{
    for (const struct poptOption *o = options; !is_end(o) && n < MOST_OPTIONS; o++) {
        if (o->argInfo == POPT_ARG_INCLUDE_TABLE)
            n = note_texts(o->arg, texts, n);
        if (!is_text(o))
            continue;
        assert(o->val); /* or popt goes on with the next option before it can be noted */
        char *text = *(char **)o->arg;
        if (texts[n] != text)
            free(texts[n]);
        texts[n++] = text;
    }
    return n;
}

bool options_read(command_line *line, const command_text *help, const struct poptOption *options, int argc,
                  const char **argv, int *exit_code)
{
    *line = (command_line){ .popt = poptGetContext(argv[0], argc, argv, options, 0) };
    if (!line->popt) {
        *exit_code = fail("There is not enough memory.");
        return false;
    }
    poptSetOtherOptionHelp(line->popt, help->arguments);
    char *texts[MOST_OPTIONS] = { NULL };
    int code;
    note_texts(options, texts, 0);
    while ((code = poptGetNextOpt(line->popt)) > 0) {
        note_texts(options, texts, 0);
        if (code == 'h') {
            printf("%s\n\n", help->about);
            poptPrintHelp(line->popt, stdout, 0);
            printf("\n%s\n", help->notes);
            *exit_code = DONE;
            return false;
        }
    }
    if (code != -1) {
        *exit_code = bad_option(line->popt, code, options);
        return false;
    }
    line->files = poptGetArgs(line->popt);
    while (line->files && line->files[line->count])
        line->count++;
    if (line->count < help->min_files || line->count > help->max_files) {
        *exit_code = wrong_count(line, help, argv[0]);
        return false;
    }
    return true;
}

static void free_list(char **list)
{
    for (size_t i = 0; list && list[i]; i++)
        free(list[i]);
    free(list);
}

static void free_words(const struct poptOption *options)
{
    for (const struct poptOption *o = options; !is_end(o); o++)
        if (o->argInfo == POPT_ARG_INCLUDE_TABLE)
            free_words(o->arg);
        else if (is_text(o))
            free(*(char **)o->arg);
        else if ((o->argInfo & POPT_ARG_MASK) == POPT_ARG_ARGV)
            free_list(*(char ***)o->arg);
}

void options_free(command_line *line, const struct poptOption *options)
{
    free_words(options);
    poptFreeContext(line->popt);
}

bool option_whole(const char *option, const char *word, long min, long max, long *value)
{
    if (!word)
        return true;
    char *end;
    errno = 0;
    long n = strtol(word, &end, 10);
    if (end == word || *end || errno || n < min || n > max) {
        fail_usage("%s wants a whole number from %ld to %ld, not \"%s\".", option, min, max, word);
        return false;
    }
    *value = n;
    return true;
}

bool option_real(const char *option, const char *word, double min, double max, const char *unit, double *value)
{
    if (!word)
        return true;
    char *end;
    double x = strtod(word, &end);
    if (end == word || *end || !(x >= min && x <= max)) {
        fail_usage("%s wants a number from %g to %g%s%s, not \"%s\".", option, min, max, *unit ? " " : "", unit,
                   word);
        return false;
    }
    *value = x;
    return true;
}

bool option_cpu(const char *option, const char *word, bl_cpu *cpu)
{
    bl_error error;
    if (!word || !bl_cpu_parse(word, cpu, &error))
        return true;
    fail_usage("%s wants auto, scalar, sse2, avx2, avx512 or neon, not \"%s\".", option, word);
    return false;
}
