/* Parity with the original implementations: every case of the corpus, on every
 * instruction set of this machine (or the one that BACKLINE_CPU names). Prints a table of the figures. */
#include "corpus.h"

#include <backline/backline.h>

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int passed, failed;

/* Under an emulator or sanitizers the beginning of each case is enough: BACKLINE_PARITY_FRAMES. There only the largest
 * difference counts: an error-to-signal ratio is about the whole, of which the beginning may be the quiet part. */
static size_t most_frames(void)
{
    const char *text = getenv("BACKLINE_PARITY_FRAMES");
    return text ? (size_t)strtoul(text, NULL, 10) : SIZE_MAX;
}

typedef struct result {
    double max_error, esr;
} result;

/* Streams the input in blocks of changing sizes, then silence until the last of the output has come;
 * out[c * in->frames + t] is the output in step with the input. */
static void stream(const bl_plan *plan, const bl_corpus_audio *in, float *out, bool *created)
{
    static const size_t blocks[] = { 64, 64, 64, 1, 63, 500, 7 };
    bl_stream *s;
    *created = !bl_stream_create(plan, 1, &s, NULL);
    if (!*created)
        return;
    const size_t ins = bl_plan_in_channels(plan), outs = bl_plan_out_channels(plan), frames = in->frames;
    const size_t late = bl_plan_latency(plan), all = frames + late;
    const size_t end = frames <= most_frames() ? all : most_frames() + late;
    float *input = calloc(ins * all + 1, sizeof *input), *output = calloc(outs * all + 1, sizeof *output);
    for (size_t i = 0; i < ins * frames; i++)
        input[i / frames * all + i % frames] = (float)in->samples[i];
    const float **from = calloc(ins, sizeof *from);
    float **to = calloc(outs, sizeof *to);
    for (size_t t = 0, i = 0; t < end; i++) {
        if (t == frames)
            bl_stream_end_input(s);
        const size_t block = blocks[i % (sizeof blocks / sizeof *blocks)], stop = t < frames ? frames : all;
        const size_t n = stop - t < block ? stop - t : block;
        for (size_t c = 0; c < ins; c++)
            from[c] = input + c * all + t;
        for (size_t c = 0; c < outs; c++)
            to[c] = output + c * all + t;
        bl_stream_process(s, to, from, n);
        t += n;
    }
    for (size_t c = 0; c < outs; c++)
        memcpy(out + c * frames, output + c * all + late, frames * sizeof *out);
    free(input);
    free(output);
    free(from);
    free(to);
    bl_stream_free(s);
}

static result compare(const float *out, const bl_corpus_audio *want)
{
    double worst = 0, error = 0, power = 0;
    for (size_t i = 0; i < want->channels * want->frames; i++) {
        if (i % want->frames >= most_frames())
            continue;
        const double e = (double)out[i] - want->samples[i];
        worst = fabs(e) <= worst ? worst : fabs(e); /* NaN becomes the worst and stays */
        error += e * e;
        power += want->samples[i] * want->samples[i];
    }
    return (result){ worst, error / fmax(power, 1e-30) };
}

static void report(const char *id, bl_cpu cpu, bool whole, result r, const json_t *tolerance)
{
    const double max_allowed = json_number_value(json_object_get(tolerance, "maxabs"));
    const json_t *esr = json_object_get(tolerance, "esr");
    const double esr_allowed = whole && json_is_number(esr) ? json_number_value(esr) : INFINITY;
    const bool ok = r.max_error <= max_allowed && r.esr <= esr_allowed;
    printf("%-4s %-36s %-6s max %.2e (tolerance %.1e)  ESR %.2e (tolerance %.1e)\n", ok ? "ok" : "FAIL", id,
           bl_cpu_name(cpu), r.max_error, max_allowed, r.esr, esr_allowed);
    ok ? passed++ : failed++;
}

static void run_on(const char *id, bl_cpu cpu, const bl_model *model, const bl_corpus_audio *in,
                   const bl_corpus_audio *want, const json_t *tolerance)
{
    bl_plan *plan;
    bl_error error;
    if (bl_plan_create(model, cpu, &plan, &error)) {
        printf("FAIL %s: %s\n", id, error.text);
        failed++;
        return;
    }
    float *out = calloc(want->channels * want->frames + 1, sizeof *out);
    bool created = bl_plan_in_channels(plan) == in->channels && bl_plan_out_channels(plan) == want->channels &&
                   in->frames == want->frames;
    if (created)
        stream(plan, in, out, &created);
    if (created) {
        report(id, cpu, want->frames <= most_frames(), compare(out, want), tolerance);
    } else {
        printf("FAIL %s: %zu/%zu channels, %zu/%zu frames do not match\n", id, bl_plan_in_channels(plan),
               bl_plan_out_channels(plan), in->frames, want->frames);
        failed++;
    }
    free(out);
    bl_plan_free(plan);
}

static json_t *conv_node(const char *name, const char *input, json_t *dilation, bool causal)
{
    char weight[64], bias[64];
    snprintf(weight, sizeof weight, "%s.weight", name);
    snprintf(bias, sizeof bias, "%s.bias", name);
    json_t *node = json_pack("{s:s, s:s, s:[s], s:s, s:s}", "name", name, "kind", "conv1d", "inputs", input,
                             "weight", weight, "bias", bias);
    if (dilation) {
        json_object_set(node, "dilation", dilation);
        json_object_set_new(node, "padding", json_string(causal ? "causal" : "same"));
    }
    return node;
}

