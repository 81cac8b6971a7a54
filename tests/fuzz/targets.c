/* How bytes become a model, for each target. */
#include "fuzz/fuzz.h"

#include "base/fail.h"
#include "base/utf8.h"
#include "formats/networks.h"
#include "model/tensors.h"

#include <math.h>
#include <string.h>

bool bl_fuzz_verbose;

bl_error bl_fuzz_no_error(void)
{
    return (bl_error){ .status = BL_OK };
}

void bl_fuzz_check_error(bl_status status, const bl_error *error)
{
    const size_t n = strlen(error->text);
    FUZZ_REQUIRE(status > BL_OK && status <= BL_ERR_CPU, "status %d", (int)status);
    FUZZ_REQUIRE(error->status == status, "returned %d, but the error has %d: %s", (int)status, (int)error->status,
                 error->text);
    FUZZ_REQUIRE(n && error->text[n - 1] == '.', "no sentence: \"%s\"", error->text);
    FUZZ_REQUIRE(bl_utf8_ok(error->text, n), "not UTF-8: \"%s\"", error->text);
    for (size_t i = 0; i < n; i++)
        FUZZ_REQUIRE((unsigned char)error->text[i] >= 0x20 && error->text[i] != 0x7F, "not printable: \"%s\"",
                     error->text);
}

uint64_t bl_fuzz_hash(const uint8_t *data, size_t size)
{
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ data[i]) * 1099511628211u;
    return hash ^ hash >> 32;
}

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

const bl_fuzz_target bl_fuzz_targets[] = {
    { "any", NULL, NULL },
    { "nam", read_json, &bl_network_nam },
    { "wavenetva", read_json, &bl_network_wavenetva },
    { "keras", read_json, &bl_network_keras },
    { "proteus", read_json, &bl_network_proteus },
    { "graph", bl_fuzz_read_described, &bl_network_graph },
    { "sequence", bl_fuzz_read_described, &bl_network_sequence },
    { "microtcn", bl_fuzz_read_described, &bl_network_microtcn },
    { "pedalnet", bl_fuzz_read_described, &bl_network_pedalnet },
    { "safetensors", read_safetensors, NULL },
    { "torch-zip", read_torch_zip, NULL },
    { "torch-legacy", read_torch_legacy, NULL },
    { "pickle", read_pickle, NULL },
    { "npz", read_npz, NULL },
    { "npy", read_npy, NULL },
    { NULL, NULL, NULL },
};

const bl_fuzz_target *bl_fuzz_find(const char *name)
{
    for (const bl_fuzz_target *t = bl_fuzz_targets; t->name; t++)
        if (!strcmp(t->name, name))
            return t;
    return NULL;
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
static bool load(const bl_fuzz_target *target, bl_bytes bytes, const bl_load_options *options, bl_model **model,
                 bl_status *status, bl_error *error)
{
    bl_source source = { 0 };
    if (!target->read) {
        *status = bl_model_load_memory(bytes.p, bl_bytes_left(&bytes), NULL, options, model, error);
        return true;
    }
    bool taken = target->read(bytes, &source, status, error);
    if (taken && !*status && source.tensors)
        check_tensors(source.tensors);
    if (taken && !*status) {
        taken = !target->network || target->network->recognise(&source);
        if (taken)
            *status = build(&source, target->network, options, model, error);
    }
    bl_source_clear(&source);
    return taken;
}

bl_fuzz_result bl_fuzz_run(const bl_fuzz_target *target, const uint8_t *data, size_t size)
{
    const uint64_t hash = bl_fuzz_hash(data, size);
    const bl_load_options options = { .has_quality = hash & 1,
                                      .quality = (double)(hash >> 8 & 15) / 15.0,
                                      .params_as_inputs = (hash >> 1 & 7) == 7 };
    bl_error error = bl_fuzz_no_error();
    bl_status status = BL_OK;
    bl_model *model = NULL;
    if (!load(target, bl_bytes_make(data, size), &options, &model, &status, &error))
        return BL_FUZZ_STRANGE;
    if (status) {
        FUZZ_REQUIRE(!model, "a model in spite of a failure");
        bl_fuzz_check_error(status, &error);
        if (bl_fuzz_verbose)
            printf("  %s\n", error.text);
        return BL_FUZZ_REFUSED;
    }
    const bl_fuzz_result result = bl_fuzz_exercise(model, hash);
    bl_model_free(model);
    return result;
}
