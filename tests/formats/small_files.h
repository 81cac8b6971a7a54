/* What the tests of network formats share: small files, and what to do with them. */
#ifndef BL_TESTS_FORMATS_SMALL_FILES_H
#define BL_TESTS_FORMATS_SMALL_FILES_H

#include "test_support.h"

#include "formats/evaluate.h"

#include <backline/backline.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A network small enough to compute by hand: one layer, one channel, kernel 2. */
static const char nam_tiny[] =
    "{\"version\": \"0.5.4\", \"architecture\": \"WaveNet\", \"sample_rate\": 48000,"
    " \"metadata\": {\"name\": \"Tiny\", \"gear_make\": \"Nobody\", \"loudness\": -18.5, \"tone_type\": 7,"
    "  \"input_level_dbu\": null, \"training\": {\"validation_esr\": 0.01}},"
    " \"config\": {\"head\": null, \"head_scale\": 9, \"layers\": [{\"input_size\": 1, \"condition_size\": 1,"
    "  \"channels\": 1, \"kernel_size\": 2, \"dilations\": [3], \"activation\": \"Tanh\", \"gated\": false,"
    "  \"head_size\": 1, \"head_bias\": false}]},"
    " \"weights\": [2, 0.5, 0.25, 0.1, 3, 1, 0, 4, 0.5]}";

static inline bl_model *load_with(const char *text, const bl_load_options *options)
{
    bl_model *model = NULL;
    bl_error error = { 0 };
    if (bl_model_load_memory(text, strlen(text), NULL, options, &model, &error))
        fail_msg("%s", error.text);
    return model;
}

static inline bl_model *load(const char *text)
{
    return load_with(text, NULL);
}

/* text with the first occurrence of one piece replaced by another. */
static inline char *replaced(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    assert_non_null(at);
    char *result = calloc(strlen(text) + strlen(to) + 1, 1);
    assert_non_null(result);
    memcpy(result, text, (size_t)(at - text));
    strcat(result, to);
    strcat(result, at + strlen(from));
    return result;
}

static inline void expect_failure(const char *text, bl_status status, const char *part)
{
    bl_model *model = (bl_model *)0x1; /* must stay untouched */
    bl_error error = { 0 };
    const bl_status got = bl_model_load_memory(text, strlen(text), NULL, NULL, &model, &error);
    if (got != status || !strstr(error.text, part) || error.text[strlen(error.text) - 1] != '.')
        fail_msg("expected status %d and \"%s\", got %d and \"%s\"", status, part, got, error.text);
    assert_ptr_equal(model, (bl_model *)0x1);
    assert_int_equal(bl_model_load_memory(text, strlen(text), NULL, NULL, &model, NULL), status);
}

/* One thing wrong with a file, and what the sentence must name. */
typedef struct breakage {
    const char *from, *to;
    bl_status status;
    const char *part;
} breakage;

static inline void expect_all(const char *text, const breakage *broken, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *bad = replaced(text, broken[i].from, broken[i].to);
        expect_failure(bad, broken[i].status, broken[i].part);
        free(bad);
    }
}

#define EXPECT_ALL(text, broken) expect_all(text, broken, sizeof(broken) / sizeof *(broken))

static inline const bl_node *node_called(const bl_model *model, const char *name)
{
    for (size_t i = 0; i < model->graph.count; i++)
        if (!strcmp(model->graph.nodes[i].name, name))
            return &model->graph.nodes[i];
    fail_msg("no node %s", name);
    return NULL;
}

static const double signal_in[8] = { 1.0, -0.5, 0.25, 0.75, -1.0, 0.0, 0.5, 0.1 };

static inline double past(size_t t, size_t back)
{
    return t < back ? 0.0 : signal_in[t - back];
}

#endif
