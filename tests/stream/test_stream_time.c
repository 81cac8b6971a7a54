/* Time in streams: where a signal begins and ends, latency, receptive field, work per sample.
 *
 *     test_stream_time [networks] [first seed] */
#include "fixture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t network_count = 30;
static uint64_t first_seed = 1;

/* ---- small networks in which one thing goes on at the edges, with signals of every short length ---- */

static void fill_conv(bl_random *r, bl_conv1d_params *p)
{
    assert_non_null(p);
    bl_random_fill(r, p->weight, p->out_channels * p->in_channels / p->groups * p->kernel, 0.7f);
    if (p->bias)
        bl_random_fill(r, p->bias, p->out_channels, 1.0f);
}

static bl_node_id conv(bl_graph *g, bl_random *r, bl_node_id x, size_t kernel, size_t stride, ptrdiff_t left,
                       ptrdiff_t right)
{
    bl_conv1d_params *p;
    const bl_conv1d_shape shape = { .out_channels = 3,
                                    .kernel = kernel,
                                    .stride = stride,
                                    .bias = true,
                                    .padded = true,
                                    .pad_left = left,
                                    .pad_right = right };
    const bl_node_id id = bl_graph_conv1d(g, x, &shape, &p, "conv.%zu", g->count);
    fill_conv(r, p);
    return id;
}

static bl_node_id transposed(bl_graph *g, bl_random *r, bl_node_id x, size_t kernel, size_t stride, ptrdiff_t left,
                             ptrdiff_t right)
{
    bl_conv1d_params *p;
    const bl_conv1d_shape shape = {
        .out_channels = 3, .kernel = kernel, .stride = stride, .bias = true, .pad_left = left, .pad_right = right
    };
    const bl_node_id id = bl_graph_conv_transpose1d(g, x, &shape, &p, "transposed.%zu", g->count);
    fill_conv(r, p);
    return id;
}

/* As long as its input. */
static bl_node_id same(bl_graph *g, bl_random *r, bl_node_id x)
{
    return conv(g, r, x, 5, 1, 2, 2);
}

static bl_node_id recurrent(bl_graph *g, bl_random *r, bl_node_id x, bool lstm)
{
    bl_recurrent_params *p;
    const bl_node_id id = lstm ? bl_graph_lstm(g, x, 3, &p, "lstm") : bl_graph_gru(g, x, 3, &p, "gru");
    assert_non_null(p);
    const size_t rows = lstm ? 12 : 9;
    bl_random_fill(r, p->weight_ih, rows * p->in_channels, 0.7f);
    bl_random_fill(r, p->weight_hh, rows * 3, 0.5f);
    bl_random_fill(r, p->bias, rows, 1.0f);
    bl_random_fill(r, p->h0, 3, 0.9f);
    bl_random_fill(r, lstm ? p->c0 : p->bias_hh_n, 3, 0.9f);
    return id;
}

static bl_node_id knob(bl_graph *g, const char *name)
{
    return bl_graph_param(g, (bl_param_params){ -1.0f, 1.0f, 0.6f }, "%s", name);
}

typedef bl_node_id edge_case(bl_graph *g, bl_random *r, bl_node_id x);

/* A recurrent layer's state must wait for its first frame. */
static bl_node_id lstm_behind_look_ahead(bl_graph *g, bl_random *r, bl_node_id x)
{
    return same(g, r, recurrent(g, r, same(g, r, x), true));
}

static bl_node_id gru_behind_look_ahead(bl_graph *g, bl_random *r, bl_node_id x)
{
    return recurrent(g, r, conv(g, r, x, 4, 1, 0, 0), false);
}

/* A knob ends with the signal that it meets. */
static bl_node_id knob_as_a_channel(bl_graph *g, bl_random *r, bl_node_id x)
{
    const bl_node_id both[] = { x, knob(g, "knob") };
    return same(g, r, bl_graph_concat(g, both, 2, "both"));
}

