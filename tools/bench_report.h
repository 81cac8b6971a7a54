/* The figures for people, for programs, and as a picture. */
#ifndef TOOLS_BENCH_REPORT_H
#define TOOLS_BENCH_REPORT_H

#include "bench.h"
#include "output_file.h"

void bench_print_text(const bench_report *report);

/* Returns DONE or, after a message, FAILED. */
int bench_print_json(const bench_report *report);

/* Curves that a picture has room for: networks times instruction sets. */
enum { BENCH_MOST_CURVES = 20 };

/* Cost per sample and share of the peak over the block size as a PNG image; completes the file. Returns DONE
 * or, after a message, FAILED and no file. */
int bench_plot(const bench_report *report, output_file *file);

#endif
