/* A table of renderings, as comma-separated values: a row for each, columns by the names in the first line. */
#ifndef TOOLS_MANIFEST_H
#define TOOLS_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>

enum {
    MANIFEST_MOST_ROWS = 1000000,
    MANIFEST_MOST_COMPLAINTS = 20, /* that are told; one more, and nothing else is looked at */
    MANIFEST_CABINETS_MOST = 2
};

typedef enum manifest_column {
    COLUMN_INPUT,
    COLUMN_OUTPUT,
    COLUMN_RIG,
    COLUMN_MODEL,
    COLUMN_CABINETS, /* one or two, with ';' between them */
    COLUMN_OPTIONS,  /* as on a command line */
    COLUMN_COUNT
} manifest_column;

typedef struct manifest_row {
    size_t line;                      /* of the file, from 1 on */
    char *text;                       /* owned: what all of these point into */
    const char *fields[COLUMN_COUNT]; /* "" where the row says nothing. Paths as they stand in the file */
    const char *input, *output;       /* paths for this process */
} manifest_row;

typedef struct manifest {
    const char *path;
    int folder; /* bytes of path: the folder that paths in the file are relative to, with its '/', or nothing */
    bool has[COLUMN_COUNT];
    manifest_row *rows;
    size_t count, room;
    size_t complaints; /* so far */
} manifest;

/* Reads the file and looks at its form: columns, quotation marks, empty fields. Returns DONE or, after messages, FAILED.
 * The path must outlive the manifest; manifest_free() in any case. */
int manifest_read(manifest *m, const char *path);
void manifest_free(manifest *m);

/* A path of the file, for this process. NULL without memory; the caller frees it. */
char *manifest_path(const manifest *m, const char *path);

/* A sentence about a line, the first few of many; returns FAILED. */
int manifest_complain(manifest *m, size_t line, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* So many lines are wrong that looking at more of them helps nobody: a table of a million lines would keep one waiting. */
static inline bool manifest_is_hopeless(const manifest *m)
{
    return m->complaints > MANIFEST_MOST_COMPLAINTS;
}

/* After the last: DONE if there was none; else says whether there are some that were not told, and returns FAILED. */
int manifest_verdict(const manifest *m);

#endif
