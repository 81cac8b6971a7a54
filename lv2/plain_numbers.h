/* Numbers in texts, with points whatever the host's language: hosts set locales. Includers define _GNU_SOURCE. */
#ifndef BACKLINE_LV2_PLAIN_NUMBERS_H
#define BACKLINE_LV2_PLAIN_NUMBERS_H

#include <locale.h>

typedef struct plain_numbers {
    locale_t c, before;
} plain_numbers;

/* From here on this thread writes and reads numbers as C does. Without memory it goes on as before. */
static inline plain_numbers plain_numbers_begin(void)
{
    const locale_t c = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    return (plain_numbers){ c, uselocale(c) };
}

/* Until here. */
static inline void plain_numbers_end(plain_numbers n)
{
    uselocale(n.before);
    if (n.c)
        freelocale(n.c);
}

#endif