/* The description file that a user would write beside one of the "seed" networks. */
static char *describe_seed(const json_t *params)
{
    const bool act = json_is_true(json_object_get(params, "tanh_after_each_hidden"));
    const bool causal = json_is_true(json_object_get(params, "causal"));
    json_t *nodes = json_pack("[{s:s, s:s}]", "name", "in", "kind", "input");
    json_array_append_new(nodes, conv_node("input_layer", "in", NULL, true));
    char last[64] = "input_layer";
    size_t i;
    json_t *dilation;
    json_array_foreach (json_object_get(params, "dilations"), i, dilation) {
        char name[32];
        snprintf(name, sizeof name, "hidden.%zu", i);
        json_array_append_new(nodes, conv_node(name, last, dilation, causal));
        snprintf(last, sizeof last, "%s", name);
        if (act) {
            snprintf(last, sizeof last, "act.%zu", i);
            json_array_append_new(nodes, json_pack("{s:s, s:s, s:[s], s:s}", "name", last, "kind", "activation",
                                                   "inputs", name, "activation", "tanh"));
        }
    }
    json_array_append_new(nodes, json_pack("{s:s, s:s, s:[s]}", "name", "out", "kind", "output", "inputs", last));
    json_t *root =
        json_pack("{s:s, s:i, s:i, s:o}", "backline", "graph", "version", 1, "sample_rate", 44100, "nodes", nodes);
    char *text = json_dumps(root, 0);
    json_decref(root);
    return text;
}

static bl_status load_with_description(const char *path, const char *description, bl_model **model, bl_error *error)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return BL_ERR_IO;
    static unsigned char bytes[1 << 22];
    const size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    return bl_model_load_memory(bytes, size, description, NULL, model, error);
}

static void run_loaded(const char *id, const bl_model *model, const bl_corpus_audio *in,
                       const bl_corpus_audio *want, const json_t *tolerance)
{
    const char *only = getenv("BACKLINE_CPU"); /* under an emulator one is enough */
    for (bl_cpu cpu = BL_CPU_SCALAR; cpu <= BL_CPU_NEON; cpu++)
        if (bl_cpu_available(cpu) && (!only || !strcmp(only, bl_cpu_name(cpu))))
            run_on(id, cpu, model, in, want, tolerance);
}

static void run_seed(const json_t *item, const char *file_key)
{
    char id[128];
    snprintf(id, sizeof id, "%s%s", bl_corpus_text(item, "id"), strcmp(file_key, "model") ? " (safetensors)" : "");
    const json_t *params = json_object_get(item, "params");
    char *description = describe_seed(params);
    bl_model *model;
    bl_error error = { 0 };
    if (load_with_description(bl_corpus_path(bl_corpus_text(item, file_key)), description, &model, &error)) {
        printf("FAIL %s: %s\n", id, error.text);
        failed++;
    } else {
        bl_corpus_audio in = bl_corpus_read_f32(bl_corpus_text(item, "input"), 1);
        const json_int_t channels = json_integer_value(json_object_get(params, "channels"));
        bl_corpus_audio want = bl_corpus_read_f32(bl_corpus_text(item, "expected"), (size_t)channels);
        run_loaded(id, model, &in, &want, json_object_get(item, "suggested_tolerance"));
        free(in.samples);
        free(want.samples);
        bl_model_free(model);
    }
    free(description);
}

/* How the original was asked to play the case. */
static bl_load_options options_of(const json_t *item)
{
    const json_t *slim = json_object_get(item, "slim"), *prewarm = json_object_get(item, "prewarm_samples");
    bl_load_options options = { 0 };
    options.has_quality = json_is_number(slim);
    options.quality = json_number_value(slim);
    options.params_as_inputs = json_integer_value(json_object_get(item, "in_channels")) > 1;
    if (!strcmp(bl_corpus_text(item, "group"), "keras")) {
        options.has_prewarm = true;
        options.prewarm = (size_t)json_integer_value(prewarm);
    }
    return options;
}

static void run_capture(const json_t *item)
{
    const char *id = bl_corpus_text(item, "id");
    const bl_load_options options = options_of(item);
    bl_model *model;
    bl_error error = { 0 };
    if (bl_model_load_file(bl_corpus_path(bl_corpus_text(item, "model")), &options, &model, &error)) {
        printf("FAIL %s: %s\n", id, error.text);
        failed++;
        return;
    }
    bl_corpus_audio in = bl_corpus_read_wav(bl_corpus_text(item, "input"));
    bl_corpus_audio want = bl_corpus_read_wav(bl_corpus_text(item, "expected"));
    run_loaded(id, model, &in, &want, json_object_get(item, "suggested_tolerance"));
    free(in.samples);
    free(want.samples);
    bl_model_free(model);
}

static bool is_capture(const json_t *item)
{
    static const char *const groups[] = { "nam-public", "nam-generated", "pedalnet", "keras" };
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (!strcmp(bl_corpus_text(item, "group"), groups[i]))
            return true;
    return false;
}

static void run_case(const json_t *item)
{
    if (is_capture(item)) {
        run_capture(item);
    } else if (!strcmp(bl_corpus_text(item, "kind"), "seed-wavenet")) {
        run_seed(item, "model");
        run_seed(item, "model_safetensors");
    }
}

int main(void)
{
    json_t *index = bl_corpus_index();
    if (!index)
        return BL_TEST_SKIPPED;
    size_t i;
    json_t *item;
    json_array_foreach (index, i, item)
        run_case(item);
    json_decref(index);
    printf("%d passed, %d failed\n", passed, failed);
    return failed || !passed;
}
