/* What keys, MIDI and signals do to what plays: one list for all of them, for the help and for --midi-learn. */
#ifndef TOOLS_LIVE_ACTIONS_H
#define TOOLS_LIVE_ACTIONS_H

#include "session.h"

typedef enum action {
    ACTION_NEXT_MODEL, /* in the folder of the model */
    ACTION_PREVIOUS_MODEL,
    ACTION_NEXT_CABINET,
    ACTION_PREVIOUS_CABINET,
    ACTION_SLOT,   /* argument: from 1 */
    ACTION_BYPASS, /* toggles */
    ACTION_GATE,
    ACTION_AMP,
    ACTION_CABINET,
    ACTION_SET,  /* argument: of setting `param`, a position 0..1 of its range */
    ACTION_STEP, /* argument: setting `param` up or down by so many steps */
    ACTION_SAVE_RIG,
    ACTION_CLEAR_METERS,
    ACTION_COUNT
} action;

/* Does it. rig_path: where ACTION_SAVE_RIG writes. What became of it is told by session_tell(). Not the audio thread. */
void action_do(session *s, action what, bl_rig_param param, double argument, const char *rig_path);

#endif
