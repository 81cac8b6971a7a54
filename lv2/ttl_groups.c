#include "ttl.h"

#include <stdio.h>

/* Only audio ports are grouped: GStreamer counts every port that is in a group as a channel of audio, whatever it is. Names
 * that begin alike keep settings together elsewhere. */
void ttl_group_uri(bool output, size_t channels)
{
    printf("<%s#group_%s>", ttl_plugin_uri(channels), output ? "out" : "in");
}

static void group(bool output, size_t channels)
{
    putchar('\n');
    ttl_group_uri(output, channels);
    printf("\n    a %s , %s ;\n    lv2:symbol \"group_%s\" ;\n    lv2:name \"%s\"",
           channels == 1 ? "pg:MonoGroup" : "pg:StereoGroup", output ? "pg:OutputGroup" : "pg:InputGroup",
           output ? "out" : "in", output ? "Out" : "In");
    if (output) {
        printf(" ;\n    pg:source ");
        ttl_group_uri(false, channels);
    }
    printf(" .\n");
}

void ttl_audio_groups(size_t channels)
{
    group(false, channels);
    group(true, channels);
}
