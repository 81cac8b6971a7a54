/* Targets: files of models. */
#include "fuzz/models.h"

#include "base/fail.h"
#include "formats/networks.h"
#include "model/tensors.h"

#include <string.h>

/* ---- sources ---- */

static bool read_container(const bl_container *container, bl_bytes bytes, bl_source *source, bl_status *status,
                           bl_error *error)
{
    if (!container->sniff(bytes))
        return false;
    source->container = container->name;
    *status = container->read(bytes, source, error);
    return true;
}

static bool read_json(bl_bytes bytes, bl_source *source, bl_status *status, bl_error *error)
{
    return read_container(&bl_container_json, bytes, source, status, error);
}

static bool read_torch_zip(bl_bytes bytes, bl_source *source, bl_status *status, bl_error *error)
{
    return read_container(&bl_container_torch_zip, bytes, source, status, error);
}

static bool read_torch_legacy(bl_bytes bytes, bl_source *source, bl_status *status, bl_error *error)
{
    return read_container(&bl_container_torch_legacy, bytes, source, status, error);
}

static bool read_safetensors(bl_bytes bytes, bl_source *source, bl_status *status, bl_error *error)
{
    return read_container(&bl_container_safetensors, bytes, source, status, error);
}

static bool read_npz(bl_bytes bytes, bl_source *source, bl_status *status, bl_error *error)
{
    return read_container(&bl_container_npz, bytes, source, status, error);
}

/* A checksum guards what is in an archive, so that no mutation of the whole file gets as far as the pickle. Here
 * the bytes are the pickle alone. Storage 0 has 64 numbers, storage 1 has 1024. */
static bool read_pickle(bl_bytes bytes, bl_source *source, bl_status *status, bl_error *error)
{
    float numbers[1024];
    for (size_t i = 0; i < 1024; i++)
        numbers[i] = (float)((i * 37 + 11) % 101) / 101.0f - 0.25f;
    const bl_fuzz_entry entries[] = { { "net/data.pkl", bytes.p, bl_bytes_left(&bytes) },
                                      { "net/data/0", (const uint8_t *)numbers, 256 },
                                      { "net/data/1", (const uint8_t *)numbers, 4096 } };
    size_t size;
    uint8_t *zip = bl_fuzz_zip(entries, 3, &size);
    const bool taken = read_container(&bl_container_torch_zip, bl_bytes_make(zip, size), source, status, error);
    free(zip);
    return taken;
}

/* The same for the text at the front of NumPy's arrays. */
static bool read_npy(bl_bytes bytes, bl_source *source, bl_status *status, bl_error *error)
{
    const bl_fuzz_entry entries[] = { { "conv.weight.npy", bytes.p, bl_bytes_left(&bytes) } };
    size_t size;
    uint8_t *zip = bl_fuzz_zip(entries, 1, &size);
    const bool taken = read_container(&bl_container_npz, bl_bytes_make(zip, size), source, status, error);
    free(zip);
    return taken;
}

/* ---- models ---- */

static void check_tensors(const bl_tensors *tensors)
{
    for (size_t i = 0; i < bl_tensors_count(tensors); i++) {
        const bl_tensor *t = bl_tensors_at(tensors, i);
        FUZZ_REQUIRE(bl_tensors_find(tensors, t->name) == t, "%s", t->name);
        size_t count = 1;
        for (size_t k = 0; k < t->rank; k++)
            count *= (size_t)t->shape[k];
        FUZZ_REQUIRE(count == t->count, "%s has %zu numbers, its shape says %zu", t->name, t->count, count);
        float sum = 0.0f; /* every number is there to be read; whether it is finite, the graph's check says */
        for (size_t k = 0; k < count; k++)
            sum += t->values[k];
        FUZZ_REQUIRE(count || sum == 0.0f, "%s", t->name);
    }
}

