/* The tables of `backline bench`. */
#include "bench_report.h"
#include "text.h"

#include <backline/measure.h>
#include <math.h>

static const double worth_a_note = 0.05; /* of the rounds disturbed */

static size_t columns_of(const char *s)
{
    size_t columns = 0;
    for (; *s; s++)
        columns += ((unsigned char)*s & 0xc0) != 0x80; /* UTF-8 */
    return columns;
}

static void print_padded(const char *s, size_t width)
{
    text_print(stdout, s);
    for (size_t n = columns_of(s); n < width; n++)
        putchar(' ');
}

static bool begins_network(const bench_report *report, size_t i)
{
    return i == 0 || report->rows[i].network != report->rows[i - 1].network;
}

static size_t name_width(const bench_report *report)
{
    size_t width = sizeof "NETWORK" - 1;
    for (size_t i = 0; i < report->row_count; i++) {
        size_t n = columns_of(report->rows[i].network->name);
        width = n > width ? n : width;
    }
    return width;
}

static void print_networks(const bench_report *report, size_t width)
{
    for (size_t i = 0; i < report->row_count; i++) {
        const bench_network *network = report->rows[i].network;
        if (!begins_network(report, i))
            continue;
        print_padded(network->name, width);
        printf("  ");
        text_print(stdout, network->info.architecture);
        printf("; %s multiply-accumulates per sample at %s\n", text_count(network->info.macs).s,
               text_hertz(network->rate_hz).s);
    }
}

static void print_micros(double seconds)
{
    printf("  %8s", text_significant(1e6 * seconds).s);
}

static void print_row(const bench_report *report, const bench_row *row, size_t width)
{
    print_padded(row->network->name, width);
    printf("  %-6s  %5zu  %9s  %7s  %5.1f %%", bl_cpu_name(row->cpu), row->block,
           text_significant(bench_times_real_time(row)).s, text_significant(bench_gflops(row)).s,
           100 * row->share_of_peak);
    print_micros(row->block_s);
    print_micros(bench_p99(row));
    print_micros(row->times.longest_s);
    printf("  %9s", text_count(bench_instances(row)).s);
    if (report->base_block)
        printf("  %5.2f", bench_relative_cost(report, row));
    putchar('\n');
}

static void print_rows(const bench_report *report)
{
    size_t width = name_width(report);
    bool beyond_peak = false;
    print_networks(report, width);
    putchar('\n');
    print_padded("NETWORK", width);
    printf("  CPU     BLOCK  REAL TIME  GFLOP/s     PEAK       P50       P99       MAX  INSTANCES%s\n",
           report->base_block ? "   COST" : "");
    for (size_t i = 0; i < report->row_count; i++) {
        print_row(report, &report->rows[i], width);
        beyond_peak |= report->rows[i].share_of_peak > 1;
    }
    printf(
        "\nREAL TIME: so many times faster. P50, P99, MAX: µs per block. INSTANCES: what one core can run if each "
        "block takes P99.\n");
    if (report->base_block)
        printf("COST: per sample, relative to blocks of %zu.\n", report->base_block);
    if (beyond_peak)
        printf("Arithmetic beyond the peak is as if summed directly: long responses go by FFT, with far fewer "
               "operations.\n");
}

static void print_kernels(const bench_report *report)
{
    printf("%-24s  CPU     ns/VALUE  VALUES/µs     PEAK\n", "KERNEL");
    for (size_t i = 0; i < report->kernel_count; i++) {
        const bench_kernel *kernel = &report->kernels[i];
        printf("%-24s  %-6s  %8s  %9s", bl_measure_kernel_name(kernel->index), bl_cpu_name(kernel->cpu),
               text_significant(kernel->ns_per_value).s, text_significant(1e3 / kernel->ns_per_value).s);
        if (isnan(kernel->share_of_peak))
            putchar('\n');
        else
            printf("  %5.1f %%\n", 100 * kernel->share_of_peak);
    }
    printf("\nAffine tiles: output rows x vectors of frames.\n");
}

static void print_machine(const bench_machine *machine)
{
    const char *gap = "";
    printf("PEAK: share of this core's multiply-add peak: ");
    for (bl_cpu cpu = BL_CPU_SCALAR; cpu <= BL_CPU_NEON; cpu++)
        if (machine->peak_gflops[cpu] > 0) {
            printf("%s%s %s GFLOP/s", gap, bl_cpu_name(cpu), text_significant(machine->peak_gflops[cpu]).s);
            gap = ", ";
        }
    if (machine->pinned_cpu >= 0)
        printf(" (CPU %d)", machine->pinned_cpu);
    printf(".\n");
    if (machine->disturbed >= worth_a_note)
        printf("In %.0f %% of the rounds something else slowed this core down; the quietest tenth of the rounds "
               "counts, "
               "but\nP99 and MAX are of all rounds.\n",
               100 * machine->disturbed);
}

void bench_print_text(const bench_report *report)
{
    if (report->row_count)
        print_rows(report);
    if (report->row_count && report->kernel_count)
        putchar('\n');
    if (report->kernel_count)
        print_kernels(report);
    print_machine(&report->machine);
}
