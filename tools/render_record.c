#include "render_record.h"

#include "commands.h"
#include "messages.h"
#include "output_file.h"
#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RECORD_BYTES = 256, LONGEST_NAME = 255 };

/* A name that has no room for the ending stays as it is. */
char *render_record_path(const char *out_path)
{
    const char *name = text_file_name(out_path);
    const size_t size = strlen(out_path) + sizeof "/" RENDER_RECORD_FOLDER "/.job";
    char *path = malloc(size);
    if (path)
        snprintf(path, size, "%.*s%s/%s%s", (int)(name - out_path), out_path, RENDER_RECORD_FOLDER, name,
                 strlen(name) + strlen(".job") <= LONGEST_NAME ? ".job" : "");
    return path;
}

/* seal: NULL if the output is not finished. */
static void make_text(char *text, const char *key, const render_seal *seal)
{
    const int used = snprintf(text, RECORD_BYTES, "backline-job 1\nkey %s\n", key);
    if (seal)
        snprintf(text + used, RECORD_BYTES - (size_t)used, "output %s %llu\n", seal->hash.s, seal->size);
}

render_seal render_record_seal(const char *out_path)
{
    struct stat info;
    render_seal seal = { .hash = sha256_of_file(out_path) };
    if (stat(out_path, &info))
        seal.hash.s[0] = 0;
    else
        seal.size = (unsigned long long)info.st_size;
    return seal;
}

/* False if there is none. */
static bool read_text(const char *out_path, char *text)
{
    char *path = render_record_path(out_path);
    FILE *file = path ? fopen(path, "rbe") : NULL;
    free(path);
    if (!file)
        return false;
    text[fread(text, 1, RECORD_BYTES - 1, file)] = 0;
    fclose(file);
    return true;
}

/* Only a record that is exactly what would be written for the output as it is now counts as finished. */
render_record render_record_look(const char *out_path, const char *key)
{
    char found[RECORD_BYTES], wanted[RECORD_BYTES];
    unsigned long long size = 0;
    struct stat info;
    if (!read_text(out_path, found))
        return RECORD_NONE;
    make_text(wanted, key, NULL);
    if (strncmp(found, wanted, strlen(wanted)))
        return RECORD_OTHER;
    if (sscanf(found + strlen(wanted), "output %*64s %llu", &size) != 1 || stat(out_path, &info) ||
        (unsigned long long)info.st_size != size)
        return RECORD_BEGUN;
    const render_seal seal = render_record_seal(out_path);
    make_text(wanted, key, &seal);
    return strcmp(found, wanted) ? RECORD_BEGUN : RECORD_FINISHED;
}

/* ---- writing ---- */

static int make_folder(const char *path)
{
    char *folder = strdup(path);
    int code = DONE;
    if (!folder)
        return fail("There is not enough memory.");
    *strrchr(folder, '/') = 0;
    if (mkdir(folder, 0777) && errno != EEXIST)
        code = fail("%s: cannot create this folder, which keeps what is finished (%s).", folder, strerror(errno));
    free(folder);
    return code;
}

static int write_text(const char *out_path, const char *text)
{
    char *path = render_record_path(out_path);
    output_file file;
    if (!path)
        return fail("There is not enough memory.");
    int code = make_folder(path);
    if (!code)
        code = output_file_open(&file, path, true);
    if (!code) {
        output_file_write(&file, text, strlen(text));
        code = output_file_commit(&file);
    }
    free(path);
    return code;
}

int render_record_begin(const char *out_path, const char *key)
{
    char text[RECORD_BYTES];
    make_text(text, key, NULL);
    return write_text(out_path, text);
}

int render_record_finish(const char *out_path, const char *key, const render_seal *seal)
{
    char text[RECORD_BYTES];
    if (!*seal->hash.s)
        return fail("%s: this file was written, but cannot be read again.", out_path);
    make_text(text, key, seal);
    return write_text(out_path, text);
}

void render_record_drop(const char *out_path)
{
    char *path = access(out_path, F_OK) ? render_record_path(out_path) : NULL;
    if (path)
        unlink(path);
    free(path);
}
