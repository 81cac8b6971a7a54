/* drive_effects EFFECT RATE CHANNELS BLOCK SCRIPT [FILE] > out: runs one effect, so that Python can compare it.
 *
 * The input is FILE, a mono recording, or standard input: float32, all frames of a channel and then those of the
 * next, as in out. SCRIPT is changes of the parameters, separated by semicolons: the frame at which each comes,
 * and the parameters in the order of the effect's struct. What comes at frame 0 is there from the start, without
 * a move. Of a meter, out holds peak, rms, held and clips after every block, and changes clear it; of gate-gain,
 * the gain. `drive_effects design RATE 1 1 SCRIPT` prints the coefficients of every change's biquad. */
#include "biquad.h"
#include "dc_blocker.h"
#include "delay.h"
#include "gain.h"
#include "gate.h"
#include "meter.h"
#include "tone.h"

#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_VALUES = 7, MOST_CHANGES = 4096, CHANNELS = 2 };

typedef struct change {
    size_t at;
    double v[MOST_VALUES];
} change;

static double rate_hz;
static size_t channels, block, change_count;
static change changes[MOST_CHANGES];

/* One effect of each kind. Some have one channel. */
static bl_gain gain;
static bl_dc_blocker blocker;
static bl_gate gate;
static bl_biquad biquad;
static bl_tone tone;
static bl_delay delay;
static bl_meter *meter;

static void gain_init(void)
{
    bl_gain_init(&gain, rate_hz);
}

static void gain_set(const double *v)
{
    bl_gain_set(&gain, (float)v[0]);
}

static void gain_reset(void)
{
    bl_gain_reset(&gain);
}

static void gain_process(float *const *out, const float *const *in, size_t frames)
{
    bl_gain_process(&gain, out, in, channels, frames);
}

static void blocker_init(void)
{
    bl_dc_blocker_init(&blocker, rate_hz);
}

static void blocker_set(const double *v)
{
    bl_dc_blocker_set(&blocker, v[0] != 0);
}

static void blocker_reset(void)
{
    bl_dc_blocker_reset(&blocker);
}

static void blocker_process(float *const *out, const float *const *in, size_t frames)
{
    bl_dc_blocker_process(&blocker, out[0], in[0], frames);
}

static void gate_init(void)
{
    bl_gate_init(&gate, rate_hz);
}

static void gate_set(const double *v)
{
    const bl_gate_params params = { v[0] != 0,   (float)v[1], (float)v[2], (float)v[3],
                                    (float)v[4], (float)v[5], (float)v[6] };
    bl_gate_set(&gate, &params);
}

static void gate_reset(void)
{
    bl_gate_reset(&gate);
}

static void gate_process(float *const *out, const float *const *in, size_t frames)
{
    bl_gate_process(&gate, out[0], in[0], frames);
}

static void gate_detect(float *const *out, const float *const *in, size_t frames)
{
    bl_gate_detect(&gate, out[0], in[0], frames);
}

static bl_biquad_params biquad_params(const double *v)
{
    return (bl_biquad_params){ (bl_biquad_kind)(int)v[0], (float)v[1], (float)v[2], (float)v[3], v[4] != 0 };
}

static void biquad_init(void)
{
    const bl_biquad_params params = biquad_params(changes[0].v); /* the kind is there from the start */
    bl_biquad_init(&biquad, rate_hz, &params);
}

static void biquad_set(const double *v)
{
    const bl_biquad_params params = biquad_params(v);
    bl_biquad_set(&biquad, &params);
}

static void biquad_reset(void)
{
    bl_biquad_reset(&biquad);
}

static void biquad_process(float *const *out, const float *const *in, size_t frames)
{
    bl_biquad_process(&biquad, out, in, channels, frames);
}

static void tone_init(void)
{
    bl_tone_init(&tone, rate_hz);
}

static void tone_set(const double *v)
{
    const bl_tone_params params = { (float)v[0], (float)v[1], (float)v[2], (float)v[3],
                                    (float)v[4], (float)v[5], (float)v[6] };
    bl_tone_set(&tone, &params);
}

static void tone_reset(void)
{
    bl_tone_reset(&tone);
}

static void tone_process(float *const *out, const float *const *in, size_t frames)
{
    bl_tone_process(&tone, out, in, channels, frames);
}

static void delay_init(void)
{
    if (bl_delay_init(&delay, rate_hz, 48000))
        exit(1);
}

static void delay_set(const double *v)
{
    bl_delay_set(&delay, (size_t)v[0]);
}

static void delay_reset(void)
{
    bl_delay_reset(&delay);
}

static void delay_process(float *const *out, const float *const *in, size_t frames)
{
    bl_delay_process(&delay, out[0], in[0], frames);
}

