/* The inside of a face.
 *
 * face.c          life, places, what is damaged                told.c      what is told from outside; the clock
 * levels.c        what meters show
 * layout.c        where everything is                          look.c      from state to draw.h's descriptions
 * paint.c         draws the items and overlays that meet the clip
 * pointer.c       the pointer's ways, drags, the wheel         press.c     what a press does
 * keys.c          focus and keys
 * controls.c      one way to every setting: values, positions  words.c     values as words, and back
 * touch.c         hands on settings: drags and runs, and what is told meanwhile
 * files.c         files that are chosen, stepped through, browsed
 * entry.c         a value that is typed                        menu.c      a choice's menu
 * tooltip*.c      what it is and where it stands               undo.c      the last changes
 * browser*.c      the file browser                             library.c   favourites and recent files
 * folder.c        the files beside a file                      response.c  the curve of a cabinet
 * tuner.c         which note is played                         drop.c      files dragged onto it */
#ifndef BACKLINE_FACE_STATE_H
#define BACKLINE_FACE_STATE_H

#include "browser.h"
#include "draw.h"
#include "face.h"
#include "layout.h"
#include "library.h"
#include "response.h"
#include "tuner.h"

enum { FACE_UNDOS = 64, FACE_NOTHING = -1, FACE_TYPED = 64, FACE_TOOLTIP = 384, FACE_SENT = 16 };

/* What lies above everything else and takes all presses and keys. */
typedef enum face_overlay { OVERLAY_NONE, OVERLAY_MENU, OVERLAY_ENTRY, OVERLAY_BROWSER } face_overlay;

/* A change that can be undone: of a setting, a knob or a file. */
typedef struct face_change {
    enum { CHANGE_SETTING, CHANGE_KNOB, CHANGE_FILE } kind;
    int which;
    float value;
    char *path; /* owned */
} face_change;

/* A clip light and a held peak. */
typedef struct face_hold {
    float db;
    double since; /* seconds */
    bool clipped;
} face_hold;

/* A hand on a setting or a knob of the model: a drag, or a run of wheel notches or arrow keys. */
typedef struct face_touch {
    bool on, knob;
    size_t which;          /* of the settings, or of the knobs */
    bool run;              /* no button holds it: it ends by itself */
    double since;          /* of the last notch of a run; NAN: the next tick */
    double position;       /* where the hand is, while the value goes in steps */
    float before;          /* the value that undo goes back to */
    float told;            /* meanwhile, from outside; NAN: nothing */
    float sent[FACE_SENT]; /* the last values that went to the owner, which may come back from there late */
    size_t sent_count;
    bool owed; /* a heavy setting: the owner hears of it when the hand leaves */
} face_touch;

/* A file that the user asked for and the owner has not told of yet. */
typedef struct face_wish {
    bool open;
    double since; /* INFINITY: the next tick */
    char *told;   /* meanwhile, of another one; owned; NULL: nothing */
} face_wish;

/* A knob of the model, in the model's units. */
typedef struct face_knob {
    char name[96];
    double least, first, most;
} face_knob;

typedef struct face {
    face_owner owner;
    double rate_hz, now; /* the clock of face_tick() */

    /* what was told */
    float settings[BL_RIG_PARAM_COUNT], knobs[FACE_KNOBS], numbers[FACE_NUMBER_COUNT];
    char *files[BL_RIG_FILE_COUNT], *rig, *texts[FACE_TEXT_COUNT]; /* owned; never NULL, "" is none */
    face_wish wishes[BL_RIG_FILE_COUNT];
    size_t model_knobs;    /* how many lines "Knob N:" the details have */
    response responses[2]; /* of the cabinets */
    face_hold holds[2];    /* in, out */
    face_knob knob_infos[FACE_KNOBS];
    float cpu_told; /* numbers[FACE_CPU] follows it twice a second */
    double cpu_since;
    bool host_browse; /* the host has a dialogue, as far as is known */

    /* where things are */
    double width, height;
    layout_page page;
    layout layout;
    box damage[FACE_DAMAGES];
    size_t damage_count;

    /* the user: indices into layout.items, FACE_NOTHING for none */
    int hovered, focused, pressed;
    bool focus_seen;             /* the ring is drawn: keys were used last */
    double pointer_x, pointer_y; /* where it was last */
    int pressed_button;
    bool dragging, drag_moved;    /* moved: by more than a shaky click */
    double drag_from;             /* y, where the pointer was last */
    double pressed_at;            /* seconds, for double clicks */
    int pressed_before;           /* item of the press before */
    int drop;                     /* the item that a dragged file would fall on */
    int next_model, next_impulse; /* bl_rig_file: where more of a drop go; the last slot or cabinet + 1: nowhere */
    double hovered_since;         /* NAN: the next tick */
    double wheel_rest;            /* parts of a notch */
    face_touch touch;
    bool tooltip;                    /* it is seen: */
    char tooltip_text[FACE_TOOLTIP]; /* with these words, in lines ('\n') of TEXT_LABEL, */
    box tooltip_place;               /* there */

    face_overlay overlay;
    int overlay_item;            /* whose menu or entry it is */
    int menu_hovered;            /* in the menu */
    char typed[FACE_TYPED];      /* in the entry */
    size_t typed_from, typed_to; /* selected bytes; the caret is at typed_to, and typed_from may lie behind it */
    char refused[128];           /* why what is typed cannot be read; "": it was not tried */

    face_change undos[FACE_UNDOS]; /* a ring of the last ones */
    size_t undo_count, undo_next;

    browser *browser;         /* owned; made when it is opened first */
    bl_rig_file browser_file; /* it is open for that; BL_RIG_FILE_COUNT: for a rig */
    char *browser_before;     /* owned; what was there when it was opened */
    library *library;         /* owned */
    tuner *tuner;             /* owned; NULL while it is off */
    struct {
        bool heard;
        const char *name;
        int octave, cents;
    } tuner_shown;
} face;

