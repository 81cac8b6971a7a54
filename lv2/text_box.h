/* One text on its way from one thread to another, neither of which waits: of several, the newest arrives. One thread at a
 * time writes, one at a time reads; there are three places, so that each has one for itself. */
#ifndef BACKLINE_LV2_TEXT_BOX_H
#define BACKLINE_LV2_TEXT_BOX_H

#include <backline/status.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* Room for a text and its final zero: the longest path of Linux. */
enum { TEXT_BOX_SIZE = 4096 };

typedef struct boxed_text {
    unsigned order; /* what the writer liked to number it with */
    size_t length;  /* of the text as it came; from TEXT_BOX_SIZE on, only its beginning is here */
    char text[TEXT_BOX_SIZE];
} boxed_text;

typedef struct text_box {
    boxed_text places[3];
    _Atomic unsigned middle;   /* the place that nobody has, + TEXT_BOX_FRESH if it was written and not read yet */
    unsigned writing, reading; /* places of those two threads */
} text_box;

void text_box_init(text_box *box);

/* Writer: wait-free. text needs no final zero; length as it came. */
BL_REALTIME void text_box_post(text_box *box, const char *text, size_t length, unsigned order);

/* Any thread: whether something was posted that was not taken. */
BL_REALTIME bool text_box_is_fresh(const text_box *box);

/* Reader: takes the newest; false if there is nothing new. Wait-free. */
BL_REALTIME bool text_box_take(text_box *box);

/* Reader: what was taken last; an empty text at first. */
BL_REALTIME const boxed_text *text_box_read(const text_box *box);

#endif
