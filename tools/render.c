/* backline render: plays recordings through a model. This file reads the command line and prepares what is the
 * same for all recordings; render_run.c does the work. */
#include "audio_in.h"
#include "commands.h"
#include "knobs.h"
#include "messages.h"
#include "options.h"
#include "render_names.h"
#include "render_run.h"
#include "render_setup.h"
#include "stop.h"
#include "text.h"

#include <limits.h>
#include <math.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* All that one call of the command holds. */
typedef struct render_call {
    const render_words *words;
    bl_load_options load;
    bl_cpu cpu;
    char *model_path; /* the network alone */
    bl_model *model;
    bl_plan *plan;
    render_rig rig;
    render_settings settings;
    render_job *jobs;
    size_t job_count;
} render_call;

static const command_text help = {
    .arguments = "[OPTION...] IN OUT, or [OPTION...] IN... -o DIR",
    .about =
        "Plays the recording IN through a guitar rig - gate, captured amplifier, tone controls, cabinet - and\n"
        "writes the result to OUT, or the results of several recordings to the folder DIR, under their own names.",
    .notes =
        "Without -m and --rig a bundled amplifier and cabinet play; a model of your own plays without a cabinet\n"
        "unless -c names one. A stereo recording goes through two amplifiers. OUT must not exist yet, unless\n"
        "--force is given; its ending chooses its format: wav, aiff, w64, rf64, caf and au with 32-bit float\n"
        "samples, flac with 24 bits, ogg, opus, mp3. In DIR, recordings with another ending become wav.\n\n"
        "Examples:\n"
        "  backline render guitar.wav amped.wav\n"
        "  backline render -m deluxe.nam -c 4x12.wav --gate -60 --bass 3 guitar.wav amped.wav\n"
        "  backline render -m deluxe.nam --input-gain -6 --oversample 4 guitar.flac amped.flac\n"
        "  backline render -m fuzz.json --param drive=0.7 --param tone=0.2 guitar.wav fuzzed.wav\n"
        "  backline render -m deluxe.nam -c 4x12.wav --save-rig deluxe.rig.json\n"
        "  backline render --rig deluxe.rig.json takes/*.wav -o amped",
    .min_files = 0,
    .max_files = INT_MAX,
};

static const double longest_tail = 600;

/* ---- the command line ---- */

static int check_files(const render_words *words, const command_line *line)
{
    if (words->folder && !*words->folder)
        return fail_usage("-o wants the name of a folder.");
    if (words->folder ? line->count > 0 : line->count == 2)
        return DONE;
    if (words->save_rig && !words->folder && !line->count)
        return DONE; /* nothing is to be rendered */
    if (!line->count)
        return fail_usage("The names of the files are missing; the form is: backline render %s.", help.arguments);
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
    if (!option_whole("--threads", words->threads, 1, 256, &threads) ||
        !option_whole("--block", words->block, 1, 8192, &block) ||
        !option_real("--tail", words->tail, 0, longest_tail, "s", &call->rig.tail_seconds) ||
        !option_cpu("--cpu", words->cpu, &call->cpu))
        return WRONG_USAGE;
    s->threads = (size_t)(threads < 256 ? threads : 256);
    s->threads_asked = words->threads != NULL;
    s->block = (size_t)block;
    s->force = words->force;
    s->verbose = words->verbose;
    s->network_rate_hz = NAN;
    call->rig.mono = words->mono;
    call->rig.stereo = words->stereo;
    return model_options(&words->load, &call->load);
}

/* An option of the rig that was given; NULL if there is none. */
static const char *rig_option(const render_words *words)
{
    const char *option = rig_options_given(&words->rig);
    return words->rig_file   ? "rig"
           : words->save_rig ? "save-rig"
           : words->cabinets ? "cabinet"
           : words->no_cab   ? "no-cab"
           : words->mono     ? "mono"
           : words->stereo   ? "stereo"
           : words->tail     ? "tail"
                             : option;
}

static int check_raw(const render_words *words, const render_job *job)
{
    if (!words->raw)
        return DONE;
    if (rig_option(words))
        return fail_usage("--raw is the network alone: it cannot go with --%s.", rig_option(words));
    if (words->models && words->models[1])
        return fail_usage("--raw is one network alone: it cannot go with several models.");
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
    if (!line->count)
        return DONE;
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

static int load_network(render_call *call)
{
    const render_words *words = call->words;
    bl_error error = { 0 };
    call->model_path = words->models ? strdup(words->models[0]) : bundled_path(BUNDLED_MODEL);
    int code = call->model_path ? model_load(call->model_path, &call->load, &call->model) : FAILED;
    if (!code)
        code = take_knobs_from_recordings(call);
    if (!code)
        code = knobs_read(&call->settings.knobs, words->params, call->model);
    if (!code && bl_plan_create(call->model, call->cpu, &call->plan, &error))
        code = fail_engine(&error);
    call->settings.model = call->model;
    call->settings.model_name = call->model_path ? text_file_name(call->model_path) : "";
    call->settings.network = (voices_network){ call->plan, 1, BL_MAX_LANES };
    return code;
}

/* The first recording that can be read says what the rig is for. */
static int load_rig(render_call *call)
{
    const render_job *job = call->jobs;
    double rate_hz = 48000;
    size_t channels = 1;
    while (job < call->jobs + call->job_count && job->failed)
        job++;
    if (call->job_count) {
        rate_hz = job->rate_hz;
        channels = render_job_channels(&call->settings, job->channels);
    }
    call->rig.options = (bl_rig_options){ .cpu = call->cpu, .load = call->load };
    call->settings.rig = &call->rig;
    int code = render_setup_read(call->words, &call->rig.setup);
    if (!code)
        code = render_setup_load(call->words, &call->rig, &call->settings, rate_hz, channels);
    call->settings.out_gain_db = (double)call->rig.setup.values[BL_RIG_OUTPUT_GAIN];
    if (!code && call->words->save_rig)
        code = render_setup_save(call->words, &call->rig.setup);
    return code;
}

static void free_call(render_call *call)
{
    bl_rig_free(call->rig.first);
    bl_rig_setup_free(&call->rig.setup);
    bl_plan_free(call->plan);
    knobs_free(&call->settings.knobs);
    bl_model_free(call->model);
    free(call->model_path);
    render_names_free(call->jobs, call->job_count);
}

static int render(render_call *call)
{
    const char *folder = call->words->folder;
    bool made = false;
    int code = call->job_count ? look_at_recordings(call) : DONE;
    if (!code)
        code = call->words->raw ? load_network(call) : load_rig(call);
    stop_catch();
    if (!code && folder)
        code = render_names_make_folder(folder, &made);
    if (!code && call->job_count)
        code = render_run_all(&call->settings, call->jobs, call->job_count);
    if (made)
        rmdir(folder); /* which does nothing if a file is there */
    return code;
}

int run_render(int argc, const char **argv)
{
    render_words words = { .raw = 0 };
    render_options options;
    command_line line;
    render_call call = { .words = &words };
    int code;
    render_options_make(&options, &words);
    bl_rig_setup_init(&call.rig.setup);
    if (options_read(&line, &help, options.all, argc, argv, &code)) {
        words.load.quality =
            words.raw ? words.rig.words[BL_RIG_QUALITY] : NULL; /* else it is a setting of the rig */
        code = check_files(&words, &line);
        if (!code)
            code = read_words(&call);
        if (!code)
            code = name_jobs(&call, &line);
        if (!code)
            code = render(&call);
    }
    free_call(&call);
    options_free(&line, options.all);
    return code;
}
