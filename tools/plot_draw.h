/* The parts of the picture. All coordinates are pixels of the page. */
#ifndef TOOLS_PLOT_DRAW_H
#define TOOLS_PLOT_DRAW_H

#include "sound_scan.h"

#include <cairo.h>

typedef struct plot_box {
    double x, y, width, height;
} plot_box;

typedef struct plot_colour {
    double red, green, blue;
} plot_colour;

static const plot_colour plot_ink = { 0.16, 0.17, 0.20 }, plot_faint = { 0.42, 0.44, 0.48 };

void plot_set_colour(cairo_t *c, plot_colour colour, double opacity);

/* Text at a size in pixels. align: 0 begins at x, 0.5 is centred on it, 1 ends at it; y is the baseline. */
void plot_text(cairo_t *c, const char *s, double x, double y, double size, double align, int bold);

double plot_text_width(cairo_t *c, const char *s, double size, int bold);

/* Outline and loudness of a sound; top is the sample value at the upper edge. */
void plot_waveform(cairo_t *c, plot_box box, const sound_scan *sound, double top, plot_colour colour);

/* Levels from bottom_db to top_db as colours, over frequencies from 20 Hz to half the rate. */
void plot_spectrum(cairo_t *c, plot_box box, const sound_scan *sound, double bottom_db, double top_db);

/* The scale of those colours. */
void plot_colour_bar(cairo_t *c, plot_box box, double bottom_db, double top_db);

/* Ticks and labels below a box. */
void plot_time_axis(cairo_t *c, plot_box box, double seconds);

#endif
