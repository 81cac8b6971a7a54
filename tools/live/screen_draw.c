/* Texts and bars. */
#define _XOPEN_SOURCE_EXTENDED 1
#include "screen_state.h"

#include <curses.h>
#include <langinfo.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

enum { MOST_COLUMNS = 1024 };

static attr_t attributes(screen_style style, short *pair)
{
    *pair = 0;
    switch (style) {
    case STYLE_DIM: return A_DIM;
    case STYLE_STRONG: return A_BOLD;
    case STYLE_REVERSE: return A_REVERSE;
    case STYLE_BAD: *pair = STYLE_BAD; return A_BOLD;
    case STYLE_GOOD:
    case STYLE_HIGH: *pair = (short)style; return A_NORMAL;
    case STYLE_PLAIN: break;
    }
    return A_NORMAL;
}

/* ---- texts ---- */

/* Columns of the text as wide characters, at most `most` of them; *whole: all of it is there. */
static int widen(const char *text, wchar_t *wide, int most, int *used, bool *whole)
{
    mbstate_t state = { 0 };
    int count = 0;
    *used = 0;
    *whole = true;
    while (*text) {
        wchar_t c;
        size_t bytes = mbrtowc(&c, text, strlen(text), &state);
        int width = 1;
        if (bytes == (size_t)-1 || bytes == (size_t)-2) {
            memset(&state, 0, sizeof state);
            bytes = 1;
            c = L'?';
        } else if ((width = wcwidth(c)) < 1) { /* marks that join the letter before are shown as well */
            width = 1;
            c = L'?';
        }
        if (*used + width > most) {
            *whole = false;
            break;
        }
        wide[count++] = c;
        *used += width;
        text += bytes;
    }
    return count;
}

int screen_put(int row, int column, int columns, screen_style style, const char *text)
{
    wchar_t wide[MOST_COLUMNS];
    bool whole;
    int used;
    short pair;
    if (columns <= 0)
        return 0;
    columns = columns < MOST_COLUMNS ? columns : MOST_COLUMNS;
    int count = widen(text, wide, columns, &used, &whole);
    for (int i = 1; !whole && i <= 3 && i <= count; i++)
        wide[count - i] = L'.';
    const attr_t attribute = attributes(style, &pair);
    attr_set(attribute, pair, NULL);
    mvaddnwstr(row, column, wide, count);
    attr_set(A_NORMAL, 0, NULL);
    return used;
}

int screen_print(int row, int column, int columns, screen_style style, const char *format, ...)
{
    char text[SCREEN_SENTENCE];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return screen_put(row, column, columns, style, text);
}

/* Bytes that fit into so many columns, up to a space if there is one. */
static size_t row_length(const char *text, int columns)
{
    wchar_t wide[MOST_COLUMNS];
    char part[SCREEN_SENTENCE];
    size_t fitting = 0;
    for (size_t length = 0;; length++) {
        bool whole = true;
        int used;
        if (text[length] && text[length] != ' ')
            continue;
        if (length >= sizeof part)
            break;
        snprintf(part, sizeof part, "%.*s", (int)length, text);
        widen(part, wide, columns < MOST_COLUMNS ? columns : MOST_COLUMNS, &used, &whole);
        if (!whole)
            break;
        fitting = length;
        if (!text[length])
            break;
    }
    return fitting;
}

int screen_put_rows(int row, int rows, int column, int columns, screen_style style, const char *text)
{
    const int first = row;
    for (; row < first + rows - 1; row++) {
        const size_t length = row_length(text, columns);
        if (!length || !text[length])
            break;
        screen_print(row, column, columns, style, "%.*s", (int)length, text);
        text += length;
        text += strspn(text, " ");
    }
    screen_put(row, column, columns, style, text);
    return row - first + 1;
}

/* ---- bars ---- */

void screen_bar(int row, int column, int columns, double value, double mark,
                screen_style (*style_at)(double position))
{
    const bool utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
    const char *full = utf8 ? "\u2588" : "#", *empty = utf8 ? "\u00b7" : ".";
    const int filled = (int)(value * columns + 0.5), marked = (int)(mark * (columns - 1) + 0.5);
    for (int i = 0; i < columns; i++) {
        const screen_style style = style_at ? style_at((i + 0.5) / columns) : STYLE_PLAIN;
        if (mark >= 0 && i == marked)
            screen_put(row, column + i, 1, STYLE_STRONG, "|");
        else
            screen_put(row, column + i, 1, i < filled ? style : STYLE_DIM, i < filled ? full : empty);
    }
}
