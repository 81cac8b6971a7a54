#include "render_key.h"

#include "text.h"

#include <samplerate.h>
#include <sha2.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A text with its length, so that no two lists of texts look alike. */
static void put_text(SHA2_CTX *sum, const char *what, const char *text)
{
    char head[64];
    const int length = snprintf(head, sizeof head, "%s %zu ", what, text ? strlen(text) + 1 : 0);
    SHA256Update(sum, (const uint8_t *)head, (size_t)length);
    if (text)
        SHA256Update(sum, (const uint8_t *)text, strlen(text));
}

static void put_number(SHA2_CTX *sum, const char *what, double value)
{
    char number[40];
    snprintf(number, sizeof number, "%a", value);
    put_text(sum, what, number);
}

static void put_words(SHA2_CTX *sum, const char *what, char *const *words)
{
    for (size_t i = 0; words && words[i]; i++)
        put_text(sum, what, words[i]);
}

static void put_file(SHA2_CTX *sum, const char *what, const char *path)
{
    put_text(sum, what, path ? sha256_of_file(path).s : NULL);
}

/* And the file beside it that may describe its network. */
static void put_model(SHA2_CTX *sum, const char *path)
{
    put_file(sum, "model", path);
    const char *dot = path ? strrchr(text_file_name(path), '.') : NULL;
    const int stem = dot ? (int)(dot - path) : path ? (int)strlen(path) : 0;
    char *beside = malloc((size_t)stem + sizeof ".json");
    if (path && beside) {
        snprintf(beside, (size_t)stem + sizeof ".json", "%.*s.json", stem, path);
        put_file(sum, "beside", beside);
    }
    free(beside);
}

static void put_rig(SHA2_CTX *sum, const bl_rig_setup *setup)
{
    for (size_t i = 0; i < BL_RIG_SLOTS; i++)
        put_model(sum, setup->files[BL_RIG_MODEL + i].path);
    put_file(sum, "cabinet", setup->files[BL_RIG_IMPULSE_1].path);
    put_file(sum, "cabinet", setup->files[BL_RIG_IMPULSE_2].path);
    for (size_t i = 0; i < BL_RIG_PARAM_COUNT; i++)
        put_number(sum, bl_rig_param_describe((bl_rig_param)i)->symbol, (double)setup->values[i]);
    for (size_t i = 0; i < setup->knob_count; i++) {
        put_text(sum, "knob", setup->knobs[i].name);
        put_number(sum, "value", (double)setup->knobs[i].value);
    }
}

static sha256_hex finish(SHA2_CTX *sum)
{
    sha256_hex hex;
    SHA256End(sum, hex.s);
    return hex;
}

sha256_hex render_key_common(const render_words *words, const bl_rig_setup *setup, const char *model_path,
                             bl_cpu cpu)
{
    SHA2_CTX sum;
    SHA256Init(&sum);
    put_text(&sum, "backline", bl_version());
    put_text(&sum, "libsndfile", sf_version_string());
    put_text(&sum, "libsamplerate", src_get_version());
    put_text(&sum, "cpu", bl_cpu_name(cpu));
    put_number(&sum, "raw", words->raw);
    put_number(&sum, "mono", words->mono);
    put_number(&sum, "stereo", words->stereo);
    put_number(&sum, "tail", words->tail ? strtod(words->tail, NULL) : 0);
    put_text(&sum, "prewarm", words->load.prewarm);
    put_text(&sum, "quality", words->load.quality);
    put_file(&sum, "describe", words->load.description);
    put_words(&sum, "param", words->params);
    if (words->raw)
        put_model(&sum, model_path);
    else
        put_rig(&sum, setup);
    return finish(&sum);
}

sha256_hex render_key_of(const sha256_hex *common, const render_job *job)
{
    SHA2_CTX sum;
    const sha256_hex recording = sha256_of_file(job->in_path);
    if (!*recording.s)
        return recording;
    SHA256Init(&sum);
    put_text(&sum, "common", common->s);
    put_text(&sum, "recording", recording.s);
    put_text(&sum, "format", job->format->extension);
    put_number(&sum, "bits", job->bits);
    return finish(&sum);
}
