#include "csv.h"

#include <errno.h>
#include <string.h>

static csv_result bad(csv_reader *r, size_t line, const char *sentence)
{
    r->record_line = line;
    snprintf(r->error, sizeof r->error, "%s", sentence);
    return CSV_BAD;
}

static csv_result too_long(csv_reader *r)
{
    char sentence[80];
    snprintf(sentence, sizeof sentence, "A record may have up to %d bytes, and this one has more.", CSV_MOST_BYTES);
    return bad(r, r->record_line, sentence);
}

/* ---- bytes ---- */

/* Makes sure that `count` bytes, or fewer and the end of the file, have been looked at. */
static void look_ahead(csv_reader *r, size_t count)
{
    while (r->ahead_count < count)
        r->ahead[r->ahead_count++] = getc(r->file);
}

static int peek(csv_reader *r)
{
    look_ahead(r, 1);
    return r->ahead[0];
}

static int take(csv_reader *r)
{
    const int c = peek(r);
    r->ahead_count--;
    memmove(r->ahead, r->ahead + 1, r->ahead_count * sizeof *r->ahead);
    return c;
}

void csv_begin(csv_reader *r, FILE *file)
{
    r->file = file;
    r->line = 1;
    r->error[0] = 0;
    r->ahead_count = 0;
    look_ahead(r, 3);
    if (r->ahead[0] == 0xef && r->ahead[1] == 0xbb && r->ahead[2] == 0xbf)
        r->ahead_count = 0;
}

/* A byte; CR and CRLF as '\n', and lines counted. */
static int next(csv_reader *r)
{
    int c = take(r);
    if (c == '\r') {
        if (peek(r) == '\n')
            take(r);
        c = '\n';
    }
    r->line += c == '\n';
    return c;
}

/* ---- fields ---- */

static bool put(csv_reader *r, int c)
{
    if (r->used == CSV_MOST_BYTES)
        return false;
    r->bytes[r->used++] = (char)c;
    return true;
}

/* Behind the opening quotation mark, up to and with the closing one. Line ends within stay as they are. */
static csv_result read_quoted(csv_reader *r)
{
    const size_t line = r->line;
    for (int c, before = 0;; before = c) {
        c = take(r);
        if (c == EOF)
            return bad(r, line, "A quotation mark that opens in this line is not closed.");
        if (!c)
            return bad(r, r->line, "There is a zero byte: this is no text in UTF-8.");
        if (c == '"' && peek(r) != '"')
            return CSV_RECORD;
        if (c == '"')
            take(r);
        r->line += c == '\r' || (c == '\n' && before != '\r');
        if (!put(r, c))
            return too_long(r);
    }
}

/* A field, and what ends it: ',', '\n' or EOF. */
static csv_result read_field(csv_reader *r, int *end)
{
    r->fields[r->count++] = r->bytes + r->used;
    if (peek(r) == '"') {
        take(r);
        const csv_result result = read_quoted(r);
        const size_t line = r->line;
        if (result)
            return result;
        *end = next(r);
        if (*end != ',' && *end != '\n' && *end != EOF)
            return bad(r, line, "Behind a closing quotation mark there must be a comma or the end of the line.");
        return put(r, 0) ? CSV_RECORD : too_long(r);
    }
    while ((*end = next(r)) != ',' && *end != '\n' && *end != EOF) {
        if (!*end)
            return bad(r, r->line, "There is a zero byte: this is no text in UTF-8.");
        if (*end == '"')
            return bad(r, r->line,
                       "A field with a quotation mark in it must stand in quotation marks, and that one doubled.");
        if (!put(r, *end))
            return too_long(r);
    }
    return put(r, 0) ? CSV_RECORD : too_long(r);
}

static void skip_empty_lines(csv_reader *r)
{
    int c;
    while ((c = peek(r)) == '\n' || c == '\r')
        next(r);
}

csv_result csv_read(csv_reader *r)
{
    csv_result result = CSV_RECORD;
    int end = ',';
    skip_empty_lines(r);
    r->record_line = r->line;
    r->count = r->used = 0;
    if (peek(r) == EOF)
        return ferror(r->file) ? bad(r, r->line, strerror(errno)) : CSV_END;
    while (end == ',' && !result) {
        if (r->count == CSV_MOST_FIELDS)
            return bad(r, r->record_line, "This line has too many columns.");
        result = read_field(r, &end);
    }
    if (!result && ferror(r->file))
        return bad(r, r->line, strerror(errno));
    return result;
}
