#include "manifest_row.h"

#include "commands.h"
#include "messages.h"
#include "render_names.h"

#include <stdlib.h>
#include <string.h>

static const command_text help = { .arguments = "[OPTION...]" };

static int no_memory(void)
{
    return fail("There is not enough memory.");
}

/* ---- words ---- */

/* The columns as options, before those of the last one. */
typedef struct word_list {
    const char **words;
    size_t count;
} word_list;

static void add(word_list *list, const char *option, const char *value)
{
    list->words[list->count++] = option;
    list->words[list->count++] = value;
}

/* Cuts the text, which stays theirs, at each ';'. */
static int add_cabinets(word_list *list, char *text)
{
    char *rest = text, *word;
    for (size_t i = 0; (word = strsep(&rest, ";")); i++) {
        if (i == MANIFEST_CABINETS_MOST)
            return fail("The column \"cabinets\" may name two impulse responses, with ';' between them.");
        if (!*word)
            return fail("The column \"cabinets\" names an empty path.");
        add(list, "--cabinet", word);
    }
    return DONE;
}

static int parse_words(manifest_job *job, const manifest_row *row, char *cabinets, int count, const char **words)
{
    enum { FROM_COLUMNS = 2 * (2 + MANIFEST_CABINETS_MOST) };
    word_list list = { .words = calloc((size_t)count + FROM_COLUMNS + 2, sizeof *list.words) };
    int code = DONE;
    if (!list.words)
        return no_memory();
    list.words[list.count++] = "backline render";
    if (*row->fields[COLUMN_RIG])
        add(&list, "--rig", row->fields[COLUMN_RIG]);
    if (*row->fields[COLUMN_MODEL])
        add(&list, "--model", row->fields[COLUMN_MODEL]);
    if (*cabinets)
        code = add_cabinets(&list, cabinets);
    for (int i = 0; i < count; i++)
        list.words[list.count++] = words[i];
    if (!code)
        options_read(&job->line, &help, job->options.all, (int)list.count, list.words, &code);
    free(list.words);
    return code;
}

/* popt takes the end of the text for the one that is missing. */
static bool quotes_are_closed(const char *text)
{
    char quote = 0;
    for (; *text; text++)
        if (*text == '\\' && text[1])
            text++;
        else if (*text == quote)
            quote = 0;
        else if (!quote && (*text == '"' || *text == '\''))
            quote = *text;
    return !quote;
}

static int read_words(manifest_job *job, const manifest_row *row)
{
    const char **words = NULL, *options = row->fields[COLUMN_OPTIONS];
    int count = 0;
    const bool some = options[strspn(options, " \t\r\n")];
    if (!quotes_are_closed(options) || (some && poptParseArgvString(options, &count, &words)))
        return fail("A quotation mark in the column \"options\" is not closed.");
    char *cabinets = strdup(row->fields[COLUMN_CABINETS]);
    int code = cabinets ? parse_words(job, row, cabinets, count, words) : no_memory();
    free(cabinets);
    free(words);
    return code;
}

/* ---- paths ---- */

static bool place(const manifest *m, char **path)
{
    char *whole = *path ? manifest_path(m, *path) : NULL;
    const bool room = !*path || whole;
    if (whole) {
        free(*path);
        *path = whole;
    }
    return room;
}

static bool place_list(const manifest *m, char **list)
{
    bool room = true;
    for (size_t i = 0; list && list[i]; i++)
        room = room && place(m, &list[i]);
    return room;
}

/* What the row names lies in the manifest's folder, unless it says otherwise. */
static int place_files(const manifest *m, render_words *words)
{
    return place_list(m, words->models) && place_list(m, words->cabinets) && place(m, &words->rig_file) &&
                   place(m, &words->load.description)
               ? DONE
               : no_memory();
}

/* ---- all of it ---- */

static int name_job(render_call *call, const manifest_row *row)
{
    call->jobs = render_names_one(row->input, row->output);
    call->job_count = call->jobs != NULL;
    return call->jobs ? render_call_formats(call) : FAILED;
}

static int check_sound(const render_words *words)
{
    if (words->models || words->rig_file)
        return DONE;
    return fail("This row names neither a rig nor a model.");
}

int manifest_job_open(manifest_job *job, const manifest *m, const manifest_row *row, const render_words *common)
{
    *job = (manifest_job){ .line.count = 0 };
    render_options_make_row(&job->options, &job->words);
    render_call_init(&job->call, &job->words);
    int code = read_words(job, row);
    if (!code)
        code = place_files(m, &job->words);
    if (!code)
        code = render_words_inherit(&job->words, common);
    job->words.load.quality = job->words.raw ? job->words.rig.words[BL_RIG_QUALITY] : NULL;
    if (!code)
        code = check_sound(&job->words);
    if (!code)
        code = render_call_read(&job->call);
    if (!code)
        code = name_job(&job->call, row);
    if (!code && !job->words.raw)
        code = rig_options_read(&job->words.rig, &job->call.rig.setup);
    return code;
}

void manifest_job_close(manifest_job *job)
{
    job->words.load.quality = NULL;
    render_call_free(&job->call);
    options_free(&job->line, job->options.all);
}
