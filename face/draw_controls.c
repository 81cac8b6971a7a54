#include "draw.h"

#include <math.h>

/* Where the parts of a control are, so that names and values of knobs, switches and choices stand on one line. */
typedef struct parts {
    box body, name, value; /* value: empty where there is no room for both */
} parts;

static parts parts_of(box b)
{
    const bool tall = b.h >= 96;
    const double body = tall ? KNOB + 8 : KNOB, text = 16, used = body + 4 + (tall ? 2 : 1) * text,
                 top = b.y + floor((b.h - used) / 2);
    return (parts){ { b.x, top, b.w, body },
                    { b.x, top + body + 4, b.w, text },
                    { b.x, top + body + 4 + text, b.w, tall ? text : 0 } };
}

static theme_colour words_colour(draw_mood m, theme_colour plain)
{
    return m.hover || m.pressed ? COLOUR_TEXT : m.disabled ? COLOUR_DISABLED : plain;
}

/* Where there is no room for both, the value takes the name's place while the hand is there. */
static void draw_words(cairo_t *c, const parts *p, const char *name, const char *value, draw_mood m)
{
    const bool both = !box_is_empty(p->value), swap = !both && value && (m.hover || m.pressed || m.focus);
    text_draw(c, p->name, swap ? value : name, swap ? TEXT_DIGITS : TEXT_LABEL,
              words_colour(m, both ? COLOUR_TEXT : COLOUR_QUIET), ALIGN_CENTRE);
    if (both && value)
        text_draw(c, p->value, value, TEXT_DIGITS, words_colour(m, COLOUR_QUIET), ALIGN_CENTRE);
}

/* ---- knobs ---- */

static double angle_of(double position)
{
    return (0.75 + 1.5 * fmin(fmax(position, 0), 1)) * DRAW_PI;
}

static void draw_arc(cairo_t *c, double x, double y, double r, double from, double to)
{
    cairo_new_sub_path(c);
    cairo_arc(c, x, y, r, angle_of(fmin(from, to)), angle_of(fmax(from, to)));
    cairo_stroke(c);
}