/* ---- face.c ---- */

/* Draw this anew. */
void face_harm(face *f, box b);
void face_harm_all(face *f);
void face_harm_raised(face *f, box b);                   /* with its shadow */
void face_harm_item(face *f, int index);                 /* FACE_NOTHING: nothing */
void face_harm_kind(face *f, item_kind kind, int index); /* all items of the kind with that index; -2: any */
void face_lay_out(face *f);                              /* after a change of anything in layout_wish; harms all */
int face_find(const face *f, item_kind kind, int index); /* FACE_NOTHING: it is not on this page */
const item *face_item(const face *f, int index);         /* NULL of FACE_NOTHING */
char *face_copy_text(const char *text);                  /* of NULL: ""; aborts never: NULL without memory */

/* ---- files.c ---- */

size_t face_slot(const face *f);                    /* that is chosen, from 0: FACE_PLAYING, or the setting */
bl_rig_file face_file_of(const face *f, int index); /* of FILE_OF_MODEL or a bl_rig_file */

/* The user wants a file there: tells the owner, remembers it for undo (unless it is a preview) and in the library. */
void face_choose_file(face *f, bl_rig_file file, const char *path, bool remember);
void face_choose_rig(face *f, const char *path);
void face_show_file(face *f, bl_rig_file file, const char *path); /* on the face only */
void face_step_file(face *f, bl_rig_file file, int direction);    /* to the neighbour in its folder */
void face_browse(face *f, bl_rig_file file);                      /* BL_RIG_FILE_COUNT: for a rig */
void face_refuse_preview(face *f);                                /* if what was previewed cannot be loaded */
void face_browse_in(face *f, bl_rig_file file, const char *path); /* of a folder */
void face_ask_host(face *f, bl_rig_file file);

/* ---- told.c ---- */

void face_apply(face *f, bool knob, size_t which, float value); /* it is so: shows it */
void face_read_knobs(face *f);                                  /* from FACE_DETAILS */
void face_toggle_tuner(face *f);

/* ---- levels.c ---- */

void levels_set(face *f, face_number which, float db); /* FACE_IN_PEAK .. FACE_GATE_GAIN */
void levels_tick(face *f);
bool levels_move(const face *f);
void face_clear_hold(face *f, size_t meter); /* 0 or 2: its clip light is put out */

/* ---- controls.c: of ITEM_KNOB, ITEM_SWITCH, ITEM_CHOICE, ITEM_MODEL_KNOB, ITEM_SLOT, ITEM_BYPASS ---- */

bool control_is(const item *i);                 /* one of these */
bool control_can(const face *f, const item *i); /* the owner can do it */
bool control_is_knob(const item *i);            /* of the model; else a setting */
size_t control_which(const item *i);            /* bl_rig_param, or the model's knob */
/* Of a setting, its value; a slot's is 1 if it is chosen; a model's knob's is its position. */
float control_value(const face *f, const item *i);
float control_current(const face *f, bool knob, size_t which); /* as it is, by whatever means */
double control_position(const face *f, const item *i);         /* 0..1; logarithmic where the setting is */
double control_origin(const item *i);          /* of the arc: where 0 is, for ranges that go both ways */
double control_step(const item *i, bool fine); /* of the wheel and the arrow keys, in positions */
void control_set_position(
    face *f, const item *i,
    double position); /* in steps that can be read; tells the owner if the value is another one */
void control_set_value(face *f, const item *i, float value);
void control_reset(face *f, const item *i);                            /* to its default */
void control_step_by(face *f, const item *i, double steps, bool fine); /* of a run of notches or keys */
void control_press(face *f, const item *i); /* a switch the other way, a slot chosen; undone as one change */
const char *control_idle(const face *f, const item *i); /* of a knob, switch or choice: why it does nothing; NULL */
bool control_is_idle(const face *f, const item *i);     /* draw_mood's disabled; of any item */

