/* Where tooltips are, and when. */
#include "face_state.h"

#include "text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SHOWN_AFTER 0.6 /* seconds */

/* ---- where ---- */

static double widest_line(const char *words, int *lines)
{
    char line[FACE_TOOLTIP];
    double width = 0;
    *lines = 0;
    for (const char *at = words; *at; ++*lines) {
        const size_t length = strcspn(at, "\n");
        snprintf(line, sizeof line, "%.*s", (int)length, at);
        width = fmax(width, draw_tooltip_width(line));
        at += length + (at[length] == '\n');
    }
    return width;
}

/* Below what it belongs to, or above where there is no room. */
static box place(const face *f, const char *words, box of)
{
    int lines;
    const double width = fmin(ceil(widest_line(words, &lines)), f->width - 2 * GRID),
                 height = ceil(lines * text_height(TEXT_LABEL)) + GRID;
    box b = { of.x + (of.w - width) / 2, of.y + of.h + 4, width, height };
    if (b.y + b.h > f->height)
        b.y = of.y - b.h - 4;
    b.x = fmax(fmin(b.x, f->width - b.w - GRID), GRID);
    b.y = fmax(b.y, 0);
    return b;
}

/* A small thing, or the pointer in a large one. */
static box anchor(const face *f)
{
    if (f->overlay == OVERLAY_ENTRY)
        return entry_box(f);
    const item *i = face_item(f, f->hovered);
    const bool small = i && f->overlay == OVERLAY_NONE && i->box.h < 15 * GRID;
    return small ? i->box : (box){ f->pointer_x - GRID, f->pointer_y, 2 * GRID, 2 * GRID };
}

box tooltip_box(const face *f, const char *words)
{
    return place(f, words, anchor(f));
}

/* ---- when ---- */

void tooltip_show(face *f, const char *words)
{
    if (f->tooltip)
        face_harm_raised(f, f->tooltip_place);
    snprintf(f->tooltip_text, sizeof f->tooltip_text, "%s", words);
    f->tooltip = *words;
    if (!f->tooltip)
        return;
    f->tooltip_place = tooltip_box(f, f->tooltip_text);
    face_harm_raised(f, f->tooltip_place);
}

void tooltip_hide(face *f)
{
    f->hovered_since = INFINITY;
    if (!f->tooltip)
        return;
    f->tooltip = false;
    face_harm_raised(f, f->tooltip_place);
}

static void words_here(const face *f, char words[FACE_TOOLTIP])
{
    *words = 0;
    if (f->overlay == OVERLAY_BROWSER)
        browser_tooltip(f->browser, f->pointer_x, f->pointer_y, words, FACE_TOOLTIP);
    else
        tooltip_words(f, face_item(f, f->hovered), words, FACE_TOOLTIP);
}

void tooltip_tick(face *f)
{
    if (f->overlay == OVERLAY_MENU || f->overlay == OVERLAY_ENTRY || f->pressed != FACE_NOTHING)
        return;
    if (f->overlay == OVERLAY_NONE && f->hovered == FACE_NOTHING)
        return;
    char words[FACE_TOOLTIP];
    if (f->tooltip) { /* the value may have moved */
        words_here(f, words);
        if (strcmp(words, f->tooltip_text))
            tooltip_show(f, words);
        return;
    }
    if (isnan(f->hovered_since))
        f->hovered_since = f->now;
    if (f->now - f->hovered_since < SHOWN_AFTER)
        return;
    f->hovered_since = INFINITY;
    words_here(f, words);
    tooltip_show(f, words);
}
