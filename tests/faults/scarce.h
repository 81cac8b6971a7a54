/* Memory that runs out, for the whole process with all its libraries: jansson, libzip, libsndfile, libsamplerate and the C
 * library's own strdup(), fopen(), ... as well, because the functions of the program stand before those of libc. Where an
 * executable is linked with scarce.c, these functions choose what fails; as a library for LD_PRELOAD (scarce_preload.c) the
 * environment does.
 *
 * Works with glibc, and under the address sanitizer, which then finds leaks itself and whose own strdup() never fails. Under
 * other sanitizers, and other C libraries, nothing fails. */
#ifndef BL_TESTS_FAULTS_SCARCE_H
#define BL_TESTS_FAULTS_SCARCE_H

#include <stdbool.h>
#include <stddef.h>

/* One buffer of jansson's never fails: that in which its reader collects a word or a number of more than 15 bytes. Up to
 * version 2.14 it takes no notice when that cannot grow (akheron/jansson, issue 362), goes on with a text that lacks bytes, and
 * may write past its memory or abort. Nor does one list of libsndfile's: up to version 1.2.2 it
 * writes down the chunks of a WAV or AIFF file without a look whether it has got memory for that, and crashes. With FLAC and
 * Ogg it crashes and leaks at several places, so that they are not tried. */

/** Whether memory can run out here at all. */
bool scarce_works(void);

/** Whether scarce_live() counts. */
bool scarce_counts(void);

typedef enum scarcity {
    SCARCE_ONCE,   /**< one allocation fails, and later ones succeed again */
    SCARCE_LASTING /**< it and all later ones fail */
} scarcity;

/** From here on allocation n, counted from 1, fails; 0: none. Of this thread only, or of all. */
void scarce_begin(size_t n, scarcity how);
void scarce_begin_everywhere(size_t n, scarcity how);

/** Until here; how many allocations were asked for since. */
size_t scarce_end(void);

/** Whether one has failed since scarce_begin(), and whether a library whose file's name begins so had asked for the first
 *  one that did. */
bool scarce_hit(void);
bool scarce_hit_in(const char *library);

/** The path of what had asked, a library or the program; "" if that is not known, or none has failed. */
const char *scarce_asker(void);

/** Pieces of memory that the process has at present. */
long scarce_live(void);

/** Called at the first failure, if set. May not allocate. */
extern void (*scarce_told)(void);

#endif