/* ---- wishes.c ---- */

void wish_begin(face *f, bl_rig_file file); /* the owner is asked for what is shown */
bool wish_keep(face *f, bl_rig_file file,
               const char *path); /* told from outside: true if a wish stands against it */
void wish_end_all(face *f);
void wish_tick(face *f);

/* ---- touch.c ---- */

void control_touch(face *f, const item *i, bool begins); /* begins: also the moment that undo goes back to */
void touch_run(face *f, const item *i);                  /* the same for one notch of a run */
void touch_end(face *f);                                 /* whichever hand there is */
void touch_send(face *f, bool knob, size_t which,
                float value); /* shows it, and tells the owner now or at the end */
void touch_once(face *f, bool knob, size_t which, float value); /* all of it, not remembered for undo */
bool touch_is_on(const face *f, bool knob, size_t which);
bool touch_keep(face *f, bool knob, size_t which, float value); /* told from outside: true if a hand is on it */
void touch_tick(face *f);

/* ---- words.c ---- */

const char *control_name(const face *f, const item *i); /* short; static or owned by the face */
void control_words(const face *f, const item *i, char *out,
                   size_t size); /* "-12.0 dB", "1.2 kHz", "On", "Calibrated" */
/* Typed for a knob: "3", "1.2k", "-6 dB". False with a sentence in why. */
bool control_read(const face *f, const item *i, const char *text, float *value, char *why, size_t size);
void words_of_value(bl_rig_param param, float number, char *out, size_t size); /* of a continuous setting */
float control_round(bl_rig_param param, float value);                          /* to what the words can say */
/* A number with '.' or ',', whatever the locale; false: there is none. text is moved behind it. */
bool words_number(const char **text, double *value);
void knob_words(double units, char *out, size_t size); /* as short as can be */
double knob_in_units(const face_knob *k, double position);
double knob_from_units(const face_knob *k, double value);

/* ---- undo.c ---- */

void undo_remember(face *f, face_change change); /* takes its path over */
bool undo_possible(const face *f);
void undo_last(face *f);
void undo_free(face *f);

/* ---- menu.c, entry.c, tooltip.c: open; what is done there comes from pointer.c and keys.c; boxes for paint.c ---- */

void menu_open(face *f, int index);
box menu_box(const face *f);
int menu_at(const face *f, double x, double y);
void menu_hover(face *f, int choice);
bool menu_key(face *f, face_key key, const char *text, unsigned modifiers);
void menu_pick(face *f, int choice);                    /* and closes */
void entry_open(face *f, int index, const char *first); /* first: typed already; NULL: the value, selected */
box entry_box(const face *f);
bool entry_key(face *f, face_key key, const char *text, unsigned modifiers);
void entry_press(face *f, double x, unsigned modifiers); /* the caret goes there */
void entry_paste(face *f, const char *text);
bool entry_take(face *f); /* and closes; false: it cannot be read, and stays open with the reason */
void overlay_close(face *f);
/* What is seen is f->tooltip_text at f->tooltip_place, if f->tooltip. */
void tooltip_words(const face *f, const item *i, char *out, size_t size);
box tooltip_box(const face *f, const char *words);
void tooltip_show(face *f, const char *words);
void tooltip_tick(face *f);
void tooltip_hide(face *f); /* until the pointer comes to something else */

/* ---- pointer.c, press.c, keys.c ---- */

void pointer_hover(face *f);  /* finds anew what is under the pointer */
void pointer_let_go(face *f); /* of whatever is pressed or dragged, without doing it */
bool press_begin(face *f, int index, int button, unsigned modifiers, bool twice);
void press_do(face *f, const item *i); /* what a button does */
void focus_set(face *f, int index, bool seen);

/* ---- look.c: what paint.c draws ---- */

/* The descriptions hold pointers into the face and into words, which the caller keeps. */
typedef struct look_words {
    char lines[8][256];
} look_words;
void look_file_stem(const char *path, char *out, size_t size); /* its name without the folder and the ending */
void look_model(const face *f, draw_model *m, look_words *w);
void look_cabinet(const face *f, int cabinet, draw_cabinet *d, look_words *w);
/* Whether another file plays than this one, which is named, or none, because it could not be loaded. */
bool look_is_refused(const face *f, const char *path);
bool look_detail(const face *f, const char *key, char *out, size_t size); /* the value of a line of FACE_DETAILS */

/* ---- paint.c ---- */

void paint_items(const face *f, cairo_t *c, box clip);
void paint_overlays(const face *f, cairo_t *c, box clip);

#endif