static const struct effect {
    const char *name;
    size_t most_channels;
    void (*init)(void);
    void (*set)(const double *v);
    void (*reset)(void);
    void (*process)(float *const *out, const float *const *in, size_t frames);
} effects[] = {
    { "gain", 2, gain_init, gain_set, gain_reset, gain_process },
    { "dc_blocker", 1, blocker_init, blocker_set, blocker_reset, blocker_process },
    { "gate", 1, gate_init, gate_set, gate_reset, gate_process },
    { "gate-gain", 1, gate_init, gate_set, gate_reset, gate_detect },
    { "biquad", 2, biquad_init, biquad_set, biquad_reset, biquad_process },
    { "tone", 2, tone_init, tone_set, tone_reset, tone_process },
    { "delay", 1, delay_init, delay_set, delay_reset, delay_process },
};

static void read_script(const char *at)
{
    while (*at && change_count < MOST_CHANGES) {
        change *next = &changes[change_count++];
        char *end;
        next->at = strtoul(at, &end, 10);
        for (size_t i = 0; i < MOST_VALUES; i++)
            next->v[i] = strtod(end, &end);
        at = end + (*end == ';');
    }
}

/* Room for another `more` samples behind `count`. */
static float *grown(float *samples, size_t count, size_t more)
{
    float *result = realloc(samples, (count + more) * sizeof *samples);
    if (!result)
        exit(1);
    return result;
}

static float *read_samples(size_t *frames)
{
    enum { AT_ONCE = 1 << 18 };
    size_t count = 0, got = AT_ONCE;
    float *samples = NULL;
    for (; got == AT_ONCE; count += got) {
        samples = grown(samples, count, AT_ONCE);
        got = fread(samples + count, sizeof *samples, AT_ONCE, stdin);
    }
    *frames = count / channels;
    return samples;
}

static float *read_recording(const char *path, size_t *frames)
{
    SF_INFO info = { 0 };
    SNDFILE *file = sf_open(path, SFM_READ, &info);
    if (!file || info.channels != 1 || channels != 1 || info.samplerate != (int)rate_hz)
        exit(1);
    float *samples = grown(NULL, (size_t)info.frames, 0);
    *frames = (size_t)sf_readf_float(file, samples, info.frames);
    sf_close(file);
    return samples;
}

static void run_effect(const struct effect *effect, float *out, const float *in, size_t frames)
{
    size_t next = 0;
    effect->init();
    for (size_t at = 0; at < frames;) {
        for (; next < change_count && changes[next].at <= at; next++) {
            effect->set(changes[next].v);
            if (!at)
                effect->reset();
        }
        size_t run = frames - at < block ? frames - at : block;
        if (next < change_count && changes[next].at - at < run)
            run = changes[next].at - at;
        const float *ins[CHANNELS];
        float *outs[CHANNELS];
        for (size_t c = 0; c < channels; c++) {
            ins[c] = in + c * frames + at;
            outs[c] = out + c * frames + at;
        }
        effect->process(outs, ins, run);
        at += run;
    }
    fwrite(out, sizeof *out, channels * frames, stdout);
}

static void run_meter(const float *in, size_t frames)
{
    meter = bl_meter_create(rate_hz);
    for (size_t at = 0, next = 0; at < frames; at += block) {
        for (; next < change_count && changes[next].at <= at; next++)
            bl_meter_clear(meter);
        const float *const ins[CHANNELS] = { in + at, in + (channels - 1) * frames + at };
        bl_meter_reading r;
        bl_meter_process(meter, ins, channels, frames - at < block ? frames - at : block);
        bl_meter_read(meter, &r);
        fwrite((float[4]){ r.peak, r.rms, r.held, (float)r.clips }, sizeof(float), 4, stdout);
    }
    bl_meter_free(meter);
}

int main(int count, char **arguments)
{
    if (count != 6 && count != 7)
        return 2;
    rate_hz = strtod(arguments[2], NULL);
    channels = strtoul(arguments[3], NULL, 10);
    block = strtoul(arguments[4], NULL, 10);
    read_script(arguments[5]);
    if (!strcmp(arguments[1], "design")) {
        for (size_t i = 0; i < change_count; i++) {
            const bl_biquad_params params = biquad_params(changes[i].v);
            bl_biquad_coefficients k;
            bl_biquad_design(&params, rate_hz, &k);
            printf("%.17g %.17g %.17g %.17g %.17g\n", k.b0, k.b1, k.b2, k.a1, k.a2);
        }
        return 0;
    }
    size_t frames, known = sizeof effects / sizeof *effects, i = 0;
    float *in = count == 7 ? read_recording(arguments[6], &frames) : read_samples(&frames);
    float *out = grown(NULL, channels * frames, 1);
    while (i < known && strcmp(arguments[1], effects[i].name))
        i++;
    if (i < known ? channels > effects[i].most_channels : strcmp(arguments[1], "meter") || channels > CHANNELS)
        return 1;
    if (i < known)
        run_effect(&effects[i], out, in, frames);
    else
        run_meter(in, frames);
    bl_delay_free(&delay);
    free(in);
    free(out);
    return 0;
}
