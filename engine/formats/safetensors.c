/* safetensors: the length of a JSON header, the header, the numbers. */
#include "base/alloc.h"
#include "base/fail.h"
#include "base/utf8.h"
#include "formats/formats.h"
#include "formats/json.h"
#include "formats/numbers.h"
#include "model/limits.h"
#include "model/tensors.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define CONTAINER "safetensors"
#define METADATA  "__metadata__"

static const struct {
    const char *name;
    bl_number_type type;
} types[] = {
    { "F64", BL_FLOAT64 }, { "F32", BL_FLOAT32 }, { "F16", BL_FLOAT16 }, { "BF16", BL_BFLOAT16 },
    { "I64", BL_INT64 },   { "I32", BL_INT32 },   { "I16", BL_INT16 },   { "I8", BL_INT8 },
    { "U8", BL_UINT8 },    { "BOOL", BL_BOOL },
};

/* Bytes of the data that a tensor occupies. */
typedef struct range {
    uint64_t begin, end;
    const char *name;
} range;

/* One line of the header. */
typedef struct record {
    const char *name;
    int quoted; /* bytes of the name that fit into a sentence */
    bl_number_type type;
    size_t rank;
    uint64_t shape[BL_TENSOR_MAX_RANK];
    range range;
} record;

/* The header's length is a binary number, so that text can hardly look like it. */
static bool sniff(bl_bytes bytes)
{
    return bl_bytes_left(&bytes) >= 9 && bytes.p[8] == '{' && memchr(bytes.p, 0, 8);
}

/* ---- one tensor ---- */

static bl_status read_type(const json_t *value, record *r, bl_error *error)
{
    const char *name = json_string_value(json_object_get(value, "dtype"));
    if (!name)
        return bl_fail(error, BL_ERR_FORMAT, "tensor '%.*s' does not say which type of numbers it has (dtype).",
                       r->quoted, r->name);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (strcmp(name, types[i].name) != 0)
            continue;
        r->type = types[i].type;
        return BL_OK;
    }
    return bl_fail(error, BL_ERR_UNSUPPORTED,
                   "tensor '%.*s' has numbers of the type '%.20s', which backline does not read.", r->quoted,
                   r->name, name);
}

static bool read_size(const json_t *value, uint64_t *size)
{
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return false;
    *size = (uint64_t)json_integer_value(value);
    return true;
}

static bl_status read_shape(const json_t *value, record *r, bl_error *error)
{
    const json_t *shape = json_object_get(value, "shape");
    r->rank = json_array_size(shape);
    if (r->rank > BL_TENSOR_MAX_RANK)
        return bl_fail(error, BL_ERR_LIMIT, "tensor '%.*s' has %zu dimensions; the limit is %d.", r->quoted,
                       r->name, r->rank, BL_TENSOR_MAX_RANK);
    bool valid = json_is_array(shape);
    for (size_t i = 0; i < r->rank && valid; i++)
        valid = read_size(json_array_get(shape, i), &r->shape[i]);
    if (!valid)
        return bl_fail(error, BL_ERR_FORMAT,
                       "tensor '%.*s' should have a shape: a list of whole numbers, zero or more.", r->quoted,
                       r->name);
    return BL_OK;
}

static bl_status read_range(const json_t *value, uint64_t available, record *r, bl_error *error)
{
    const json_t *offsets = json_object_get(value, "data_offsets");
    r->range.name = r->name;
    if (json_array_size(offsets) != 2 || !read_size(json_array_get(offsets, 0), &r->range.begin) ||
        !read_size(json_array_get(offsets, 1), &r->range.end))
        return bl_fail(error, BL_ERR_FORMAT,
                       "tensor '%.*s' should have data_offsets: two whole numbers, zero or more.", r->quoted,
                       r->name);
    if (r->range.begin > r->range.end || r->range.end > available)
        return bl_fail(error, BL_ERR_FORMAT,
                       "tensor '%.*s' should be at bytes %" PRIu64 " to %" PRIu64
                       " of the data, but there are %" PRIu64 ".",
                       r->quoted, r->name, r->range.begin, r->range.end, available);
    return BL_OK;
}

static bl_status read_record(const char *name, const json_t *value, uint64_t available, record *r, bl_error *error)
{
    *r = (record){ .name = name, .quoted = bl_utf8_quote(name, strlen(name)) };
    if (!json_is_object(value))
        return bl_fail(error, BL_ERR_FORMAT, "tensor '%.*s' should be described by a JSON object.", r->quoted,
                       name);
    bl_status status = read_type(value, r, error);
    if (!status)
        status = read_shape(value, r, error);
    if (!status)
        status = read_range(value, available, r, error);
    return status;
}

