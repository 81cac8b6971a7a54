#include "text.h"

#include <math.h>
#include <string.h>

void text_print(FILE *to, const char *s)
{
    for (; *s; s++)
        fputc((unsigned char)*s < 0x20 || *s == 0x7f ? '?' : *s, to);
}

const char *text_file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

short_text text_count(uint64_t n)
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n), to = 0;
    short_text t;
    for (int i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0)
            t.s[to++] = ',';
        t.s[to++] = digits[i];
    }
    t.s[to] = 0;
    return t;
}

short_text text_bytes(uint64_t n)
{
    short_text t;
    if (n < 1024)
        snprintf(t.s, sizeof t.s, "%u bytes", (unsigned)n);
    else if (n < 1024 * 1024)
        snprintf(t.s, sizeof t.s, "%.40s KiB", text_significant((double)n / 1024).s);
    else
        snprintf(t.s, sizeof t.s, "%.40s MiB", text_significant((double)n / (1024 * 1024)).s);
    return t;
}

short_text text_hertz(double hz)
{
    short_text t;
    if (hz < 1000)
        snprintf(t.s, sizeof t.s, "%.10g Hz", hz);
    else
        snprintf(t.s, sizeof t.s, "%.10g kHz", hz / 1000);
    return t;
}

short_text text_duration(double seconds)
{
    short_text t;
    unsigned long long whole = seconds > 0 ? (unsigned long long)(seconds + 0.5) : 0;
    if (whole < 3600)
        snprintf(t.s, sizeof t.s, "%llu:%02llu", whole / 60, whole % 60);
    else
        snprintf(t.s, sizeof t.s, "%llu:%02llu:%02llu", whole / 3600, whole / 60 % 60, whole % 60);
    return t;
}

short_text text_micros(double seconds)
{
    short_text t;
    snprintf(t.s, sizeof t.s, "%.40s µs", text_significant(seconds * 1e6).s);
    return t;
}

short_text text_significant(double value)
{
    short_text t;
    double size = fabs(value);
    if (size >= 1e15 || !(size < INFINITY))
        snprintf(t.s, sizeof t.s, "%.3g", value);
    else if (size >= 1000)
        return text_count((uint64_t)(size + 0.5));
    else
        snprintf(t.s, sizeof t.s, "%.*f",
                 size >= 100   ? 0
                 : size >= 10  ? 1
                 : size >= 1   ? 2
                 : size >= 0.1 ? 3
                               : 4,
                 value);
    return t;
}
