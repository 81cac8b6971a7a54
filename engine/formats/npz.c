/* NumPy's .npz: a zip archive in which each array is a file "<name>.npy": a header, which is the text of a Python
 * dictionary, and the numbers. Only that one kind of dictionary is understood, and nothing is evaluated. */
#include "base/alloc.h"
#include "base/fail.h"
#include "base/utf8.h"
#include "formats/formats.h"
#include "formats/numbers.h"
#include "formats/zip_file.h"
#include "model/tensors.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define CONTAINER "npz"

static const char extension[] = ".npy";
#define EXTENSION_BYTES (sizeof extension - 1)

static const struct {
    const char *name;
    bl_number_type type;
} types[] = {
    { "<f8", BL_FLOAT64 }, { "<f4", BL_FLOAT32 }, { "<f2", BL_FLOAT16 }, { "<i8", BL_INT64 }, { "<i4", BL_INT32 },
    { "<i2", BL_INT16 },   { "|i1", BL_INT8 },    { "|u1", BL_UINT8 },   { "|b1", BL_BOOL },
};

/* An array while it is read. */
typedef struct array {
    const char *name; /* of the entry, with its extension */
    int quoted;       /* bytes of the name that fit into a sentence */
    bl_number_type type;
    bool fortran; /* the first index runs fastest */
    size_t rank;
    uint64_t shape[BL_TENSOR_MAX_RANK];
} array;

/* The file's first entry stands at its start: 30 bytes of header, of which two are the length of its name. */
static bool sniff(bl_bytes bytes)
{
    bl_bytes head, name;
    uint64_t length;
    if (!bl_zip_sniff(bytes) || !bl_bytes_take(&bytes, 26, &head) || !bl_bytes_uint_le(&bytes, 2, &length) ||
        !bl_bytes_take(&bytes, 2, &head) || !bl_bytes_take(&bytes, length, &name))
        return false;
    return length > EXTENSION_BYTES && !memcmp(name.end - EXTENSION_BYTES, extension, EXTENSION_BYTES);
}

/* ---- the header's dictionary ---- */

static void skip_space(bl_bytes *b)
{
    while (b->p < b->end && (*b->p == ' ' || *b->p == '\n' || *b->p == '\t'))
        b->p++;
}

/* Takes the text, and the space before it, if it stands there. */
static bool take(bl_bytes *b, const char *text)
{
    const size_t n = strlen(text);
    skip_space(b);
    if (bl_bytes_left(b) < n || memcmp(b->p, text, n) != 0)
        return false;
    b->p += n;
    return true;
}

/* 'text' without escapes. */
static bool take_text(bl_bytes *b, bl_bytes *text)
{
    if (!take(b, "'"))
        return false;
    const uint8_t *end = memchr(b->p, '\'', bl_bytes_left(b));
    if (!end || memchr(b->p, '\\', (size_t)(end - b->p)))
        return false;
    *text = (bl_bytes){ b->p, end };
    b->p = end + 1;
    return true;
}

/* The L behind long numbers is Python 2's. */
static bool take_size(bl_bytes *b, uint64_t *size)
{
    skip_space(b);
    const uint8_t *start = b->p;
    *size = 0;
    for (; b->p < b->end && *b->p >= '0' && *b->p <= '9'; b->p++) {
        if (*size > UINT32_MAX)
            return false;
        *size = *size * 10 + (uint64_t)(*b->p - '0');
    }
    const bool any = b->p > start;
    take(b, "L");
    return any;
}

/* (), (4,) or (4, 3). */
static bool take_shape(bl_bytes *b, array *a)
{
    if (!take(b, "("))
        return false;
    for (a->rank = 0; !take(b, ")"); a->rank++) {
        if (a->rank == BL_TENSOR_MAX_RANK || !take_size(b, &a->shape[a->rank]))
            return false;
        if (!take(b, ",")) {
            a->rank++;
            return take(b, ")");
        }
    }
    return true;
}

static bl_status find_type(bl_bytes descr, array *a, bl_error *error)
{
    const size_t n = bl_bytes_left(&descr);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strlen(types[i].name) == n && !memcmp(types[i].name, descr.p, n)) {
            a->type = types[i].type;
            return BL_OK;
        }
    return bl_fail(
        error, BL_ERR_UNSUPPORTED,
        "array '%.*s' has numbers of the type '%.*s'; little-endian f8, f4, f2, i8, i4, i2, i1, u1 and b1 "
        "are read.",
        a->quoted, a->name, n < 20 ? (int)n : 20, (const char *)descr.p);
}

/* {'descr': '<f4', 'fortran_order': False, 'shape': (4, 3), } in any order, each once. */
static bool take_dictionary(bl_bytes *b, array *a, bl_bytes *descr)
{
    enum { DESCR = 1, ORDER = 2, SHAPE = 4 };
    unsigned seen = 0;
    bool valid = take(b, "{");
    while (valid && !take(b, "}")) {
        unsigned key = take(b, "'descr'")           ? DESCR
                       : take(b, "'fortran_order'") ? ORDER
                       : take(b, "'shape'")         ? SHAPE
                                                    : 0;
        valid = key && !(seen & key) && take(b, ":");
        seen |= key;
        if (valid && key == DESCR)
            valid = take_text(b, descr);
        else if (valid && key == ORDER)
            valid = (a->fortran = take(b, "True")) || take(b, "False");
        else if (valid)
            valid = take_shape(b, a);
        if (valid && !take(b, ",")) {
            valid = take(b, "}");
            break;
        }
    }
    skip_space(b);
    return valid && seen == (DESCR | ORDER | SHAPE) && !bl_bytes_left(b);
}

