#define _POSIX_C_SOURCE 200809L
#include "base/file.h"

#include "base/alloc.h"
#include "base/fail.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The file may change while it is read: what counts is what fread() delivers, up to the limit. */
static bl_status read_all(FILE *file, const char *path, uint64_t limit, uint8_t **bytes, size_t *size,
                          bl_error *error)
{
    size_t capacity = 1 << 16, n = 0;
    uint8_t *data = malloc(capacity);
    if (!data)
        return bl_fail_no_mem(error);
    for (;;) {
        n += fread(data + n, 1, capacity - n, file);
        if (n < capacity)
            break;
        if (n > limit) {
            free(data);
            return bl_fail(error, BL_ERR_LIMIT,
                           "%s: the file is longer than %" PRIu64 " MiB, the limit for models.", path, limit >> 20);
        }
        uint8_t *grown = realloc(data, capacity *= 2);
        if (!grown) {
            free(data);
            return bl_fail_no_mem(error);
        }
        data = grown;
    }
    if (ferror(file) || n > limit) {
        free(data);
        return bl_fail(error, BL_ERR_IO, "%s: reading failed (%s).", path, strerror(errno));
    }
    *bytes = data;
    *size = n;
    return BL_OK;
}

bl_status bl_file_read(const char *path, uint64_t limit, uint8_t **bytes, size_t *size, bl_error *error)
{
    struct stat info;
    if (stat(path, &info))
        return bl_fail(error, BL_ERR_IO, "%s: cannot open it (%s).", path, strerror(errno));
    if (!S_ISREG(info.st_mode))
        return bl_fail(error, BL_ERR_IO, "%s: this is %s, not a file.", path,
                       S_ISDIR(info.st_mode) ? "a folder" : "a device or pipe");
    if ((uint64_t)info.st_size > limit)
        return bl_fail(error, BL_ERR_LIMIT,
                       "%s: the file has %" PRIu64 " MiB; the limit for models is %" PRIu64 " MiB.", path,
                       (uint64_t)info.st_size >> 20, limit >> 20);
    FILE *file = fopen(path, "rb");
    if (!file && errno == ENOMEM)
        return bl_fail_no_mem(error);
    if (!file)
        return bl_fail(error, BL_ERR_IO, "%s: cannot open it (%s).", path, strerror(errno));
    bl_status status = read_all(file, path, limit, bytes, size, error);
    fclose(file);
    return status;
}
