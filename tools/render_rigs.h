/* The rigs that a recording goes through: one for mono and stereo, and one for each channel where there are more. */
#ifndef TOOLS_RENDER_RIGS_H
#define TOOLS_RENDER_RIGS_H

#include "render_job.h"

typedef struct render_rigs {
    bl_rig **list;
    size_t count;
    size_t inputs, outputs; /* of each */
    size_t latency;         /* frames */
} render_rigs;

/* Channels that each rig takes, of a recording with so many. */
size_t render_rigs_inputs(size_t channels);

/* The first rig, for recordings with that rate and so many channels: loads the files, and can be asked what plays. */
bl_status render_rigs_first(render_rig *common, double rate_hz, size_t channels, bl_error *error);

/* Rigs for a recording, with the first one's files. Returns DONE or, after a message that names the recording, FAILED;
 * render_rigs_close() in any case. */
int render_rigs_open(render_rigs *r, const render_rig *common, const render_job *job, size_t channels);
void render_rigs_close(render_rigs *r);

/* bl_rig_process(), bl_rig_before() and bl_rig_behind() for all channels. sound has room for the channels that go in and
 * those that come out; network begins at frame `at`. */
void render_rigs_process(const render_rigs *r, const rows *sound, size_t frame, size_t frames);
size_t render_rigs_before(const render_rigs *r, const rows *network, size_t at, const rows *gate, const rows *sound,
                          size_t frames);
void render_rigs_behind(const render_rigs *r, const rows *sound, const rows *network, size_t at,
                        size_t network_frames, const rows *gate, size_t frames);

#endif
