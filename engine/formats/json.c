/* JSON files: one value, strict, in UTF-8. */
#include "formats/json.h"

#include "base/fail.h"
#include "base/json_memory.h"
#include "base/utf8.h"
#include "formats/formats.h"

#include <inttypes.h>
#include <string.h>

/* What jansson allocates for a value, roughly, and the most that a file may make it allocate: room for 2.8
 * million weights, while a small file of "{},{},{}," could ask for a hundred times its size. */
#define NUMBER_BYTES 48u
#define ARRAY_BYTES  128u
#define OBJECT_BYTES 400u
#define MAX_BYTES    (128u << 20)

static uint64_t memory_needed(bl_bytes text)
{
    uint64_t bytes = 0;
    for (const uint8_t *p = text.p; p < text.end; p++)
        bytes += *p == ',' ? NUMBER_BYTES : *p == '[' ? ARRAY_BYTES : *p == '{' ? OBJECT_BYTES : 0;
    return bytes;
}

bl_status bl_json_parse(bl_bytes text, size_t flags, json_t **out, bl_error *error)
{
    uint64_t bytes = memory_needed(text);
    if (bytes > MAX_BYTES)
        return bl_fail(error, BL_ERR_LIMIT,
                       "the JSON text holds so many values that they would need %" PRIu64
                       " MiB; the limit is %u MiB.",
                       bytes >> 20, MAX_BYTES >> 20);
    json_error_t where;
    json_t *value = json_loadb((const char *)text.p, bl_bytes_left(&text), flags, &where);
    if (value) {
        *out = value;
        return BL_OK;
    }
    if (bl_json_lacks_memory(&where, (const char *)text.p, bl_bytes_left(&text)))
        return bl_fail_no_mem(error);
    return bl_fail(error, BL_ERR_FORMAT, "the JSON text is damaged at line %d, column %d: %.*s.", where.line,
                   where.column, bl_utf8_quote(where.text, strlen(where.text)), where.text);
}

static bool sniff(bl_bytes bytes)
{
    while (bytes.p < bytes.end && (*bytes.p == ' ' || *bytes.p == '\t' || *bytes.p == '\n' || *bytes.p == '\r'))
        bytes.p++;
    bool opens = bytes.p < bytes.end && (*bytes.p == '{' || *bytes.p == '[');
    bool utf16 = bl_bytes_left(&bytes) > 1 && bytes.p[1] == 0;
    return opens && !utf16;
}

static bl_status read(bl_bytes bytes, bl_source *source, bl_error *error)
{
    return bl_json_parse(bytes, 0, &source->json, error);
}

const bl_container bl_container_json = { "JSON", sniff, read };
