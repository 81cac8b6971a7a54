#include "tries.h"

#include <string.h>

void expect_sentence(const char *what, size_t n, bl_status status, const bl_error *error)
{
    const size_t length = strlen(error->text);
    if (error->status != status || !length || error->text[length - 1] != '.')
        fail_msg("%s, allocation %zu: status %d, but the error has %d and \"%s\"", what, n, status, error->status,
                 error->text);
}

/* libzip (1.7.3) takes some of its failures for a damaged archive or gets on without, and leaks after some. */
static bool is_of_libzip(void)
{
    return scarce_hit_in("libzip.") || scarce_hit_in("libz.");
}

__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libzip.so";
}

/* Whether anything failed. */
static bool try_once(const call *c, size_t n, scarcity how, size_t *asked)
{
    bl_error error = { .status = BL_OK };
    const long live = scarce_live();
    if (c->before)
        c->before(c->context);
    scarce_begin(n, how);
    const bl_status status = c->run(c->context, &error);
    *asked = scarce_end();
    const bool libzip = is_of_libzip();
    const bool hit = scarce_hit(),
               may_succeed = c->may_succeed || libzip || scarce_hit_in("libc."); /* a smaller buffer */
    if (c->after)
        c->after(c->context, status);
    if (status)
        expect_sentence(c->name, n, status, &error);
    if (status == BL_ERR_NO_MEM && !strstr(error.text, "memory"))
        fail_msg("%s, allocation %zu: \"%s\"", c->name, n, error.text);
    if (!hit && status)
        fail_msg("%s fails with enough memory: %s", c->name, error.text);
    if (hit && status != BL_ERR_NO_MEM && !(libzip && status == BL_ERR_FORMAT) && !(may_succeed && !status))
        fail_msg("%s, allocation %zu of %zu%s failed: status %d, \"%s\"", c->name, n, *asked,
                 how == SCARCE_LASTING ? " and all later ones" : "", status, error.text);
    if (scarce_counts() && !libzip && scarce_live() != live)
        fail_msg("%s, allocation %zu of %zu failed: %ld pieces of memory were not freed (%s)", c->name, n, *asked,
                 scarce_live() - live, error.text);
    return hit;
}

size_t try_call(const call *c, size_t most)
{
    size_t all, asked, tried = 0;
    try_once(c, 0, SCARCE_ONCE, &asked); /* what libraries keep once they were used is there from now on */
    try_once(c, 0, SCARCE_ONCE, &all);
    most = bl_test_effort(most);
    const size_t step = all > most ? (all + most - 1) / most : 1;
    for (scarcity how = SCARCE_ONCE; how <= SCARCE_LASTING; how++)
        for (size_t n = 1; try_once(c, n, how, &asked) || n < all; n += step)
            tried++;
    return tried;
}
