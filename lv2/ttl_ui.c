#include "ttl.h"

#include <stdio.h>

/* One window for each plugin, as their ports have other numbers: hosts do not all look which plugin a number is of. */
void ttl_ui_uri(size_t channels)
{
    printf("<%s#ui>", ttl_plugin_uri(channels));
}

void ttl_ui_manifest(void)
{
    for (size_t channels = 1; channels <= 2; channels++) {
        putchar('\n');
        ttl_ui_uri(channels);
        printf("\n    a ui:X11UI ;\n    lv2:binary <backline_ui.so> ;\n    rdfs:seeAlso <ui.ttl> .\n");
    }
}

/* Outputs are told only to windows that ask for them. */
static void notification(port_id port, size_t channels, const port_info *info)
{
    printf(" [\n        ui:plugin <%s> ;\n        lv2:symbol \"%s\" ;\n        ui:portIndex %d ;\n",
           ttl_plugin_uri(channels), info->symbol, port_index(port, channels));
    if (info->type == PORT_ATOM)
        printf("        ui:protocol atom:eventTransfer ;\n        ui:notifyType atom:Object\n    ]");
    else
        printf("        ui:protocol ui:floatProtocol\n    ]");
}

void ttl_ui(size_t channels)
{
    int count = 0;
    putchar('\n');
    ttl_ui_uri(channels);
    printf(
        "\n    a ui:X11UI ;\n"
        "    lv2:requiredFeature urid:map , ui:idleInterface ;\n"
        "    lv2:optionalFeature ui:parent , ui:resize , ui:touch , ui:requestValue , ui:portMap , opts:options ,\n"
        "        log:log ;\n"
        "    lv2:extensionData ui:idleInterface , ui:showInterface , ui:resize , opts:interface ;\n"
        "    opts:supportedOption ui:scaleFactor , ui:updateRate , ui:windowTitle , param:sampleRate");
    for (unsigned i = 0; port_at(i, channels) != PORT_COUNT; i++) {
        const port_info info = port_describe(port_at(i, channels), channels);
        if (!info.output || info.type == PORT_AUDIO)
            continue;
        printf(count++ ? " ," : " ;\n    ui:portNotification");
        notification(port_at(i, channels), channels, &info);
    }
    printf(" .\n");
}
