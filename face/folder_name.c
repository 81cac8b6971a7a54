#define _POSIX_C_SOURCE 200809L
#include "folder.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- kinds ---- */

static bool ends_with(const char *name, const char *ending)
{
    const size_t length = strlen(name), tail = strlen(ending);
    return length > tail && !strcasecmp(name + length - tail, ending);
}

folder_kind folder_kind_of(const char *name)
{
    static const char *const models[] = { ".nam", ".json", ".aidax", ".aidadspmodel", ".aidiax", ".nammodel",
                                          ".pt",  ".pth",  ".ckpt",  ".safetensors",  ".npz" };
    static const char *const impulses[] = { ".wav", ".wave", ".flac", ".aif", ".aiff", ".aifc",
                                            ".w64", ".caf",  ".au",   ".ogg", ".rf64", ".ir" };
    if (ends_with(name, ".rig.json"))
        return FOLDER_RIG;
    for (size_t i = 0; i < sizeof models / sizeof *models; i++)
        if (ends_with(name, models[i]))
            return FOLDER_MODEL;
    for (size_t i = 0; i < sizeof impulses / sizeof *impulses; i++)
        if (ends_with(name, impulses[i]))
            return FOLDER_IMPULSE;
    return FOLDER_OTHER;
}

/* ---- order ---- */

/* The next character in lower case, Latin ones without their accents, so that they stand beside those without. What is no
 * UTF-8 comes last, byte by byte. The plugin's host owns the locale, so none is asked. */
static unsigned next_character(const unsigned char **at)
{
    const unsigned char *p = *at;
    if (*p < 0x80) {
        *at = p + 1;
        return *p >= 'A' && *p <= 'Z' ? *p + 32u : *p;
    }
    gunichar c = g_utf8_get_char_validated((const char *)p, -1);
    if (c >= (gunichar)-2) {
        *at = p + 1;
        return 0x110000u + *p;
    }
    *at = (const unsigned char *)g_utf8_next_char(p);
    gunichar base, mark;
    while (c < 0x250 && g_unichar_decompose(c, &base, &mark))
        c = base;
    return g_unichar_tolower(c);
}

static bool is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

static size_t digits_at(const unsigned char *p)
{
    size_t n = 0;
    while (is_digit(p[n]))
        n++;
    return n;
}

/* Numbers of any length, without their leading zeros; moves behind them. */
static int compare_numbers(const unsigned char **a, const unsigned char **b)
{
    const unsigned char *p = *a, *q = *b;
    while (*p == '0')
        p++;
    while (*q == '0')
        q++;
    const size_t m = digits_at(p), n = digits_at(q);
    *a = p + m;
    *b = q + n;
    return m != n ? (m < n ? -1 : 1) : memcmp(p, q, m);
}

int folder_compare(const char *a, const char *b)
{
    const unsigned char *p = (const unsigned char *)a, *q = (const unsigned char *)b;
    while (*p && *q) {
        if (is_digit(*p) && is_digit(*q)) {
            const int order = compare_numbers(&p, &q);
            if (order)
                return order;
            continue;
        }
        const unsigned c = next_character(&p), d = next_character(&q);
        if (c != d)
            return c < d ? -1 : 1;
    }
    return *p ? 1 : *q ? -1 : strcmp(a, b);
}

static bool begins(const unsigned char *name, const unsigned char *typed)
{
    while (*typed)
        if (!*name || next_character(&name) != next_character(&typed))
            return false;
    return true;
}

bool folder_name_begins(const char *name, const char *typed)
{
    return begins((const unsigned char *)name, (const unsigned char *)typed);
}

bool folder_name_has(const char *name, const char *typed)
{
    const unsigned char *at = (const unsigned char *)name;
    while (!begins(at, (const unsigned char *)typed)) {
        if (!*at)
            return false;
        next_character(&at);
    }
    return true;
}

/* ---- paths ---- */

const char *folder_name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

char *folder_above(const char *path)
{
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    while (length && path[length - 1] != '/')
        length--;
    if (!length)
        return strdup(".");
    while (length > 1 && path[length - 1] == '/')
        length--;
    return strndup(path, length);
}

char *folder_join(const char *path, const char *name)
{
    const size_t length = strlen(path), more = strlen(name);
    const bool slash = length && path[length - 1] != '/';
    char *joined = malloc(length + slash + more + 1);
    if (!joined)
        return NULL;
    memcpy(joined, path, length);
    if (slash)
        joined[length] = '/';
    memcpy(joined + length + slash, name, more + 1);
    return joined;
}
