/* The face of a rig: everything that a window shows and what a user does with it, drawn with cairo, without a word
 * about X11 or LV2. One who has a rig (a plugin's window, a program) tells the face what is so; the face tells, through
 * face_owner, what the user wants. Nothing changes on the face by itself: who is asked for a setting tells it back, or
 * the face assumes it was done (settings and files are shown as asked for at once, and corrected by what is told later: of
 * files, when the same one is told, or after 3 s, as what was asked for before may still be told meanwhile).
 *
 * One thread. Nothing here blocks for longer than it takes to read a folder or an impulse response. */
#ifndef BACKLINE_FACE_FACE_H
#define BACKLINE_FACE_FACE_H

#include "box.h"

#include "rig.h"

#include <cairo.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct face face;

enum {
    FACE_KNOBS = 8,       /* of a parametric model */
    FACE_MIN_WIDTH = 640, /* smaller windows are drawn as if they were so large, and cut off */
    FACE_MIN_HEIGHT = 360,
    FACE_WIDTH = 960, /* at first */
    FACE_HEIGHT = 540,
    FACE_DAMAGES = 6 /* boxes to be drawn anew, at most */
};

/* Sentences and words that are told. */
typedef enum face_text {
    FACE_STATUS,  /* what plays */
    FACE_ERROR,   /* what went wrong; "": nothing */
    FACE_NAME,    /* of the model that plays; "": none */
    FACE_DETAILS, /* of the same, lines "Key: value", as lv2/model_details.c writes them */
    FACE_TEXT_COUNT
} face_text;

/* Numbers that move by themselves. */
typedef enum face_number {
    FACE_IN_PEAK, /* dB, -180 is silence */
    FACE_IN_RMS,
    FACE_OUT_PEAK,
    FACE_OUT_RMS,
    FACE_GATE_GAIN, /* dB, 0 is open */
    FACE_PLAYING,   /* the slot that is chosen, from 1, by whatever means */
    FACE_BYPASSED,  /* 1: the rig is off, by whatever means */
    FACE_LATENCY,   /* samples */
    FACE_CPU,       /* per cent of the time there is; < 0: nobody knows */
    FACE_NUMBER_COUNT
} face_number;

/* What the user wants. context is the owner's own. Any of these may be NULL, if the owner cannot do it; then the face does
 * not offer it. */
typedef struct face_owner {
    void *context;
    /* A setting shall have that value (clamped already). */
    void (*set)(void *context, bl_rig_param param, float value);
    /* Knob 0 <= knob < FACE_KNOBS of the model: 0 its least, 0.5 where it starts, 1 its most. */
    void (*set_knob)(void *context, size_t knob, float position);
    /* A hand is on a setting (true), or has left it: for hosts that write automation. knob: set_knob's, else a setting. */
    void (*touch)(void *context, bool knob, size_t which, bool begins);
    /* A model, an impulse response; "": none. */
    void (*set_file)(void *context, bl_rig_file file, const char *path);
    /* A rig file shall be loaded. */
    void (*set_rig)(void *context, const char *path);
    /* The host's own dialogue shall ask for a file; it tells by face_set_file() whenever it has one. False: it has none. */
    bool (*ask_host)(void *context, bl_rig_file file);
    /* Whether the sound for the tuner is wanted, by face_hear(). */
    void (*want_tuner)(void *context, bool wanted);
    /* The text is for the user's clipboard; or, if it is NULL, the face wants the clipboard's (face_paste()). */
    void (*copy)(void *context, const char *text);
} face_owner;

/* NULL without memory. The rate is that of the rig, in Hz. */
face *face_create(const face_owner *owner, double rate_hz);

/* The owner hears the end of what is under way: the hand leaves, a preview is taken back, the tuner is off. */
void face_free(face *f);

/* A folder that the file browser offers beside those that it knows, e.g. that of bundled files. Before it is opened first. */
void face_add_place(face *f, const char *name, const char *path);

/* ---- what is so; each draws anew only what shows it ---- */

void face_set(face *f, bl_rig_param param, float value);
void face_set_knob(face *f, size_t knob, float position);
void face_set_file(face *f, bl_rig_file file, const char *path);
void face_set_rig(face *f, const char *path);
void face_set_text(face *f, face_text which, const char *text);
void face_set_number(face *f, face_number which, float value);

