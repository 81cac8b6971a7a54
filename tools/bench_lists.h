/* The lists on the command line of `backline bench`. */
#ifndef TOOLS_BENCH_LISTS_H
#define TOOLS_BENCH_LISTS_H

#include <backline/cpu.h>
#include <stddef.h>

enum { BENCH_MOST_BLOCKS = 32, BENCH_MOST_CPUS = BL_CPU_NEON, BENCH_LARGEST_BLOCK = 8192 };

typedef struct bench_lists {
    size_t blocks[BENCH_MOST_BLOCKS], block_count;
    bl_cpu cpus[BENCH_MOST_CPUS]; /* available, never BL_CPU_AUTO */
    size_t cpu_count;
} bench_lists;

/* "16,32,64", or "all" for the powers of two up to BENCH_LARGEST_BLOCK; adds to none. Returns DONE or, after
 * a complaint, WRONG_USAGE. */
int bench_read_blocks(const char *word, bench_lists *lists);

/* "avx2,avx512", or "all" for those of this machine. Returns DONE or, after a complaint, WRONG_USAGE or, for an
 * instruction set that this machine does not have, FAILED. */
int bench_read_cpus(const char *word, bench_lists *lists);

#endif
