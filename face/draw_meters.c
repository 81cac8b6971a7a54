#include "draw.h"

#include <math.h>
#include <stdio.h>

/* A meter from the top: its name, the clip light, the bar with the scale at its right, the highest level as a number. */
enum { NAME = 16, LIGHT = 4, SPACE = 4, NUMBER = 16 };

static const double lowest_db = -60, highest_db = 6;

/* 0..1 from below; the loud part, where one looks, has more of the height than its share in dB. */
static double height_of(double db)
{
    const double share = (fmin(fmax(db, lowest_db), highest_db) - lowest_db) / (highest_db - lowest_db);
    return share * sqrt(share);
}

static box bar_of(box b)
{
    const double top = NAME + SPACE + LIGHT + SPACE;
    return (box){ b.x + 4, b.y + top, METER, b.h - top - SPACE - NUMBER };
}

/* ---- the scale ---- */

static void draw_scale(cairo_t *c, box bar)
{
    /* The most wanted first: what does not fit between those that stand there is left out. */
    static const struct {
        int db;
        const char *figures;
    } marks[] = {
        { 0, "0" }, { -60, "60" }, { -12, "12" }, { -24, "24" }, { -6, "6" }, { -40, "40" }, { -18, "18" }
    };
    double taken[sizeof marks / sizeof *marks];
    size_t count = 0;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        const double y = bar.y + bar.h * (1 - height_of(marks[i].db));
        bool fits = true;
        for (size_t k = 0; k < count; k++)
            fits = fits && fabs(taken[k] - y) >= 12;
        if (!fits)
            continue;
        taken[count++] = y;
        draw_set(c, COLOUR_TRACK);
        draw_crisp(c, (box){ bar.x + bar.w + 2, y - 0.5, 4, 1 });
        const double middle = fmin(y, bar.y + bar.h - 4);
        text_draw(c, (box){ bar.x + bar.w + 8, middle - 8, 14, 16 }, marks[i].figures, TEXT_SMALL, COLOUR_QUIET,
                  ALIGN_LEFT);
    }
}

/* ---- the bar ---- */

/* The part of the bar between two levels, in the colours of the levels. */
static void draw_span(cairo_t *c, box bar, double from_db, double to_db, double alpha)
{
    static const struct {
        double from_db, to_db;
        theme_colour colour;
    } zones[] = { { -60, -12, COLOUR_GOOD }, { -12, 0, COLOUR_WARM }, { 0, 6, COLOUR_CLIP } };
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
        const double low = height_of(fmax(from_db, zones[i].from_db)),
                     high = height_of(fmin(to_db, zones[i].to_db));
        if (high <= low)
            continue;
        draw_set_alpha(c, zones[i].colour, alpha);
        draw_crisp(c, (box){ bar.x, bar.y + bar.h * (1 - high), bar.w, bar.h * (high - low) });
    }
}

static theme_colour colour_of(double db)
{
    return db >= 0 ? COLOUR_CLIP : db >= -12 ? COLOUR_WARM : COLOUR_GOOD;
}

/* A line of two pixels with its lower edge at the level. */
static void draw_peak(cairo_t *c, box bar, double db)
{
    if (db <= lowest_db)
        return;
    draw_set(c, colour_of(db));
    draw_crisp(c, (box){ bar.x, fmax(bar.y, bar.y + bar.h * (1 - height_of(db)) - 1), bar.w, 2 });
}

static void draw_track(cairo_t *c, box bar)
{
    draw_set(c, COLOUR_RAISED);
    draw_crisp(c, bar);
}

/* Without a locale's comma, and without "-0.0". */
static void write_level(char *out, size_t size, double db)
{
    const long tenths = lround(fabs(db) * 10);
    if (db <= lowest_db) /* silence is no number */
        *out = '\0';
    else
        snprintf(out, size, "%s%ld.%ld", db < 0 && tenths ? "-" : "", tenths / 10, tenths % 10);
}

void draw_meter(cairo_t *c, box b, const char *name, const draw_level *level)
{
    const box bar = bar_of(b);
    char number[32];
    write_level(number, sizeof number, level->held_db);
    text_draw(c, (box){ bar.x, b.y, b.w - 4, NAME }, name, TEXT_LABEL, COLOUR_QUIET, ALIGN_LEFT);
    draw_set(c, level->clipped ? COLOUR_CLIP : COLOUR_RAISED);
    draw_crisp(c, (box){ bar.x, b.y + NAME + SPACE, bar.w, LIGHT });
    draw_track(c, bar);
    draw_span(c, bar, lowest_db, level->rms_db, 1);
    draw_span(c, bar, fmax(level->rms_db, lowest_db), level->peak_db, 0.4);
    draw_peak(c, bar, level->held_db);
    draw_scale(c, bar);
    draw_figures(c, (box){ b.x + 4, b.y + b.h - NUMBER, b.w - 4, NUMBER }, number, TEXT_SMALL,
                 level->clipped ? COLOUR_CLIP : COLOUR_TEXT, ALIGN_LEFT);
}

void draw_gate_meter(cairo_t *c, box b, const char *name, double gain_db, bool off)
{
    const box bar = bar_of(b);
    char number[32];
    write_level(number, sizeof number, gain_db);
    text_draw(c, (box){ bar.x, b.y, b.w - 4, NAME }, name, TEXT_LABEL, off ? COLOUR_DISABLED : COLOUR_QUIET,
              ALIGN_LEFT);
    draw_track(c, bar);
    if (off)
        return;
    const double depth = fmin(fmax(-gain_db / -lowest_db, 0), 1);
    draw_set_alpha(c, COLOUR_QUIET, 0.5); /* closed is how a gate is most of the time: no colour that calls */
    if (depth > 0)
        draw_crisp(c, (box){ bar.x, bar.y, bar.w, bar.h * depth });
    draw_figures(c, (box){ bar.x, b.y + b.h - NUMBER, b.w - 4, NUMBER }, number, TEXT_SMALL, COLOUR_QUIET,
                 ALIGN_LEFT);
}
