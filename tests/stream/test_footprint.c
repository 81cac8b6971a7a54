/* What a network costs: memory per stream, packed weights, and work per block, which never jumps.
 *
 * Work: kernels load and store the same in every block. What comes on top are copies that keep the ends of rings
 * alike, when a signal passes there. This program is linked with --wrap, so that every byte that the engine copies
 * or clears is counted. */
#include "networks.h"
#include "plan/plan.h"

#include <backline/backline.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- counting ---- */

/* volatile: compilers know that memcpy() changes no variable of ours, but here it does. */
static volatile bool counting;
static volatile size_t moved;

#define COUNT(n) (counting ? (void)(moved += (n)) : (void)0)

void *__real_memcpy(void *restrict to, const void *restrict from, size_t n);
void *__wrap_memcpy(void *restrict to, const void *restrict from, size_t n);
void *__wrap_memcpy(void *restrict to, const void *restrict from, size_t n)
{
    COUNT(n);
    return __real_memcpy(to, from, n);
}

void *__real_memmove(void *to, const void *from, size_t n);
void *__wrap_memmove(void *to, const void *from, size_t n);
void *__wrap_memmove(void *to, const void *from, size_t n)
{
    COUNT(n);
    return __real_memmove(to, from, n);
}

void *__real_memset(void *to, int value, size_t n);
void *__wrap_memset(void *to, int value, size_t n);
void *__wrap_memset(void *to, int value, size_t n)
{
    COUNT(n);
    return __real_memset(to, value, n);
}

/* What hardened builds call where they know how large the target is. */
#define WRAP_CHECKED(f, value_type)                                                                                \
    void *__real___##f##_chk(void *to, value_type from, size_t n, size_t room);                                    \
    void *__wrap___##f##_chk(void *to, value_type from, size_t n, size_t room);                                    \
    void *__wrap___##f##_chk(void *to, value_type from, size_t n, size_t room)                                     \
    {                                                                                                              \
        COUNT(n);                                                                                                  \
        return __real___##f##_chk(to, from, n, room);                                                              \
    }

WRAP_CHECKED(memcpy, const void *)
WRAP_CHECKED(memmove, const void *)
WRAP_CHECKED(memset, int)

static void test_counter_counts(void **state)
{
    (void)state;
    static unsigned char from[64] = { 1, 2, 3 }, to[64];
    volatile size_t n = 40; /* a size that no compiler knows, as in the engine */
    moved = 0;
    counting = true;
    memcpy(to, from, n);
    counting = false;
    assert_int_equal(moved, 40);
    assert_memory_equal(to, from, 40);
    counting = true;
    memmove(to, to + 1, n + 1);
    memset(to + 8, 7, n + 2);
    counting = false;
    assert_int_equal(moved, 40 + 41 + 42);
    assert_true(to[0] == 2 && to[8] == 7 && to[49] == 7);
    memcpy(to, from, n);
    assert_int_equal(moved, 40 + 41 + 42);
    assert_memory_equal(to, from, 40);
}

/* ---- networks ---- */

static bl_model *a1_standard(void)
{
    return bl_test_wavenet((const size_t[2]){ 16, 8 }, 10, false);
}

static bl_model *a1_lite(void)
{
    return bl_test_small_wavenet((const size_t[2]){ 12, 6 });
}

static bl_model *a1_feather(void)
{
    return bl_test_small_wavenet((const size_t[2]){ 8, 4 });
}

static bl_model *a1_nano(void)
{
    return bl_test_small_wavenet((const size_t[2]){ 4, 2 });
}

static bl_model *a1_gated(void)
{
    return bl_test_wavenet((const size_t[2]){ 16, 8 }, 10, true);
}

static bl_model *a2_full(void)
{
    return bl_test_a2(8);
}

static bl_model *a2_lite(void)
{
    return bl_test_a2(3);
}

static bl_model *convnet(void)
{
    return bl_test_convnet(16);
}

static bl_model *small_convnet(void)
{
    return bl_test_convnet(4);
}

static bl_model *pedalnet(void)
{
    return bl_test_pedalnet(16, 1, 10);
}

static bl_model *wavenetva(void)
{
    return bl_test_pedalnet(8, 2, 9);
}

