/* PyTorch and safetensors files of the parity corpus: every good one gives the numbers that PyTorch
 * itself read, every bad one is refused with a sentence, and so is every good one that was cut off. */
#include "base/bytes.h"
#include "base/file.h"
#include "formats/formats.h"

#include <glob.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef BACKLINE_CORPUS_DEFAULT
#define BACKLINE_CORPUS_DEFAULT "corpus"
#endif

#define SKIPPED    77
#define FILE_LIMIT (UINT64_C(256) << 20)
#define CUTS       50

static const char *corpus;
static unsigned checks, failures;

static bool check(bool ok, const char *file, const char *what)
{
    checks++;
    if (!ok) {
        failures++;
        printf("FAIL %s: %s\n", file, what);
    }
    return ok;
}

static char *path_of(const char *file, char *path, size_t size)
{
    snprintf(path, size, "%s/%s", corpus, file);
    return path;
}

/* A file of the corpus in memory that is exactly as long, so that reading past its end is noticed. */
static bool load(const char *file, uint8_t **bytes, size_t *size, bl_error *error)
{
    char path[1024];
    uint8_t *data;
    if (bl_file_read(path_of(file, path, sizeof path), FILE_LIMIT, &data, size, error))
        return false;
    *bytes = malloc(*size ? *size : 1);
    if (*bytes && *size)
        memcpy(*bytes, data, *size);
    free(data);
    return *bytes != NULL;
}

static json_t *load_json(const char *file)
{
    char path[1024];
    json_error_t error;
    json_t *value = json_load_file(path_of(file, path, sizeof path), 0, &error);
    if (!value)
        printf("cannot read %s: %s\n", path, error.text);
    return value;
}

/* ---- good files ---- */

static double expected_value(const uint8_t *p)
{
    uint64_t bits = 0;
    double value;
    for (int i = 8; i-- > 0;)
        bits = bits << 8 | p[i];
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void check_shape(const char *file, const bl_tensor *t, const json_t *shape)
{
    bool same = json_array_size(shape) == t->rank;
    for (size_t i = 0; i < t->rank && same; i++)
        same = (uint64_t)json_integer_value(json_array_get(shape, i)) == t->shape[i];
    check(same, file, t->name);
}

static void check_values(const char *file, const bl_tensor *t, const json_t *meta, const uint8_t *numbers,
                         size_t bytes)
{
    size_t first = (size_t)json_integer_value(json_object_get(meta, "value_offset"));
    size_t count = (size_t)json_integer_value(json_object_get(meta, "count"));
    if (!check(count == t->count && (first + count) * 8 <= bytes, file, "number of values"))
        return;
    bool same = true;
    for (size_t i = 0; i < count; i++) {
        float expected = (float)expected_value(numbers + 8 * (first + i));
        same = same && memcmp(&t->values[i], &expected, sizeof expected) == 0;
    }
    check(same, file, t->name);
}

static void check_tensors(const char *file, const bl_tensors *tensors, const json_t *list, const uint8_t *numbers,
                          size_t bytes, bool ordered)
{
    size_t i;
    json_t *meta;
    check(bl_tensors_count(tensors) == json_array_size(list), file, "number of tensors");
    json_array_foreach (list, i, meta) {
        const char *name = json_string_value(json_object_get(meta, "name"));
        const bl_tensor *t = bl_tensors_find(tensors, name);
        if (!check(t != NULL, file, name))
            continue;
        check(!strcmp(t->name, name), file, name);
        check(!ordered || bl_tensors_at(tensors, i) == t, file, "order of tensors");
        check(!strcmp(t->type, json_string_value(json_object_get(meta, "dtype"))), file, t->type);
        check_shape(file, t, json_object_get(meta, "shape"));
        check_values(file, t, meta, numbers, bytes);
    }
}

/* Cut anywhere, a file is refused. */
static void check_cuts(const char *file, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < CUTS; i++) {
        size_t cut = size * i / CUTS;
        uint8_t *copy = malloc(cut ? cut : 1);
        if (!copy)
            abort();
        memcpy(copy, bytes, cut);
        bl_source source = { 0 };
        bl_error error = { 0 };
        bl_status status = bl_source_read(bl_bytes_make(copy, cut), &source, &error);
        check(status != BL_OK && status == error.status && *error.text, file, "cut off, but accepted");
        bl_source_clear(&source);
        free(copy);
    }
}

