/* Every network file of the corpus: good ones load in every size, malformed ones get the verdict that the
 * corpus gives, and no truncated one loads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"
#include "model/limits.h"

#include <backline/backline.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef BACKLINE_CORPUS_DEFAULT
#define BACKLINE_CORPUS_DEFAULT ""
#endif

#define TRUNCATIONS 50

static const char *corpus;
static json_t *corpus_index;

static const char *text_of(const json_t *item, const char *key)
{
    const char *text = json_string_value(json_object_get(item, key));
    return text ? text : "";
}

static char *path_of(const json_t *item)
{
    const char *model = text_of(item, "model");
    const size_t size = strlen(corpus) + strlen(model) + 2;
    char *path = malloc(size);
    assert_non_null(path);
    snprintf(path, size, "%s/%s", corpus, model);
    return path;
}

/* Loads a file and frees the result. A failure has a sentence; a success leaves the error alone. */
static bl_status verdict_of(const json_t *item, bl_error *error)
{
    *error = (bl_error){ .status = BL_OK };
    char *path = path_of(item);
    bl_model *model = NULL;
    const json_t *slim = json_object_get(item, "slim");
    const bl_load_options options = { .has_quality = json_is_number(slim), .quality = json_number_value(slim) };
    const bl_status status = bl_model_load_file(path, &options, &model, error);
    assert_int_equal(status, error->status);
    if (status) {
        assert_null(model);
        assert_true(strlen(error->text) > strlen(path) + 10);
        assert_int_equal(error->text[strlen(error->text) - 1], '.');
        memmove(error->text, error->text + strlen(corpus) + 1, strlen(error->text) - strlen(corpus));
    } else {
        bl_model_info info;
        bl_model_get_info(model, &info);
        assert_non_null(info.format);
        assert_non_null(info.architecture);
        assert_true(bl_tensors_count(bl_model_tensors(model)) > 0);
    }
    bl_model_free(model);
    free(path);
    return status;
}

static bool is_one_of(const char *text, const char *const *list)
{
    while (*list && strcmp(*list, text))
        list++;
    return *list != NULL;
}

static void malformed_files_get_their_verdict(void **state)
{
    (void)state;
    static const char *const kinds[] = { "nam", "wavenetva", "keras", NULL };
    size_t i, wrong = 0, seen = 0;
    json_t *item;
    json_array_foreach (corpus_index, i, item) {
        if (strcmp(text_of(item, "group"), "malformed") || !is_one_of(text_of(item, "kind"), kinds))
            continue;
        bl_error error;
        const bl_status status = verdict_of(item, &error);
        const char *expect = text_of(item, "expect");
        const bool right = !strcmp(expect, "either") || !strcmp(expect, status ? "reject" : "accept");
        printf("%-6s %-6s %s\n", expect, status ? "reject" : "accept",
               status ? error.text : text_of(item, "model"));
        wrong += !right;
        seen++;
    }
    printf("%zu malformed files, %zu wrong verdicts\n", seen, wrong);
    assert_true(seen > 100);
    assert_int_equal(wrong, 0);
}

static bool is_good_network(const json_t *item)
{
    static const char *const groups[] = { "nam-public", "nam-generated", "pedalnet", "keras", NULL };
    return is_one_of(text_of(item, "group"), groups);
}

static void good_files_load(void **state)
{
    (void)state;
    size_t i, loaded = 0, refused = 0;
    json_t *item;
    json_array_foreach (corpus_index, i, item) {
        if (!is_good_network(item))
            continue;
        bl_error error;
        const bl_status status = verdict_of(item, &error);
        if (status)
            printf("refused %s\n", error.text);
        loaded += !status;
        refused += status != BL_OK;
    }
    printf("%zu cases loaded, %zu refused\n", loaded, refused);
    assert_true(loaded >= 100);
    assert_int_equal(refused, 0);
}

static void truncated_files_are_refused(void **state)
{
    (void)state;
    size_t i;
    json_t *item;
    json_array_foreach (corpus_index, i, item) {
        if (!is_good_network(item) || json_is_number(json_object_get(item, "slim")))
            continue; /* other sizes are of the same files */
        char *path = path_of(item);
        uint8_t *bytes;
        size_t size;
        assert_int_equal(bl_file_read(path, BL_MAX_FILE_BYTES, &bytes, &size, NULL), BL_OK);
        for (size_t cut = 0; cut < TRUNCATIONS; cut++) {
            bl_model *model = NULL;
            bl_error error = { 0 };
            if (!bl_model_load_memory(bytes, size * cut / TRUNCATIONS, NULL, NULL, &model, &error))
                fail_msg("%s loads although it was cut after %zu %%", path, 100 * cut / TRUNCATIONS);
            assert_true(*error.text);
        }
        free(bytes);
        free(path);
    }
}

static json_t *load_index(void)
{
    const char *folder = getenv("BACKLINE_CORPUS");
    corpus = folder && *folder ? folder : BACKLINE_CORPUS_DEFAULT;
    const size_t size = strlen(corpus) + sizeof "/index.json";
    char *path = malloc(size);
    if (!path)
        return NULL;
    snprintf(path, size, "%s/index.json", corpus);
    json_t *json = json_load_file(path, 0, NULL);
    free(path);
    return json;
}

int main(void)
{
    corpus_index = load_index();
    if (!json_is_array(corpus_index)) {
        json_decref(corpus_index);
        printf("skipped: no corpus of model files at \"%s\"; set BACKLINE_CORPUS to its folder\n", corpus);
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(malformed_files_get_their_verdict),
        cmocka_unit_test(good_files_load),
        cmocka_unit_test(truncated_files_are_refused),
    };
    const int failures = cmocka_run_group_tests(tests, NULL, NULL);
    json_decref(corpus_index);
    return failures;
}