typedef struct network {
    const char *name;
    bl_model *(*make)(void);
    size_t rows;               /* of signals that are alive at once while it runs, see below; 0: not asked */
    double of_history;         /* most bytes of a stream, as a multiple of the bare history */
    double of_history_and_run; /* the same of the history and one run */
    double of_loads;           /* most bytes that a block moves, in percent of what its sums load; 0: not asked */
    bool one_tile; /* its layers must be single tiles to keep within, which scalar kernels do not have */
} network;

/* Two runs more than the pasts that it holds are in each ring, one where it closes and one behind its end, and pasts
 * are whole lines: the fewer the signals and the shorter their pasts, the more that weighs. In a ConvNet a
 * convolution of several tiles writes its output while the oldest past of its input is still read, so that the signals
 * come in two turns, each with a run of its own; a single tile reads first. A long convolution copies whole blocks of
 * 512 frames when it takes up the next one, which counts where the compiler calls memcpy() for them. */
static const network networks[] = {
    { "A1 standard", a1_standard, 4 * 16 + 1, 1.16, 1.07, 4.5, false },
    { "A1 gated", a1_gated, 4 * 16 + 1, 1.20, 1.10, 3.0, false },
    { "A1 lite", a1_lite, 4 * 12 + 1, 1.21, 1.09, 10.0, false },
    { "A1 feather", a1_feather, 4 * 8 + 1, 1.22, 1.09, 12.0, false },
    { "A1 nano", a1_nano, 4 * 4 + 1, 1.25, 1.12, 10.0, false },
    { "A2 full", a2_full, 4 * 8 + 1, 1.10, 1.06, 1.8, false },
    { "A2 lite", a2_lite, 4 * 3 + 1, 1.12, 1.07, 2.0, false },
    { "ConvNet", convnet, 2 * 16, 1.25, 1.12, 6.0, false },
    { "small ConvNet", small_convnet, 2 * 4, 1.25, 1.12, 0, true },
    { "PedalNet", pedalnet, 3 * 16 + 17, 1.25, 1.12, 6.0, false },
    { "WaveNetVA", wavenetva, 3 * 8 + 17, 1.25, 1.12, 6.0, false },
    { "everything", bl_test_everything, 0, 0, 0, 15.0, false },
};
#define NETWORKS (sizeof networks / sizeof *networks)

static bl_plan *new_plan(const bl_model *model, bl_cpu cpu)
{
    bl_plan *plan = NULL;
    bl_error error = { 0 };
    if (bl_plan_create(model, cpu, &plan, &error))
        fail_msg("%s: %s", bl_cpu_name(cpu), error.text);
    return plan;
}

/* ---- memory ---- */

/* Bytes of the past that the convolutions read, each for itself. */
static double history_of(const bl_graph *g)
{
    double floats = 0;
    for (size_t id = 0; id < g->count; id++) {
        const bl_conv1d_params *c = &g->nodes[id].u.conv;
        if (g->nodes[id].kind == BL_NODE_CONV1D)
            floats += (double)(c->in_channels * (c->kernel - 1) * c->dilation);
    }
    return floats * sizeof(float);
}

/* The bare history is the least that any engine keeps between blocks. To run, it must have more: one run of each
 * signal that is alive at once. In the widest layer of a WaveNet these are the network's input, and rows as wide
 * as the layer for its own input, its activations, the sum of all activations and its output; in that of a ConvNet
 * its input and its output. Not in it: what the stream keeps for itself, and what makes kernels fast, room behind
 * every row and whole cache lines. That has to fit into what is left up to the limits. */
static void check_memory(const network *n, bl_cpu cpu)
{
    bl_model *model = n->make();
    bl_plan *plan = new_plan(model, cpu);
    const double bytes = (double)bl_plan_stream_bytes(plan, 1), history = history_of(&model->graph);
    const double run = (double)(n->rows * BL_MAX_RUN * sizeof(float));
    const double bare = bytes / history, with_run = bytes / (history + run);
    if (cpu == (n->one_tile ? BL_CPU_SCALAR + 1 : BL_CPU_SCALAR))
        print_message("  %-11s %6.0f bytes per stream: %.3f of its history, %.3f of that and one run\n", n->name,
                      bytes, bare, with_run);
    if (bare > n->of_history || with_run > n->of_history_and_run)
        fail_msg("%s, %s: a stream takes %.0f bytes, %.3f of its history (limit %.2f), %.3f of that and one run "
                 "(limit %.2f)",
                 n->name, bl_cpu_name(cpu), bytes, bare, n->of_history, with_run, n->of_history_and_run);
    bl_plan_free(plan);
    bl_model_free(model);
}