static void check_good_file(const char *file, const char *container, const json_t *list, const uint8_t *numbers,
                            size_t numbers_bytes)
{
    uint8_t *bytes;
    size_t size;
    bl_source source = { 0 };
    bl_error error = { 0 };
    if (!check(load(file, &bytes, &size, &error), file, error.text))
        return;
    bl_status status = bl_source_read(bl_bytes_make(bytes, size), &source, &error);
    if (check(status == BL_OK, file, error.text)) {
        check(!strcmp(source.container, container), file, source.container);
        check(!strcmp(bl_tensors_container(source.tensors), container), file, "container of the tensors");
        check(json_is_object(source.values), file, "values are no object");
        check_tensors(file, source.tensors, list, numbers, numbers_bytes, strcmp(container, "safetensors") != 0);
    }
    bl_source_clear(&source);
    check_cuts(file, bytes, size);
    free(bytes);
}

static void check_good(const json_t *row)
{
    const char *file = json_string_value(json_object_get(row, "model"));
    const char *other = json_string_value(json_object_get(row, "model_safetensors"));
    const char *expected = json_string_value(json_object_get(row, "expected"));
    const char *container = json_string_value(json_object_get(row, "container"));
    json_t *meta = load_json(json_string_value(json_object_get(row, "expected_meta")));
    bl_error error = { 0 };
    uint8_t *numbers = NULL;
    size_t bytes;
    if (check(meta != NULL, file, "no description") &&
        check(load(expected, &numbers, &bytes, &error), file, error.text)) {
        const json_t *list = json_object_get(meta, "tensors");
        check_good_file(file, !strcmp(container, "zip") ? "torch zip" : "torch legacy", list, numbers, bytes);
        if (other)
            check_good_file(other, "safetensors", list, numbers, bytes);
    }
    free(numbers);
    json_decref(meta);
}

/* ---- bad files ---- */

static void check_verdict(const json_t *row)
{
    const char *file = json_string_value(json_object_get(row, "model"));
    const char *expect = json_string_value(json_object_get(row, "expect"));
    bl_error error = { 0 };
    bl_source source = { 0 };
    uint8_t *bytes = NULL;
    size_t size;
    bool accepted =
        load(file, &bytes, &size, &error) && bl_source_read(bl_bytes_make(bytes, size), &source, &error) == BL_OK;
    bl_source_clear(&source);
    free(bytes);
    printf("%-55s %s %s\n", file, accepted ? "accepted" : "refused:", error.text);
    if (strcmp(expect, "either") != 0)
        check(accepted == !strcmp(expect, "accept"), file, "wrong verdict");
    size_t n = strlen(error.text);
    check(accepted || (error.status != BL_OK && n && error.text[n - 1] == '.'), file, "no sentence");
}

/* What hostile pickles would create if anything ran them. */
static void check_nothing_ran(void)
{
    glob_t found;
    int result = glob("PWNED*", 0, NULL, &found);
    check(result == GLOB_NOMATCH, "PWNED*", "a pickle was executed");
    if (!result)
        globfree(&found);
}

int main(void)
{
    char path[1024];
    corpus = getenv("BACKLINE_CORPUS");
    if (!corpus)
        corpus = BACKLINE_CORPUS_DEFAULT;
    FILE *index_file = fopen(path_of("index.json", path, sizeof path), "rb");
    if (!index_file) {
        printf("skipped: no corpus at %s\n", corpus);
        return SKIPPED;
    }
    fclose(index_file);
    json_t *index = load_json("index.json"), *row;
    size_t i, good = 0, bad = 0;
    json_array_foreach (index, i, row) {
        const char *group = json_string_value(json_object_get(row, "group"));
        const char *kind = json_string_value(json_object_get(row, "kind"));
        if (!strcmp(group, "torch") && !strcmp(kind, "state-dict-format")) {
            check_good(row);
            good++;
        } else if (!strcmp(group, "malformed") && (!strcmp(kind, "torch") || !strcmp(kind, "safetensors"))) {
            check_verdict(row);
            bad++;
        }
    }
    json_decref(index);
    check_nothing_ran();
    check(good && bad, "index.json", "no cases found");
    printf("%zu good files, %zu others: %u checks, %u failures\n", good, bad, checks, failures);
    return failures ? 1 : 0;
}
