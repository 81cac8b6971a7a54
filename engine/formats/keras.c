/* Keras networks as JSON, the way RTNeural reads them and AIDA-X, guitarix and others write them: a list of
 * layers, and around it what AIDA-X adds:
 *
 *   y = out_gain * (net(in_gain * x) + (in_skip ? in_gain * x : 0))      gains in dB, -90 and below: 0
 *
 * The first input is the guitar. A second and a third are knobs: gains and skip do not concern them. */
#include "formats/keras.h"

#include "base/fail.h"
#include "formats/formats.h"
#include "model/limits.h"
#include "model/tensors.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define PREWARM     2048u /* zeros that AIDA-X runs through a network it has loaded */
#define MAX_INPUTS  3u
#define MAX_LAYERS  1024u
#define SILENCE_DB  (-90.0)
#define SUMMARY_MAX 200u

typedef struct settings {
    size_t inputs;
    bool skip;
    float in_gain, out_gain;
} settings;

static bool recognise(const bl_source *source)
{
    return json_object_get(source->json, "in_shape") || json_is_array(json_object_get(source->json, "layers"));
}

/* Keys that are there but hold no number are ignored, as AIDA-X does. */
static bl_status read_gain(const bl_json *file, const char *key, float *gain, bl_error *error)
{
    const bl_json at = bl_json_member(file, key);
    *gain = 1.0f;
    if (!json_is_number(at.value))
        return BL_OK;
    const double db = json_number_value(at.value), factor = db <= SILENCE_DB ? 0.0 : pow(10.0, db / 20.0);
    if (!(factor <= (double)FLT_MAX))
        return bl_json_fail(&at, "a gain in dB that float32 can hold as a factor", error);
    *gain = (float)factor;
    return BL_OK;
}

static bl_status read_skip(const bl_json *file, bool *skip, bl_error *error)
{
    const bl_json at = bl_json_member(file, "in_skip");
    const double value = json_number_value(at.value);
    *skip = value == 1.0;
    if (json_is_number(at.value) && value != 0.0 && value != 1.0)
        return bl_json_fail(&at, "0 or 1", error);
    return BL_OK;
}

static bl_status read_settings(const bl_json *file, settings *s, bl_error *error)
{
    bl_status status;
    if ((status = bl_keras_channels(file, "in_shape", BL_MAX_CHANNELS, &s->inputs, error)))
        return status;
    if (s->inputs > MAX_INPUTS)
        return bl_fail(error, BL_ERR_UNSUPPORTED,
                       "in_shape asks for %zu inputs; networks with up to %u are played: the guitar and two knobs.",
                       s->inputs, MAX_INPUTS);
    if ((status = read_gain(file, "in_gain", &s->in_gain, error)) ||
        (status = read_gain(file, "out_gain", &s->out_gain, error)))
        return status;
    return read_skip(file, &s->skip, error);
}

/* Digits, and perhaps a point and more digits; everything else is NAN. */
static double decimal_of(const char *text)
{
    double value = 0.0, unit = 1.0;
    bool point = false;
    if (*text < '0' || *text > '9')
        return NAN;
    for (; *text; text++) {
        const bool digit = *text >= '0' && *text <= '9';
        if (!digit && (point || *text != '.'))
            return NAN;
        point |= !digit;
        if (digit && point)
            value += (unit /= 10.0) * (*text - '0');
        else if (digit)
            value = 10.0 * value + (*text - '0');
    }
    return value;
}

/* A number, or a text that holds one. */
static double sample_rate_of(const json_t *value)
{
    const double hz = json_is_string(value)   ? decimal_of(json_string_value(value))
                      : json_is_number(value) ? json_number_value(value)
                                              : NAN;
    return hz > 0.0 ? hz : NAN;
}

/* AIDA-X has it in the metadata, other programs beside the layers. What cannot be read is unknown. */
static bl_status read_sample_rate(const bl_json *file, bl_model_info *info, bl_error *error)
{
    const bl_json metadata = bl_json_member(file, "metadata");
    double hz = sample_rate_of(json_object_get(metadata.value, "samplerate"));
    if (isnan(hz))
        hz = sample_rate_of(json_object_get(file->value, "samplerate"));
    if (!isnan(hz) && !(hz >= 1.0 && hz <= BL_MAX_SAMPLE_RATE))
        return bl_fail(error, BL_ERR_LIMIT, "samplerate is %.10g Hz; sample rates from 1 to %.0f Hz are possible.",
                       hz, BL_MAX_SAMPLE_RATE);
    info->sample_rate_hz = hz;
    return BL_OK;
}

