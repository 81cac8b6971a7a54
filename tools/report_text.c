/* `backline info` for people. What a file does not say is left out. */
#include "model_report.h"
#include "text.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

static void print_label(const char *label)
{
    printf("%-16s ", label);
}

static void print_text(const char *label, const char *value)
{
    if (!value || !*value)
        return;
    print_label(label);
    text_print(stdout, value);
    putchar('\n');
}

static void print_line(const char *label, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void print_line(const char *label, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    print_label(label);
    vprintf(format, args);
    putchar('\n');
    va_end(args);
}

static void print_level(const char *label, double value, const char *unit)
{
    if (!isnan(value))
        print_line(label, "%.2f %s", value, unit);
}

/* "amp, Fender Deluxe Reverb" from whichever of the parts are there. */
static void print_gear(const bl_model_info *info)
{
    const char *parts[] = { info->gear_type, info->gear_make, info->gear_model };
    const char *gap = "";
    for (size_t i = 0; i < 3; i++) {
        if (!parts[i] || !*parts[i])
            continue;
        if (!*gap)
            print_label("Gear");
        fputs(gap, stdout);
        text_print(stdout, parts[i]);
        gap = i == 0 ? ", " : " ";
    }
    if (*gap)
        putchar('\n');
}

/* "8,187 samples (171 ms)"; without the time where the rate is not known. */
static void print_samples(const char *label, size_t n, double rate_hz)
{
    if (!n)
        print_line(label, "none");
    else if (isnan(rate_hz))
        print_line(label, "%s sample%s", text_count(n).s, n == 1 ? "" : "s");
    else
        print_line(label, "%s sample%s (%.3g ms)", text_count(n).s, n == 1 ? "" : "s",
                   1000.0 * (double)n / rate_hz);
}

static void print_knobs(const bl_model *model)
{
    for (size_t i = 0; i < bl_model_param_count(model); i++) {
        bl_param_info knob;
        bl_model_get_param(model, i, &knob);
        print_label(i ? "" : "Knobs");
        text_print(stdout, knob.name);
        printf(", %g to %g, at first %g\n", (double)knob.minimum, (double)knob.maximum, (double)knob.initial);
    }
}

/* "3 channels, for a quality below 0.5" */
static void print_qualities(const bl_model *model)
{
    for (size_t i = 0; i < bl_model_quality_count(model); i++) {
        bl_quality_info size;
        bl_model_get_quality(model, i, &size);
        print_label(i ? "" : "Sizes");
        text_print(stdout, size.text);
        if (isfinite(size.below))
            printf(", for a quality below %g\n", size.below);
        else
            printf(", for every quality%s\n", i ? " from there on" : "");
    }
}

static void print_network(const model_report *report)
{
    const bl_model_info *info = &report->info;
    print_text("Name", info->name);
    print_text("Captured by", info->modeled_by);
    print_gear(info);
    print_text("Tone", info->tone_type);
    print_text("Network", info->architecture);
    if (info->in_channels != 1 || info->out_channels != 1)
        print_line("Channels", "%zu in, %zu out", info->in_channels, info->out_channels);
    if (!isnan(info->sample_rate_hz))
        print_line("Sample rate", "%s", text_hertz(info->sample_rate_hz).s);
    if (info->receptive_field)
        print_samples("Receptive field", info->receptive_field, info->sample_rate_hz);
    else
        print_line("Receptive field", "all of the past (recurrent)");
    print_samples("Latency", info->latency, info->sample_rate_hz);
    print_samples("Prewarming", info->prewarm, info->sample_rate_hz);
    print_line("Parameters", "%s", text_count(info->parameters).s);
    print_line("Work", "%s multiply-accumulates per sample", text_count(info->macs).s);
    if (report->stream_bytes)
        print_line("Memory", "%s per channel of audio", text_bytes(report->stream_bytes).s);
    print_level("Loudness", info->loudness_db, "dB");
    print_level("Input level", info->input_level_dbu, "dBu for full scale");
    print_level("Output level", info->output_level_dbu, "dBu for full scale");
    if (!isnan(info->validation_esr))
        print_line("Validation ESR", "%.4g", info->validation_esr);
    print_knobs(report->model);
    print_qualities(report->model);
}

static void print_loose(const model_report *report)
{
    print_line("Container", "%s", bl_tensors_container(report->tensors));
    print_line("Tensors", "%s", text_count(bl_tensors_count(report->tensors)).s);
    print_line("Parameters", "%s", text_count(model_report_values(report)).s);
}

void report_print(const model_report *report)
{
    print_text("File", text_file_name(report->path));
    if (report->model)
        print_line("Format", "%s, %s", report->info.format, text_bytes(report->file_size).s);
    else
        print_line("Size", "%s", text_bytes(report->file_size).s);
    if (report->model)
        print_network(report);
    else
        print_loose(report);
    print_text("SHA-256", report->sha256.s);
    if (!report->model)
        printf("\nNote: the file holds tensors, but nothing says which network they belong to; to play it, "
               "describe the network in a JSON file and name that with --describe.\n");
}

/* A number in a column, or a blank where the column does not apply. */
static void print_cell(int width, size_t n)
{
    printf("  %*s", width, n ? text_count(n).s : "");
}

static int name_width(const model_report *report)
{
    size_t width = 4;
    for (size_t i = 0; i < bl_model_node_count(report->model); i++) {
        bl_node_info node;
        bl_model_get_node(report->model, i, &node);
        if (strlen(node.name) > width)
            width = strlen(node.name);
    }
    return width < 48 ? (int)width : 48;
}

static void print_padded(const char *s, int width)
{
    text_print(stdout, s);
    for (int length = (int)strlen(s); length < width; length++)
        putchar(' ');
}

/* Columns that most networks do not need, and the width of the names. */
typedef struct layer_columns {
    int name_width;
    bool stride, latency, rate;
} layer_columns;

static layer_columns choose_columns(const model_report *report)
{
    layer_columns columns = { .name_width = name_width(report) };
    for (size_t i = 0; i < bl_model_node_count(report->model); i++) {
        bl_node_info node;
        bl_model_get_node(report->model, i, &node);
        columns.stride |= node.stride > 1;
        columns.latency |= node.latency > 0;
        columns.rate |= node.rate != 1.0;
    }
    return columns;
}

static void print_node(const bl_node_info *node, const layer_columns *columns)
{
    print_padded(node->name, columns->name_width);
    printf("  %-16s", node->kind);
    print_cell(5, node->in_channels);
    print_cell(5, node->out_channels);
    print_cell(6, node->kernel);
    print_cell(8, node->dilation);
    print_cell(6, node->groups);
    if (columns->stride)
        print_cell(6, node->stride);
    print_cell(10, node->parameters);
    print_cell(10, node->operations);
    if (columns->latency)
        print_cell(7, node->latency);
    if (columns->rate && node->rate > 0)
        printf("  %8.4g", node->rate);
    else if (columns->rate)
        printf("  %8s", "");
    if (*node->detail) {
        printf("  ");
        text_print(stdout, node->detail);
    }
    putchar('\n');
}

void report_print_layers(const model_report *report)
{
    const layer_columns columns = choose_columns(report);
    bl_node_info total = { .kind = "", .name = "total", .detail = "" };
    printf("\n%-*s  %-16s  %5s  %5s  %6s  %8s  %6s%s  %10s  %10s%s%s\n", columns.name_width, "LAYER", "KIND", "IN",
           "OUT", "KERNEL", "DILATION", "GROUPS", columns.stride ? "  STRIDE" : "", "PARAMETERS", "OPERATIONS",
           columns.latency ? "  LATENCY" : "", columns.rate ? "      RATE" : "");
    for (size_t i = 0; i < bl_model_node_count(report->model); i++) {
        bl_node_info node;
        bl_model_get_node(report->model, i, &node);
        print_node(&node, &columns);
        total.parameters += node.parameters;
        total.operations += node.operations;
    }
    print_node(&total, &columns);
    printf("Operations are per %s: additions, multiplications, and values of activations.\n",
           columns.rate ? "frame of the layer" : "sample");
    if (columns.latency || columns.rate)
        printf("Latency is in samples of the input; the rate is a layer's frames per sample of the input.\n");
}

static void print_shape(const bl_tensor *tensor, int width)
{
    char shape[BL_TENSOR_MAX_RANK * 24] = "";
    int used = 0;
    for (size_t i = 0; i < tensor->rank; i++)
        used += snprintf(shape + used, sizeof shape - (size_t)used, "%s%" PRIu64, i ? "x" : "", tensor->shape[i]);
    printf("  %-*s", width, tensor->rank ? shape : "single");
}

void report_print_tensors(const model_report *report)
{
    size_t count = bl_tensors_count(report->tensors), width = 6;
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(bl_tensors_at(report->tensors, i)->name);
        width = length > width ? length : width;
    }
    width = width < 60 ? width : 60;
    printf("\n%-*s  %-8s  %-12s  %12s  %12s  %s\n", (int)width, "TENSOR", "TYPE", "SHAPE", "MINIMUM", "MAXIMUM",
           "SHA-256 OF THE VALUES AS FLOAT32");
    for (size_t i = 0; i < count; i++) {
        const bl_tensor *tensor = bl_tensors_at(report->tensors, i);
        tensor_range range = tensor_find_range(tensor);
        print_padded(tensor->name, (int)width);
        printf("  %-8s", tensor->type);
        print_shape(tensor, 12);
        if (!tensor->count)
            printf("  %12s  %12s", "", "");
        else
            printf("  %12.6g  %12.6g", range.min, range.max);
        printf("  %s\n", sha256_of_floats(tensor->values, tensor->count).s);
    }
}
