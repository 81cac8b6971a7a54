#include "model/model.h"

#include "base/alloc.h"
#include "base/fail.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

bl_status bl_model_create(bl_model **out, bl_error *error)
{
    bl_model *model = bl_calloc(1, sizeof *model);
    if (!model)
        return bl_fail_no_mem(error);
    bl_graph_init(&model->graph);
    bl_model_info *info = &model->info;
    info->sample_rate_hz = info->loudness_db = NAN;
    info->input_level_dbu = info->output_level_dbu = info->validation_esr = NAN;
    *out = model;
    return BL_OK;
}

/* The texts of info, which are owned although their type is const for the reader. */
#define TEXT_COUNT 8
static void texts_of(bl_model_info *info, const char **texts[TEXT_COUNT])
{
    const char **all[TEXT_COUNT] = { &info->format,    &info->architecture, &info->name,       &info->modeled_by,
                                     &info->gear_type, &info->gear_make,    &info->gear_model, &info->tone_type };
    for (size_t i = 0; i < TEXT_COUNT; i++)
        texts[i] = all[i];
}

void bl_model_free(bl_model *model)
{
    if (!model)
        return;
    const char **texts[TEXT_COUNT];
    texts_of(&model->info, texts);
    for (size_t i = 0; i < TEXT_COUNT; i++)
        free((char *)*texts[i]);
    for (size_t i = 0; i < model->quality_count; i++)
        free(model->qualities[i].text);
    free(model->qualities);
    free(model->timing);
    bl_graph_free(&model->graph);
    bl_tensors_free(model->tensors);
    free(model);
}

bl_status bl_model_set_text(const char **field, const char *text, bl_error *error)
{
    char *copy = text ? bl_strdup(text) : NULL;
    if (text && !copy)
        return bl_fail_no_mem(error);
    free((char *)*field);
    *field = copy;
    return BL_OK;
}

bl_status bl_model_format_text(const char **field, bl_error *error, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return bl_model_set_text(field, text, error);
}

bl_status bl_model_add_quality(bl_model *model, double below, bl_error *error, const char *format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    char *copy = bl_strdup(text);
    if (!copy || !bl_grow((void **)&model->qualities, &model->quality_capacity, model->quality_count,
                          sizeof *model->qualities)) {
        free(copy);
        return bl_fail_no_mem(error);
    }
    model->qualities[model->quality_count++] = (bl_model_quality){ below, copy };
    return BL_OK;
}

static bl_status count(bl_model *model, bl_error *error)
{
    bl_graph *g = &model->graph;
    bl_model_info *info = &model->info;
    free(model->timing);
    model->timing = bl_calloc(g->count, sizeof *model->timing);
    if (!model->timing)
        return bl_fail_no_mem(error);
    bl_status status = bl_graph_timing(g, model->timing, error);
    if (status || (status = bl_graph_receptive_field(g, &info->receptive_field, error)))
        return status;
    info->in_channels = g->nodes[0].channels;
    info->out_channels = g->nodes[g->count - 1].channels;
    info->latency = bl_graph_latency(g, model->timing);
    info->parameters = bl_graph_parameters(g);
    info->macs = bl_graph_macs(g, model->timing);
    return BL_OK;
}

bl_status bl_model_finish(bl_model *model, bl_error *error)
{
    bl_model_info *info = &model->info;
    bl_status status = bl_graph_check(&model->graph, error);
    if (status || (status = count(model, error)))
        return status;
    if (!info->format && (status = bl_model_set_text(&info->format, "unknown", error)))
        return status;
    if (!info->architecture && (status = bl_model_set_text(&info->architecture, "unknown", error)))
        return status;
    return BL_OK;
}

const bl_tensors *bl_model_tensors(const bl_model *model)
{
    return model->tensors;
}

void bl_model_get_info(const bl_model *model, bl_model_info *info)
{
    *info = model->info;
}
