/* Whether jansson has failed because it lacks memory. */
#ifndef BL_BASE_JSON_MEMORY_H
#define BL_BASE_JSON_MEMORY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/** Of the error of json_loadb() that gave NULL for this text. Where jansson lacks memory it mostly says nothing at all; but
 *  where it has no room for a string that it has read to its end, that this is a token that it does not know. */
static inline bool bl_json_lacks_memory(const json_error_t *error, const char *text, size_t size)
{
    static const char no_key[] = "string or '}' expected", no_value[] = "invalid token";
    if (!*error->text || json_error_code(error) == json_error_out_of_memory)
        return true;
    const bool unknown =
        !strncmp(error->text, no_key, strlen(no_key)) || !strncmp(error->text, no_value, strlen(no_value));
    return unknown && error->position > 0 && (size_t)error->position <= size && text[error->position - 1] == '"';
}

#endif
