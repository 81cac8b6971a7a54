/* `backline info --json`: the keys are documented in docs/backline.1 and stay as they are. What a file does
 * not say is null. */
#include "commands.h"
#include "json_out.h"
#include "messages.h"
#include "model_report.h"

#include <jansson.h>
#include <math.h>

/* Paths and names need not be UTF-8, which JSON text must be. */
static json_t *json_text(const char *s)
{
    json_t *text = s ? json_string(s) : NULL;
    return text ? text : json_null();
}

static json_t *json_number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *json_count(uint64_t n)
{
    return json_integer((json_int_t)n);
}

static json_t *json_tensor(const bl_tensor *tensor)
{
    json_t *object = json_object(), *shape = json_array();
    tensor_range range = tensor_find_range(tensor);
    for (size_t i = 0; i < tensor->rank; i++)
        json_array_append_new(shape, json_count(tensor->shape[i]));
    json_object_set_new(object, "name", json_text(tensor->name));
    json_object_set_new(object, "type", json_text(tensor->type));
    json_object_set_new(object, "shape", shape);
    json_object_set_new(object, "min", json_number(range.min));
    json_object_set_new(object, "max", json_number(range.max));
    json_object_set_new(object, "sha256", json_text(sha256_of_floats(tensor->values, tensor->count).s));
    return object;
}

static json_t *json_tensors(const model_report *report)
{
    json_t *array = json_array();
    for (size_t i = 0; i < bl_tensors_count(report->tensors); i++)
        json_array_append_new(array, json_tensor(bl_tensors_at(report->tensors, i)));
    return array;
}

/* Where 0 means that there is no such number: only convolutions have a kernel. */
static json_t *json_if_any(size_t n)
{
    return n ? json_count(n) : json_null();
}

static json_t *json_layer(const bl_node_info *node)
{
    json_t *object = json_object();
    json_object_set_new(object, "name", json_text(node->name));
    json_object_set_new(object, "kind", json_text(node->kind));
    json_object_set_new(object, "in_channels", json_count(node->in_channels));
    json_object_set_new(object, "out_channels", json_count(node->out_channels));
    json_object_set_new(object, "kernel", json_if_any(node->kernel));
    json_object_set_new(object, "dilation", json_if_any(node->dilation));
    json_object_set_new(object, "groups", json_if_any(node->groups));
    json_object_set_new(object, "stride", json_if_any(node->stride));
    json_object_set_new(object, "bias", json_boolean(node->bias));
    json_object_set_new(object, "parameters", json_count(node->parameters));
    json_object_set_new(object, "operations", json_count(node->operations));
    json_object_set_new(object, "latency", json_count(node->latency));
    json_object_set_new(object, "rate", json_number(node->rate));
    json_object_set_new(object, "detail", json_text(node->detail));
    return object;
}

static json_t *json_layers(const model_report *report)
{
    json_t *array = json_array();
    for (size_t i = 0; i < bl_model_node_count(report->model); i++) {
        bl_node_info node;
        bl_model_get_node(report->model, i, &node);
        json_array_append_new(array, json_layer(&node));
    }
    return array;
}

static json_t *json_params(const bl_model *model)
{
    json_t *array = json_array();
    for (size_t i = 0; model && i < bl_model_param_count(model); i++) {
        bl_param_info knob;
        bl_model_get_param(model, i, &knob);
        json_t *object = json_object();
        json_object_set_new(object, "name", json_text(knob.name));
        json_object_set_new(object, "minimum", json_number((double)knob.minimum));
        json_object_set_new(object, "maximum", json_number((double)knob.maximum));
        json_object_set_new(object, "initial", json_number((double)knob.initial));
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *json_qualities(const bl_model *model)
{
    json_t *array = json_array();
    for (size_t i = 0; model && i < bl_model_quality_count(model); i++) {
        bl_quality_info size;
        bl_model_get_quality(model, i, &size);
        json_t *object = json_object();
        json_object_set_new(object, "below", json_number(size.below));
        json_object_set_new(object, "text", json_text(size.text));
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *json_network(const bl_model_info *info, size_t nodes)
{
    json_t *object = json_object();
    json_object_set_new(object, "in_channels", json_count(info->in_channels));
    json_object_set_new(object, "out_channels", json_count(info->out_channels));
    json_object_set_new(object, "nodes", json_count(nodes));
    return object;
}

static void add_texts(json_t *root, const bl_model_info *info)
{
    json_object_set_new(root, "format", json_text(info->format));
    json_object_set_new(root, "architecture", json_text(info->architecture));
    json_object_set_new(root, "name", json_text(info->name));
    json_object_set_new(root, "modeled_by", json_text(info->modeled_by));
    json_object_set_new(root, "gear_type", json_text(info->gear_type));
    json_object_set_new(root, "gear_make", json_text(info->gear_make));
    json_object_set_new(root, "gear_model", json_text(info->gear_model));
    json_object_set_new(root, "tone_type", json_text(info->tone_type));
}

static void add_levels(json_t *root, const bl_model_info *info)
{
    json_object_set_new(root, "sample_rate", json_number(info->sample_rate_hz));
    json_object_set_new(root, "loudness_db", json_number(info->loudness_db));
    json_object_set_new(root, "input_level_dbu", json_number(info->input_level_dbu));
    json_object_set_new(root, "output_level_dbu", json_number(info->output_level_dbu));
    json_object_set_new(root, "validation_esr", json_number(info->validation_esr));
}

static void add_counts(json_t *root, const model_report *report)
{
    const bl_model_info *info = &report->info;
    bool known = report->model != NULL;
    double field = info->receptive_field ? (double)info->receptive_field : INFINITY;
    json_object_set_new(root, "receptive_field", json_if_any(info->receptive_field));
    json_object_set_new(root, "receptive_field_ms", json_number(1000.0 * field / info->sample_rate_hz));
    json_object_set_new(root, "latency", known ? json_count(info->latency) : json_null());
    json_object_set_new(root, "prewarm", known ? json_count(info->prewarm) : json_null());
    json_object_set_new(root, "macs_per_sample", known ? json_count(info->macs) : json_null());
    json_object_set_new(root, "parameters", json_count(known ? info->parameters : model_report_values(report)));
    json_object_set_new(root, "stream_bytes", json_if_any(report->stream_bytes));
}

int report_print_json(const model_report *report)
{
    bl_model_info info = report->info;
    if (!report->model)
        info.sample_rate_hz = info.loudness_db = info.input_level_dbu = info.output_level_dbu =
            info.validation_esr = NAN;
    json_t *root = json_object();
    json_object_set_new(root, "file", json_text(report->path));
    json_object_set_new(root, "file_size", json_count(report->file_size));
    json_object_set_new(root, "sha256", json_text(report->sha256.s));
    json_object_set_new(root, "container", json_text(bl_tensors_container(report->tensors)));
    json_object_set_new(root, "network",
                        report->model ? json_network(&info, bl_model_node_count(report->model)) : json_null());
    add_texts(root, &info);
    add_levels(root, &info);
    add_counts(root, report);
    json_object_set_new(root, "params", json_params(report->model));
    json_object_set_new(root, "qualities", json_qualities(report->model));
    json_object_set_new(root, "layers", report->model ? json_layers(report) : json_array());
    json_object_set_new(root, "tensors", json_tensors(report));
    return json_out_print(root, 9);
}
