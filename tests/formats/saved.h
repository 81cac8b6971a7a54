/* What tests of saving share: comparing networks bit by bit, and letting each allocation fail in turn, for which
 * they are linked with malloc and its relatives wrapped. */
#ifndef BL_TESTS_FORMATS_SAVED_H
#define BL_TESTS_FORMATS_SAVED_H

#include "model/model.h"
#include "test_support.h"

#include <backline/backline.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- comparing ---- */

#define MAX_NUMBERS 16
#define MAX_ARRAYS  6

typedef struct array {
    const float *values;
    size_t count;
} array;

static inline size_t put_activation(double *to, bl_activation act)
{
    const double all[] = { act.kind, (double)act.a, (double)act.b, (double)act.c, (double)act.d };
    memcpy(to, all, sizeof all);
    return 5;
}

static inline size_t put_conv(double *to, const bl_conv1d_params *c)
{
    const double all[] = { (double)c->in_channels, (double)c->out_channels, (double)c->kernel,
                           (double)c->dilation,    (double)c->groups,       (double)c->stride,
                           (double)c->pad_left,    (double)c->pad_right };
    memcpy(to, all, sizeof all);
    return 8;
}

/* All numbers of a node that are no weights. */
static inline size_t numbers_of(const bl_node *node, double to[MAX_NUMBERS])
{
    size_t n;
    memset(to, 0, MAX_NUMBERS * sizeof *to);
    switch (node->kind) {
    case BL_NODE_PARAM:
        to[0] = (double)node->u.param.minimum;
        to[1] = (double)node->u.param.maximum;
        to[2] = (double)node->u.param.initial;
        return 3;
    case BL_NODE_CONV1D:
    case BL_NODE_CONV_TRANSPOSE1D: return put_conv(to, &node->u.conv);
    case BL_NODE_ACTIVATION: return put_activation(to, node->u.act);
    case BL_NODE_GATE:
    case BL_NODE_BLEND: n = put_activation(to, node->u.gate.a); return n + put_activation(to + n, node->u.gate.b);
    case BL_NODE_SCALE: to[0] = (double)node->u.factor; return 1;
    case BL_NODE_SLICE: to[0] = (double)node->u.first; return 1;
    case BL_NODE_PAD:
        to[0] = (double)node->u.pad.left;
        to[1] = (double)node->u.pad.right;
        return 2;
    case BL_NODE_UPSAMPLE: to[0] = (double)node->u.repeat; return 1;
    case BL_NODE_LSTM:
    case BL_NODE_GRU: to[0] = (double)node->u.rnn.hidden; return 1;
    default: return 0;
    }
}

static inline void arrays_of(const bl_node *node, array to[MAX_ARRAYS])
{
    const bl_conv1d_params *c = &node->u.conv;
    const bl_recurrent_params *r = &node->u.rnn;
    const size_t hidden = r->hidden, rows = hidden * (node->kind == BL_NODE_LSTM ? 4 : 3);
    memset(to, 0, MAX_ARRAYS * sizeof *to);
    switch (node->kind) {
    case BL_NODE_CONV1D:
    case BL_NODE_CONV_TRANSPOSE1D:
        to[0] = (array){ c->weight, c->out_channels * c->in_channels / c->groups * c->kernel };
        to[1] = (array){ c->bias, c->out_channels };
        break;
    case BL_NODE_PRELU: to[0] = (array){ node->u.slopes, node->channels }; break;
    case BL_NODE_LSTM:
    case BL_NODE_GRU:
        to[0] = (array){ r->weight_ih, rows * r->in_channels };
        to[1] = (array){ r->weight_hh, rows * hidden };
        to[2] = (array){ r->bias, rows };
        to[3] = (array){ r->bias_hh_n, hidden };
        to[4] = (array){ r->h0, hidden };
        to[5] = (array){ r->c0, hidden };
        break;
    default: break;
    }
}

static inline void check_node(const bl_node *a, const bl_node *b)
{
    double x[MAX_NUMBERS], y[MAX_NUMBERS];
    array p[MAX_ARRAYS], q[MAX_ARRAYS];
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->channels, b->channels);
    assert_int_equal(a->input_count, b->input_count);
    if (a->input_count)
        assert_memory_equal(a->inputs, b->inputs, a->input_count * sizeof *a->inputs);
    assert_int_equal(numbers_of(a, x), numbers_of(b, y));
    assert_memory_equal(x, y, sizeof x);
    arrays_of(a, p);
    arrays_of(b, q);
    for (size_t i = 0; i < MAX_ARRAYS; i++) {
        assert_int_equal(p[i].values != NULL, q[i].values != NULL);
        if (p[i].values)
            assert_memory_equal(p[i].values, q[i].values, p[i].count * sizeof(float));
    }
}