static bl_node_id lengths_that_differ(bl_graph *g, bl_random *r, bl_node_id x)
{
    const bl_node_id parts[] = { conv(g, r, x, 4, 1, 0, 0), same(g, r, x), bl_graph_pad(g, x, 0, 3, "longer") };
    return same(g, r, bl_graph_concat(g, parts, 3, "parts"));
}

/* A layer whose values before its first frame are not zero, and whose mix, for want of a bias, does not say so. */
static bl_node_id layer_that_looks_ahead(bl_graph *g, bl_random *r, bl_node_id x)
{
    bl_conv1d_params *p;
    const bl_conv1d_shape mix = { .out_channels = 3, .kernel = 1, .stride = 1, .padded = true };
    const bl_node_id h = conv(g, r, x, 1, 1, 0, 0),
                     values = bl_graph_activation(g, same(g, r, h), (bl_activation){ .kind = BL_ACT_TANH }, "tanh"),
                     mixed = bl_graph_conv1d(g, values, &mix, &p, "mix");
    fill_conv(r, p);
    const bl_node_id sum = bl_graph_add(g, h, mixed, "residual");
    return same(g, r, sum);
}

static bl_node_id lengthened_before_sum(bl_graph *g, bl_random *r, bl_node_id x)
{
    const bl_node_id value = conv(g, r, x, 3, 1, 2, 0), other = conv(g, r, x, 2, 1, 1, 0);
    const bl_node_id sum =
        bl_graph_add(g, bl_graph_pad(g, value, 0, 4, "pad"), bl_graph_pad(g, other, 0, 4, "pad"), "sum");
    return same(g, r, sum);
}

/* What is cut at the end must not be heard, although it comes before the end is known. */
/* Between the two stand zeros that the convolution must not fill. */
static bl_node_id lengthened_before_activation(bl_graph *g, bl_random *r, bl_node_id x)
{
    x = conv(g, r, x, 5, 1, 2, 2);
    x = bl_graph_pad(g, x, 1, 1, "pad");
    return same(g, r, bl_graph_activation(g, x, (bl_activation){ .kind = BL_ACT_SIGMOID }, "sigmoid"));
}

static bl_node_id cut_end(bl_graph *g, bl_random *r, bl_node_id x)
{
    return same(g, r, bl_graph_pad(g, conv(g, r, x, 3, 1, 2, 0), 0, -4, "cut"));
}

static bl_node_id cut_beginning(bl_graph *g, bl_random *r, bl_node_id x)
{
    return same(g, r, bl_graph_pad(g, same(g, r, x), -4, 0, "cut"));
}

static bl_node_id cut_and_lengthened(bl_graph *g, bl_random *r, bl_node_id x)
{
    return same(g, r, bl_graph_pad(g, bl_graph_pad(g, same(g, r, x), 2, -6, "cut"), -1, 5, "longer"));
}

static bl_node_id cut_transposed(bl_graph *g, bl_random *r, bl_node_id x)
{
    return same(g, r, transposed(g, r, conv(g, r, x, 3, 3, 1, 1), 3, 3, 1, 2));
}

/* Longer than its input although nothing looks ahead. */
static bl_node_id long_tail(bl_graph *g, bl_random *r, bl_node_id x)
{
    return conv(g, r, conv(g, r, x, 3, 1, 4, 3), 3, 1, 2, 0);
}

static bl_node_id uncut_transposed(bl_graph *g, bl_random *r, bl_node_id x)
{
    return conv(g, r, transposed(g, r, conv(g, r, x, 3, 1, 2, 0), 6, 1, 0, 0), 3, 1, 2, 0);
}

static bl_node_id delayed(bl_graph *g, bl_random *r, bl_node_id x)
{
    const bl_node_id late = bl_graph_pad(g, same(g, r, x), 5, -5, "delay");
    return bl_graph_add(g, late, same(g, r, conv(g, r, x, 3, 1, 2, 0)), "sum");
}

/* Up and down again: more frames than the input, none to wait for. */
static bl_node_id oversampled(bl_graph *g, bl_random *r, bl_node_id x)
{
    return conv(g, r, same(g, r, bl_graph_upsample(g, x, 3, "up")), 5, 3, 4, 0);
}

