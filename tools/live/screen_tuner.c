/* The tuner. */
#include "screen_state.h"

#include <math.h>
#include <string.h>

static const double in_tune_cents = 3;

enum { NEEDLE = 41 }; /* columns: the middle is 0 cents */

void screen_toggle_tuner(screen *s)
{
    if (s->tuner) {
        tuner_free(s->tuner);
        s->tuner = NULL;
        return;
    }
    s->tuner = tuner_create();
    if (!s->tuner)
        session_tell(s->session, "There is not enough memory for the tuner.");
}

void screen_hear(screen *s)
{
    float samples[SCREEN_TUNER_SAMPLES];
    size_t n;
    while (s->tuner && (n = session_hear(s->session, samples, SCREEN_TUNER_SAMPLES)) > 0)
        tuner_hear(s->tuner, samples, n, session_rate(s->session));
}

void screen_draw_tuner(screen *s, int top)
{
    const tuner_note note = tuner_read(s->tuner);
    const bool in_tune = note.heard && fabs(note.cents) <= in_tune_cents;
    char needle[NEEDLE + 1];
    memset(needle, '-', NEEDLE);
    needle[NEEDLE] = 0;
    needle[NEEDLE / 2] = '|';
    if (!note.heard) {
        screen_put(top, 0, LEFT_COLUMNS, STYLE_DIM, "Tuner: play one string.");
        screen_put(top + 1, 0, LEFT_COLUMNS, STYLE_DIM, needle);
        return;
    }
    const int place = NEEDLE / 2 + (int)lround(note.cents / 50 * (NEEDLE / 2));
    needle[place] = 'O';
    screen_print(top, 0, LEFT_COLUMNS, in_tune ? STYLE_GOOD : STYLE_STRONG, "Tuner: %s%d  %+.0f cents  %.1f Hz",
                 note.name, note.octave, note.cents, note.hz);
    screen_put(top + 1, 0, LEFT_COLUMNS, in_tune ? STYLE_GOOD : STYLE_HIGH, needle);
}
