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
static void fill_conv(bl_random *r, bl_conv1d_params *p, size_t fan_in)
{
    if (!p)
        return;
    const float scale = sqrtf(3.0f / (float)fan_in);
    const size_t weights = p->out_channels * (p->in_channels / p->groups) * p->kernel;
    for (size_t i = 0; i < weights; i++)
        p->weight[i] = bl_random_float(r, scale);
    for (size_t i = 0; p->bias && i < p->out_channels; i++)
        p->bias[i] = bl_random_float(r, 0.5f);
}

static bl_node_id conv(bl_graph *g, bl_random *r, bl_node_id x, bl_conv1d_shape shape)
{
    bl_conv1d_params *p;
    bl_node_id id = bl_graph_conv1d(g, x, &shape, &p, "conv.%zu", g->count);
    fill_conv(r, p, p ? p->in_channels / p->groups * p->kernel : 1);
    return id;
}

static bl_node_id transposed(bl_graph *g, bl_random *r, bl_node_id x, bl_conv1d_shape shape)
{
    bl_conv1d_params *p;
    bl_node_id id = bl_graph_conv_transpose1d(g, x, &shape, &p, "transposed.%zu", g->count);
    fill_conv(r, p, p ? p->in_channels / p->groups * ((p->kernel + p->stride - 1) / p->stride) : 1);
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

/* Any but exp, which grows too fast: random_activation() bounds what it puts in. */
static bl_activation any_activation(bl_random *r)
{
    bl_activation act = { .kind = (bl_activation_kind)random_between(r, 0, BL_ACT_COUNT - 2) };
    switch (act.kind) {
    case BL_ACT_LEAKY_RELU:
    case BL_ACT_ELU: act.a = 0.35f + bl_random_float(r, 0.85f); break;
    case BL_ACT_HARDTANH:
    case BL_ACT_LEAKY_HARDTANH:
        act.a = -0.8f + bl_random_float(r, 0.6f);
        act.b = 0.8f + bl_random_float(r, 0.6f);
        break;
    default: break;
    }
    if (act.kind == BL_ACT_LEAKY_HARDTANH) {
        act.c = bl_random_float(r, 0.4f);
        act.d = bl_random_float(r, 0.4f);
    }
    return act;
}

static bl_activation bounded_activation(bl_random *r)
{
    static const bl_activation_kind kinds[] = { BL_ACT_TANH, BL_ACT_SIGMOID, BL_ACT_SOFTSIGN, BL_ACT_HARDSIGMOID,
                                                BL_ACT_FAST_TANH };
    return (bl_activation){ .kind = kinds[random_between(r, 0, 4)] };
}

static bl_node_id random_activation(bl_graph *g, bl_random *r, bl_node_id x)
{
    if (!random_chance(r, 0.06))
        return bl_graph_activation(g, x, any_activation(r), "activation");
    const bl_node_id bounded = bl_graph_activation(g, x, bounded_activation(r), "exponent");
    return bl_graph_activation(g, bounded, (bl_activation){ .kind = BL_ACT_EXP }, "exp");
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
    case 0: random_activation(g, r, x); break;
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

/* Any causal arrangement of 1 to 14 steps. */
static void random_graph_any(bl_graph *g, bl_random *r)
{
    bl_graph_input(g, random_chance(r, 0.7) ? 1 : random_between(r, 2, 4));
    for (size_t steps = random_between(r, 1, 14); steps; steps--)
        random_step(g, r);
    bl_node_id last = random_chance(r, 0.3) ? random_concat(g, r) : pick(g, r);
    if (random_chance(r, 0.4))
        last = dense(g, r, last, 1, random_chance(r, 0.5));
    bl_graph_output(g, last);
}

/* That of most captures, which plans make layers of. */
static bl_activation usual_activation(bl_random *r)
{
    static const bl_activation_kind kinds[] = { BL_ACT_TANH, BL_ACT_RELU, BL_ACT_LEAKY_RELU };
    return (bl_activation){ .kind = kinds[random_between(r, 0, 2)], .a = 0.1f };
}

/* One array of layers; *head is what the skip sum comes to, the result is what the next array hears. */
static bl_node_id random_layers(bl_graph *g, bl_random *r, bl_node_id x, bl_node_id condition, size_t channels,
                                size_t head_channels, bool has_skip, bl_node_id *head)
{
    const bool gated = random_chance(r, 0.3), head_bias = random_chance(r, 0.5);
    const bl_activation act = random_chance(r, 0.6) ? usual_activation(r) : any_activation(r);
    const bl_activation gate = bounded_activation(r);
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

/* A WaveNet as in .nam files: one or two arrays of layers with mix-in of the input, skip sum, residual and
 * head; gated or not, any sizes. This is the arrangement that plans fuse most. */
static void random_graph_wavenet(bl_graph *g, bl_random *r)
{
    bl_node_id input = bl_graph_input(g, 1), head = input;
    const size_t channels = random_between(r, 1, random_chance(r, 0.5) ? 6 : 16);
    if (random_chance(r, 0.3)) {
        random_layers(g, r, input, input, channels, 1, false, &head);
    } else {
        const size_t second = (channels + 1) / 2;
        bl_node_id h = random_layers(g, r, input, input, channels, second, false, &head);
        random_layers(g, r, h, input, second, 1, true, &head);
    }
    bl_graph_output(g, bl_graph_scale(g, head, 0.3f, "head scale"));
}

/* A WaveNet as PedalNet's: gated layers, their outputs, or what the next layers hear, concatenated and mixed at the end. */
static void random_graph_concatenated(bl_graph *g, bl_random *r)
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
        if (random_chance(r, 0.1))
            skips[i] = h;
    }
    const bl_conv1d_shape head = { .out_channels = random_chance(r, 0.6) ? 1 : random_between(r, 2, 20),
                                   .kernel = random_chance(r, 0.7) ? 1 : 3,
                                   .bias = random_chance(r, 0.8) };
    bl_graph_output(g, conv(g, r, bl_graph_concat(g, skips, count, "skips"), head));
}

/* ---- networks that look ahead, change the rate, remember, have knobs ---- */

#define MAX_LEVEL 40
#define MAX_DEPTH 3

/* How often the steps of a family are taken, relative to each other, and the strides, outermost first. */
typedef struct recipe {
    unsigned plain, reach, shift, join, nest, recurrent, knob, fir;
    size_t depth, strides[MAX_DEPTH];
} recipe;

/* Nodes of one rate, from which to choose. */
typedef struct level {
    const recipe *mix;
    size_t depth, down, channels; /* channels: most of a convolution */
    bl_node_id nodes[MAX_LEVEL];
    size_t count;
} level;

static bl_node_id level_pick(const level *l, bl_random *r)
{
    return l->nodes[random_chance(r, 0.6) ? l->count - 1 : random_between(r, 0, l->count - 1)];
}

static bl_node_id with_channels(bl_graph *g, bl_random *r, bl_node_id x, size_t channels)
{
    return channels_of(g, x) == channels ? x : dense(g, r, x, channels, random_chance(r, 0.5));
}

/* Padding of all kinds: as long as the input, causal, none, looking ahead only, any. */
static void random_padding(bl_random *r, bl_conv1d_shape *shape)
{
    const size_t reach = (shape->kernel - 1) * shape->dilation;
    size_t left = 0, right = 0;
    switch (random_between(r, 0, 4)) {
    case 0:
        left = reach / 2;
        right = reach - left;
        break;
    case 1: left = reach; break;
    case 2: break;
    case 3: right = reach; break;
    default:
        left = random_between(r, 0, reach + 3);
        right = random_between(r, 0, reach + 3);
        break;
    }
    shape->padded = true;
    shape->pad_left = (ptrdiff_t)left;
    shape->pad_right = (ptrdiff_t)right;
}

static bl_node_id reach_step(bl_graph *g, bl_random *r, const level *l, bl_node_id x)
{
    bl_conv1d_shape shape = { .kernel = random_between(r, 1, 7),
                              .dilation = random_between(r, 1, 4),
                              .groups = 1,
                              .bias = random_chance(r, 0.7) };
    shape.out_channels = random_between(r, 1, l->channels);
    if (random_chance(r, 0.2))
        shape.groups = shape.out_channels = channels_of(g, x);
    random_padding(r, &shape);
    if (random_chance(r, 0.85))
        return conv(g, r, x, shape);
    shape.pad_right = random_chance(r, 0.5) ? (ptrdiff_t)((shape.kernel - 1) * shape.dilation) - shape.pad_left
                                            : shape.pad_right; /* as long as the input, or cut at will */
    return transposed(g, r, x, shape);
}

static ptrdiff_t shift_of(bl_random *r)
{
    return (ptrdiff_t)random_between(r, 0, 12) - 6;
}

static bl_node_id shift_step(bl_graph *g, bl_random *r, bl_node_id x)
{
    const ptrdiff_t left = shift_of(r);
    return bl_graph_pad(g, x, left, random_chance(r, 0.4) ? -left : shift_of(r), "pad.%zu", g->count);
}

static bl_node_id join_with(bl_graph *g, bl_random *r, bl_node_id x, bl_node_id y)
{
    const size_t kind = random_between(r, 0, 4);
    const size_t channels = channels_of(g, x);
    if (kind == 0 && channels + channels_of(g, y) <= MAX_CONCAT_CHANNELS / 2) {
        const bl_node_id parts[] = { x, y, x };
        return bl_graph_concat(g, parts + random_between(r, 0, 1), 2, "concat.%zu", g->count);
    }
    y = with_channels(g, r, y, channels);
    switch (kind) {
    case 1: return bl_graph_mul(g, bl_graph_activation(g, x, bounded_activation(r), "factor"), y, "mul");
    case 2: return bl_graph_gate(g, x, y, any_activation(r), bounded_activation(r), "gate");
    case 3: return bl_graph_blend(g, x, y, any_activation(r), (bl_activation){ .kind = BL_ACT_SIGMOID }, "blend");
    default: return bl_graph_add(g, x, y, "add.%zu", g->count);
    }
}

static bl_node_id plain_step(bl_graph *g, bl_random *r, const level *l, bl_node_id x)
{
    float *slopes;
    const size_t channels = channels_of(g, x);
    switch (random_between(r, 0, 5)) {
    case 0: return bl_graph_softmax(g, x, "softmax.%zu", g->count);
    case 1: {
        const bl_node_id id = bl_graph_prelu(g, x, &slopes, "prelu.%zu", g->count);
        if (slopes)
            bl_random_fill(r, slopes, channels, 1.0f);
        return id;
    }
    case 2: return bl_graph_scale(g, x, bl_random_float(r, 1.5f), "scale.%zu", g->count);
    case 3: return bl_graph_slice(g, x, channels / 2, channels - channels / 2, "slice.%zu", g->count);
    case 4: return dense(g, r, x, random_between(r, 1, l->channels), true);
    default: return random_activation(g, r, x);
    }
}

static bl_node_id recurrent_step(bl_graph *g, bl_random *r, bl_node_id x)
{
    bl_recurrent_params *p;
    const bool lstm = random_chance(r, 0.5);
    const size_t hidden = random_between(r, 1, 40), in = random_between(r, 1, 5), gates = lstm ? 4 : 3;
    x = channels_of(g, x) <= 5 ? x : with_channels(g, r, x, in);
    const bl_node_id id = lstm ? bl_graph_lstm(g, x, hidden, &p, "lstm.%zu", g->count)
                               : bl_graph_gru(g, x, hidden, &p, "gru.%zu", g->count);
    if (!p)
        return id;
    bl_random_fill(r, p->weight_ih, gates * hidden * p->in_channels, sqrtf(3.0f / (float)p->in_channels));
    bl_random_fill(r, p->weight_hh, gates * hidden * hidden, 0.8f * sqrtf(3.0f / (float)hidden));
    bl_random_fill(r, p->bias, gates * hidden, 0.5f);
    if (random_chance(r, 0.7))
        bl_random_fill(r, p->h0, hidden, 0.7f);
    bl_random_fill(r, lstm ? p->c0 : p->bias_hh_n, hidden, 0.7f);
    return id;
}

/* A knob at the level's rate, as a further channel or as gains and offsets of all channels. */
static bl_node_id knob_step(bl_graph *g, bl_random *r, const level *l, bl_node_id x)
{
    const float initial = bl_random_float(r, 1.0f);
    const size_t channels = channels_of(g, x);
    bl_node_id knob = bl_graph_param(g, (bl_param_params){ -1.0f, 1.0f, initial }, "knob.%zu", g->count);
    if (l->down > 1)
        knob = conv(g, r, knob, (bl_conv1d_shape){ .out_channels = 2, .kernel = 1, .stride = l->down });
    if (random_chance(r, 0.5)) {
        const bl_node_id both[] = { x, knob };
        return bl_graph_concat(g, both, 2, "with knob.%zu", g->count);
    }
    bl_node_id gain = dense(g, r, knob, channels, true), offset = dense(g, r, knob, channels, true);
    gain = bl_graph_activation(g, gain, (bl_activation){ .kind = BL_ACT_SIGMOID }, "gain.%zu", g->count);
    return bl_graph_add(g, bl_graph_mul(g, gain, x, "film.%zu", g->count), offset, "film.%zu", g->count);
}

static bl_node_id fir_step(bl_graph *g, bl_random *r, bl_node_id x)
{
    const size_t longest = random_chance(r, 0.5) ? 5000 : 200;
    bl_conv1d_shape shape = { .kernel = random_between(r, 60, longest),
                              .dilation = random_between(r, 1, 3),
                              .bias = random_chance(r, 0.5) };
    if (random_chance(r, 0.5))
        shape.dilation = 1;
    x = channels_of(g, x) <= 3 ? x : with_channels(g, r, x, random_between(r, 1, 3));
    shape.out_channels = shape.groups = channels_of(g, x);
    if (random_chance(r, 0.5))
        random_padding(r, &shape);
    return conv(g, r, x, shape);
}

static bl_node_id random_level(bl_graph *g, bl_random *r, const recipe *mix, bl_node_id x, size_t depth,
                               size_t down);

static bl_node_id down_by(bl_graph *g, bl_random *r, bl_node_id x, size_t stride)
{
    bl_conv1d_shape shape = { .kernel = random_between(r, 1, 2 * stride + 3),
                              .dilation = random_between(r, 1, 2),
                              .stride = stride,
                              .bias = random_chance(r, 0.5),
                              .out_channels = random_between(r, 1, 8) };
    if (random_chance(r, 0.2))
        shape.groups = shape.out_channels = channels_of(g, x);
    random_padding(r, &shape);
    return conv(g, r, x, shape);
}

static bl_node_id up_by(bl_graph *g, bl_random *r, bl_node_id x, size_t stride)
{
    if (random_chance(r, 0.3))
        return bl_graph_upsample(g, x, stride, "upsample.%zu", g->count);
    bl_conv1d_shape shape = { .kernel = random_between(r, 1, 3 * stride),
                              .dilation = 1,
                              .stride = stride,
                              .bias = random_chance(r, 0.5),
                              .out_channels = random_between(r, 1, 8) };
    if (random_chance(r, 0.15))
        shape.dilation = 2;
    if (random_chance(r, 0.2))
        shape.groups = shape.out_channels = channels_of(g, x);
    const ptrdiff_t reach = (ptrdiff_t)((shape.kernel - 1) * shape.dilation);
    switch (random_between(r, 0, 3)) {
    case 0: shape.pad_left = shape.pad_right = reach / 2; break;
    case 1: shape.pad_right = reach + 1 - (ptrdiff_t)stride; break; /* causal: `stride` times as long */
    case 2: break;
    default:
        shape.pad_left = (ptrdiff_t)random_between(r, 0, (size_t)reach + 3) - 2;
        shape.pad_right = (ptrdiff_t)random_between(r, 0, (size_t)reach + 3) - 2;
        break;
    }
    return transposed(g, r, x, shape);
}

/* Down to a lower rate, something there, up again, and the skip connection; sometimes the other way round. */
static bl_node_id nest_step(bl_graph *g, bl_random *r, const level *l, bl_node_id x)
{
    const size_t stride = l->mix->strides[l->depth];
    const bool up_first = random_chance(r, 0.2);
    bl_node_id y = up_first ? up_by(g, r, x, stride) : down_by(g, r, x, stride);
    y = random_level(g, r, l->mix, y, l->depth + 1, up_first ? SIZE_MAX : l->down * stride);
    y = up_first ? down_by(g, r, y, stride) : up_by(g, r, y, stride);
    if (random_chance(r, 0.3))
        y = shift_step(g, r, y);
    return random_chance(r, 0.6) ? join_with(g, r, random_chance(r, 0.5) ? x : y, random_chance(r, 0.5) ? y : x)
                                 : y;
}

static bl_node_id random_level_step(bl_graph *g, bl_random *r, const level *l)
{
    const recipe *w = l->mix;
    const unsigned nest = l->depth < w->depth ? w->nest : 0, knob = l->down <= 64 ? w->knob : 0;
    const unsigned shares[] = { w->plain, w->reach, w->shift, w->join, nest, w->recurrent, knob, w->fir };
    size_t all = 0, step = 0;
    for (size_t i = 0; i < 8; i++)
        all += shares[i];
    size_t die = bl_random_below(r, all);
    while (die >= shares[step])
        die -= shares[step++];
    const bl_node_id x = level_pick(l, r);
    switch (step) {
    case 0: return plain_step(g, r, l, x);
    case 1: return reach_step(g, r, l, x);
    case 2: return shift_step(g, r, x);
    case 3: return join_with(g, r, x, level_pick(l, r));
    case 4: return nest_step(g, r, l, x);
    case 5: return recurrent_step(g, r, x);
    case 6: return knob_step(g, r, l, x);
    default: return fir_step(g, r, x);
    }
}

static bl_node_id random_level(bl_graph *g, bl_random *r, const recipe *mix, bl_node_id x, size_t depth,
                               size_t down)
{
    level l = { .mix = mix, .depth = depth, .down = down, .channels = depth ? 8 : 12 };
    l.nodes[l.count++] = x;
    for (size_t steps = random_between(r, 1, depth ? 4 : 9); steps; steps--) {
        x = random_level_step(g, r, &l);
        if (channels_of(g, x) > MAX_CONV_CHANNELS && random_chance(r, 0.7))
            x = dense(g, r, x, random_between(r, 1, 8), true);
        l.nodes[l.count++] = x;
    }
    return l.nodes[l.count - 1];
}

static const recipe recipes[] = {
    [RANDOM_AHEAD] = { .plain = 2, .reach = 5, .shift = 2, .join = 3 },
    [RANDOM_STRIDES] = { .plain = 2, .reach = 2, .join = 2, .nest = 6, .depth = 2 },
    [RANDOM_RECURRENT] = { .plain = 1, .reach = 2, .join = 1, .recurrent = 4 },
    [RANDOM_KNOBS] = { .plain = 2, .reach = 2, .join = 1, .knob = 4 },
    [RANDOM_FIR] = { .plain = 2, .reach = 1, .join = 1, .fir = 3 },
    [RANDOM_MIXTURE] = { .plain = 3,
                         .reach = 3,
                         .shift = 1,
                         .join = 2,
                         .nest = 2,
                         .recurrent = 1,
                         .knob = 1,
                         .fir = 1,
                         .depth = 3 },
};

static void random_graph_timed(bl_graph *g, bl_random *r, random_family family)
{
    recipe mix = recipes[family];
    const bool long_stride = mix.depth && random_chance(r, 0.05);
    for (size_t i = 0; i < MAX_DEPTH; i++)
        mix.strides[i] = long_stride ? 9 - i : random_between(r, 2, i ? 3 : 5);
    bl_node_id x = bl_graph_input(g, random_chance(r, 0.7) ? 1 : 2);
    x = random_level(g, r, &mix, x, 0, 1);
    if (random_chance(r, 0.5) || channels_of(g, x) > MAX_CONCAT_CHANNELS)
        x = dense(g, r, x, random_between(r, 1, 2), random_chance(r, 0.5));
    bl_graph_output(g, x);
}

const char *const random_family_names[RANDOM_FAMILIES] = { "any causal", "WaveNet", "concatenated WaveNet",
                                                           "look-ahead", "strides", "recurrent",
                                                           "knobs",      "FIR",     "mixture" };

void random_graph(bl_graph *g, bl_random *r, random_family family)
{
    switch (family) {
    case RANDOM_ANY: random_graph_any(g, r); break;
    case RANDOM_WAVENET: random_graph_wavenet(g, r); break;
    case RANDOM_CONCATENATED: random_graph_concatenated(g, r); break;
    default: random_graph_timed(g, r, family); break;
    }
}