static void test_memory(void **state)
{
    (void)state;
    for (size_t i = 0; i < NETWORKS; i++)
        for (bl_cpu cpu = BL_CPU_SCALAR; cpu <= BL_CPU_NEON; cpu++)
            if (networks[i].rows && bl_cpu_available(cpu) && !(networks[i].one_tile && cpu == BL_CPU_SCALAR))
                check_memory(&networks[i], cpu);
}

/* ---- weights ---- */

#define OF_PARAMETERS 1.5

static void check_weights(const char *name, const bl_model *model)
{
    for (bl_cpu cpu = BL_CPU_SCALAR; cpu <= BL_CPU_NEON; cpu++) {
        if (!bl_cpu_available(cpu))
            continue;
        bl_plan *plan = new_plan(model, cpu);
        const double share = (double)plan->program.weight_count / (double)model->info.parameters;
        if (cpu == BL_CPU_SCALAR)
            print_message("  %-11s %zu packed weights, %.2f of its parameters\n", name, plan->program.weight_count,
                          share);
        if (share > OF_PARAMETERS)
            fail_msg("%s, %s: %zu packed weights, %.2f of its parameters", name, bl_cpu_name(cpu),
                     plan->program.weight_count, share);
        bl_plan_free(plan);
    }
}

static bl_model *new_lstm(size_t hidden)
{
    bl_model *model;
    bl_recurrent_params *r;
    bl_conv1d_params *c;
    assert_int_equal(bl_model_create(&model, NULL), BL_OK);
    bl_graph *g = &model->graph;
    const bl_node_id x = bl_graph_lstm(g, bl_graph_input(g, 1), hidden, &r, "lstm");
    const bl_conv1d_shape head = { .out_channels = 1, .kernel = 1, .bias = true };
    bl_graph_output(g, bl_graph_conv1d(g, x, &head, &c, "head"));
    assert_int_equal(bl_model_finish(model, NULL), BL_OK);
    return model;
}

static void test_weights(void **state)
{
    (void)state;
    static const size_t hidden[] = { 8, 12, 16, 20, 24, 32, 40 };
    for (size_t i = 0; i < NETWORKS; i++) {
        if (networks[i].make == bl_test_everything) /* its long convolution is packed as spectra */
            continue;
        bl_model *model = networks[i].make();
        check_weights(networks[i].name, model);
        bl_model_free(model);
    }
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++) {
        char name[32];
        snprintf(name, sizeof name, "LSTM of %zu", hidden[i]);
        bl_model *model = new_lstm(hidden[i]);
        check_weights(name, model);
        bl_model_free(model);
    }
}

/* ---- work per block ---- */

#define BLOCKS  10000
#define LONGEST 64
#define WINDOW  100

/* How far the mean of WINDOW blocks may be from that of all, in percent of what the sums load. */
#define OF_LOADS_IN_A_WINDOW 0.5

/* Frames of a signal while so many of the input pass. */
static double at_rate(size_t frames, size_t up, size_t down)
{
    return (double)frames * (double)up / (double)down;
}

/* Bytes of signals that the sums of one block load: each tile of an affine operation all rows of its sources, a
 * long convolution as many frames as it has direct taps for each of its own. What the second half of a layer reads
 * counts, too, though it is in registers. */
static double loads_of(const bl_program *p, size_t frames)
{
    double floats = 0;
    for (size_t i = 0; i < p->op_count; i++) {
        const bl_op *op = &p->ops[i];
        const bl_buffer *out = &p->buffers[op->out.buffer];
        double rows = op->kind == BL_OP_FIR ? (double)op->taps : 0;
        for (size_t t = op->first_tile; t < op->first_tile + op->tile_count; t++)
            for (size_t s = 0; s < p->tiles[t].source_count; s++)
                rows += (double)p->sources[op->first_source + p->tiles[t].first_source + s].channels;
        if (op->kind == BL_OP_LAYER)
            rows += (double)(op->tile_count * op->out.channels);
        floats += rows * at_rate(frames, out->up, out->down);
    }
    return floats * sizeof(float);
}

/* Bytes that have to be moved while so many frames pass: in each turn of its ring every signal writes the margin
 * twice. If fewer are counted, a copy has escaped the counter. */
