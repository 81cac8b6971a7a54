/* The word that somebody may have meant. */
#ifndef BACKLINE_PLUGINS_NEAREST_H
#define BACKLINE_PLUGINS_NEAREST_H

#include <stddef.h>

/* The candidate closest to the word, of several rather one that begins with it; NULL if none is close enough to be a likely
 * slip. */
const char *nearest_word(const char *word, const char *const *candidates, size_t n);

#endif
