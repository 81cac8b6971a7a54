#include "corpus.h"

#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *corpus_folder(void)
{
    const char *folder = getenv("BACKLINE_CORPUS");
    return folder && *folder ? folder : BACKLINE_CORPUS_DEFAULT;
}

const char *bl_corpus_path(const char *relative)
{
    static char path[4096];
    snprintf(path, sizeof path, "%s/%s", corpus_folder(), relative);
    return path;
}

static void give_up(const char *what)
{
    fprintf(stderr, "corpus: %s cannot be read\n", what);
    exit(1);
}

json_t *bl_corpus_index(void)
{
    FILE *file = fopen(bl_corpus_path("index.json"), "rb");
    if (!file) {
        printf("skipped: there is no corpus at %s\n", corpus_folder());
        return NULL;
    }
    json_t *index = json_loadf(file, 0, NULL);
    fclose(file);
    if (!json_is_array(index))
        give_up("index.json");
    return index;
}

const char *bl_corpus_text(const json_t *item, const char *key)
{
    return json_string_value(json_object_get(item, key));
}

static bl_corpus_audio make_audio(size_t channels, size_t frames, double sample_rate)
{
    bl_corpus_audio a = { channels, frames, sample_rate, calloc(channels * frames + 1, sizeof(double)) };
    if (!a.samples)
        give_up("audio (no memory)");
    return a;
}

bl_corpus_audio bl_corpus_read_wav(const char *relative)
{
    SF_INFO info = { 0 };
    SNDFILE *file = sf_open(bl_corpus_path(relative), SFM_READ, &info);
    if (!file)
        give_up(relative);
    bl_corpus_audio a = make_audio((size_t)info.channels, (size_t)info.frames, info.samplerate);
    double *frame = calloc(a.channels, sizeof *frame);
    for (size_t t = 0; t < a.frames; t++) {
        if (sf_readf_double(file, frame, 1) != 1)
            give_up(relative);
        for (size_t c = 0; c < a.channels; c++)
            a.samples[c * a.frames + t] = frame[c];
    }
    free(frame);
    sf_close(file);
    return a;
}

bl_corpus_audio bl_corpus_read_f32(const char *relative, size_t channels)
{
    FILE *file = fopen(bl_corpus_path(relative), "rb");
    if (!file || fseek(file, 0, SEEK_END))
        give_up(relative);
    const size_t frames = (size_t)ftell(file) / sizeof(float) / channels;
    rewind(file);
    bl_corpus_audio a = make_audio(channels, frames, 0);
    for (size_t i = 0; i < channels * frames; i++) {
        float value;
        if (fread(&value, sizeof value, 1, file) != 1)
            give_up(relative);
        a.samples[i] = (double)value;
    }
    fclose(file);
    return a;
}
