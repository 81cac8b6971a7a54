/* Whole files in memory. */
#ifndef BL_BASE_FILE_H
#define BL_BASE_FILE_H

#include <backline/status.h>
#include <stddef.h>
#include <stdint.h>

/** Read a regular file of at most limit bytes. free() releases *bytes.
 *  BL_ERR_IO where it cannot be read (with the system's reason), BL_ERR_LIMIT where it is too long. */
bl_status bl_file_read(const char *path, uint64_t limit, uint8_t **bytes, size_t *size, bl_error *error);

#endif
