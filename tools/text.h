/* Words and numbers for people. */
#ifndef TOOLS_TEXT_H
#define TOOLS_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A short text that functions can return by value. */
typedef struct short_text {
    char s[64];
} short_text;

/* Prints a text that may come from a stranger's file: control characters become '?'. */
void text_print(FILE *to, const char *s);

/* The last part of a path. */
const char *text_file_name(const char *path);

short_text text_count(uint64_t n);         /* 13802 -> "13,802" */
short_text text_bytes(uint64_t n);         /* 425984 -> "416 KiB" */
short_text text_hertz(double hz);          /* 44100 -> "44.1 kHz" */
short_text text_duration(double seconds);  /* 75 -> "1:15" */
short_text text_micros(double seconds);    /* 0.0000351 -> "35.1 µs" */
short_text text_significant(double value); /* three digits: 0.123, 1.23, 123; all of 12,345 */

#endif
