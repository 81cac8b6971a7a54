/* How each thing looks: pure functions of what they are given. Names may be of any length and script. */
#ifndef BACKLINE_FACE_DRAW_H
#define BACKLINE_FACE_DRAW_H

#include "box.h"
#include "text.h"
#include "theme.h"

#include <cairo.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct draw_mood {
    bool hover;   /* the pointer is over it */
    bool focus;   /* the keys go to it */
    bool pressed; /* a button is held on it */
    bool
        disabled; /* it does nothing now, e.g. the gate's threshold while the gate is off; it can be moved all the same */
} draw_mood;

typedef enum draw_icon {
    ICON_NONE,
    ICON_PREVIOUS,
    ICON_NEXT,
    ICON_FOLDER,
    ICON_CLEAR, /* a cross */
    ICON_UNDO,
    ICON_TUNER, /* a fork */
    ICON_POWER,
    ICON_STAR,
    ICON_STAR_FULL,
    ICON_UP, /* to the folder above */
    ICON_SOUND,
    ICON_DOWN, /* of a menu */
    ICON_HOST  /* the host's own dialogue */
} draw_icon;

/* The plain ground of a card. */
void draw_panel(cairo_t *c, box b);

/* position 0..1; origin: where its arc begins (0.5: both ways). value: the number with its unit, under the name, or, where
 * the box is too low for both, in the name's place while the knob is turned, hovered or has the keys. */
void draw_knob(cairo_t *c, box b, const char *name, const char *value, double position, double origin, draw_mood m);

void draw_switch(cairo_t *c, box b, const char *name, bool on, draw_mood m);

/* A field that opens a menu. */
void draw_choice(cairo_t *c, box b, const char *name, const char *value, draw_mood m);

void draw_button(cairo_t *c, box b, draw_icon icon, const char *text, bool on, draw_mood m);

void draw_tab(cairo_t *c, box b, const char *text, bool on, draw_mood m);

typedef enum draw_slot_state { SLOT_EMPTY, SLOT_FILLED, SLOT_CHOSEN } draw_slot_state;
void draw_slot(cairo_t *c, box b, int number, const char *name, draw_slot_state state, draw_mood m);

/* Levels in dB from -60 to +6; held: the highest of the last seconds; clipped: since the user looked. No allocation. */
typedef struct draw_level {
    double peak_db, rms_db, held_db;
    bool clipped;
} draw_level;
void draw_meter(cairo_t *c, box b, const char *name, const draw_level *level);

/* What the gate takes away, from 0 to -60 dB, downwards. off: there is no gate. No allocation. */
void draw_gate_meter(cairo_t *c, box b, const char *name, double gain_db, bool off);

/* The model that plays, large. All texts may be "". */
enum { DRAW_FACTS = 6 };
typedef struct draw_model {
    const char *name, *maker, *gear, *file, *status, *error;
    char facts[DRAW_FACTS][64]; /* architecture, rate, loudness; receptive field, weights, ESR */
    bool missing;               /* a file is named, and not there or not loaded */
    bool empty;                 /* none is named */
    bool target;                /* a dragged file would fall here */
    bool off;                   /* it does not sound: bypassed */
} draw_model;
void draw_model_card(cairo_t *c, box b, const draw_model *model, draw_mood m);

/* A cabinet with its frequency response: response_count levels in dB, at frequencies that are evenly spaced in octaves from
 * RESPONSE_LOW to RESPONSE_HIGH Hz. count 0: none. */
#define RESPONSE_LOW  40.0
#define RESPONSE_HIGH 16000.0
typedef struct draw_cabinet {
    const char *title, *name, *details, *error;
    const float *response_db;
    size_t response_count;
    bool empty, target, off;
} draw_cabinet;
void draw_cabinet_card(cairo_t *c, box b, const draw_cabinet *cabinet, draw_mood m);

/* note: "A", "C♯"; "": nothing is heard. */
void draw_tuner(cairo_t *c, box b, const char *note, int octave, double cents, double hz);

/* Overlays */
double draw_tooltip_width(const char *text);
void draw_tooltip(cairo_t *c, box b, const char *text);
/* ROW high each, 4 pixels of border above and below. hovered < 0: none. */
void draw_menu(cairo_t *c, box b, const char *const *items, size_t count, int chosen, int hovered);
/* A field to type in; bytes from..to are selected; the caret stands at `to`. */
void draw_entry(cairo_t *c, box b, const char *text, size_t from, size_t to, bool caret);

typedef enum draw_row_kind { LIST_FOLDER, LIST_MODEL, LIST_IMPULSE, LIST_RIG, LIST_OTHER } draw_row_kind;
typedef struct draw_row {
    const char *name, *details; /* details at the right, e.g. the folder of a favourite */
    draw_row_kind kind;
    bool selected, favourite, playing;
} draw_row;
void draw_list_row(cairo_t *c, box b, const draw_row *row, draw_mood m);
/* share: of the list that is seen, from: where it begins, both 0..1. */
void draw_scrollbar(cairo_t *c, box b, double from, double share, draw_mood m);

/* A sentence in a strip, with an error's colours. */
void draw_error_strip(cairo_t *c, box b, const char *sentence);

/* The wordmark, and what the rig costs: two short lines in ASCII; cpu "": nobody knows. No allocation. */
void draw_logo(cairo_t *c, box b);
void draw_load(cairo_t *c, box b, const char *cpu, const char *latency, draw_mood m);

/* Helpers of these */
#define DRAW_PI 3.14159265358979323846
void draw_set(cairo_t *c, theme_colour colour);
void draw_set_alpha(cairo_t *c, theme_colour colour, double alpha);
void draw_rounded(cairo_t *c, box b, double radius); /* a path */
void draw_icon_at(cairo_t *c, box b, draw_icon icon, theme_colour colour);
void draw_focus(cairo_t *c, box b);
/* Fills a rounded box. */
void draw_fill(cairo_t *c, box b, double radius, theme_colour colour);
/* A border inside the box, one pixel of the screen wide at least. */
void draw_border(cairo_t *c, box b, double radius, theme_colour colour);
/* Fills a box whose edges are moved to the screen's pixels: thin lines, bars; at least one pixel each way. */
void draw_crisp(cairo_t *c, box b);
/* Figures that move: each character is shaped once for all times, figures are equally wide. */
void draw_figures(cairo_t *c, box b, const char *figures, theme_text style, theme_colour colour, text_align align);

#endif
