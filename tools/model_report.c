#include "model_report.h"

#include "commands.h"
#include "messages.h"

#include <backline/plan.h>
#include <math.h>
#include <sys/stat.h>

/* The memory is the same on all instruction sets or nearly so; a plan that cannot be made is no reason to say nothing, unless
 * there is no memory for it, which would be taken for the network's fault. */
static bl_status measure_stream(const bl_model *model, size_t *bytes, bl_error *error)
{
    bl_plan *plan = NULL;
    const bl_status status = bl_plan_create(model, BL_CPU_AUTO, &plan, error);
    *bytes = status ? 0 : bl_plan_stream_bytes(plan, 1);
    bl_plan_free(plan);
    return status == BL_ERR_NO_MEM ? status : BL_OK;
}

int model_report_read(model_report *report, const char *path, const bl_load_options *options)
{
    *report = (model_report){ .path = path };
    bl_error error = { 0 };
    bl_status status = bl_model_load_file(path, options, &report->model, &error);
    if (!status) {
        report->tensors = bl_model_tensors(report->model);
        bl_model_get_info(report->model, &report->info);
        status = measure_stream(report->model, &report->stream_bytes, &error);
    } else if (status == BL_ERR_NO_NETWORK) {
        status = bl_tensors_load_file(path, &report->loose, &error);
        report->tensors = report->loose;
    }
    if (status)
        return fail_engine(&error);
    struct stat file;
    report->file_size = stat(path, &file) ? 0 : (uint64_t)file.st_size;
    report->sha256 = sha256_of_file(path);
    return DONE;
}

void model_report_free(model_report *report)
{
    bl_model_free(report->model);
    bl_tensors_free(report->loose);
}

uint64_t model_report_values(const model_report *report)
{
    uint64_t n = 0;
    for (size_t i = 0; i < bl_tensors_count(report->tensors); i++)
        n += bl_tensors_at(report->tensors, i)->count;
    return n;
}

tensor_range tensor_find_range(const bl_tensor *tensor)
{
    if (!tensor->count)
        return (tensor_range){ NAN, NAN };
    tensor_range range = { tensor->values[0], tensor->values[0] };
    for (size_t i = 0; i < tensor->count; i++) {
        double value = tensor->values[i];
        if (isnan(value))
            return (tensor_range){ NAN, NAN };
        range.min = fmin(range.min, value);
        range.max = fmax(range.max, value);
    }
    return range;
}
