/* Parsing JSON text from a file. */
#ifndef BL_FORMATS_JSON_H
#define BL_FORMATS_JSON_H

#include "base/bytes.h"

#include <backline/status.h>
#include <jansson.h>

/** Parses all of the bytes as one JSON object or array.
 *  @param flags  for jansson, such as JSON_REJECT_DUPLICATES; 0 lets the last of equal keys win
 *  @param out    receives the value; json_decref() releases it
 *  BL_ERR_LIMIT, before anything is parsed, where the values would need an absurd amount of memory. */
bl_status bl_json_parse(bl_bytes text, size_t flags, json_t **out, bl_error *error);

#endif
