#include "draw.h"

#include <math.h>

enum { SMALL_PAD = 12, LARGE_PAD = 24, BUTTON = 24, LINE = 16, ORIGIN = 20, ORIGIN_GAP = 12, FACT = 80 };

static double pad_of(box b)
{
    return b.w < 400 ? SMALL_PAD : LARGE_PAD;
}

/* The ground; a card can be pressed, and shows it. */
static void draw_card(cairo_t *c, box b, draw_mood m)
{
    draw_panel(c, b);
    if (m.hover)
        draw_border(c, b, RADIUS, COLOUR_LINE);
}

/* A hairline across the card. */
static void draw_rule(cairo_t *c, box b, double y)
{
    draw_set(c, COLOUR_LINE);
    draw_crisp(c, (box){ b.x + pad_of(b), y, b.w - 2 * pad_of(b), 1 });
}

/* What is dragged here would be taken. */
static void draw_target(cairo_t *c, box b)
{
    static const double dashes[] = { 6, 4 };
    draw_set_alpha(c, COLOUR_ACCENT, 0.12);
    draw_rounded(c, b, RADIUS);
    cairo_fill(c);
    draw_set(c, COLOUR_ACCENT);
    draw_rounded(c, box_inset(b, 1), RADIUS - 1);
    cairo_set_line_width(c, 2);
    cairo_set_dash(c, dashes, 2, 0);
    cairo_stroke(c);
    cairo_set_dash(c, NULL, 0, 0);
}

/* ---- the model ---- */

/* A quiet word over its value. */
static void draw_fact(cairo_t *c, box b, const char *word, const char *value, bool large)
{
    if (!*value)
        return;
    text_draw(c, (box){ b.x, b.y, b.w, LINE }, word, TEXT_LABEL, COLOUR_QUIET, ALIGN_LEFT);
    const bool fits = large && text_width(value, TEXT_BODY) <= b.w;
    text_draw(c, (box){ b.x, b.y + b.h - LINE, b.w, LINE }, value, fits ? TEXT_BODY : TEXT_LABEL, COLOUR_TEXT,
              ALIGN_LEFT);
}

/* Three of them, in columns, of which the first one holds most; where there is none, nothing is taken. Returns where they begin. */
static double draw_row_of_facts(cairo_t *c, box b, double bottom, const draw_model *m, int first, bool large)
{
    static const char *const words[DRAW_FACTS] = { "Architecture",    "Sample rate", "Loudness",
                                                   "Receptive field", "Weights",     "ESR" };
    const double pad = pad_of(b), all = b.w - 2 * pad + GRID, narrow = fmax(floor(0.19 * all), FACT),
                 wide = all - 2 * narrow, height = 2 * LINE + (large ? 4 : 0);
    if (!*m->facts[first] && !*m->facts[first + 1] && !*m->facts[first + 2])
        return bottom;
    for (int i = 0; i < 3; i++) {
        const double x = b.x + pad + (i ? wide + (i - 1) * narrow : 0);
        draw_fact(c, (box){ x, bottom - height, (i ? narrow : wide) - GRID, height }, words[first + i],
                  m->facts[first + i], large);
    }
    return bottom - height - (large ? 12 : GRID);
}

/* At the card's foot: what the file is, and where it comes from, as far as there is room. Returns where this begins. */
static double draw_facts(cairo_t *c, box b, const draw_model *m, bool large)
{
    const double pad = pad_of(b), bottom = b.y + b.h - pad + 4;
    double y = bottom;
    if (*m->file && (m->missing || b.h >= 160)) { /* in a low window the name counts more */
        text_draw(c, (box){ b.x + pad, y - LINE, b.w - 2 * pad, LINE }, m->file, TEXT_LABEL, COLOUR_QUIET,
                  ALIGN_LEFT);
        y -= LINE + (large ? 12 : GRID);
    }
    if (b.h >= 300)
        y = draw_row_of_facts(c, b, y, m, 3, large);
    y = draw_row_of_facts(c, b, y, m, 0, large);
    if (y == bottom)
        return y;
    y -= large ? 4 : 0;
    draw_rule(c, b, y);
    return y;
}

/* How many lines maker and gear fill, or why there is nothing. */
static int origin_lines(const draw_model *m, double width)
{
    if (*m->error)
        return 2;
    if (!*m->maker || !*m->gear)
        return *m->maker || *m->gear;
    return text_width(m->maker, TEXT_BODY) + ORIGIN_GAP + text_width(m->gear, TEXT_BODY) > width ? 2 : 1;
}

