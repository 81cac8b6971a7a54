#include "render_names.h"

#include "commands.h"
#include "messages.h"
#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

static render_job *no_memory(render_job *jobs, size_t count)
{
    render_names_free(jobs, count);
    fail("There is not enough memory.");
    return NULL;
}

render_job *render_names_one(const char *in, const char *out)
{
    render_job *job = calloc(1, sizeof *job);
    if (!job || !(job->out_path = strdup(out)))
        return no_memory(job, 1);
    job->in_path = in;
    return job;
}

static char *name_in_folder(const char *folder, const char *in)
{
    const char *name = text_file_name(in), *dot = strrchr(name, '.');
    const size_t length = strlen(folder);
    const bool keeps = audio_format_find(in) != NULL;
    const int stem = dot && dot > name ? (int)(dot - name) : (int)strlen(name);
    const size_t size = length + strlen(name) + sizeof "/.wav";
    char *path = malloc(size);
    if (path)
        snprintf(path, size, "%s%s%.*s%s", folder, length && folder[length - 1] == '/' ? "" : "/", stem, name,
                 keeps ? dot : ".wav");
    return path;
}

render_job *render_names_in_folder(const char *folder, const char *const *in, size_t count)
{
    render_job *jobs = calloc(count, sizeof *jobs);
    for (size_t i = 0; jobs && i < count; i++) {
        jobs[i].in_path = in[i];
        if (!(jobs[i].out_path = name_in_folder(folder, in[i])))
            return no_memory(jobs, count);
    }
    return jobs ? jobs : no_memory(jobs, 0);
}

void render_names_free(render_job *jobs, size_t count)
{
    for (size_t i = 0; jobs && i < count; i++)
        free(jobs[i].out_path);
    free(jobs);
}

static int by_out_path(const void *a, const void *b)
{
    const render_job *const *left = a, *const *right = b;
    return strcmp((*left)->out_path, (*right)->out_path);
}

int render_names_check(const render_job *jobs, size_t count)
{
    const render_job **sorted = calloc(count, sizeof *sorted);
    if (!sorted)
        return fail("There is not enough memory.");
    for (size_t i = 0; i < count; i++)
        sorted[i] = &jobs[i];
    qsort(sorted, count, sizeof *sorted, by_out_path);
    int code = DONE;
    for (size_t i = 1; i < count && !code; i++)
        if (!by_out_path(&sorted[i - 1], &sorted[i]))
            code = fail("%s and %s would both become %s; render them into different folders.",
                        sorted[i - 1]->in_path, sorted[i]->in_path, sorted[i]->out_path);
    free(sorted);
    return code;
}

int render_names_make_folder(const char *folder, bool *made)
{
    struct stat info;
    *made = !mkdir(folder, 0777);
    if (*made)
        return DONE;
    const int error = errno;
    if (error != EEXIST)
        return fail("%s: cannot create this folder (%s).", folder, strerror(error));
    if (!stat(folder, &info) && S_ISDIR(info.st_mode))
        return DONE;
    return fail("%s: this is no folder; -o names the folder for the results.", folder);
}
