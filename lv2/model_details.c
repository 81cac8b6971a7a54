#include "model_details.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* A stranger's text, of a length that leaves room for others. */
static void add_text(plain_text *t, const char *key, const char *value)
{
    if (value && *value)
        plain_text_add(t, "%s: %.250s\n", key, value);
}

/* Which file it is; another one may be named by now that could not be loaded. */
static void add_file(plain_text *t, const char *path)
{
    const char *slash = strrchr(path, '/');
    plain_text_add(t, "File: %.255s\n", slash ? slash + 1 : path);
}

static void add_level(plain_text *t, const char *key, double value)
{
    if (!isnan(value))
        plain_text_add(t, "%s: %.1f dBu\n", key, value);
}

static void add_rate(plain_text *t, const bl_model_info *info, const bl_capture *capture, double rate_hz)
{
    const double own = bl_capture_rate(capture);
    plain_text_add(t, "Sample rate: %g Hz", own);
    if (isnan(info->sample_rate_hz))
        plain_text_add(t, " (taken for granted: the file says nothing)");
    if (own != rate_hz)
        plain_text_add(t, ", resampled from %g Hz and back", rate_hz);
    plain_text_add(t, "\n");
}

static void add_network(plain_text *t, const bl_model_info *info, const bl_capture *capture)
{
    const double rate = bl_capture_rate(capture);
    if (info->receptive_field)
        plain_text_add(t, "Receptive field: %zu samples (%.3g ms)\n", info->receptive_field,
                       1000 * (double)info->receptive_field / rate);
    else
        plain_text_add(t, "Receptive field: all the past\n");
    if (info->latency)
        plain_text_add(t, "Latency: %zu samples (%.3g ms)\n", info->latency, 1000 * (double)info->latency / rate);
    plain_text_add(t, "Weights: %" PRIu64 "\n", info->parameters);
}

static void add_origin(plain_text *t, const bl_model_info *info)
{
    add_text(t, "Gear type", info->gear_type);
    add_text(t, "Gear make", info->gear_make);
    add_text(t, "Gear model", info->gear_model);
    add_text(t, "Tone", info->tone_type);
    add_text(t, "Modeled by", info->modeled_by);
}

static void add_knobs(plain_text *t, const bl_model *model)
{
    for (size_t i = 0; i < bl_model_param_count(model); i++) {
        bl_param_info knob;
        bl_model_get_param(model, i, &knob);
        plain_text_add(t, "Knob %zu: %.80s, %g to %g, at first %g\n", i + 1, knob.name, (double)knob.minimum,
                       (double)knob.maximum, (double)knob.initial);
    }
}

static void add_sizes(plain_text *t, const bl_model *model)
{
    for (size_t i = 0; i < bl_model_quality_count(model); i++) {
        bl_quality_info size;
        bl_model_get_quality(model, i, &size);
        plain_text_add(t, "Size %zu: %.80s", i + 1, size.text);
        if (isfinite(size.below))
            plain_text_add(t, ", for a quality below %g\n", size.below);
        else
            plain_text_add(t, ", for every quality%s\n", i ? " from there on" : "");
    }
}

void model_details(plain_text *t, const bl_capture *capture, double rate_hz)
{
    const bl_model *model = bl_capture_model(capture);
    bl_model_info info;
    bl_model_get_info(model, &info);
    add_text(t, "Name", info.name);
    add_file(t, bl_capture_path(capture));
    add_text(t, "Format", info.format);
    add_text(t, "Architecture", info.architecture);
    add_rate(t, &info, capture, rate_hz);
    add_network(t, &info, capture);
    plain_text_add(t, "Loudness: %.1f dB (%s)\n", bl_capture_loudness(capture),
                   bl_capture_loudness_was_measured(capture) ? "measured" : "as the file says");
    add_level(t, "Input level", info.input_level_dbu);
    add_level(t, "Output level", info.output_level_dbu);
    if (!isnan(info.validation_esr))
        plain_text_add(t, "Error-to-signal ratio: %.4g\n", info.validation_esr);
    add_origin(t, &info);
    add_knobs(t, model);
    add_sizes(t, model);
}
