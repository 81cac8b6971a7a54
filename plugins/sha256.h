/* SHA-256 as 64 hexadecimal digits. */
#ifndef BACKLINE_PLUGINS_SHA256_H
#define BACKLINE_PLUGINS_SHA256_H

#include <stddef.h>

typedef struct sha256_hex {
    char s[65];
} sha256_hex;

/* Of a file's bytes; empty if it cannot be read, or is a device or a pipe. */
sha256_hex sha256_of_file(const char *path);

/* Of numbers as little-endian float32, whatever this machine's byte order. */
sha256_hex sha256_of_floats(const float *values, size_t count);

#endif
