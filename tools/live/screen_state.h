/* What a screen consists of; for its own files. */
#ifndef TOOLS_LIVE_SCREEN_STATE_H
#define TOOLS_LIVE_SCREEN_STATE_H

#include "screen.h"

#include <tuner.h>

enum {
    SCREEN_ROWS = 24,
    SCREEN_COLUMNS = 80,
    SCREEN_PATH = 1024,
    SCREEN_SENTENCE = 700,
    SCREEN_TUNER_SAMPLES = 2048
};

typedef enum screen_page { PAGE_MAIN, PAGE_HELP, PAGE_NEWS, PAGE_NAME, PAGE_REPLACE } screen_page;

/* Where things stand: rows and columns of the main page. */
enum {
    ROW_TITLE,
    ROW_MODEL,
    ROW_DETAILS,
    ROW_CABINETS,
    ROW_SLOTS,
    ROW_INPUT = 6,
    ROW_GATE,
    ROW_OUTPUT,
    ROW_PANES = 10, /* settings on the left, with the tuner above them, and facts on the right */
    ROWS_BELOW = 4, /* the setting, two rows of news, the keys */
    TUNER_ROWS = 3,
    LEFT_COLUMNS = 46,
    COLUMN_LABELS = 10, /* so wide */
};

/* Styles; what a terminal cannot show looks like plain text. */
typedef enum screen_style {
    STYLE_PLAIN,
    STYLE_DIM,
    STYLE_STRONG,
    STYLE_REVERSE,
    STYLE_GOOD,
    STYLE_HIGH,
    STYLE_BAD
} screen_style;

typedef struct screen {
    session *session;
    const screen_info *info;
    bool done;
    screen_page page;
    bl_rig_param selected;
    int first; /* setting that the list begins with */

    tuner *tuner; /* NULL: it is not shown */

    char path[SCREEN_PATH]; /* of the rig file, as it is edited */

    /* what is shown, read once a frame */
    session_state state;
    screen_device device;
    char news[SCREEN_SENTENCE];
    unsigned news_number;

    char details[SCREEN_SENTENCE]; /* of the model that plays */
    bl_rig *details_rig;           /* and when they were read */
    unsigned details_changes;
    int details_slot;
} screen;

/* ---- the terminal (screen_terminal.c) ---- */

/* Takes it over. DONE, or FAILED after a sentence if it cannot show the screen. */
int screen_begin(void);

/* Gives it back as it was. */
void screen_end(void);

/* ---- drawing (screen_draw.c) ---- */

/* At most `columns` columns of a text in UTF-8, with "..." where it does not fit. What cannot be printed becomes '?'.
 * Returns how many were used. */
int screen_put(int row, int column, int columns, screen_style style, const char *text);
int screen_print(int row, int column, int columns, screen_style style, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* At most `rows` rows, cut between words. Returns how many it needed. */
int screen_put_rows(int row, int rows, int column, int columns, screen_style style, const char *text);

/* A bar from 0 to 1, with a mark; mark < 0: none. style_at says how each part of it looks; NULL: plain. */
void screen_bar(int row, int column, int columns, double value, double mark,
                screen_style (*style_at)(double position));

/* ---- parts of the main page ---- */

void screen_draw_rig(screen *s);    /* title, model, cabinets, slots */
void screen_draw_meters(screen *s); /* input, gate, output */
void screen_draw_facts(screen *s);  /* device, load, xruns, recording, guard */
void screen_draw_settings(screen *s, int top, int bottom);
void screen_draw_tuner(screen *s, int top);
void screen_draw_help(void);
void screen_draw_news(screen *s);     /* what there was to tell, and when sound was lost */
void screen_draw_question(screen *s); /* the last row, on PAGE_NAME and PAGE_REPLACE */

/* ---- keys ---- */

/* is_code: the key is one of KEY_..., else a character. */
void screen_key(screen *s, unsigned key, bool is_code);
void screen_ask_key(screen *s, unsigned key, bool is_code);

/* Asks for the name under which the rig is saved. */
void screen_ask_name(screen *s);

void screen_toggle_tuner(screen *s);
void screen_hear(screen *s);

/* A value with its unit, or its word. */
typedef struct screen_value {
    char s[48];
} screen_value;
screen_value screen_value_of(bl_rig_param param, float value);

#endif
