/* Reading rig files. */
#define _POSIX_C_SOURCE 200809L
#include "rig_file.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "base/file.h"
#include "base/json_memory.h"
#include "file_limits.h"
#include "nearest.h"
#include "rig_file_midi.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A setup, and the folder that its paths are relative to. */
typedef struct reader {
    bl_rig_setup setup;
    const char *path;
    int folder; /* bytes of path */
    bl_error *error;
} reader;

/* ---- settings ---- */

/* "raw, normalised or calibrated" */
static void list_words(const bl_rig_param_info *info, char *text, size_t size)
{
    size_t used = 0;
    for (size_t i = 0; i < info->choice_count && used < size; i++) {
        const char *between = !i ? "" : i + 1 < info->choice_count ? ", " : " or ";
        used += (size_t)snprintf(text + used, size - used, "%s%s", between, info->choices[i].word);
    }
}

static bl_status wrong_value(const reader *r, const bl_rig_param_info *info, const json_t *value)
{
    char wanted[160];
    char *found = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(9));
    if (info->kind == BL_RIG_SWITCH)
        snprintf(wanted, sizeof wanted, "true or false");
    else if (info->kind == BL_RIG_CHOICE)
        list_words(info, wanted, sizeof wanted);
    else
        snprintf(wanted, sizeof wanted, "%s from %g to %g%s%s",
                 info->kind == BL_RIG_WHOLE ? "a whole number" : "a number", (double)info->minimum,
                 (double)info->maximum, *info->unit ? " " : "", info->unit);
    bl_fail_text(r->error, BL_ERR_FORMAT, "The setting \"%s\" wants %s, not %.60s.", info->symbol, wanted,
                 found ? found : "this");
    free(found);
    return BL_ERR_FORMAT;
}

/* Words that are numbers may also stand there as numbers. */
static bool read_choice(const bl_rig_param_info *info, const json_t *value, float *setting)
{
    char number[32] = "";
    if (json_is_integer(value))
        snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
    const char *word = json_is_string(value) ? json_string_value(value) : number;
    for (size_t i = 0; i < info->choice_count; i++)
        if (!strcmp(word, info->choices[i].word)) {
            *setting = info->choices[i].value;
            return true;
        }
    return false;
}

static bool read_value(const bl_rig_param_info *info, const json_t *value, float *setting)
{
    if (info->kind == BL_RIG_CHOICE)
        return read_choice(info, value, setting);
    if (info->kind == BL_RIG_SWITCH) {
        *setting = json_is_true(value);
        return json_is_boolean(value);
    }
    const float number = (float)json_number_value(value); /* as a float: so are the limits */
    *setting = number;
    return json_is_number(value) && number >= info->minimum && number <= info->maximum &&
           (info->kind != BL_RIG_WHOLE || number == floorf(number));
}

static bl_status no_such_setting(const reader *r, const char *symbol)
{
    const char *symbols[BL_RIG_PARAM_COUNT];
    for (int i = 0; i < BL_RIG_PARAM_COUNT; i++)
        symbols[i] = bl_rig_param_describe((bl_rig_param)i)->symbol;
    const char *near = nearest_word(symbol, symbols, BL_RIG_PARAM_COUNT);
    if (near)
        return bl_fail(r->error, BL_ERR_FORMAT, "There is no setting \"%.80s\"; did its writer mean \"%s\"?",
                       symbol, near);
    return bl_fail(r->error, BL_ERR_FORMAT, "There is no setting \"%.80s\".", symbol);
}

static bl_status read_settings(reader *r, json_t *settings)
{
    const char *symbol;
    json_t *value;
    if (settings && !json_is_object(settings))
        return bl_fail(r->error, BL_ERR_FORMAT, "\"settings\" wants an object of names and values.");
    json_object_foreach (settings, symbol, value) {
        const bl_rig_param param = bl_rig_param_find(symbol);
        if (param == BL_RIG_PARAM_COUNT)
            return no_such_setting(r, symbol);
        if (!read_value(bl_rig_param_describe(param), value, &r->setup.values[param]))
            return wrong_value(r, bl_rig_param_describe(param), value);
    }
    return BL_OK;
}

static bl_status read_knobs(reader *r, json_t *knobs)
{
    const char *name;
    json_t *value;
    if (knobs && !json_is_object(knobs))
        return bl_fail(r->error, BL_ERR_FORMAT, "\"knobs\" wants an object of names and numbers.");
    json_object_foreach (knobs, name, value) {
        const float number = (float)json_number_value(value);
        if (!json_is_number(value) || !isfinite(number) || strlen(name) > BL_RIG_FILE_MAX_NAME)
            return bl_fail(r->error, BL_ERR_FORMAT, "The knob \"%.80s\" wants a number.", name);
        const bl_status status = bl_rig_setup_set_knob(&r->setup, name, number, r->error);
        if (status)
            return status;
    }
    return BL_OK;
}

/* ---- files ---- */

static bool read_sha256(const json_t *value, char *sha256)
{
    const char *digits = json_string_value(value);
    if (!value)
        return true;
    if (!digits || strlen(digits) != 64 || strspn(digits, "0123456789abcdefABCDEF") != 64)
        return false;
    for (size_t i = 0; i < 64; i++)
        sha256[i] = digits[i] >= 'A' && digits[i] <= 'F' ? (char)(digits[i] - 'A' + 'a') : digits[i];
    return true;
}

