#include "bench_kernels.h"

#include "commands.h"
#include "messages.h"

#include <backline/measure.h>
#include <math.h>
#include <stdlib.h>

/* bench_subject.measure of a bench_kernel. A unit is a value. */
static double measure(void *context, double seconds, bool warming)
{
    const bench_kernel *kernel = context;
    bl_kernel_timing timing;
    bl_error ignored; /* it ran before, so only memory can be missing */
    bool measured = !bl_measure_kernel(kernel->cpu, kernel->index, seconds, &timing, &ignored);
    return measured ? timing.seconds / timing.values : INFINITY;
}

/* Runs the kernel once, to learn what it counts. */
static int prepare(bench_kernel *kernel, bench_subject *subject)
{
    bl_kernel_timing timing;
    bl_error error = { 0 };
    if (bl_measure_kernel(kernel->cpu, kernel->index, 0, &timing, &error))
        return fail_engine(&error);
    *subject = (bench_subject){
        .cpu = kernel->cpu, .operations = timing.operations / timing.values, .measure = measure, .context = kernel
    };
    return DONE;
}

static int run(bench_report *report, bench_subject *subjects, double seconds)
{
    bench_machine machine;
    int code = bench_run(subjects, report->kernel_count, seconds, &machine);
    if (code)
        return code;
    for (size_t i = 0; i < report->kernel_count; i++) {
        report->kernels[i].ns_per_value = 1e9 * subjects[i].unit_s;
        report->kernels[i].share_of_peak = subjects[i].operations > 0 ? subjects[i].share_of_peak : NAN;
    }
    if (!report->row_count)
        report->machine = machine;
    return DONE;
}

int bench_kernels_measure(bench_report *report, const bench_lists *lists, double seconds)
{
    size_t total = bl_measure_kernel_count() * lists->cpu_count;
    bench_subject *subjects = calloc(total, sizeof *subjects);
    report->kernels = calloc(total, sizeof *report->kernels);
    int code = subjects && report->kernels ? DONE : fail("There is not enough memory.");
    for (size_t i = 0; !code && i < total; i++) {
        report->kernels[i] =
            (bench_kernel){ .index = i / lists->cpu_count, .cpu = lists->cpus[i % lists->cpu_count] };
        code = prepare(&report->kernels[i], &subjects[i]);
        report->kernel_count++;
    }
    if (!code)
        code = run(report, subjects, seconds);
    free(subjects);
    return code;
}
