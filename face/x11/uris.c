#define _GNU_SOURCE
#include "window_state.h"

#include "folder.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* NULL if a zero is hidden in it. */
static char *decode(const char *text, size_t length)
{
    char *path = malloc(length + 1), *out = path;
    for (size_t i = 0; path && i < length; i++) {
        const bool escaped = text[i] == '%' && i + 2 < length && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0;
        *out = escaped ? (char)(hex(text[i + 1]) * 16 + hex(text[i + 2])) : text[i];
        i += escaped ? 2 : 0;
        if (!*out++) {
            free(path);
            return NULL;
        }
    }
    if (path)
        *out = 0;
    return path;
}

static bool is_this_machine(const char *name, size_t length)
{
    char own[256] = "";
    if (!length || (length == 9 && !strncasecmp(name, "localhost", 9)))
        return true;
    return !gethostname(own, sizeof own - 1) && strlen(own) == length && !strncasecmp(name, own, length);
}

/* file:///path, file://host/path or file:/path. */
static char *path_of(const char *uri, size_t length)
{
    if (length < 6 || strncasecmp(uri, "file:/", 6))
        return NULL;
    const char *path = uri + 5, *end = uri + length;
    if (length > 6 && path[1] == '/') {
        const char *host = path + 2;
        path = memchr(host, '/', (size_t)(end - host));
        if (!path || !is_this_machine(host, (size_t)(path - host)))
            return NULL;
    }
    return decode(path, (size_t)(end - path));
}

char *uris_path(const char **list)
{
    char *first = NULL;
    while (**list) {
        const size_t length = strcspn(*list, "\r\n");
        char *path = **list == '#' ? NULL : path_of(*list, length);
        *list += length;
        *list += strspn(*list, "\r\n");
        if (path && folder_kind_of(path) != FOLDER_OTHER) {
            free(first);
            return path;
        }
        if (first)
            free(path);
        else
            first = path;
    }
    return first;
}
