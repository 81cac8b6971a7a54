/* Words: shaped by Pango, in whatever script, cut with an ellipsis where they do not fit. */
#ifndef BACKLINE_FACE_TEXT_H
#define BACKLINE_FACE_TEXT_H

#include "box.h"
#include "theme.h"

#include <cairo.h>
#include <stdbool.h>
#include <stddef.h>

typedef enum text_align { ALIGN_LEFT, ALIGN_CENTRE, ALIGN_RIGHT } text_align;

/* One line in the middle of the box's height. What is no UTF-8 is shown with replacement characters. */
void text_draw(cairo_t *c, box b, const char *text, theme_text style, theme_colour colour, text_align align);

/* As many lines as fit, broken between words. */
void text_draw_lines(cairo_t *c, box b, const char *text, theme_text style, theme_colour colour, text_align align);

/* In pixels of the face; height: of one line. */
double text_width(const char *text, theme_text style);
double text_height(theme_text style);

/* Where the caret stands before the byte with that index, from the left end of the line. */
double text_caret(const char *text, theme_text style, size_t byte);

/* Frees what this thread keeps of shaped texts and fonts, when its last window closes; the next call makes it anew. */
void text_forget(void);

/* Valid UTF-8 of any bytes, at most size - 1 of them, whole characters, without control characters. */
void text_clean(char *out, size_t size, const char *bytes);

#endif
