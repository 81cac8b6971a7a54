/* Tensors with a graph description: a JSON object that lists the nodes of the network. The format is ours, and
 * docs/graph.md is its definition. */
#include "formats/graph_json.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "base/utf8.h"
#include "formats/formats.h"
#include "formats/graph_description.h"
#include "model/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY        "backline"
#define VERSION    1
#define NAME_BYTES 300u

/* Descriptions of the other kinds have readers of their own. A kind that nobody knows comes here, to be named. */
static bool recognise(const bl_source *source)
{
    char kind[16];
    return source->tensors && bl_description_kind(source, kind, sizeof kind) && strcmp(kind, "sequence") &&
           strcmp(kind, "micro-tcn");
}

/* ---- one node ---- */

static bl_status read_name(const bl_json *json, const json_t *ids, const char **name, bl_error *error)
{
    const bl_json at = bl_json_member(json, "name");
    bl_status status = bl_json_text(json, "name", name, error);
    if (status)
        return status;
    if (!json_string_length(at.value) || json_string_length(at.value) > NAME_BYTES)
        return bl_fail(error, BL_ERR_FORMAT, "%s has %zu bytes; names have 1 to %u.", at.path,
                       json_string_length(at.value), NAME_BYTES);
    if (json_object_get(ids, *name))
        return bl_fail(error, BL_ERR_FORMAT, "%s is \"%.*s\", which is the name of a node above it.", at.path,
                       bl_utf8_quote(*name, strlen(*name)), *name);
    return BL_OK;
}

static bl_status check_input_count(const bl_json *json, const bl_graph_entry_kind *kind, size_t n, bl_error *error)
{
    if (kind->inputs == BL_SOME_INPUTS ? n >= 1 : n == kind->inputs)
        return BL_OK;
    char expected[40] = "1 or more";
    if (kind->inputs != BL_SOME_INPUTS)
        snprintf(expected, sizeof expected, "%zu", kind->inputs);
    return bl_fail(error, BL_ERR_FORMAT, "%s has %zu inputs; a node of the kind %s has %s.", json->path, n,
                   kind->name, expected);
}

static bl_status find_input(const bl_json *at, const json_t *ids, bl_node_id *id, bl_error *error)
{
    const char *name = json_string_value(at->value);
    if (!name)
        return bl_json_fail(at, "the name of a node", error);
    const json_t *found = json_object_get(ids, name);
    if (!found)
        return bl_fail(error, BL_ERR_FORMAT, "%s is \"%.*s\", but no node above has that name.", at->path,
                       bl_utf8_quote(name, strlen(name)), name);
    *id = (bl_node_id)json_integer_value(found);
    return BL_OK;
}

/* The caller frees *inputs. */
static bl_status read_inputs(const bl_json *json, const bl_graph_entry_kind *kind, const json_t *ids,
                             bl_node_id **inputs, size_t *count, bl_error *error)
{
    bl_json list;
    bl_status status;
    *inputs = NULL;
    *count = 0;
    if (!kind->inputs)
        return BL_OK;
    if ((status = bl_json_array(json, "inputs", &list, error)) ||
        (status = check_input_count(json, kind, json_array_size(list.value), error)))
        return status;
    *count = json_array_size(list.value);
    if (*count > BL_MAX_CHANNELS)
        return bl_fail(error, BL_ERR_LIMIT, "%s has %zu inputs; the limit is %u.", json->path, *count,
                       BL_MAX_CHANNELS);
    *inputs = bl_calloc(*count, sizeof **inputs);
    if (!*inputs)
        return bl_fail_no_mem(error);
    for (size_t i = 0; i < *count && !status; i++) {
        const bl_json at = bl_json_element(&list, i);
        status = find_input(&at, ids, &(*inputs)[i], error);
    }
    return status;
}