/* As load.c does it. */
static bl_status build(bl_source *source, const bl_network_format *network, const bl_load_options *options,
                       bl_model **out, bl_error *error)
{
    bl_model *model;
    bl_status status = bl_model_create(&model, error);
    if (status)
        return status;
    status =
        network ? network->build(source, options, model, error) : bl_network_build(source, options, model, error);
    if (!status && options->params_as_inputs) {
        bl_graph_params_to_inputs(&model->graph);
        status = bl_model_finish(model, error);
    }
    if (status) {
        bl_model_free(model);
        return status;
    }
    if (source->tensors) {
        model->tensors = source->tensors;
        source->tensors = NULL;
    }
    *out = model;
    return BL_OK;
}

/* False where the bytes are not meant to be such a file. */
static bool load(const bl_fuzz_way *w, bl_bytes bytes, const bl_load_options *options, bl_model **model,
                 bl_status *status, bl_error *error)
{
    bl_source source = { 0 };
    if (!w->read) {
        *status = bl_model_load_memory(bytes.p, bl_bytes_left(&bytes), NULL, options, model, error);
        return true;
    }
    bool taken = w->read(bytes, &source, status, error);
    if (taken && !*status && source.tensors)
        check_tensors(source.tensors);
    if (taken && !*status) {
        taken = !w->network || w->network->recognise(&source);
        if (taken)
            *status = build(&source, w->network, options, model, error);
    }
    bl_source_clear(&source);
    return taken;
}

static bl_fuzz_result try_model(const bl_fuzz_target *target, const uint8_t *data, size_t size)
{
    const uint64_t hash = bl_fuzz_hash(data, size);
    const bl_load_options options = { .has_quality = hash & 1,
                                      .quality = (double)(hash >> 8 & 15) / 15.0,
                                      .params_as_inputs = (hash >> 1 & 7) == 7 };
    bl_error error = bl_fuzz_no_error();
    bl_status status = BL_OK;
    bl_model *model = NULL;
    if (!load(target->how, bl_bytes_make(data, size), &options, &model, &status, &error))
        return BL_FUZZ_STRANGE;
    if (status) {
        FUZZ_REQUIRE(!model, "a model in spite of a failure");
        return bl_fuzz_refused(status, &error);
    }
    const bl_fuzz_result result = bl_fuzz_exercise(model, hash);
    bl_model_free(model);
    return result;
}

/* ---- targets ---- */

#define WAY(...)                                                                                                   \
    try_model, &(const bl_fuzz_way)                                                                                \
    {                                                                                                              \
        __VA_ARGS__                                                                                                \
    }

const bl_fuzz_target bl_fuzz_any = { "any", WAY(NULL, NULL) };
const bl_fuzz_target bl_fuzz_nam = { "nam", WAY(read_json, &bl_network_nam) };
const bl_fuzz_target bl_fuzz_wavenetva = { "wavenetva", WAY(read_json, &bl_network_wavenetva) };
const bl_fuzz_target bl_fuzz_keras = { "keras", WAY(read_json, &bl_network_keras) };
const bl_fuzz_target bl_fuzz_proteus = { "proteus", WAY(read_json, &bl_network_proteus) };
const bl_fuzz_target bl_fuzz_graph = { "graph", WAY(bl_fuzz_read_described, &bl_network_graph) };
const bl_fuzz_target bl_fuzz_sequence = { "sequence", WAY(bl_fuzz_read_described, &bl_network_sequence) };
const bl_fuzz_target bl_fuzz_microtcn = { "microtcn", WAY(bl_fuzz_read_described, &bl_network_microtcn) };
const bl_fuzz_target bl_fuzz_pedalnet = { "pedalnet", WAY(bl_fuzz_read_described, &bl_network_pedalnet) };
const bl_fuzz_target bl_fuzz_safetensors = { "safetensors", WAY(read_safetensors, NULL) };
const bl_fuzz_target bl_fuzz_torch_zip = { "torch-zip", WAY(read_torch_zip, NULL) };
const bl_fuzz_target bl_fuzz_torch_legacy = { "torch-legacy", WAY(read_torch_legacy, NULL) };
const bl_fuzz_target bl_fuzz_pickle = { "pickle", WAY(read_pickle, NULL) };
const bl_fuzz_target bl_fuzz_npz = { "npz", WAY(read_npz, NULL) };
const bl_fuzz_target bl_fuzz_npy = { "npy", WAY(read_npy, NULL) };
