/* What must hold for every model that a loader hands over. */
#define _POSIX_C_SOURCE 200809L
#include "fuzz/models.h"

#include "formats/save_compare.h"
#include "model/limits.h"
#include "model/timing.h"
#include "plan/plan.h"

#include <math.h>
#include <string.h>

#define HALF        61u /* frames before and after the knobs are turned */
#define AFTER_END   75u /* frames after the end of the input, at most */
#define MAX_FRAMES  (2 * HALF + AFTER_END)
#define MAX_WORK    (1u << 18)  /* operations per frame; more is legal, but slow */
#define MAX_PLAN    (64u << 20) /* bytes of a stream; the same */
#define MAX_PREWARM 300u        /* what a format prescribes beyond it is not run here */

/* ---- descriptions ---- */

/* What is written for people: the graph or, with a plan, its operations. */
static void print(const bl_model *model, const bl_plan *plan)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    FUZZ_REQUIRE(file, "no memory");
    FUZZ_REQUIRE(!(plan ? bl_plan_print(plan, file, NULL) : bl_model_write_dot(model, file, NULL)), "not written");
    fclose(file);
    free(text);
}

static void ask(const bl_model *model, bl_model_info *info)
{
    bl_model_get_info(model, info);
    FUZZ_REQUIRE(info->format && *info->format && info->architecture && *info->architecture, "no format");
    FUZZ_REQUIRE(info->in_channels && info->out_channels, "no channels");
    FUZZ_REQUIRE(info->receptive_field <= BL_MAX_RECEPTIVE_FIELD, "receptive field %zu", info->receptive_field);
    FUZZ_REQUIRE(isnan(info->sample_rate_hz) || (info->sample_rate_hz > 0.0 && info->sample_rate_hz <= 1e6),
                 "sample rate %g", info->sample_rate_hz);
    uint64_t parameters = 0;
    for (size_t i = 0; i < bl_model_node_count(model); i++) {
        bl_node_info node;
        bl_model_get_node(model, i, &node);
        FUZZ_REQUIRE(node.kind && node.name && node.detail && node.rate > 0.0, "node %zu", i);
        parameters += node.parameters;
    }
    FUZZ_REQUIRE(parameters == info->parameters, "the nodes' parameters do not add up");
    for (size_t i = 0; i < bl_model_param_count(model) && i < 16; i++) {
        bl_param_info param;
        bl_model_get_param(model, i, &param);
        FUZZ_REQUIRE(param.minimum <= param.initial && param.initial <= param.maximum, "knob %s", param.name);
    }
    for (size_t i = 0; i < bl_model_quality_count(model); i++) {
        bl_quality_info quality;
        bl_model_get_quality(model, i, &quality);
        FUZZ_REQUIRE(quality.text && !isnan(quality.below), "quality %zu", i);
    }
    bl_model_output_frames(model, 1000);
    print(model, NULL);
}

/* ---- streams ---- */

/* Operations per input frame, roughly. */
static double work_of(const bl_model *model)
{
    double work = (double)model->info.macs;
    for (size_t i = 0; i < model->graph.count; i++)
        work += 8.0 * (double)model->graph.nodes[i].channels * (double)model->timing[i].up /
                (double)model->timing[i].down;
    return work;
}

typedef struct signal {
    size_t channels, frames;
    float *samples; /* [channels][MAX_FRAMES] */
} signal;

static signal make_signal(size_t channels)
{
    signal s = { channels, 0, calloc(channels * MAX_FRAMES, sizeof(float)) };
    FUZZ_REQUIRE(s.samples, "no memory");
    return s;
}

static signal make_input(size_t channels, uint64_t seed)
{
    signal s = make_signal(channels);
    for (size_t i = 0; i < channels * MAX_FRAMES; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        s.samples[i] = (float)(seed >> 40) / 8388608.0f - 1.0f;
    }
    s.samples[3] = NAN; /* counts as 0 */
    s.samples[5] = -INFINITY;
    s.samples[7] = 3e38f;
    return s;
}

/* Some frames of all channels in one call. */
static void process(bl_stream *stream, const signal *in, signal *out, size_t frames)
{
    const float *from[64];
    float *to[64];
    for (size_t c = 0; c < in->channels; c++)
        from[c] = in->samples + c * MAX_FRAMES + out->frames;
    for (size_t c = 0; c < out->channels; c++)
        to[c] = out->samples + c * MAX_FRAMES + out->frames;
    bl_stream_process(stream, to, from, frames);
    out->frames += frames;
}

/* In one piece for seed 0, otherwise cut by the seed. */
static void process_cut(bl_stream *stream, const signal *in, signal *out, size_t frames, uint64_t *seed)
{
    while (frames) {
        size_t n = frames;
        if (*seed) {
            *seed = *seed * 6364136223846793005u + 1442695040888963407u;
            n = (*seed >> 33) % (*seed >> 60 ? 9 : 40);
            n = n < frames ? n : frames;
        }
        process(stream, in, out, n);
        frames -= n;
    }
}

static void turn_knobs(bl_stream *stream, size_t count, float position)
{
    for (size_t i = 0; i < count; i++)
        bl_stream_set_param(stream, i, position + (float)(i % 5));
    if (count)
        bl_stream_set_param(stream, 0, NAN);
}

