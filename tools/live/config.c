#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 4096, MOST_BYTES = 1 << 20 };

/* The folder for configurations, or "". */
static void find_folder(char *path, size_t size)
{
    const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    *path = 0;
    if (xdg && *xdg == '/')
        snprintf(path, size, "%s", xdg);
    else if (home && *home)
        snprintf(path, size, "%s/.config", home);
}

static bool find_file(char *path, size_t size)
{
    char folder[PATH_SIZE];
    find_folder(folder, sizeof folder);
    return *folder && (size_t)snprintf(path, size, "%s/backline/live.json", folder) < size;
}

/* ---- JSON ---- */

static json_t *pack_end(const device_end *end)
{
    json_t *channels = json_array();
    for (size_t i = 0; i < end->count; i++)
        json_array_append_new(channels, json_integer((json_int_t)end->channels[i] + 1));
    return json_pack("{s:s, s:s, s:o}", "host_api", end->host_api, "device", end->name, "channels", channels);
}

static bool unpack_end(const json_t *json, device_end *end)
{
    const char *host_api = json_string_value(json_object_get(json, "host_api")),
               *name = json_string_value(json_object_get(json, "device"));
    const json_t *channels = json_object_get(json, "channels");
    *end = (device_end){ .count = json_array_size(channels) };
    if (!host_api || !name || end->count < 1 || end->count > 2)
        return false;
    for (size_t i = 0; i < end->count; i++) {
        const json_int_t n = json_integer_value(json_array_get(channels, i));
        if (n < 1 || n > 1024)
            return false;
        end->channels[i] = (size_t)n - 1;
    }
    return snprintf(end->host_api, sizeof end->host_api, "%s", host_api) < (int)sizeof end->host_api &&
           snprintf(end->name, sizeof end->name, "%s", name) < (int)sizeof end->name;
}

/* NULL if there is none, or if it is so large that it is no configuration, or a pipe that would be waited for. */
static json_t *load(const char *path)
{
    struct stat info;
    const bool is_file = !stat(path, &info) && S_ISREG(info.st_mode) && info.st_size <= MOST_BYTES;
    return is_file ? json_load_file(path, 0, NULL) : NULL;
}

bool config_read(audio_wish *wish)
{
    char path[PATH_SIZE];
    json_t *json = find_file(path, sizeof path) ? load(path) : NULL;
    audio_wish read = { 0 };
    const double rate_hz = json_number_value(json_object_get(json, "rate"));
    const json_int_t block = json_integer_value(json_object_get(json, "block"));
    const bool ok = json && unpack_end(json_object_get(json, "in"), &read.in) &&
                    unpack_end(json_object_get(json, "out"), &read.out);
    json_decref(json);
    read.rate_hz = rate_hz >= 8000 && rate_hz <= 768000 ? rate_hz : 0;
    read.block = block > 0 && block <= 8192 ? (size_t)block : 0;
    if (ok)
        *wish = read;
    return ok;
}

/* ---- the file ---- */

static bool write_text(const char *path, const char *text)
{
    char temporary[PATH_SIZE + 8];
    const size_t length = strlen(text);
    snprintf(temporary, sizeof temporary, "%s.XXXXXX", path);
    const int fd = mkstemp(temporary);
    if (fd < 0)
        return false;
    bool ok = write(fd, text, length) == (ssize_t)length;
    ok = !close(fd) && ok;
    if (ok && !rename(temporary, path))
        return true;
    const int why = errno;
    unlink(temporary);
    errno = why;
    return false;
}

static bool make_folders(void)
{
    char folder[PATH_SIZE], own[PATH_SIZE + 16];
    find_folder(folder, sizeof folder);
    snprintf(own, sizeof own, "%s/backline", folder);
    return (!mkdir(folder, 0700) || errno == EEXIST) && (!mkdir(own, 0777) || errno == EEXIST);
}

bl_status config_write(const audio_wish *wish, bl_error *error)
{
    char path[PATH_SIZE];
    if (!find_file(path, sizeof path))
        return BL_OK;
    json_t *json = json_pack("{s:o, s:o, s:f, s:I}", "in", pack_end(&wish->in), "out", pack_end(&wish->out), "rate",
                             wish->rate_hz, "block", (json_int_t)wish->block);
    char *text = json ? json_dumps(json, JSON_INDENT(2)) : NULL;
    json_decref(json);
    errno = ENOMEM;
    const bool ok = text && make_folders() && write_text(path, text);
    free(text);
    if (ok)
        return BL_OK;
    error->status = BL_ERR_IO;
    snprintf(error->text, sizeof error->text, "The devices cannot be remembered: %.300s cannot be written (%s).",
             path, strerror(errno));
    return BL_ERR_IO;
}
