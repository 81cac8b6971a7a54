/* The inside of a file browser.
 *
 * browser.c         life, where it is, time            browser_list.c    the rows: what is in them, which are shown
 * browser_places.c  what stands at the left            browser_layout.c  where everything is, the path at the top
 * browser_input.c   pointer and keys                   browser_draw.c    how it looks */
#ifndef BACKLINE_FACE_BROWSER_STATE_H
#define BACKLINE_FACE_BROWSER_STATE_H

#include "browser.h"
#include "draw.h"
#include "folder.h"

#include <stdint.h>

enum { BROWSER_PLACES = 48, BROWSER_OWN_PLACES = 4, BROWSER_CRUMBS = 24, BROWSER_TYPED = 64 };

#define BROWSER_NONE SIZE_MAX

typedef enum browser_source { SOURCE_FOLDER, SOURCE_FAVOURITES, SOURCE_RECENT } browser_source;

typedef struct browser_row {
    const char *name; /* in the folder's entries, or in path */
    char *path;       /* owned; NULL: in the folder that is shown */
    char *above;      /* owned; where path is, as it is shown; or NULL */
    folder_kind kind;
    bool favourite;
} browser_row;

typedef struct browser_place {
    char *name, *path; /* owned; path is NULL where source is not SOURCE_FOLDER */
    browser_source source;
    draw_icon icon;
    bool apart; /* a little room above */
    box box;
} browser_place;

/* A folder of the path at the top: the first `end` bytes of it. */
typedef struct browser_crumb {
    const char *name; /* in browser.crumb_names */
    size_t end;
    box box;
} browser_crumb;

/* What can be pressed or pointed at. */
typedef enum spot_kind {
    SPOT_NONE,
    SPOT_UP,
    SPOT_CRUMB, /* index: of crumbs */
    SPOT_STAR,  /* of the selection */
    SPOT_CANCEL,
    SPOT_CHOOSE,
    SPOT_TAB,      /* browser_kind */
    SPOT_PLACE,    /* of places */
    SPOT_ROW,      /* of shown */
    SPOT_ROW_STAR, /* of shown */
    SPOT_BAR
} spot_kind;

typedef struct browser_spot {
    spot_kind kind;
    size_t index;
} browser_spot;

typedef struct browser_boxes {
    box up, path, star, cancel, choose, tabs[BROWSE_KINDS], note, places, list, bar;
} browser_boxes;

typedef struct browser {
    browser_owner owner;
    library *library;
    box where;
    browser_boxes boxes;

    browser_kind kind;
    browser_source source;
    char *path;    /* owned; of the folder that is shown, whether it can be read or not */
    char *playing; /* owned; the file that is heard; "" */
    bool refused;  /* no: it cannot be loaded */
    folder folder;
    browser_row *rows;
    uint32_t *shown; /* indices into rows, those of the kind */
    size_t row_count, shown_count, selected;
    bool is_favourite; /* the folder that is shown */
    char error[256];   /* why the folder cannot be shown; "" */
    char count[48];    /* "128 models" */

    browser_place places[BROWSER_PLACES];
    size_t place_count;
    browser_place own[BROWSER_OWN_PLACES]; /* browser_add_place()'s */
    size_t own_count;
    char *start; /* owned; the folder of the file that it was opened with; "" */
    browser_crumb crumbs[BROWSER_CRUMBS];
    size_t crumb_count;
    char *crumb_names; /* owned */

    double scroll; /* pixels above the list's upper edge */
    browser_spot hovered, pressed;
    double bar_from; /* where in the bar's handle it was taken */
    double pressed_at;

    char typed[BROWSER_TYPED];
    bool typed_found;
    double now;
    double typed_since, rested_since; /* INFINITY: from the next tick on */
    bool waiting;                     /* for the preview of the selection */
} browser;

/* ---- browser.c ---- */

void browser_harm(browser *b, box what);
void browser_harm_spot(browser *b, browser_spot spot);
/* Shows a folder (or, by source, a list) and selects the row of that name, if there is one; select may be NULL. Path is
 * copied first: it may be any of the browser's own. */
void browser_show(browser *b, browser_source source, const char *path, const char *select);
void browser_go_up(browser *b);
void browser_set_kind(browser *b, browser_kind kind);
/* Opens the folder or chooses the file of that row. */
void browser_enter(browser *b, size_t index);
void browser_cancel(browser *b);
void browser_end_typing(browser *b);
bool browser_set_text(char **owned, const char *text); /* false, and as it was, without memory */

/* ---- browser_list.c ---- */

bool browser_rows_read(browser *b); /* after path, source; false without memory */
void browser_rows_free(browser *b);
void browser_rows_filter(browser *b); /* after a change of kind */
const browser_row *browser_row_at(const browser *b, size_t index);
char *browser_row_path(const browser *b, size_t index); /* owned by the caller; NULL without memory */
bool browser_row_is(const browser *b, const browser_row *row, const char *path);
size_t browser_row_find(const browser *b, const char *name);
size_t browser_row_search(const browser *b, const char *typed);
void browser_select(browser *b, size_t index); /* and scrolls there */
void browser_show_middle(browser *b, size_t index);
void browser_scroll_to(browser *b, double scroll);
void browser_toggle_favourite(browser *b, size_t index); /* BROWSER_NONE: the folder that is shown */

/* ---- browser_places.c ---- */

void browser_places_make(browser *b);
void browser_places_free(browser *b);

/* ---- browser_layout.c ---- */

void browser_lay_out(browser *b); /* after where, path or places have changed */
browser_spot browser_spot_at(const browser *b, double x, double y);
box browser_spot_box(const browser *b, browser_spot spot);
box browser_row_box(const browser *b, size_t index);
double browser_list_height(const browser *b); /* of all rows */
const char *browser_kind_name(browser_kind kind);
bool browser_has_choice(const browser *b); /* the selection is a file */

#endif
