#include "base/fail.h"

#include "base/utf8.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* A sentence that is too long ends with three dots, behind a whole character. */
static void cut(char *text, size_t size)
{
    size_t n = size - sizeof "...";
    while (n && ((unsigned char)text[n] & 0xC0) == 0x80)
        n--;
    memcpy(text + n, "...", sizeof "...");
}

/* Text may quote a hostile file, and a sentence may have been cut inside a character: what is not UTF-8, and
 * control characters, must not reach a terminal. */
static void make_printable(char *text)
{
    uint8_t *c = (uint8_t *)text;
    for (size_t left = strlen(text), n; left; c += n, left -= n) {
        n = bl_utf8_character(c, left);
        if (!n || *c < 0x20 || *c == 0x7F) {
            *c = '?';
            n = 1;
        }
    }
}

void bl_fail_text(bl_error *error, bl_status status, const char *format, ...)
{
    if (error) {
        va_list args;
        va_start(args, format);
        const int length = vsnprintf(error->text, sizeof error->text, format, args);
        va_end(args);
        if (length >= (int)sizeof error->text)
            cut(error->text, sizeof error->text);
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
