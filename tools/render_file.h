/* One recording on its way: read in segments, written in order. */
#ifndef TOOLS_RENDER_FILE_H
#define TOOLS_RENDER_FILE_H

#include "audio_in.h"
#include "audio_out.h"
#include "render_cut.h"
#include "render_ends.h"
#include "render_player.h"
#include "render_record.h"
#include "render_tail.h"

typedef struct render_file {
    struct render_file *next; /* the owner's */
    render_job *job;
    const render_settings *settings;
    size_t again; /* frames of the network that segments hear again; SIZE_MAX where each follows the one before */
    size_t channels; /* that are heard */
    audio_in in;
    audio_out out;
    bool committed; /* it has its name */
    bool recorded;  /* a record of it was begun and not finished */
    render_task sealing;
    render_seal seal;   /* for the record */
    float *interleaved; /* room for what is read */
    render_ends ends;   /* with a rig */
    render_tail tail;
    rows past; /* without: the frames that the next segment hears again */
    size_t past_frames;
    uint64_t heard;       /* frames that were read */
    bool ended, all_read; /* the recording has no more frames; no segment will be added */
    uint64_t left;        /* with a rig: frames of silence that are still to be heard behind the recording */
    render_segment *first, *last;                             /* read and not written */
    uint64_t segments_read, segments_given, segments_written; /* given: to players of the owner's */
    render_player *players; /* of this recording alone, where each segment follows the one before */
    size_t player_count;
    size_t playing;   /* tasks that are at its segments */
    atomic_bool stop; /* it failed, or all is to end: players leave what they are at */
} render_file;

/* Opens the recording and begins the output. Returns DONE or, after a message, FAILED; render_file_close() in any
 * case. */
int render_file_open(render_file *f, const render_settings *settings, render_job *job, const render_cut *cut);

/* Reads the next segment, up to so many new frames of the network; afterwards it is the last, or all_read is set.
 * Returns DONE or, after a message, FAILED. */
int render_file_read(render_file *f, size_t network_frames);

/* The segment of that number; NULL if it is not there yet. */
render_segment *render_file_segment(const render_file *f, uint64_t number);

/* The first segment, in order, that waits at that stage; NULL if one before it has not come so far. */
render_segment *render_file_waiting(const render_file *f, render_stage stage);

/* Writes what is done. Returns DONE or, after a message, FAILED. */
int render_file_write(render_file *f);

/* All is written: gives the output its name. Where a record of it is kept, `sealing` is to be done then, and
 * render_file_record() behind it. Return DONE or, after a message, FAILED. */
int render_file_commit(render_file *f);
int render_file_record(render_file *f);

/* When nobody plays: frees everything, and removes output and record if they were not committed. */
void render_file_close(render_file *f);

#endif
