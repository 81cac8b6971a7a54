#include "blame.h"

#include <math.h>

static const double usual_stretch = 0.01;  /* seconds between two looks */
static const double longest_stretch = 0.1; /* usually; */
enum { MANY_BLOCKS = 16 };                 /* not if it has fewer of them */
static const double report_time = 0.2;     /* in which the device reports a late block's xrun */
static const double forgetting = 1.0 / 64; /* of what was learnt, in a stretch */

/* ---- audio thread ---- */

static void add(_Atomic double *sum, double more)
{
    atomic_store_explicit(sum, atomic_load_explicit(sum, memory_order_relaxed) + more, memory_order_relaxed);
}

void blame_enter(blame *b)
{
    atomic_store(&b->begun, atomic_load_explicit(&b->begun, memory_order_relaxed) + 1);
}

void blame_leave(blame *b, double seconds, size_t frames, double rate_hz)
{
    const double budget = (double)frames / rate_hz;
    if (frames && seconds > budget) {
        atomic_fetch_add_explicit(&b->late_blocks, 1, memory_order_relaxed);
        add(&b->budget, budget);
    } else {
        add(&b->in_time, seconds);
    }
    atomic_store(&b->blocks, atomic_load_explicit(&b->blocks, memory_order_relaxed) + 1);
}

/* ---- looking ---- */

static double seconds_of(struct timespec t)
{
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* False if there is no audio thread. */
static bool look(blame *b, clockid_t clock, blame_look *l)
{
    struct timespec processor, now;
    *l = (blame_look){ .times.blocks = atomic_load(&b->blocks) };
    const bool idle = atomic_load(&b->begun) == l->times.blocks;
    l->times.late_blocks = atomic_load(&b->late_blocks);
    l->times.in_time = atomic_load(&b->in_time);
    l->times.budget = atomic_load(&b->budget);
    if (clock_gettime(clock, &processor)) /* that thread has ended */
        return false;
    clock_gettime(CLOCK_MONOTONIC, &now);
    l->processor = seconds_of(processor);
    l->at = seconds_of(now);
    l->between = idle && atomic_load(&b->begun) == l->times.blocks;
    return true;
}

static blame_times subtract(const blame_times *now, const blame_times *before)
{
    return (blame_times){ .blocks = now->blocks - before->blocks,
                          .late_blocks = now->late_blocks - before->late_blocks,
                          .in_time = now->in_time - before->in_time,
                          .budget = now->budget - before->budget };
}

bool blame_is_ours(const blame_times *happened, double processor, double between_blocks)
{
    const double left = processor - happened->in_time - (double)happened->blocks * between_blocks;
    return happened->budget > 0 && left > happened->budget;
}

/* What the audio thread does besides blocks: where none was late, all that its blocks did not take. Others may have had
 * the processor during a block, which makes that too little but never too much; so the largest of late counts. */
static void learn(blame *b, const blame_times *happened, double processor)
{
    if (happened->budget > 0 || !happened->blocks)
        return;
    const double rest = fmax(processor - happened->in_time, 0) / (double)happened->blocks;
    b->between_blocks = fmax(rest, b->between_blocks + forgetting * (rest - b->between_blocks));
}

static void judge(blame *b, const blame_look *now)
{
    const blame_times happened = subtract(&now->times, &b->last.times);
    const double processor = now->processor - b->last.processor;
    const uint64_t xruns = atomic_load(b->xruns);
    if (b->last.between && now->between)
        learn(b, &happened, processor);
    if (now->at > b->guilty_until)
        b->guilty = 0;
    if (blame_is_ours(&happened, processor, b->between_blocks)) {
        b->guilty += happened.late_blocks;
        b->guilty_until = now->at + report_time;
    }
    const uint64_t fresh = xruns - b->seen, ours = fresh < b->guilty ? fresh : b->guilty;
    b->guilty -= ours;
    b->seen = xruns;
    atomic_fetch_add(&b->ours, ours);
}

/* At a block that is being played, whose processor time would be counted in part, a stretch ends only if it is so long that
 * this matters little. */
static bool may_end(const blame_look *before, const blame_look *now)
{
    return now->between ||
           (now->at - before->at >= longest_stretch && now->times.blocks - before->times.blocks >= MANY_BLOCKS);
}

/* Returns how long to wait for the next look. */
static double look_again(blame *b)
{
    blame_look now;
    pthread_mutex_lock(&b->lock);
    const unsigned exchange = b->exchange;
    const bool there = exchange && look(b, b->clock, &now);
    pthread_mutex_unlock(&b->lock);
    if (!there) {
        b->watched = 0;
        return longest_stretch;
    }
    if (exchange == b->watched && !may_end(&b->last, &now))
        return usual_stretch / 10;
    if (exchange == b->watched)
        judge(b, &now);
    b->watched = exchange;
    b->last = now;
    return usual_stretch;
}

static void *run(void *context)
{
    blame *b = context;
    while (!atomic_load(&b->end)) {
        const double wait = look_again(b);
        nanosleep(&(struct timespec){ .tv_nsec = (long)(1e9 * wait) }, NULL);
    }
    return NULL;
}

/* ---- */

bool blame_begin(blame *b, _Atomic uint64_t *xruns)
{
    b->xruns = xruns;
    pthread_mutex_init(&b->lock, NULL);
    if (!pthread_create(&b->thread, NULL, run, b))
        return true;
    pthread_mutex_destroy(&b->lock);
    return false;
}

void blame_end(blame *b)
{
    atomic_store(&b->end, true);
    pthread_join(b->thread, NULL);
    pthread_mutex_destroy(&b->lock);
}

void blame_watch(blame *b, pthread_t audio)
{
    pthread_mutex_lock(&b->lock);
    if (!pthread_getcpuclockid(audio, &b->clock))
        b->exchange++;
    pthread_mutex_unlock(&b->lock);
}

uint64_t blame_ours(const blame *b)
{
    return atomic_load((_Atomic uint64_t *)&b->ours);
}
