/* Fuzzing: what strangers and other programs write - models, rigs, sounds, tables, messages - is read, and all that must
 * hold afterwards is looked at, not only that nothing crashes.
 *
 * A target is one kind of input. meson.build has the table of all; targets that need the same code are one program,
 * which is built twice from the same files: with libfuzzer.c (needs clang), and with replay.c, which runs files that are
 * there already. */
#ifndef BL_TESTS_FUZZ_FUZZ_H
#define BL_TESTS_FUZZ_FUZZ_H

#include <backline/backline.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/** What must hold, also in builds without assertions. */
#define FUZZ_REQUIRE(condition, ...)                                                                               \
    do {                                                                                                           \
        if (!(condition))                                                                                          \
            bl_fuzz_fail(__FILE__, __LINE__, #condition, __VA_ARGS__);                                             \
    } while (0)

/** Says what did not hold, and aborts. */
_Noreturn void bl_fuzz_fail(const char *file, int line, const char *condition, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/** What became of an input. */
typedef enum bl_fuzz_result {
    BL_FUZZ_STRANGE,   /* not meant to be such a file */
    BL_FUZZ_REFUSED,   /* with a sentence */
    BL_FUZZ_TOO_LARGE, /* a model, but its plan or its stream is beyond a limit, or it takes too long to run */
    BL_FUZZ_RAN
} bl_fuzz_result;

typedef struct bl_fuzz_target {
    const char *name;
    /** Tries one input. Aborts where something is not as it should be. The same input does the same every time. */
    bl_fuzz_result (*run)(const struct bl_fuzz_target *target, const uint8_t *data, size_t size);
    const void *how; /* the target's own */
} bl_fuzz_target;

/** The targets of this program; the last is NULL. */
extern const bl_fuzz_target *const bl_fuzz_targets[];

/** NULL where there is none of that name. */
const bl_fuzz_target *bl_fuzz_find(const char *name);

/** Prints the sentences with which inputs are refused. */
extern bool bl_fuzz_verbose;

/* ---- errors ---- */

/** An error that nobody has filled yet. */
bl_error bl_fuzz_no_error(void);

/** A status other than BL_OK comes with a sentence: printable UTF-8 that ends as sentences do. */
void bl_fuzz_check_error(bl_status status, const bl_error *error);
void bl_fuzz_check_sentence(const char *sentence);

/** The same for each line, but for UTF-8: what is said on a terminal names files as they are. */
void bl_fuzz_check_sentences(const char *lines);

/** The same, printed if that is wanted; returns BL_FUZZ_REFUSED. */
bl_fuzz_result bl_fuzz_refused(bl_status status, const bl_error *error);

/* ---- surroundings ---- */

/** A hash of the bytes: options that a file cannot say are taken from it, so that each input always has the same. */
uint64_t bl_fuzz_hash(const uint8_t *data, size_t size);

/** Numbers that follow from a seed: the next one. */
uint64_t bl_fuzz_next(uint64_t *state);

/** A copy as a text that ends with a zero, in memory of exactly that size. The caller frees it. */
char *bl_fuzz_text(const uint8_t *data, size_t size);

/** A folder of this process, which goes when it ends. It is in it from then on, and takes it for the user's home. */
const char *bl_fuzz_folder(void);

/** The path of a file in it. Static, of four calls. */
const char *bl_fuzz_path(const char *name);

/** Writes a file in it; returns bl_fuzz_path(name). */
const char *bl_fuzz_write(const char *name, const void *data, size_t size);

/** From here on nothing that is said on stderr is shown. */
void bl_fuzz_listen(void);

/** Ends that; what was said, until it is listened again. */
const char *bl_fuzz_heard(void);

#endif
