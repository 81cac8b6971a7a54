/* backline convert: the same network in another file format. */
#include "commands.h"
#include "messages.h"
#include "model_file.h"
#include "options.h"
#include "output_file.h"
#include "stop.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef struct convert_words {
    model_words load;
    int force;
} convert_words;

/* A model as bytes. */
typedef struct convert_bytes {
    void *bytes;
    size_t size;
} convert_bytes;

static const struct {
    const char *extension;
    bl_save_format format;
} formats[] = { { "safetensors", BL_SAVE_SAFETENSORS }, { "nam", BL_SAVE_NAM } };

static const command_text help = {
    .arguments = "[OPTION...] IN OUT",
    .about = "Writes the model of the file IN to OUT, which then plays the same, to the last bit.",
    .notes = "The ending of OUT chooses its format: safetensors holds any network, nam holds WaveNet, LSTM and\n"
             "Linear networks that start as such files prescribe. OUT must not exist yet, unless --force is "
             "given.\n\n"
             "Examples:\n"
             "  backline convert deluxe.nam deluxe.safetensors\n"
             "  backline convert --quality 0.5 big.nam small.nam",
    .min_files = 2,
    .max_files = 2,
};

static int read_format(const char *path, bl_save_format *format)
{
    const char *dot = strrchr(text_file_name(path), '.');
    for (size_t i = 0; dot && i < sizeof formats / sizeof *formats; i++)
        if (!strcasecmp(dot + 1, formats[i].extension)) {
            *format = formats[i].format;
            return DONE;
        }
    return fail_usage("%s: the ending of the name chooses the format, and %s%s; use .safetensors or .nam.", path,
                      dot ? dot : "this name has none", dot ? " is not known" : "");
}

static int write_file(const char *path, const convert_bytes *file, bool force)
{
    output_file out;
    stop_catch();
    int code = output_file_open(&out, path, force);
    if (code)
        return code;
    output_file_write(&out, file->bytes, file->size);
    if (!stop_requested())
        return output_file_commit(&out);
    output_file_discard(&out);
    return fail("Interrupted; nothing was left behind.");
}

static void report(const char *path, const bl_model *model, size_t size)
{
    bl_model_info info;
    bl_model_get_info(model, &info);
    printf("%s: ", text_file_name(path));
    text_print(stdout, info.architecture);
    printf(", %s parameters, %s\n", text_count(info.parameters).s, text_bytes(size).s);
}

static int convert(const char *from, const char *to, const bl_load_options *options, bool force)
{
    bl_model *model = NULL;
    bl_save_format format = BL_SAVE_SAFETENSORS;
    convert_bytes file = { 0 };
    bl_error error = { 0 };
    int code = read_format(to, &format);
    if (!code)
        code = model_load(from, options, &model);
    if (!code && bl_model_save_memory(model, format, &file.bytes, &file.size, &error))
        code = fail("%s: %s", to, error.text);
    if (!code)
        code = write_file(to, &file, force);
    if (!code)
        report(to, model, file.size);
    free(file.bytes);
    bl_model_free(model);
    return code;
}

int run_convert(int argc, const char **argv)
{
    convert_words words = { 0 };
    const struct poptOption options[] = { MODEL_OPTION_DESCRIBE(&words.load),
                                          MODEL_OPTION_QUALITY(&words.load),
                                          MODEL_OPTION_PREWARM(&words.load),
                                          { "force", 'f', POPT_ARG_NONE, &words.force, 0,
                                            "Replace OUT if it exists", NULL },
                                          OPTIONS_END };
    command_line line;
    bl_load_options load;
    int code;
    if (options_read(&line, &help, options, argc, argv, &code)) {
        code = model_options(&words.load, &load);
        if (!code)
            code = convert(line.files[0], line.files[1], &load, words.force);
    }
    options_free(&line, options);
    return code;
}
