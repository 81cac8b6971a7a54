#include "measure_sine.h"

#include "commands.h"
#include "messages.h"

#include <kiss_fftr.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double pi = 3.14159265358979323846;
static const double least_seconds = 0.5; /* of the stretch */
static const double most_detune = 0.03;

/* The transform rounds to 1e-7 of the strongest harmonic. So the harmonics above this share of it are found in
 * double precision and taken out first; the others, and what is between them, stand in the transform of the rest. */
static const double strong = 1e-4;

/* Cosine window of seven terms whose side lobes lie 180 dB below the main one, which is LOBE bins wide to either
 * side (H.-H. Albrecht, A family of cosine-sum windows for high-resolution measurements, ICASSP 2001). */
static const double window_terms[] = { 0.27105140069342, -0.43329793923448, 0.21812299954311, -0.06592544638803,
                                       0.01081174209837, -0.00077658482522, 0.00001388721735 };
enum { WINDOW_TERMS = sizeof window_terms / sizeof *window_terms, LOBE = WINDOW_TERMS + 1 };

/* One measurement: the stretch has `size` samples, a power of two, and holds `cycles` of the sine. */
typedef struct measurement {
    size_t size, cycles;
    double *sine;          /* [size] one cycle */
    double *window, *rest; /* [size]; the output without what was found in it */
    double window_sum;
    float *in, *out; /* [settle + size] */
    float *windowed; /* [size] */
    kiss_fft_cpx *spectrum;
    kiss_fftr_cfg fft;
} measurement;

static size_t stretch_size(double rate_hz)
{
    size_t size = 4096;
    while ((double)size < least_seconds * rate_hz)
        size *= 2;
    return size;
}

/* How far the first folds fall from the nearest harmonic, in bins. What order k of the nonlinearity makes is at
 * k * cycles, and behind half the rate at distances of whole `size` from there. */
static size_t fold_distance(size_t size, size_t cycles)
{
    size_t least = cycles;
    for (size_t fold = 1; fold <= 4; fold++) {
        size_t beyond = fold * size % cycles, to_next = cycles - beyond;
        size_t distance = beyond < to_next ? beyond : to_next;
        least = distance < least ? distance : least;
    }
    return least < 2 * LOBE ? least : 2 * LOBE; /* further is not better */
}

static size_t choose_cycles(size_t size, double wanted)
{
    size_t nearest = (size_t)lrint(wanted), best = nearest, reach = (size_t)(wanted * most_detune) + 2;
    for (size_t away = 1; away <= reach; away++)
        for (int side = -1; side <= 1; side += 2) {
            size_t cycles = side < 0 ? nearest - away : nearest + away;
            if (cycles + LOBE < size / 2 && fold_distance(size, cycles) > fold_distance(size, best))
                best = cycles;
        }
    return best;
}

static void measurement_free(measurement *m)
{
    free(m->sine);
    free(m->window);
    free(m->rest);
    free(m->in);
    free(m->out);
    free(m->windowed);
    free(m->spectrum);
    if (m->fft)
        kiss_fftr_free(m->fft);
}

static void fill_tables(measurement *m)
{
    const size_t mask = m->size - 1, quarter = m->size / 4;
    for (size_t i = 0; i < m->size; i++)
        m->sine[i] = sin(2 * pi * (double)i / (double)m->size);
    for (size_t i = 0; i < m->size; i++) {
        m->window[i] = 0;
        for (size_t k = 0; k < WINDOW_TERMS; k++)
            m->window[i] += window_terms[k] * m->sine[(k * i + quarter) & mask];
        m->window_sum += m->window[i];
    }
}

static int measurement_create(measurement *m, const sine_player *player, double hz, double peak)
{
    *m = (measurement){ .size = stretch_size(player->rate_hz) };
    const size_t frames = player->settle + m->size;
    m->cycles = choose_cycles(m->size, hz / player->rate_hz * (double)m->size);
    m->sine = malloc(m->size * sizeof *m->sine);
    m->window = malloc(m->size * sizeof *m->window);
    m->rest = malloc(m->size * sizeof *m->rest);
    m->in = malloc(frames * sizeof *m->in);
    m->out = malloc(frames * sizeof *m->out);
    m->windowed = malloc(m->size * sizeof *m->windowed);
    m->spectrum = malloc((m->size / 2 + 1) * sizeof *m->spectrum);
    m->fft = kiss_fftr_alloc((int)m->size, 0, NULL, NULL);
    if (!m->sine || !m->window || !m->rest || !m->in || !m->out || !m->windowed || !m->spectrum || !m->fft)
        return fail("There is not enough memory.");
    fill_tables(m);
    for (size_t t = 0; t < frames; t++)
        m->in[t] = (float)(peak * m->sine[m->cycles * t % m->size]);
    return DONE;
}

