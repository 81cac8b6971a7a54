#include "models.h"

#include <math.h>

static bl_graph *begin(bl_model **model, double rate_hz)
{
    assert_int_equal(bl_model_create(model, NULL), BL_OK);
    (*model)->info.sample_rate_hz = rate_hz;
    (*model)->info.loudness_db = -20; /* nothing is to be measured */
    return &(*model)->graph;
}

static bl_model *finish(bl_model *model, bl_node_id x)
{
    bl_graph_output(&model->graph, x);
    assert_int_equal(bl_model_finish(model, NULL), BL_OK);
    return model;
}

bl_model *test_wire(double rate_hz, float gain, size_t late)
{
    bl_model *model;
    bl_graph *g = begin(&model, rate_hz);
    bl_conv1d_params *c;
    const bl_conv1d_shape shape = { .out_channels = 1, .kernel = late + 1 };
    const bl_node_id x = bl_graph_conv1d(g, bl_graph_input(g, 1), &shape, &c, "wire");
    assert_non_null(c);
    c->weight[0] = gain;
    return finish(model, x);
}

bl_model *test_ahead(double rate_hz, size_t ahead)
{
    bl_model *model;
    bl_graph *g = begin(&model, rate_hz);
    bl_conv1d_params *c;
    const bl_conv1d_shape shape = { .out_channels = 1,
                                    .kernel = 2 * ahead + 1,
                                    .padded = true,
                                    .pad_left = (ptrdiff_t)ahead,
                                    .pad_right = (ptrdiff_t)ahead };
    const bl_node_id x = bl_graph_conv1d(g, bl_graph_input(g, 1), &shape, &c, "ahead");
    assert_non_null(c);
    c->weight[ahead] = 1;
    return finish(model, x);
}

static bl_node_id random_conv(bl_graph *g, bl_random *rng, bl_node_id x, bl_conv1d_shape shape)
{
    bl_conv1d_params *c;
    const bl_node_id id = bl_graph_conv1d(g, x, &shape, &c, "conv");
    assert_non_null(c);
    const size_t terms = c->in_channels * c->kernel;
    bl_random_fill(rng, c->weight, c->out_channels * terms, 1.5f / sqrtf((float)terms));
    if (c->bias)
        bl_random_fill(rng, c->bias, c->out_channels, 0.2f);
    return id;
}

bl_model *test_stack(size_t times, bool ahead)
{
    static const size_t dilations[] = { 1, 5, 2, 16 };
    bl_model *model;
    bl_graph *g = begin(&model, NAN);
    bl_random rng = { 3 };
    bl_node_id x = random_conv(g, &rng, bl_graph_input(g, 1), (bl_conv1d_shape){ .out_channels = 4 });
    for (size_t i = 0; i < sizeof dilations / sizeof *dilations; i++) {
        const ptrdiff_t pad = (ptrdiff_t)(dilations[i] * times);
        const bl_conv1d_shape shape = { .out_channels = 4,
                                        .kernel = 3,
                                        .dilation = dilations[i] * times,
                                        .bias = true,
                                        .padded = ahead,
                                        .pad_left = pad,
                                        .pad_right = pad };
        const bl_node_id z =
            bl_graph_activation(g, random_conv(g, &rng, x, shape), (bl_activation){ .kind = BL_ACT_TANH }, "tanh");
        x = bl_graph_add(g, x, z, "residual");
    }
    model->info.prewarm = 40 * times;
    return finish(model, random_conv(g, &rng, x, (bl_conv1d_shape){ .out_channels = 1, .bias = true }));
}

bl_model *test_long(void)
{
    bl_model *model;
    bl_graph *g = begin(&model, NAN);
    bl_random rng = { 6 };
    const bl_conv1d_shape shape = { .out_channels = 1, .kernel = 1100 };
    return finish(model, random_conv(g, &rng, bl_graph_input(g, 1), shape));
}

bl_model *test_strided(void)
{
    bl_model *model;
    bl_graph *g = begin(&model, NAN);
    bl_random rng = { 8 };
    bl_conv1d_params *c;
    const bl_conv1d_shape shape = {
        .out_channels = 3, .kernel = 4, .stride = 2, .padded = true, .pad_left = 1, .pad_right = 1
    };
    const bl_node_id x = random_conv(g, &rng, bl_graph_input(g, 1), shape);
    const bl_node_id y = bl_graph_conv_transpose1d(g, x, &shape, &c, "up");
    assert_non_null(c);
    bl_random_fill(&rng, c->weight, (size_t)3 * 3 * 4, 0.4f);
    return finish(model, random_conv(g, &rng, y, (bl_conv1d_shape){ .out_channels = 1 }));
}

static bl_model *recurrent(bool moody)
{
    bl_model *model;
    bl_graph *g = begin(&model, NAN);
    bl_random rng = { 4 };
    bl_recurrent_params *r;
    const bl_node_id in = bl_graph_input(g, 1);
    const bl_node_id knob = bl_graph_param(g, (bl_param_params){ 0, 2, 1 }, "drive");
    const bl_node_id driven = moody ? bl_graph_add(g, in, knob, "driven") : bl_graph_mul(g, in, knob, "driven");
    const bl_node_id x = bl_graph_lstm(g, driven, 6, &r, "lstm");
    assert_non_null(r);
    model->info.prewarm = moody ? 300 : 0;
    bl_random_fill(&rng, r->weight_ih, 4 * 6, 0.9f);
    bl_random_fill(&rng, r->weight_hh, (size_t)4 * 6 * 6, 0.4f);
    bl_random_fill(&rng, r->bias, 4 * 6, 0.2f);
    return finish(model, random_conv(g, &rng, x, (bl_conv1d_shape){ .out_channels = 1 }));
}

bl_model *test_recurrent(void)
{
    return recurrent(false);
}

bl_model *test_moody(void)
{
    return recurrent(true);
}