static bl_status build_entry(bl_graph_reader *r, const bl_graph_entry *e, bl_node_id *x, bl_error *error)
{
    static const char *const source[] = { "name", "kind", NULL };
    static const char *const inner[] = { "name", "kind", "inputs", NULL };
    bl_status status =
        bl_description_keys(&e->json, e->kind->inputs ? inner : source, e->kind->keys, BL_GRAPH_DOCUMENT, error);
    if (!status)
        status = e->kind->build(r, e, x, error);
    return status ? status : r->g->status ? bl_graph_check(r->g, error) : BL_OK;
}

/* Sentences name the node, whoever wrote them. */
static bl_status add_context(bl_error *error, bl_status status, const char *name)
{
    char context[128];
    snprintf(context, sizeof context, "node \"%.*s\"", bl_utf8_quote(name, strlen(name)), name);
    return bl_fail_context(error, status, context);
}

static bl_status read_node(bl_graph_reader *r, const bl_json *json, json_t *ids, bl_error *error)
{
    bl_graph_entry e = { .json = *json };
    bl_node_id *inputs = NULL, x = 0;
    bl_status status;
    if (!json_is_object(json->value))
        return bl_json_fail(json, "an object", error);
    if ((status = read_name(json, ids, &e.name, error)))
        return status;
    status = bl_graph_find_kind(json, &e.kind, error);
    if (!status && !r->g->count && strcmp(e.kind->name, "input") != 0)
        status = bl_fail(error, BL_ERR_FORMAT, "%s is the first node; that should be the input.", json->path);
    if (!status)
        status = read_inputs(json, e.kind, ids, &inputs, &e.input_count, error);
    if (!status) {
        e.inputs = inputs;
        x = inputs ? inputs[0] : 0;
        status = build_entry(r, &e, &x, error);
    }
    free(inputs);
    if (status)
        return add_context(error, status, e.name);
    return json_object_set_new(ids, e.name, json_integer(x)) ? bl_fail_no_mem(error) : BL_OK;
}

/* ---- the object ---- */

static bl_status read_nodes(bl_graph_reader *r, const bl_json *nodes, json_t *ids, bl_error *error)
{
    const size_t n = json_array_size(nodes->value);
    bl_status status = BL_OK;
    for (size_t i = 0; i < n && !status; i++) {
        const bl_json json = bl_json_element(nodes, i);
        const bool ended = r->g->count && r->g->nodes[r->g->count - 1].kind == BL_NODE_OUTPUT;
        status =
            ended ? bl_fail(error, BL_ERR_FORMAT, "%s follows after the output, which is the last node.", json.path)
                  : read_node(r, &json, ids, error);
    }
    if (!status && r->g->nodes[r->g->count - 1].kind != BL_NODE_OUTPUT)
        status = bl_fail(error, BL_ERR_FORMAT, "nodes should end with a node of the kind output.");
    return status;
}

static bl_status build_graph(const bl_json *root, const bl_tensors *tensors, bl_graph *g, bl_error *error)
{
    bl_json nodes;
    bl_status status = bl_json_array(root, "nodes", &nodes, error);
    if (status)
        return status;
    const size_t n = json_array_size(nodes.value);
    if (!n || n > BL_MAX_NODES)
        return bl_fail(error, BL_ERR_FORMAT, "nodes has %zu entries; it should have 2 to %u.", n, BL_MAX_NODES);
    json_t *ids = json_object();
    bl_graph_reader r = { .g = g, .tensors = tensors };
    status = ids ? read_nodes(&r, &nodes, ids, error) : bl_fail_no_mem(error);
    json_decref(ids);
    return status;
}

static bl_status check_kind(const bl_json *root, bl_error *error)
{
    const char *kind;
    long long version;
    bl_status status;
    if ((status = bl_json_text(root, KEY, &kind, error)))
        return status;
    if (strcmp(kind, "graph") != 0)
        return bl_fail(error, BL_ERR_FORMAT,
                       KEY " is \"%.*s\"; descriptions are of the kinds \"graph\", \"sequence\" and \"micro-tcn\".",
                       bl_utf8_quote(kind, strlen(kind)), kind);
    if ((status = bl_json_int(root, "version", 0, 1 << 30, &version, error)))
        return status;
    if (version != VERSION)
        return bl_fail(error, BL_ERR_UNSUPPORTED,
                       "The description is of version %lld; this version of backline reads version %d.", version,
                       VERSION);
    return BL_OK;
}

