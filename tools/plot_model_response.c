/* The frequency response to what is so quiet that hardly anything distorts: an exponential sweep, played once as it
 * is and once turned over. Half of the difference holds neither the model's offset nor its even harmonics; its
 * spectrum over that of the sweep is the response. */
#include "commands.h"
#include "messages.h"
#include "plot_model.h"

#include <kiss_fftr.h>
#include <math.h>
#include <stdlib.h>

static const double pi = 3.14159265358979323846;
static const double lowest_hz = 20, highest_hz = 20000;
static const double sweep_from_hz = 10, sweep_to_share = 0.495; /* of the rate */
static const double sweep_s = 2, peak = 1e-5; /* -100 dBFS, which even a gain of 70 dB hardly distorts */
static const double half_band = 1.0 / 48;     /* octaves */

typedef struct sweep {
    size_t size, frames; /* of the transforms; of the sweep itself */
    float *in, *turned, *out, *out_turned;
    kiss_fft_cpx *spectrum_in, *spectrum_out;
    kiss_fftr_cfg fft;
} sweep;

static void fill_sweep(sweep *s, double rate_hz)
{
    const double ratio = sweep_to_share * rate_hz / sweep_from_hz, seconds = (double)s->frames / rate_hz;
    const double turns = sweep_from_hz * seconds / log(ratio);
    for (size_t t = 0; t < s->size; t++) {
        double phase = turns * (pow(ratio, (double)t / (double)s->frames) - 1);
        s->in[t] = t < s->frames ? (float)(peak * sin(2 * pi * phase)) : 0;
        s->turned[t] = -s->in[t];
    }
}

static int sweep_create(sweep *s, const sine_player *player)
{
    *s = (sweep){ .size = 4096, .frames = (size_t)(sweep_s * player->rate_hz) };
    while (s->size < s->frames + player->settle)
        s->size *= 2;
    s->in = malloc(s->size * sizeof *s->in);
    s->turned = malloc(s->size * sizeof *s->turned);
    s->out = malloc(s->size * sizeof *s->out);
    s->out_turned = malloc(s->size * sizeof *s->out_turned);
    s->spectrum_in = malloc((s->size / 2 + 1) * sizeof *s->spectrum_in);
    s->spectrum_out = malloc((s->size / 2 + 1) * sizeof *s->spectrum_out);
    s->fft = kiss_fftr_alloc((int)s->size, 0, NULL, NULL);
    if (!s->in || !s->turned || !s->out || !s->out_turned || !s->spectrum_in || !s->spectrum_out || !s->fft)
        return fail("There is not enough memory.");
    fill_sweep(s, player->rate_hz);
    return DONE;
}

static void sweep_free(sweep *s)
{
    free(s->in);
    free(s->turned);
    free(s->out);
    free(s->out_turned);
    free(s->spectrum_in);
    free(s->spectrum_out);
    if (s->fft)
        kiss_fftr_free(s->fft);
}

static double power_of(kiss_fft_cpx z)
{
    return (double)z.r * (double)z.r + (double)z.i * (double)z.i;
}

/* Mean gain of the bins around a frequency. */
static double gain_db(const sweep *s, double bin)
{
    const size_t last_of_all = s->size / 2 - 1;
    size_t first = (size_t)lrint(bin * pow(2, -half_band)), last = (size_t)lrint(bin * pow(2, half_band));
    double in = 0, out = 0;
    first = first > last_of_all ? last_of_all : first;
    last = last > last_of_all ? last_of_all : last;
    for (size_t k = first; k <= last; k++) {
        in += power_of(s->spectrum_in[k]);
        out += power_of(s->spectrum_out[k]);
    }
    return 10 * log10(fmax(out / in, 1e-20));
}

int plot_model_response(const sine_player *player, double *hz, double *db, size_t count)
{
    const double high = fmin(highest_hz, 0.48 * player->rate_hz);
    sweep s;
    int code = sweep_create(&s, player);
    if (!code)
        code = player->play(player->context, s.out, s.in, s.size);
    if (!code)
        code = player->play(player->context, s.out_turned, s.turned, s.size);
    if (!code) {
        for (size_t t = 0; t < s.size; t++)
            s.out[t] = 0.5f * (s.out[t] - s.out_turned[t]);
        kiss_fftr(s.fft, s.in, s.spectrum_in);
        kiss_fftr(s.fft, s.out, s.spectrum_out);
        for (size_t i = 0; i < count; i++) {
            hz[i] = lowest_hz * pow(high / lowest_hz, (double)i / (double)(count - 1));
            db[i] = gain_db(&s, hz[i] / player->rate_hz * (double)s.size);
        }
    }
    sweep_free(&s);
    return code;
}
