/* Loading, plans, streams and saving, while memory runs out: test-memory-engine SEEDS [CORPUS]. SEEDS: the folder that
 * tests/fuzz/make_seeds.py has written, with small files of all kinds; CORPUS: files of others, if it is there. */
#define _GNU_SOURCE
#include "fuzz/models.h"
#include "tries.h"

#include "formats/networks.h"
#include "model/model.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MOST = 400, MOST_OF_OTHERS = 12 };

static const char *seeds, *corpus;
static size_t failures, files;

typedef struct subject {
    const char *path;
    const bl_network_format *network;
    uint8_t *bytes;
    size_t size;
    bl_source source;
    bl_save_format format;
    bl_model *model;
    bl_plan *plan;
    bl_stream *stream;
    void *saved;
} subject;

static void read_bytes(subject *s)
{
    FILE *file = fopen(s->path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    s->size = (size_t)ftell(file);
    rewind(file);
    s->bytes = malloc(s->size + 1);
    assert_non_null(s->bytes);
    assert_int_equal(fread(s->bytes, 1, s->size, file), s->size);
    fclose(file);
}

/* What tests/fuzz/wrap.c wants: the numbers of made-up tensors follow from it. */
uint64_t bl_fuzz_hash(const uint8_t *data, size_t size)
{
    uint64_t hash = size;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ data[i]) * 1099511628211u;
    return hash;
}

_Noreturn void bl_fuzz_fail(const char *file, int line, const char *condition, const char *format, ...)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, condition);
    abort();
}

/* ---- calls ---- */

static bl_status load_memory(void *context, bl_error *error)
{
    subject *s = context;
    return bl_model_load_memory(s->bytes, s->size, NULL, NULL, &s->model, error);
}

static bl_status load_file(void *context, bl_error *error)
{
    subject *s = context;
    return bl_model_load_file(s->path, NULL, &s->model, error);
}

static void drop_model(void *context, bl_status status)
{
    subject *s = context;
    if (status && s->model)
        fail_msg("%s: a model in spite of a failure", s->path);
    bl_model_free(s->model);
    s->model = NULL;
}

static void read_source(void *context)
{
    subject *s = context;
    bl_status status;
    s->source = (bl_source){ 0 };
    assert_true(bl_fuzz_read_described(bl_bytes_make(s->bytes, s->size), &s->source, &status, NULL));
    assert_int_equal(status, BL_OK);
    assert_int_equal(bl_model_create(&s->model, NULL), BL_OK);
}

static bl_status build(void *context, bl_error *error)
{
    static const bl_load_options options = { .quality = 1 };
    subject *s = context;
    return s->network->build(&s->source, &options, s->model, error);
}

static void drop_source(void *context, bl_status status)
{
    subject *s = context;
    bl_model_free(s->model);
    s->model = NULL;
    bl_source_clear(&s->source);
}

static bl_status make_plan(void *context, bl_error *error)
{
    subject *s = context;
    return bl_plan_create(s->model, BL_CPU_AUTO, &s->plan, error);
}

static void drop_plan(void *context, bl_status status)
{
    subject *s = context;
    assert_true(!status || !s->plan);
    bl_plan_free(s->plan);
    s->plan = NULL;
}

static bl_status make_stream(void *context, bl_error *error)
{
    subject *s = context;
    return bl_stream_create(s->plan, 2, &s->stream, error);
}

static void drop_stream(void *context, bl_status status)
{
    subject *s = context;
    assert_true(!status || !s->stream);
    bl_stream_free(s->stream);
    s->stream = NULL;
}

static bl_status save(void *context, bl_error *error)
{
    subject *s = context;
    size_t size;
    return bl_model_save_memory(s->model, s->format, &s->saved, &size, error);
}

static void drop_saved(void *context, bl_status status)
{
    subject *s = context;
    assert_true(!status || !s->saved);
    free(s->saved);
    s->saved = NULL;
}

/* ---- one file ---- */

static void try_saving(subject *s, bl_save_format format, size_t most)
{
    s->format = format;
    const bl_status status = save(s, NULL); /* a .nam file cannot hold every network */
    drop_saved(s, status);
    if (!status)
        failures += try_call(&(call){ s->path, save, NULL, drop_saved, s, false }, most);
}

/* What a model is good for. */
static void try_model(subject *s, size_t most)
{
    if (make_plan(s, NULL))
        return; /* beyond a limit */
    drop_plan(s, BL_OK);
    failures += try_call(&(call){ s->path, make_plan, NULL, drop_plan, s, false }, most);
    assert_int_equal(make_plan(s, NULL), BL_OK);
    if (!make_stream(s, NULL)) {
        drop_stream(s, BL_OK);
        failures += try_call(&(call){ s->path, make_stream, NULL, drop_stream, s, false }, most);
    }
    drop_plan(s, BL_OK);
    try_saving(s, BL_SAVE_SAFETENSORS, most);
    try_saving(s, BL_SAVE_NAM, most);
}