/* The part of the output at a whole number of cycles: mean of output times cosine and sine under the window. */
static void project(const measurement *m, size_t cycles, double *cosine_part, double *sine_part)
{
    const size_t mask = m->size - 1, quarter = m->size / 4;
    double along_cosine = 0, along_sine = 0;
    for (size_t t = 0, at = 0; t < m->size; t++, at = (at + cycles) & mask) {
        double value = m->window[t] * m->rest[t];
        along_sine += value * m->sine[at];
        along_cosine += value * m->sine[(at + quarter) & mask];
    }
    *cosine_part = along_cosine / m->window_sum;
    *sine_part = along_sine / m->window_sum;
}

static void take_away(measurement *m, size_t cycles, double cosine_part, double sine_part)
{
    const size_t mask = m->size - 1, quarter = m->size / 4;
    for (size_t t = 0, at = 0; t < m->size; t++, at = (at + cycles) & mask)
        m->rest[t] -= cosine_part * m->sine[(at + quarter) & mask] + sine_part * m->sine[at];
}

/* m->spectrum becomes that of the rest under the window. */
static void transform(measurement *m)
{
    for (size_t t = 0; t < m->size; t++)
        m->windowed[t] = (float)(m->window[t] * m->rest[t]);
    kiss_fftr(m->fft, m->windowed, m->spectrum);
}

static double amplitude_in_spectrum(const measurement *m, size_t cycles)
{
    return 2 * hypot((double)m->spectrum[cycles].r, (double)m->spectrum[cycles].i) / m->window_sum;
}

static void note_harmonic(sine_response *r, size_t k, double cosine_part, double sine_part)
{
    r->amplitude[k - 1] = 2 * hypot(cosine_part, sine_part);
    r->phase[k - 1] = atan2(cosine_part, sine_part);
}

static void find_strong_harmonics(measurement *m, sine_response *r)
{
    double most = 0, cosine_part, sine_part;
    project(m, 0, &r->dc, &sine_part);
    take_away(m, 0, r->dc, 0);
    transform(m);
    for (size_t k = 1; k <= r->harmonics; k++)
        most = fmax(most, amplitude_in_spectrum(m, k * m->cycles));
    for (size_t k = 1; k <= r->harmonics; k++)
        if (amplitude_in_spectrum(m, k * m->cycles) > strong * most) {
            project(m, k * m->cycles, &cosine_part, &sine_part);
            take_away(m, k * m->cycles, 2 * cosine_part, 2 * sine_part);
            note_harmonic(r, k, cosine_part, sine_part);
        }
}

/* Finds the harmonics and leaves the transform of what remains. `settle` samples came before the stretch. */
static void find_harmonics(measurement *m, size_t settle, sine_response *r)
{
    const double begin = 2 * pi * (double)(m->cycles * settle % m->size) / (double)m->size;
    r->harmonics = (m->size / 2 - 1) / m->cycles;
    if (r->harmonics > SINE_MOST_HARMONICS)
        r->harmonics = SINE_MOST_HARMONICS;
    find_strong_harmonics(m, r);
    transform(m);
    for (size_t k = 1; k <= r->harmonics; k++) {
        const kiss_fft_cpx bin = m->spectrum[k * m->cycles];
        if (!(r->amplitude[k - 1] > 0))
            note_harmonic(r, k, (double)bin.r / m->window_sum, -(double)bin.i / m->window_sum);
        r->phase[k - 1] = remainder(r->phase[k - 1] - (double)k * begin, 2 * pi);
        r->harmonic_power += r->amplitude[k - 1] * r->amplitude[k - 1] / 2;
    }
}

/* Distance of a bin from the nearest harmonic or from 0 Hz. */
static size_t from_harmonic(const measurement *m, size_t bin)
{
    size_t beyond = bin % m->cycles, to_next = m->cycles - beyond;
    return beyond < to_next ? beyond : to_next;
}

/* Where a device drifts or settles slowly, that stays near the harmonics, under the window. Parseval's sum over the
 * other bins is the power of the rest. */
static double power_between(const measurement *m)
{
    double squares = 0, window_squares = 0;
    for (size_t t = 0; t < m->size; t++)
        window_squares += m->window[t] * m->window[t];
    for (size_t k = 0; k <= m->size / 2; k++)
        if (from_harmonic(m, k) >= LOBE) {
            double re = (double)m->spectrum[k].r, im = (double)m->spectrum[k].i;
            squares += (k < m->size / 2 ? 2 : 1) * (re * re + im * im);
        }
    return squares / ((double)m->size * window_squares);
}

int sine_measure(const sine_player *player, double hz, double peak, sine_response *response)
{
    measurement m;
    memset(response, 0, sizeof *response);
    int code = measurement_create(&m, player, hz, peak);
    if (!code)
        code = player->play(player->context, m.out, m.in, player->settle + m.size);
    if (!code) {
        for (size_t t = 0; t < m.size; t++)
            m.rest[t] = m.out[player->settle + t];
        response->hz = (double)m.cycles / (double)m.size * player->rate_hz;
        find_harmonics(&m, player->settle, response);
        response->other_power = power_between(&m);
    }
    measurement_free(&m);
    return code;
}
