/* `backline bench --json`: the keys are documented in docs/backline.1. */
#include "bench_player.h"
#include "bench_report.h"
#include "commands.h"
#include "json_out.h"
#include "messages.h"

#include <backline/measure.h>
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

static json_t *json_row(const bench_report *report, const bench_row *row)
{
    const bench_network *network = row->network;
    json_t *object = json_object();
    json_object_set_new(object, "name", json_text(network->name));
    json_object_set_new(object, "file", json_text(network->file));
    json_object_set_new(object, "cpu", json_text(bl_cpu_name(row->cpu)));
    json_object_set_new(object, "block", json_count(row->block));
    json_object_set_new(object, "share_of_peak", json_number(row->share_of_peak));
    json_object_set_new(object, "times_real_time", json_number(bench_times_real_time(row)));
    json_object_set_new(object, "gflops", json_number(bench_gflops(row)));
    json_object_set_new(object, "p50_us", json_number(1e6 * row->block_s));
    json_object_set_new(object, "p99_us", json_number(1e6 * bench_p99(row)));
    json_object_set_new(object, "max_us", json_number(1e6 * row->times.longest_s));
    json_object_set_new(object, "instances_per_core", json_count(bench_instances(row)));
    json_object_set_new(object, "relative_cost", json_number(bench_relative_cost(report, row)));
    json_object_set_new(object, "macs_per_sample", json_count(network->info.macs));
    json_object_set_new(object, "sample_rate", json_number(network->rate_hz));
    json_object_set_new(object, "blocks_measured", json_count(row->times.count));
    json_object_set_new(object, "output_rms", json_number(row->player->output_rms));
    return object;
}

static json_t *json_kernel(const bench_kernel *kernel)
{
    json_t *object = json_object();
    json_object_set_new(object, "name", json_text(bl_measure_kernel_name(kernel->index)));
    json_object_set_new(object, "cpu", json_text(bl_cpu_name(kernel->cpu)));
    json_object_set_new(object, "ns_per_value", json_number(kernel->ns_per_value));
    json_object_set_new(object, "share_of_peak", json_number(kernel->share_of_peak));
    return object;
}

static json_t *json_peaks(const bench_machine *machine)
{
    json_t *object = json_object();
    for (bl_cpu cpu = BL_CPU_SCALAR; cpu <= BL_CPU_NEON; cpu++)
        if (machine->peak_gflops[cpu] > 0)
            json_object_set_new(object, bl_cpu_name(cpu), json_number(machine->peak_gflops[cpu]));
    return object;
}

int bench_print_json(const bench_report *report)
{
    const bench_machine *machine = &report->machine;
    json_t *root = json_object(), *results = json_array(), *kernels = json_array();
    for (size_t i = 0; i < report->row_count; i++)
        json_array_append_new(results, json_row(report, &report->rows[i]));
    for (size_t i = 0; i < report->kernel_count; i++)
        json_array_append_new(kernels, json_kernel(&report->kernels[i]));
    json_object_set_new(root, "peak_gflops", json_peaks(machine));
    json_object_set_new(root, "pinned_cpu",
                        machine->pinned_cpu >= 0 ? json_integer(machine->pinned_cpu) : json_null());
    json_object_set_new(root, "disturbed", json_number(machine->disturbed));
    json_object_set_new(root, "base_block", report->base_block ? json_count(report->base_block) : json_null());
    json_object_set_new(root, "results", results);
    json_object_set_new(root, "kernels", kernels);
    return json_out_print(root, 6);
}
