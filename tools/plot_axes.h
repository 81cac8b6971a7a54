/* A diagram with two axes, linear or logarithmic, and curves in it. Begin it, draw ticks and curves, end it. */
#ifndef TOOLS_PLOT_AXES_H
#define TOOLS_PLOT_AXES_H

#include "plot_draw.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct plot_scale {
    double low, high; /* values at the left or lower and at the right or upper end */
    bool logarithmic;
} plot_scale;

typedef struct plot_axes {
    plot_box box;
    plot_scale x, y;
} plot_axes;

/* Light page, as all pictures have. */
cairo_surface_t *plot_axes_page(int width, int height);

/* White ground, with the title above it and a note at the right end of that line. Either may be "". */
void plot_axes_begin(cairo_t *c, const plot_axes *axes, const char *title, const char *note);

/* Where a value lies on the page. */
double plot_axes_x(const plot_axes *axes, double value);
double plot_axes_y(const plot_axes *axes, double value);

/* Ticks at the whole multiples of a step, with that many digits behind the point; a faint line across the box for
 * those of y, and for those of x if asked for. */
void plot_axes_ticks_x(cairo_t *c, const plot_axes *axes, double step, int digits, bool lines);
void plot_axes_ticks_y(cairo_t *c, const plot_axes *axes, double step, int digits);

/* Ticks for frequencies on the logarithmic x axis. */
void plot_axes_hertz_x(cairo_t *c, const plot_axes *axes);

/* What the axes show: below the labels of x, and turned, left of those of y. */
void plot_axes_units(cairo_t *c, const plot_axes *axes, const char *x, const char *y);

/* 1, 2 or 5 times a power of ten, for at most so many ticks over that range; *digits receives what its multiples
 * need. */
double plot_axes_step(double range, int most, int *digits);

/* A curve through the points that are finite, cut off at the box. */
void plot_axes_curve(cairo_t *c, const plot_axes *axes, const double *x, const double *y, size_t count,
                     plot_colour colour, double width);

/* The frame, over what the curves left of it. */
void plot_axes_end(cairo_t *c, const plot_axes *axes);

/* One entry of a legend: a short line of the colour, and its name. Returns the x at which it ends. */
double plot_axes_legend(cairo_t *c, double x, double y, plot_colour colour, const char *name);

/* A number with a true minus, and none before a zero. */
void plot_axes_number(char *to, size_t size, double value, int digits);

/* Cuts a text, at whole UTF-8 characters, until it fits. The array must have room for three bytes more. */
void plot_axes_fit(cairo_t *c, char *text, double width, double size, int bold);

#endif
