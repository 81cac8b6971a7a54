/* One diagram of the picture: curves over the block size. */
#ifndef TOOLS_BENCH_PLOT_PANEL_H
#define TOOLS_BENCH_PLOT_PANEL_H

#include "bench.h"
#include "plot_draw.h"

/* The rows of one network and instruction set, which stand together in the report. */
typedef struct bench_curve {
    const bench_row *rows;
    size_t count;
    size_t network, cpu; /* colour and dashes */
} bench_curve;

typedef struct bench_panel {
    plot_box box;
    const char *title;
    double bottom, top; /* of the vertical axis; what is above it is cut off */
    bool logarithmic;
    /* Where it is linear: the distance of the ticks, and how their values times the scale are written. */
    double step, scale;
    const char *format;
    double (*value)(const bench_curve *curve, size_t i);
} bench_panel;

/* Frame, both axes and all curves. */
void bench_panel_draw(cairo_t *c, const bench_panel *panel, const bench_curve *curves, size_t count);

/* A short piece of a curve, for the legend. */
void bench_curve_sample(cairo_t *c, const bench_curve *curve, double x, double y, double length);

/* The least cost per sample of a curve, in seconds. */
double bench_curve_least(const bench_curve *curve);

#endif
