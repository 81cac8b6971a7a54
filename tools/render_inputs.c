#include "render_inputs.h"

#include "commands.h"
#include "messages.h"

#include <stdlib.h>
#include <sys/stat.h>

/* A file, whatever its name. */
typedef struct identity {
    dev_t device;
    ino_t inode;
} identity;

static int compare(const void *a, const void *b)
{
    const identity *left = a, *right = b;
    if (left->device != right->device)
        return left->device < right->device ? -1 : 1;
    return (left->inode > right->inode) - (left->inode < right->inode);
}

/* False if it is not there. */
static bool identify(const char *path, identity *file)
{
    struct stat info;
    if (!path || stat(path, &info))
        return false;
    *file = (identity){ info.st_dev, info.st_ino };
    return true;
}

/* A recording may be replaced by its own output: nobody reads it any more then. */
static bool is_own(const render_job *job, const identity *output)
{
    identity input;
    return identify(job->in_path, &input) && !compare(&input, output);
}

int render_inputs_protect(const render_call *call)
{
    identity *inputs = calloc(call->job_count + BL_RIG_FILE_COUNT + 1, sizeof *inputs), output;
    size_t count = 0;
    int code = DONE;
    if (!inputs)
        return fail("There is not enough memory.");
    count += identify(call->model_path, &inputs[count]);
    for (size_t i = 0; i < BL_RIG_FILE_COUNT; i++)
        count += identify(call->rig.setup.files[i].path, &inputs[count]);
    for (size_t i = 0; i < call->job_count; i++)
        count += identify(call->jobs[i].in_path, &inputs[count]);
    qsort(inputs, count, sizeof *inputs, compare);
    for (size_t i = 0; i < call->job_count && call->words->force && !code; i++) {
        const render_job *job = &call->jobs[i];
        if (identify(job->out_path, &output) && bsearch(&output, inputs, count, sizeof *inputs, compare) &&
            !is_own(job, &output))
            code = fail("%s: this file is read, so it cannot be replaced by an output.", job->out_path);
    }
    free(inputs);
    return code;
}
