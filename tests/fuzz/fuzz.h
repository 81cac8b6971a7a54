/* Fuzzing: bytes of a stranger become a model, and all that may be asked of a model is asked.
 *
 * One target per kind of file. Each is two programs from the same code: a libFuzzer program (libfuzzer.c,
 * needs clang) and a row of the plain program replay.c, which runs files that are there already. */
#ifndef BL_TESTS_FUZZ_FUZZ_H
#define BL_TESTS_FUZZ_FUZZ_H

#include "formats/formats.h"

#include <backline/backline.h>
#include <stdio.h>
#include <stdlib.h>

/** What must hold, also in builds without assertions. */
#define FUZZ_REQUIRE(condition, ...)                                                                               \
    do {                                                                                                           \
        if (!(condition)) {                                                                                        \
            fprintf(stderr, "%s:%d: %s: ", __FILE__, __LINE__, #condition);                                        \
            fprintf(stderr, __VA_ARGS__);                                                                          \
            fputc('\n', stderr);                                                                                   \
            abort();                                                                                               \
        }                                                                                                          \
    } while (0)

typedef struct bl_fuzz_target {
    const char *name;
    /** Fills source from the bytes. False where they are not meant to be such a file; then nothing is tried.
     *  NULL: the bytes go the public way, through bl_model_load_memory(). */
    bool (*read)(bl_bytes bytes, bl_source *source, bl_status *status, bl_error *error);
    /** The format that builds the network, NULL for whichever recognises the source. */
    const bl_network_format *network;
} bl_fuzz_target;

/** All targets; the last has no name. */
extern const bl_fuzz_target bl_fuzz_targets[];

/** NULL where there is none of that name. */
const bl_fuzz_target *bl_fuzz_find(const char *name);

/** What became of an input. */
typedef enum bl_fuzz_result {
    BL_FUZZ_STRANGE,   /* not meant to be such a file */
    BL_FUZZ_REFUSED,   /* with a sentence */
    BL_FUZZ_TOO_LARGE, /* a model, but its plan or its stream is beyond a limit, or it takes too long to run */
    BL_FUZZ_RAN
} bl_fuzz_result;

/** Tries one input. Aborts where something is not as it should be. */
bl_fuzz_result bl_fuzz_run(const bl_fuzz_target *target, const uint8_t *data, size_t size);

/** Prints the sentences with which inputs are refused. */
extern bool bl_fuzz_verbose;

/** A status other than BL_OK comes with a sentence: printable UTF-8 that ends with a period. */
void bl_fuzz_check_error(bl_status status, const bl_error *error);

/** An error that nobody has filled yet. */
bl_error bl_fuzz_no_error(void);

/** Asks everything of a model: descriptions, plan, streams, saving and loading again.
 *  @param seed  decides how the input is cut into blocks */
bl_fuzz_result bl_fuzz_exercise(bl_model *model, uint64_t seed);

/** A hash of the bytes: options that a file cannot say are taken from it, so that each input always has the same. */
uint64_t bl_fuzz_hash(const uint8_t *data, size_t size);

/* ---- files around the bytes (wrap.c) ---- */

/** A zip archive of entries that are not packed. The caller frees the bytes. */
typedef struct bl_fuzz_entry {
    const char *name;
    const uint8_t *data;
    size_t size;
} bl_fuzz_entry;

uint8_t *bl_fuzz_zip(const bl_fuzz_entry *entries, size_t count, size_t *size);

/** Tensors and what stands beside them from a JSON text:
 *  {"tensors": {name: [sizes]}, "values": {...}, "description": {...}}. The numbers follow from the names. */
bool bl_fuzz_read_described(bl_bytes bytes, bl_source *source, bl_status *status, bl_error *error);

#endif