static bl_status add_tensor(const record *r, bl_bytes data, bl_tensors *tensors, bl_error *error)
{
    float *values;
    bl_status status = bl_tensors_add(tensors, r->name, strlen(r->name), bl_number_name(r->type), r->rank, r->shape,
                                      &values, error);
    if (status)
        return status;
    size_t count = bl_tensors_at(tensors, bl_tensors_count(tensors) - 1)->count;
    uint64_t needed = (uint64_t)count * bl_number_size(r->type), given = r->range.end - r->range.begin;
    if (given != needed)
        return bl_fail(error, BL_ERR_FORMAT,
                       "tensor '%.*s' needs %" PRIu64 " bytes, but the file gives it %" PRIu64 ".", r->quoted,
                       r->name, needed, given);
    if (!bl_numbers_convert(r->type, data.p + r->range.begin, count, values))
        return bl_fail(error, BL_ERR_FORMAT,
                       "tensor '%.*s' holds a number that is too large for 32-bit floating point.", r->quoted,
                       r->name);
    return BL_OK;
}

/* ---- all of them ---- */

static int by_position(const void *a, const void *b)
{
    const range *ra = a, *rb = b;
    if (ra->begin != rb->begin)
        return ra->begin < rb->begin ? -1 : 1;
    return (ra->end > rb->end) - (ra->end < rb->end);
}

/* The tensors cover the data without gap and overlap. */
static bl_status check_ranges(range *ranges, size_t count, uint64_t available, bl_error *error)
{
    uint64_t at = 0;
    qsort(ranges, count, sizeof *ranges, by_position);
    for (size_t i = 0; i < count; i++) {
        if (ranges[i].begin != at)
            return bl_fail(
                error, BL_ERR_FORMAT,
                "tensor '%.*s' should begin at byte %" PRIu64 " of the data, where the one before it ends, "
                "but begins at %" PRIu64 ".",
                bl_utf8_quote(ranges[i].name, strlen(ranges[i].name)), ranges[i].name, at, ranges[i].begin);
        at = ranges[i].end;
    }
    if (at != available)
        return bl_fail(error, BL_ERR_FORMAT, "%" PRIu64 " bytes follow after the last tensor.", available - at);
    return BL_OK;
}

static bl_status read_metadata(const json_t *header, bl_source *source, bl_error *error)
{
    json_t *metadata = json_object_get(header, METADATA);
    const char *key;
    json_t *text;
    if (metadata && !json_is_object(metadata))
        return bl_fail(error, BL_ERR_FORMAT, METADATA " should be a JSON object.");
    json_object_foreach (metadata, key, text)
        if (!json_is_string(text))
            return bl_fail(error, BL_ERR_FORMAT, METADATA " should hold texts only; '%.*s' is none.",
                           bl_utf8_quote(key, strlen(key)), key);
    source->values = metadata ? json_incref(metadata) : json_object();
    return source->values ? BL_OK : bl_fail_no_mem(error);
}

static bl_status read_tensors(json_t *header, bl_bytes data, bl_tensors *tensors, bl_error *error)
{
    range *ranges = bl_calloc(json_object_size(header), sizeof *ranges);
    if (!ranges)
        return bl_fail_no_mem(error);
    size_t count = 0;
    bl_status status = BL_OK;
    const char *name;
    json_t *value;
    json_object_foreach (header, name, value) {
        record r;
        if (!strcmp(name, METADATA))
            continue;
        status = read_record(name, value, bl_bytes_left(&data), &r, error);
        if (!status)
            status = add_tensor(&r, data, tensors, error);
        if (status)
            break;
        ranges[count++] = r.range;
    }
    if (!status)
        status = check_ranges(ranges, count, bl_bytes_left(&data), error);
    free(ranges);
    return status;
}

static bl_status read(bl_bytes bytes, bl_source *source, bl_error *error)
{
    uint64_t length = 0;
    bl_bytes text;
    json_t *header;
    if (!bl_bytes_uint_le(&bytes, 8, &length) || !bl_bytes_take(&bytes, length, &text))
        return bl_fail(error, BL_ERR_FORMAT,
                       "the safetensors header should have %" PRIu64
                       " bytes, but the file ends before; it is cut off.",
                       length);
    bl_status status = bl_json_parse(text, JSON_REJECT_DUPLICATES, &header, error);
    if (status)
        return bl_fail_context(error, status, "the safetensors header");
    status = read_metadata(header, source, error);
    if (!status)
        status = bl_tensors_create(CONTAINER, &source->tensors, error);
    if (!status)
        status = read_tensors(header, bytes, source->tensors, error);
    json_decref(header);
    return status;
}

const bl_container bl_container_safetensors = { CONTAINER, sniff, read };
