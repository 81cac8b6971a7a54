#include "formats/graph_description.h"

#include "base/fail.h"
#include "formats/json.h"

#include <stdio.h>
#include <string.h>

#define KEY "backline"

bl_status bl_description_open(const bl_source *source, json_t **out, bl_error *error)
{
    const json_t *text = json_object_get(source->values, KEY);
    *out = json_incref(source->description);
    if (*out || !json_is_string(text))
        return BL_OK;
    return bl_json_parse(bl_bytes_make(json_string_value(text), json_string_length(text)), JSON_REJECT_DUPLICATES,
                         out, error);
}

bool bl_description_kind(const bl_source *source, char *kind, size_t size)
{
    json_t *description = NULL;
    if (bl_description_open(source, &description, NULL))
        return false;
    const char *text = json_string_value(json_object_get(description, KEY));
    if (text)
        snprintf(kind, size, "%s", text);
    json_decref(description);
    return text != NULL;
}

static bool is_one_of(const char *key, const char *const *list)
{
    while (list && *list && strcmp(*list, key) != 0)
        list++;
    return list && *list;
}

bl_status bl_description_keys(const bl_json *object, const char *const *known, const char *const *more,
                              const char *document, bl_error *error)
{
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)object->value, key, value) {
        if (is_one_of(key, known) || is_one_of(key, more))
            continue;
        const bl_json at = bl_json_member(object, key);
        return bl_fail(error, BL_ERR_FORMAT, "%s is not a key that stands there (%s).", at.path, document);
    }
    return BL_OK;
}
