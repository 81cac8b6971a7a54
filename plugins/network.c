#include "network.h"

#include "base/alloc.h"
#include "base/fail.h"

#include <stdlib.h>
#include <string.h>

/* Frames of a stream that are run at once; as long as its own runs. */
enum { RUN = 64 };

/* Copy number `phase` plays frames phase, phase + times, phase + 2 * times, ...
 *
 * One signal: phases 2j and 2j + 1 are the lanes of stream j. Lanes run the same number of frames, so frames are
 * taken in pairs, and the output is one frame late. (A network that is late itself may look ahead, and its lanes
 * would have to end at different frames: its copies are streams of one lane.)
 * Two signals: they are the lanes of stream number `phase`. */
struct bl_network {
    const bl_plan *plan;
    size_t lanes, times;
    bool pairs;
    size_t stream_count, stream_lanes;
    bl_stream *streams[BL_NETWORK_MAX_TIMES];
    uint64_t clock; /* the frame that the streams hear next */
    bool odd;       /* pairs: half of one has come; `held` is that frame, else the one that is to be given next */
    float held;
    float *gathered[BL_MAX_LANES]; /* RUN * times frames of each signal, first in, then out */
    float *rows[BL_MAX_LANES];     /* RUN frames of each lane of a stream */
    float memory[];
};

static bl_status check(const bl_plan *plan, size_t lanes, size_t times, bl_error *error)
{
    if (bl_plan_in_channels(plan) != 1 || bl_plan_out_channels(plan) != 1)
        return bl_fail(error, BL_ERR_ARGUMENT, "The network takes %zu channels and gives %zu, not one each.",
                       bl_plan_in_channels(plan), bl_plan_out_channels(plan));
    if (lanes < 1 || lanes > BL_MAX_LANES)
        return bl_fail(error, BL_ERR_ARGUMENT, "A network plays 1 or %d signals, not %zu.", BL_MAX_LANES, lanes);
    if (times != 1 && times != 2 && times != 4 && times != 8)
        return bl_fail(error, BL_ERR_ARGUMENT, "A network runs at 1, 2, 4 or 8 times its rate, not at %zu times.",
                       times);
    return BL_OK;
}

bl_status bl_network_create(const bl_plan *plan, size_t lanes, size_t times, bl_network **out, bl_error *error)
{
    bl_status status = check(plan, lanes, times, error);
    if (status)
        return status;
    bl_network *n = bl_aligned_calloc(sizeof *n + BL_MAX_LANES * (times + 1) * RUN * sizeof(float));
    if (!n)
        return bl_fail_no_mem(error);
    n->plan = plan;
    n->lanes = lanes;
    n->times = times;
    n->pairs = lanes == 1 && times > 1 && bl_plan_latency(plan) == 0;
    n->stream_lanes = n->pairs ? 2 : lanes;
    const size_t streams = n->pairs ? times / 2 : times;
    for (size_t i = 0; i < BL_MAX_LANES; i++) {
        n->gathered[i] = n->memory + i * (times + 1) * RUN;
        n->rows[i] = n->gathered[i] + times * RUN;
    }
    while (!status && n->stream_count < streams) {
        status = bl_stream_create(plan, n->stream_lanes, &n->streams[n->stream_count], error);
        n->stream_count += !status;
    }
    if (status)
        bl_network_free(n);
    else
        *out = n;
    return status;
}

void bl_network_free(bl_network *network)
{
    for (size_t i = 0; network && i < network->stream_count; i++)
        bl_stream_free(network->streams[i]);
    bl_aligned_free(network);
}

/* What a lane of a stream plays. */
static size_t phase_of(const bl_network *n, size_t stream, size_t lane)
{
    return n->pairs ? 2 * stream + lane : stream;
}

static float *signal_of(const bl_network *n, size_t lane)
{
    return n->gathered[n->pairs ? 0 : lane];
}

