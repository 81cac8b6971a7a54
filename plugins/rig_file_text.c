/* Writing rig files. */
#define _DEFAULT_SOURCE
#include "base/fail.h"
#include "base/utf8.h"
#include "rig_file_midi.h"
#include "sha256.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A path whose folder has no links and no "..", so that paths can be compared; BL_ERR_IO if that folder is not there. The last
 * part may be a link: a rig names what its owner named. free() releases it. */
static bl_status settle(const char *path, char **settled)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    char folder[PATH_MAX], whole[PATH_MAX];
    const int length = slash ? (int)(slash + 1 - path) : 1;
    if (length >= PATH_MAX)
        return BL_ERR_IO;
    snprintf(folder, sizeof folder, "%.*s", length, slash ? path : ".");
    if (!realpath(folder, whole))
        return errno == ENOMEM ? BL_ERR_NO_MEM : BL_ERR_IO;
    const size_t size = strlen(whole) + 1 + strlen(name) + 1;
    *settled = malloc(size);
    if (!*settled)
        return BL_ERR_NO_MEM;
    snprintf(*settled, size, "%s%s%s", whole, strcmp(whole, "/") ? "/" : "", name);
    return BL_OK;
}

/* The decimal number with the fewest digits that is this float. */
static double decimal(float value)
{
    char text[32];
    double number = 0;
    for (int digits = 6; digits <= 9; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, (double)value);
        number = strtod(text, NULL);
        if ((float)number == value)
            break;
    }
    return number;
}

static json_t *json_of_number(float value)
{
    const double number = decimal(value);
    if (fabs(number) < 1e9 && number == trunc(number))
        return json_integer((json_int_t)number);
    return json_real(number);
}

static json_t *json_of_setting(const bl_rig_param_info *info, float value)
{
    if (info->kind == BL_RIG_SWITCH)
        return json_boolean(value >= 0.5f);
    for (size_t i = 0; i < info->choice_count; i++)
        if (info->choices[i].value == value)
            return json_string(info->choices[i].word);
    return json_of_number(value);
}

/* An object that is whole, or NULL. */
static json_t *json_of_settings(const bl_rig_setup *setup)
{
    json_t *object = json_object();
    bool whole = true;
    for (int i = 0; i < BL_RIG_PARAM_COUNT; i++) {
        const bl_rig_param_info *info = bl_rig_param_describe((bl_rig_param)i);
        whole &= !json_object_set_new(object, info->symbol, json_of_setting(info, setup->values[i]));
    }
    if (whole)
        return object;
    json_decref(object);
    return NULL;
}

static json_t *json_of_knobs(const bl_rig_setup *setup)
{
    json_t *object = json_object();
    bool whole = true;
    for (size_t i = 0; i < setup->knob_count; i++)
        whole &= !json_object_set_new(object, setup->knobs[i].name, json_of_number(setup->knobs[i].value));
    if (whole)
        return object;
    json_decref(object);
    return NULL;
}

/* folder: of the rig file, with its length up to and with the last '/'. */
static bl_status json_of_file(const bl_rig_setup_file *file, const char *folder, size_t length, json_t **out,
                              bl_error *error)
{
    struct stat info;
    *out = json_null();
    if (!file->path)
        return BL_OK;
    if (stat(file->path, &info))
        return bl_fail(error, BL_ERR_IO, "%s: cannot open it (%s).", file->path, strerror(errno));
    const sha256_hex hash = sha256_of_file(file->path);
    char *path;
    const bl_status status = *hash.s ? settle(file->path, &path) : BL_ERR_IO;
    if (status == BL_ERR_NO_MEM)
        return bl_fail_no_mem(error);
    if (status)
        return bl_fail(error, status, "%s: it cannot be read.", file->path);
    json_t *name = json_string(strncmp(path, folder, length) ? path : path + length);
    free(path);
    if (!name && bl_utf8_ok(file->path, strlen(file->path)))
        return bl_fail_no_mem(error);
    if (!name)
        return bl_fail(error, BL_ERR_UNSUPPORTED, "%s: a rig file cannot hold this path, because it is not UTF-8.",
                       file->path);
    *out = json_object();
    if (!json_object_set_new(*out, "path", name) && !json_object_set_new(*out, "sha256", json_string(hash.s)) &&
        !json_object_set_new(*out, "size", json_integer((json_int_t)info.st_size)))
        return BL_OK;
    json_decref(*out);
    return bl_fail_no_mem(error);
}

/* Without empty places at the end. */
static bl_status add_files(json_t *root, const char *list, const bl_rig_setup_file *files, size_t count,
                           const char *folder, bl_error *error)
{
    json_t *array = json_array();
    const size_t length = (size_t)(strrchr(folder, '/') + 1 - folder);
    if (json_object_set_new(root, list, array))
        return bl_fail_no_mem(error);
    while (count && !files[count - 1].path)
        count--;
    for (size_t i = 0; i < count; i++) {
        json_t *file;
        const bl_status status = json_of_file(&files[i], folder, length, &file, error);
        if (status)
            return status;
        if (json_array_append_new(array, file))
            return bl_fail_no_mem(error);
    }
    return BL_OK;
}

static bl_status fill(json_t *root, const bl_rig_setup *setup, const char *folder, bl_error *error)
{
    bl_status status = json_object_set_new(root, "backline_rig", json_integer(BL_RIG_FILE_VERSION))
                           ? bl_fail_no_mem(error)
                           : BL_OK;
    if (!status)
        status = add_files(root, "models", setup->files + BL_RIG_MODEL, BL_RIG_SLOTS, folder, error);
    if (!status)
        status = add_files(root, "cabinets", setup->files + BL_RIG_IMPULSE_1, 2, folder, error);
    if (!status && (json_object_set_new(root, "settings", json_of_settings(setup)) ||
                    json_object_set_new(root, "knobs", json_of_knobs(setup))))
        status = bl_fail_no_mem(error);
    if (!status && !rig_file_midi_is_plain(&setup->midi) &&
        json_object_set_new(root, "midi", rig_file_json_of_midi(&setup->midi)))
        status = bl_fail_no_mem(error);
    return status;
}

/* The text with a newline behind it; NULL if there is no memory. */
static char *dump(const json_t *root)
{
    char *text = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    const size_t size = text ? strlen(text) + 2 : 0;
    char *line = text ? malloc(size) : NULL;
    if (line)
        snprintf(line, size, "%s\n", text);
    free(text);
    return line;
}

bl_status bl_rig_file_text(const bl_rig_setup *setup, const char *path, char **text, bl_error *error)
{
    char *place;
    bl_status status = settle(path, &place);
    if (status == BL_ERR_NO_MEM)
        return bl_fail_no_mem(error);
    if (status)
        return bl_fail(error, status, "%s: there is no such folder to write it to.", path);
    json_t *root = json_object();
    status = fill(root, setup, place, error);
    free(place);
    char *whole = status ? NULL : dump(root);
    json_decref(root);
    if (!status && !whole)
        status = bl_fail_no_mem(error);
    if (!status)
        *text = whole;
    return status;
}
