#include "fuzz/lv2_host.h"

#include <stdio.h>
#include <string.h>

static void write_bundle(void)
{
    static const char model[] = "{\"version\":\"0.5.4\",\"architecture\":\"Linear\",\"sample_rate\":48000,"
                                "\"metadata\":{\"loudness\":-18},\"config\":{\"receptive_field\":1,\"bias\":false},"
                                "\"weights\":[0.5]}";
    static bool written;
    if (!written)
        bl_fuzz_write(BUNDLE_MODEL, model, sizeof model - 1);
    written = true;
}

static void connect(fuzz_host *h, const LV2_Descriptor *descriptor)
{
    for (int i = 0; i < PORT_COUNT; i++) {
        const port_info info = port_describe((port_id)i, PLUGIN_CHANNELS);
        h->controls[i] = info.output ? 0 : info.value.initial;
        const unsigned number = (unsigned)port_index((port_id)i, PLUGIN_CHANNELS);
        if (info.type == PORT_FLOAT)
            descriptor->connect_port(h->inside, number, &h->controls[i]);
        else if (info.type == PORT_AUDIO)
            descriptor->connect_port(h->inside, number,
                                     i >= PORT_OUT_1 ? h->out[i - PORT_OUT_1] : h->in[i - PORT_IN_1]);
    }
}

void fuzz_host_open(fuzz_host *h)
{
    const LV2_Descriptor *descriptor = lv2_descriptor(PLUGIN_CHANNELS - 1);
    memset(h, 0, sizeof *h);
    write_bundle();
    h->inside = descriptor->instantiate(descriptor, 48000, bl_fuzz_folder(), fuzz_features);
    FUZZ_REQUIRE(h->inside, "no instance");
    connect(h, descriptor);
    descriptor->activate(h->inside);
    for (size_t t = 0; t < FUZZ_HOST_FRAMES; t++)
        h->in[0][t] = h->in[1][t] = (float)((t * 37) % 64) / 32.0f - 1.0f;
}

void fuzz_host_close(fuzz_host *h)
{
    lv2_descriptor(PLUGIN_CHANNELS - 1)->cleanup(h->inside);
}

void fuzz_host_run(fuzz_host *h)
{
    lv2_descriptor(PLUGIN_CHANNELS - 1)->run(h->inside, FUZZ_HOST_FRAMES);
}

void fuzz_host_check(const fuzz_host *h)
{
    for (int i = 0; i < BL_RIG_PARAM_COUNT; i++) {
        const float value = bl_rig_get(h->inside->rig, (bl_rig_param)i);
        FUZZ_REQUIRE(isfinite(value) && value == bl_rig_param_clamp((bl_rig_param)i, value), "%s is %g",
                     bl_rig_param_describe((bl_rig_param)i)->symbol, (double)value);
    }
    for (size_t c = 0; c < PLUGIN_CHANNELS; c++)
        for (size_t t = 0; t < FUZZ_HOST_FRAMES; t++)
            FUZZ_REQUIRE(isfinite(h->out[c][t]), "frame %zu is %g", t, (double)h->out[c][t]);
}
