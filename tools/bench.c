/* backline bench: how fast networks run on this machine. */
#include "bench_alias.h"
#include "bench_kernels.h"
#include "bench_lists.h"
#include "bench_report.h"
#include "bench_rows.h"
#include "commands.h"
#include "messages.h"
#include "model_file.h"
#include "options.h"
#include "stop.h"

#include <limits.h>
#include <stdlib.h>

typedef struct bench_words {
    model_words load;
    char *block, *seconds, *cpu, *plot;
    int alias, builtin, kernels, json, force;
} bench_words;

/* What is to be measured. */
typedef struct bench_setup {
    bench_lists lists;
    double seconds;
    bl_load_options load;
} bench_setup;

static const double kernel_part = 0.1; /* of a row's seconds: there are many kernels */

static const command_text help = {
    .arguments = "[OPTION...] [MODEL...]",
    .about = "Measures how fast networks run on one core of this machine.",
    .notes =
        "LIST stands for one or more values with commas between them, or for all.\n\n"
        "Every network, instruction set and block size has a row. All rows take turns, in many short rounds, and "
        "so\n"
        "does the peak: what this core does at most in float32 multiply-adds with the same instruction set. "
        "Speeds\n"
        "are those of the median block in the quietest tenth of the rounds, for something else on the core may "
        "take\n"
        "a part of its speed; 99 % of all blocks stayed within P99. INSTANCES is how often P99 fits into the time\n"
        "that a block plays for, rounded down; COST is per sample, relative to a block of 64 frames, or else to "
        "the\n"
        "first one in the list.\n\n"
        "Examples:\n"
        "  backline bench deluxe.nam\n"
        "  backline bench --block 16,64,256 --cpu all deluxe.nam fuzz.json\n"
        "  backline bench --alias deluxe.nam\n"
        "  backline bench --builtin --plot curves.png",
    .min_files = 0,
    .max_files = INT_MAX,
};

/* Aliases are measured in blocks and with kernels of the rig's own choice, and reported alone. */
static int check_alias(const bench_words *words, const command_line *line)
{
    if (!line->count)
        return fail_usage("--alias needs captures: give MODEL.");
    const char *other = words->block     ? "block"
                        : words->cpu     ? "cpu"
                        : words->builtin ? "builtin"
                        : words->kernels ? "kernels"
                        : words->plot    ? "plot"
                                         : NULL;
    return other ? fail_usage("--alias and --%s do not go together.", other) : DONE;
}

static int read_words(const bench_words *words, const command_line *line, bench_setup *setup)
{
    bool networks = line->count || words->builtin;
    int code = words->alias ? check_alias(words, line) : DONE;
    if (code)
        return code;
    if (!networks && !words->kernels)
        return fail_usage("Nothing is named to be measured: give MODEL, --builtin or --kernels.");
    if (!networks && (words->plot || words->block))
        return fail_usage("--%s needs networks: give MODEL or --builtin.", words->plot ? "plot" : "block");
    if (!option_real("--seconds", words->seconds, 0.1, 3600, "s", &setup->seconds))
        return WRONG_USAGE;
    code = bench_read_blocks(words->block ? words->block : words->plot ? "all" : "64", &setup->lists);
    if (!code)
        code = bench_read_cpus(words->cpu ? words->cpu : "auto", &setup->lists);
    if (!code)
        code = model_options(&words->load, &setup->load);
    if (!code && words->plot && setup->lists.block_count < 2)
        code = fail_usage("--plot draws a curve over block sizes: give several to --block.");
    return code;
}

static int measure(const bench_words *words, const bench_setup *setup, const command_line *line,
                   bench_networks *networks, bench_report *report)
{
    int code = bench_networks_create(networks, line->files, (size_t)line->count, words->builtin, &setup->load);
    if (!code && words->plot && networks->count * setup->lists.cpu_count > BENCH_MOST_CURVES)
        code = fail_usage("--plot has room for %d curves, one for every network and instruction set.",
                          BENCH_MOST_CURVES);
    if (!code && networks->count)
        code = bench_rows_measure(report, networks, &setup->lists, setup->seconds);
    if (!code && words->kernels)
        code = bench_kernels_measure(report, &setup->lists, setup->seconds * kernel_part);
    return code;
}

static int bench(const bench_words *words, const bench_setup *setup, const command_line *line)
{
    bench_networks networks = { 0 };
    bench_report report = { 0 };
    output_file png = { 0 };
    stop_catch();
    int code = words->plot ? output_file_open(&png, words->plot, words->force) : DONE;
    if (code)
        return code;
    code = measure(words, setup, line, &networks, &report);
    if (!code && words->json)
        code = bench_print_json(&report);
    else if (!code)
        bench_print_text(&report);
    if (words->plot && code)
        output_file_discard(&png);
    else if (words->plot)
        code = bench_plot(&report, &png);
    free(report.kernels);
    bench_rows_free(&report);
    bench_networks_free(&networks);
    return code;
}

int run_bench(int argc, const char **argv)
{
    bench_words words = { 0 };
    const struct poptOption options[] = {
        { "block", 0, POPT_ARG_STRING, &words.block, OPTION_TEXT, "Frames per block, 1 to 8192 (default 64)",
          "LIST" },
        { "seconds", 0, POPT_ARG_STRING, &words.seconds, OPTION_TEXT, "Time to measure each row for (default 3)",
          "S" },
        { "cpu", 0, POPT_ARG_STRING, &words.cpu, OPTION_TEXT,
          "Instruction sets: auto, scalar, sse2, avx2, avx512 or neon", "LIST" },
        { "builtin", 0, POPT_ARG_NONE, &words.builtin, 0, "Also networks of six usual shapes with random weights",
          NULL },
        { "kernels", 0, POPT_ARG_NONE, &words.kernels, 0, "Also the engine's kernels, each for a tenth of the time",
          NULL },
        { "alias", 0, POPT_ARG_NONE, &words.alias, 0,
          "Instead: how much aliasing there is at 1, 2, 4 and 8 times the rate, and what that costs", NULL },
        MODEL_OPTION_DESCRIBE(&words.load),
        MODEL_OPTION_QUALITY(&words.load),
        { "json", 0, POPT_ARG_NONE, &words.json, 0, "The figures as JSON", NULL },
        { "plot", 0, POPT_ARG_STRING, &words.plot, OPTION_TEXT,
          "Draw cost and share of the peak over the block size, normally all", "PNG" },
        { "force", 'f', POPT_ARG_NONE, &words.force, 0, "Replace the image if it exists", NULL },
        OPTIONS_END
    };
    command_line line;
    bench_setup setup = { .seconds = 3 };
    int code;
    if (options_read(&line, &help, options, argc, argv, &code)) {
        code = read_words(&words, &line, &setup);
        if (!code && words.alias)
            code = bench_alias(line.files, (size_t)line.count, &setup.load, setup.seconds, words.json);
        else if (!code)
            code = bench(&words, &setup, &line);
    }
    options_free(&line, options);
    return code;
}
