/* cost [BLOCK [ROUNDS]]: what the plugin costs beyond the network alone, at its initial settings, in blocks of BLOCK (64) frames.
 * Both play the same noise in turns of some milliseconds, on the same core; the least time of each counts, so that other
 * programs on the machine are not counted. And both are made anew several times, for where memory comes to lie decides about
 * how much of it fits into the caches: a tenth of the time, now to the one's and now to the other's advantage. A report for
 * people: nothing is asserted. */
#define _GNU_SOURCE
#include "lv2/properties.h"
#include "networks.h"
#include "small_host.h"

#include <backline/backline.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { TURNS = 30, TURN_FRAMES = 6400 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

typedef struct player {
    bl_stream *stream; /* or, if NULL, */
    small_host *host;
    float *in[2], *out[2];
} player;

/* Seconds for one turn. */
static double play(const player *p, uint32_t block)
{
    const double begin = now();
    for (size_t done = 0; done < TURN_FRAMES; done += block)
        if (p->stream)
            bl_stream_process(p->stream, p->out, (const float *const *)p->in, block);
        else
            p->host->descriptor->run(p->host->handle, block);
    return now() - begin;
}

static void fill(float *samples, bl_random *rng)
{
    for (size_t i = 0; i < SMALL_HOST_FRAMES; i++)
        samples[i] = (float)(bl_random_next(rng) >> 40) * 0x1p-25f - 0.25f;
}

/* The model as a file, because that is what the plugin takes. */
static void write_model(const bl_model *model, const char *path)
{
    void *bytes;
    size_t size;
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(bl_model_save_memory(model, BL_SAVE_SAFETENSORS, &bytes, &size, NULL), BL_OK);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
    free(bytes);
}

/* The least seconds for a turn alone, and in the plugin. */
static void play_both(const bl_model *model, const char *path, size_t channels, uint32_t block, double least[2])
{
    static small_host host;
    bl_random rng = { 1 };
    bl_plan *plan;
    player alone = { .host = NULL }, plugin = { .host = &host };
    assert_true(small_host_open(&host, channels, 48000, BL_TEST_BUNDLE, WORKER_SYNC));
    small_host_set_path(&host, PROPERTY_MODEL, path);
    small_host_set_path(&host, PROPERTY_CABINET_1, "");
    small_host_activate(&host);
    for (int i = 0; i < 100; i++) /* until everything is loaded, told and tidied up */
        small_host_run(&host, 64);
    small_host_finish_events(&host);
    assert_int_equal(bl_plan_create(model, BL_CPU_AUTO, &plan, NULL), BL_OK);
    assert_int_equal(bl_stream_create(plan, channels, &alone.stream, NULL), BL_OK);
    for (size_t c = 0; c < 2; c++) {
        fill(host.in[c], &rng);
        alone.in[c] = host.in[c];
        alone.out[c] = host.out[c];
    }
    for (int turn = 0; turn < TURNS; turn++) {
        const double times[] = { play(&alone, block), play(&plugin, block) };
        for (int i = 0; i < 2; i++)
            least[i] = times[i] < least[i] ? times[i] : least[i];
    }
    small_host_close(&host);
    bl_stream_free(alone.stream);
    bl_plan_free(plan);
}

static uint32_t block = 64, rounds = 12;

static void measure(const char *name, bl_model *model, size_t channels)
{
    char path[] = "/tmp/backline-cost-XXXXXX";
    double least[2] = { 1e9, 1e9 };
    const int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    write_model(model, path);
    for (uint32_t round = 0; round < rounds; round++)
        play_both(model, path, channels, block, least);
    const double scale = 1e6 * block / TURN_FRAMES;
    printf("%-12s %s  block %u: network %7.2f us, plugin %7.2f us: %.2f us or %.1f %% more\n", name,
           channels == 1 ? "mono  " : "stereo", block, scale * least[0], scale * least[1],
           scale * (least[1] - least[0]), 100 * (least[1] / least[0] - 1));
    bl_model_free(model);
    unlink(path);
}

static void report(void **state)
{
    for (size_t channels = 1; channels <= 2; channels++) {
        measure("A1 standard", bl_test_wavenet((const size_t[]){ 16, 8 }, 10, false), channels);
        measure("A2 full", bl_test_a2(8), channels);
        measure("A1 feather", bl_test_small_wavenet((const size_t[]){ 8, 4 }), channels);
    }
}

int main(int argc, char **argv)
{
    if (argc > 1)
        block = (uint32_t)strtoul(argv[1], NULL, 10);
    if (argc > 2)
        rounds = (uint32_t)strtoul(argv[2], NULL, 10);
    const struct CMUnitTest tests[] = { cmocka_unit_test(report) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