void draw_knob(cairo_t *c, box b, const char *name, const char *value, double position, double origin, draw_mood m)
{
    const parts p = parts_of(b);
    const double x = p.body.x + p.body.w / 2, y = p.body.y + p.body.h / 2 + 2, r = p.body.h / 2 - 3,
                 angle = angle_of(position), disc = r - 6;
    cairo_set_line_cap(c, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_width(c, 3);
    draw_set(c, COLOUR_TRACK);
    draw_arc(c, x, y, r, 0, 1);
    draw_set(c, m.disabled ? COLOUR_DISABLED : COLOUR_ACCENT);
    if (fabs(position - origin) > 0.002)
        draw_arc(c, x, y, r, origin, position);
    draw_set(c, m.hover || m.pressed ? COLOUR_HOVER : COLOUR_RAISED);
    cairo_new_sub_path(c);
    cairo_arc(c, x, y, disc, 0, 2 * DRAW_PI);
    cairo_fill(c);
    draw_set(c, m.disabled ? COLOUR_DISABLED : COLOUR_TEXT);
    cairo_set_line_width(c, 2);
    cairo_move_to(c, x + (disc - 9) * cos(angle), y + (disc - 9) * sin(angle));
    cairo_line_to(c, x + (disc - 3) * cos(angle), y + (disc - 3) * sin(angle));
    cairo_stroke(c);
    cairo_set_line_cap(c, CAIRO_LINE_CAP_BUTT);
    draw_words(c, &p, name, value, m);
    if (m.focus)
        draw_focus(c, b);
}

/* ---- switches and choices ---- */

static box in_the_middle(box body, double w, double h)
{
    return (box){ body.x + floor((body.w - w) / 2), body.y + (body.h - h) / 2 + 2, w, h };
}

void draw_switch(cairo_t *c, box b, const char *name, bool on, draw_mood m)
{
    const parts p = parts_of(b);
    const box pill = in_the_middle(p.body, 40, 24);
    const double r = pill.h / 2 - 4, x = on ? pill.x + pill.w - 4 - r : pill.x + 4 + r;
    draw_fill(c, pill, pill.h / 2,
              on        ? m.disabled ? COLOUR_DISABLED : COLOUR_ACCENT
              : m.hover ? COLOUR_HOVER
                        : COLOUR_RAISED);
    draw_set(c, on ? COLOUR_ON_ACCENT : COLOUR_QUIET);
    cairo_new_sub_path(c);
    cairo_arc(c, x, pill.y + pill.h / 2, r, 0, 2 * DRAW_PI);
    cairo_fill(c);
    draw_words(c, &p, name, box_is_empty(p.value) ? NULL : on ? "On" : "Off", m);
    if (m.focus)
        draw_focus(c, b);
}

void draw_choice(cairo_t *c, box b, const char *name, const char *value, draw_mood m)
{
    const parts p = parts_of(b);
    const box field = in_the_middle(p.body, b.w - 16, 32);
    draw_fill(c, field, RADIUS, m.hover || m.pressed ? COLOUR_HOVER : COLOUR_RAISED);
    text_draw(c, (box){ field.x + 8, field.y, field.w - 8 - 20, field.h }, value, TEXT_LABEL,
              m.disabled ? COLOUR_DISABLED : COLOUR_TEXT, ALIGN_LEFT);
    draw_icon_at(c, (box){ field.x + field.w - 20, field.y, 16, field.h }, ICON_DOWN, COLOUR_QUIET);
    draw_words(c, &p, name, NULL, m);
    if (m.focus)
        draw_focus(c, b);
}

/* ---- buttons, tabs, slots ---- */

void draw_button(cairo_t *c, box b, draw_icon icon, const char *text, bool on, draw_mood m)
{
    const bool words = text && *text;
    const box ground = words ? b : box_inset(b, 1);
    const theme_colour ink = m.disabled ? COLOUR_DISABLED
                             : on       ? COLOUR_ACCENT
                             : m.hover  ? COLOUR_TEXT
                                        : COLOUR_QUIET;
    if (words || m.hover || m.pressed)
        draw_fill(c, ground, RADIUS, m.hover || m.pressed ? COLOUR_HOVER : COLOUR_RAISED);
    if (words && icon) {
        draw_icon_at(c, (box){ b.x + 4, b.y, 24, b.h }, icon, ink);
        text_draw(c, (box){ b.x + 32, b.y, b.w - 40, b.h }, text, TEXT_LABEL, on ? ink : COLOUR_TEXT, ALIGN_LEFT);
    } else if (words)
        text_draw(c, box_inset(b, 8), text, TEXT_LABEL, on ? ink : COLOUR_TEXT, ALIGN_CENTRE);
    else
        draw_icon_at(c, b, icon, ink);
    if (m.focus)
        draw_focus(c, b);
}

void draw_tab(cairo_t *c, box b, const char *text, bool on, draw_mood m)
{
    const double line = text_width(text, TEXT_BODY);
    text_draw(c, b, text, TEXT_BODY, on || m.hover ? COLOUR_TEXT : COLOUR_QUIET, ALIGN_CENTRE);
    if (on) {
        draw_set(c, COLOUR_ACCENT);
        draw_crisp(c, (box){ b.x + (b.w - line) / 2, b.y + b.h - 2, line, 2 });
    }
    if (m.focus)
        draw_focus(c, b);
}

void draw_slot(cairo_t *c, box b, int number, const char *name, draw_slot_state state, draw_mood m)
{
    const box field = { b.x + 1, b.y, b.w - 2, b.h };
    const char figures[] = { number > 9 ? (char)('0' + number / 10) : (char)('0' + number % 10),
                             number > 9 ? (char)('0' + number % 10) : '\0', '\0' };
    const theme_colour ink = state == SLOT_CHOSEN   ? COLOUR_ON_ACCENT
                             : state == SLOT_FILLED ? COLOUR_TEXT
                                                    : COLOUR_QUIET;
    if (state == SLOT_CHOSEN)
        draw_fill(c, field, 4, COLOUR_ACCENT);
    else if (m.hover || state == SLOT_FILLED)
        draw_fill(c, field, 4, m.hover ? COLOUR_HOVER : COLOUR_RAISED);
    else
        draw_border(c, field, 4, COLOUR_RAISED);
    const bool named = b.w >= 64 && name && *name;
    text_draw(c, named ? (box){ field.x + 4, b.y, 16, b.h } : field, figures, TEXT_LABEL, ink, ALIGN_CENTRE);
    if (named)
        text_draw(c, (box){ field.x + 24, b.y, field.w - 28, b.h }, name, TEXT_LABEL, ink, ALIGN_LEFT);
    if (m.focus)
        draw_focus(c, b);
}
