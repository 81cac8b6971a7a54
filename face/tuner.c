#include "tuner.h"

#include "tuner_pitch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double pi = 3.14159265358979323846;
static const double slow_hz = 8000;   /* sound is brought down to this rate or up to twice as much */
static const double cutoff_hz = 1800; /* what is above helps nobody */
static const double filter_s = 0.004; /* length of the filter: 800 Hz from pass to stop */
static const double piece_s = 0.2;    /* looked at: five periods of the lowest note */
static const double looks_hz = 15;    /* how often */
static const double silence = 0.0005; /* root mean square, -66 dB */
static const double most_hz = 1e6, least_hz = 2000;

enum { TAPS = 4096 };

/* Follows what is found, so that what is shown is calm: a note must be found several times before it is shown, even
 * more often if it is an octave of that before, and it stays for a moment when it is lost. */
typedef struct track {
    double shown, pending; /* semitones, A4 is 69 */
    unsigned found;        /* in a row: pending */
    unsigned followed;     /* times that shown was heard */
    unsigned missed;       /* in a row */
    bool heard;
} track;

struct tuner {
    double rate_hz, slow_hz;
    size_t step, taps, phase, at; /* one of step samples remains; at: the place of the next one in past */
    float filter[TAPS];
    float past[2 * TAPS]; /* everything twice, so that the last taps samples stand in one piece */

    float piece[PITCH_MOST]; /* a ring */
    size_t piece_size, piece_at, filled, until_look;
    float in_order[PITCH_MOST];
    pitch pitch;
    track track;
};

tuner *tuner_create(void)
{
    return calloc(1, sizeof(tuner));
}

void tuner_free(tuner *t)
{
    free(t);
}

/* ---- following ---- */

enum { LOST = 5, FIRST = 2, ANOTHER = 3, OCTAVE = 7 }; /* looks */

static void follow_nothing(track *k)
{
    k->found = 0;
    if (k->heard && ++k->missed >= LOST)
        k->heard = false;
}

/* Whether it may be the same string taken for another of its harmonics: 12, 19, 24 semitones away. */
static bool is_harmonic(double semitones)
{
    const double away = fabs(semitones);
    return fabs(away - 12) < 0.7 || fabs(away - 19) < 0.7 || fabs(away - 24) < 0.7;
}

static void follow(track *k, double semitones)
{
    k->missed = 0;
    const double off = semitones - k->shown;
    if (k->heard && fabs(off) < 0.6) {
        /* The mean of the first ones; then quick for hands on a peg, and calm for a string that swings. */
        k->followed++;
        k->shown += off * fmax(1.0 / k->followed, fabs(off) > 0.1 ? 0.5 : 0.2);
        k->found = 0;
        return;
    }
    k->found = k->found && fabs(semitones - k->pending) < 0.5 ? k->found + 1 : 1;
    k->pending = semitones;
    if (k->found >= (!k->heard ? FIRST : is_harmonic(off) ? OCTAVE : ANOTHER))
        *k = (track){ .shown = semitones, .followed = 1, .heard = true };
}

/* ---- hearing ---- */

/* A windowed sinc. Sound that comes slowly already goes through as it is. */
static void make_filter(tuner *t)
{
    t->taps = t->rate_hz < 2.2 * cutoff_hz ? 1 : (size_t)(filter_s * t->rate_hz);
    double sum = 0;
    for (size_t i = 0; i < t->taps; i++) {
        const double at = (double)i - 0.5 * (double)(t->taps - 1), turn = 2 * pi * cutoff_hz / t->rate_hz * at;
        const double window = 0.5 + 0.5 * cos(2 * pi * at / (double)(t->taps + 1));
        t->filter[i] = (float)(window * (fabs(turn) > 1e-9 ? sin(turn) / turn : 1));
        sum += t->filter[i];
    }
    for (size_t i = 0; i < t->taps; i++)
        t->filter[i] = (float)(t->filter[i] / sum);
}

static void begin(tuner *t, double rate_hz)
{
    memset(t, 0, sizeof *t);
    t->rate_hz = rate_hz;
    t->step = rate_hz > slow_hz ? (size_t)(rate_hz / slow_hz) : 1;
    t->slow_hz = rate_hz / (double)t->step;
    t->piece_size = (size_t)(piece_s * t->slow_hz);
    t->piece_size = t->piece_size < PITCH_MOST ? t->piece_size : PITCH_MOST;
    make_filter(t);
}

static void look(tuner *t)
{
    double power = 0;
    for (size_t i = 0; i < t->piece_size; i++) {
        t->in_order[i] = t->piece[(t->piece_at + i) % t->piece_size];
        power += (double)t->in_order[i] * t->in_order[i];
    }
    double hz = 0;
    if (power > silence * silence * (double)t->piece_size)
        hz = pitch_find(&t->pitch, t->in_order, t->piece_size, t->slow_hz);
    if (hz > 0)
        follow(&t->track, 69 + 12 * log2(hz / 440));
    else
        follow_nothing(&t->track);
}

static void keep(tuner *t, float sample)
{
    t->piece[t->piece_at] = sample;
    t->piece_at = (t->piece_at + 1) % t->piece_size;
    t->filled += t->filled < t->piece_size;
    t->until_look -= t->until_look > 0;
    if (!t->until_look && t->filled == t->piece_size) {
        look(t);
        t->until_look = (size_t)(t->slow_hz / looks_hz);
    }
}

void tuner_hear(tuner *t, const float *samples, size_t count, double rate_hz)
{
    if (!(rate_hz >= least_hz && rate_hz <= most_hz))
        return;
    if (rate_hz != t->rate_hz)
        begin(t, rate_hz);
    for (size_t i = 0; i < count; i++) {
        const float sample = isfinite(samples[i]) ? fminf(fmaxf(samples[i], -1000.0f), 1000.0f) : 0.0f;
        t->past[t->at] = t->past[t->at + t->taps] = sample;
        t->at = (t->at + 1) % t->taps;
        t->phase = (t->phase + 1) % t->step;
        if (t->phase)
            continue;
        float sum = 0;
        for (size_t k = 0; k < t->taps; k++)
            sum += t->filter[k] * t->past[t->at + k];
        keep(t, sum);
    }
}

tuner_note tuner_read(const tuner *t)
{
    static const char *const names[] = { "C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B" };
    if (!t->track.heard)
        return (tuner_note){ .name = "" };
    const double nearest = floor(t->track.shown + 0.5);
    const int note = (int)nearest;
    return (tuner_note){ .heard = true,
                         .name = names[note % 12],
                         .octave = note / 12 - 1,
                         .cents = 100 * (t->track.shown - nearest),
                         .hz = 440 * exp2((t->track.shown - 69) / 12) };
}
