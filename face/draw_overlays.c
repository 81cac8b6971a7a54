#include "draw.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The ground of what lies above everything else: the one thing with a shadow. */
static void draw_raised(cairo_t *c, box b)
{
    for (int i = 0; i < 4; i++) {
        cairo_set_source_rgba(c, 0, 0, 0, 0.10);
        draw_rounded(c, (box){ b.x - i, b.y - i + 2, b.w + 2 * i, b.h + 2 * i }, RADIUS + i);
        cairo_fill(c);
    }
    draw_fill(c, b, RADIUS, COLOUR_RAISED);
    draw_border(c, b, RADIUS, COLOUR_TRACK);
}

double draw_tooltip_width(const char *text)
{
    return text_width(text, TEXT_LABEL) + 2 * GRID;
}

void draw_tooltip(cairo_t *c, box b, const char *text)
{
    enum { LONGEST = 384 };
    char line[LONGEST];
    const double height = text_height(TEXT_LABEL);
    double y = b.y + GRID / 2;
    draw_raised(c, b);
    for (const char *at = text; *at; y += height) {
        const size_t length = strcspn(at, "\n");
        snprintf(line, sizeof line, "%.*s", (int)length, at);
        text_draw(c, (box){ b.x + GRID, y, b.w - 2 * GRID + 1, height }, line, TEXT_LABEL,
                  at == text ? COLOUR_TEXT : COLOUR_QUIET, ALIGN_LEFT);
        at += length + (at[length] == '\n');
    }
}

void draw_menu(cairo_t *c, box b, const char *const *items, size_t count, int chosen, int hovered)
{
    draw_raised(c, b);
    for (size_t i = 0; i < count; i++) {
        const box row = { b.x + 4, b.y + 4 + (double)i * ROW, b.w - 8, ROW };
        if ((int)i == hovered)
            draw_fill(c, row, 4, COLOUR_HOVER);
        if ((int)i == chosen)
            draw_fill(c, (box){ row.x + 4, row.y + 6, 2, ROW - 12 }, 1, COLOUR_ACCENT);
        text_draw(c, (box){ row.x + 12, row.y, row.w - 16, row.h }, items[i], TEXT_LABEL, COLOUR_TEXT, ALIGN_LEFT);
    }
}

void draw_entry(cairo_t *c, box b, const char *text, size_t from, size_t to, bool caret)
{
    const double x = b.x + GRID, first = text_caret(text, TEXT_DIGITS, from),
                 last = text_caret(text, TEXT_DIGITS, to);
    draw_fill(c, b, 4, COLOUR_WINDOW);
    draw_border(c, b, 4, COLOUR_ACCENT);
    cairo_save(c);
    cairo_rectangle(c, b.x + 4, b.y, b.w - 8, b.h);
    cairo_clip(c);
    if (from != to) {
        draw_set_alpha(c, COLOUR_ACCENT, 0.35);
        draw_crisp(c, (box){ x + fmin(first, last), b.y + 4, fabs(last - first), b.h - 8 });
    }
    text_draw(c, (box){ x, b.y, text_width(text, TEXT_DIGITS) + 1, b.h }, text, TEXT_DIGITS, COLOUR_TEXT,
              ALIGN_LEFT);
    if (caret) {
        draw_set(c, COLOUR_TEXT);
        draw_crisp(c, (box){ x + last, b.y + 5, 1, b.h - 10 });
    }
    cairo_restore(c);
}

/* ---- lists ---- */

static draw_icon icon_of(const draw_row *row)
{
    if (row->playing)
        return ICON_SOUND;
    return row->kind == LIST_FOLDER ? ICON_FOLDER : ICON_NONE;
}

void draw_list_row(cairo_t *c, box b, const draw_row *row, draw_mood m)
{
    const bool details = row->details && *row->details;
    const double right = row->favourite ? 32 : GRID,
                 side = details ? fmin(text_width(row->details, TEXT_LABEL), floor(b.w * 0.4)) : 0;
    const box inner = { b.x + 32, b.y, b.w - 32 - right, b.h };
    if (row->selected || m.hover)
        draw_fill(c, (box){ b.x + 4, b.y, b.w - 8, b.h }, 4, row->selected ? COLOUR_HOVER : COLOUR_RAISED);
    if (row->selected)
        draw_fill(c, (box){ b.x + 4, b.y + 4, 2, b.h - 8 }, 1, COLOUR_ACCENT);
    draw_icon_at(c, (box){ b.x + 8, b.y, 24, b.h }, icon_of(row), row->playing ? COLOUR_ACCENT : COLOUR_QUIET);
    text_draw(c, (box){ inner.x + 4, b.y, inner.w - side - (details ? 2 * GRID : 4), b.h }, row->name, TEXT_BODY,
              row->kind == LIST_OTHER ? COLOUR_QUIET : COLOUR_TEXT, ALIGN_LEFT);
    if (details)
        text_draw(c, (box){ inner.x + inner.w - side, b.y, side + 1, b.h }, row->details, TEXT_LABEL, COLOUR_QUIET,
                  ALIGN_RIGHT);
    if (row->favourite)
        draw_icon_at(c, (box){ b.x + b.w - 32, b.y, 24, b.h }, ICON_STAR_FULL, COLOUR_ACCENT);
    if (m.focus)
        draw_focus(c, b);
}

void draw_scrollbar(cairo_t *c, box b, double from, double share, draw_mood m)
{
    if (share >= 1)
        return;
    const double length = fmax(b.h * share, 2 * GRID), top = b.y + (b.h - length) * fmin(from / (1 - share), 1),
                 width = 6;
    draw_fill(c, (box){ b.x + (b.w - width) / 2, top, width, length }, width / 2,
              m.hover || m.pressed ? COLOUR_QUIET : COLOUR_TRACK);
}

void draw_error_strip(cairo_t *c, box b, const char *sentence)
{
    draw_fill(c, b, 4, COLOUR_ERROR_GROUND);
    draw_fill(c, (box){ b.x, b.y, 4, b.h }, 2, COLOUR_CLIP);
    const box words = { b.x + 12, b.y, b.w - 20, b.h };
    const double line = text_height(TEXT_LABEL);
    if (text_width(sentence, TEXT_LABEL) <= words.w)
        text_draw(c, words, sentence, TEXT_LABEL, COLOUR_TEXT, ALIGN_LEFT);
    else
        text_draw_lines(c, (box){ words.x, b.y + (b.h - 2 * line) / 2, words.w, 2 * line }, sentence, TEXT_LABEL,
                        COLOUR_TEXT, ALIGN_LEFT);
}
