/* What `backline render` is asked to do. */
#ifndef TOOLS_RENDER_JOB_H
#define TOOLS_RENDER_JOB_H

#include "audio_format.h"
#include "knobs.h"
#include "voices.h"

#include <rig_file.h>
#include <stdatomic.h>

/* What the rigs of all recordings have in common. */
typedef struct render_rig {
    bl_rig_setup setup;
    bl_rig_options options; /* but for the rate and the channels */
    bl_rig *first;          /* has loaded the files, which the others share */
    bool mono, stereo;      /* were asked for */
    double tail_seconds;
} render_rig;

/* How all recordings are rendered. */
typedef struct render_settings {
    const render_rig *rig;  /* NULL: the network alone */
    const bl_model *model;  /* of the network alone, else NULL */
    const char *model_name; /* for messages */
    voices_network network; /* its plan is NULL where a rig plays its network itself, or has none */
    double network_rate_hz; /* NAN where it is that of the recordings */
    knob_settings knobs;
    size_t block; /* frames */
    double out_gain_db;
    size_t threads;
    bool threads_asked; /* on the command line */
    bool verbose;
    atomic_ullong *watched; /* of another process: millionths of the work that are done; NULL: nobody watches */
} render_settings;

/* One recording and where it goes. */
typedef struct render_job {
    const char *in_path;
    char *out_path;
    const audio_format *format;
    audio_bits bits;
    size_t channels; /* of the recording; 0 until it was looked at */
    double rate_hz;
    uint64_t frames; /* as its header says; UINT64_MAX if it does not */
    bool replace;    /* what exists at out_path */
    char key[65];    /* render_key.h; "" where no record of it is kept */
    bool failed;     /* and a message has said why */
    bool finished;   /* before: there is nothing to do */
} render_job;

static inline bool render_job_left_out(const render_job *job)
{
    return job->failed || job->finished;
}

/* Channels of a recording that are heard: all, or their mixture. */
static inline size_t render_job_channels(const render_settings *settings, size_t channels)
{
    return settings->rig && settings->rig->mono ? 1 : channels;
}

/* The network for a recording of which so many channels are heard. At several times its rate its latency depends on the
 * lanes, so that they must be those of the rig. */
static inline voices_network render_job_network(const render_settings *settings, size_t channels)
{
    voices_network network = settings->network;
    network.lanes = network.times == 1 || channels == BL_MAX_LANES ? BL_MAX_LANES : 1;
    return network;
}

/* Frames of the network for each frame of a recording. */
static inline double render_job_ratio(const render_settings *settings, double rate_hz)
{
    return settings->network_rate_hz > 0 ? settings->network_rate_hz / rate_hz : 1;
}

#endif
