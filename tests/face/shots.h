/* Pictures of the face: scenes, set up by face.h's functions only, and what it takes to compare them. */
#ifndef BACKLINE_TESTS_FACE_SHOTS_H
#define BACKLINE_TESTS_FACE_SHOTS_H

#include "face.h"
#include "layout.h"

#include <cairo.h>
#include <stdbool.h>
#include <stddef.h>

/* ---- shots_list.c, of scenes in shots_told.c and shots_done.c ---- */

typedef struct shot {
    const char *name;
    double width, height, scale;
    bool host; /* it has a dialogue for files */
    void (*set_up)(face *f, const struct shot *shot);
} shot;

extern const shot shots[];
extern const size_t shot_count;

/* Where a small word stands in shots[0]. */
box shot_label(const shot *s);

/* The one that the README shows. */
extern const shot shot_of_the_readme;

/* ---- shots_files.c ---- */

/* Makes, in the current folder, the files that scenes name, and sets HOME and XDG_STATE_HOME there. False with a sentence
 * on stderr. */
bool shot_files_make(const char *source_root);

/* No scene knows what another one has opened. */
void shot_files_forget(void);

#define SHOT_CABINET        "shots/Home/Cabinets/Backline 1x12 Open.wav"
#define SHOT_OTHER_CABINET  "shots/Home/Cabinets/Closed 4x12 V30 57.wav"
#define SHOT_FOREIGN        "shots/Home/Cabinets/Größer – Ящик 4×12 Öffnung.wav"
#define SHOT_BROKEN_CABINET "shots/Home/Cabinets/broken.wav"
#define SHOT_MODEL          "shots/Home/Captures/Backline Crunch.nam"

/* ---- shots_compare.c ---- */

typedef struct shot_difference {
    double largest, mean; /* distances in CIELAB, of pictures that are blurred a little: 2.3 is just seen */
} shot_difference;

/* Both are CAIRO_FORMAT_RGB24. Pictures of different sizes differ by INFINITY. */
shot_difference shot_compare(cairo_surface_t *a, cairo_surface_t *b);
bool shot_is_same(shot_difference d);

/* ---- shots_damage.c ---- */

/* Whether the comparison can fail: a label that is moved, and each colour that is a tenth off, must be seen; edges that are
 * smoothed a little otherwise must not. draw: of a shot. False with a sentence on stderr. */
bool shot_differences_are_seen(cairo_surface_t *(*draw)(const shot *s));

#endif
