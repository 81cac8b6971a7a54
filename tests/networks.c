#include "networks.h"

#include <math.h>

static bl_node_id add_conv(bl_graph *g, bl_random *rng, bl_node_id x, bl_conv1d_shape shape, const char *name)
{
    bl_conv1d_params *c;
    const bl_node_id id = bl_graph_conv1d(g, x, &shape, &c, "%s", name);
    assert_non_null(c);
    const size_t fan_in = c->in_channels * c->kernel;
    bl_random_fill(rng, c->weight, c->out_channels * fan_in, 1.5f / sqrtf((float)fan_in));
    if (c->bias)
        bl_random_fill(rng, c->bias, c->out_channels, 0.1f);
    return id;
}

static bl_node_id add_gate(bl_graph *g, bl_node_id z, size_t channels)
{
    const bl_node_id a = bl_graph_slice(g, z, 0, channels, "a"), b = bl_graph_slice(g, z, channels, channels, "b");
    return bl_graph_gate(g, a, b, (bl_activation){ .kind = BL_ACT_TANH }, (bl_activation){ .kind = BL_ACT_SIGMOID },
                         "gate");
}

/* A number of layers of one width. */
typedef struct layer_array {
    size_t channels, layers;
    const uint8_t *kernels;    /* per layer, NULL: 3 */
    const uint16_t *dilations; /* per layer */
    bool gated;
    bl_activation act;
    bl_conv1d_shape head; /* of what the activations sum up to */
} layer_array;

static bl_node_id add_activation(bl_graph *g, bl_node_id z, const layer_array *a)
{
    return a->gated ? add_gate(g, z, a->channels) : bl_graph_activation(g, z, a->act, "act");
}

/* *skip: the sum of the activations of the arrays before, which equals `in` where there are none; receives the
 * head of this array. Returns what the next array reads. */
static bl_node_id add_layers(bl_graph *g, bl_random *rng, bl_node_id in, bl_node_id x, bl_node_id *skip,
                             const layer_array *a)
{
    const size_t wide = a->gated ? 2 * a->channels : a->channels;
    bl_node_id h = add_conv(g, rng, x, (bl_conv1d_shape){ .out_channels = a->channels }, "rechannel"), sum = *skip;
    for (size_t i = 0; i < a->layers; i++) {
        const bl_conv1d_shape shape = { .out_channels = wide,
                                        .kernel = a->kernels ? a->kernels[i] : 3,
                                        .dilation = a->dilations[i],
                                        .bias = true };
        const bl_node_id conv = add_conv(g, rng, h, shape, "conv");
        const bl_node_id mixin = add_conv(g, rng, in, (bl_conv1d_shape){ .out_channels = wide }, "mixin");
        const bl_node_id z = add_activation(g, bl_graph_add(g, conv, mixin, "z"), a);
        sum = sum == in ? z : bl_graph_add(g, sum, z, "skip");
        h = bl_graph_add(g, h,
                         add_conv(g, rng, z, (bl_conv1d_shape){ .out_channels = a->channels, .bias = true }, "1x1"),
                         "residual");
    }
    *skip = add_conv(g, rng, sum, a->head, "head");
    return h;
}

static bl_model *new_wavenet(const layer_array *arrays, size_t count, float head_scale)
{
    bl_model *model;
    assert_int_equal(bl_model_create(&model, NULL), BL_OK);
    bl_graph *g = &model->graph;
    bl_random rng = { 7 };
    const bl_node_id in = bl_graph_input(g, 1);
    bl_node_id x = in, skip = in;
    for (size_t i = 0; i < count; i++)
        x = add_layers(g, &rng, in, x, &skip, &arrays[i]);
    bl_graph_output(g, bl_graph_scale(g, skip, head_scale, "head_scale"));
    model->info.prewarm = 64;
    assert_int_equal(bl_model_finish(model, NULL), BL_OK);
    return model;
}

static const bl_activation tanh_act = { .kind = BL_ACT_TANH };

bl_model *bl_test_wavenet(const size_t channels[2], size_t layers, bool gated)
{
    static const uint16_t dilations[] = { 1, 2, 4, 8, 16, 32, 64, 128, 256, 512 };
    assert_true(layers <= sizeof dilations / sizeof *dilations);
    const layer_array arrays[] = {
        { channels[0], layers, NULL, dilations, gated, tanh_act, { .out_channels = channels[1] } },
        { channels[1], layers, NULL, dilations, gated, tanh_act, { .out_channels = 1, .bias = true } },
    };
    return new_wavenet(arrays, 2, 0.02f);
}

bl_model *bl_test_small_wavenet(const size_t channels[2])
{
    static const uint16_t dilations[] = { 1,   2,   4,   8, 16, 32, 64, /* the second array: */
                                          128, 256, 512, 1, 2,  4,  8,  16, 32, 64, 128, 256, 512 };
    const layer_array arrays[] = {
        { channels[0], 7, NULL, dilations, false, tanh_act, { .out_channels = channels[1] } },
        { channels[1], 13, NULL, dilations + 7, false, tanh_act, { .out_channels = 1, .bias = true } },
    };
    return new_wavenet(arrays, 2, 0.02f);
}

