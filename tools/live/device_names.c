/* How people name devices. */
#include "devices.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const directions[] = { "input", "output" };

static bl_status wrong(bl_error *error, bl_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bl_status wrong(bl_error *error, bl_status status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    error->status = status;
    vsnprintf(error->text, sizeof error->text, format, args);
    va_end(args);
    return status;
}

/* ---- names ---- */

static void label(const audio_device *d, char *text, size_t size)
{
    snprintf(text, size, "%s: %s", d->host_api, d->name);
}

/* 3: exactly this one; 1: the word is a part of its name; 0: it is another. */
static int match(const audio_device *d, const char *word, size_t length)
{
    char text[sizeof d->name + sizeof d->host_api + 2], wanted[256];
    char *end;
    label(d, text, sizeof text);
    if (length >= sizeof wanted)
        return 0;
    memcpy(wanted, word, length);
    wanted[length] = 0;
    if (strtol(wanted, &end, 10) == d->index && !*end && isdigit((unsigned char)*wanted))
        return 3;
    if (!strcasecmp(wanted, d->name) || !strcasecmp(wanted, text))
        return 3;
    return strcasestr(text, wanted) ? 1 : 0;
}

/* How many devices of that direction a word fits; the first of those. Exact names go before parts, and parts of those
 * that can do it before others. */
static size_t count_matches(const device_list *devices, int direction, const char *word, size_t length,
                            const audio_device **found)
{
    for (int wanted = 3; wanted >= 1; wanted -= 2) {
        size_t count = 0;
        for (size_t i = devices->count; i-- > 0;)
            if (devices->list[i].channels[direction] > 0 && match(&devices->list[i], word, length) >= wanted) {
                *found = &devices->list[i];
                count++;
            }
        if (count)
            return count;
    }
    return 0;
}

/* `0 "ALSA: default", 2 "JACK: system"`; only those that fit the word if there is one. */
static void list_devices(const device_list *devices, int direction, const char *word, size_t length, char *text,
                         size_t size)
{
    size_t used = 0;
    *text = 0;
    for (size_t i = 0; i < devices->count && used < size; i++) {
        const audio_device *d = &devices->list[i];
        if (d->channels[direction] > 0 && (!word || match(d, word, length)))
            used += (size_t)snprintf(text + used, size - used, "%s%d \"%.48s: %.64s\"", used ? ", " : "", d->index,
                                     d->host_api, d->name);
    }
}

static bl_status not_one(const device_list *devices, int direction, const char *word, size_t length, size_t count,
                         bl_error *error)
{
    char list[360];
    const int n = length < 60 ? (int)length : 60;
    list_devices(devices, direction, count ? word : NULL, length, list, sizeof list);
    if (count)
        return wrong(error, BL_ERR_ARGUMENT, "\"%.*s\" could be several %s devices: %s.", n, word,
                     directions[direction], list);
    if (!*list)
        return wrong(error, BL_ERR_IO, "There is no audio device with %ss.", directions[direction]);
    return wrong(
        error, BL_ERR_ARGUMENT,
        "There is no %s device \"%.*s\"; there are: %s. One that another program uses may be missing here.",
        directions[direction], n, word, list);
}

static bl_status find_default(const device_list *devices, int direction, const audio_device **found,
                              bl_error *error)
{
    const audio_device *first = NULL;
    for (size_t i = devices->count; i-- > 0;)
        if (devices->list[i].channels[direction] > 0) {
            first = &devices->list[i];
            if (first->is_default[direction])
                break;
        }
    *found = first;
    return first ? BL_OK : wrong(error, BL_ERR_IO, "There is no audio device with %ss.", directions[direction]);
}

/* ---- channels ---- */

/* "2" or "1,2", counted from 1; false if it is something else. */
static bool read_channels(const char *text, size_t numbers[2], size_t *count)
{
    *count = 0;
    do {
        char *end;
        if (!isdigit((unsigned char)*text) || *count == 2)
            return false;
        numbers[(*count)++] = strtoul(text, &end, 10);
        text = end;
    } while (*text++ == ',');
    return !text[-1];
}

static bl_status check_channels(const audio_device *d, int direction, const size_t numbers[2], size_t count,
                                bl_error *error)
{
    const int most = d->channels[direction];
    for (size_t i = 0; i < count; i++)
        if (numbers[i] < 1 || numbers[i] > (size_t)most)
            return wrong(error, BL_ERR_ARGUMENT, "\"%s: %s\" has no %s channel %zu; it has %d, counted from 1.",
                         d->host_api, d->name, directions[direction], numbers[i], most);
    if (count == 2 && numbers[0] == numbers[1])
        return wrong(error, BL_ERR_ARGUMENT, "Both channels are %zu; one channel is named once.", numbers[0]);
    return BL_OK;
}

/* ---- ends ---- */

/* The colon before the channels; NULL if the word is a device's name alone. Names may have colons and numbers, too:
 * "hw:1,0". */
static const char *find_colon(const device_list *devices, int direction, const char *word)
{
    size_t numbers[2], count;
    const audio_device *found;
    const char *colon = strrchr(word, ':');
    if (!colon || !read_channels(colon + 1, numbers, &count))
        return NULL;
    return colon == word || !count_matches(devices, direction, word, strlen(word), &found) ? colon : NULL;
}

/* All channels of the usual number. */
static size_t usual_count(const audio_device *d, int direction)
{
    return direction == DEVICE_OUT && d->channels[DEVICE_OUT] > 1 ? 2 : 1;
}

static device_end make_end(const audio_device *d, const size_t numbers[2], size_t count)
{
    device_end end = { .channels = { numbers[0] - 1, numbers[1] - 1 }, .count = count };
    memcpy(end.host_api, d->host_api, sizeof end.host_api);
    memcpy(end.name, d->name, sizeof end.name);
    return end;
}

bl_status devices_choose(const device_list *devices, int direction, const char *word, device_end *end,
                         bl_error *error)
{
    const char *colon = find_colon(devices, direction, word);
    const size_t length = colon ? (size_t)(colon - word) : strlen(word);
    const audio_device *d = NULL;
    size_t numbers[2] = { 1, 2 }, count;
    const size_t matches = length ? count_matches(devices, direction, word, length, &d) : 0;
    if (!length) {
        if (find_default(devices, direction, &d, error))
            return error->status;
    } else if (matches != 1) {
        return not_one(devices, direction, word, length, matches, error);
    }
    if (!colon || !read_channels(colon + 1, numbers, &count))
        count = usual_count(d, direction);
    if (check_channels(d, direction, numbers, count, error))
        return error->status;
    *end = make_end(d, numbers, count);
    return BL_OK;
}

bl_status devices_partner(const device_list *devices, int direction, const device_end *other, device_end *end,
                          bl_error *error)
{
    static const size_t numbers[2] = { 1, 2 };
    const audio_device *found = NULL;
    for (size_t i = devices->count; i-- > 0;) {
        const audio_device *d = &devices->list[i];
        if (d->channels[direction] <= 0 || strcmp(d->host_api, other->host_api))
            continue;
        if (!strcmp(d->name, other->name)) {
            found = d;
            break;
        }
        if (!found || !found->is_api_default[direction])
            found = d;
    }
    if (!found)
        return wrong(error, BL_ERR_IO, "There is no %s device of %s.", directions[direction], other->host_api);
    *end = make_end(found, numbers, usual_count(found, direction));
    return BL_OK;
}

bl_status devices_find(const device_list *devices, int direction, const device_end *end, const audio_device **found,
                       bl_error *error)
{
    const size_t numbers[2] = { end->channels[0] + 1, end->channels[1] + 1 };
    for (size_t i = 0; i < devices->count; i++) {
        const audio_device *d = &devices->list[i];
        if (d->channels[direction] > 0 && !strcmp(d->name, end->name) && !strcmp(d->host_api, end->host_api)) {
            *found = d;
            return check_channels(d, direction, numbers, end->count, error);
        }
    }
    return wrong(error, BL_ERR_IO, "The %s device \"%s: %s\" is not there.", directions[direction], end->host_api,
                 end->name);
}

void device_end_describe(const device_end *end, char *text, size_t size)
{
    if (end->count == 2)
        snprintf(text, size, "%s, channels %zu and %zu", end->name, end->channels[0] + 1, end->channels[1] + 1);
    else
        snprintf(text, size, "%s, channel %zu", end->name, end->channels[0] + 1);
}
