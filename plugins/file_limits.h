/* Every bound on what the rig's files may ask for, in one place, beside the length of impulse responses (impulse.h, for callers
 * to know). Those of models are in engine/model/limits.h; SECURITY.md lists both, and those of the programs. */
#ifndef BL_PLUGINS_FILE_LIMITS_H
#define BL_PLUGINS_FILE_LIMITS_H

enum {
    BL_RIG_FILE_MAX_BYTES = 1 << 20,
    BL_RIG_FILE_MAX_PATH = 4096, /* bytes of a path in it: Linux has no longer ones */
    BL_RIG_FILE_MAX_NAME = 256,  /* bytes of a knob's name */

    /* Where a file is looked for that is not where the rig file says. */
    BL_SEARCH_MAX_DEPTH = 8,      /* folders in folders */
    BL_SEARCH_MAX_NAMES = 100000, /* of files and folders */

    BL_IMPULSE_MAX_CHANNELS = 2
};

/* Rates of files and samples in Hz. libsamplerate converts by factors of 1/256 to 256. */
#define BL_IMPULSE_MIN_RATE 4000.0
#define BL_IMPULSE_MAX_RATE 768000.0

#endif