/* Nothing depends on the rest of the metadata. */
static bl_status read_metadata(const bl_json *file, bl_model_info *info, bl_error *error)
{
    const bl_json metadata = bl_json_member(file, "metadata");
    const struct {
        const char **field, *key;
    } texts[] = {
        { &info->name, "name" },
        { &info->modeled_by, "author" },
        { &info->gear_model, "based" },
        { &info->tone_type, "style" },
    };
    bl_status status = read_sample_rate(file, info, error);
    for (size_t i = 0; i < sizeof texts / sizeof *texts && !status; i++)
        status = bl_model_set_text(texts[i].field, bl_json_text_or_null(&metadata, texts[i].key), error);
    info->validation_esr = bl_json_number_or_nan(&metadata, "esr");
    return status;
}

static bl_node_id add_gain(bl_graph *g, bl_node_id x, float gain, const char *name)
{
    return gain == 1.0f ? x : bl_graph_scale(g, x, gain, "%s", name);
}

/* The guitar above the knobs. */
static bl_node_id add_inputs(bl_graph *g, bl_node_id guitar, size_t count)
{
    bl_node_id inputs[MAX_INPUTS] = { guitar };
    for (size_t i = 1; i < count; i++)
        inputs[i] = bl_graph_param(g, (bl_param_params){ .minimum = 0.0f, .maximum = 1.0f }, "param%zu", i);
    return count == 1 ? guitar : bl_graph_concat(g, inputs, count, "inputs");
}

static void append_summary(char *summary, const char *text)
{
    const size_t n = strlen(summary);
    if (*text && n < SUMMARY_MAX)
        snprintf(summary + n, SUMMARY_MAX - n, "%s%s", n ? ", " : "", text);
}

static bl_status build_layers(const bl_json *file, bl_model *model, bl_node_id *x, char *summary, bl_error *error)
{
    bl_json layers;
    bl_status status = bl_json_array(file, "layers", &layers, error);
    if (status)
        return status;
    const size_t n = json_array_size(layers.value);
    if (!n || n > MAX_LAYERS)
        return bl_fail(error, BL_ERR_FORMAT, "layers has %zu entries; it should have 1 to %u.", n, MAX_LAYERS);
    for (size_t i = 0; i < n; i++) {
        const bl_json layer = bl_json_element(&layers, i);
        char text[40] = "";
        if ((status = bl_keras_layer(&layer, model, x, text, error)))
            return status;
        append_summary(summary, text);
    }
    return BL_OK;
}

static bl_status build_network(const bl_json *file, const settings *s, bl_model *model, bl_error *error)
{
    bl_graph *g = &model->graph;
    char summary[SUMMARY_MAX] = "";
    const bl_node_id guitar = add_gain(g, bl_graph_input(g, 1), s->in_gain, "in_gain");
    bl_node_id x = add_inputs(g, guitar, s->inputs);
    bl_status status = build_layers(file, model, &x, summary, error);
    if (status)
        return status;
    if (g->status)
        return bl_graph_check(g, error);
    if (s->skip && g->nodes[x].channels != 1)
        return bl_fail(error, BL_ERR_FORMAT, "in_skip adds the input to the output, which has %zu channels, not 1.",
                       g->nodes[x].channels);
    if (s->skip)
        x = bl_graph_add(g, x, guitar, "in_skip");
    bl_graph_output(g, add_gain(g, x, s->out_gain, "out_gain"));
    return bl_model_set_text(&model->info.architecture, *summary ? summary : "no layers with weights", error);
}

static bl_status build(const bl_source *source, const bl_load_options *options, bl_model *model, bl_error *error)
{
    (void)options;
    const bl_json file = bl_json_root(source->json);
    settings s;
    bl_status status;
    if ((status = read_settings(&file, &s, error)) || (status = read_metadata(&file, &model->info, error)) ||
        (status = bl_model_set_text(&model->info.format, "Keras JSON", error)) ||
        (status = bl_tensors_create("JSON", &model->tensors, error)) ||
        (status = build_network(&file, &s, model, error)))
        return status;
    model->info.prewarm = PREWARM;
    return bl_model_finish(model, error);
}

const bl_network_format bl_network_keras = { "Keras", recognise, build };