bl_model *bl_test_a2(size_t channels)
{
    static const uint8_t kernels[] = { 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6, 15, 15, 6, 6, 6, 6, 6, 6, 6 };
    static const uint16_t dilations[] = { 1,   3,   7, 17, 41, 101, 239, 1,  3,  7,   17, 41,
                                          101, 239, 1, 13, 1,  3,   7,   17, 41, 101, 239 };
    const layer_array array = { channels,
                                sizeof kernels,
                                kernels,
                                dilations,
                                false,
                                { .kind = BL_ACT_LEAKY_RELU, .a = 0.01f },
                                { .out_channels = 1, .kernel = 16, .bias = true } };
    return new_wavenet(&array, 1, 0.01f);
}

bl_model *bl_test_convnet(size_t channels)
{
    bl_model *model;
    assert_int_equal(bl_model_create(&model, NULL), BL_OK);
    bl_graph *g = &model->graph;
    bl_random rng = { 9 };
    bl_node_id x = bl_graph_input(g, 1);
    for (size_t dilation = 1; dilation <= 512; dilation *= 2) {
        const bl_conv1d_shape shape = { .out_channels = channels, .kernel = 2, .dilation = dilation, .bias = true };
        x = bl_graph_activation(g, add_conv(g, &rng, x, shape, "conv"), tanh_act, "act");
    }
    bl_graph_output(g, add_conv(g, &rng, x, (bl_conv1d_shape){ .out_channels = 1, .bias = true }, "head"));
    assert_int_equal(bl_model_finish(model, NULL), BL_OK);
    return model;
}

/* Gives the gated values of a layer; *x goes in and what the next layer hears comes out. */
static bl_node_id add_gated_layer(bl_graph *g, bl_random *rng, bl_node_id *x, size_t channels, size_t dilation)
{
    static const bl_activation sigmoid = { .kind = BL_ACT_SIGMOID };
    const bl_conv1d_shape both = { .out_channels = 2 * channels, .kernel = 3, .dilation = dilation, .bias = true };
    const bl_node_id y = add_conv(g, rng, *x, both, "conv");
    const bl_node_id z =
        bl_graph_gate(g, bl_graph_slice(g, y, 0, channels, "filter"),
                      bl_graph_slice(g, y, channels, channels, "gate"), tanh_act, sigmoid, "gated");
    const bl_conv1d_shape mix = { .out_channels = channels, .bias = true };
    *x = bl_graph_add(g, add_conv(g, rng, z, mix, "residual"), *x, "sum");
    return z;
}

bl_model *bl_test_pedalnet(size_t channels, size_t turns, size_t layers)
{
    bl_model *model;
    bl_node_id values[32];
    bl_random rng = { 12 };
    assert_int_equal(bl_model_create(&model, NULL), BL_OK);
    bl_graph *g = &model->graph;
    bl_node_id x = bl_graph_input(g, 1);
    x = add_conv(g, &rng, x, (bl_conv1d_shape){ .out_channels = channels, .bias = true }, "input");
    for (size_t i = 0; i < turns * layers; i++)
        values[i] = add_gated_layer(g, &rng, &x, channels, (size_t)1 << i % layers);
    x = bl_graph_concat(g, values, turns * layers, "values");
    bl_graph_output(g, add_conv(g, &rng, x, (bl_conv1d_shape){ .out_channels = 1, .bias = true }, "head"));
    assert_int_equal(bl_model_finish(model, NULL), BL_OK);
    return model;
}

static void fill_rnn(bl_recurrent_params *r, bl_random *rng, size_t gates)
{
    assert_non_null(r);
    bl_random_fill(rng, r->weight_ih, gates * r->hidden * r->in_channels, 0.5f);
    bl_random_fill(rng, r->weight_hh, gates * r->hidden * r->hidden, 0.3f);
}

bl_model *bl_test_everything(void)
{
    bl_model *model;
    assert_int_equal(bl_model_create(&model, NULL), BL_OK);
    bl_graph *g = &model->graph;
    bl_random rng = { 11 };
    const bl_activation act = { .kind = BL_ACT_TANH }, soft = { .kind = BL_ACT_SIGMOID };
    const bl_node_id in = bl_graph_input(g, 1);
    const bl_node_id knob = bl_graph_param(g, (bl_param_params){ 0, 1, 0.5f }, "drive");
    bl_node_id x = add_conv(g, &rng, in, (bl_conv1d_shape){ .out_channels = 1, .kernel = 5000 }, "cabinet");
    x = bl_graph_mul(g, x, knob, "driven");
    const bl_conv1d_shape down = {
        .out_channels = 5, .kernel = 4, .stride = 2, .padded = true, .pad_left = 1, .pad_right = 1
    };
    bl_conv1d_params *c;
    bl_recurrent_params *r;
    float *slopes;
    x = add_conv(g, &rng, x, down, "down");
    x = bl_graph_lstm(g, x, 5, &r, "lstm");
    fill_rnn(r, &rng, 4);
    x = bl_graph_prelu(g, x, &slopes, "prelu");
    x = bl_graph_softmax(g, x, "softmax");
    x = bl_graph_conv_transpose1d(g, x, &down, &c, "up");
    assert_non_null(c);
    bl_random_fill(&rng, c->weight, 5 * 5 * 4, 0.3f);
    x = bl_graph_gru(g, x, 3, &r, "gru");
    fill_rnn(r, &rng, 3);
    x = bl_graph_blend(g, x, x, act, soft, "blend");
    bl_graph_output(g, add_conv(g, &rng, x, (bl_conv1d_shape){ .out_channels = 1 }, "mix"));
    assert_int_equal(bl_model_finish(model, NULL), BL_OK);
    return model;
}
