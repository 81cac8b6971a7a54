/* backline render: plays recordings through a model. This file reads the command line and prepares what is the
 * same for all recordings; render_run.c does the work. */
#include "audio_in.h"
#include "commands.h"
#include "knobs.h"
#include "messages.h"
#include "model_file.h"
#include "options.h"
#include "render_names.h"
#include "render_run.h"
#include "stop.h"
#include "text.h"

#include <limits.h>
#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct render_words {
    model_words load;
    char *model, *folder, *bits, *threads, *block, *in_gain, *out_gain, *cpu, **params;
    int force, raw, verbose;
} render_words;

/* All that one call of the command holds. */
typedef struct render_call {
    const render_words *words;
    bl_load_options load;
    bl_cpu cpu;
    char *model_path;
    bl_model *model;
    render_settings settings;
    render_job *jobs;
    size_t job_count;
} render_call;

static const command_text help = {
    .arguments = "[OPTION...] IN OUT, or [OPTION...] IN... -o DIR",
    .about = "Plays the recording IN through a captured amplifier or pedal and writes the result to OUT, or the\n"
             "results of several recordings to the folder DIR, under their own names.",
    .notes = "Every channel is played on its own. OUT must not exist yet, unless --force is given; its\n"
             "ending chooses its format: wav, aiff, w64, rf64, caf and au with 32-bit float samples, flac with\n"
             "24 bits, ogg, opus, mp3. In DIR, recordings with another ending become wav.\n\n"
             "Examples:\n"
             "  backline render guitar.wav amped.wav\n"
             "  backline render -m deluxe.nam --input-gain -6 guitar.flac amped.flac\n"
             "  backline render -m deluxe.nam --bits 16 --force guitar.wav amped.wav\n"
             "  backline render -m fuzz.json --param drive=0.7 --param tone=0.2 guitar.wav fuzzed.wav\n"
             "  backline render -m deluxe.nam takes/*.wav -o amped",
    .min_files = 1,
    .max_files = INT_MAX,
};

/* ---- the command line ---- */

static int check_files(const render_words *words, const command_line *line)
{
    if (words->folder && !*words->folder)
        return fail_usage("-o wants the name of a folder.");
    if (words->folder || line->count == 2)
        return DONE;
    if (line->count < 2)
        return fail_usage("The name of OUT is missing; the form is: backline render %s.", help.arguments);
    return fail_usage("\"%s\" is one file name too many; the form is: backline render %s.", line->files[2],
                      help.arguments);
}

/* The cores that this program may run on. */
static long available_cores(void)
{
    cpu_set_t set;
    if (!sched_getaffinity(0, sizeof set, &set))
        return CPU_COUNT(&set);
    const long cores = sysconf(_SC_NPROCESSORS_ONLN); /* more than a set can hold */
    return cores > 0 ? cores : 1;
}

static int read_words(render_call *call)
{
    const render_words *words = call->words;
    render_settings *s = &call->settings;
    long block = 1024, threads = available_cores();
    double in_db = 0, out_db = 0;
    if (!option_whole("--threads", words->threads, 1, 256, &threads) ||
        !option_whole("--block", words->block, 1, 8192, &block) ||
        !option_real("--input-gain", words->in_gain, -120, 120, "dB", &in_db) ||
        !option_real("--output-gain", words->out_gain, -120, 120, "dB", &out_db) ||
        !option_cpu("--cpu", words->cpu, &call->cpu))
        return WRONG_USAGE;
    s->threads = (size_t)(threads < 256 ? threads : 256);
    s->threads_asked = words->threads != NULL;
    s->block = (size_t)block;
    s->in_gain = (float)pow(10, in_db / 20);
    s->out_gain = (float)pow(10, out_db / 20);
    s->out_gain_db = out_db;
    s->force = words->force;
    s->verbose = words->verbose;
    return model_options(&words->load, &call->load);
}

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

static int choose_formats(render_call *call)
{
    for (size_t i = 0; i < call->job_count; i++) {
        render_job *job = &call->jobs[i];
        job->format = audio_format_for(job->out_path);
        if (!job->format || audio_bits_parse(call->words->bits, &job->bits) ||
            audio_format_settle(job->format, &job->bits) || check_raw(call->words, job))
            return WRONG_USAGE;
    }
    return DONE;
}

static int name_jobs(render_call *call, const command_line *line)
{
    const char *folder = call->words->folder;
    call->job_count = folder ? (size_t)line->count : 1;
    call->jobs = folder ? render_names_in_folder(folder, line->files, call->job_count)
                        : render_names_one(line->files[0], line->files[1]);
    int code = call->jobs ? choose_formats(call) : FAILED;
    if (!code && folder)
        code = render_names_check(call->jobs, call->job_count, call->settings.force);
    return code;
}

/* ---- before the work ---- */

/* Notes what the recordings are; those that cannot be read have failed. FAILED if none is left. */
static int look_at_recordings(render_call *call)
{
    size_t readable = 0;
    for (size_t i = 0; i < call->job_count; i++) {
        render_job *job = &call->jobs[i];
        audio_in in;
        job->failed = audio_in_open(&in, job->in_path) != DONE;
        if (job->failed)
            continue;
        job->channels = in.channels;
        job->rate_hz = in.rate_hz;
        job->frames = in.frames >= 0 && in.frames < SF_COUNT_MAX ? (uint64_t)in.frames : UINT64_MAX;
        audio_in_close(&in);
        readable++;
    }
    return readable ? DONE : FAILED;
}

