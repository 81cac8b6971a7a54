#include "formats/json_util.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "base/json_memory.h"
#include "base/utf8.h"
#include "model/limits.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bl_json bl_json_root(const json_t *value)
{
    return (bl_json){ .value = value };
}

/* A path that does not fit is cut: it only serves the reader of a sentence. */
bl_json bl_json_member(const bl_json *object, const char *key)
{
    bl_json member = { .value = json_object_get(object->value, key) };
    if (snprintf(member.path, sizeof member.path, "%s%s%s", object->path, *object->path ? "." : "", key) < 0)
        member.path[0] = '\0';
    return member;
}

bl_json bl_json_element(const bl_json *array, size_t i)
{
    bl_json element = { .value = json_array_get(array->value, i) };
    if (snprintf(element.path, sizeof element.path, "%s[%zu]", array->path, i) < 0)
        element.path[0] = '\0';
    return element;
}

bool bl_json_has(const bl_json *object, const char *key)
{
    const json_t *value = json_object_get(object->value, key);
    return value && !json_is_null(value);
}

static void describe(const json_t *value, char *text, size_t size)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT: snprintf(text, size, "an object"); break;
    case JSON_ARRAY: snprintf(text, size, "a list of %zu", json_array_size(value)); break;
    case JSON_STRING: {
        const char *string = json_string_value(value);
        snprintf(text, size, "the text \"%.*s\"", bl_utf8_quote(string, json_string_length(value)), string);
        break;
    }
    case JSON_INTEGER: snprintf(text, size, "%lld", (long long)json_integer_value(value)); break;
    case JSON_REAL: snprintf(text, size, "%.10g", json_real_value(value)); break;
    case JSON_TRUE: snprintf(text, size, "true"); break;
    case JSON_FALSE: snprintf(text, size, "false"); break;
    case JSON_NULL: snprintf(text, size, "null"); break;
    }
}

bl_status bl_json_fail(const bl_json *at, const char *expected, bl_error *error)
{
    const char *path = *at->path ? at->path : "The JSON value";
    if (!at->value)
        return bl_fail(error, BL_ERR_FORMAT, "%s is missing; it should be %s.", path, expected);
    char found[128];
    describe(at->value, found, sizeof found);
    return bl_fail(error, BL_ERR_FORMAT, "%s should be %s, but it is %s.", path, expected, found);
}

bl_status bl_json_object(const bl_json *object, const char *key, bl_json *out, bl_error *error)
{
    bl_json member = bl_json_member(object, key);
    if (!json_is_object(member.value))
        return bl_json_fail(&member, "an object", error);
    *out = member;
    return BL_OK;
}

bl_status bl_json_array(const bl_json *object, const char *key, bl_json *out, bl_error *error)
{
    bl_json member = bl_json_member(object, key);
    if (!json_is_array(member.value))
        return bl_json_fail(&member, "a list", error);
    *out = member;
    return BL_OK;
}

bl_status bl_json_text(const bl_json *object, const char *key, const char **out, bl_error *error)
{
    bl_json member = bl_json_member(object, key);
    if (!json_is_string(member.value))
        return bl_json_fail(&member, "a text", error);
    *out = json_string_value(member.value);
    return BL_OK;
}

bl_status bl_json_bool(const bl_json *object, const char *key, bool *out, bl_error *error)
{
    bl_json member = bl_json_member(object, key);
    if (!json_is_boolean(member.value))
        return bl_json_fail(&member, "true or false", error);
    *out = json_is_true(member.value);
    return BL_OK;
}

/* A value such as 4.0 is refused as well: whoever writes sizes as real numbers writes 4.5 next. */
static bl_status whole_number(const bl_json *at, long long min, long long max, long long *out, bl_error *error)
{
    const long long value = json_integer_value(at->value);
    if (!json_is_integer(at->value) || value < min || value > max) {
        char expected[80];
        snprintf(expected, sizeof expected, "a whole number from %lld to %lld", min, max);
        return bl_json_fail(at, expected, error);
    }
    *out = value;
    return BL_OK;
}

bl_status bl_json_int(const bl_json *object, const char *key, long long min, long long max, long long *out,
                      bl_error *error)
{
    bl_json member = bl_json_member(object, key);
    return whole_number(&member, min, max, out, error);
}

bl_status bl_json_size(const bl_json *object, const char *key, size_t min, size_t max, size_t *out, bl_error *error)
{
    long long value = 0;
    bl_status status = bl_json_int(object, key, (long long)min, (long long)max, &value, error);
    if (status)
        return status;
    *out = (size_t)value;
    return BL_OK;
}

bl_status bl_json_number(const bl_json *object, const char *key, double *out, bl_error *error)
{
    const bl_json member = bl_json_member(object, key);
    if (!json_is_number(member.value) || !isfinite(json_number_value(member.value)))
        return bl_json_fail(&member, "a number", error);
    *out = json_number_value(member.value);
    return BL_OK;
}