/* Runs one stream on its share of the next `frames` frames, which are gathered. */
static void run_stream(bl_network *n, size_t stream, size_t frames)
{
    size_t first[BL_MAX_LANES], count = 0;
    for (size_t lane = 0; lane < n->stream_lanes; lane++) {
        const float *from = signal_of(n, lane);
        first[lane] = (size_t)((phase_of(n, stream, lane) + n->times - n->clock % n->times) % n->times);
        count = 0; /* the same for all lanes */
        for (size_t t = first[lane]; t < frames; t += n->times)
            n->rows[lane][count++] = from[t];
    }
    bl_stream_process(n->streams[stream], n->rows, (const float *const *)n->rows, count);
    for (size_t lane = 0; lane < n->stream_lanes; lane++)
        for (size_t i = 0; i < count; i++)
            signal_of(n, lane)[first[lane] + i * n->times] = n->rows[lane][i];
}

static void run_streams(bl_network *n, size_t frames)
{
    for (size_t i = 0; i < n->stream_count; i++)
        run_stream(n, i, frames);
    n->clock += frames;
}

/* At most RUN * times - 1 frames, for one may be held. */
static void play_pairs(bl_network *n, float *out, const float *in, size_t frames)
{
    float *row = n->gathered[0];
    const size_t before = n->odd, all = before + frames, run = all / 2 * 2, given = 1 - before;
    const float first = n->held;
    row[0] = first; /* overwritten unless it is the first half of a pair */
    memcpy(row + before, in, frames * sizeof *row);
    n->odd = all > run;
    if (n->odd)
        n->held = row[run];
    run_streams(n, run);
    if (!n->odd)
        n->held = row[run - 1];
    if (given)
        out[0] = first;
    memcpy(out + given, row, (frames - given) * sizeof *out);
}

static void play(bl_network *n, float *const *out, const float *const *in, size_t done, size_t frames)
{
    for (size_t i = 0; i < n->lanes; i++)
        memcpy(n->gathered[i], in[i] + done, frames * sizeof(float));
    run_streams(n, frames);
    for (size_t i = 0; i < n->lanes; i++)
        memcpy(out[i] + done, n->gathered[i], frames * sizeof(float));
}

void bl_network_process(bl_network *n, float *const *out, const float *const *in, size_t frames)
{
    if (n->times == 1) {
        bl_stream_process(n->streams[0], out, in, frames);
        return;
    }
    const size_t most = RUN * n->times - (n->pairs ? 1 : 0);
    for (size_t done = 0; done < frames;) {
        const size_t run = frames - done < most ? frames - done : most;
        if (n->pairs)
            play_pairs(n, out[0] + done, in[0] + done, run);
        else
            play(n, out, in, done, run);
        done += run;
    }
}

void bl_network_set_param(bl_network *n, size_t index, float value)
{
    for (size_t i = 0; i < n->stream_count; i++)
        bl_stream_set_param(n->streams[i], index, value);
}

size_t bl_network_latency(const bl_network *n)
{
    return bl_plan_latency(n->plan) * n->times + (n->pairs ? 1 : 0);
}

bl_status bl_network_overlap(const bl_network *n, size_t *frames, bl_error *error)
{
    size_t own;
    const bl_status status = bl_plan_overlap(n->plan, &own, error);
    if (!status)
        *frames = own * n->times + (n->pairs ? 1 : 0);
    return status;
}

static void begin_at(bl_network *n, uint64_t frame)
{
    n->clock = n->pairs ? frame / 2 * 2 : frame;
    n->odd = n->clock < frame;
    n->held = 0.0f;
}

void bl_network_reset(bl_network *n)
{
    for (size_t i = 0; i < n->stream_count; i++)
        bl_stream_reset(n->streams[i]);
    begin_at(n, 0);
}

/* Lanes that share a stream have played equally many frames, because the clock is even then. */
void bl_network_seek(bl_network *n, uint64_t frame)
{
    begin_at(n, frame);
    for (size_t i = 0; i < n->stream_count; i++)
        bl_stream_seek(n->streams[i], (n->clock + n->times - 1 - phase_of(n, i, 0)) / n->times);
}

void bl_network_end_input(bl_network *n)
{
    for (size_t i = 0; i < n->stream_count; i++)
        bl_stream_end_input(n->streams[i]);
}