/* Recordings with a channel for the audio and one for every knob bring the knobs with them, sample by
 * sample, unless they were set on the command line. */
static int take_knobs_from_recordings(render_call *call)
{
    const size_t knobs = bl_model_param_count(call->model);
    const render_job *with = NULL, *without = NULL;
    bl_model_info info;
    if (!knobs || call->words->params)
        return DONE;
    bl_model_get_info(call->model, &info);
    for (size_t i = call->job_count; i-- > 0;)
        if (!call->jobs[i].failed)
            *(call->jobs[i].channels == info.in_channels + knobs ? &with : &without) = &call->jobs[i];
    if (!with)
        return DONE;
    if (without)
        return fail(
            "%s has channels for the knobs of the model, and %s has not; render them one after the other, or "
            "turn the knobs with --param.",
            with->in_path, without->in_path);
    bl_load_options with_inputs = call->load;
    with_inputs.params_as_inputs = true;
    bl_model_free(call->model);
    call->model = NULL;
    fprintf(stderr, "%s: the last %s of its %zu channels turn%s of the model; with --param all are audio.\n",
            with->in_path, knobs == 1 ? "one" : "ones", with->channels, knobs == 1 ? "s the knob" : " the knobs");
    return model_load(call->model_path, &with_inputs, &call->model);
}

static int load(render_call *call)
{
    bl_error error = { 0 };
    call->model_path = model_path(call->words->model);
    int code = call->model_path ? model_load(call->model_path, &call->load, &call->model) : FAILED;
    if (!code)
        code = look_at_recordings(call);
    if (!code)
        code = take_knobs_from_recordings(call);
    if (!code)
        code = knobs_read(&call->settings.knobs, call->words->params, call->model);
    if (!code && bl_plan_create(call->model, call->cpu, &call->settings.plan, &error))
        code = fail_engine(&error);
    call->settings.model = call->model;
    call->settings.model_name = call->model_path ? text_file_name(call->model_path) : "";
    return code;
}

static int render(render_call *call)
{
    const char *folder = call->words->folder;
    bool made = false;
    int code = load(call);
    stop_catch();
    if (!code && folder)
        code = render_names_make_folder(folder, &made);
    if (!code)
        code = render_run_all(&call->settings, call->jobs, call->job_count);
    if (made)
        rmdir(folder); /* which does nothing if a file is there */
    bl_plan_free(call->settings.plan);
    knobs_free(&call->settings.knobs);
    bl_model_free(call->model);
    free(call->model_path);
    return code;
}

int run_render(int argc, const char **argv)
{
    render_words words = { 0 };
    const struct poptOption options[] = {
        { "model", 'm', POPT_ARG_STRING, &words.model, 0, "Model file (default: the one that comes along)",
          "MODEL" },
        { "output", 'o', POPT_ARG_STRING, &words.folder, 0, "Folder for the results, of any number of recordings",
          "DIR" },
        MODEL_OPTION_DESCRIBE(&words.load),
        MODEL_OPTION_QUALITY(&words.load),
        MODEL_OPTION_PREWARM(&words.load),
        { "param", 0, POPT_ARG_ARGV, &words.params, 0, "Turn a knob of the model; may be given several times",
          "NAME=VALUE" },
        { "input-gain", 0, POPT_ARG_STRING, &words.in_gain, 0, "Level change before the model", "DB" },
        { "output-gain", 0, POPT_ARG_STRING, &words.out_gain, 0, "Level change after the model", "DB" },
        { "bits", 0, POPT_ARG_STRING, &words.bits, 0, "Samples in OUT: 16, 24 or 32f (float)", "BITS" },
        { "force", 'f', POPT_ARG_NONE, &words.force, 0, "Replace OUT if it exists", NULL },
        { "threads", 0, POPT_ARG_STRING, &words.threads, 0, "Cores to use (default: all that there are)", "N" },
        { "verbose", 'v', POPT_ARG_NONE, &words.verbose, 0, "Say how fast it was, also where there is no terminal",
          NULL },
        { "raw", 0, POPT_ARG_NONE, &words.raw, 0, "The network alone: no level change, float samples", NULL },
        { "block", 0, POPT_ARG_STRING, &words.block, 0, "Frames at a time, 1 to 8192 (default 1024)", "N" },
        { "cpu", 0, POPT_ARG_STRING, &words.cpu, 0, "Instruction set: auto, scalar, sse2, avx2, avx512 or neon",
          "LEVEL" },
        OPTIONS_END
    };
    command_line line;
    render_call call = { .words = &words };
    int code;
    if (options_read(&line, &help, options, argc, argv, &code)) {
        code = check_files(&words, &line);
        if (!code)
            code = read_words(&call);
        if (!code)
            code = name_jobs(&call, &line);
        if (!code)
            code = render(&call);
    }
    render_names_free(call.jobs, call.job_count);
    options_free(&line, options);
    return code;
}
