#include "json_out.h"

#include "commands.h"
#include "messages.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static atomic_bool starved;

static void *allocate(size_t size)
{
    void *memory = malloc(size);
    if (!memory)
        atomic_store(&starved, true);
    return memory;
}

void json_out_begin(void)
{
    json_set_alloc_funcs(allocate, free);
}

int json_out_print(json_t *report, int digits)
{
    bool printed = report && !atomic_load(&starved);
    if (printed) {
        printed = !json_dumpf(report, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(digits));
        putchar('\n');
    }
    json_decref(report);
    if (atomic_load(&starved))
        return fail("There is not enough memory.");
    if (!printed && ferror(stdout)) /* of which the program will tell at its end */
        return FAILED;
    return printed ? DONE : fail("Writing the JSON failed.");
}