/* Two thirds of the rate, and from there down by two. */
static bl_node_id odd_rates(bl_graph *g, bl_random *r, bl_node_id x)
{
    bl_node_id y = conv(g, r, bl_graph_upsample(g, x, 2, "up"), 4, 3, 1, 2);
    y = transposed(g, r, conv(g, r, y, 3, 2, 1, 1), 4, 2, 1, 1);
    y = bl_graph_upsample(g, y, 3, "up again");
    return same(g, r, bl_graph_add(g, conv(g, r, y, 2, 2, 0, 1), conv(g, r, x, 1, 1, 0, 0), "sum"));
}

static bl_node_id long_strides(bl_graph *g, bl_random *r, bl_node_id x)
{
    bl_node_id y = conv(g, r, conv(g, r, x, 9, 9, 4, 4), 8, 8, 3, 8);
    y = transposed(g, r, transposed(g, r, y, 9, 8, 0, 1), 11, 9, 1, 1);
    return same(g, r, bl_graph_add(g, y, conv(g, r, x, 1, 1, 0, 0), "sum"));
}

static bl_node_id knob_at_a_low_rate(bl_graph *g, bl_random *r, bl_node_id x)
{
    const bl_node_id slow = conv(g, r, knob(g, "knob"), 1, 2, 0, 0);
    const bl_node_id y = bl_graph_mul(g, conv(g, r, x, 4, 2, 1, 2), slow, "film");
    return transposed(g, r, same(g, r, y), 4, 2, 1, 1);
}

static bl_node_id knob_at_a_high_rate(bl_graph *g, bl_random *r, bl_node_id x)
{
    const bl_node_id fast = bl_graph_upsample(g, conv(g, r, knob(g, "knob"), 1, 1, 0, 0), 64, "fast");
    const bl_node_id y = bl_graph_upsample(g, conv(g, r, x, 1, 1, 0, 0), 64, "up");
    return conv(g, r, bl_graph_upsample(g, conv(g, r, bl_graph_add(g, y, fast, "sum"), 9, 64, 4, 4), 1, "stay"), 3,
                1, 1, 1);
}

static bl_node_id softmax_of_pieces(bl_graph *g, bl_random *r, bl_node_id x)
{
    const bl_node_id parts[] = { same(g, r, x), x };
    return same(g, r, bl_graph_softmax(g, bl_graph_concat(g, parts, 2, "parts"), "softmax"));
}

#define EDGE_CASE(f)                                                                                               \
    {                                                                                                              \
        f, #f                                                                                                      \
    }
static const struct {
    edge_case *build;
    const char *name;
} edge_cases[] = {
    EDGE_CASE(lstm_behind_look_ahead),
    EDGE_CASE(gru_behind_look_ahead),
    EDGE_CASE(knob_as_a_channel),
    EDGE_CASE(lengths_that_differ),
    EDGE_CASE(layer_that_looks_ahead),
    EDGE_CASE(lengthened_before_activation),
    EDGE_CASE(lengthened_before_sum),
    EDGE_CASE(cut_end),
    EDGE_CASE(cut_beginning),
    EDGE_CASE(cut_and_lengthened),
    EDGE_CASE(cut_transposed),
    EDGE_CASE(long_tail),
    EDGE_CASE(uncut_transposed),
    EDGE_CASE(delayed),
    EDGE_CASE(oversampled),
    EDGE_CASE(odd_rates),
    EDGE_CASE(long_strides),
    EDGE_CASE(knob_at_a_low_rate),
    EDGE_CASE(knob_at_a_high_rate),
    EDGE_CASE(softmax_of_pieces),
};
#define EDGE_CASES (sizeof edge_cases / sizeof *edge_cases)

static bl_model *edge_model(size_t i)
{
    bl_model *model = NULL;
    bl_error error = { 0 };
    bl_random r = { i };
    assert_int_equal(bl_model_create(&model, &error), BL_OK);
    const bl_node_id x = bl_graph_input(&model->graph, 1);
    bl_graph_output(&model->graph, edge_cases[i].build(&model->graph, &r, x));
    if (bl_model_finish(model, &error))
        fail_msg("%s: %s", edge_cases[i].name, error.text);
    return model;
}

