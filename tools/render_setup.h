/* The rig that `backline render` is asked for. */
#ifndef TOOLS_RENDER_SETUP_H
#define TOOLS_RENDER_SETUP_H

#include "render_job.h"
#include "render_words.h"

/* The rig file, and over it what the command line says; or the bundled model and cabinet. Returns DONE or, after a
 * message, FAILED or WRONG_USAGE. The caller frees the setup in any case. */
int render_setup_read(const render_words *words, bl_rig_setup *setup);

/* Loads the rig's files, for recordings with that rate and so many channels, turns its knobs, and notes in the settings
 * which network plays. rig->setup and rig->options must be there. Returns DONE or, after a message, FAILED or
 * WRONG_USAGE. */
int render_setup_load(const render_words *words, render_rig *rig, render_settings *settings, double rate_hz,
                      size_t channels);

/* Writes the rig file that --save-rig asks for. Returns DONE or, after a message, FAILED. */
int render_setup_save(const render_words *words, const bl_rig_setup *setup);

#endif