static bl_status read_texts(const bl_json *root, bl_model_info *info, bl_error *error)
{
    const struct {
        const char **field, *key;
    } texts[] = {
        { &info->name, "name" },
        { &info->modeled_by, "modeled_by" },
        { &info->gear_type, "gear_type" },
        { &info->gear_make, "gear_make" },
        { &info->gear_model, "gear_model" },
        { &info->tone_type, "tone_type" },
        { &info->architecture, "architecture" },
        { &info->format, "format" },
    };
    bl_status status = BL_OK;
    for (size_t i = 0; i < sizeof texts / sizeof *texts && !status; i++) {
        const char *text;
        if (!json_object_get(root->value, texts[i].key))
            continue;
        status = bl_json_text(root, texts[i].key, &text, error);
        if (!status)
            status = bl_model_set_text(texts[i].field, text, error);
    }
    return status;
}

static bl_status read_numbers(const bl_json *root, bl_model_info *info, bl_error *error)
{
    const struct {
        double *field;
        const char *key;
    } numbers[] = {
        { &info->loudness_db, "loudness_db" },
        { &info->input_level_dbu, "input_level_dbu" },
        { &info->output_level_dbu, "output_level_dbu" },
        { &info->validation_esr, "validation_esr" },
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const bl_json at = bl_json_member(root, numbers[i].key);
        if (at.value && !json_is_number(at.value))
            return bl_json_fail(&at, "a number", error);
        if (at.value)
            *numbers[i].field = json_number_value(at.value);
    }
    bl_status status = bl_json_size_or(root, "prewarm", 0, 0, BL_MAX_RECEPTIVE_FIELD, &info->prewarm, error);
    return status ? status : bl_json_sample_rate(root, "sample_rate", &info->sample_rate_hz, error);
}

/* What the description does not say about itself. */
static bl_status fill_info(const bl_source *source, bl_model *model, bl_error *error)
{
    bl_model_info *info = &model->info;
    bl_status status = BL_OK;
    if (!info->format)
        status = bl_model_format_text(&info->format, error, "%s with graph description", source->container);
    if (!status && !info->architecture)
        status = bl_model_format_text(&info->architecture, error, "Graph of %zu nodes", model->graph.count);
    return status;
}

static bl_status build_described(const json_t *description, const bl_source *source, bl_model *model,
                                 bl_error *error)
{
    static const char *const keys[] = {
        KEY,          "version",     "nodes",           "sample_rate",      "prewarm",        "name",
        "modeled_by", "gear_type",   "gear_make",       "gear_model",       "tone_type",      "architecture",
        "format",     "loudness_db", "input_level_dbu", "output_level_dbu", "validation_esr", NULL
    };
    const bl_json root = bl_json_root(description);
    bl_status status;
    if ((status = check_kind(&root, error)) ||
        (status = bl_description_keys(&root, keys, NULL, BL_GRAPH_DOCUMENT, error)) ||
        (status = read_texts(&root, &model->info, error)) || (status = read_numbers(&root, &model->info, error)) ||
        (status = build_graph(&root, source->tensors, &model->graph, error)))
        return status;
    return fill_info(source, model, error);
}

static bl_status build(const bl_source *source, const bl_load_options *options, bl_model *model, bl_error *error)
{
    (void)options;
    json_t *description;
    bl_status status = bl_description_open(source, &description, error);
    if (!status) {
        status = build_described(description, source, model, error);
        json_decref(description);
    }
    if (!status)
        status = bl_model_finish(model, error);
    return status ? bl_fail_context(error, status, "description") : BL_OK;
}

const bl_network_format bl_network_graph = { "tensors with graph description", recognise, build };