static void test_edges(void **state)
{
    (void)state;
    for (size_t i = 0; i < EDGE_CASES; i++)
        for (size_t frames = 1; frames < 160; frames += frames < 40 ? 1 : 7) {
            bl_random r = { frames };
            fixture f = fixture_for(edge_model(i), frames, &r);
            f.name = edge_cases[i].name;
            graph_answer answer = ask_oracle(&f);
            for (bl_cpu cpu = BL_CPU_SCALAR; cpu <= BL_CPU_NEON; cpu++) {
                if (!bl_cpu_available(cpu))
                    continue;
                bl_plan *plan = new_plan(&f, cpu);
                float *got = play_new(plan, &f, f.in, (block_sizes){ 0, 20 }, &r);
                assert_answer(0, &f, plan, got, &answer);
                free(got);
                bl_plan_free(plan);
            }
            free(answer.out);
            close_fixture(&f);
        }
}

/* ---- what depends on what, measured on the oracle ---- */

/* Input frames first .. last that an output frame depends on. */
typedef struct reach {
    size_t first, last;
} reach;

/* A NaN in one frame of the input after the other: what becomes NaN depends on it. */
static size_t measure(const bl_graph *g, size_t frames, reach *reaches, size_t room)
{
    const size_t channels = g->nodes[0].channels;
    float *in = new_signal(channels, frames);
    size_t out_frames = 0;
    for (size_t t = 0; t < room; t++)
        reaches[t] = (reach){ SIZE_MAX, 0 };
    for (size_t p = 0; p < frames; p++) {
        graph_answer answer;
        for (size_t c = 0; c < channels; c++)
            in[c * frames + p] = NAN;
        assert_true(graph_oracle_raw(g, in, frames, &answer));
        for (size_t c = 0; c < channels; c++)
            in[c * frames + p] = 0.0f;
        out_frames = answer.frames < room ? answer.frames : room;
        for (size_t i = 0; i < g->nodes[g->count - 1].channels * answer.frames; i++) {
            reach *at = &reaches[i % answer.frames];
            if (i % answer.frames >= room || !isnan(answer.out[i]))
                continue;
            at->first = p < at->first ? p : at->first;
            at->last = p;
        }
        free(answer.out);
    }
    free(in);
    return out_frames;
}

/* Layers that wait although nothing asks for it: delays without look-ahead, cuts at the end, strides, channels
 * that are dropped. */
static bool waits(const bl_node *node)
{
    const bl_conv1d_params *c = &node->u.conv;
    const ptrdiff_t span = (ptrdiff_t)((c->kernel - 1) * c->dilation);
    switch (node->kind) {
    case BL_NODE_CONV1D: return c->pad_left > span || c->stride > 1;
    case BL_NODE_CONV_TRANSPOSE1D: return c->pad_left < 0 || c->pad_right > span || c->stride > 1;
    case BL_NODE_PAD:
    case BL_NODE_SLICE:
    case BL_NODE_UPSAMPLE: return true;
    default: return false;
    }
}

/* Some of its frames or channels depend on less than they are counted for. */
static bool has_gaps(const bl_node *node)
{
    const bl_conv1d_params *c = &node->u.conv;
    if (node->kind == BL_NODE_CONV_TRANSPOSE1D)
        return c->kernel < c->stride || (c->dilation > 1 && c->stride > 1);
    return node->kind == BL_NODE_SLICE;
}

static bool any_node(const bl_graph *g, bool (*holds)(const bl_node *))
{
    for (size_t id = 0; id < g->count; id++)
        if (holds(&g->nodes[id]))
            return true;
    return false;
}

