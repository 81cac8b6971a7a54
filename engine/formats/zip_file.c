#include "formats/zip_file.h"

#include "base/fail.h"
#include "base/utf8.h"
#include "model/limits.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { ZLIB_NO_MEMORY = -4 }; /* Z_MEM_ERROR */

/* Where libzip lacks memory it sometimes fails without a word. */
static bool lacks_memory(const zip_error_t *reason)
{
    const int code = zip_error_code_zip(reason);
    return code == ZIP_ER_MEMORY || code == ZIP_ER_OK ||
           (code == ZIP_ER_ZLIB && zip_error_code_system(reason) == ZLIB_NO_MEMORY);
}

bool bl_zip_sniff(bl_bytes bytes)
{
    return bl_bytes_left(&bytes) >= 4 && !memcmp(bytes.p, "PK\3\4", 4);
}

bl_status bl_zip_open(bl_bytes bytes, const char *what, zip_t **out, bl_error *error)
{
    zip_error_t reason;
    zip_error_init(&reason);
    zip_t *zip = NULL;
    zip_source_t *source = zip_source_buffer_create(bytes.p, bl_bytes_left(&bytes), 0, &reason);
    if (source)
        zip = zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &reason);
    bl_status status = BL_OK;
    if (!zip && lacks_memory(&reason))
        status = bl_fail_no_mem(error);
    else if (!zip)
        status = bl_fail(error, BL_ERR_FORMAT, "%s is a zip archive that is damaged or cut off (%s).", what,
                         zip_error_strerror(&reason));
    if (!zip)
        zip_source_free(source);
    zip_error_fini(&reason);
    *out = zip;
    return status;
}

bl_status bl_zip_check(zip_t *zip, bl_error *error)
{
    zip_int64_t count = zip_get_num_entries(zip, 0);
    uint64_t total = 0;
    for (zip_int64_t i = 0; i < count; i++) {
        zip_stat_t entry;
        const bool known = !zip_stat_index(zip, (zip_uint64_t)i, 0, &entry);
        if (!known && lacks_memory(zip_get_error(zip)))
            return bl_fail_no_mem(error);
        if (!known || !(entry.valid & ZIP_STAT_NAME) || !(entry.valid & ZIP_STAT_SIZE))
            return bl_fail(error, BL_ERR_FORMAT, "entry %" PRId64 " of the zip archive cannot be read (%s).", i,
                           zip_strerror(zip));
        if (entry.size > BL_MAX_FILE_BYTES - total)
            return bl_fail(error, BL_ERR_LIMIT, "unpacked, the file is larger than %u MiB, the limit for models.",
                           BL_MAX_FILE_BYTES >> 20);
        total += entry.size;
    }
    return BL_OK;
}

bl_status bl_zip_unpack(zip_t *zip, zip_uint64_t index, uint8_t **bytes, size_t *size, bl_error *error)
{
    zip_stat_t entry;
    if (zip_stat_index(zip, index, 0, &entry))
        return lacks_memory(zip_get_error(zip))
                   ? bl_fail_no_mem(error)
                   : bl_fail(error, BL_ERR_FORMAT, "the zip archive is damaged (%s).", zip_strerror(zip));
    int quoted = bl_utf8_quote(entry.name, strlen(entry.name));
    zip_file_t *file = zip_fopen_index(zip, index, 0);
    if (!file)
        return lacks_memory(zip_get_error(zip))
                   ? bl_fail_no_mem(error)
                   : bl_fail(error, BL_ERR_FORMAT, "'%.*s' in the zip archive cannot be unpacked (%s).", quoted,
                             entry.name, zip_strerror(zip));
    uint8_t *memory = malloc(entry.size ? entry.size : 1), more;
    if (!memory) {
        zip_fclose(file);
        return bl_fail_no_mem(error);
    }
    /* Asking for one byte more makes libzip reach the end, where it compares the checksum. */
    zip_int64_t n = zip_fread(file, memory, entry.size);
    zip_int64_t excess = n < 0 ? n : zip_fread(file, &more, 1);
    bl_status status = BL_OK;
    if (excess < 0 && lacks_memory(zip_file_get_error(file)))
        status = bl_fail_no_mem(error);
    else if (excess < 0)
        status = bl_fail(error, BL_ERR_FORMAT, "'%.*s' in the zip archive cannot be unpacked (%s).", quoted,
                         entry.name, zip_file_strerror(file));
    else if ((zip_uint64_t)n != entry.size || excess)
        status =
            bl_fail(error, BL_ERR_FORMAT, "'%.*s' in the zip archive should have %" PRIu64 " bytes, but has %s.",
                    quoted, entry.name, entry.size, excess ? "more" : "fewer");
    zip_fclose(file);
    if (status) {
        free(memory);
        return status;
    }
    *bytes = memory;
    *size = (size_t)entry.size;
    return BL_OK;
}
