/* The other pages: keys, and news. */
#include "../text.h"
#include "screen_state.h"

#include <curses.h>
#include <stdio.h>

static const char back[] = "Any key goes back. The sound goes on.";

/* ---- keys ---- */

static const struct {
    const char *keys, *what;
} help[] = {
    { "n  p", "next and previous model of the folder, for this slot" },
    { "c  C", "the same for the impulse response of cabinet 1" },
    { "1 .. 9  0", "slots 1 to 10" },
    { "b", "bypass, and back" },
    { "g", "gate on and off" },
    { "[  ]", "input gain down and up by 0.5 dB" },
    { "{  }", "output gain down and up by 0.5 dB" },
    { "up down", "choose a setting; also page up and down, home and end" },
    { "left right", "turn it, as - and + do; < and >, or with shift: a fifth of that" },
    { "space", "a switch on and off, the next of several choices" },
    { "d", "the setting as it is initially" },
    { "q  o", "next size of the network; next oversampling" },
    { "m", "MIDI: the next controller that moves is for the chosen setting" },
    { "t", "tuner" },
    { "s", "save the rig" },
    { "l", "all that there was to tell, and the times of all xruns" },
    { "r", "forget clips and held levels" },
    { "h  ?", "this page, and back" },
    { "ctrl-L", "draw everything anew" },
    { "x  ctrl-C", "the end: the sound fades out" },
};

void screen_draw_help(void)
{
    const int count = sizeof help / sizeof *help;
    screen_put(0, 0, COLS, STYLE_REVERSE, " backline live: keys ");
    for (int i = 0; i < count; i++) {
        screen_put(2 + i, 2, 12, STYLE_STRONG, help[i].keys);
        screen_put(2 + i, 15, COLS - 15, STYLE_PLAIN, help[i].what);
    }
    screen_put(LINES - 1, 0, COLS, STYLE_DIM, back);
}

/* ---- news: the sentences, newest first and in full, and the times of the xruns ---- */

enum { MOST = 32, MOST_ROWS = 10 };

static int draw_xruns(const screen *s, int row)
{
    char text[SCREEN_SENTENCE];
    int used = snprintf(text, sizeof text, "Xruns: %llu (%llu ours)", (unsigned long long)s->state.xruns,
                        (unsigned long long)s->state.own_xruns);
    for (size_t i = 0; i < s->state.xrun_count; i++)
        used += snprintf(text + used, sizeof text - (size_t)used, "%s%.15s",
                         i ? ", " : ", newest first: ", text_duration(s->state.xrun_times[i]).s);
    return row + screen_put_rows(row, MOST_ROWS, 0, COLS, STYLE_PLAIN, text);
}

void screen_draw_news(screen *s)
{
    static char sentences[MOST][SCREEN_SENTENCE]; /* one screen, one thread */
    unsigned seen = 0, count = 0;
    screen_put(0, 0, COLS, STYLE_REVERSE, " backline live: news ");
    int row = draw_xruns(s, 2) + 1;
    while (session_next_news(s->session, &seen, sentences[count % MOST], SCREEN_SENTENCE))
        count++;
    for (unsigned i = 0; i < count && i < MOST && row < LINES - 2; i++) {
        const int left = LINES - 2 - row;
        row += screen_put_rows(row, left < MOST_ROWS ? left : MOST_ROWS, 0, COLS, i ? STYLE_PLAIN : STYLE_STRONG,
                               sentences[(count - 1 - i) % MOST]);
    }
    screen_put(LINES - 1, 0, COLS, STYLE_DIM, back);
}
