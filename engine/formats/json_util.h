/* Reading JSON objects, with a full sentence for everything that is not as it should be. */
#ifndef BL_FORMATS_JSON_UTIL_H
#define BL_FORMATS_JSON_UTIL_H

#include <backline/status.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/** A JSON value and where it stands in the file: sentences begin with the path. */
typedef struct bl_json {
    const json_t *value;
    char path[128]; /* such as "config.layers[0]"; "" for the root */
} bl_json;

/** The root of a file. */
bl_json bl_json_root(const json_t *value);

/** Member key of an object, element i of an array; value is NULL where there is none. */
bl_json bl_json_member(const bl_json *object, const char *key);
bl_json bl_json_element(const bl_json *array, size_t i);

/** True if the object has the key and its value is not null. */
bool bl_json_has(const bl_json *object, const char *key);

/** "<path> should be <expected>, but it is <what it is>." or, without a value, "... is missing ...". */
bl_status bl_json_fail(const bl_json *at, const char *expected, bl_error *error);

/* Members that must be there. A wrong kind or range is BL_ERR_FORMAT. */
bl_status bl_json_object(const bl_json *object, const char *key, bl_json *out, bl_error *error);
bl_status bl_json_array(const bl_json *object, const char *key, bl_json *out, bl_error *error);
bl_status bl_json_text(const bl_json *object, const char *key, const char **out, bl_error *error);
bl_status bl_json_bool(const bl_json *object, const char *key, bool *out, bl_error *error);
/** A number written without fraction or exponent, min..max. */
bl_status bl_json_int(const bl_json *object, const char *key, long long min, long long max, long long *out,
                      bl_error *error);
bl_status bl_json_size(const bl_json *object, const char *key, size_t min, size_t max, size_t *out,
                       bl_error *error);
/** Any number that is finite. */
bl_status bl_json_number(const bl_json *object, const char *key, double *out, bl_error *error);
/** Any number that float32 can hold. */
bl_status bl_json_float(const bl_json *object, const char *key, float *out, bl_error *error);

/* The same, with a value for an absent key; null is not absent. */
bl_status bl_json_bool_or(const bl_json *object, const char *key, bool fallback, bool *out, bl_error *error);
bl_status bl_json_size_or(const bl_json *object, const char *key, size_t fallback, size_t min, size_t max,
                          size_t *out, bl_error *error);
bl_status bl_json_float_or(const bl_json *object, const char *key, float fallback, float *out, bl_error *error);

/** Sample rate of a file in Hz: NAN where the key is absent, null, or not positive; BL_ERR_LIMIT where it
 *  is absurd. */
bl_status bl_json_sample_rate(const bl_json *object, const char *key, double *hz, bl_error *error);

/** A list of 1..max_count whole numbers, each min..max. The caller frees *values. */
bl_status bl_json_sizes(const bl_json *object, const char *key, size_t min, size_t max, size_t max_count,
                        size_t **values, size_t *count, bl_error *error);

/** Element i of an array of numbers as float32; with texts, also decimal numbers in quotes. */
bl_status bl_json_weight(const bl_json *array, size_t i, bool texts, float *out, bl_error *error);

/* What a file says about itself, where nothing depends on it: NULL or NAN for everything unexpected. */
const char *bl_json_text_or_null(const bl_json *object, const char *key);
double bl_json_number_or_nan(const bl_json *object, const char *key);

#endif
