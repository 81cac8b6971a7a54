#include "bench_builtin.h"

#include "commands.h"
#include "messages.h"

#include <jansson.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* One stack of layers of a WaveNet. */
typedef struct stack {
    size_t input_size, channels, head_size, head_kernel;
    bool head_bias;
} stack;

typedef struct weights {
    json_t *list;
    uint32_t state;
} weights;

/* Evenly spread numbers whose sum over fan_in inputs neither dies nor explodes. */
static void draw(weights *w, size_t count, size_t fan_in)
{
    double scale = 1 / (2147483648.0 * sqrt((double)fan_in));
    for (size_t i = 0; i < count; i++) {
        w->state ^= w->state << 13;
        w->state ^= w->state >> 17;
        w->state ^= w->state << 5;
        json_array_append_new(w->list, json_real((double)(float)((int32_t)w->state * scale)));
    }
}

/* A convolution with bias. */
static void draw_conv(weights *w, size_t in, size_t out, size_t kernel)
{
    draw(w, out * in * kernel, in * kernel);
    draw(w, out, in * kernel);
}

static void draw_stack(weights *w, const stack *s, const size_t *kernels, size_t layers)
{
    draw(w, s->channels * s->input_size, s->input_size);
    for (size_t i = 0; i < layers; i++) {
        draw_conv(w, s->channels, s->channels, kernels[i]);
        draw(w, s->channels, 1); /* the condition is one channel */
        draw_conv(w, s->channels, s->channels, 1);
    }
    size_t head = s->channels * s->head_kernel;
    draw(w, s->head_size * head, head);
    draw(w, s->head_bias ? s->head_size : 0, head);
}

static json_t *whole_numbers(const size_t *values, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_integer((json_int_t)values[i]));
    return list;
}

/* A .nam file; takes config and the weights. */
static json_t *nam_file(const char *architecture, json_t *config, const weights *w)
{
    return json_pack("{s:s s:s s:o s:o s:i}", "version", "0.5.4", "architecture", architecture, "config", config,
                     "weights", w->list, "sample_rate", 48000);
}

/* NAM's first architecture: two stacks with kernel 3. The smaller kinds have fewer layers in the wider stack. */
static json_t *a1(weights *w, size_t channels)
{
    enum { LAYERS = 20 };
    static const size_t kernels[LAYERS] = { 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3 };
    static const size_t dilations[LAYERS] = { 1, 2, 4, 8, 16, 32, 64, 128, 256, 512,
                                              1, 2, 4, 8, 16, 32, 64, 128, 256, 512 };
    const stack stacks[2] = { { 1, channels, channels / 2, 1, false }, { channels, channels / 2, 1, 1, true } };
    const size_t first[3] = { 0, channels < 16 ? 7 : 10, LAYERS };
    const double head_scale = 0.02;
    json_t *layers = json_array();
    for (size_t i = 0; i < 2; i++) {
        const stack *s = &stacks[i];
        size_t count = first[i + 1] - first[i];
        json_array_append_new(layers,
                              json_pack("{s:I s:i s:I s:I s:i s:o s:s s:b s:b}", "input_size",
                                        (json_int_t)s->input_size, "condition_size", 1, "head_size",
                                        (json_int_t)s->head_size, "channels", (json_int_t)s->channels,
                                        "kernel_size", 3, "dilations", whole_numbers(dilations + first[i], count),
                                        "activation", "Tanh", "gated", 0, "head_bias", s->head_bias));
        draw_stack(w, s, kernels, count);
    }
    json_array_append_new(w->list, json_real(head_scale));
    return nam_file("WaveNet", json_pack("{s:o s:n s:f}", "layers", layers, "head", "head_scale", head_scale), w);
}

/* NAM's second architecture: one stack, kernels 6 and 15, a head of 16 taps. */
static json_t *a2(weights *w, size_t channels)
{
    static const size_t kernels[23] = { 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 15, 15, 6, 6, 6, 6, 6, 6, 6 };
    static const size_t dilations[23] = { 1,   3,   7, 17, 41, 101, 239, 1,  3,  7,   17, 41,
                                          101, 239, 1, 13, 1,  3,   7,   17, 41, 101, 239 };
    const stack s = { 1, channels, 1, 16, true };
    const double head_scale = 0.01;
    json_t *layer = json_pack(
        "{s:i s:i s:I s:o s:o s:{s:s s:f} s:{s:I s:I s:b}}", "input_size", 1, "condition_size", 1, "channels",
        (json_int_t)channels, "kernel_sizes", whole_numbers(kernels, 23), "dilations", whole_numbers(dilations, 23),
        "activation", "type", "LeakyReLU", "negative_slope", 0.01, "head", "out_channels", (json_int_t)s.head_size,
        "kernel_size", (json_int_t)s.head_kernel, "bias", s.head_bias);
    draw_stack(w, &s, kernels, 23);
    json_array_append_new(w->list, json_real(head_scale));
    return nam_file("WaveNet", json_pack("{s:[o] s:n s:f}", "layers", layer, "head", "head_scale", head_scale), w);
}

static json_t *lstm(weights *w, size_t hidden)
{
    draw(w, 4 * hidden * (1 + hidden), 1 + hidden);
    draw(w, 4 * hidden, 1 + hidden);
    for (size_t i = 0; i < 2 * hidden; i++)
        json_array_append_new(w->list, json_real(0)); /* the state at the start */
    draw(w, hidden + 1, hidden);
    return nam_file(
        "LSTM", json_pack("{s:i s:I s:i}", "input_size", 1, "hidden_size", (json_int_t)hidden, "num_layers", 1), w);
}

static const struct {
    const char *name;
    json_t *(*make)(weights *w, size_t channels);
    size_t channels;
} builtins[BENCH_BUILTINS] = {
    { "a1-standard", a1, 16 }, { "a1-feather", a1, 8 }, { "a1-nano", a1, 4 },
    { "a2-full", a2, 8 },      { "a2-lite", a2, 3 },    { "lstm-1x16", lstm, 16 },
};

const char *bench_builtin_name(size_t i)
{
    return builtins[i].name;
}

int bench_builtin_create(size_t i, bl_model **model)
{
    weights w = { json_array(), 0x9e3779b9 };
    json_t *file = builtins[i].make(&w, builtins[i].channels);
    char *text = file ? json_dumps(file, JSON_COMPACT) : NULL;
    bl_error error = { 0 };
    int code = text ? DONE : fail("There is not enough memory.");
    if (!code && bl_model_load_memory(text, strlen(text), NULL, NULL, model, &error))
        code = fail_engine(&error);
    free(text);
    json_decref(file);
    return code;
}
