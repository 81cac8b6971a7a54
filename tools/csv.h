/* Comma-separated values by RFC 4180: fields in quotation marks hold commas, line ends and, doubled, quotation marks. A
 * UTF-8 byte order mark is passed over; a line ends with LF, CRLF or CR; empty lines are no records. Files are strangers':
 * what is read at a time is bounded, whatever they hold. */
#ifndef TOOLS_CSV_H
#define TOOLS_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { CSV_MOST_FIELDS = 64, CSV_MOST_BYTES = 1 << 16 /* of a record, with the zeros that end its fields */ };

typedef struct csv_reader {
    FILE *file;  /* the caller's */
    size_t line; /* that is being read; the first is 1 */
    char error[160];
    int ahead[3]; /* bytes that were looked at */
    size_t ahead_count;

    /* the record that was read last */
    size_t record_line; /* in which it begins */
    size_t count;       /* of its fields */
    const char *fields[CSV_MOST_FIELDS];
    size_t used;
    char bytes[CSV_MOST_BYTES];
} csv_reader;

typedef enum csv_result { CSV_RECORD, CSV_END, CSV_BAD } csv_result;

/* The file, which may be a pipe, must outlive the reader. */
void csv_begin(csv_reader *r, FILE *file);

/* The next record; its fields stay until the next call. CSV_BAD: `error` is a sentence without the name of the file,
 * `record_line` the line that it is about, and nothing more can be read. */
csv_result csv_read(csv_reader *r);

#endif
