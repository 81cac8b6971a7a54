#include "render_call.h"

#include "commands.h"
#include "messages.h"
#include "options.h"
#include "render_inputs.h"
#include "render_load.h"
#include "render_names.h"
#include "render_record.h"
#include "render_resume.h"
#include "render_run.h"
#include "render_sweep.h"
#include "stop.h"

#include <limits.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const double longest_tail = 600;

void render_call_init(render_call *call, const render_words *words)
{
    *call = (render_call){ .words = words };
    bl_rig_setup_init(&call->rig.setup);
}

void render_call_free(render_call *call)
{
    bl_rig_free(call->rig.first);
    bl_rig_setup_free(&call->rig.setup);
    bl_plan_free(call->plan);
    knobs_free(&call->settings.knobs);
    bl_model_free(call->model);
    free(call->model_path);
    render_names_free(call->jobs, call->job_count);
}

/* ---- words ---- */

/* The cores that this program may run on. */
static long available_cores(void)
{
    cpu_set_t set;
    if (!sched_getaffinity(0, sizeof set, &set))
        return CPU_COUNT(&set);
    const long cores = sysconf(_SC_NPROCESSORS_ONLN); /* more than a set can hold */
    return cores > 0 ? cores : 1;
}

int render_call_read(render_call *call)
{
    const render_words *words = call->words;
    render_settings *s = &call->settings;
    long block = 1024, threads = available_cores();
    /* Without a manifest, recordings share the threads, so that there is one number for both. */
    if (!option_whole("--threads", words->threads, 1, 256, &threads) ||
        (!words->manifest && !option_whole("--jobs", words->jobs, 1, 256, &threads)) ||
        !option_whole("--block", words->block, 1, 8192, &block) ||
        !option_real("--tail", words->tail, 0, longest_tail, "s", &call->rig.tail_seconds) ||
        !option_cpu("--cpu", words->cpu, &call->cpu))
        return WRONG_USAGE;
    s->threads = (size_t)(threads < 256 ? threads : 256);
    s->threads_asked = words->threads || (words->jobs && !words->manifest);
    s->block = (size_t)block;
    s->verbose = words->verbose;
    s->network_rate_hz = NAN;
    call->records = words->folder != NULL;
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

int render_call_formats(render_call *call)
{
    for (size_t i = 0; i < call->job_count; i++) {
        render_job *job = &call->jobs[i];
        job->replace = call->words->force;
        job->format = audio_format_for(job->out_path);
        if (!job->format || audio_bits_parse(call->words->bits, &job->bits) ||
            audio_format_settle(job->format, &job->bits) || check_raw(call->words, job))
            return WRONG_USAGE;
    }
    return DONE;
}

/* ---- the work ---- */

static size_t count_left(const render_call *call)
{
    size_t count = 0;
    for (size_t i = 0; i < call->job_count; i++)
        count += !render_job_left_out(&call->jobs[i]);
    return count;
}

static void sweep(const render_call *call)
{
    const char **paths = calloc(call->job_count, sizeof *paths);
    for (size_t i = 0; paths && i < call->job_count; i++)
        paths[i] = call->jobs[i].out_path;
    if (paths)
        render_sweep(paths, call->job_count);
    free(paths);
}

/* Each does nothing if something is in the folder. */
static void remove_folder(const char *folder)
{
    char records[PATH_MAX];
    snprintf(records, sizeof records, "%s/%s", folder, RENDER_RECORD_FOLDER);
    rmdir(records);
    rmdir(folder);
}

static int run_jobs(render_call *call)
{
    const char *folder = call->words->folder;
    bool made = false;
    int code = folder ? render_names_make_folder(folder, &made) : DONE;
    if (code)
        return code;
    if (!call->replace_own) /* else it is a row of a manifest, whose outputs were all seen to */
        sweep(call);
    call->begun = true;
    code = render_run_all(&call->settings, call->jobs, call->job_count, &call->seconds);
    if (made)
        remove_folder(folder);
    return code;
}

int render_call_run(render_call *call)
{
    int code = call->job_count ? render_look(call) : DONE;
    call->begun = code != DONE; /* all have failed already */
    if (!code)
        code = render_choose(call);
    if (!code)
        code = render_inputs_protect(call);
    if (!code && call->records)
        code = render_resume(call);
    const size_t left = count_left(call);
    if (!code && (left || call->words->save_rig))
        code = render_load(call);
    stop_catch();
    if (!code && left)
        code = run_jobs(call);
    else if (!code)
        call->begun = true;
    return code;
}

int render_exit_code(size_t failed)
{
    enum { FIRST = 10, MOST = 100 };
    return failed ? FIRST + (failed < MOST ? (int)failed : MOST) : DONE;
}
