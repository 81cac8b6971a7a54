#include "random_graph.h"

#include <math.h>

#define MAX_CONV_CHANNELS   19
#define MAX_CONCAT_CHANNELS 40

size_t random_between(bl_random *r, size_t least, size_t most)
{
    return least + bl_random_below(r, most - least + 1);
}

bool random_chance(bl_random *r, double probability)
{
    return (double)(bl_random_next(r) >> 11) * 0x1p-53 < probability;
}

static size_t channels_of(const bl_graph *g, bl_node_id x)
{
    return g->nodes[x].channels;
}

/* Weights of variance 1/fan-in: the output is about as loud as the input. */
static bl_node_id conv(bl_graph *g, bl_random *r, bl_node_id x, bl_conv1d_shape shape)
{
    bl_conv1d_params *p;
    bl_node_id id = bl_graph_conv1d(g, x, &shape, &p, "conv.%zu", g->count);
    if (!p)
        return id;
    const size_t fan_in = p->in_channels / p->groups * p->kernel;
    const float scale = sqrtf(3.0f / (float)fan_in);
    for (size_t i = 0; i < p->out_channels * fan_in; i++)
        p->weight[i] = bl_random_float(r, scale);
    for (size_t i = 0; p->bias && i < p->out_channels; i++)
        p->bias[i] = bl_random_float(r, 0.5f);
    return id;
}

static bl_node_id dense(bl_graph *g, bl_random *r, bl_node_id x, size_t out_channels, bool bias)
{
    return conv(g, r, x, (bl_conv1d_shape){ .out_channels = out_channels, .kernel = 1, .bias = bias });
}

/* A divisor of n. */
static size_t random_groups(bl_random *r, size_t n)
{
    size_t groups = random_between(r, 1, n);
    while (n % groups)
        groups--;
    return groups;
}

/* 1 .. 512, as often below 23 as above. */
static size_t random_dilation(bl_random *r)
{
    return (size_t)exp2(9.0 * random_between(r, 0, 1000) / 1000.0);
}

static bl_node_id random_conv(bl_graph *g, bl_random *r, bl_node_id x)
{
    const size_t in = channels_of(g, x);
    bl_conv1d_shape shape = { .kernel = 1, .dilation = 1, .groups = 1 };
    shape.out_channels = random_between(r, 1, MAX_CONV_CHANNELS);
    if (random_chance(r, 0.7))
        shape.kernel = random_between(r, 2, 15);
    if (random_chance(r, 0.7))
        shape.dilation = random_dilation(r);
    shape.bias = random_chance(r, 0.7);
    if (random_chance(r, 0.2)) { /* depthwise */
        shape.groups = in;
        shape.out_channels = in * random_between(r, 1, in <= MAX_CONV_CHANNELS / 2 ? 2 : 1);
    } else if (random_chance(r, 0.3)) {
        shape.groups = random_groups(r, in);
        shape.out_channels = shape.groups * random_between(r, 1, 1 + MAX_CONV_CHANNELS / (2 * shape.groups));
    }
    return conv(g, r, x, shape);
}

static bl_activation any_activation(bl_random *r)
{
    bl_activation act = { .kind = (bl_activation_kind)random_between(r, 0, BL_ACT_COUNT - 1) };
    act.slope = 0.35f + bl_random_float(r, 0.85f);
    return act;
}

static bl_activation bounded_activation(bl_random *r)
{
    static const bl_activation_kind kinds[] = { BL_ACT_TANH, BL_ACT_SIGMOID, BL_ACT_SOFTSIGN };
    return (bl_activation){ .kind = kinds[random_between(r, 0, 2)] };
}

/* A node that exists, mostly the newest. */
static bl_node_id pick(const bl_graph *g, bl_random *r)
{
    return (bl_node_id)(random_chance(r, 0.5) ? g->count - 1 : random_between(r, 0, g->count - 1));
}

static bl_node_id pick_with_channels(bl_graph *g, bl_random *r, size_t channels)
{
    bl_node_id x = pick(g, r);
    const size_t available = channels_of(g, x);
    if (available == channels)
        return x;
    if (available > channels && random_chance(r, 0.3))
        return bl_graph_slice(g, x, random_between(r, 0, available - channels), channels, "slice");
    return dense(g, r, x, channels, random_chance(r, 0.5));
}

static bl_node_id random_gate(bl_graph *g, bl_random *r, bl_node_id x)
{
    bl_activation a = any_activation(r), b = bounded_activation(r);
    if (random_chance(r, 0.5)) {
        bl_activation swapped = a;
        a = b;
        b = swapped;
    }
    const size_t channels = channels_of(g, x);
    if (channels % 2 || random_chance(r, 0.3))
        return bl_graph_gate(g, x, pick_with_channels(g, r, channels), a, b, "gate");
    bl_node_id first = bl_graph_slice(g, x, 0, channels / 2, "first half");
    bl_node_id second = bl_graph_slice(g, x, channels / 2, channels / 2, "second half");
    return random_chance(r, 0.8) ? bl_graph_gate(g, first, second, a, b, "gate")
                                 : bl_graph_gate(g, second, first, a, b, "crossed gate");
}

static bl_node_id random_product(bl_graph *g, bl_random *r, bl_node_id x)
{
    bl_node_id y = pick_with_channels(g, r, channels_of(g, x));
    bl_node_id bounded = bl_graph_activation(g, x, bounded_activation(r), "factor");
    if (random_chance(r, 0.1))
        y = bounded;
    return random_chance(r, 0.5) ? bl_graph_mul(g, bounded, y, "mul") : bl_graph_mul(g, y, bounded, "mul");
}

