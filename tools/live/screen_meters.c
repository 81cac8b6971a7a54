/* The meters. */
#include "screen_state.h"

#include <curses.h>
#include <math.h>
#include <stdio.h>

static const double lowest_db = -60, high_db = -6; /* of the bars, which end at 0 dB */
static const double silence = 1e-6;                /* below -120 dB */

enum { COLUMNS_BEHIND = 36 }; /* for numbers */

static double position_of(double magnitude)
{
    if (!(magnitude > 0))
        return 0;
    return fmin(fmax(1 - 20 * log10(magnitude) / lowest_db, 0), 1);
}

static screen_style style_at(double position)
{
    return position * -lowest_db + lowest_db > high_db ? STYLE_HIGH : STYLE_GOOD;
}

static screen_style plain_at(double position)
{
    return STYLE_PLAIN;
}

static screen_value decibels(double magnitude)
{
    screen_value text;
    if (magnitude > silence)
        snprintf(text.s, sizeof text.s, "%6.1f dB", 20 * log10(magnitude));
    else
        snprintf(text.s, sizeof text.s, "  -inf dB");
    return text;
}

static void draw_level(int row, const char *label, const bl_meter_reading *m)
{
    const int columns = COLS - COLUMN_LABELS - COLUMNS_BEHIND, behind = COLUMN_LABELS + columns + 1;
    const double peak = position_of((double)m->peak), held = position_of((double)m->held);
    screen_put(row, 0, COLUMN_LABELS, STYLE_DIM, label);
    screen_bar(row, COLUMN_LABELS, columns, peak, held > 0 ? held : -1, style_at);
    screen_print(row, behind, 24, STYLE_PLAIN, "%s held%s", decibels((double)m->peak).s,
                 decibels((double)m->held).s);
    if (m->clips)
        screen_print(row, behind + 25, COLUMNS_BEHIND - 26, STYLE_BAD, "CLIP %u", m->clips);
}

static void draw_gate(screen *s)
{
    const int columns = COLS - COLUMN_LABELS - COLUMNS_BEHIND;
    const double gain = (double)s->state.meters.gate;
    const bool on = bl_rig_get(session_rig(s->session), BL_RIG_GATE) >= 0.5f;
    screen_put(ROW_GATE, 0, COLUMN_LABELS, STYLE_DIM, "Gate");
    screen_bar(ROW_GATE, COLUMN_LABELS, columns, on ? position_of(gain) : 0, -1, plain_at);
    if (on)
        screen_print(ROW_GATE, COLUMN_LABELS + columns + 1, COLUMNS_BEHIND - 1, STYLE_PLAIN, "%s %s",
                     decibels(gain).s,
                     gain > 0.9    ? "open"
                     : gain < 0.01 ? "closed"
                                   : "closing");
    else
        screen_put(ROW_GATE, COLUMN_LABELS + columns + 1, COLUMNS_BEHIND - 1, STYLE_DIM, "off");
}

void screen_draw_meters(screen *s)
{
    draw_level(ROW_INPUT, "Input", &s->state.meters.in);
    draw_gate(s);
    draw_level(ROW_OUTPUT, "Output", &s->state.meters.out);
}
