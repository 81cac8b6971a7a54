/* Zip archives in memory, with bounds on what they unpack to. */
#ifndef BL_FORMATS_ZIP_FILE_H
#define BL_FORMATS_ZIP_FILE_H

#include "base/bytes.h"

#include <backline/status.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zip.h>

/** True if the bytes begin as a zip archive does. */
bool bl_zip_sniff(bl_bytes bytes);

/** Opens the archive; zip_discard() closes it, before the bytes go.
 *  @param what  for sentences: "the PyTorch file" */
bl_status bl_zip_open(bl_bytes bytes, const char *what, zip_t **out, bl_error *error);

/** Checks that every entry can be read, and that together, unpacked, they are no larger than a model file
 *  may be. Names of entries are valid afterwards. */
bl_status bl_zip_check(zip_t *zip, bl_error *error);

/** Unpacks one entry; the caller frees *bytes. Its size and checksum must be those announced. */
bl_status bl_zip_unpack(zip_t *zip, zip_uint64_t index, uint8_t **bytes, size_t *size, bl_error *error);

#endif
