/* What an amp holds. */
#ifndef BL_PLUGINS_AMP_STATE_H
#define BL_PLUGINS_AMP_STATE_H

#include "amp.h"
#include "fifo.h"
#include "gain.h"
#include "resampler.h"

/** Frames of the host's rate that are played at once: enough that even a network at a quarter of that rate has long
 *  runs. */
enum { BL_AMP_PIECE = 256 };

struct bl_amp {
    bl_capture *capture;
    bl_amp_options options;
    bl_network *network;
    bl_resampler *up, *down; /* to the network's rate and back; NULL where it is the host's */
    bl_gain before, behind;
    bool started; /* a frame has come */
    size_t latency, settling;

    /* Only where something is resampled. The resamplers give their frames when they can; the FIFO turns that into
     * one for each that comes, for it starts with as many zeros as they are behind at most. */
    bl_fifo fifo;
    size_t missing;       /* those zeros */
    size_t dropped;       /* first frames of the network that are left out, so that the latency is a whole number */
    size_t skip;          /* how many of them are still to come */
    size_t network_piece; /* what BL_AMP_PIECE frames become at most */
    float *scaled[BL_MAX_LANES];         /* a piece at the host's rate, before */
    float *resampled[BL_MAX_LANES];      /* and behind: that may be another thread */
    float *network_frames[BL_MAX_LANES]; /* a piece at the network's */
    float *memory;
};

#endif
