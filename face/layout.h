/* Where everything is. */
#ifndef BACKLINE_FACE_LAYOUT_H
#define BACKLINE_FACE_LAYOUT_H

#include "box.h"

#include <stdbool.h>
#include <stddef.h>

/* What can be seen, and what index says of it. */
typedef enum item_kind {
    ITEM_PANEL, /* the ground of a group */
    ITEM_LOGO,
    ITEM_LOAD,       /* CPU share and latency, as text */
    ITEM_STATUS,     /* the error, or else nothing */
    ITEM_METER,      /* 0 in, 1 gate, 2 out; a press clears the clip light */
    ITEM_MODEL,      /* the card of the model that plays */
    ITEM_CABINET,    /* 0, 1 */
    ITEM_TUNER_VIEW, /* in place of the model's card while the tuner is on */
    /* from here on: the keys can go to it */
    ITEM_KNOB,       /* a setting (bl_rig_param), as a knob */
    ITEM_SWITCH,     /* a setting */
    ITEM_CHOICE,     /* a setting that is one of some words */
    ITEM_MODEL_KNOB, /* a knob of the model, from 0 */
    ITEM_SLOT,       /* from 0 */
    ITEM_TAB,        /* layout_page */
    ITEM_PREVIOUS,   /* the file before this one in its folder; index: FILE_OF_MODEL, or bl_rig_file of a cabinet */
    ITEM_NEXT,
    ITEM_BROWSE,
    ITEM_CLEAR,
    ITEM_HOST_BROWSE, /* the host's dialogue, where there is one */
    ITEM_UNDO,
    ITEM_TUNER, /* on and off */
    ITEM_BYPASS
} item_kind;

#define ITEM_FIRST_FOCUSABLE ITEM_KNOB

/* index of ITEM_PREVIOUS ..: the model of the slot that is chosen. */
enum { FILE_OF_MODEL = -1 };

typedef enum layout_page {
    PAGE_MAIN, /* what one turns every day */
    PAGE_GATE,
    PAGE_TONE,
    PAGE_CABINET,
    PAGE_MODEL, /* the model's own knobs; only if it has some */
    PAGE_SETUP, /* levels, calibration, quality, oversampling, fade */
    PAGE_COUNT
} layout_page;

typedef struct item {
    item_kind kind;
    int index;
    box box;
} item;

enum { LAYOUT_ITEMS = 160 };

/* In drawing order, which is also that of the tab key. */
typedef struct layout {
    item items[LAYOUT_ITEMS];
    size_t count;
    layout_page page; /* that is shown: where the main page has a row of its own, another one */
} layout;

typedef struct layout_wish {
    double width, height; /* of the window */
    layout_page page;
    size_t model_knobs; /* that the model has */
    bool tuner, host_browse;
    bool error; /* room for a sentence */
} layout_wish;

void layout_make(layout *l, const layout_wish *wish);

/* The item at a point: the last one drawn there; or NULL. */
const item *layout_at(const layout *l, double x, double y);

/* Words of a page's tab. */
const char *layout_page_name(layout_page page);

#endif
