#include "manifest.h"

#include "commands.h"
#include "csv.h"
#include "messages.h"
#include "nearest.h"
#include "text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const column_names[COLUMN_COUNT] = { "input", "output", "rig", "model", "cabinets", "options" };

/* ---- messages ---- */

int manifest_complain(manifest *m, size_t line, const char *format, ...)
{
    char sentence[1500];
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    if (m->complaints++ < MANIFEST_MOST_COMPLAINTS)
        fail("%s, line %zu: %s", m->path, line, sentence);
    return FAILED;
}

int manifest_verdict(const manifest *m)
{
    if (manifest_is_hopeless(m))
        fail("%s: more lines are wrong; these are the first %d that were found.", m->path,
             MANIFEST_MOST_COMPLAINTS);
    return m->complaints ? FAILED : DONE;
}

static int no_memory(void)
{
    return fail("There is not enough memory.");
}

/* ---- the first line ---- */

/* Which column of ours is which of the file's; its columns, or -1. */
typedef struct header {
    int place[COLUMN_COUNT];
    size_t count;
} header;

static int unknown_column(manifest *m, const csv_reader *csv, const char *name)
{
    const char *near = nearest_word(name, column_names, COLUMN_COUNT);
    if (near)
        return manifest_complain(m, csv->record_line, "There is no column \"%.80s\"; did you mean \"%s\"?", name,
                                 near);
    return manifest_complain(
        m, csv->record_line,
        "There is no column \"%.80s\"; the columns are input, output, rig, model, cabinets and "
        "options, with commas between them.",
        name);
}

static int read_header(manifest *m, const csv_reader *csv, header *h)
{
    for (size_t c = 0; c < COLUMN_COUNT; c++)
        h->place[c] = -1;
    h->count = csv->count;
    for (size_t i = 0; i < csv->count; i++) {
        size_t c = 0;
        while (c < COLUMN_COUNT && strcmp(csv->fields[i], column_names[c]))
            c++;
        if (c == COLUMN_COUNT)
            return unknown_column(m, csv, csv->fields[i]);
        if (m->has[c])
            return manifest_complain(m, csv->record_line, "The column \"%s\" stands there twice.", column_names[c]);
        m->has[c] = true;
        h->place[c] = (int)i;
    }
    for (size_t c = COLUMN_INPUT; c <= COLUMN_OUTPUT; c++)
        if (!m->has[c])
            return manifest_complain(m, csv->record_line, "The column \"%s\" is missing.", column_names[c]);
    return DONE;
}

/* ---- rows ---- */

/* Where a path of the file is relative to, for this process. */
static int folder_of(const manifest *m, const char *path)
{
    return path[0] == '/' ? 0 : m->folder;
}

char *manifest_path(const manifest *m, const char *path)
{
    const int folder = folder_of(m, path);
    const size_t size = (size_t)folder + strlen(path) + 1;
    char *whole = malloc(size);
    if (whole)
        snprintf(whole, size, "%.*s%s", folder, m->path, path);
    return whole;
}

static manifest_row *add_row(manifest *m)
{
    if (m->count == m->room) {
        const size_t room = m->room ? 2 * m->room : 64;
        manifest_row *rows = realloc(m->rows, room * sizeof *rows);
        if (!rows)
            return NULL;
        m->rows = rows;
        m->room = room;
    }
    manifest_row *row = &m->rows[m->count++];
    *row = (manifest_row){ 0 };
    return row;
}

/* As it is in the file, but behind the folder's name. */
static const char *append(char **at, const char *folder, int folder_size, const char *text)
{
    const size_t size = strlen(text) + 1;
    const char *whole = *at;
    memcpy(*at, folder, (size_t)folder_size);
    memcpy(*at + folder_size, text, size);
    *at += (size_t)folder_size + size;
    return whole;
}

/* All texts of a row are one piece of memory, so that a million rows take little more of it than their file; a path that needs
 * no folder stands in it once. */
static bool keep_text(const manifest *m, const csv_reader *csv, const header *h, manifest_row *row)
{
    const char *from[COLUMN_COUNT];
    size_t size = 0;
    for (size_t c = 0; c < COLUMN_COUNT; c++) {
        from[c] = h->place[c] < 0 ? "" : csv->fields[h->place[c]];
        size += strlen(from[c]) + 1;
    }
    const int input_folder = folder_of(m, from[COLUMN_INPUT]), output_folder = folder_of(m, from[COLUMN_OUTPUT]);
    char *at = row->text = malloc(size + (size_t)input_folder + (size_t)output_folder);
    if (!at)
        return false;
    row->input = append(&at, m->path, input_folder, from[COLUMN_INPUT]);
    row->output = append(&at, m->path, output_folder, from[COLUMN_OUTPUT]);
    row->fields[COLUMN_INPUT] = row->input + input_folder;
    row->fields[COLUMN_OUTPUT] = row->output + output_folder;
    for (size_t c = COLUMN_OUTPUT + 1; c < COLUMN_COUNT; c++)
        row->fields[c] = append(&at, "", 0, from[c]);
    return true;
}

static int read_row(manifest *m, const csv_reader *csv, const header *h)
{
    if (csv->count != h->count)
        return manifest_complain(m, csv->record_line, "The first line names %zu column%s, and this one has %zu.",
                                 h->count, h->count == 1 ? "" : "s", csv->count);
    for (size_t c = COLUMN_INPUT; c <= COLUMN_OUTPUT; c++)
        if (!*csv->fields[h->place[c]])
            return manifest_complain(m, csv->record_line, "The column \"%s\" is empty.", column_names[c]);
    manifest_row *row = add_row(m);
    if (!row || !keep_text(m, csv, h, row))
        return no_memory();
    row->line = csv->record_line;
    return DONE;
}

static int read_rows(manifest *m, csv_reader *csv)
{
    header h;
    csv_result result = csv_read(csv);
    if (result == CSV_END)
        return fail("%s: this file is empty; its first line has to name the columns.", m->path);
    if (!result && read_header(m, csv, &h))
        return FAILED;
    while (!result && !manifest_is_hopeless(m) && (result = csv_read(csv)) == CSV_RECORD) {
        if (m->count == MANIFEST_MOST_ROWS)
            return fail("%s: a manifest may have %s rows, and this one has more.", m->path,
                        text_count(MANIFEST_MOST_ROWS).s);
        const size_t complaints = m->complaints;
        if (read_row(m, csv, &h) && complaints == m->complaints)
            return FAILED;
    }
    if (result == CSV_BAD)
        manifest_complain(m, csv->record_line, "%s", csv->error);
    return DONE;
}

int manifest_read(manifest *m, const char *path)
{
    const char *slash = strrchr(path, '/');
    *m = (manifest){ .path = path, .folder = slash ? (int)(slash + 1 - path) : 0 };
    FILE *file = fopen(path, "rbe");
    csv_reader *csv = malloc(sizeof *csv);
    int code = DONE;
    if (!file) {
        code = fail("%s: cannot open it (%s).", path, strerror(errno));
    } else if (!csv) {
        code = no_memory();
    } else {
        csv_begin(csv, file);
        code = read_rows(m, csv);
    }
    if (file)
        fclose(file);
    free(csv);
    if (m->complaints)
        return manifest_verdict(m);
    if (!code && !m->count)
        return fail("%s: there is no row under the names of the columns.", path);
    return code;
}

void manifest_free(manifest *m)
{
    for (size_t i = 0; i < m->count; i++)
        free(m->rows[i].text);
    free(m->rows);
}
