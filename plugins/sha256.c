#define _DEFAULT_SOURCE
#include "sha256.h"

#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <sha2.h>

sha256_hex sha256_of_file(const char *path)
{
    sha256_hex hex = { "" };
    struct stat info;
    if (stat(path, &info) || !S_ISREG(info.st_mode) || !SHA256File(path, hex.s))
        hex.s[0] = 0;
    return hex;
}

sha256_hex sha256_of_floats(const float *values, size_t count)
{
    SHA2_CTX context;
    SHA256Init(&context);
    uint8_t bytes[4096];
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t word;
        memcpy(&word, &values[i], sizeof word);
        for (int shift = 0; shift < 32; shift += 8)
            bytes[used++] = (uint8_t)(word >> shift);
        if (used == sizeof bytes) {
            SHA256Update(&context, bytes, used);
            used = 0;
        }
    }
    SHA256Update(&context, bytes, used);
    sha256_hex hex;
    SHA256End(&context, hex.s);
    return hex;
}
