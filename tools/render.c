/* backline render: plays a recording through a model. This file reads the command line and checks that
 * everything fits together; render_job.c does the work. */
#include "audio_in.h"
#include "commands.h"
#include "knobs.h"
#include "messages.h"
#include "model_file.h"
#include "options.h"
#include "render_job.h"
#include "text.h"

#include <math.h>
#include <stdlib.h>

typedef struct render_words {
    model_words load;
    char *model, *bits, *block, *in_gain, *out_gain, *cpu, **params;
    int force, raw, verbose;
} render_words;

static const command_text help = {
    .arguments = "[OPTION...] IN OUT",
    .about = "Plays the recording IN through a captured amplifier or pedal and writes the result to OUT.",
    .notes = "Every channel is played on its own. OUT must not exist yet, unless --force is given; its\n"
             "ending chooses its format: wav, aiff, w64, rf64, caf and au with 32-bit float samples, flac with\n"
             "24 bits, ogg, opus, mp3.\n\n"
             "Examples:\n"
             "  backline render guitar.wav amped.wav\n"
             "  backline render -m deluxe.nam --input-gain -6 guitar.flac amped.flac\n"
             "  backline render -m deluxe.nam --bits 16 --force guitar.wav amped.wav\n"
             "  backline render -m fuzz.json --param drive=0.7 --param tone=0.2 guitar.wav fuzzed.wav",
    .min_files = 2,
    .max_files = 2,
};

static int check_raw(const render_words *words, const render_job *job)
{
    if (!words->raw)
        return DONE;
    if (words->in_gain || words->out_gain)
        return fail_usage("--raw is the network alone: it cannot go with --input-gain or --output-gain.");
    if (job->bits != BITS_FLOAT)
        return fail_usage("--raw writes 32-bit float samples: choose .wav for OUT and leave --bits out.");
    return DONE;
}

static int read_words(const render_words *words, const char **files, render_job *job)
{
    long block = 1024;
    double in_db = 0, out_db = 0;
    if (!option_whole("--block", words->block, 1, 8192, &block) ||
        !option_real("--input-gain", words->in_gain, -120, 120, "dB", &in_db) ||
        !option_real("--output-gain", words->out_gain, -120, 120, "dB", &out_db) ||
        !option_cpu("--cpu", words->cpu, &job->cpu))
        return WRONG_USAGE;
    job->in_path = files[0];
    job->out_path = files[1];
    job->block = (size_t)block;
    job->in_gain = (float)pow(10, in_db / 20);
    job->out_gain = (float)pow(10, out_db / 20);
    job->out_gain_db = out_db;
    job->force = words->force;
    job->verbose = words->verbose;
    job->format = audio_format_for(job->out_path);
    if (!job->format || audio_bits_parse(words->bits, &job->bits) || audio_format_settle(job->format, &job->bits))
        return WRONG_USAGE;
    return check_raw(words, job);
}

/* A recording with a channel for the audio and one for every knob brings the knobs with it, sample by
 * sample, unless they were set on the command line. */
static int take_knobs_from_recording(const render_words *words, const char *path, const bl_load_options *options,
                                     const render_job *job, bl_model **model)
{
    const size_t knobs = bl_model_param_count(*model);
    bl_model_info info;
    audio_in in = { 0 };
    if (!knobs || words->params)
        return DONE;
    int code = audio_in_open(&in, job->in_path);
    bl_model_get_info(*model, &info);
    if (!code && in.channels == info.in_channels + knobs) {
        bl_load_options with_inputs = *options;
        with_inputs.params_as_inputs = true;
        bl_model_free(*model);
        *model = NULL;
        code = model_load(path, &with_inputs, model);
        fprintf(stderr, "%s: the last %s of its %zu channels turn%s of the model; with --param all are audio.\n",
                job->in_path, knobs == 1 ? "one" : "ones", in.channels, knobs == 1 ? "s the knob" : " the knobs");
    }
    audio_in_close(&in);
    return code;
}

static int load_and_play(const render_words *words, const bl_load_options *options, render_job *job)
{
    bl_model *model = NULL;
    bl_error error = { 0 };
    char *path = model_path(words->model);
    int code = path ? model_load(path, options, &model) : FAILED;
    if (!code)
        code = take_knobs_from_recording(words, path, options, job, &model);
    if (!code)
        code = knobs_read(&job->knobs, words->params, model);
    job->model = model;
    if (!code && bl_plan_create(model, job->cpu, &job->plan, &error))
        code = fail_engine(&error);
    if (!code)
        code = render_job_run(job, text_file_name(path));
    bl_plan_free(job->plan);
    knobs_free(&job->knobs);
    bl_model_free(model);
    free(path);
    return code;
}

int run_render(int argc, const char **argv)
{
    render_words words = { 0 };
    const struct poptOption options[] = {
        { "model", 'm', POPT_ARG_STRING, &words.model, 0, "Model file (default: the one that comes along)",
          "MODEL" },
        MODEL_OPTION_DESCRIBE(&words.load),
        MODEL_OPTION_QUALITY(&words.load),
        MODEL_OPTION_PREWARM(&words.load),
        { "param", 0, POPT_ARG_ARGV, &words.params, 0, "Turn a knob of the model; may be given several times",
          "NAME=VALUE" },
        { "input-gain", 0, POPT_ARG_STRING, &words.in_gain, 0, "Level change before the model", "DB" },
        { "output-gain", 0, POPT_ARG_STRING, &words.out_gain, 0, "Level change after the model", "DB" },
        { "bits", 0, POPT_ARG_STRING, &words.bits, 0, "Samples in OUT: 16, 24 or 32f (float)", "BITS" },
        { "force", 'f', POPT_ARG_NONE, &words.force, 0, "Replace OUT if it exists", NULL },
        { "verbose", 'v', POPT_ARG_NONE, &words.verbose, 0, "Say how fast it was, also where there is no terminal",
          NULL },
        { "raw", 0, POPT_ARG_NONE, &words.raw, 0, "The network alone: no level change, float samples", NULL },
        { "block", 0, POPT_ARG_STRING, &words.block, 0, "Frames at a time, 1 to 8192 (default 1024)", "N" },
        { "cpu", 0, POPT_ARG_STRING, &words.cpu, 0, "Instruction set: auto, scalar, sse2, avx2, avx512 or neon",
          "LEVEL" },
        OPTIONS_END
    };
    command_line line;
    render_job job = { 0 };
    bl_load_options load;
    int code;
    if (options_read(&line, &help, options, argc, argv, &code)) {
        code = read_words(&words, line.files, &job);
        if (!code)
            code = model_options(&words.load, &load);
        if (!code)
            code = load_and_play(&words, &load, &job);
    }
    options_free(&line, options);
    return code;
}
