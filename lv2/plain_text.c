#include "plain_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Bytes of the well-formed UTF-8 character at p, which a zero follows somewhere; 0 if it is none. */
static size_t character_size(const unsigned char *p)
{
    static const struct {
        unsigned char lead_low, lead_high, second_low, second_high;
        size_t size;
    } forms[] = { /* table 3-7 of the Unicode standard */
                  { 0xC2, 0xDF, 0x80, 0xBF, 2 }, { 0xE0, 0xE0, 0xA0, 0xBF, 3 }, { 0xE1, 0xEC, 0x80, 0xBF, 3 },
                  { 0xED, 0xED, 0x80, 0x9F, 3 }, { 0xEE, 0xEF, 0x80, 0xBF, 3 }, { 0xF0, 0xF0, 0x90, 0xBF, 4 },
                  { 0xF1, 0xF3, 0x80, 0xBF, 4 }, { 0xF4, 0xF4, 0x80, 0x8F, 4 }
    };
    if (p[0] < 0x80)
        return 1;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (p[0] < forms[i].lead_low || p[0] > forms[i].lead_high)
            continue;
        if (p[1] < forms[i].second_low || p[1] > forms[i].second_high)
            return 0;
        for (size_t k = 2; k < forms[i].size; k++)
            if ((p[k] & 0xC0) != 0x80)
                return 0;
        return forms[i].size;
    }
    return 0;
}

void plain_text_add(plain_text *t, const char *format, ...)
{
    char raw[TEXT_BOX_SIZE];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(raw, sizeof raw, format, arguments);
    va_end(arguments);
    for (const char *from = raw; *from;) {
        const size_t size = character_size((const unsigned char *)from), bytes = size ? size : 1;
        if (t->length + bytes >= sizeof t->text)
            break;
        memcpy(t->text + t->length, from, bytes);
        if (*from == '\n' && from[1])
            t->text[t->length] = ' ';
        else if (*from != '\n' && (!size || (unsigned char)*from < ' ' || *from == 0x7F))
            t->text[t->length] = '?';
        t->length += bytes;
        from += bytes;
    }
    t->text[t->length] = 0;
}
