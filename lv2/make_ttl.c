/* make-ttl manifest|plugins|presets|modgui|ui [--ui]: writes a Turtle file of the bundle; --ui: a bundle with a window. The build
 * runs it. */
#include "ttl.h"

#include <stdio.h>
#include <string.h>

enum { MONO = 1, STEREO = 2 };

static bool has_ui; /* the bundle has a window */

static void manifest(void)
{
    for (size_t channels = MONO; channels <= STEREO; channels++) {
        printf("\n<%s>\n    a lv2:Plugin ;\n    lv2:binary <backline.so> ;\n    rdfs:seeAlso <backline.ttl> , "
               "<modgui.ttl> .\n",
               ttl_plugin_uri(channels));
        ttl_presets_manifest(channels);
    }
    if (has_ui)
        ttl_ui_manifest();
}

static void plugins(void)
{
    ttl_properties();
    for (size_t channels = MONO; channels <= STEREO; channels++)
        ttl_plugin(channels, has_ui);
}

static void presets(void)
{
    for (size_t channels = MONO; channels <= STEREO; channels++)
        ttl_presets(channels);
}

static void pedals(void)
{
    for (size_t channels = MONO; channels <= STEREO; channels++)
        ttl_modgui(channels);
}

static void windows(void)
{
    for (size_t channels = MONO; channels <= STEREO; channels++)
        ttl_ui(channels);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*write)(void);
    } parts[] = { { "manifest", manifest },
                  { "plugins", plugins },
                  { "presets", presets },
                  { "modgui", pedals },
                  { "ui", windows } };
    has_ui = argc == 3 && !strcmp(argv[2], "--ui");
    for (size_t i = 0; (argc == 2 || has_ui) && i < sizeof parts / sizeof *parts; i++)
        if (!strcmp(argv[1], parts[i].name)) {
            ttl_prefixes();
            parts[i].write();
            return fflush(stdout) || ferror(stdout);
        }
    fputs("usage: make-ttl manifest|plugins|presets|modgui|ui [--ui]\n", stderr);
    return 2;
}
