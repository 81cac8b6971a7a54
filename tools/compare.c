/* backline compare: how two recordings differ. */
#include "compare.h"

#include "commands.h"
#include "compare_plot.h"
#include "messages.h"
#include "options.h"
#include "output_file.h"
#include "stop.h"

#include <math.h>

typedef struct compare_words {
    char *plot, *max_esr;
    int align, json, force;
} compare_words;

static const command_text help = {
    .arguments = "[OPTION...] A B",
    .about = "Says how the recording B differs from A, the reference: delay, gain, polarity, and the error by the\n"
             "measures with which captures are rated.",
    .notes =
        "ESR is the error-to-signal ratio: energy of A - B over energy of A, plain and after the usual\n"
        "pre-emphasis, x[t] - 0.85 x[t-1]. The STFT error is auraloss's multi-resolution loss. The null depth is\n"
        "the level of what is left, relative to A, when B is given the gain that leaves least. Delay and gain are\n"
        "those that fit best; the errors are of the recordings as they are, unless --align is given. Lengths may\n"
        "differ: the common part is compared. One channel is compared with every channel of the other file.\n\n"
        "Examples:\n"
        "  backline compare amp.wav capture.wav\n"
        "  backline compare --align --plot difference.png amp.wav capture.wav\n"
        "  backline compare --max-esr 0.01 amp.wav capture.wav && echo good enough",
    .min_files = 2,
    .max_files = 2,
};

/* One call of the command. */
typedef struct compare_call {
    const compare_words *words;
    compare_sound a, b;
    compare_pair straight, aligned;
    compare_result result;
} compare_call;

static int check_fit(const compare_sound *a, const compare_sound *b)
{
    if (a->rate_hz != b->rate_hz)
        return fail("%s has %.10g Hz and %s has %.10g Hz; convert one of them first, for example with: "
                    "sox %s -r %.10g converted.wav",
                    a->path, a->rate_hz, b->path, b->rate_hz, b->path, a->rate_hz);
    if (a->channels != b->channels && a->channels != 1 && b->channels != 1)
        return fail("%s has %zu channels and %s has %zu; both must have as many, or one of them a single one.",
                    a->path, a->channels, b->path, b->channels);
    return DONE;
}

/* Delay and gain are always those of the best alignment, also where nothing is aligned in the end. */
static int find_alignment(compare_call *call)
{
    compare_result *r = &call->result;
    r->gain = NAN;
    int code = compare_find_delay(&r->delay, &call->a, &call->b);
    if (code || isnan(r->delay.samples))
        return code;
    code = compare_pair_align(&call->aligned, &call->a, &call->b, r->delay.samples);
    if (!code)
        r->gain = compare_gain(&call->aligned);
    if (!code && r->gain < 0)
        compare_pair_invert(&call->aligned);
    return code;
}

static int measure(compare_call *call)
{
    compare_result *r = &call->result;
    int code = find_alignment(call);
    if (!code)
        code = compare_pair_begin(&call->straight, &call->a, &call->b);
    if (code)
        return code;
    r->aligned = call->words->align && !isnan(r->delay.samples);
    r->pair = r->aligned ? &call->aligned : &call->straight;
    compare_measure(&r->errors, r->pair);
    r->exceeded = !isnan(r->max_esr) && !(r->errors.esr <= r->max_esr);
    return compare_measure_stft(&r->spectral, r->pair);
}

static int read_and_measure(compare_call *call, const char *const *files)
{
    int code = compare_sound_read(&call->a, files[0]);
    if (!code)
        code = compare_sound_read(&call->b, files[1]);
    if (!code)
        code = check_fit(&call->a, &call->b);
    if (!code)
        code = measure(call);
    return stop_requested() ? fail("Interrupted; nothing was left behind.") : code;
}

static int report(const compare_call *call)
{
    const compare_result *r = &call->result;
    if (call->words->json && compare_print_json(r))
        return FAILED;
    if (!call->words->json)
        compare_print_text(r);
    if (r->exceeded && isnan(r->errors.esr))
        return fail("%s is silent and %s is not, so the error is beyond every --max-esr.", r->a->path, r->b->path);
    if (r->exceeded)
        return fail("The ESR of %s is %.4g, more than --max-esr %.4g.", r->b->path, r->errors.esr, r->max_esr);
    return DONE;
}

static int compare(compare_call *call, const char *const *files)
{
    output_file png = { 0 };
    stop_catch();
    int code = call->words->plot ? output_file_open(&png, call->words->plot, call->words->force) : DONE;
    if (code)
        return code;
    code = read_and_measure(call, files);
    if (call->words->plot && code)
        output_file_discard(&png);
    else if (call->words->plot)
        code = compare_plot(&call->result, &png);
    if (!code)
        code = report(call);
    compare_pair_free(&call->straight);
    compare_pair_free(&call->aligned);
    compare_sound_free(&call->a);
    compare_sound_free(&call->b);
    return code;
}

int run_compare(int argc, const char **argv)
{
    compare_words words = { 0 };
    const struct poptOption options[] = {
        { "align", 0, POPT_ARG_NONE, &words.align, 0, "Take delay and polarity out of B before measuring", NULL },
        { "max-esr", 0, POPT_ARG_STRING, &words.max_esr, OPTION_TEXT,
          "Fail, with exit status 1, if the plain ESR is above X", "X" },
        { "json", 0, POPT_ARG_NONE, &words.json, 0, "The figures as JSON", NULL },
        { "plot", 0, POPT_ARG_STRING, &words.plot, OPTION_TEXT,
          "Draw both recordings, their difference and spectra", "PNG" },
        { "force", 'f', POPT_ARG_NONE, &words.force, 0, "Replace the image if it exists", NULL },
        OPTIONS_END
    };
    command_line line;
    compare_call call = { .words = &words };
    call.result = (compare_result){ .a = &call.a, .b = &call.b, .max_esr = NAN };
    int code;
    if (options_read(&line, &help, options, argc, argv, &code))
        code = option_real("--max-esr", words.max_esr, 0, 1e9, "", &call.result.max_esr)
                   ? compare(&call, line.files)
                   : WRONG_USAGE;
    options_free(&line, options);
    return code;
}