static inline void check_graph(const bl_graph *a, const bl_graph *b)
{
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++)
        check_node(&a->nodes[i], &b->nodes[i]);
}

static inline void check_text(const char *a, const char *b)
{
    assert_int_equal(a != NULL, b != NULL);
    if (a)
        assert_string_equal(a, b);
}

/* Equal, also where both are unknown. */
static inline void check_number(double a, double b)
{
    assert_true(a == b || (isnan(a) && isnan(b)));
}

static inline void check_info(const bl_model_info *a, const bl_model_info *b)
{
    check_text(a->name, b->name);
    check_text(a->modeled_by, b->modeled_by);
    check_text(a->gear_type, b->gear_type);
    check_text(a->gear_make, b->gear_make);
    check_text(a->gear_model, b->gear_model);
    check_text(a->tone_type, b->tone_type);
    check_text(a->architecture, b->architecture);
    check_number(a->sample_rate_hz, b->sample_rate_hz);
    check_number(a->loudness_db, b->loudness_db);
    check_number(a->input_level_dbu, b->input_level_dbu);
    check_number(a->output_level_dbu, b->output_level_dbu);
    check_number(a->validation_esr, b->validation_esr);
    assert_int_equal(a->receptive_field, b->receptive_field);
    assert_int_equal(a->latency, b->latency);
    assert_int_equal(a->prewarm, b->prewarm);
    assert_int_equal(a->parameters, b->parameters);
    assert_int_equal(a->macs, b->macs);
}

/* ---- saving and loading ---- */

typedef struct bytes {
    void *p;
    size_t size;
} bytes;

static inline bytes save(const bl_model *model, bl_save_format format)
{
    bytes b = { 0 };
    bl_error error = { 0 };
    if (bl_model_save_memory(model, format, &b.p, &b.size, &error))
        fail_msg("%s", error.text);
    return b;
}

static inline bl_model *load(bytes b)
{
    bl_model *model = NULL;
    bl_error error = { 0 };
    if (bl_model_load_memory(b.p, b.size, NULL, NULL, &model, &error))
        fail_msg("%s", error.text);
    return model;
}

/* Saves as safetensors and loads again. */
static inline bl_model *round_trip(const bl_model *model)
{
    bytes b = save(model, BL_SAVE_SAFETENSORS);
    bl_model *loaded = load(b);
    free(b.p);
    return loaded;
}

static inline bl_model *new_model(void)
{
    bl_model *model;
    assert_int_equal(bl_model_create(&model, NULL), BL_OK);
    return model;
}

static inline void finish(bl_model *model)
{
    bl_error error = { 0 };
    if (bl_model_finish(model, &error))
        fail_msg("%s", error.text);
}

/* The model must be refused with a sentence that holds the part. */
static inline void expect_refusal(const bl_model *model, bl_save_format format, bl_status status, const char *part)
{
    bytes b = { (void *)0x1, 7 }; /* must stay untouched */
    bl_error error = { 0 };
    const bl_status got = bl_model_save_memory(model, format, &b.p, &b.size, &error);
    if (got != status || !strstr(error.text, part) || error.text[strlen(error.text) - 1] != '.')
        fail_msg("expected status %d and \"%s\", got %d and \"%s\"", status, part, got, error.text);
    assert_ptr_equal(b.p, (void *)0x1);
    assert_int_equal(b.size, 7);
}

/* ---- no memory ---- */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);

static unsigned long allocations, fails_at; /* fails_at 0: never */

static inline bool fails_now(void)
{
    return ++allocations == fails_at;
}

void *__wrap_malloc(size_t size)
{
    return fails_now() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails_now() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    return fails_now() ? NULL : __real_realloc(memory, size);
}

static inline void check_each_allocation(const bl_model *model, bl_save_format format)
{
    bytes b = { 0 };
    bl_error error = { 0 };
    bl_status status;
    unsigned long n = 1;
    do {
        allocations = 0;
        fails_at = n++;
        status = bl_model_save_memory(model, format, &b.p, &b.size, &error);
        fails_at = 0;
        /* jansson, reading what was written, may call a lack of memory a damaged text. */
        if (status && status != BL_ERR_NO_MEM && !strstr(error.text, "the JSON text is damaged"))
            fail_msg("allocation %lu failed, and the answer was: %s", n - 1, error.text);
    } while (status);
    assert_true(n > 10);
    free(b.p);
}

#endif