static bl_status float_value(const bl_json *at, float *out, bl_error *error)
{
    const double value = json_number_value(at->value);
    if (!json_is_number(at->value) || !(fabs(value) <= (double)FLT_MAX))
        return bl_json_fail(at, "a number that float32 can hold", error);
    *out = (float)value;
    return BL_OK;
}

bl_status bl_json_float(const bl_json *object, const char *key, float *out, bl_error *error)
{
    bl_json member = bl_json_member(object, key);
    return float_value(&member, out, error);
}

bl_status bl_json_bool_or(const bl_json *object, const char *key, bool fallback, bool *out, bl_error *error)
{
    *out = fallback;
    return json_object_get(object->value, key) ? bl_json_bool(object, key, out, error) : BL_OK;
}

bl_status bl_json_size_or(const bl_json *object, const char *key, size_t fallback, size_t min, size_t max,
                          size_t *out, bl_error *error)
{
    *out = fallback;
    return json_object_get(object->value, key) ? bl_json_size(object, key, min, max, out, error) : BL_OK;
}

bl_status bl_json_float_or(const bl_json *object, const char *key, float fallback, float *out, bl_error *error)
{
    *out = fallback;
    return json_object_get(object->value, key) ? bl_json_float(object, key, out, error) : BL_OK;
}

bl_status bl_json_sample_rate(const bl_json *object, const char *key, double *hz, bl_error *error)
{
    bl_json member = bl_json_member(object, key);
    *hz = NAN;
    if (!member.value || json_is_null(member.value))
        return BL_OK;
    if (!json_is_number(member.value))
        return bl_json_fail(&member, "a number of samples per second", error);
    const double value = json_number_value(member.value);
    if (value <= 0.0)
        return BL_OK; /* how some exporters write "unknown" */
    if (!(value >= 1.0 && value <= BL_MAX_SAMPLE_RATE))
        return bl_fail(error, BL_ERR_LIMIT, "%s is %.10g Hz; sample rates from 1 to %.0f Hz are possible.",
                       member.path, value, BL_MAX_SAMPLE_RATE);
    *hz = value;
    return BL_OK;
}

bl_status bl_json_sizes(const bl_json *object, const char *key, size_t min, size_t max, size_t max_count,
                        size_t **values, size_t *count, bl_error *error)
{
    bl_json array;
    bl_status status = bl_json_array(object, key, &array, error);
    if (status)
        return status;
    const size_t n = json_array_size(array.value);
    if (!n || n > max_count)
        return bl_fail(error, BL_ERR_FORMAT, "%s has %zu entries; it should have 1 to %zu.", array.path, n,
                       max_count);
    size_t *sizes = bl_calloc(n, sizeof *sizes);
    if (!sizes)
        return bl_fail_no_mem(error);
    for (size_t i = 0; i < n; i++) {
        const bl_json element = bl_json_element(&array, i);
        long long value = 0;
        status = whole_number(&element, (long long)min, (long long)max, &value, error);
        if (status) {
            free(sizes);
            return status;
        }
        sizes[i] = (size_t)value;
    }
    *values = sizes;
    *count = n;
    return BL_OK;
}

/* A number in quotes follows the same grammar as one without, so the same parser reads it; unlike
 * strtod() it knows neither "nan" nor the system's decimal comma. */
static bl_status quoted_number(const bl_json *at, float *out, bl_error *error)
{
    const char *text = json_string_value(at->value);
    const size_t size = json_string_length(at->value);
    const bool bare = size && strspn(text, "+-.0123456789Ee") == size; /* no space, bracket or word */
    json_error_t problem;
    json_t *number = bare ? json_loadb(text, size, JSON_DECODE_ANY, &problem) : NULL;
    if (bare && !number && bl_json_lacks_memory(&problem, text, size))
        return bl_fail_no_mem(error);
    const double value = json_is_number(number) ? json_number_value(number) : INFINITY;
    json_decref(number);
    if (!(fabs(value) <= (double)FLT_MAX))
        return bl_json_fail(at, "a decimal number that float32 can hold", error);
    *out = (float)value;
    return BL_OK;
}

bl_status bl_json_weight(const bl_json *array, size_t i, bool texts, float *out, bl_error *error)
{
    /* The path is made only for a failure: there may be millions of weights. */
    const json_t *value = json_array_get(array->value, i);
    if (json_is_number(value) && fabs(json_number_value(value)) <= (double)FLT_MAX) {
        *out = (float)json_number_value(value);
        return BL_OK;
    }
    const bl_json element = bl_json_element(array, i);
    return texts && json_is_string(value) ? quoted_number(&element, out, error) : float_value(&element, out, error);
}

const char *bl_json_text_or_null(const bl_json *object, const char *key)
{
    return json_string_value(json_object_get(object->value, key));
}

double bl_json_number_or_nan(const bl_json *object, const char *key)
{
    const json_t *value = json_object_get(object->value, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}
