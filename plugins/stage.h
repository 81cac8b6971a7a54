/** @file stage.h
 *  A place in the chain whose effect can be exchanged while it sounds.
 *
 *  A worker makes the new part, lets it hear what the stage has heard lately (bl_stage_warm()) and posts it. The audio
 *  thread lets it catch up with what came since, plays old and new side by side for the length of the fade, and gives
 *  the old one back. So there is no silence, no dry signal and no click between the two, and the audio thread neither
 *  waits nor allocates. The newest part wins: one that was not taken yet is superseded by the next. */
#ifndef BACKLINE_PLUGINS_STAGE_H
#define BACKLINE_PLUGINS_STAGE_H

#include "delay.h"
#include "history.h"
#include "mailbox.h"
#include "ramp.h"

/** Most channels of a stage, and most frames that it takes at once. */
#define BL_STAGE_CHANNELS 2
#define BL_STAGE_FRAMES   512
/** Samples of latency that the input can be delayed by, where it takes the place of an effect. */
#define BL_STAGE_MAX_LATENCY 65536

/** What can be put in a stage; first member of an effect of its own. */
typedef struct bl_part {
    bl_mail mail;
    /** out and in do not overlap; frames at most BL_STAGE_FRAMES. */
    void (*process)(struct bl_part *part, float *const *out, const float *const *in, size_t frames);
    void (*reset)(struct bl_part *part); /* forgets what it heard, and its settings */
    void (*free)(struct bl_part *part);
    size_t latency;  /* samples */
    size_t settling; /* samples of input after which the past before them is not heard any more */
    uint64_t heard;  /* frames of the stage's input that it has been given, or left out */
} bl_part;

typedef struct bl_stage {
    size_t in_channels, out_channels;
    bl_history history;
    bl_mailbox box;
    bl_part *now, *next;             /* audio thread: heard, and faded to; NULL: the input as it is */
    unsigned taken;                  /* parts so far */
    size_t fade_at, fade_frames;     /* of a fade that goes on: frames done, of how many; 0: none has begun */
    size_t fade_wanted;              /* length of the next one */
    bl_ramp on;                      /* 1: the part, 0: the input, as late as the part is */
    bl_delay dry[BL_STAGE_CHANNELS]; /* the input, as late */
    bool dry_sleeps;                 /* nobody listens to it */
    _Atomic size_t latency;          /* of what is heard */
    float *scratch;                  /* [2 * BL_STAGE_CHANNELS][BL_STAGE_FRAMES], owned */
} bl_stage;

/** @param in_channels, out_channels  1 or 2, out >= in; a second output without an effect repeats the first
 *  @param reach                      frames of history for new parts
 *  Empty: what goes in comes out. BL_ERR_NO_MEM; in any case bl_stage_free() releases all. */
bl_status bl_stage_init(bl_stage *stage, double rate_hz, size_t in_channels, size_t out_channels, size_t reach);
void bl_stage_free(bl_stage *stage);

/** Forgets all sound, as if nothing had been heard yet. The newest part that was handed over is there at once, reset;
 *  those before it are given back. Not while the audio thread is in one of its functions, or any in bl_stage_post(). */
void bl_stage_reset(bl_stage *stage);

/** ---- Worker ---- */

/** Lets a new part hear as much of the stage's past as it needs, up to now. Takes the time of so many samples.
 *  False if there is no memory. */
bool bl_stage_warm(bl_stage *stage, bl_part *part);

/** Hands it over; the stage owns it then. */
void bl_stage_post(bl_stage *stage, bl_part *part);

/** Frees what the audio thread has given back. */
void bl_stage_collect(bl_stage *stage);

/** ---- Audio thread ---- */

/** Samples by which the output is late; any thread. */
BL_REALTIME size_t bl_stage_latency(const bl_stage *stage);

/** Whether the effect is heard; faded. */
BL_REALTIME void bl_stage_set_on(bl_stage *stage, bool on);

/** Length of the next fades, in frames, at least 1. */
BL_REALTIME void bl_stage_set_fade(bl_stage *stage, size_t frames);

/** Looks for a new part; where nothing has been heard yet, it is there at once. */
BL_REALTIME void bl_stage_take(bl_stage *stage);

/** One block of at most BL_STAGE_FRAMES; out and in do not overlap. */
BL_REALTIME void bl_stage_process(bl_stage *stage, float *const *out, const float *const *in, size_t frames);

#endif