/* Maker and gear beside each other, or below each other if there are two lines, or why there is nothing. */
static void draw_origin(cairo_t *c, box b, const draw_model *m, int lines)
{
    if (*m->error) {
        text_draw_lines(c, b, m->error, TEXT_BODY, COLOUR_CLIP, ALIGN_LEFT);
        return;
    }
    const box line = { b.x, b.y, b.w, ORIGIN };
    if (lines == 2) {
        text_draw(c, line, m->maker, TEXT_BODY, COLOUR_TEXT, ALIGN_LEFT);
        text_draw(c, (box){ b.x, b.y + ORIGIN, b.w, ORIGIN }, m->gear, TEXT_BODY, COLOUR_QUIET, ALIGN_LEFT);
        return;
    }
    const double maker = *m->maker && *m->gear ? fmin(text_width(m->maker, TEXT_BODY), floor(b.w / 2)) : 0;
    if (*m->maker)
        text_draw(c, maker > 0 ? (box){ b.x, b.y, maker, ORIGIN } : line, m->maker, TEXT_BODY, COLOUR_TEXT,
                  ALIGN_LEFT);
    const double gear = maker > 0 ? maker + ORIGIN_GAP : 0;
    if (*m->gear)
        text_draw(c, (box){ b.x + gear, b.y, b.w - gear, ORIGIN }, m->gear, TEXT_BODY, COLOUR_QUIET, ALIGN_LEFT);
}

/* The name, over one or two lines, and who made it; a little above the middle of the room. */
static void draw_name(cairo_t *c, box room, const draw_model *m, bool large)
{
    const bool display = large && text_width(m->name, TEXT_DISPLAY) < 1.7 * room.w;
    const theme_text style = display ? TEXT_DISPLAY : TEXT_TITLE;
    const double line = text_height(style), gap = large ? GRID : 2, width = text_width(m->name, style);
    const int wanted = width <= room.w ? 1 : (int)ceil(1.1 * width / room.w);
    int origins = origin_lines(m, room.w);
    if (!*m->error && wanted * line + gap + origins * ORIGIN > room.h) /* the name counts more */
        origins = origins ? 1 : 0;
    const double below = origins ? gap + origins * ORIGIN : 0;
    const int most = (int)((room.h - below) / line), lines = wanted < most ? wanted : most > 1 ? most : 1;
    const double used = lines * line + below, top = room.y + floor(fmax(room.h - used, 0) * 0.4);
    const box name = { room.x, top, room.w, lines * line };
    const theme_colour colour = m->missing || m->off ? COLOUR_QUIET : COLOUR_TEXT;
    if (lines > 1)
        text_draw_lines(c, name, m->name, style, colour, ALIGN_LEFT);
    else
        text_draw(c, name, m->name, style, colour, ALIGN_LEFT);
    const double end = top + lines * line + gap;
    draw_origin(c, (box){ room.x, end, room.w, room.y + room.h - end }, m, origins);
}

static void draw_no_model(cairo_t *c, box b, bool large)
{
    const double middle = b.y + b.h / 2 + 8;
    text_draw(c, (box){ b.x, middle - 32, b.w, 32 }, "No model", large ? TEXT_TITLE : TEXT_HEAD, COLOUR_QUIET,
              ALIGN_CENTRE);
    text_draw(c, (box){ b.x + 12, middle + 4, b.w - 24, 16 }, "Drop a file here, or browse.", TEXT_LABEL,
              COLOUR_QUIET, ALIGN_CENTRE);
}

void draw_model_card(cairo_t *c, box b, const draw_model *m, draw_mood mood)
{
    const bool large = b.w >= 400 && b.h >= 240;
    const double pad = pad_of(b), button = b.w < 400 ? 24 : 32;
    draw_card(c, b, mood);
    text_draw(c, (box){ b.x + pad, b.y + GRID, b.w - pad - 5 * button - GRID, button }, m->status, TEXT_HEAD,
              COLOUR_QUIET, ALIGN_LEFT);
    if (m->empty)
        draw_no_model(c, b, large);
    else {
        const double end = draw_facts(c, b, m, large), top = b.y + GRID + button;
        draw_name(c, (box){ b.x + pad, top, b.w - 2 * pad, end - top - 4 }, m, large);
    }
    if (m->target)
        draw_target(c, b);
}

/* ---- cabinets ---- */

static const double curve_low_db = -36, curve_high_db = 15;

static double curve_x(box b, double hz)
{
    return b.x + b.w * log(hz / RESPONSE_LOW) / log(RESPONSE_HIGH / RESPONSE_LOW);
}

