/* The scenes: each is told to a face, or done to it. */
#ifndef BACKLINE_TESTS_FACE_SHOTS_SCENES_H
#define BACKLINE_TESTS_FACE_SHOTS_SCENES_H

#include "shots.h"

/* FACE_DETAILS of a capture, without knobs. */
extern const char scene_details[];

/* ---- shots_told.c ---- */

void scene_empty(face *f, const shot *s);
void scene_typical(face *f, const shot *s);
void scene_missing(face *f, const shot *s);
void scene_broken(face *f, const shot *s);
void scene_clipping(face *f, const shot *s);
void scene_long_names(face *f, const shot *s);
void scene_nine_letters(face *f, const shot *s);
void scene_hebrew(face *f, const shot *s);
void scene_arabic(face *f, const shot *s);
void scene_foreign(face *f, const shot *s);

/* ---- shots_done.c ---- */

void scene_page_gate(face *f, const shot *s);
void scene_page_tone(face *f, const shot *s);
void scene_page_cabinet(face *f, const shot *s);
void scene_page_model(face *f, const shot *s);
void scene_page_setup(face *f, const shot *s);
void scene_bypassed(face *f, const shot *s);
void scene_tuner_flat(face *f, const shot *s);
void scene_tuner_good(face *f, const shot *s);
void scene_tuner_silent(face *f, const shot *s);
void scene_hovered(face *f, const shot *s);
void scene_tooltip(face *f, const shot *s);
void scene_menu(face *f, const shot *s);
void scene_entry(face *f, const shot *s);
void scene_refused(face *f, const shot *s);
void scene_focus(face *f, const shot *s);
void scene_browse(face *f, const shot *s);
void scene_dropped(face *f, const shot *s);

#endif
