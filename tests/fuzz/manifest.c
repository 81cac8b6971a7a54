/* Target: tables of renderings. What is read as CSV can be written and read again; a manifest is good or there is a sentence
 * for each line that is not. Nothing is rendered. */
#include "fuzz/fuzz.h"

#include "commands.h"
#include "csv.h"
#include "manifest.h"
#include "manifest_check.h"
#include "messages.h"

#include <string.h>

/* ---- CSV ---- */

typedef struct records {
    char *text; /* every field in quotation marks */
    size_t size, count;
} records;

static void write_field(FILE *to, const char *field)
{
    fputc('"', to);
    for (; *field; field++) {
        if (*field == '"')
            fputc('"', to);
        fputc(*field, to);
    }
    fputc('"', to);
}

static void write_record(FILE *to, const csv_reader *r)
{
    FUZZ_REQUIRE(r->count && r->count <= CSV_MOST_FIELDS && r->used <= CSV_MOST_BYTES, "%zu fields", r->count);
    for (size_t i = 0; i < r->count; i++) {
        if (i)
            fputc(',', to);
        write_field(to, r->fields[i]);
    }
    fputc('\n', to);
}

/* All records up to what is wrong. */
static records read_records(const void *data, size_t size, csv_result *end)
{
    records found = { 0 };
    csv_reader *r = malloc(sizeof *r);
    FILE *from = size ? fmemopen((void *)data, size, "rb") : fopen("/dev/null", "rb"),
         *to = open_memstream(&found.text, &found.size);
    FUZZ_REQUIRE(r && from && to, "no memory");
    csv_begin(r, from);
    for (size_t line = 0; !(*end = csv_read(r)); found.count++) {
        FUZZ_REQUIRE(r->record_line > line, "line %zu after %zu", r->record_line, line);
        line = r->record_line;
        write_record(to, r);
    }
    if (*end == CSV_BAD)
        bl_fuzz_check_sentence(r->error);
    fclose(to);
    fclose(from);
    free(r);
    return found;
}

static void check_csv(const uint8_t *data, size_t size)
{
    csv_result end;
    records once = read_records(data, size, &end), twice = read_records(once.text, once.size, &end);
    FUZZ_REQUIRE(end == CSV_END && once.count == twice.count && !strcmp(once.text, twice.text),
                 "written as\n%sand read as\n%s", once.text, twice.text);
    free(once.text);
    free(twice.text);
}

/* ---- the manifest ---- */

static void check_rows(const manifest *m)
{
    FUZZ_REQUIRE(m->count && !m->complaints && m->has[COLUMN_INPUT] && m->has[COLUMN_OUTPUT], "%zu rows", m->count);
    for (size_t i = 0; i < m->count; i++) {
        const manifest_row *row = &m->rows[i];
        FUZZ_REQUIRE(row->line > (i ? m->rows[i - 1].line : 1), "row %zu is line %zu", i, row->line);
        for (size_t c = 0; c < COLUMN_COUNT; c++)
            FUZZ_REQUIRE(m->has[c] || !*row->fields[c], "a field without a column: %s", row->fields[c]);
        FUZZ_REQUIRE(*row->input == '/' && *row->output == '/', "%s, %s", row->input, row->output);
    }
}

static bl_fuzz_result try_manifest(const bl_fuzz_target *target, const uint8_t *data, size_t size)
{
    const render_words common = { .rig = { .words = { NULL } } };
    const char *path = bl_fuzz_write("tried.csv", data, size);
    manifest m;
    check_csv(data, size);
    message_command("backline render");
    bl_fuzz_listen();
    int code = manifest_read(&m, path);
    if (!code) {
        check_rows(&m);
        code = manifest_check(&m, &common);
    }
    manifest_free(&m);
    const char *heard = bl_fuzz_heard();
    FUZZ_REQUIRE(!code == !*heard, "code %d, and was said: %s", code, heard);
    bl_fuzz_check_sentences(heard);
    if (bl_fuzz_verbose)
        fputs(heard, stdout);
    return code ? BL_FUZZ_REFUSED : BL_FUZZ_RAN;
}

const bl_fuzz_target bl_fuzz_manifest = { "manifest", try_manifest, NULL };
