/* The public way in: a file, or bytes, become a model. */
#define _POSIX_C_SOURCE 200809L
#include "base/alloc.h"
#include "base/fail.h"
#include "base/file.h"
#include "formats/formats.h"
#include "formats/json.h"
#include "formats/networks.h"
#include "model/limits.h"

#include <backline/model.h>
#include <backline/tensors.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* For callers who pass NULL. */
static const bl_load_options no_options;

static bl_status check_options(const bl_load_options *options, bl_error *error)
{
    if (options->has_quality && !(options->quality >= 0.0 && options->quality <= 1.0))
        return bl_fail(error, BL_ERR_ARGUMENT, "The quality is %g; it should be a number from 0 to 1.",
                       options->quality);
    return BL_OK;
}

/* Turns a source into a model; tensors of a container move to the model. */
static bl_status build_model(bl_source *source, const bl_load_options *options, bl_model **out, bl_error *error)
{
    bl_model *model;
    bl_status status;
    if ((status = check_options(options, error)) || (status = bl_model_create(&model, error)))
        return status;
    status = bl_network_build(source, options, model, error);
    if (!status && options->params_as_inputs) {
        bl_graph_params_to_inputs(&model->graph);
        status = bl_model_finish(model, error);
    }
    if (status) {
        bl_model_free(model);
        return status;
    }
    if (options->has_prewarm)
        model->info.prewarm = options->prewarm;
    if (source->tensors) {
        model->tensors = source->tensors;
        source->tensors = NULL;
    }
    *out = model;
    return BL_OK;
}

/* A person wrote the description: two equal keys in it are a mistake. */
static bl_status parse_description(bl_bytes text, bl_source *source, bl_error *error)
{
    return bl_json_parse(text, JSON_REJECT_DUPLICATES, &source->description, error);
}

static bl_status read_description(const char *path, bl_source *source, bl_error *error)
{
    uint8_t *bytes;
    size_t size;
    bl_status status = bl_file_read(path, BL_MAX_FILE_BYTES, &bytes, &size, error);
    if (status)
        return status;
    status = parse_description(bl_bytes_make(bytes, size), source, error);
    free(bytes);
    return status ? bl_fail_context(error, status, path) : BL_OK;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* The path with its last extension replaced by ".json"; NULL if there is no memory. */
static char *path_beside(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    const size_t stem = dot && dot > name ? (size_t)(dot - path) : strlen(path);
    char *beside = bl_calloc(stem + sizeof ".json", 1);
    if (beside) {
        memcpy(beside, path, stem);
        memcpy(beside + stem, ".json", sizeof ".json");
    }
    return beside;
}

static bl_status read_description_beside(const char *path, bl_source *source, bl_error *error)
{
    char *beside = path_beside(path);
    if (!beside)
        return bl_fail_no_mem(error);
    struct stat model, description;
    bl_status status = BL_OK;
    if (!stat(path, &model) && !stat(beside, &description) && S_ISREG(description.st_mode) &&
        !same_file(&model, &description))
        status = read_description(beside, source, error);
    free(beside);
    return status;
}

/* Only tensors that say nothing about their network need a description; many a checkpoint has a JSON file
 * of another kind beside it. */
static bl_status find_description(const char *path, const bl_load_options *options, bl_source *source,
                                  bl_error *error)
{
    if (!source->tensors)
        return BL_OK;
    if (options->description_path)
        return read_description(options->description_path, source, error);
    bool recognised;
    const bl_status status = bl_network_recognise(source, &recognised, error);
    return status || recognised ? status : read_description_beside(path, source, error);
}

static bl_status read_source(const char *path, bl_source *source, bl_error *error)
{
    uint8_t *bytes;
    size_t size;
    bl_status status = bl_file_read(path, BL_MAX_FILE_BYTES, &bytes, &size, error);
    if (status)
        return status;
    status = bl_source_read(bl_bytes_make(bytes, size), source, error);
    free(bytes);
    return status ? bl_fail_context(error, status, path) : BL_OK;
}

bl_status bl_model_load_file(const char *path, const bl_load_options *options, bl_model **out, bl_error *error)
{
    bl_source source = { 0 };
    options = options ? options : &no_options;
    bl_status status = read_source(path, &source, error);
    if (!status)
        status = find_description(path, options, &source, error);
    if (!status && (status = build_model(&source, options, out, error)))
        bl_fail_context(error, status, path);
    bl_source_clear(&source);
    return status;
}

bl_status bl_model_load_memory(const void *bytes, size_t size, const char *description,
                               const bl_load_options *options, bl_model **out, bl_error *error)
{
    bl_source source = { 0 };
    bl_status status = bl_source_read(bl_bytes_make(bytes, size), &source, error);
    if (!status && description && source.tensors &&
        (status = parse_description(bl_bytes_make(description, strlen(description)), &source, error)))
        bl_fail_context(error, status, "description");
    if (!status)
        status = build_model(&source, options ? options : &no_options, out, error);
    bl_source_clear(&source);
    return status;
}

/* A JSON file has no tensors of its own: they are what its network is made of. */
static bl_status take_tensors(bl_source *source, bl_tensors **out, bl_error *error)
{
    if (source->tensors) {
        *out = source->tensors;
        source->tensors = NULL;
        return BL_OK;
    }
    bl_model *model;
    bl_status status = build_model(source, &no_options, &model, error);
    if (status)
        return status;
    *out = model->tensors;
    model->tensors = NULL;
    bl_model_free(model);
    return BL_OK;
}

bl_status bl_tensors_load_file(const char *path, bl_tensors **out, bl_error *error)
{
    bl_source source = { 0 };
    bl_status status = read_source(path, &source, error);
    if (!status && (status = take_tensors(&source, out, error)))
        bl_fail_context(error, status, path);
    bl_source_clear(&source);
    return status;
}
