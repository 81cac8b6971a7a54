#include "render_resume.h"

#include "commands.h"
#include "messages.h"
#include "render_key.h"
#include "render_record.h"
#include "work_pool.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const double forever = 1e6; /* seconds */

/* Reading a recording, and the output that may be there: work for a thread. */
typedef struct inquiry {
    work work;
    const sha256_hex *common;
    render_job *job;
    render_record record;
} inquiry;

static void inquire(work *w)
{
    inquiry *q = (inquiry *)w;
    memcpy(q->job->key, render_key_of(q->common, q->job).s, sizeof q->job->key);
    q->record = *q->job->key ? render_record_look(q->job->out_path, q->job->key) : RECORD_NONE;
}

static int inquire_all(const render_call *call, inquiry *list, size_t count)
{
    work_pool pool;
    int code = work_pool_open(&pool, count < call->settings.threads ? count : call->settings.threads);
    if (code)
        return code;
    for (size_t i = 0; i < count; i++)
        work_pool_submit(&pool, &list[i].work);
    for (size_t i = 0; i < count; i++)
        while (!work_pool_collect(&pool, forever))
            ;
    work_pool_close(&pool);
    return DONE;
}

/* Marks what is finished, and what may be replaced; the others are in the way. */
static int settle(const render_call *call, const inquiry *list, size_t count)
{
    const char *first = NULL;
    size_t in_the_way = 0;
    for (size_t i = 0; i < count; i++) {
        render_job *job = list[i].job;
        const bool own = list[i].record == RECORD_BEGUN || (list[i].record == RECORD_OTHER && call->replace_own);
        if (call->words->force)
            continue;
        job->finished = list[i].record == RECORD_FINISHED;
        job->replace = own;
        if (!job->finished && !own && !access(job->out_path, F_OK) && !in_the_way++)
            first = job->out_path;
    }
    if (!in_the_way)
        return DONE;
    if (in_the_way == 1)
        return fail("%s: this file exists already; --force replaces it.", first);
    return fail("%s: this file exists already, as %zu other%s; --force replaces them.", first, in_the_way - 1,
                in_the_way == 2 ? " does" : "s do");
}

int render_resume(render_call *call)
{
    bl_error error = { 0 };
    bl_cpu cpu;
    size_t count = 0;
    if (bl_cpu_resolve(call->cpu, &cpu, &error))
        return fail_engine(&error);
    inquiry *list = calloc(call->job_count, sizeof *list);
    if (!list)
        return fail("There is not enough memory.");
    const sha256_hex common = render_key_common(call->words, &call->rig.setup, call->model_path, cpu);
    for (size_t i = 0; i < call->job_count; i++)
        if (!call->jobs[i].failed)
            list[count++] = (inquiry){ .work.run = inquire, .common = &common, .job = &call->jobs[i] };
    int code = inquire_all(call, list, count);
    if (!code)
        code = settle(call, list, count);
    free(list);
    return code;
}
