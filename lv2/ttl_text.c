#include "ttl.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const prefixes[][2] = {
    { "atom", "http://lv2plug.in/ns/ext/atom#" },
    { "bufsz", "http://lv2plug.in/ns/ext/buf-size#" },
    { "doap", "http://usefulinc.com/ns/doap#" },
    { "foaf", "http://xmlns.com/foaf/0.1/" },
    { "log", "http://lv2plug.in/ns/ext/log#" },
    { "lv2", "http://lv2plug.in/ns/lv2core#" },
    { "midi", "http://lv2plug.in/ns/ext/midi#" },
    { "mod", "http://moddevices.com/ns/mod#" },
    { "modgui", "http://moddevices.com/ns/modgui#" },
    { "opts", "http://lv2plug.in/ns/ext/options#" },
    { "param", "http://lv2plug.in/ns/ext/parameters#" },
    { "patch", "http://lv2plug.in/ns/ext/patch#" },
    { "pg", "http://lv2plug.in/ns/ext/port-groups#" },
    { "pprops", "http://lv2plug.in/ns/ext/port-props#" },
    { "pset", "http://lv2plug.in/ns/ext/presets#" },
    { "rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#" },
    { "rdfs", "http://www.w3.org/2000/01/rdf-schema#" },
    { "rsz", "http://lv2plug.in/ns/ext/resize-port#" },
    { "state", "http://lv2plug.in/ns/ext/state#" },
    { "ui", "http://lv2plug.in/ns/extensions/ui#" },
    { "units", "http://lv2plug.in/ns/extensions/units#" },
    { "urid", "http://lv2plug.in/ns/ext/urid#" },
    { "work", "http://lv2plug.in/ns/ext/worker#" },
};

void ttl_prefixes(void)
{
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        printf("@prefix %s: <%s> .\n", prefixes[i][0], prefixes[i][1]);
}

void ttl_string(const char *text)
{
    putchar('"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            putchar('\\');
        putchar(*text);
    }
    putchar('"');
}

/* Decimals only, for "2e+04" would be another type. The program never sets a locale: the point is a point. */
void ttl_number(float value, bool whole)
{
    char text[64];
    int decimals = whole ? 0 : 1;
    do {
        snprintf(text, sizeof text, "%.*f", decimals, (double)value);
    } while (strtof(text, NULL) != value && decimals++ < (whole ? 0 : 20));
    if (strtof(text, NULL) != value) {
        fprintf(stderr, "make-ttl: the number %g cannot be written as a %s.\n", (double)value,
                whole ? "whole number" : "decimal");
        exit(1);
    }
    fputs(text, stdout);
}
