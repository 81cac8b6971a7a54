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

bl_model *bl_test_wavenet(const size_t channels[2], size_t layers, bool gated)
{
    bl_model *model;
    assert_int_equal(bl_model_create(&model, NULL), BL_OK);
    bl_graph *g = &model->graph;
    bl_random rng = { 7 };
    const bl_node_id in = bl_graph_input(g, 1);
    bl_node_id x = in, skip = in;
    for (size_t array = 0; array < 2; array++) {
        const size_t n = channels[array], wide = gated ? 2 * n : n;
        bl_node_id h = add_conv(g, &rng, x, (bl_conv1d_shape){ .out_channels = n }, "rechannel");
        for (size_t i = 0; i < layers; i++) {
            const bl_conv1d_shape shape = {
                .out_channels = wide, .kernel = 3, .dilation = (size_t)1 << i, .bias = true
            };
            const bl_node_id conv = add_conv(g, &rng, h, shape, "conv");
            const bl_node_id mixin = add_conv(g, &rng, in, (bl_conv1d_shape){ .out_channels = wide }, "mixin");
            bl_node_id z = bl_graph_add(g, conv, mixin, "z");
            z = gated ? add_gate(g, z, n)
                      : bl_graph_activation(g, z, (bl_activation){ .kind = BL_ACT_TANH }, "act");
            skip = array || i ? bl_graph_add(g, skip, z, "skip") : z;
            h = bl_graph_add(g, h,
                             add_conv(g, &rng, z, (bl_conv1d_shape){ .out_channels = n, .bias = true }, "1x1"),
                             "residual");
        }
        x = h;
        skip = add_conv(g, &rng, skip,
                        (bl_conv1d_shape){ .out_channels = array ? 1 : channels[1], .bias = array == 1 }, "head");
    }
    bl_graph_output(g, bl_graph_scale(g, skip, 0.02f, "head_scale"));
    model->info.prewarm = 64;
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
