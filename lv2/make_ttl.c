/* make-ttl manifest|plugins|presets: writes a Turtle file of the bundle. The build runs it. */
#include "ttl.h"

#include <stdio.h>
#include <string.h>

enum { MONO = 1, STEREO = 2 };

static void manifest(void)
{
    for (size_t channels = MONO; channels <= STEREO; channels++) {
        printf("\n<%s>\n    a lv2:Plugin ;\n    lv2:binary <backline.so> ;\n    rdfs:seeAlso <backline.ttl> .\n",
               ttl_plugin_uri(channels));
        ttl_presets_manifest(channels);
    }
}

static void plugins(void)
{
    ttl_properties();
    for (size_t channels = MONO; channels <= STEREO; channels++)
        ttl_plugin(channels);
}

static void presets(void)
{
    for (size_t channels = MONO; channels <= STEREO; channels++)
        ttl_presets(channels);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*write)(void);
    } parts[] = { { "manifest", manifest }, { "plugins", plugins }, { "presets", presets } };
    for (size_t i = 0; argc == 2 && i < sizeof parts / sizeof *parts; i++)
        if (!strcmp(argv[1], parts[i].name)) {
            ttl_prefixes();
            parts[i].write();
            return fflush(stdout) || ferror(stdout);
        }
    fputs("usage: make-ttl manifest|plugins|presets\n", stderr);
    return 2;
}
