/* backline render: plays recordings through a model. This file reads the command line; render_call.c does the work. */
#include "commands.h"
#include "manifest_run.h"
#include "messages.h"
#include "options.h"
#include "render_call.h"
#include "render_names.h"
#include "render_record.h"
#include "stop.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const command_text help = {
    .arguments = "[OPTION...] IN OUT, or IN... -o DIR, or --manifest CSV",
    .about =
        "Plays the recording IN through a guitar rig - gate, captured amplifier, tone controls, cabinet - and\n"
        "writes the result to OUT, or the results of several recordings to the folder DIR, under their own names.\n"
        "Or does what the rows of a table say, each with a rig of its own.",
    .notes =
        "Without -m and --rig a bundled amplifier and cabinet play; a model of your own plays without a cabinet\n"
        "unless -c names one. A stereo recording goes through two amplifiers. OUT must not exist yet, unless\n"
        "--force is given; its ending chooses its format: wav, aiff, w64, rf64, caf and au with 32-bit float\n"
        "samples, flac with 24 bits, ogg, opus, mp3. In DIR, recordings with another ending become wav.\n\n"
        "CSV has the columns input, output, rig, model, cabinets, options, named in its first line; paths are "
        "relative\n"
        "to its folder. The same call again goes on where an earlier one ended: outputs in DIR, or of CSV, that "
        "are\n"
        "finished and unchanged are skipped. The exit status is 10 + the number of recordings that failed, at most "
        "110.\n\n"
        "Examples:\n"
        "  backline render guitar.wav amped.wav\n"
        "  backline render -m deluxe.nam -c 4x12.wav --gate -60 --bass 3 guitar.wav amped.wav\n"
        "  backline render -m deluxe.nam --input-gain -6 --oversample 4 guitar.flac amped.flac\n"
        "  backline render -m fuzz.json --param drive=0.7 --param tone=0.2 guitar.wav fuzzed.wav\n"
        "  backline render -m deluxe.nam -c 4x12.wav --save-rig deluxe.rig.json\n"
        "  backline render --rig deluxe.rig.json takes/*.wav -o amped\n"
        "  backline render --manifest jobs.csv --shard 2/8",
    .min_files = 0,
    .max_files = INT_MAX,
};

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

/* The options that there are, and the form that they have together. */
static int check_manifest(const render_words *words, const command_line *line)
{
    if (!words->manifest && words->shard)
        return fail_usage("--shard goes with --manifest.");
    if (!words->manifest && words->jobs && !words->folder)
        return fail_usage("--jobs goes with --manifest or with several recordings, IN... -o DIR.");
    if (!words->manifest && words->jobs && words->threads)
        return fail_usage("Recordings share the cores: --jobs and --threads say the same, one of them is enough.");
    if (!words->manifest)
        return DONE;
    if (line->count)
        return fail_usage("\"%s\" is one file name too many: a manifest names all recordings.", line->files[0]);
    if (words->folder || words->save_rig)
        return fail_usage("--manifest cannot go with --%s.", words->folder ? "output" : "save-rig");
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
    int code = call->jobs ? render_call_formats(call) : FAILED;
    if (!code && folder)
        code = render_names_check(call->jobs, call->job_count);
    return code;
}

static size_t count_failed(const render_call *call)
{
    size_t count = 0;
    for (size_t i = 0; i < call->job_count; i++)
        count += call->jobs[i].failed;
    return count;
}

static size_t count_finished(const render_call *call)
{
    size_t count = 0;
    for (size_t i = 0; i < call->job_count; i++)
        count += call->jobs[i].finished;
    return count;
}

static int render(render_call *call)
{
    int code = render_call_run(call);
    const size_t failed = count_failed(call), finished = count_finished(call);
    if (!code && finished && finished == call->job_count && (call->settings.verbose || isatty(STDERR_FILENO) == 1))
        fprintf(stderr, "%zu recording%s finished before\n", finished, finished == 1 ? " was" : "s were");
    return call->words->folder && call->begun && failed && !stop_requested() ? render_exit_code(failed) : code;
}

int run_render(int argc, const char **argv)
{
    render_words words = { .raw = 0 };
    render_options options;
    command_line line;
    render_call call;
    int code;
    render_options_make(&options, &words);
    render_call_init(&call, &words);
    if (options_read(&line, &help, options.all, argc, argv, &code)) {
        words.load.quality =
            words.raw ? words.rig.words[BL_RIG_QUALITY] : NULL; /* else it is a setting of the rig */
        code = check_manifest(&words, &line);
        if (!code && !words.manifest)
            code = check_files(&words, &line);
        if (!code && !words.manifest)
            code = render_call_read(&call);
        if (!code && !words.manifest)
            code = name_jobs(&call, &line);
        if (!code)
            code = words.manifest ? manifest_run(&words) : render(&call);
    }
    render_call_free(&call);
    options_free(&line, options.all);
    return code;
}
