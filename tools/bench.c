/* backline bench: how fast a model runs on this machine. */
#include "bench_run.h"
#include "commands.h"
#include "messages.h"
#include "model_file.h"
#include "options.h"
#include "text.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

typedef struct bench_words {
    model_words load;
    char *block, *seconds, *cpu;
    int json;
} bench_words;

/* What is measured. */
typedef struct bench_setup {
    const char *path;
    bl_model_info info;
    bl_cpu cpu;
    size_t block;
    double seconds, rate_hz;
} bench_setup;

static const double default_rate_hz = 48000;

static const command_text help = {
    .arguments = "[OPTION...] MODEL",
    .about = "Measures how fast a model runs on one core of this machine.",
    .notes = "The speed is that of the median block. The peak is what this core does at most in float32\n"
             "multiply-adds with the same instruction set, measured in turns with the model.\n\n"
             "Examples:\n"
             "  backline bench deluxe.nam\n"
             "  backline bench --block 128 --cpu sse2 --json deluxe.nam",
    .min_files = 1,
    .max_files = 1,
};

/* How often the median block fits into the time that it plays for. */
static double times_real_time(const bench_setup *setup, const bench_result *r)
{
    return (double)setup->block / setup->rate_hz / r->median_s;
}

static void print_text(const bench_setup *setup, const bench_result *r)
{
    double block_s = (double)setup->block / setup->rate_hz;
    char pinned[32] = "";
    if (r->pinned_cpu >= 0)
        snprintf(pinned, sizeof pinned, ", CPU %d", r->pinned_cpu);
    printf("Model            ");
    text_print(stdout, text_file_name(setup->path));
    printf(", ");
    text_print(stdout, setup->info.architecture);
    printf("\nInstruction set  %s%s\n", bl_cpu_name(setup->cpu), pinned);
    printf("Block            %zu frames, %s at %s; %s measured\n", setup->block, text_micros(block_s).s,
           text_hertz(setup->rate_hz).s, text_count(r->blocks).s);
    printf("Time per block   median %s, 99 %% within %s, worst %s\n", text_micros(r->median_s).s,
           text_micros(r->p99_s).s, text_micros(r->worst_s).s);
    printf("Speed            %s times real time, %.1f %% of one core\n",
           text_significant(times_real_time(setup, r)).s, 100 * r->median_s / block_s);
    printf("Arithmetic       %.1f GFLOP/s, %.1f %% of this core's peak of %.1f GFLOP/s\n", r->gflops,
           100 * r->peak_share, r->peak_gflops);
    if (r->peak_share > 1)
        printf("                 (as if summed directly: long responses go by FFT, with far fewer operations)\n");
}

/* A path need not be UTF-8, which JSON text must be. */
static json_t *json_path(const char *path)
{
    json_t *string = json_string(path);
    return string ? string : json_null();
}

static int print_json(const bench_setup *setup, const bench_result *r)
{
    json_t *root =
        json_pack("{s:o s:s s:I s:f s:I s:f s:f s:f s:f s:f s:f s:f}", "file", json_path(setup->path), "cpu",
                  bl_cpu_name(setup->cpu), "block", (json_int_t)setup->block, "sample_rate", setup->rate_hz,
                  "blocks_measured", (json_int_t)r->blocks, "median_us", 1e6 * r->median_s, "p99_us",
                  1e6 * r->p99_s, "worst_us", 1e6 * r->worst_s, "times_real_time", times_real_time(setup, r),
                  "gflops", r->gflops, "peak_gflops", r->peak_gflops, "peak_share", r->peak_share);
    json_object_set_new(root, "macs_per_sample", json_integer((json_int_t)setup->info.macs));
    json_object_set_new(root, "pinned_cpu", r->pinned_cpu >= 0 ? json_integer(r->pinned_cpu) : json_null());
    int error = json_dumpf(root, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    putchar('\n');
    json_decref(root);
    return error ? fail("Writing the JSON failed.") : DONE;
}

static int bench(const bench_words *words, const bl_load_options *options, bench_setup *setup)
{
    bl_model *model = NULL;
    bl_plan *plan = NULL;
    bl_error error = { 0 };
    bench_result result;
    int code = model_load(setup->path, options, &model);
    if (!code && bl_plan_create(model, setup->cpu, &plan, &error))
        code = fail_engine(&error);
    if (!code) {
        bl_model_get_info(model, &setup->info);
        setup->cpu = bl_plan_cpu(plan);
        setup->rate_hz = isnan(setup->info.sample_rate_hz) ? default_rate_hz : setup->info.sample_rate_hz;
        code = bench_run(plan, setup->info.macs, setup->block, setup->seconds, &result);
    }
    if (!code && words->json)
        code = print_json(setup, &result);
    else if (!code)
        print_text(setup, &result);
    bl_plan_free(plan);
    bl_model_free(model);
    return code;
}

static int read_words(const bench_words *words, bench_setup *setup)
{
    long block = 64;
    if (!option_whole("--block", words->block, 1, 8192, &block) ||
        !option_real("--seconds", words->seconds, 0.1, 3600, "s", &setup->seconds) ||
        !option_cpu("--cpu", words->cpu, &setup->cpu))
        return WRONG_USAGE;
    setup->block = (size_t)block;
    return DONE;
}

int run_bench(int argc, const char **argv)
{
    bench_words words = { 0 };
    const struct poptOption options[] = {
        { "block", 0, POPT_ARG_STRING, &words.block, 0, "Frames per block, 1 to 8192 (default 64)", "N" },
        { "seconds", 0, POPT_ARG_STRING, &words.seconds, 0, "Time to measure for (default 3)", "S" },
        { "cpu", 0, POPT_ARG_STRING, &words.cpu, 0, "Instruction set: auto, scalar, sse2, avx2, avx512 or neon",
          "LEVEL" },
        MODEL_OPTION_DESCRIBE(&words.load),
        MODEL_OPTION_QUALITY(&words.load),
        { "json", 0, POPT_ARG_NONE, &words.json, 0, "The figures as JSON", NULL },
        OPTIONS_END
    };
    command_line line;
    bench_setup setup = { .seconds = 3 };
    bl_load_options load;
    int code;
    if (options_read(&line, &help, options, argc, argv, &code)) {
        setup.path = line.files[0];
        code = read_words(&words, &setup);
        if (!code)
            code = model_options(&words.load, &load);
        if (!code)
            code = bench(&words, &load, &setup);
    }
    options_free(&line, options);
    return code;
}