static signal render(const bl_plan *plan, const signal *in, uint64_t seed)
{
    bl_stream *stream;
    bl_error error = bl_fuzz_no_error();
    signal out = make_signal(bl_plan_out_channels(plan));
    const size_t knobs = bl_plan_param_count(plan), latency = bl_plan_latency(plan);
    FUZZ_REQUIRE(!bl_stream_create(plan, 1, &stream, &error), "%s", error.text);
    turn_knobs(stream, knobs, -1.5f);
    process_cut(stream, in, &out, HALF, &seed);
    turn_knobs(stream, knobs, 0.25f);
    process_cut(stream, in, &out, HALF, &seed);
    bl_stream_end_input(stream);
    process_cut(stream, in, &out, latency < AFTER_END ? latency : AFTER_END, &seed);
    bl_stream_free(stream);
    for (size_t c = 0; c < out.channels; c++)
        for (size_t t = 0; t < out.frames; t++)
            FUZZ_REQUIRE(isfinite(out.samples[c * MAX_FRAMES + t]), "channel %zu, frame %zu is %g", c, t,
                         (double)out.samples[c * MAX_FRAMES + t]);
    return out;
}

static void require_same(const signal *a, const signal *b, const char *what)
{
    FUZZ_REQUIRE(a->channels == b->channels && a->frames == b->frames, "%s", what);
    for (size_t c = 0; c < a->channels; c++)
        for (size_t t = 0; t < a->frames; t++) {
            const float x = a->samples[c * MAX_FRAMES + t], y = b->samples[c * MAX_FRAMES + t];
            FUZZ_REQUIRE(!memcmp(&x, &y, sizeof x), "%s: channel %zu, frame %zu is %.9g and %.9g", what, c, t,
                         (double)x, (double)y);
        }
}

/* A network is played, or it is beyond a limit: there is no third. */
static bl_plan *make_plan(const bl_model *model)
{
    bl_plan *plan = NULL;
    bl_error error = bl_fuzz_no_error();
    const bl_status status = bl_plan_create(model, BL_CPU_AUTO, &plan, &error);
    if (status) {
        bl_fuzz_check_error(status, &error);
        FUZZ_REQUIRE(status == BL_ERR_LIMIT || status == BL_ERR_NO_MEM, "no plan: %s", error.text);
        FUZZ_REQUIRE(!plan, "a plan in spite of a failure");
    }
    return plan;
}

/* NULL samples where the network is too slow or too large to be run here. */
static signal play(bl_model *model, const signal *in, uint64_t seed)
{
    signal out = { 0 };
    const size_t prewarm = model->info.prewarm;
    model->info.prewarm = prewarm < MAX_PREWARM ? prewarm : MAX_PREWARM;
    bl_plan *plan = make_plan(model);
    model->info.prewarm = prewarm;
    if (plan)
        FUZZ_REQUIRE(bl_plan_stream_bytes(plan, 1) <= BL_MAX_STREAM_BYTES + (BL_MAX_STREAM_BYTES >> 3),
                     "a stream takes %zu bytes", bl_plan_stream_bytes(plan, 1));
    if (plan && bl_plan_stream_bytes(plan, 1) <= MAX_PLAN && work_of(model) <= MAX_WORK) {
        print(model, plan);
        out = render(plan, in, seed);
    }
    bl_plan_free(plan);
    return out;
}

/* ---- saving ---- */

static bl_model *reload(const bl_model *model, bl_save_format format)
{
    void *bytes = NULL;
    size_t size = 0;
    bl_error error = bl_fuzz_no_error();
    bl_model *again = NULL;
    bl_status status = bl_model_save_memory(model, format, &bytes, &size, &error);
    if (status) {
        bl_fuzz_check_error(status, &error);
        FUZZ_REQUIRE(status == BL_ERR_LIMIT || (format == BL_SAVE_NAM && status == BL_ERR_UNSUPPORTED),
                     "not saved: %s", error.text);
        return NULL;
    }
    status = bl_model_load_memory(bytes, size, NULL, NULL, &again, &error);
    free(bytes);
    FUZZ_REQUIRE(!status || status == BL_ERR_LIMIT, "not loaded again: %s", error.text);
    return again;
}

/* Saved and loaded again, it is the same network and sounds the same, to the bit. */
static void check_saving(const bl_model *model, bl_save_format format, const signal *in, const signal *sound,
                         uint64_t seed)
{
    bl_model *again = reload(model, format);
    if (!again)
        return;
    size_t differs = 0;
    bl_error error = bl_fuzz_no_error();
    FUZZ_REQUIRE(!bl_graphs_compare(&model->graph, &again->graph, &differs, &error), "%s", error.text);
    FUZZ_REQUIRE(differs == model->graph.count, "node %zu (%s) is another one after saving", differs,
                 model->graph.nodes[differs].name);
    if (format == BL_SAVE_SAFETENSORS && sound->samples) {
        FUZZ_REQUIRE(again->info.prewarm == model->info.prewarm, "prewarming %zu and %zu", again->info.prewarm,
                     model->info.prewarm);
        signal same = play(again, in, seed);
        FUZZ_REQUIRE(same.samples, "not played after saving");
        require_same(sound, &same, "saved and loaded again");
        free(same.samples);
    }
    bl_model_free(again);
}

bl_fuzz_result bl_fuzz_exercise(bl_model *model, uint64_t seed)
{
    bl_model_info info;
    bl_fuzz_result result = BL_FUZZ_TOO_LARGE;
    ask(model, &info);
    signal sound = { 0 }, in = { 0 };
    if (info.in_channels <= 64 && info.out_channels <= 64) {
        in = make_input(info.in_channels, seed);
        sound = play(model, &in, seed | 1);
        if (sound.samples) {
            signal whole = play(model, &in, 0);
            require_same(&sound, &whole, "cut and in one piece");
            free(whole.samples);
            result = BL_FUZZ_RAN;
        }
    } else {
        bl_plan_free(make_plan(model));
    }
    check_saving(model, BL_SAVE_SAFETENSORS, &in, &sound, seed | 1);
    check_saving(model, BL_SAVE_NAM, &in, &sound, seed | 1);
    free(sound.samples);
    free(in.samples);
    return result;
}
