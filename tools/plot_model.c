/* backline plot: what a model does, on one page. */
#include "plot_model.h"

#include "commands.h"
#include "messages.h"
#include "model_file.h"
#include "options.h"
#include "output_file.h"
#include "plot_model_page.h"
#include "plot_png.h"
#include "stop.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct plot_words {
    model_words load;
    char *output, **params;
    int json, force;
} plot_words;

static const command_text help = {
    .arguments = "[OPTION...] MODEL",
    .about = "Draws what a model does, as a PNG image: transfer curve and level of a sine, frequency response, "
             "harmonics\n"
             "of 110 Hz and 1 kHz, and aliasing.",
    .notes =
        "Without -o the image gets the model's name with the ending .png, in the folder where the command runs.\n"
        "Levels are peak levels of the input; an output at 0 dBFS is as strong as a sine of full scale. Aliasing\n"
        "is all that a sine brings about which is neither it nor one of its harmonics.\n\n"
        "Examples:\n"
        "  backline plot deluxe.nam\n"
        "  backline plot -o loud.png --param drive=1 fuzz.json",
    .min_files = 1,
    .max_files = 1,
};

/* "deluxe.nam" -> "deluxe.png". The caller frees it. */
static char *name_after(const char *model)
{
    const char *name = text_file_name(model), *dot = strrchr(name, '.');
    const int length = dot && dot != name ? (int)(dot - name) : (int)strlen(name);
    char *png = malloc((size_t)length + sizeof ".png");
    if (png)
        sprintf(png, "%.*s.png", length, name);
    else
        fail("There is not enough memory.");
    return png;
}

static int measure(plot_figures *figures, const bl_model *model, const knob_settings *knobs)
{
    int code = plot_model_measure(figures, model, knobs);
    return stop_requested() ? fail("Interrupted; nothing was left behind.") : code;
}

static int draw(const plot_figures *figures, output_file *png)
{
    cairo_surface_t *page = plot_model_page(figures);
    int code = plot_png_write(page, png);
    cairo_surface_destroy(page);
    return code;
}

static int measure_and_draw(const plot_words *words, const char *png_path, const char *path, const bl_model *model,
                            const knob_settings *knobs)
{
    output_file png;
    plot_figures *figures = calloc(1, sizeof *figures);
    if (!figures)
        return fail("There is not enough memory.");
    figures->path = path;
    stop_catch();
    int code = output_file_open(&png, png_path, words->force);
    if (!code) {
        code = measure(figures, model, knobs);
        if (code)
            output_file_discard(&png);
        else
            code = draw(figures, &png);
    }
    if (!code && words->json)
        code = plot_model_print_json(figures);
    free(figures);
    return code;
}

static int plot(const plot_words *words, const char *path)
{
    bl_load_options options;
    bl_model *model = NULL;
    knob_settings knobs = { 0 };
    char *png = NULL;
    int code = model_options(&words->load, &options);
    if (!code)
        code = model_load(path, &options, &model);
    if (!code)
        code = knobs_read(&knobs, words->params, model);
    if (!code)
        code = (png = words->output ? strdup(words->output) : name_after(path)) ? DONE : FAILED;
    if (!code)
        code = measure_and_draw(words, png, path, model, &knobs);
    free(png);
    knobs_free(&knobs);
    bl_model_free(model);
    return code;
}

int run_plot(int argc, const char **argv)
{
    plot_words words = { 0 };
    const struct poptOption options[] = {
        { "output", 'o', POPT_ARG_STRING, &words.output, OPTION_TEXT, "The image to write", "PNG" },
        MODEL_OPTION_DESCRIBE(&words.load),
        MODEL_OPTION_QUALITY(&words.load),
        { "param", 0, POPT_ARG_ARGV, &words.params, 0, "Turn a knob of the model; may be given several times",
          "NAME=VALUE" },
        { "json", 0, POPT_ARG_NONE, &words.json, 0, "Also print the figures, as JSON", NULL },
        { "force", 'f', POPT_ARG_NONE, &words.force, 0, "Replace the image if it exists", NULL },
        OPTIONS_END
    };
    command_line line;
    int code;
    if (options_read(&line, &help, options, argc, argv, &code))
        code = plot(&words, line.files[0]);
    options_free(&line, options);
    return code;
}
