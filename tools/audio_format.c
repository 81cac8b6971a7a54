#include "audio_format.h"

#include "commands.h"
#include "messages.h"
#include "text.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

static const audio_format formats[] = {
    { "wav", SF_FORMAT_WAV, BITS_FLOAT, 1 },
    { "aiff", SF_FORMAT_AIFF, BITS_FLOAT, 1 },
    { "aif", SF_FORMAT_AIFF, BITS_FLOAT, 1 },
    { "w64", SF_FORMAT_W64, BITS_FLOAT, 0 },
    { "rf64", SF_FORMAT_RF64, BITS_FLOAT, 0 },
    { "caf", SF_FORMAT_CAF, BITS_FLOAT, 0 },
    { "au", SF_FORMAT_AU, BITS_FLOAT, 1 },
    { "flac", SF_FORMAT_FLAC, BITS_24, 0 },
    { "ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, BITS_LOSSY, 0 },
    { "opus", SF_FORMAT_OGG | SF_FORMAT_OPUS, BITS_LOSSY, 0 },
    { "mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, BITS_LOSSY, 0 },
};

const audio_format *audio_format_find(const char *path)
{
    const char *dot = strrchr(text_file_name(path), '.');
    for (size_t i = 0; dot && i < sizeof formats / sizeof *formats; i++)
        if (!strcasecmp(dot + 1, formats[i].extension))
            return &formats[i];
    return NULL;
}

const audio_format *audio_format_for(const char *path)
{
    const audio_format *format = audio_format_find(path);
    const char *dot = strrchr(text_file_name(path), '.');
    if (!format)
        fail_usage(
            "%s: the ending of the name chooses the format, and %s%s; use .wav, .flac, .aiff, .w64, .rf64, .caf, "
            ".au, .ogg, .opus or .mp3.",
            path, dot ? dot : "this name has none", dot ? " is not known" : "");
    return format;
}

int audio_bits_parse(const char *word, audio_bits *bits)
{
    if (!word)
        *bits = BITS_DEFAULT;
    else if (!strcmp(word, "16"))
        *bits = BITS_16;
    else if (!strcmp(word, "24"))
        *bits = BITS_24;
    else if (!strcmp(word, "32f"))
        *bits = BITS_FLOAT;
    else
        return fail_usage("--bits wants 16, 24 or 32f, not \"%s\".", word);
    return DONE;
}

int audio_format_settle(const audio_format *format, audio_bits *bits)
{
    if (*bits == BITS_DEFAULT) {
        *bits = format->usual;
        return DONE;
    }
    if (format->usual == BITS_LOSSY)
        return fail_usage("A .%s file has no number of bits; leave --bits out, or choose .wav.", format->extension);
    if (*bits == BITS_FLOAT && format->usual != BITS_FLOAT)
        return fail_usage("A .%s file cannot hold 32-bit float samples; choose --bits 24, or .wav.",
                          format->extension);
    return DONE;
}

int audio_format_code(const audio_format *format, audio_bits bits)
{
    switch (bits) {
    case BITS_16: return format->sndfile_format | SF_FORMAT_PCM_16;
    case BITS_24: return format->sndfile_format | SF_FORMAT_PCM_24;
    case BITS_FLOAT: return format->sndfile_format | SF_FORMAT_FLOAT;
    default: return format->sndfile_format;
    }
}

int audio_format_complain(SNDFILE *file, const char *path, const char *what)
{
    const char *why = sf_strerror(file);
    if (strstr(why, "malloc")) /* it has no public number for that */
        return fail("There is not enough memory.");
    return fail("%s: %s (%.*s).", path, what, (int)strcspn(why, ".\n"), why);
}
