#include "base/fail.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Text may quote a hostile file: control characters must not reach a terminal, and a sentence that
 * was cut must not end inside a UTF-8 sequence. */
static void make_printable(char *text)
{
    size_t n = strlen(text);
    while (n && ((unsigned char)text[n - 1] & 0xC0) == 0x80)
        n--; /* continuation bytes of the last character */
    if (n && (unsigned char)text[n - 1] >= 0xC0) {
        unsigned char lead = (unsigned char)text[n - 1];
        size_t need = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
        if (strlen(text + n) < need)
            text[n - 1] = '\0';
    }
    for (unsigned char *c = (unsigned char *)text; *c; c++)
        if (*c < 0x20 || *c == 0x7F)
            *c = '?';
}

void bl_fail_text(bl_error *error, bl_status status, const char *format, ...)
{
    if (error) {
        va_list args;
        va_start(args, format);
        vsnprintf(error->text, sizeof error->text, format, args);
        va_end(args);
        make_printable(error->text);
        error->status = status;
    }
}

/* "The network ..." becomes "the network ..." behind a colon; "NAM ..." stays. */
static void continue_sentence(char *sentence)
{
    const bool one_letter = sentence[0] == 'A' && sentence[1] == ' ';
    if (isupper((unsigned char)sentence[0]) && (one_letter || islower((unsigned char)sentence[1])))
        sentence[0] = (char)tolower((unsigned char)sentence[0]);
}

bl_status bl_fail_context(bl_error *error, bl_status status, const char *context)
{
    if (error) {
        char sentence[sizeof error->text];
        memcpy(sentence, error->text, sizeof sentence);
        continue_sentence(sentence);
        return bl_fail(error, status, "%.200s: %s", context, sentence);
    }
    return status;
}
