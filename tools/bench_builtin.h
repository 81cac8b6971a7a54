/* Networks of the usual shapes with random weights, so that nobody needs a file to measure a machine. */
#ifndef TOOLS_BENCH_BUILTIN_H
#define TOOLS_BENCH_BUILTIN_H

#include <backline/model.h>
#include <stddef.h>

enum { BENCH_BUILTINS = 6 };

/* Name of network i, 0 <= i < BENCH_BUILTINS; a static string. */
const char *bench_builtin_name(size_t i);

/* Makes it; the caller frees it. The weights are the same every time. Returns DONE or, after a message, FAILED. */
int bench_builtin_create(size_t i, bl_model **model);

#endif
