/* The audio formats that can be written, chosen by the extension of the file's name. */
#ifndef TOOLS_AUDIO_FORMAT_H
#define TOOLS_AUDIO_FORMAT_H

#include <sndfile.h>

/* How samples are stored. */
typedef enum audio_bits {
    BITS_DEFAULT = 0,
    BITS_16 = 16,
    BITS_24 = 24,
    BITS_FLOAT = 32,
    BITS_LOSSY = -1
} audio_bits;

typedef struct audio_format {
    const char *extension;
    int sndfile_format; /* container, and codec where the extension implies one */
    audio_bits usual;   /* BITS_LOSSY where there is no choice of bits */
    int header_limit;   /* non-zero where sizes in the file are 32 bits wide */
} audio_format;

/* The format for a path; NULL after a complaint about the extension. */
const audio_format *audio_format_for(const char *path);

/* The same without a complaint. */
const audio_format *audio_format_find(const char *path);

/* "16", "24" or "32f", or NULL for the default, as *bits. Returns DONE, or WRONG_USAGE after a complaint. */
int audio_bits_parse(const char *word, audio_bits *bits);

/* Settles BITS_DEFAULT. Returns DONE, or WRONG_USAGE after a complaint that the format cannot do that. */
int audio_format_settle(const audio_format *format, audio_bits *bits);

/* libsndfile's number for the format with these bits. */
int audio_format_code(const audio_format *format, audio_bits bits);

/* Says what libsndfile (file: NULL while it opened one) complains about: "PATH: WHAT (its words)." Returns FAILED. */
int audio_format_complain(SNDFILE *file, const char *path, const char *what);

#endif
