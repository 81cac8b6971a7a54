/* A SlimmableContainer: several networks of different cost that stand for the same thing. One of them is
 * built; the others are read all the same, because a file with a broken part is a broken file. */
#include "base/alloc.h"
#include "base/fail.h"
#include "formats/nam.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define MAX_SUBMODELS 256u

typedef struct container {
    bl_json submodels;
    double *limits; /* each network serves qualities below its limit */
    size_t count, chosen;
    double chosen_rate_hz;
} container;

static bl_status read_limits(container *c, bl_error *error)
{
    for (size_t i = 0; i < c->count; i++) {
        const bl_json at = bl_json_element(&c->submodels, i);
        if (!json_is_object(at.value))
            return bl_json_fail(&at, "an object", error);
        bl_status status = bl_json_number(&at, "max_value", &c->limits[i], error);
        if (status)
            return status;
        if (i && c->limits[i] <= c->limits[i - 1])
            return bl_fail(error, BL_ERR_FORMAT,
                           "%s.max_value is %g, but it should be more than %g, that of the one before.", at.path,
                           c->limits[i], c->limits[i - 1]);
    }
    if (c->limits[c->count - 1] < 1.0)
        return bl_fail(error, BL_ERR_FORMAT, "The last max_value in %s is %g; it should be at least 1.",
                       c->submodels.path, c->limits[c->count - 1]);
    return BL_OK;
}

static size_t choose(const container *c, double quality)
{
    for (size_t i = 0; i < c->count; i++)
        if (quality < c->limits[i])
            return i;
    return c->count - 1;
}

/* The rest of the program hears one channel in and one out, at one rate. */
static bl_status check_submodel(const bl_nam_object *o, const bl_nam_object *child, const bl_graph *g, bl_node_id y,
                                bl_error *error)
{
    if (!g->status && bl_nam_channels(g, y) != 1)
        return bl_fail(error, BL_ERR_FORMAT, "%s has %zu output channels; in a container it should have 1.",
                       child->file.path, bl_nam_channels(g, y));
    const double want = o->sample_rate_hz, rate = child->sample_rate_hz;
    if (!isnan(want) && !isnan(rate) && want != rate)
        return bl_fail(error, BL_ERR_FORMAT, "%s.sample_rate is %.10g, but that of the container is %.10g.",
                       child->file.path, rate, want);
    return BL_OK;
}

/* Builds a network that is not the chosen one, to see whether it is sound. */
static bl_status try_submodel(const bl_nam_object *o, const bl_json *at, const char *prefix, bl_nam_object *child,
                              bl_error *error)
{
    bl_graph g;
    bl_graph_init(&g);
    bl_node_id x = bl_graph_input(&g, 1);
    bl_status status = bl_nam_build_nested(o, at, &g, prefix, &x, child, error);
    if (!status)
        status = check_submodel(o, child, &g, x, error);
    if (!status) {
        bl_graph_output(&g, x);
        status = bl_graph_check(&g, error);
    }
    bl_graph_free(&g);
    return status;
}

static bl_status read_submodel(bl_nam_object *o, container *c, size_t i, bl_node_id *x, bl_nam_object *child,
                               bl_error *error)
{
    const bl_json entry = bl_json_element(&c->submodels, i);
    const bl_json at = bl_json_member(&entry, "model");
    char prefix[32];
    snprintf(prefix, sizeof prefix, "submodels.%zu.", i);
    if (i != c->chosen)
        return try_submodel(o, &at, prefix, child, error);
    bl_status status = bl_nam_build_nested(o, &at, o->graph, prefix, x, child, error);
    if (status || (status = check_submodel(o, child, o->graph, *x, error)))
        return status;
    o->prewarm = child->prewarm;
    c->chosen_rate_hz = child->sample_rate_hz;
    snprintf(o->text, sizeof o->text, "%.200s (size %zu of %zu)", child->text, i + 1, c->count);
    return BL_OK;
}

static bl_status read_submodels(bl_nam_object *o, container *c, bl_node_id *x, bl_error *error)
{
    bl_status status = read_limits(c, error);
    const bool asked = o->sizes && o->options->has_quality;
    c->chosen = status ? 0 : asked ? choose(c, o->options->quality) : c->count - 1;
    for (size_t i = 0; !status && i < c->count; i++) {
        bl_nam_object child;
        status = read_submodel(o, c, i, x, &child, error);
        const double below = i + 1 < c->count ? c->limits[i] : INFINITY;
        if (!status && o->sizes && c->count > 1)
            status = bl_model_add_quality(o->sizes, below, error, "%s", child.text);
    }
    if (!status && isnan(o->sample_rate_hz))
        o->sample_rate_hz = c->chosen_rate_hz;
    return status;
}

static bl_status build(bl_nam_object *o, bl_node_id *x, bl_error *error)
{
    container c = { 0 };
    bl_status status = bl_json_array(&o->config, "submodels", &c.submodels, error);
    if (status)
        return status;
    c.count = json_array_size(c.submodels.value);
    if (!c.count || c.count > MAX_SUBMODELS)
        return bl_fail(error, BL_ERR_FORMAT, "%s has %zu entries; it should have 1 to %u.", c.submodels.path,
                       c.count, MAX_SUBMODELS);
    if (bl_nam_channels(o->graph, *x) != 1)
        return bl_fail(error, BL_ERR_FORMAT, "%s.in_channels should be 1 for a container.", o->config.path);
    c.limits = bl_calloc(c.count, sizeof *c.limits);
    status = c.limits ? read_submodels(o, &c, x, error) : bl_fail_no_mem(error);
    free(c.limits);
    return status;
}

const bl_nam_architecture bl_nam_container = { "SlimmableContainer", build };
