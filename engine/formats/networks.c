#include "formats/networks.h"

#include "base/fail.h"
#include "base/utf8.h"
#include "formats/graph_description.h"
#include "model/tensors.h"

#include <stdio.h>
#include <string.h>

/* The first that recognises a source builds it. A description that was asked for comes before what the
 * names of tensors suggest. */
static const bl_network_format *const formats[] = {
    &bl_network_graph, &bl_network_microtcn, &bl_network_sequence, &bl_network_pedalnet,
    &bl_network_nam,   &bl_network_keras,    &bl_network_proteus,  &bl_network_wavenetva,
};

static const bl_network_format *find_format(const bl_source *source)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (formats[i]->recognise(source))
            return formats[i];
    return NULL;
}

/* The source with the description that its file holds, read once for all formats: none of them shall take a lack of memory for
 * the lack of a description. The caller releases described->description. */
static bl_status open_description(const bl_source *source, bl_source *described, bl_error *error)
{
    json_t *own = NULL;
    *described = *source;
    if (bl_description_open(source, &own, error) == BL_ERR_NO_MEM)
        return BL_ERR_NO_MEM;
    if (!json_object_get(own, "backline")) {
        json_decref(own);
        own = json_incref(source->description);
    }
    described->description = own;
    return BL_OK;
}

bl_status bl_network_recognise(const bl_source *source, bool *recognised, bl_error *error)
{
    bl_source described;
    const bl_status status = open_description(source, &described, error);
    if (status)
        return status;
    *recognised = find_format(&described) != NULL;
    json_decref(described.description);
    return BL_OK;
}

static bl_status fail_tensors(const bl_source *source, bl_error *error)
{
    const size_t n = bl_tensors_count(source->tensors);
    return bl_fail(error, BL_ERR_NO_NETWORK,
                   "The file holds %zu tensor%s, but nothing says which network they form; %s "
                   "(docs/describing-a-network.md).",
                   n, n == 1 ? "" : "s",
                   source->description ? "the JSON file that comes with it is not a description, for it has no key "
                                         "\"backline\""
                                       : "it needs a description file beside it");
}

/* "a", "b", "c" and so on; cut after a few. */
static void list_keys(const json_t *object, char *text, size_t size)
{
    const char *key;
    json_t *value;
    size_t n = 0, shown = 0;
    text[0] = '\0';
    json_object_foreach ((json_t *)object, key, value) {
        if (n > size / 2 || shown == 8) {
            snprintf(text + n, size - n, ", ...");
            return;
        }
        n += (size_t)snprintf(text + n, size - n, "%s\"%.*s\"", shown ? ", " : "", bl_utf8_quote(key, strlen(key)),
                              key);
        shown++;
    }
}

static bl_status fail_json(const json_t *json, bl_error *error)
{
    const char *known = "NAM (keys \"architecture\", \"config\", \"weights\"), Keras as RTNeural and AIDA-X use it "
                        "(\"in_shape\", \"layers\"), Proteus (\"model_data\", \"state_dict\") and WaveNetVA "
                        "(\"dilations\", \"variables\")";
    if (!json_is_object(json))
        return bl_fail(error, BL_ERR_FORMAT,
                       "The JSON file holds a list; the known model formats, %s, are objects.", known);
    if (!json_object_size(json))
        return bl_fail(error, BL_ERR_FORMAT, "The JSON file is empty; the known model formats are %s.", known);
    char keys[240];
    list_keys(json, keys, sizeof keys);
    return bl_fail(error, BL_ERR_FORMAT,
                   "The JSON file has the keys %s, which are those of no known model format; known are %s.", keys,
                   known);
}

bl_status bl_network_build(const bl_source *source, const bl_load_options *options, bl_model *model,
                           bl_error *error)
{
    bl_source described;
    bl_status status = open_description(source, &described, error);
    if (status)
        return status;
    const bl_network_format *format = find_format(&described);
    if (format)
        status = format->build(&described, options, model, error);
    else
        status = source->tensors ? fail_tensors(source, error) : fail_json(source->json, error);
    json_decref(described.description);
    return status;
}
