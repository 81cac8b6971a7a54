/* Of the three places, the writer has one, the reader has one, and the third, `middle`, goes to and fro: both sides exchange
 * theirs for it in one step. So no place ever has two owners, and nobody waits.
 *
 * Memory order: all that was done to a place must come before the exchange that gives it away (release), and all that is
 * done to the place that it brings must come behind it (acquire): so the reader sees the whole text, and the writer does
 * not begin another one where the reader still reads. Each exchange does both. Whether something is fresh may be asked
 * relaxed: only the writer makes a box fresh and only the reader makes it stale, so what the reader finds fresh is still so
 * when it exchanges; to everybody else it is a hint. */
#include "text_box.h"

#include <string.h>

enum { TEXT_BOX_FRESH = 4 };

void text_box_init(text_box *box)
{
    box->writing = 0;
    atomic_init(&box->middle, 1);
    box->reading = 2;
    boxed_text *first = &box->places[box->reading];
    first->order = 0;
    first->length = 0;
    first->text[0] = 0;
}

void text_box_post(text_box *box, const char *text, size_t length, unsigned order)
{
    boxed_text *place = &box->places[box->writing];
    const size_t here = length < TEXT_BOX_SIZE ? length : TEXT_BOX_SIZE - 1;
    place->order = order;
    place->length = length;
    if (here) /* else text may be NULL */
        memcpy(place->text, text, here);
    place->text[here] = 0;
    box->writing = atomic_exchange_explicit(&box->middle, box->writing | TEXT_BOX_FRESH, memory_order_acq_rel) &
                   ~(unsigned)TEXT_BOX_FRESH;
}

bool text_box_is_fresh(const text_box *box)
{
    return atomic_load_explicit((_Atomic unsigned *)&box->middle, memory_order_relaxed) & TEXT_BOX_FRESH;
}

bool text_box_take(text_box *box)
{
    if (!text_box_is_fresh(box))
        return false;
    box->reading =
        atomic_exchange_explicit(&box->middle, box->reading, memory_order_acq_rel) & ~(unsigned)TEXT_BOX_FRESH;
    return true;
}

const boxed_text *text_box_read(const text_box *box)
{
    return &box->places[box->reading];
}
