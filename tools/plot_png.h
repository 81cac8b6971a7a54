/* A picture as a PNG file. */
#ifndef TOOLS_PLOT_PNG_H
#define TOOLS_PLOT_PNG_H

#include "output_file.h"

#include <cairo.h>

/* Writes the page and completes the file. Returns DONE or, after a message, FAILED and no file. */
int plot_png_write(cairo_surface_t *page, output_file *file);

#endif
