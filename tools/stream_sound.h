/* What `backline stream` plays: a rig, or with --raw the network alone, in one thread and block by block. What comes out
 * is what `backline render` writes for the same recording, to the bit: what is late in the rig is taken out at the
 * beginning and follows at the end. */
#ifndef TOOLS_STREAM_SOUND_H
#define TOOLS_STREAM_SOUND_H

#include "render_rigs.h"
#include "render_tail.h"
#include "stream_words.h"

/* Begins as zero. */
typedef struct stream_sound {
    render_settings settings;
    size_t in_channels, channels, out_channels; /* that come, are heard, and go out */
    double rate_hz;
    size_t latency; /* frames */
    uint64_t heard; /* frames */
    rows sound;     /* a block: with a rig first what goes in, then what comes out */
    render_tail tail;

    /* with a rig */
    render_rig rig;
    render_rigs rigs;

    /* the network alone */
    char *model_path;
    bl_model *model;
    bl_plan *plan;
    voices voices;
    rows out;
} stream_sound;

/* Loads all files for an input with that rate and so many channels. rig.mono, rig.stereo, rig.tail_seconds and
 * settings.block must be there. Returns DONE or, after a message, FAILED or WRONG_USAGE; stream_sound_close() in any
 * case. */
int stream_sound_open(stream_sound *s, const stream_words *words, bl_load_options load, bl_cpu cpu, double rate_hz,
                      size_t channels);
void stream_sound_close(stream_sound *s);

/* Plays interleaved frames of the input, up to a block; NULL: silence behind its end. Then the output is ready in
 * `tail`. Returns DONE, or FAILED after a message. */
int stream_sound_play(stream_sound *s, const float *samples, size_t frames);

/* The input has ended. Returns the frames of silence that are still to be played for an output that is longer by so many
 * seconds; the network alone has a length of its own. */
uint64_t stream_sound_end(stream_sound *s, double tail_seconds);

#endif
