/* backline plot-wav: waveform and spectrogram of a sound, or of a sound before and after. */
#include "commands.h"
#include "messages.h"
#include "options.h"
#include "plot_page.h"
#include "plot_png.h"
#include "stop.h"

static const command_text help = {
    .arguments = "[OPTION...] -o PNG IN [OUT]",
    .about = "Draws waveform and spectrogram of IN, and of OUT below it with the same scales, as a PNG image.",
    .notes =
        "Light parts of a waveform reach from the lowest to the highest sample, dark parts show the root mean\n"
        "square. In a spectrogram 0 dB is a sine at full scale. Several channels are drawn as one.\n\n"
        "Example:\n"
        "  backline plot-wav -o before-and-after.png guitar.wav amped.wav",
    .min_files = 1,
    .max_files = 2,
};

static int save_png(cairo_surface_t *page, const char *path, int force)
{
    output_file file;
    int code = output_file_open(&file, path, force);
    return code ? code : plot_png_write(page, &file);
}

static int plot(const char *png, int force, const char **files, size_t count)
{
    static const char *const pair[] = { "Input", "Output" }, *const single[] = { "" };
    sound_scan sounds[2] = { 0 };
    int code = DONE;
    stop_catch();
    for (size_t i = 0; !code && i < count; i++)
        code = sound_scan_read(&sounds[i], files[i], PLOT_COLUMNS);
    if (!code) {
        cairo_surface_t *page = plot_page_draw(sounds, count > 1 ? pair : single, count);
        code = save_png(page, png, force);
        cairo_surface_destroy(page);
    }
    for (size_t i = 0; i < count; i++)
        sound_scan_free(&sounds[i]);
    return code;
}

int run_plot_wav(int argc, const char **argv)
{
    char *png = NULL;
    int force = 0;
    const struct poptOption options[] = {
        { "output", 'o', POPT_ARG_STRING, &png, OPTION_TEXT, "The image to write", "PNG" },
        { "force", 'f', POPT_ARG_NONE, &force, 0, "Replace the image if it exists", NULL },
        OPTIONS_END
    };
    command_line line;
    int code;
    if (options_read(&line, &help, options, argc, argv, &code))
        code = png ? plot(png, force, line.files, (size_t)line.count)
                   : fail_usage("The name of the image is missing: give it with -o PNG.");
    options_free(&line, options);
    return code;
}
