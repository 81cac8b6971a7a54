/* The networks that `backline bench` measures: from files, or of our own. */
#ifndef TOOLS_BENCH_NETWORKS_H
#define TOOLS_BENCH_NETWORKS_H

#include "bench.h"

typedef struct bench_networks {
    bench_network *list;
    size_t count;
} bench_networks;

/* Loads the files; with builtin, makes our own behind them. Returns DONE or, after a message, FAILED; in any
 * case bench_networks_free() comes last. */
int bench_networks_create(bench_networks *networks, const char **files, size_t file_count, bool builtin,
                          const bl_load_options *options);

void bench_networks_free(bench_networks *networks);

#endif
