/* backline info: what a model file holds. */
#include "commands.h"
#include "messages.h"
#include "model_file.h"
#include "model_report.h"
#include "options.h"

#include <stdio.h>

typedef struct info_words {
    model_words load;
    int layers, tensors, json, dot;
} info_words;

static const command_text help = {
    .arguments = "[OPTION...] MODEL",
    .about = "Says what a model file holds: maker and gear, the network, what it costs, its levels.",
    .notes = "A file of tensors that no network is described for is listed, too.\n\n"
             "Examples:\n"
             "  backline info deluxe.nam\n"
             "  backline info --layers --tensors deluxe.nam\n"
             "  backline info --dot deluxe.nam | dot -Tsvg > deluxe.svg",
    .min_files = 1,
    .max_files = 1,
};

static int print_graph(const model_report *report)
{
    bl_error error = { 0 };
    if (!report->model)
        return fail("%s: this file holds tensors, but no network that could be drawn; describe it with --describe.",
                    report->path);
    return bl_model_write_dot(report->model, stdout, &error) ? fail_engine(&error) : DONE;
}

static int print_report(const model_report *report, const info_words *words)
{
    if (words->json)
        return report_print_json(report);
    if (words->dot)
        return print_graph(report);
    report_print(report);
    if (words->layers && report->model)
        report_print_layers(report);
    if (words->tensors)
        report_print_tensors(report);
    return DONE;
}

static int info(const info_words *words, const char *path)
{
    if (words->dot && (words->json || words->layers || words->tensors))
        return fail_usage("--dot stands alone: it cannot go with --json, --layers or --tensors.");
    bl_load_options options;
    int code = model_options(&words->load, &options);
    if (code)
        return code;
    model_report report;
    if (!(code = model_report_read(&report, path, &options)))
        code = print_report(&report, words);
    model_report_free(&report);
    return code;
}

int run_info(int argc, const char **argv)
{
    info_words words = { 0 };
    const struct poptOption options[] = {
        { "layers", 0, POPT_ARG_NONE, &words.layers, 0, "Add a table of the network's layers", NULL },
        { "tensors", 0, POPT_ARG_NONE, &words.tensors, 0, "Add a table of the tensors in the file", NULL },
        { "json", 0, POPT_ARG_NONE, &words.json, 0, "Everything, as JSON", NULL },
        { "dot", 0, POPT_ARG_NONE, &words.dot, 0, "The network's graph, for Graphviz", NULL },
        MODEL_OPTION_DESCRIBE(&words.load),
        MODEL_OPTION_QUALITY(&words.load),
        OPTIONS_END
    };
    command_line line;
    int code;
    if (options_read(&line, &help, options, argc, argv, &code))
        code = info(&words, line.files[0]);
    options_free(&line, options);
    return code;
}
