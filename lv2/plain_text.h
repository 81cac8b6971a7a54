/* Texts for hosts: UTF-8 in any case, of printable characters. */
#ifndef BACKLINE_LV2_PLAIN_TEXT_H
#define BACKLINE_LV2_PLAIN_TEXT_H

#include "text_box.h"

/* As much as a text box holds; what does not fit is left out, in whole characters. */
typedef struct plain_text {
    char text[TEXT_BOX_SIZE];
    size_t length;
} plain_text;

/* Appends. Bytes that are no UTF-8, and control characters, become '?', and newlines that are not at the end become blanks. */
__attribute__((format(printf, 2, 3))) void plain_text_add(plain_text *t, const char *format, ...);

#endif