static bl_node_id random_concat(bl_graph *g, bl_random *r)
{
    bl_node_id parts[4];
    size_t count = 0, channels = 0;
    for (size_t wanted = random_between(r, 1, 4); count < wanted; count++) {
        bl_node_id x = pick(g, r);
        if (channels + channels_of(g, x) > MAX_CONCAT_CHANNELS)
            break;
        parts[count] = x;
        channels += channels_of(g, x);
    }
    return count ? bl_graph_concat(g, parts, count, "concat") : pick(g, r);
}

static void random_step(bl_graph *g, bl_random *r)
{
    bl_node_id x = pick(g, r);
    const size_t channels = channels_of(g, x);
    switch (random_between(r, 0, 11)) {
    case 0: bl_graph_activation(g, x, any_activation(r), "activation"); break;
    case 1: random_gate(g, r, x); break;
    case 2: bl_graph_add(g, x, pick_with_channels(g, r, channels), "add"); break;
    case 3: random_product(g, r, x); break;
    case 4: bl_graph_scale(g, x, bl_random_float(r, 1.5f), "scale"); break;
    case 5: random_concat(g, r); break;
    case 6: bl_graph_add(g, x, dense(g, r, x, channels, true), "residual"); break;
    case 7: {
        const size_t first = random_between(r, 0, channels - 1);
        bl_graph_slice(g, x, first, random_between(r, 1, channels - first), "slice");
        break;
    }
    default: random_conv(g, r, x); break;
    }
}

void random_graph_any(bl_graph *g, bl_random *r)
{
    bl_graph_input(g, random_chance(r, 0.7) ? 1 : random_between(r, 2, 4));
    for (size_t steps = random_between(r, 1, 14); steps; steps--)
        random_step(g, r);
    bl_node_id last = random_chance(r, 0.3) ? random_concat(g, r) : pick(g, r);
    if (random_chance(r, 0.4))
        last = dense(g, r, last, 1, random_chance(r, 0.5));
    bl_graph_output(g, last);
}

/* One array of layers; *head is what the skip sum comes to, the result is what the next array hears. */
static bl_node_id random_layers(bl_graph *g, bl_random *r, bl_node_id x, bl_node_id condition, size_t channels,
                                size_t head_channels, bool has_skip, bl_node_id *head)
{
    const bool gated = random_chance(r, 0.5), head_bias = random_chance(r, 0.5);
    const bl_activation act = any_activation(r), gate = bounded_activation(r);
    const size_t kernel = random_between(r, 2, 4), count = random_between(r, 1, 6);
    const size_t head_kernel = random_chance(r, 0.7) ? 1 : random_between(r, 2, 16);
    bl_node_id h = dense(g, r, x, channels, false), skip = *head;
    for (size_t i = 0; i < count; i++) {
        bl_node_id z = conv(g, r, h,
                            (bl_conv1d_shape){ .out_channels = gated ? 2 * channels : channels,
                                               .kernel = kernel,
                                               .dilation = random_dilation(r),
                                               .bias = true });
        bl_node_id mixed = dense(g, r, condition, channels_of(g, z), false);
        z = bl_graph_add(g, z, mixed, "layers.%zu.sum", i);
        if (gated) {
            bl_node_id first = bl_graph_slice(g, z, 0, channels, "layers.%zu.first", i);
            bl_node_id second = bl_graph_slice(g, z, channels, channels, "layers.%zu.second", i);
            z = bl_graph_gate(g, first, second, act, gate, "layers.%zu.gate", i);
        } else {
            z = bl_graph_activation(g, z, act, "layers.%zu.activation", i);
        }
        skip = has_skip ? bl_graph_add(g, skip, z, "layers.%zu.skip", i) : z;
        has_skip = true;
        bl_node_id residual = dense(g, r, z, channels, true);
        h = bl_graph_add(g, h, residual, "layers.%zu.residual", i);
    }
    *head = conv(g, r, skip,
                 (bl_conv1d_shape){ .out_channels = head_channels, .kernel = head_kernel, .bias = head_bias });
    return h;
}

void random_graph_wavenet(bl_graph *g, bl_random *r)
{
    bl_node_id input = bl_graph_input(g, 1), head = input;
    const size_t channels = random_between(r, 1, 16);
    if (random_chance(r, 0.5)) {
        random_layers(g, r, input, input, channels, 1, false, &head);
    } else {
        const size_t second = (channels + 1) / 2;
        bl_node_id h = random_layers(g, r, input, input, channels, second, false, &head);
        random_layers(g, r, h, input, second, 1, true, &head);
    }
    bl_graph_output(g, bl_graph_scale(g, head, 0.3f, "head scale"));
}

void random_graph_concatenated(bl_graph *g, bl_random *r)
{
    bl_node_id skips[8], h = bl_graph_input(g, 1);
    const size_t channels = random_between(r, 1, 16), count = random_between(r, 1, 8);
    h = dense(g, r, h, channels, true);
    for (size_t i = 0; i < count; i++) {
        bl_node_id z =
            conv(g, r, h,
                 (bl_conv1d_shape){
                     .out_channels = 2 * channels, .kernel = 3, .dilation = (size_t)1 << i, .bias = true });
        bl_node_id first = bl_graph_slice(g, z, 0, channels, "hidden.%zu.tanh", i);
        bl_node_id second = bl_graph_slice(g, z, channels, channels, "hidden.%zu.sigmoid", i);
        skips[i] = bl_graph_gate(g, first, second, (bl_activation){ .kind = BL_ACT_TANH },
                                 (bl_activation){ .kind = BL_ACT_SIGMOID }, "hidden.%zu.gate", i);
        h = bl_graph_add(g, dense(g, r, skips[i], channels, true), h, "hidden.%zu.residual", i);
    }
    bl_graph_output(g, dense(g, r, bl_graph_concat(g, skips, count, "skips"), 1, true));
}
