#include "ttl.h"

#include <stdio.h>

/* MOD's page for pedalboards: a template, a stylesheet and pictures, in the bundle's folder modgui. Every port is listed under
 * its own number, because its reader takes numbers for places in this list. */
void ttl_modgui(size_t channels)
{
    printf("\n<%s>\n    modgui:gui [\n"
           "        modgui:resourcesDirectory <modgui> ;\n"
           "        modgui:iconTemplate <modgui/icon-backline.html> ;\n"
           "        modgui:stylesheet <modgui/stylesheet-backline.css> ;\n"
           "        modgui:screenshot <modgui/screenshot.png> ;\n"
           "        modgui:thumbnail <modgui/thumbnail.png> ;\n"
           "        modgui:brand \"backline\" ;\n"
           "        modgui:label \"%s\"",
           ttl_plugin_uri(channels), channels == 1 ? "Rig" : "Rig Stereo");
    for (unsigned i = 0; port_at(i, channels) != PORT_COUNT; i++) {
        const port_info info = port_describe(port_at(i, channels), channels);
        printf("%s [\n            lv2:index %u ;\n            lv2:symbol \"%s\" ;\n            lv2:name ",
               i ? " ," : " ;\n        modgui:port", i, info.symbol);
        ttl_string(info.short_name);
        printf("\n        ]");
    }
    printf("\n    ] .\n");
}
