/* What comes with the program, so that it plays at once. */
#ifndef TOOLS_ASSETS_H
#define TOOLS_ASSETS_H

#define BUNDLED_MODEL   "backline-crunch.nam"
#define BUNDLED_CABINET "backline-cabinet.wav"

/* The folder of that: BACKLINE_ASSETS of the environment; else the one that belongs to this program wherever its prefix was
 * moved to, or the build folder's; else the one of the prefix that it was built for. Any thread may call it. */
const char *assets_folder(void);

#endif
