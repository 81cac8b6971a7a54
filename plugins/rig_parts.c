#include "rig_parts.h"

#include "rig_params.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct amp_part {
    bl_part part;
    bl_amp *amp;
    float loudness_db, input_dbu, output_dbu; /* NAN: the capture does not say */
} amp_part;

typedef struct cabinet_part {
    bl_part part;
    bl_cabinet *cabinet;
} cabinet_part;

typedef struct wire_part {
    bl_part part;
    size_t in_channels, out_channels;
} wire_part;

static const float normal_loudness_db = -18;

/* ---- amplifier ---- */

static void amp_process(bl_part *part, float *const *out, const float *const *in, size_t frames)
{
    bl_amp_process(((amp_part *)part)->amp, out, in, frames);
}

static void amp_reset(bl_part *part)
{
    bl_amp_reset(((amp_part *)part)->amp);
}

static void amp_free(bl_part *part)
{
    bl_amp_free(((amp_part *)part)->amp);
    free(part);
}

bl_part *rig_amp_part(bl_amp *amp)
{
    const bl_capture *capture = bl_amp_capture(amp);
    bl_model_info info;
    amp_part *part = malloc(sizeof *part);
    if (!part)
        return NULL;
    bl_model_get_info(bl_capture_model(capture), &info);
    *part = (amp_part){ .part = { .process = amp_process,
                                  .reset = amp_reset,
                                  .free = amp_free,
                                  .latency = bl_amp_latency(amp),
                                  .settling = bl_amp_settling(amp) },
                        .amp = amp,
                        .loudness_db = (float)bl_capture_loudness(capture),
                        .input_dbu = (float)info.input_level_dbu,
                        .output_dbu = (float)info.output_level_dbu };
    return &part->part;
}

bl_amp *rig_part_amp(const bl_part *part)
{
    return part && part->process == amp_process ? ((const amp_part *)part)->amp : NULL;
}

/* Full scale is levels->interface_dbu outside, and input_dbu, output_dbu where the capture was made. A capture that does
 * not say how loud its output was is normalised in the calibrated mode as well: it cannot be told from another. */
void rig_amp_adjust(bl_part *part, const rig_levels *levels)
{
    if (!rig_part_amp(part))
        return;
    const amp_part *a = (const amp_part *)part;
    float before = 0, behind = 0;
    if (levels->calibrate_input && !isnan(a->input_dbu))
        before = levels->interface_dbu - a->input_dbu;
    if (levels->output_mode == BL_RIG_OUTPUT_CALIBRATED && !isnan(a->output_dbu))
        behind = a->output_dbu - levels->interface_dbu;
    else if (levels->output_mode != BL_RIG_OUTPUT_RAW)
        behind = normal_loudness_db - a->loudness_db;
    bl_amp_set_levels(a->amp, before, behind);
}

/* ---- cabinet ---- */

static void cabinet_process(bl_part *part, float *const *out, const float *const *in, size_t frames)
{
    bl_cabinet_process(((cabinet_part *)part)->cabinet, out, in, frames);
}

static void cabinet_reset(bl_part *part)
{
    bl_cabinet_reset(((cabinet_part *)part)->cabinet);
}

static void cabinet_free(bl_part *part)
{
    bl_cabinet_free(((cabinet_part *)part)->cabinet);
    free(part);
}

bl_part *rig_cabinet_part(bl_cabinet *cabinet)
{
    cabinet_part *part = malloc(sizeof *part);
    if (!part)
        return NULL;
    *part = (cabinet_part){
        .part = { .process = cabinet_process,
                  .reset = cabinet_reset,
                  .free = cabinet_free,
                  .settling = bl_cabinet_settling(cabinet) },
        .cabinet = cabinet,
    };
    return &part->part;
}

void rig_cabinet_adjust(bl_part *part, const bl_cabinet_params *params)
{
    if (part && part->process == cabinet_process)
        bl_cabinet_set(((const cabinet_part *)part)->cabinet, params);
}

/* ---- nothing ---- */

static void wire_process(bl_part *part, float *const *out, const float *const *in, size_t frames)
{
    const wire_part *wire = (const wire_part *)part;
    for (size_t c = 0; c < wire->out_channels; c++)
        memcpy(out[c], in[c < wire->in_channels ? c : 0], frames * sizeof(float));
}

/* It remembers nothing. */
static void wire_reset(bl_part *part)
{
    (void)part;
}

static void wire_free(bl_part *part)
{
    free(part);
}

bl_part *rig_wire_part(size_t in_channels, size_t out_channels)
{
    wire_part *part = malloc(sizeof *part);
    if (!part)
        return NULL;
    *part = (wire_part){ .part = { .process = wire_process, .reset = wire_reset, .free = wire_free },
                         .in_channels = in_channels,
                         .out_channels = out_channels };
    return &part->part;
}
