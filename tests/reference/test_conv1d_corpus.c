/* bl_conv1d() on the conv1d cases of the parity corpus: PyTorch's weights, inputs and outputs.
 * The corpus is $BACKLINE_CORPUS, or where the build was told it is; without it the test is skipped. */
#include <backline/conv1d.h>
#include <backline/tensors.h>
#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef BACKLINE_CORPUS_DEFAULT
#define BACKLINE_CORPUS_DEFAULT "../shared/corpus"
#endif

#define EXIT_SKIPPED 77

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

static void join(char *path, size_t size, const char *folder, const char *name)
{
    snprintf(path, size, "%s/%s", folder, name ? name : "");
}

/* The file's count float32 numbers, or NULL where there are not exactly that many. */
static float *read_floats(const char *folder, const char *name, size_t count)
{
    char path[1024];
    join(path, sizeof path, folder, name);
    float *values = malloc((count + 1) * sizeof *values); /* one more shows that the file is too long */
    FILE *file = fopen(path, "rb");
    size_t got = values && file ? fread(values, sizeof *values, count + 1, file) : 0;
    if (file)
        fclose(file);
    if (got == count && count)
        return values;
    printf("  %s: %zu numbers instead of %zu\n", path, got, count);
    free(values);
    return NULL;
}

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
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
        if (!strcmp(text_of(params, "padding_mode"), modes[mode])) {
            d->padding_mode = (bl_conv1d_padding_mode)mode;
            return true;
        }
    return false;
}

static bool read_case(const char *corpus, const json_t *entry, conv_case *c)
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
    char path[1024];
    join(path, sizeof path, corpus, text_of(entry, "model_safetensors"));
    if (bl_tensors_load_file(path, &c->tensors, &error)) {
        printf("  %s\n", error.text);
        return false;
    }
    c->y_count = d->batch * d->out_channels * length;
    c->x = read_floats(corpus, text_of(entry, "input"), d->batch * d->in_channels * d->length);
    c->expected = read_floats(corpus, text_of(entry, "expected"), c->y_count);
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
    const char *corpus = getenv("BACKLINE_CORPUS");
    if (!corpus || !*corpus)
        corpus = BACKLINE_CORPUS_DEFAULT;
    char path[1024];
    join(path, sizeof path, corpus, "index.json");
    FILE *file = fopen(path, "rb");
    if (!file) {
        printf("skipped: no corpus at %s\n", corpus);
        return EXIT_SKIPPED;
    }
    json_error_t parse_error;
    json_t *index = json_loadf(file, 0, &parse_error);
    fclose(file);
    if (!index) {
        printf("%s: line %d: %s\n", path, parse_error.line, parse_error.text);
        return EXIT_FAILURE;
    }

    size_t passed = 0, failed = 0, i;
    json_t *entry;
    json_array_foreach(index, i, entry)
    {
        const char *kind = text_of(entry, "kind");
        if (!kind || strcmp(kind, "conv1d"))
            continue;
        conv_case c = { 0 };
        const double worst = read_case(corpus, entry, &c) ? run(entry, &c) : INFINITY;
        const bool good = worst <= c.tolerance;
        printf("%-4s %-20s maximum error %.2e, tolerance %.2e\n", good ? "ok" : "BAD", text_of(entry, "id"), worst,
               c.tolerance);
        passed += good;
        failed += !good;
        clear_case(&c);
    }
    json_decref(index);
    printf("%zu passed, %zu failed\n", passed, failed);
    return passed && !failed ? EXIT_SUCCESS : EXIT_FAILURE;
}
