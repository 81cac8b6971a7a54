/* A face with an owner who writes down what it is asked for, and hands that find things on it.
 *
 * Hands use the functions of face.h only; where things are, and what is shown, is looked up in the face's inside. */
#ifndef BL_TESTS_FACE_PLAYER_H
#define BL_TESTS_FACE_PLAYER_H

#include "face_state.h"
#include "test_support.h"

#include <string.h>

enum { PLAYER_LOG = 4096 };

typedef struct player {
    face *f;
    double now;
    /* "touch 1 on", "set 1 -3", "touch 1 off", "file 0 /a.nam", ...; each with a newline; full: the rest is left out */
    char log[PLAYER_LOG];
    bool touched, touched_knob;
    size_t touched_which;
    unsigned touches, sets, files;
    float set[BL_RIG_PARAM_COUNT], knobs[FACE_KNOBS]; /* what the owner has been asked for last */
    bool answers;                                     /* tells each setting back at once, as some hosts do */
    bool has_dialogue, tuner_wanted;
} player;

/* Of the usual size, with an owner who can do all. */
void player_start(player *p);
/* Frees the face; asserts that no hand was left on a setting. */
void player_end(player *p);

/* Time goes by, in steps of a thirtieth. */
void player_wait(player *p, double seconds);

/* Empties the log and the damage. */
void player_forget(player *p);

/* Asserts that the log is so. */
void player_expect(player *p, const char *log);

/* The middle of a thing; fails if it is not there. */
box player_box(const player *p, item_kind kind, int index);
double player_x(const player *p, item_kind kind, int index);
double player_y(const player *p, item_kind kind, int index);

void player_press(player *p, item_kind kind, int index, int button, unsigned modifiers);
void player_release(player *p, int button); /* where the pointer is */
void player_click(player *p, item_kind kind, int index);
void player_wheel(player *p, item_kind kind, int index, double up, unsigned modifiers);
void player_page(player *p, layout_page page);
bool player_key(player *p, face_key key, unsigned modifiers);
void player_type(player *p, const char *text); /* letter by letter */

/* An empty folder for one test, which is also its home and keeps its library, and an empty file in it, whose path is kept
 * for eight calls. Before player_start(). */
const char *player_folder(void);
const char *player_file(const char *name);
void player_remove_folder(void);

#endif