static void check_reach(uint64_t seed, const bl_model *model)
{
    enum { ROOM = 2000 };
    static reach reaches[ROOM];
    const bl_graph *g = &model->graph;
    const size_t frames = 3 * model->info.receptive_field + 8 * bl_graph_granularity(g, model->timing) + 20;
    const size_t out_frames = measure(g, frames, reaches, ROOM);
    size_t field = 1, ahead = 0;
    for (size_t t = 0; t < out_frames; t++) {
        if (reaches[t].first > reaches[t].last)
            continue;
        field = reaches[t].last - reaches[t].first >= field ? reaches[t].last - reaches[t].first + 1 : field;
        ahead = reaches[t].last > t + ahead ? reaches[t].last - t : ahead;
    }
    if (model->info.receptive_field < field || (model->info.receptive_field > field && !any_node(g, has_gaps)))
        fail_msg("seed %llu: receptive field %zu, measured %zu", (unsigned long long)seed,
                 model->info.receptive_field, field);
    if (model->info.latency < ahead || (model->info.latency > ahead && !any_node(g, waits)))
        fail_msg("seed %llu: latency %zu, measured %zu", (unsigned long long)seed, model->info.latency, ahead);
}

static void test_field_and_latency(void **state)
{
    (void)state;
    size_t checked = 0;
    for (uint64_t seed = first_seed; checked < network_count; seed++) {
        fixture f = open_fixture(seed, 0);
        const bl_model_info *info = &f.model->info;
        if (f.family < RANDOM_AHEAD)
            assert_int_equal(info->latency, 0);
        if (info->receptive_field && info->receptive_field <= 50 && f.family != RANDOM_FIR &&
            bl_graph_granularity(&f.model->graph, f.model->timing) <= 12) {
            check_reach(seed, f.model);
            checked++;
        }
        close_fixture(&f);
    }
}

/* ---- work per sample ---- */

static double macs_of(const bl_node *node, double rate)
{
    const bl_conv1d_params *c = &node->u.conv;
    const double in = (double)node->u.rnn.in_channels, hidden = (double)node->u.rnn.hidden;
    const double weights = (double)c->in_channels * (double)c->out_channels * (double)c->kernel / (double)c->groups;
    switch (node->kind) {
    case BL_NODE_CONV1D: return weights * rate;
    case BL_NODE_CONV_TRANSPOSE1D:
        return weights * rate / (double)c->stride; /* every input frame meets all weights */
    case BL_NODE_LSTM: return 4 * hidden * (in + hidden) * rate;
    case BL_NODE_GRU: return 3 * hidden * (in + hidden) * rate;
    default: return 0;
    }
}

static double all_macs(const bl_graph *g)
{
    double *rates = calloc(g->count, sizeof *rates), macs = 0;
    assert_non_null(rates);
    for (size_t id = 0; id < g->count; id++) {
        const bl_node *node = &g->nodes[id];
        rates[id] = node->input_count ? rates[node->inputs[0]] : 1.0;
        if (node->kind == BL_NODE_CONV1D)
            rates[id] /= (double)node->u.conv.stride;
        if (node->kind == BL_NODE_CONV_TRANSPOSE1D)
            rates[id] *= (double)node->u.conv.stride;
        if (node->kind == BL_NODE_UPSAMPLE)
            rates[id] *= (double)node->u.repeat;
        macs += macs_of(node, rates[id]);
    }
    free(rates);
    return macs;
}

static void test_work(void **state)
{
    (void)state;
    for (uint64_t seed = first_seed; seed < first_seed + 10 * network_count; seed++) {
        fixture f = open_fixture(seed, 0);
        const double want = all_macs(&f.model->graph);
        if (fabs((double)f.model->info.macs - want) > 0.5 + 1e-9 * want)
            fail_msg("seed %llu: %llu multiply-accumulates per sample, should be %.2f", (unsigned long long)seed,
                     (unsigned long long)f.model->info.macs, want);
        close_fixture(&f);
    }
}

int main(int argc, char **argv)
{
    read_arguments(argc, argv, &network_count, &first_seed);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_field_and_latency),
        cmocka_unit_test(test_work),
    };
    return cmocka_run_group_tests_name("time in streams", tests, NULL, NULL);
}
