/* `backline compare` for people and for programs. The keys of the JSON are documented in docs/backline.1 and stay
 * as they are; what is not known is null. */
#include "commands.h"
#include "compare.h"
#include "json_out.h"
#include "messages.h"
#include "text.h"

#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

/* ---- for people ---- */

static void print_line(const char *label, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void print_line(const char *label, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    printf("%-16s ", label);
    vprintf(format, args);
    putchar('\n');
    va_end(args);
}

static short_text seconds_text(double seconds)
{
    short_text t;
    if (seconds > 120)
        return text_duration(seconds);
    snprintf(t.s, sizeof t.s, seconds < 0.1 ? "%.4f s" : "%.2f s", seconds);
    return t;
}

static short_text channels_text(size_t channels)
{
    short_text t;
    snprintf(t.s, sizeof t.s, channels > 2 ? "%zu channels" : channels == 2 ? "stereo" : "mono", channels);
    return t;
}

/* Of a factor, 1 being full scale. */
static short_text level_text(double factor)
{
    short_text t;
    if (factor > 0)
        snprintf(t.s, sizeof t.s, "%.2f dBFS", 20 * log10(factor));
    else
        snprintf(t.s, sizeof t.s, "silence");
    return t;
}

static bool silent(const compare_sound *sound)
{
    return sound->sample_peak <= 0;
}

static void print_sound(const char *label, const compare_sound *s)
{
    printf("%-16s ", label);
    text_print(stdout, text_file_name(s->path));
    printf(": %s, %s, %s", text_hertz(s->rate_hz).s, channels_text(s->channels).s,
           seconds_text((double)s->frames / s->rate_hz).s);
    if (!isnan(s->loudness_lufs))
        printf(", %.2f LUFS", s->loudness_lufs);
    if (s->sample_peak > 0)
        printf(", peak %s, true peak %s", level_text(s->sample_peak).s, level_text(s->true_peak).s);
    else if (silent(s))
        printf(", silence");
    putchar('\n');
}

static void print_compared(const compare_result *r)
{
    const double rate = r->pair->rate_hz;
    const compare_sound *longer = r->a->frames > r->b->frames ? r->a : r->b;
    const size_t apart = longer->frames - (longer == r->a ? r->b : r->a)->frames;
    printf("%-16s %s", "Compared", seconds_text((double)r->pair->frames / rate).s);
    if (apart)
        printf(", the common part; %s is %s longer", longer == r->a ? "A" : "B",
               seconds_text((double)apart / rate).s);
    if (r->a->channels != r->b->channels)
        printf("; the one channel of %s with every channel of %s", r->a->channels == 1 ? "A" : "B",
               r->a->channels == 1 ? "B" : "A");
    if (r->aligned)
        printf("; B is aligned with A");
    putchar('\n');
}

static void print_found(const compare_result *r)
{
    const double delay = r->delay.samples, db = 20 * log10(fabs(r->gain));
    const bool late = fabs(delay) >= 0.005;
    if (isnan(r->gain)) {
        print_line("Delay", "unknown, for %s",
                   silent(r->a) && silent(r->b) ? "both are silent"
                   : silent(r->a)               ? "A is silent"
                   : silent(r->b)               ? "B is silent"
                                                : "A and B have nothing in common");
        return;
    }
    if (late)
        print_line("Delay", "B is %.2f samples (%.3f ms) %s%s", fabs(delay), fabs(1000 * delay / r->pair->rate_hz),
                   delay > 0 ? "late" : "early", r->aligned ? "; taken out" : "; --align would take that out");
    else
        print_line("Delay", "none");
    print_line("Polarity", "%s",
               r->gain > 0  ? "the same"
               : r->aligned ? "B is inverted; turned back"
                            : "B is inverted; --align would turn it back");
    if (fabs(db) >= 0.005)
        print_line("Gain", "B is %.2f dB %s", fabs(db), db > 0 ? "louder" : "quieter");
    else
        print_line("Gain", "the same");
    print_line("Correlation", "%.6f%s", r->delay.correlation,
               r->delay.correlation < 0.1 ? "; little in common, so that the delay is a guess" : "");
}

static void print_ratio(const char *label, double ratio)
{
    if (isnan(ratio))
        print_line(label, "none, for A is silent and B is not");
    else if (ratio > 0)
        print_line(label, "%.4g (%.1f dB)", ratio, 10 * log10(ratio));
    else
        print_line(label, "0");
}

static void print_errors(const compare_result *r)
{
    const compare_errors *e = &r->errors;
    print_ratio("ESR", e->esr);
    print_ratio(" pre-emphasised", e->esr_emphasis);
    if (!isnan(r->spectral.error))
        print_line("STFT error", "%.4g (spectral convergence %.4g, log magnitude %.4g)", r->spectral.error,
                   r->spectral.convergence, r->spectral.log_magnitude);
    if (e->null_db <= -200)
        print_line("Null depth", "perfect: nothing is left when B has the gain of A");
    else if (!isnan(e->null_db))
        print_line("Null depth", "%.2f dB, when B has the gain of A", e->null_db < -0.005 ? e->null_db : 0);
    if (!(e->worst > 0)) {
        print_line("Largest error", "none: all samples are the same");
        return;
    }
    printf("%-16s %s at %.4f s of A", "Largest error", level_text(e->worst).s,
           (double)(e->worst_frame + r->pair->a_begin) / r->pair->rate_hz);
    if (r->pair->channels > 1)
        printf(", channel %zu", e->worst_channel + 1);
    putchar('\n');
}

void compare_print_text(const compare_result *result)
{
    print_sound("A", result->a);
    print_sound("B", result->b);
    print_compared(result);
    putchar('\n');
    print_found(result);
    putchar('\n');
    print_errors(result);
}

/* ---- for programs ---- */

static json_t *json_number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *json_level(double factor)
{
    return json_number(20 * log10(factor));
}

static json_t *json_sound(const compare_sound *sound, size_t begin)
{
    json_t *object = json_object(), *path = json_string(sound->path); /* NULL where it is not UTF-8 */
    json_object_set_new(object, "file", path ? path : json_null());
    json_object_set_new(object, "channels", json_integer((json_int_t)sound->channels));
    json_object_set_new(object, "frames", json_integer((json_int_t)sound->frames));
    json_object_set_new(object, "compared_from", json_integer((json_int_t)begin));
    json_object_set_new(object, "loudness_lufs", json_number(sound->loudness_lufs));
    json_object_set_new(object, "sample_peak_db", json_level(sound->sample_peak));
    json_object_set_new(object, "true_peak_db", json_level(sound->true_peak));
    return object;
}

static void add_found(json_t *root, const compare_result *r)
{
    const double gain = r->gain;
    json_object_set_new(root, "delay_samples", json_number(r->delay.samples));
    json_object_set_new(root, "delay_ms", json_number(1000 * r->delay.samples / r->pair->rate_hz));
    json_object_set_new(root, "correlation", json_number(r->delay.correlation));
    json_object_set_new(root, "gain_db", json_level(fabs(gain)));
    json_object_set_new(root, "polarity", isnan(gain) ? json_null() : json_integer(gain < 0 ? -1 : 1));
}

static void add_errors(json_t *root, const compare_result *r)
{
    const compare_errors *e = &r->errors;
    const bool any = e->worst > 0;
    const size_t frame = e->worst_frame + r->pair->a_begin;
    json_object_set_new(root, "esr", json_number(e->esr));
    json_object_set_new(root, "esr_pre_emphasised", json_number(e->esr_emphasis));
    json_object_set_new(root, "stft_error", json_number(r->spectral.error));
    json_object_set_new(root, "spectral_convergence", json_number(r->spectral.convergence));
    json_object_set_new(root, "log_magnitude", json_number(r->spectral.log_magnitude));
    json_object_set_new(root, "null_depth_db", json_number(e->null_db));
    json_object_set_new(root, "largest_error", json_number(e->worst));
    json_object_set_new(root, "largest_error_frame", any ? json_integer((json_int_t)frame) : json_null());
    json_object_set_new(root, "largest_error_channel",
                        any ? json_integer((json_int_t)e->worst_channel + 1) : json_null());
}

int compare_print_json(const compare_result *result)
{
    json_t *root = json_object();
    json_object_set_new(root, "a", json_sound(result->a, result->pair->a_begin));
    json_object_set_new(root, "b", json_sound(result->b, result->pair->b_begin));
    json_object_set_new(root, "sample_rate", json_number(result->pair->rate_hz));
    json_object_set_new(root, "compared_frames", json_integer((json_int_t)result->pair->frames));
    json_object_set_new(root, "aligned", json_boolean(result->aligned));
    add_found(root, result);
    add_errors(root, result);
    json_object_set_new(root, "max_esr", json_number(result->max_esr));
    json_object_set_new(root, "max_esr_exceeded", json_boolean(result->exceeded));
    return json_out_print(root, 9);
}
