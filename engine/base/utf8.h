/* UTF-8 from files: checked before anything relies on it. */
#ifndef BL_BASE_UTF8_H
#define BL_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Bytes of the well-formed character at p, or 0: overlong forms, surrogates and everything above
 *  U+10FFFF are refused. */
static inline size_t bl_utf8_character(const uint8_t *p, size_t left)
{
    uint8_t lead = p[0];
    if (lead < 0x80)
        return 1;
    size_t n = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || left < n)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    bool overlong = (lead == 0xE0 && p[1] < 0xA0) || (lead == 0xF0 && p[1] < 0x90);
    bool surrogate = lead == 0xED && p[1] >= 0xA0;
    bool too_high = lead == 0xF4 && p[1] >= 0x90;
    return overlong || surrogate || too_high ? 0 : n;
}

static inline bool bl_utf8_ok(const void *text, size_t size)
{
    const uint8_t *p = text;
    for (size_t at = 0, n; at < size; at += n) {
        n = bl_utf8_character(p + at, size - at);
        if (!n)
            return false;
    }
    return true;
}

/** Precision for "%.*s": as many of the size bytes as a sentence has room for, in whole characters. */
static inline int bl_utf8_quote(const void *text, size_t size)
{
    const uint8_t *p = text;
    const size_t most = 80;
    if (size <= most)
        return (int)size;
    size_t n = most;
    while (n && (p[n] & 0xC0) == 0x80)
        n--;
    return (int)n;
}

#endif