/* What is outside goes outside, and is cut off there. */
static double curve_y(box b, double db)
{
    return b.y + b.h * (curve_high_db - db) / (curve_high_db - curve_low_db);
}

static void draw_frequencies(cairo_t *c, box b, box words)
{
    static const struct {
        double hz;
        const char *text;
    } marks[] = { { 100, "100" }, { 1000, "1k" }, { 10000, "10k" } };
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        const double x = curve_x(b, marks[i].hz);
        draw_set(c, COLOUR_RAISED);
        draw_crisp(c, (box){ x - 0.5, b.y, 1, b.h });
        if (!box_is_empty(words))
            text_draw(c, (box){ x - 16, words.y, 32, words.h }, marks[i].text, TEXT_SMALL, COLOUR_QUIET,
                      ALIGN_CENTRE);
    }
}

static void trace(cairo_t *c, box b, const float *db, size_t count)
{
    for (size_t i = 0; i < count; i++)
        cairo_line_to(c, b.x + b.w * (double)i / (double)(count - 1), curve_y(b, (double)db[i]));
}

static void draw_curve(cairo_t *c, box b, const draw_cabinet *d)
{
    const theme_colour colour = d->off ? COLOUR_DISABLED : COLOUR_ACCENT;
    draw_set(c, COLOUR_LINE);
    draw_crisp(c, (box){ b.x, b.y + b.h, b.w, 1 });
    if (d->response_count < 2)
        return;
    cairo_save(c);
    cairo_rectangle(c, b.x, b.y, b.w, b.h);
    cairo_clip(c);
    cairo_new_path(c);
    cairo_move_to(c, b.x, b.y + b.h);
    trace(c, b, d->response_db, d->response_count);
    cairo_line_to(c, b.x + b.w, b.y + b.h);
    cairo_close_path(c);
    draw_set_alpha(c, colour, 0.14);
    cairo_fill(c);
    trace(c, b, d->response_db, d->response_count);
    draw_set(c, colour);
    cairo_set_line_width(c, 1.5);
    cairo_set_line_join(c, CAIRO_LINE_JOIN_ROUND);
    cairo_stroke(c);
    cairo_restore(c);
}

/* Below the first line: its name, what is known of it and the curve, or why there is none. */
static void draw_response(cairo_t *c, box b, const draw_cabinet *d, bool high)
{
    const bool known = high && b.h >= 104 && *d->details;
    const double name = high ? ORIGIN : LINE, scale = high ? 14 : 0, top = b.y + name + (known ? LINE : 0) + 4;
    const box curve = { b.x, top, b.w, b.y + b.h - scale - top };
    text_draw(c, (box){ b.x, b.y, b.w, name }, d->name, high ? TEXT_BODY : TEXT_LABEL,
              *d->error || d->off ? COLOUR_QUIET : COLOUR_TEXT, ALIGN_LEFT);
    if (*d->error) {
        text_draw_lines(c, (box){ b.x, b.y + name, b.w, b.h - name + 4 }, d->error, TEXT_LABEL, COLOUR_CLIP,
                        ALIGN_LEFT);
        return;
    }
    if (known)
        text_draw(c, (box){ b.x, b.y + name, b.w, LINE }, d->details, TEXT_LABEL, COLOUR_QUIET, ALIGN_LEFT);
    draw_frequencies(c, curve, (box){ curve.x, curve.y + curve.h, b.w, scale });
    draw_curve(c, curve, d);
}

void draw_cabinet_card(cairo_t *c, box b, const draw_cabinet *d, draw_mood mood)
{
    const bool narrow = b.w < 240, high = b.h >= 112;
    const double pad = SMALL_PAD, inner = b.w - 2 * pad, top = b.y + (narrow ? 4 : GRID),
                 buttons = narrow ? 100 : 5 * BUTTON; /* at most */
    const box room = { b.x + pad, top + BUTTON, inner, b.y + b.h - GRID - top - BUTTON };
    draw_card(c, b, mood);
    text_draw(c, (box){ b.x + pad, top, inner + GRID - buttons, BUTTON }, d->title, narrow ? TEXT_LABEL : TEXT_HEAD,
              COLOUR_QUIET, ALIGN_LEFT);
    if (d->empty)
        text_draw(c, room, "No impulse response", TEXT_LABEL, COLOUR_QUIET, ALIGN_CENTRE);
    else
        draw_response(c, room, d, high);
    if (d->target)
        draw_target(c, b);
}
