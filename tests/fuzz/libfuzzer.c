/* The libFuzzer program of some targets; the environment's BL_FUZZ_TARGET says which. */
#include "fuzz/fuzz.h"

#include <stdio.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const bl_fuzz_target *target;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const char *name = getenv("BL_FUZZ_TARGET");
    target = name ? bl_fuzz_find(name) : NULL;
    if (target)
        return 0;
    fprintf(stderr, "BL_FUZZ_TARGET has to name one of these targets:");
    for (const bl_fuzz_target *const *t = bl_fuzz_targets; *t; t++)
        fprintf(stderr, " %s", (*t)->name);
    fputc('\n', stderr);
    exit(2);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    target->run(target, data, size);
    return 0;
}
