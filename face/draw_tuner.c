#include "draw.h"

#include <math.h>
#include <stdio.h>

static const double in_tune = 3; /* cents */

/* Minus fifty to fifty cents: a fine scale, and a needle that is a bar from the middle. */
static void draw_cents(cairo_t *c, box b, double cents, bool heard)
{
    const double middle = b.x + b.w / 2, unit = b.w / 100;
    draw_set(c, COLOUR_RAISED);
    draw_crisp(c, (box){ middle - in_tune * unit, b.y, 2 * in_tune * unit, b.h });
    for (int mark = -50; mark <= 50; mark += 5) {
        const bool tens = mark % 10 == 0, zero = mark == 0;
        const double h = zero ? b.h : tens ? b.h / 2 : b.h / 4;
        draw_set(c, zero ? COLOUR_QUIET : COLOUR_TRACK);
        draw_crisp(c, (box){ middle + mark * unit - 0.5, b.y + (b.h - h) / 2, 1, h });
    }
    if (!heard)
        return;
    const bool good = fabs(cents) <= in_tune;
    draw_set(c, good ? COLOUR_GOOD : COLOUR_ACCENT);
    draw_crisp(c, (box){ middle + fmin(fmax(cents, -50), 50) * unit - 2, b.y, 4, b.h });
}

static void draw_note(cairo_t *c, box b, const char *note, int octave, bool good, bool large)
{
    char number[16];
    snprintf(number, sizeof number, "%d", octave);
    const theme_text style = large ? TEXT_TUNER : TEXT_NOTE;
    const double size = theme_letters_of[style].size, width = text_width(note, style), x = b.x + (b.w - width) / 2;
    text_draw(c, (box){ x, b.y, width + 1, b.h }, note, style, good ? COLOUR_GOOD : COLOUR_TEXT, ALIGN_LEFT);
    draw_figures(c, (box){ x + width + 4, b.y + b.h / 2 + 0.36 * size - 16, 32, 16 }, number, TEXT_HEAD,
                 COLOUR_QUIET, ALIGN_LEFT);
}

void draw_tuner(cairo_t *c, box b, const char *note, int octave, double cents, double hz)
{
    const bool large = b.h >= 240 && b.w >= 320, heard = note && *note, good = heard && fabs(cents) <= in_tune;
    const double pad = large ? 24 : 12, scale = large ? 40 : 24, foot = 20;
    const box cents_box = { b.x + pad + 8, b.y + b.h - pad - foot - 8 - scale, b.w - 2 * pad - 16, scale },
              words = { b.x + pad, b.y + b.h - pad - foot, b.w - 2 * pad, foot },
              note_box = { b.x, b.y + 24, b.w, cents_box.y - b.y - 32 };
    char text[32];
    draw_panel(c, b);
    text_draw(c, (box){ b.x + pad, b.y + GRID, b.w - 2 * pad, large ? 32 : 24 }, "Tuner", TEXT_HEAD, COLOUR_QUIET,
              ALIGN_LEFT);
    draw_cents(c, cents_box, cents, heard);
    if (!heard) {
        text_draw(c, note_box, "Play a string", large ? TEXT_TITLE : TEXT_HEAD, COLOUR_QUIET, ALIGN_CENTRE);
        return;
    }
    draw_note(c, note_box, note, octave, good, large);
    const long tenths = lround(hz * 10), whole = lround(cents);
    snprintf(text, sizeof text, "%ld.%ld Hz", tenths / 10, tenths % 10);
    draw_figures(c, words, text, TEXT_DIGITS, COLOUR_QUIET, ALIGN_RIGHT);
    snprintf(text, sizeof text, "%s%ld ct", whole > 0 ? "+" : "", whole);
    draw_figures(c, words, text, TEXT_DIGITS, good ? COLOUR_GOOD : COLOUR_QUIET, ALIGN_LEFT);
}
