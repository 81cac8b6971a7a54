/* The right pane: facts about device and time. */
#include "../text.h"
#include "screen_state.h"

#include <curses.h>
#include <stdio.h>
#include <string.h>

enum { COLUMN = LEFT_COLUMNS + 1, LABEL = 8, TIMES = 2 };

static void draw(int *row, const char *label, screen_style style, const char *text)
{
    const int left = LINES - ROWS_BELOW - *row;
    if (left < 1)
        return;
    screen_put(*row, COLUMN, LABEL, STYLE_DIM, label);
    *row += screen_put_rows(*row, left < 2 ? 1 : 2, COLUMN + LABEL, COLS - COLUMN - LABEL, style, text);
}

static void draw_device(const screen *s, int *row)
{
    const screen_device *d = &s->device;
    char text[96];
    draw(row, "In", STYLE_PLAIN, *d->in ? d->in : "none");
    draw(row, "Out", STYLE_PLAIN, *d->out ? d->out : "none");
    if (!d->running) {
        draw(row, "Rate", STYLE_BAD, "the device has gone away");
        return;
    }
    snprintf(text, sizeof text, "%.30s, blocks of %zu", text_hertz(d->rate_hz).s, d->block);
    draw(row, "Rate", STYLE_PLAIN, text);
    snprintf(text, sizeof text, "%.1f ms, rig %zu frames", 1000 * d->latency_seconds, s->state.latency);
    draw(row, "Latency", STYLE_PLAIN, text);
}

static void draw_load(const screen *s, int *row)
{
    const load_times *l = &s->state.load;
    char text[96];
    snprintf(text, sizeof text, "p50 %.0f%% p99 %.0f%% max %.0f%%", 100 * l->p50, 100 * l->p99, 100 * l->worst);
    draw(row, "CPU", l->p99 > 0.8 ? STYLE_BAD : STYLE_PLAIN, text);
}

static void draw_xruns(const screen *s, int *row)
{
    char text[160];
    int used = snprintf(text, sizeof text, "%llu", (unsigned long long)s->state.xruns);
    if (s->state.xruns)
        used += snprintf(text + used, sizeof text - (size_t)used, " (%llu ours)",
                         (unsigned long long)s->state.own_xruns);
    for (size_t i = 0; i < s->state.xrun_count && i < TIMES; i++)
        used += snprintf(text + used, sizeof text - (size_t)used, "%s%.20s", i ? " " : ", ",
                         text_duration(s->state.xrun_times[i]).s);
    draw(row, "Xruns", s->state.own_xruns ? STYLE_BAD : s->state.xruns ? STYLE_HIGH : STYLE_PLAIN, text);
}

static void draw_recording(const screen *s, int *row)
{
    const double rate = session_rate(s->session);
    char text[96];
    if (s->state.record_error) {
        draw(row, "Take", STYLE_BAD, "has ended early");
    } else if (!s->state.recorded) {
        draw(row, "Take", STYLE_DIM, "none");
    } else {
        snprintf(text, sizeof text, "%.30s, %.30s frames lost", text_duration((double)s->state.recorded / rate).s,
                 text_count(s->state.record_lost).s);
        draw(row, "Take", s->state.record_lost ? STYLE_BAD : STYLE_PLAIN, text);
    }
}

static void draw_guard(const screen *s, int *row)
{
    char text[96];
    if (s->state.guard_quality < 0) {
        draw(row, "Guard", STYLE_DIM, "has changed nothing");
        return;
    }
    snprintf(text, sizeof text, "quality set to %.2f", (double)s->state.guard_quality);
    draw(row, "Guard", STYLE_HIGH, text);
}

void screen_draw_facts(screen *s)
{
    int row = ROW_PANES;
    draw_device(s, &row);
    draw_load(s, &row);
    draw_xruns(s, &row);
    draw_recording(s, &row);
    draw_guard(s, &row);
}
