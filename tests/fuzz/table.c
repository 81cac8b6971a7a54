/* The targets of one program, as meson.build lists them. */
#include "fuzz/fuzz.h"

#include <string.h>

#define X(name) extern const bl_fuzz_target bl_fuzz_##name;
BL_FUZZ_TARGETS
#undef X

#define X(name) &bl_fuzz_##name,
const bl_fuzz_target *const bl_fuzz_targets[] = { BL_FUZZ_TARGETS NULL };

const bl_fuzz_target *bl_fuzz_find(const char *name)
{
    for (const bl_fuzz_target *const *t = bl_fuzz_targets; *t; t++)
        if (!strcmp((*t)->name, name))
            return *t;
    return NULL;
}