/* Mono sound at rate_hz for the tuner, while it is wanted. */
void face_hear(face *f, const float *samples, size_t count, double rate_hz);

/* ---- where it is drawn ---- */

/* Sizes are the face's own pixels, window pixels divided by the scale. */
void face_resize(face *f, double width, double height);

/* What has to be drawn anew since the last call, as one box (empty: nothing); forgets it. */
box face_damage(face *f);

/* The same as a few boxes that lie apart, so that what lies between two meters need not be drawn: face_draw() once for each,
 * with the context clipped to it. Returns how many. */
size_t face_damages(face *f, box boxes[FACE_DAMAGES]);

/* Draws all that meets the clip. The context is scaled so that one unit is one pixel of the face's own. */
void face_draw(face *f, cairo_t *c);

/* Time goes by: seconds on any clock that never goes back. About 30 times a second while face_is_moving() or numbers
 * come; seldom is enough otherwise. For tooltips, type-ahead, clip lights, the tuner. */
void face_tick(face *f, double seconds);

/* Whether face_tick() has something to do soon, though nobody does anything. */
bool face_is_moving(const face *f);

/* ---- what the user does ----
 * Knobs: drags (200 pixels are the whole range; with shift a tenth, which may come and go), the wheel, arrow and page keys,
 * home and end; a double click, ctrl click or delete for where they start; a right click, enter or a digit to type a value.
 * Choices: press or enter opens a menu; the wheel and the arrows step as in a list. Slots: press chooses; a right or middle
 * click or delete empties. Cards: press browses; on the logo, for rig files. Meters: press puts out the clip light. Tab goes
 * round; the ring is seen once keys are used, and without it the space bar is the host's. Ctrl+z undoes. Escape closes what
 * is open, or takes a drag back.
 * A hand on a setting is told by touch(): a drag from press to release, and a run of notches or keys until 0.6 s after
 * the last. What is told of a setting meanwhile is shown when the hand leaves. */

enum { FACE_SHIFT = 1, FACE_CONTROL = 2, FACE_ALT = 4 };

typedef enum face_key {
    FACE_KEY_TEXT, /* a character, in text */
    FACE_KEY_UP,
    FACE_KEY_DOWN,
    FACE_KEY_LEFT,
    FACE_KEY_RIGHT,
    FACE_KEY_PAGE_UP,
    FACE_KEY_PAGE_DOWN,
    FACE_KEY_HOME,
    FACE_KEY_END,
    FACE_KEY_ENTER,
    FACE_KEY_ESCAPE,
    FACE_KEY_TAB, /* back with FACE_SHIFT */
    FACE_KEY_BACKSPACE,
    FACE_KEY_DELETE,
    FACE_KEY_SPACE
} face_key;

/* Button 1 is the left one, 3 the right one; wheel: up is positive, in notches. All return whether the face had any use
 * for it: keys that it had not belong to the host. With FACE_CONTROL, text is the plain letter ("z"). */
bool face_move(face *f, double x, double y, unsigned modifiers);
bool face_press(face *f, double x, double y, int button, unsigned modifiers, double seconds);
bool face_release(face *f, double x, double y, int button, unsigned modifiers);
bool face_wheel(face *f, double x, double y, double up, unsigned modifiers);
void face_leave(face *f); /* the pointer; a drag goes on until its button is released */
bool face_type(face *f, face_key key, const char *text, unsigned modifiers);
void face_paste(face *f, const char *text);

/* Whether a file that is dragged there can be dropped (path may be NULL, if it is not known yet), and the drop. Models go
 * to the slot that is under it or is chosen, impulse responses to the cabinet under it or the first, rigs anywhere; of a folder on a
 * card, the browser shows what is in it. */
bool face_can_drop(face *f, double x, double y, const char *path);
bool face_drop(face *f, double x, double y, const char *path);
/* Another file of the drop that was taken last: models go to the slots behind it, impulse responses to the cabinets. False:
 * it is neither, or there is no place left. */
bool face_drop_next(face *f, const char *path);
/* The drag has left, or ended. */
void face_drop_leave(face *f);

#endif
