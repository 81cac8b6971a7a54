#include "bench_player.h"

#include "commands.h"
#include "messages.h"
#include "progress.h"
#include "stop.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>

/* Blocks begin at ever new places of this many frames of noise, few enough to stay in the cache as a host's
 * buffers do. Times of more than the first TURN_TIMES blocks change no median. */
enum { NOISE_FRAMES = 1024, TURN_TIMES = 1 << 14, CLOCK_READINGS = 1001, LISTENING_FRAMES = 1 << 14 };

/* Where a network works on several frames at once, most of the smallest blocks cost next to nothing. What
 * counts is therefore the mean of neighbouring blocks that have this many frames together. */
enum { GROUP_FRAMES = 64 };

#ifdef RUSAGE_THREAD
#define THREAD_ONLY RUSAGE_THREAD
#else
#define THREAD_ONLY RUSAGE_SELF
#endif

static const double worth_asking_s = 20e-6;

static void fill_noise(float *noise, size_t n)
{
    uint32_t state = 0x9e3779b9;
    for (size_t i = 0; i < n; i++) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        noise[i] = (float)(int32_t)state * (0.5f / 2147483648.0f);
    }
}

static double cost_of_clock(double *times)
{
    for (size_t i = 0; i < CLOCK_READINGS; i++) {
        double begin = clock_seconds();
        times[i] = clock_seconds() - begin;
    }
    return bench_quantile(times, CLOCK_READINGS, 0.5);
}

static double play_block(struct bench_player *p, size_t block, size_t number)
{
    for (size_t c = 0; c < p->in_channels; c++)
        p->in[c] = p->noise + (number * block + c * 61) % NOISE_FRAMES;
    double begin = clock_seconds();
    bl_stream_process(p->stream, p->out, (const float *const *)p->in, block);
    return fmax(clock_seconds() - begin - p->clock_s, 1e-9);
}

/* The output should be neither silence nor an explosion; who reads the report can see that. */
static double listen(struct bench_player *p, size_t block)
{
    double squares = 0;
    size_t blocks = LISTENING_FRAMES / block;
    for (size_t i = 0; i < blocks; i++) {
        play_block(p, block, i);
        for (size_t c = 0; c < p->out_channels; c++)
            for (size_t t = 0; t < block; t++)
                squares += (double)p->out[c][t] * (double)p->out[c][t];
    }
    return sqrt(squares / (double)(blocks * block * p->out_channels));
}

int bench_player_create(struct bench_player *p, const bench_network *network, bl_cpu cpu, size_t max_block)
{
    bl_error error = { 0 };
    if (bl_plan_create(network->model, cpu, &p->plan, &error) || bl_stream_create(p->plan, 1, &p->stream, &error))
        return fail_engine(&error);
    p->in_channels = bl_plan_in_channels(p->plan);
    p->out_channels = bl_plan_out_channels(p->plan);
    p->noise = malloc((NOISE_FRAMES + max_block) * sizeof *p->noise);
    p->output = malloc(p->out_channels * max_block * sizeof *p->output);
    p->in = calloc(p->in_channels, sizeof *p->in);
    p->out = calloc(p->out_channels, sizeof *p->out);
    p->times = malloc(TURN_TIMES * sizeof *p->times);
    if (!p->noise || !p->output || !p->in || !p->out || !p->times)
        return fail("There is not enough memory.");
    fill_noise(p->noise, NOISE_FRAMES + max_block);
    for (size_t c = 0; c < p->out_channels; c++)
        p->out[c] = p->output + c * max_block;
    p->clock_s = cost_of_clock(p->times);
    p->output_rms = listen(p, max_block < GROUP_FRAMES ? max_block : GROUP_FRAMES);
    return DONE;
}

void bench_player_free(struct bench_player *p)
{
    bl_stream_free(p->stream);
    bl_plan_free(p->plan);
    free(p->noise);
    free(p->output);
    free(p->in);
    free(p->out);
    free(p->times);
}

/* Whether the system ran something else during a block that took long. An audio thread has precedence over such
 * work; that block is not the network's. Asking costs a system call, so only a long block is worth it. */
static bool was_preempted(struct bench_player *p, double time, double usual)
{
    struct rusage usage;
    if (time < usual + worth_asking_s || getrusage(THREAD_ONLY, &usage))
        return false;
    bool preempted = usage.ru_nivcsw != p->preemptions;
    p->preemptions = usage.ru_nivcsw;
    return preempted;
}

double bench_player_measure(void *context, double seconds, bool warming)
{
    bench_row *row = context;
    struct bench_player *p = row->player;
    size_t group = (GROUP_FRAMES + row->block - 1) / row->block, groups = 0, number = 0;
    double end = clock_seconds() + seconds;
    do {
        double sum = 0;
        bool preempted = false;
        for (size_t i = 0; i < group; i++, number++) {
            double time = play_block(p, row->block, number);
            bool foreign = was_preempted(p, time, row->block_s);
            if (!warming && (!foreign || !row->times.count))
                bench_times_add(&row->times, time);
            preempted |= foreign;
            sum += time;
        }
        if (groups < TURN_TIMES && (!preempted || !groups))
            p->times[groups++] = sum / (double)group;
    } while (clock_seconds() < end && !stop_requested());
    row->block_s = bench_quantile(p->times, groups, 0.5);
    return row->block_s;
}
