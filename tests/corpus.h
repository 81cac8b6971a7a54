/* The parity corpus: models, inputs, and outputs of the original implementations. It lies beside the
 * repository and belongs to others; where it is absent, tests say so and are skipped. */
#ifndef BL_TESTS_CORPUS_H
#define BL_TESTS_CORPUS_H

#include <jansson.h>
#include <stddef.h>

/** Exit status with which a test tells Meson that it was skipped. */
#define BL_TEST_SKIPPED 77

/** The corpus's index (an array of cases), or NULL where there is no corpus; then it has said so.
 *  The folder is the environment's BACKLINE_CORPUS, else the one beside the source tree. */
json_t *bl_corpus_index(void);

/** Path of a file of the corpus; a static buffer. */
const char *bl_corpus_path(const char *relative);

/** A text of a case, or NULL. */
const char *bl_corpus_text(const json_t *item, const char *key);

/** Audio as rows of float64: samples[channel * frames + t]; free() releases samples. Exits on a failure:
 *  a broken corpus is no test result. */
typedef struct bl_corpus_audio {
    size_t channels, frames;
    double sample_rate;
    double *samples;
} bl_corpus_audio;
bl_corpus_audio bl_corpus_read_wav(const char *relative);
/** Raw little-endian float32 with the shape [1, channels, frames]. */
bl_corpus_audio bl_corpus_read_f32(const char *relative, size_t channels);

#endif
