/* Files of all containers, made in memory, most of them hostile; and verdicts on them. */
#ifndef TESTS_MADE_FILES_H
#define TESTS_MADE_FILES_H

#include "formats/formats.h"

#include <stddef.h>
#include <stdint.h>

/* Whoever has one owns its data. */
typedef struct file {
    uint8_t *data;
    size_t size, capacity;
} file;

void file_put(file *f, const void *bytes, size_t size);
void file_put_uint(file *f, uint64_t value, unsigned bytes);

/* A string literal, which may contain zeros. */
#define PUT(f, literal) file_put(f, literal, sizeof(literal) - 1)

/* ---- in pickles ---- */

typedef struct tensor {
    const char *type, *key;
    int64_t count, offset;
    size_t rank;
    int64_t shape[4], stride[4];
} tensor;

/* A file whose object is the given pickle and which has no storages. */
file legacy_of(const void *pickle, size_t size);

/* A file with one tensor 'w' and its storage '0' of so many bytes. */
file legacy_with(const tensor *t, const void *numbers, size_t size);

/* The pickle alone, of such a tensor. */
file pickle_with(const tensor *t);

file safetensors_with(const char *header, const void *numbers, size_t size);

/* ---- verdicts; both release the file ---- */

bl_source file_accept(file f);

/* The sentence should contain the words. */
void file_refuse(file f, bl_status expected, const char *words);

#endif
