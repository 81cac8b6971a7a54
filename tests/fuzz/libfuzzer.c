/* The libFuzzer program of the target BL_FUZZ_TARGET. */
#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bl_fuzz_run(bl_fuzz_find(BL_FUZZ_TARGET), data, size);
    return 0;
}