static double margins_in(const bl_program *p, size_t frames)
{
    double floats = 0;
    for (size_t i = 0; i < p->buffer_count; i++) {
        const bl_ring *ring = &p->rings[p->buffers[i].ring];
        if (p->buffers[i].history)
            floats += (double)((size_t)at_rate(frames, ring->up, ring->down) / ring->frames * ring->margin *
                               p->buffers[i].channels);
    }
    return floats * sizeof(float);
}

static void count_blocks(const bl_plan *plan, size_t frames, size_t *blocks, size_t count)
{
    float in[LONGEST], out[LONGEST];
    bl_random rng = { 3 };
    bl_stream *s = NULL;
    assert_int_equal(bl_stream_create(plan, 1, &s, NULL), BL_OK);
    bl_random_fill(&rng, in, LONGEST, 0.5f);
    for (size_t i = 0; i < count; i++) {
        moved = 0;
        counting = true;
        bl_stream_process(s, &(float *){ out }, &(const float *){ in }, frames);
        counting = false;
        blocks[i] = moved;
    }
    bl_stream_free(s);
}

static int compare_sizes(const void *a, const void *b)
{
    const size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

typedef struct range {
    double least, most;
} range;

/* Of the means of any WINDOW blocks in a row. */
static range range_of_windows(const size_t *blocks, size_t count)
{
    range r = { INFINITY, 0 };
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += (double)blocks[i] - (i >= WINDOW ? (double)blocks[i - WINDOW] : 0);
        if (i + 1 < WINDOW)
            continue;
        r.least = fmin(r.least, sum / WINDOW);
        r.most = fmax(r.most, sum / WINDOW);
    }
    return r;
}

static void check_work(const network *n, const bl_plan *plan, size_t frames)
{
    static size_t blocks[BLOCKS];
    const size_t wanted = bl_test_effort(BLOCKS), most = wanted < BLOCKS ? wanted : BLOCKS;
    const size_t count = most < 2 * WINDOW ? 2 * WINDOW : most;
    const double percent = 100 / loads_of(&plan->program, frames);
    const double margins = margins_in(&plan->program, count * frames);
    double total = 0;
    count_blocks(plan, frames, blocks, count);
    for (size_t i = 0; i < count; i++)
        total += (double)blocks[i];
    const double mean = total / (double)count;
    const range windows = range_of_windows(blocks, count);
    const double strays = fmax(windows.most - mean, mean - windows.least) * percent;
    qsort(blocks, count, sizeof *blocks, compare_sizes);
    const double median = (double)blocks[count / 2], worst = (double)blocks[count - 1];
    print_message("  %-11s blocks of %zu load %.0f bytes and move %.0f (median), %.0f (mean), %.0f (most): %.2f, "
                  "%.2f, %.2f %%; %d in a row %.2f to %.2f %%\n",
                  n->name, frames, 100 / percent, median, mean, worst, median * percent, mean * percent,
                  worst * percent, WINDOW, windows.least * percent, windows.most * percent);
    if (!(total > 0 && total >= margins))
        fail_msg("%s: %zu blocks of %zu have moved %.0f bytes, but their rings' margins take %.0f", n->name, count,
                 frames, total, margins);
    if (!(worst * percent <= n->of_loads))
        fail_msg("%s: a block of %zu moves %.0f bytes, %.2f %% of what it loads (limit %.2f %%)", n->name, frames,
                 worst, worst * percent, n->of_loads);
    if (!(strays <= OF_LOADS_IN_A_WINDOW))
        fail_msg("%s: %d blocks of %zu in a row move %.0f to %.0f bytes each, all together %.0f; that differs by "
                 "%.2f %% of what they load (limit %.2f %%)",
                 n->name, WINDOW, frames, windows.least, windows.most, mean, strays, OF_LOADS_IN_A_WINDOW);
}

static void test_work(void **state)
{
    (void)state;
    static const size_t sizes[] = { 64, 16, 37 };
    for (size_t i = 0; i < NETWORKS; i++) {
        if (!networks[i].of_loads)
            continue;
        bl_model *model = networks[i].make();
        bl_plan *plan = new_plan(model, BL_CPU_AUTO);
        for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
            check_work(&networks[i], plan, sizes[k]);
        bl_plan_free(plan);
        bl_model_free(model);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counter_counts),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_weights),
        cmocka_unit_test(test_work),
    };
    return cmocka_run_group_tests_name("footprint", tests, NULL, NULL);
}
