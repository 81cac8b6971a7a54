/* The page of `backline plot`: six diagrams. */
#ifndef TOOLS_PLOT_MODEL_PAGE_H
#define TOOLS_PLOT_MODEL_PAGE_H

#include "plot_axes.h"
#include "plot_model.h"

/* The caller destroys the result; its cairo status says whether there was memory for it. */
cairo_surface_t *plot_model_page(const plot_figures *figures);

/* The diagrams, each in a box with room for a title and a legend above it. */
void plot_model_draw_curves(cairo_t *c, plot_box box, const plot_figures *figures);
void plot_model_draw_levels(cairo_t *c, plot_box box, const plot_figures *figures);
void plot_model_draw_response(cairo_t *c, plot_box box, const plot_figures *figures);
void plot_model_draw_harmonics(cairo_t *c, plot_box box, const plot_figures *figures, size_t tone);
void plot_model_draw_aliasing(cairo_t *c, plot_box box, const plot_figures *figures);

#endif
