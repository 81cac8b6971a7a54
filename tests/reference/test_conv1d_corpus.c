/* bl_conv1d() on the conv1d cases of the parity corpus: PyTorch's weights, inputs and outputs.
 * Without a corpus the test is skipped. */
#include "corpus.h"

#include <backline/conv1d.h>
#include <backline/tensors.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All that one case needs; clear_case() releases it. */
typedef struct conv_case {
    bl_conv1d_desc desc;
    bl_tensors *tensors;
    float *x, *expected, *y;
    size_t y_count;
    double tolerance;
} conv_case;

static void clear_case(conv_case *c)
{
    bl_tensors_free(c->tensors);
    free(c->x);
    free(c->expected);
    free(c->y);
}

/* The file's numbers as float32 again, or NULL where there are not `count`. */
static float *read_floats(const char *relative, size_t rows, size_t count)
{
    bl_corpus_audio audio = bl_corpus_read_f32(relative, rows);
    float *values = malloc((count + 1) * sizeof *values);
    const bool good = values && count && audio.channels * audio.frames == count;
    for (size_t i = 0; good && i < count; i++)
        values[i] = (float)audio.samples[i];
    if (!good) {
        printf("  %s: %zu numbers instead of %zu\n", relative, audio.channels * audio.frames, count);
        free(values);
        values = NULL;
    }
    free(audio.samples);
    return values;
}

static size_t size_of(const json_t *object, const char *key)
{
    return (size_t)json_integer_value(json_object_get(object, key));
}

static bool read_desc(const json_t *params, bl_conv1d_desc *d)
{
    static const char *const modes[] = { "zeros", "reflect", "replicate", "circular" };
    const json_t *shape = json_object_get(params, "in_shape");
    *d = (bl_conv1d_desc){ .batch = (size_t)json_integer_value(json_array_get(shape, 0)),
                           .in_channels = size_of(params, "in_channels"),
                           .length = (size_t)json_integer_value(json_array_get(shape, 2)),
                           .out_channels = size_of(params, "out_channels"),
                           .kernel = size_of(params, "kernel_size"),
                           .stride = size_of(params, "stride"),
                           .dilation = size_of(params, "dilation"),
                           .groups = size_of(params, "groups") };
    const json_t *padding = json_object_get(params, "padding");
    if (json_is_integer(padding)) {
        d->padding = BL_CONV1D_PAD_EXPLICIT;
        d->pad_left = d->pad_right = (size_t)json_integer_value(padding);
    } else {
        d->padding = strcmp(json_string_value(padding), "same") ? BL_CONV1D_PAD_VALID : BL_CONV1D_PAD_SAME;
    }
    for (int mode = 0; mode < 4; mode++)
        if (!strcmp(bl_corpus_text(params, "padding_mode"), modes[mode])) {
            d->padding_mode = (bl_conv1d_padding_mode)mode;
            return true;
        }
    return false;
}

static bool read_case(const json_t *entry, conv_case *c)
{
    const json_t *params = json_object_get(entry, "params");
    const json_t *out_shape = json_object_get(params, "out_shape");
    if (!read_desc(params, &c->desc))
        return false;
    const bl_conv1d_desc *d = &c->desc;

    bl_error error;
    size_t length;
    if (bl_conv1d_output_length(d, &length, &error)) {
        printf("  %s\n", error.text);
        return false;
    }
    if (length != (size_t)json_integer_value(json_array_get(out_shape, 2))) {
        printf("  the output length is %zu instead of %lld\n", length,
               (long long)json_integer_value(json_array_get(out_shape, 2)));
        return false;
    }
    if (bl_tensors_load_file(bl_corpus_path(bl_corpus_text(entry, "model_safetensors")), &c->tensors, &error)) {
        printf("  %s\n", error.text);
        return false;
    }
    c->y_count = d->batch * d->out_channels * length;
    c->x = read_floats(bl_corpus_text(entry, "input"), d->batch * d->in_channels,
                       d->batch * d->in_channels * d->length);
    c->expected = read_floats(bl_corpus_text(entry, "expected"), d->batch * d->out_channels, c->y_count);
    c->y = calloc(c->y_count, sizeof *c->y);
    c->tolerance = json_number_value(json_object_get(json_object_get(entry, "suggested_tolerance"), "maxabs"));
    return c->x && c->expected && c->y && c->tolerance > 0.0;
}

/* The largest error, or INFINITY where there is nothing to compare. */
static double run(const json_t *entry, conv_case *c)
{
    const bl_conv1d_desc *d = &c->desc;
    const bl_tensor *weight = bl_tensors_find(c->tensors, "weight"), *bias = bl_tensors_find(c->tensors, "bias");
    const bool has_bias = json_is_true(json_object_get(json_object_get(entry, "params"), "bias"));
    if (!weight || weight->count != d->out_channels * (d->in_channels / d->groups) * d->kernel ||
        has_bias != (bias != NULL) || (bias && bias->count != d->out_channels)) {
        printf("  the tensors do not have the shapes of the case\n");
        return INFINITY;
    }
    bl_error error;
    if (bl_conv1d(c->y, c->x, weight->values, bias ? bias->values : NULL, d, &error)) {
        printf("  %s\n", error.text);
        return INFINITY;
    }
    double worst = 0.0;
    for (size_t i = 0; i < c->y_count; i++) {
        const double wrong = fabs((double)c->y[i] - c->expected[i]);
        if (!(wrong <= worst)) /* also if it is NaN */
            worst = isnan(wrong) ? INFINITY : wrong;
    }
    return worst;
}

int main(void)
{
    json_t *index = bl_corpus_index();
    if (!index)
        return BL_TEST_SKIPPED;

    size_t passed = 0, failed = 0, i;
    json_t *entry;
    json_array_foreach (index, i, entry) {
        const char *kind = bl_corpus_text(entry, "kind");
        if (!kind || strcmp(kind, "conv1d"))
            continue;
        conv_case c = { 0 };
        const double worst = read_case(entry, &c) ? run(entry, &c) : INFINITY;
        const bool good = worst <= c.tolerance;
        printf("%-4s %-20s maximum error %.2e, tolerance %.2e\n", good ? "ok" : "BAD", bl_corpus_text(entry, "id"),
               worst, c.tolerance);
        passed += good;
        failed += !good;
        clear_case(&c);
    }
    json_decref(index);
    printf("%zu passed, %zu failed\n", passed, failed);
    return passed && !failed ? EXIT_SUCCESS : EXIT_FAILURE;
}
