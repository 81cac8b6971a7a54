/* The picture of `backline compare`. */
#ifndef TOOLS_COMPARE_PLOT_H
#define TOOLS_COMPARE_PLOT_H

#include "compare.h"
#include "output_file.h"
#include "plot_axes.h"

static const plot_colour compare_colour_a = { 0.13, 0.40, 0.62 }, compare_colour_b = { 0.80, 0.33, 0.13 },
                         compare_colour_difference = { 0.18, 0.53, 0.27 };

/* Draws it and completes the file. Returns DONE or, after a message, FAILED and no file. */
int compare_plot(const compare_result *result, output_file *file);

/* What the colours of the curves mean. */
void compare_plot_legend(cairo_t *c, double x, double y);

/* Waveforms of both over the whole time, and below them the difference at a scale of its own. */
int compare_plot_waveforms(cairo_t *c, plot_box both, plot_box difference, const compare_result *result);

/* The samples around the largest error. */
void compare_plot_worst(cairo_t *c, plot_box box, const compare_result *result);

/* Long-term spectra of both and of the difference. Returns DONE or, after a message, FAILED. */
int compare_plot_spectra(cairo_t *c, plot_box box, const compare_result *result);

#endif