static bl_status read_file(reader *r, const char *list, size_t number, const json_t *object, bl_rig_file file)
{
    const json_t *path = json_object_get(object, "path"), *size = json_object_get(object, "size");
    bl_rig_setup_file *to = &r->setup.files[file];
    char whole[2 * BL_RIG_FILE_MAX_PATH + 1];
    if (json_is_null(object))
        return BL_OK;
    const size_t length = json_string_length(path);
    if (!length || length > BL_RIG_FILE_MAX_PATH || (size_t)r->folder > BL_RIG_FILE_MAX_PATH)
        return bl_fail(r->error, BL_ERR_FORMAT,
                       "Number %zu of \"%s\" wants null or an object with a \"path\" of 1 to %d bytes.", number + 1,
                       list, BL_RIG_FILE_MAX_PATH);
    if (!read_sha256(json_object_get(object, "sha256"), to->sha256))
        return bl_fail(r->error, BL_ERR_FORMAT,
                       "The \"sha256\" of number %zu of \"%s\" wants 64 hexadecimal digits.", number + 1, list);
    if (size && (!json_is_integer(size) || json_integer_value(size) < 0))
        return bl_fail(r->error, BL_ERR_FORMAT, "The \"size\" of number %zu of \"%s\" wants a number of bytes.",
                       number + 1, list);
    const char *given = json_string_value(path);
    snprintf(whole, sizeof whole, "%.*s%s", given[0] == '/' ? 0 : r->folder, r->path, given);
    to->size = (uint64_t)json_integer_value(size);
    to->path = bl_strdup(whole);
    return to->path ? BL_OK : bl_fail_no_mem(r->error);
}

static bl_status read_files(reader *r, const json_t *root, const char *list, bl_rig_file first, size_t most)
{
    const json_t *array = json_object_get(root, list);
    if (array && (!json_is_array(array) || json_array_size(array) > most))
        return bl_fail(r->error, BL_ERR_FORMAT, "\"%s\" wants an array of up to %zu files.", list, most);
    for (size_t i = 0; i < json_array_size(array); i++) {
        const bl_status status = read_file(r, list, i, json_array_get(array, i), (bl_rig_file)(first + i));
        if (status)
            return status;
    }
    return BL_OK;
}

/* ---- all of it ---- */

static bl_status read_version(const reader *r, const json_t *root)
{
    const json_t *version = json_object_get(root, "backline_rig");
    if (!json_is_integer(version) || json_integer_value(version) < 1)
        return bl_fail(r->error, BL_ERR_FORMAT,
                       "This is no rig file: it wants an object with \"backline_rig\": %d.", BL_RIG_FILE_VERSION);
    if (json_integer_value(version) > BL_RIG_FILE_VERSION)
        return bl_fail(r->error, BL_ERR_UNSUPPORTED,
                       "This is a rig file of version %lld, and versions up to %d can be read.",
                       (long long)json_integer_value(version), BL_RIG_FILE_VERSION);
    return BL_OK;
}

static bl_status read_root(reader *r, const json_t *root)
{
    bl_status status = read_version(r, root);
    if (!status)
        status = read_settings(r, json_object_get(root, "settings"));
    if (!status)
        status = read_knobs(r, json_object_get(root, "knobs"));
    if (!status)
        status = read_files(r, root, "models", BL_RIG_MODEL, BL_RIG_SLOTS);
    if (!status)
        status = read_files(r, root, "cabinets", BL_RIG_IMPULSE_1, 2);
    if (!status)
        status = rig_file_read_midi(json_object_get(root, "midi"), &r->setup.midi, r->error);
    return status;
}

static bl_status read_bytes(const char *path, uint8_t **bytes, size_t *size, bl_error *error)
{
    struct stat info;
    if (!stat(path, &info) && S_ISREG(info.st_mode) && info.st_size > BL_RIG_FILE_MAX_BYTES)
        return bl_fail(error, BL_ERR_LIMIT, "%s: this is no rig file: it has more than 1 MiB.", path);
    return bl_file_read(path, BL_RIG_FILE_MAX_BYTES, bytes, size, error);
}

bl_status bl_rig_file_load(const char *path, bl_rig_setup *out, bl_error *error)
{
    const char *slash = strrchr(path, '/');
    reader r = { .path = path, .folder = slash ? (int)(slash + 1 - path) : 0, .error = error };
    uint8_t *bytes;
    size_t size;
    json_error_t problem;
    bl_status status = read_bytes(path, &bytes, &size, error);
    if (status)
        return status;
    json_t *root = json_loadb((const char *)bytes, size, JSON_REJECT_DUPLICATES, &problem);
    const bool no_memory = !root && bl_json_lacks_memory(&problem, (const char *)bytes, size);
    free(bytes);
    bl_rig_setup_init(&r.setup);
    if (no_memory)
        status = bl_fail_no_mem(error);
    else if (!root)
        status = bl_fail(error, BL_ERR_FORMAT, "This is no rig file: line %d is not as JSON wants it (%s).",
                         problem.line, problem.text);
    if (!status)
        status = read_root(&r, root);
    json_decref(root);
    if (status) {
        bl_rig_setup_free(&r.setup);
        return bl_fail_context(error, status, path);
    }
    *out = r.setup;
    return BL_OK;
}
