/* What a host offers. */
#ifndef BL_TESTS_FUZZ_LV2_FEATURES_H
#define BL_TESTS_FUZZ_LV2_FEATURES_H

#include "fuzz/fuzz.h"

#include <lv2/core/lv2.h>
#include <lv2/urid/urid.h>

/** Numbers of URIs, which follow from their letters, as in make_seeds.py; and a worker that refuses all work, so that nothing
 *  is done that the test does not do. */
extern const LV2_Feature *const fuzz_features[];

LV2_URID fuzz_urid(const char *uri);

#endif
