#include "render_turns.h"

#include "commands.h"
#include "messages.h"

void render_abandon(render_file *f)
{
    f->job->failed = true;
    atomic_store(&f->stop, true);
}

static void hand_out(render_run *r, render_task *task, render_file *f, render_segment *s)
{
    task->segment = s;
    task->recording = f;
    f->playing++;
    r->playing++;
    work_pool_submit(&r->pool, &task->work);
}

static bool is_ready(const render_segment *s)
{
    return s && s->stage == SEGMENT_READY;
}

static void hand_out_in_turn(render_run *r, render_file *f)
{
    for (size_t i = 0; i < f->player_count; i++) {
        render_task *task = &f->players[i].task;
        render_segment *s = task->segment ? NULL : render_file_segment(f, f->players[i].played);
        if (is_ready(s))
            hand_out(r, task, f, s);
    }
}

static void hand_out_any(render_run *r, render_file *f)
{
    render_segment *s = render_file_segment(f, f->segments_given);
    for (render_player *p = r->players; p < r->players + r->player_count && is_ready(s); p++) {
        if (p->task.segment)
            continue;
        p->channels = f->channels;
        p->voice_count = voices_needed(r->settings->network.plan, f->channels);
        hand_out(r, &p->task, f, s);
        f->segments_given++;
        s = s->next;
    }
}

/* What stands before the network hears a segment after the other, and so does what stands behind it. */
static void hand_out_end(render_run *r, render_file *f, render_task *task, render_stage stage)
{
    const bool idle = r->settings->rig && !task->segment;
    render_segment *s = idle ? render_file_waiting(f, stage) : NULL;
    if (s)
        hand_out(r, task, f, s);
}

void render_hand_out(render_run *r)
{
    for (render_file *f = r->files; f; f = f->next) {
        if (f->job->failed)
            continue;
        hand_out_end(r, f, &f->ends.behind, SEGMENT_PLAYED);
        if (r->cut.again == SIZE_MAX)
            hand_out_in_turn(r, f);
        else
            hand_out_any(r, f);
        hand_out_end(r, f, &f->ends.before, SEGMENT_READ);
    }
}

void render_hand_out_sealing(render_run *r, render_file *f)
{
    f->playing++;
    r->playing++;
    work_pool_submit(&r->pool, &f->sealing.work);
}

void render_count(render_run *r, const render_file *f)
{
    r->rendered++;
    r->seconds += (double)f->out.frames / f->in.rate_hz;
}

static void take_back_sealing(render_run *r, render_file *f)
{
    f->playing--;
    r->playing--;
    if (render_file_record(f))
        render_abandon(f);
    else
        render_count(r, f);
}

/* What a segment waits for next. */
static render_stage next_stage(const render_run *r, const render_task *task)
{
    const bool rig = r->settings->rig != NULL;
    if (task->kind == TASK_BEFORE)
        return r->settings->network.plan ? SEGMENT_READY : SEGMENT_DONE;
    if (task->kind == TASK_NETWORK)
        return task->segment->unplayed ? SEGMENT_READY : rig ? SEGMENT_PLAYED : SEGMENT_DONE;
    return SEGMENT_DONE;
}

void render_take_back(render_run *r, render_task *task)
{
    render_file *f = task->recording;
    if (task->kind == TASK_SEAL) {
        take_back_sealing(r, f);
        return;
    }
    if (task->kind == TASK_NETWORK) {
        task->segment->unplayed--;
        ((render_player *)task)->played++;
    }
    task->segment->stage = next_stage(r, task);
    task->segment = NULL;
    f->playing--;
    r->playing--;
    r->done_at = clock_seconds();
    if (task->no_memory && !f->job->failed) {
        fail("There is not enough memory.");
        render_abandon(f);
    }
}