/* Moves bytes to the numbers. */
static bl_status read_header(bl_bytes *bytes, array *a, bl_error *error)
{
    bl_bytes magic, text, descr = { 0 };
    uint64_t major, minor, length;
    if (!bl_bytes_take(bytes, 6, &magic) || memcmp(magic.p, "\x93NUMPY", 6) != 0 ||
        !bl_bytes_uint_le(bytes, 1, &major) || !bl_bytes_uint_le(bytes, 1, &minor))
        return bl_fail(error, BL_ERR_FORMAT, "'%.*s' in the npz file is no NumPy array.", a->quoted, a->name);
    if (major < 1 || major > 3)
        return bl_fail(error, BL_ERR_UNSUPPORTED,
                       "array '%.*s' is of version %" PRIu64 " of NumPy's format; 1 to 3 are read.", a->quoted,
                       a->name, major);
    if (!bl_bytes_uint_le(bytes, major == 1 ? 2 : 4, &length) || !bl_bytes_take(bytes, length, &text))
        return bl_fail(error, BL_ERR_FORMAT, "array '%.*s' ends within its header.", a->quoted, a->name);
    if (!take_dictionary(&text, a, &descr))
        return bl_fail(error, BL_ERR_FORMAT,
                       "array '%.*s' should have a header with descr (a text), fortran_order and shape (up to %d "
                       "sizes), and nothing else.",
                       a->quoted, a->name, BL_TENSOR_MAX_RANK);
    return find_type(descr, a, error);
}

/* ---- the numbers ---- */

static void set_strides(const array *a, uint64_t *stride)
{
    uint64_t step = 1;
    for (size_t i = 0; i < a->rank; i++) {
        const size_t axis = a->fortran ? i : a->rank - 1 - i;
        stride[axis] = step;
        step *= a->shape[axis];
    }
}

/* The numbers must fill the rest of the entry; compared before memory is taken. */
static bl_status check_bytes(const array *a, uint64_t given, bl_error *error)
{
    uint64_t needed = bl_number_size(a->type);
    bool fits = true;
    for (size_t i = 0; i < a->rank && fits; i++)
        fits = bl_mul_ok(needed, a->shape[i], &needed);
    if (!fits || needed != given)
        return bl_fail(error, BL_ERR_FORMAT,
                       "array '%.*s' should have as many numbers as its shape says, but %" PRIu64
                       " bytes of %s follow.",
                       a->quoted, a->name, given, bl_number_name(a->type));
    return BL_OK;
}

static bl_status add_array(bl_bytes bytes, array *a, bl_tensors *tensors, bl_error *error)
{
    uint64_t stride[BL_TENSOR_MAX_RANK];
    float *values;
    bl_status status = read_header(&bytes, a, error);
    if (status || (status = check_bytes(a, bl_bytes_left(&bytes), error)) ||
        (status = bl_tensors_add(tensors, a->name, strlen(a->name) - EXTENSION_BYTES, bl_number_name(a->type),
                                 a->rank, a->shape, &values, error)))
        return status;
    set_strides(a, stride);
    const bl_view view = { .type = a->type,
                           .rank = a->rank,
                           .shape = a->shape,
                           .stride = stride,
                           .count = bl_bytes_left(&bytes) / bl_number_size(a->type) };
    if (!bl_view_convert(&view, bytes.p, values))
        return bl_fail(error, BL_ERR_FORMAT,
                       "array '%.*s' holds a number that is too large for 32-bit floating point.", a->quoted,
                       a->name);
    return BL_OK;
}

static bl_status read_entry(zip_t *zip, zip_uint64_t index, bl_tensors *tensors, bl_error *error)
{
    const char *name = zip_get_name(zip, index, 0);
    const size_t length = strlen(name);
    array a = { .name = name, .quoted = bl_utf8_quote(name, length) };
    if (length <= EXTENSION_BYTES || strcmp(name + length - EXTENSION_BYTES, extension))
        return bl_fail(error, BL_ERR_FORMAT, "'%.*s' in the npz file is no array: its name should end with .npy.",
                       a.quoted, name);
    uint8_t *bytes;
    size_t size;
    bl_status status = bl_zip_unpack(zip, index, &bytes, &size, error);
    if (status)
        return status;
    status = add_array(bl_bytes_make(bytes, size), &a, tensors, error);
    free(bytes);
    return status;
}

static bl_status read_entries(zip_t *zip, bl_source *source, bl_error *error)
{
    bl_status status;
    if ((status = bl_zip_check(zip, error)) || (status = bl_tensors_create(CONTAINER, &source->tensors, error)))
        return status;
    const zip_int64_t count = zip_get_num_entries(zip, 0);
    for (zip_int64_t i = 0; i < count && !status; i++)
        status = read_entry(zip, (zip_uint64_t)i, source->tensors, error);
    return status;
}

static bl_status read(bl_bytes bytes, bl_source *source, bl_error *error)
{
    zip_t *zip;
    bl_status status = bl_zip_open(bytes, "the npz file", &zip, error);
    if (status)
        return status;
    source->values = json_object();
    status = source->values ? read_entries(zip, source, error) : bl_fail_no_mem(error);
    zip_discard(zip);
    return status;
}

const bl_container bl_container_npz = { CONTAINER, sniff, read };
