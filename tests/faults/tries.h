/* Every allocation of a call fails in turn. */
#ifndef BL_TESTS_FAULTS_TRIES_H
#define BL_TESTS_FAULTS_TRIES_H

#include "scarce.h"
#include "test_support.h"

#include <backline/status.h>

typedef struct call {
    const char *name;
    /** What is tried. On success it leaves nothing that after() does not release. */
    bl_status (*run)(void *context, bl_error *error);
    /** Before and after each try, with enough memory; NULL: nothing. `after` also checks what must hold then. */
    void (*before)(void *context);
    void (*after)(void *context, bl_status status);
    void *context;
    /** It may come through without some memory. */
    bool may_succeed;
} call;

/** Tries a call with one allocation failing, and again with all that follow as well, for every allocation that it makes,
 *  or for `most` of them evenly spread, where BACKLINE_TEST_EFFORT (a percentage) does not say otherwise. Fails the test
 *  unless each ends with BL_ERR_NO_MEM and a sentence, and leaves nothing behind. Returns how many failures were tried.
 */
size_t try_call(const call *c, size_t most);

/** A sentence belongs to every failure. */
void expect_sentence(const char *what, size_t n, bl_status status, const bl_error *error);

#endif
