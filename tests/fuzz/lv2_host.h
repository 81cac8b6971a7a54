/* A host for the plugin in one call: a new instance for each input, so that each input always does the same. */
#ifndef BL_TESTS_FUZZ_LV2_HOST_H
#define BL_TESTS_FUZZ_LV2_HOST_H

#include "fuzz/lv2_features.h"
#include "lv2/plugin.h"

#include "lv2/atom_bytes.h"

enum { FUZZ_HOST_FRAMES = 64 };

typedef struct fuzz_host {
    plugin *inside;
    float controls[PORT_COUNT];
    float in[PLUGIN_CHANNELS][FUZZ_HOST_FRAMES], out[PLUGIN_CHANNELS][FUZZ_HOST_FRAMES];
} fuzz_host;

/** Creates the stereo plugin, with all ports connected but those of messages, and activates it. Its bundle is the folder
 *  of the process, with a small model of its default name in it. */
void fuzz_host_open(fuzz_host *h);
void fuzz_host_close(fuzz_host *h);

/** Runs FUZZ_HOST_FRAMES. */
void fuzz_host_run(fuzz_host *h);

/** Settings are in range, sound is finite. */
void fuzz_host_check(const fuzz_host *h);

#endif
