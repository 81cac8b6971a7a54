/* All colours, spacings and sizes of letters, as one table. Everything is a multiple of 8 pixels, or a half or quarter. */
#ifndef BACKLINE_FACE_THEME_H
#define BACKLINE_FACE_THEME_H

/* Colours by what they are for; text colours have a contrast of at least 4.5 with every ground they stand on (WCAG AA; a
 * test computes it). */
typedef enum theme_colour {
    COLOUR_WINDOW,    /* the ground of everything */
    COLOUR_PANEL,     /* of cards and groups */
    COLOUR_RAISED,    /* of buttons, fields */
    COLOUR_HOVER,     /* of what is under the pointer */
    COLOUR_LINE,      /* thin borders */
    COLOUR_TEXT,      /* values, names */
    COLOUR_QUIET,     /* labels, details */
    COLOUR_DISABLED,  /* of what does nothing now: the one text without such a contrast */
    COLOUR_ACCENT,    /* what is on or chosen; arcs of knobs */
    COLOUR_ON_ACCENT, /* text on the accent */
    COLOUR_FOCUS,     /* ring around what has the keys */
    COLOUR_TRACK,     /* what an arc or a meter moves over */
    COLOUR_GOOD,      /* meters, in tune */
    COLOUR_WARM,      /* meters above -12 dB */
    COLOUR_CLIP,      /* meters at full scale, errors */
    COLOUR_ERROR_GROUND,
    COLOUR_COUNT
} theme_colour;

typedef struct theme_rgb {
    double red, green, blue; /* sRGB, 0..1 */
} theme_rgb;

extern const theme_rgb theme_colours[COLOUR_COUNT];

typedef enum theme_text {
    TEXT_DISPLAY, /* the model's name, where there is room */
    TEXT_TITLE,   /* the model's name */
    TEXT_LOGO,
    TEXT_HEAD, /* of cards */
    TEXT_BODY,
    TEXT_LABEL,  /* under knobs */
    TEXT_SMALL,  /* scales of meters */
    TEXT_DIGITS, /* values: figures of equal width */
    TEXT_TUNER,  /* the note */
    TEXT_NOTE,   /* the same, where there is less room */
    TEXT_STYLE_COUNT
} theme_text;

typedef struct theme_letters {
    double size; /* of an em, in pixels */
    int bold;
} theme_letters;

extern const theme_letters theme_letters_of[TEXT_STYLE_COUNT];
extern const char theme_family[]; /* for Pango: several names, the first that is there counts */

enum {
    GRID = 8,
    RADIUS = 6,  /* of corners */
    HEADER = 40, /* heights */
    ROW = 24,    /* of a list, a menu, a field */
    METER = 16,  /* its width */
    KNOB = 48    /* a knob's circle */
};

#endif
