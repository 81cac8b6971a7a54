#include "ttl.h"

#include <stdio.h>

/* A change of ports or properties raises the version by 2: hosts take odd numbers for something unfinished. Nothing but
 * urid:map is required: what a host does not offer, the plugin does without. */
static const char *const facts =
    " ;\n"
    "    doap:license <https://spdx.org/licenses/MIT> ;\n"
    "    doap:maintainer [ foaf:name \"backline\" ] ;\n"
    "    lv2:minorVersion 2 ;\n"
    "    lv2:microVersion 0 ;\n"
    "    lv2:requiredFeature urid:map ;\n"
    "    lv2:optionalFeature lv2:hardRTCapable , work:schedule , state:threadSafeRestore , log:log ,\n"
    "        opts:options , bufsz:boundedBlockLength ;\n"
    "    lv2:extensionData state:interface , work:interface ;\n"
    "    mod:brand \"backline\" ;\n";

static const char *const description =
    "Plays captures of amplifiers, in all the usual formats, between a gate, tone controls and a cabinet of one or "
    "two "
    "impulse responses. Sixteen slots hold models that follow each other without a gap.";

const char *ttl_plugin_uri(size_t channels)
{
    return channels == 1 ? MONO_URI : STEREO_URI;
}

/* Those that are shown, of a range. */
static void list_properties(const char *predicate, int first, int end)
{
    int count = 0;
    for (int p = first; p < end; p++) {
        const property_info *info = property_describe((property)p);
        if (!info->shown)
            continue;
        if (!count++)
            printf("    %s <" PROPERTY_PREFIX "%s>", predicate, info->symbol);
        else
            printf(" ,\n        <" PROPERTY_PREFIX "%s>", info->symbol);
    }
    printf(" ;\n");
}

void ttl_plugin(size_t channels, bool has_ui)
{
    ttl_audio_groups(channels);
    printf("\n<%s>\n    a lv2:Plugin , lv2:SimulatorPlugin , doap:Project ;\n    doap:name \"%s\"",
           ttl_plugin_uri(channels), channels == 1 ? "Backline Rig" : "Backline Rig Stereo");
    fputs(facts, stdout);
    printf("    mod:label \"%s\" ;\n    rdfs:comment ", channels == 1 ? "Rig" : "Rig Stereo");
    ttl_string(description);
    printf(" ;\n    pg:mainInput ");
    ttl_group_uri(false, channels);
    printf(" ;\n    pg:mainOutput ");
    ttl_group_uri(true, channels);
    printf(" ;\n");
    if (has_ui) {
        printf("    ui:ui ");
        ttl_ui_uri(channels);
        printf(" ;\n");
    }
    list_properties("patch:writable", 0, PROPERTY_WRITABLE);
    list_properties("patch:readable", PROPERTY_WRITABLE, PROPERTY_COUNT);
    for (unsigned i = 0; port_at(i, channels) != PORT_COUNT; i++) {
        printf("%s [\n", i ? " ," : "    lv2:port");
        ttl_port(port_at(i, channels), channels);
        printf("    ]");
    }
    printf(" .\n");
}

void ttl_properties(void)
{
    for (int p = 0; p < PROPERTY_COUNT; p++) {
        const property_info *info = property_describe((property)p);
        printf("\n<" PROPERTY_PREFIX "%s>\n    a lv2:Parameter ;\n    rdfs:label ", info->symbol);
        ttl_string(info->name);
        printf(" ;\n    rdfs:comment ");
        ttl_string(info->about);
        printf(" ;\n    rdfs:range %s", info->is_path ? "atom:Path" : "atom:String");
        if (info->file_types) {
            printf(" ;\n    mod:fileTypes ");
            ttl_string(info->file_types);
        }
        printf(" .\n");
    }
}
