/* `backline bench --alias`: what oversampling buys and costs.
 *
 * Sines go through each capture at its own rate, while its network runs at 1, 2, 4 and 8 times that rate. */
#ifndef TOOLS_BENCH_ALIAS_H
#define TOOLS_BENCH_ALIAS_H

#include "alias_measure.h"

#include <backline/model.h>
#include <stdbool.h>
#include <stddef.h>

enum { ALIAS_FACTORS = 4, ALIAS_POINTS = 13, ALIAS_BLOCK = 64 };

/* Sines from 1 to 10 kHz, equally spaced on a logarithmic scale; a guitar played hard is about as loud. */
#define ALIAS_LOW_HZ   1000.0
#define ALIAS_HIGH_HZ  10000.0
#define ALIAS_LEVEL_DB (-12.0)

/* A capture with its network at so many times its rate. */
typedef struct alias_row {
    const char *file;
    double rate_hz;
    size_t factor, latency; /* samples */
    alias_point points[ALIAS_POINTS];
    double total_db; /* of all sines together: energy up to 20 kHz that is no harmonic, relative to the
                        harmonics up to there */
    const alias_point *worst;
    double block_s; /* time of the median block of ALIAS_BLOCK frames in quiet rounds */
} alias_row;

/* Measures the speed of each row for about the given time, and prints a table or JSON. Returns DONE or, after a
 * message, FAILED. */
int bench_alias(const char **files, size_t count, const bl_load_options *options, double seconds, bool json);

/* The table, or JSON whose keys are documented in docs/backline.1; rows of one file stand together. */
void alias_print_text(const alias_row *rows, size_t count);
int alias_print_json(const alias_row *rows, size_t count);

#endif
