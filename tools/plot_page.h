/* The picture: for each sound a title line, its waveform and its spectrogram, one below the other, with
 * the same scales for all, so that they compare at a glance. */
#ifndef TOOLS_PLOT_PAGE_H
#define TOOLS_PLOT_PAGE_H

#include "sound_scan.h"

#include <cairo.h>
#include <stddef.h>

/* Pixel columns of every plot: the number of columns that sounds are to be scanned with. */
enum { PLOT_COLUMNS = 1400 };

/* Draws one or two sounds. labels are the words before their names, e.g. "Input". The caller destroys the
 * result; its cairo status says whether there was memory for it. */
cairo_surface_t *plot_page_draw(const sound_scan *sounds, const char *const *labels, size_t count);

#endif
