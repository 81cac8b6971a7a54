#include "formats/save_json.h"

#include "base/fail.h"
#include "base/utf8.h"
#include "model/limits.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool reserve(bl_json_out *o, size_t more)
{
    if (!o->failed && more > BL_MAX_FILE_BYTES - o->size)
        o->failed = o->too_large = true;
    if (o->failed || o->size + more < o->capacity)
        return !o->failed;
    const size_t wanted = 2 * (o->size + more) + 64;
    char *text = realloc(o->text, wanted);
    if (!text) {
        o->failed = true;
        return false;
    }
    o->text = text;
    o->capacity = wanted;
    return true;
}

bl_status bl_out_failure(const bl_json_out *o, bl_error *error)
{
    if (o->too_large)
        return bl_fail(error, BL_ERR_LIMIT, "The file would have more than %u MiB; the limit for models.",
                       BL_MAX_FILE_BYTES >> 20);
    return bl_fail_no_mem(error);
}

void bl_out_raw(bl_json_out *o, const void *bytes, size_t size)
{
    if (!reserve(o, size))
        return;
    if (size)
        memcpy(o->text + o->size, bytes, size);
    o->size += size;
    o->text[o->size] = '\0';
}

/* Every value and key begins here. */
static void separate(bl_json_out *o)
{
    if (o->comma)
        bl_out_raw(o, ",", 1);
    o->comma = true;
}

void bl_out_open(bl_json_out *o, char bracket)
{
    separate(o);
    bl_out_raw(o, &bracket, 1);
    o->comma = false;
}

void bl_out_close(bl_json_out *o, char bracket)
{
    bl_out_raw(o, &bracket, 1);
    o->comma = true;
}

/* One character of n bytes; n is 0 where the bytes are no UTF-8. */
static void put_character(bl_json_out *o, const char *c, size_t n)
{
    char escaped[8];
    const unsigned char code = (unsigned char)*c;
    if (!n)
        bl_out_raw(o, "?", 1);
    else if (code == '"' || code == '\\')
        bl_out_raw(o, (char[]){ '\\', *c }, 2);
    else if (code < 0x20)
        bl_out_raw(o, escaped, (size_t)snprintf(escaped, sizeof escaped, "\\u%04x", code));
    else
        bl_out_raw(o, c, n);
}

void bl_out_text(bl_json_out *o, const char *text)
{
    separate(o);
    bl_out_raw(o, "\"", 1);
    for (size_t left = strlen(text), n; left && !o->failed; text += n, left -= n) {
        n = bl_utf8_character((const uint8_t *)text, left);
        put_character(o, text, n);
        n = n ? n : 1;
    }
    bl_out_raw(o, "\"", 1);
}

void bl_out_key(bl_json_out *o, const char *key)
{
    bl_out_text(o, key);
    bl_out_raw(o, ":", 1);
    o->comma = false;
}

void bl_out_bool(bl_json_out *o, bool value)
{
    separate(o);
    bl_out_raw(o, value ? "true" : "false", value ? 4 : 5);
}

void bl_out_null(bl_json_out *o)
{
    separate(o);
    bl_out_raw(o, "null", 4);
}

void bl_out_int(bl_json_out *o, long long value)
{
    char digits[24];
    separate(o);
    bl_out_raw(o, digits, (size_t)snprintf(digits, sizeof digits, "%lld", value));
}

/* With so many digits, and a decimal point even where the system's language has a comma. */
static int print_real(char *text, size_t size, int digits, double value)
{
    int length = snprintf(text, size, "%.*g", digits, value);
    char *point = text + strspn(text, "-0123456789"), *rest = point + strcspn(point, "0123456789e");
    if (*point && *point != 'e') {
        *point = '.';
        memmove(point + 1, rest, strlen(rest) + 1);
        length -= (int)(rest - point) - 1;
    }
    return length;
}

/* Nine digits tell all floats apart, but those of the largest lie beyond it. A minus zero without a decimal
 * point would come back as the whole number 0. */
void bl_out_float(bl_json_out *o, float value)
{
    char digits[40];
    const int precision = fabsf(value) == FLT_MAX ? 17 : 9;
    separate(o);
    bl_out_raw(o, digits, (size_t)print_real(digits, sizeof digits, precision, (double)value));
    if (!strpbrk(digits, ".e"))
        bl_out_raw(o, ".0", 2);
}

/* As few digits as give the same double. */
static void put_double(bl_json_out *o, double value)
{
    char digits[40];
    int precision = 15;
    while (snprintf(digits, sizeof digits, "%.*g", precision, value) > 0 && strtod(digits, NULL) != value &&
           precision < 17)
        precision++;
    separate(o);
    bl_out_raw(o, digits, (size_t)print_real(digits, sizeof digits, precision, value));
}

void bl_out_member_text(bl_json_out *o, const char *key, const char *text)
{
    if (!text)
        return;
    bl_out_key(o, key);
    bl_out_text(o, text);
}

void bl_out_member_number(bl_json_out *o, const char *key, double value)
{
    if (!isfinite(value))
        return;
    bl_out_key(o, key);
    put_double(o, value);
}

void bl_out_member_size(bl_json_out *o, const char *key, size_t value)
{
    bl_out_key(o, key);
    bl_out_int(o, (long long)value);
}

void bl_out_member_bool(bl_json_out *o, const char *key, bool value)
{
    bl_out_key(o, key);
    bl_out_bool(o, value);
}

void bl_out_member_float(bl_json_out *o, const char *key, float value)
{
    bl_out_key(o, key);
    bl_out_float(o, value);
}