static void try_file(const char *path, size_t most)
{
    subject s = { .path = path };
    read_bytes(&s);
    if (!load_memory(&s, NULL)) {
        drop_model(&s, BL_OK);
        failures += try_call(&(call){ path, load_memory, NULL, drop_model, &s, false }, most);
        failures += try_call(&(call){ path, load_file, NULL, drop_model, &s, false }, most);
        assert_int_equal(load_memory(&s, NULL), BL_OK);
        try_model(&s, most);
        drop_model(&s, BL_OK);
        files++;
    }
    free(s.bytes);
}

/* A file that its target reads in a way of its own, such as a description and made-up tensors. */
static void try_source(const bl_network_format *network, const char *path)
{
    subject s = { .path = path, .network = network };
    read_bytes(&s);
    read_source(&s);
    const bl_status status = build(&s, NULL);
    drop_source(&s, status);
    if (!status) {
        failures += try_call(&(call){ path, build, read_source, drop_source, &s, false }, MOST);
        read_source(&s);
        assert_int_equal(build(&s, NULL), BL_OK);
        try_model(&s, MOST);
        drop_source(&s, BL_OK);
        files++;
    }
    free(s.bytes);
}

/* ---- folders ---- */

static int is_no_dot(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Calls `each` for all files of a folder and of those in it; returns how many. */
static size_t walk(const char *folder, void (*each)(const char *path, void *context), void *context)
{
    struct dirent **entries;
    size_t count = 0;
    const int n = scandir(folder, &entries, is_no_dot, alphasort);
    for (int i = 0; i < n; i++) {
        char path[8192];
        struct stat info;
        snprintf(path, sizeof path, "%.4000s/%s", folder, entries[i]->d_name);
        free(entries[i]);
        if (!stat(path, &info) && S_ISDIR(info.st_mode))
            count += walk(path, each, context);
        else
            each(path, context), count++;
    }
    if (n >= 0)
        free(entries);
    return count;
}

static void each_seed(const char *path, void *context)
{
    try_file(path, MOST);
}

static void each_source(const char *path, void *context)
{
    try_source(*(const bl_network_format *const *)context, path);
}

/* Files of others hold a hundred thousand numbers: some of the failures, of some of the files. */
static void each_of_others(const char *path, void *context)
{
    size_t *turn = context;
    const size_t step = 100 / bl_test_effort(8);
    if ((*turn)++ % (step ? step : 1) == 0)
        try_file(path, MOST_OF_OTHERS);
}

/* ---- tests ---- */

static void begin(void)
{
    failures = files = 0;
    if (!scarce_works())
        skip();
}

static void test_seeds(void **state)
{
    char folder[4096];
    begin();
    snprintf(folder, sizeof folder, "%s/any", seeds);
    walk(folder, each_seed, NULL);
    print_message("%zu files, %zu failures\n", files, failures);
    assert_true(files >= 30);
}

static void test_described(void **state)
{
    static const struct {
        const char *name;
        const bl_network_format *network;
    } targets[] = { { "graph", &bl_network_graph },
                    { "sequence", &bl_network_sequence },
                    { "microtcn", &bl_network_microtcn },
                    { "pedalnet", &bl_network_pedalnet } };
    char folder[4096];
    begin();
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        snprintf(folder, sizeof folder, "%s/%s", seeds, targets[i].name);
        const bl_network_format *network = targets[i].network;
        walk(folder, each_source, &network);
    }
    print_message("%zu files, %zu failures\n", files, failures);
    assert_true(files >= 16);
}

static void test_corpus(void **state)
{
    char folder[4096];
    size_t turn = 0;
    begin();
    if (!corpus)
        skip();
    snprintf(folder, sizeof folder, "%s/models", corpus);
    if (!walk(folder, each_of_others, &turn))
        skip();
    print_message("%zu files, %zu failures\n", files, failures);
    assert_true(files > 0); /* how many, BACKLINE_TEST_EFFORT says */
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seeds),
        cmocka_unit_test(test_described),
        cmocka_unit_test(test_corpus),
    };
    if (argc < 2)
        return 2;
    seeds = argv[1];
    corpus = argc > 2 ? argv[2] : NULL;
    setenv("TZ", "UTC0", 1); /* libzip asks for the time of its files, for which libc would read files of its own */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
