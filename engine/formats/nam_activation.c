/* Activations as .nam files write them. */
#include "base/alloc.h"
#include "base/fail.h"
#include "formats/nam.h"
#include "model/limits.h"

#include <stdlib.h>
#include <string.h>

/* The first of each kind is how we spell it. */
static const struct {
    const char *name;
    bl_activation act; /* with the parameters that hold where the file gives none */
} activations[] = {
    { "Tanh", { .kind = BL_ACT_TANH } },
    { "Hardtanh", { .kind = BL_ACT_HARDTANH, .a = -1.0f, .b = 1.0f } }, /* the file's limits are not used */
    { "Fasttanh", { .kind = BL_ACT_FAST_TANH } },
    { "ReLU", { .kind = BL_ACT_RELU } },
    { "LeakyReLU", { .kind = BL_ACT_LEAKY_RELU, .a = 0.01f } },
    { "PReLU", { .kind = BL_ACT_LEAKY_RELU, .a = 0.01f } },
    { "Sigmoid", { .kind = BL_ACT_SIGMOID } },
    { "SiLU", { .kind = BL_ACT_SILU } },
    { "Hardswish", { .kind = BL_ACT_HARDSWISH } },
    { "LeakyHardtanh", { BL_ACT_LEAKY_HARDTANH, -1.0f, 1.0f, 0.01f, 0.01f } },
    { "LeakyHardTanh", { BL_ACT_LEAKY_HARDTANH, -1.0f, 1.0f, 0.01f, 0.01f } },
    { "Softsign", { .kind = BL_ACT_SOFTSIGN } },
};

#define ACTIVATION_COUNT (sizeof activations / sizeof *activations)

const char *bl_nam_activation_name(const bl_nam_activation *act)
{
    for (size_t i = 0; i < ACTIVATION_COUNT && !act->slopes; i++)
        if (activations[i].act.kind == act->act.kind)
            return activations[i].name;
    return "PReLU";
}

/* One slope in a list is one for all channels, as in PyTorch. */
static bl_status read_slopes(const bl_json *at, bl_nam_activation *act, bl_error *error)
{
    bl_json list;
    bl_status status = bl_json_array(at, "negative_slopes", &list, error);
    if (status)
        return status;
    const size_t n = json_array_size(list.value);
    if (!n || n > BL_MAX_CHANNELS)
        return bl_fail(error, BL_ERR_FORMAT, "%s has %zu entries; it should have one for each channel.", list.path,
                       n);
    if (n == 1)
        return bl_json_weight(&list, 0, false, &act->act.a, error);
    if (!(act->slopes = bl_calloc(n, sizeof *act->slopes)))
        return bl_fail_no_mem(error);
    act->slope_count = n;
    for (size_t i = 0; !status && i < n; i++)
        status = bl_json_weight(&list, i, false, &act->slopes[i], error);
    return status;
}

/* The parameters stand beside the type; a plain string has none, so that defaults apply. */
static bl_status read_parameters(const bl_json *at, const char *name, bl_nam_activation *out, bl_error *error)
{
    bl_activation *act = &out->act;
    bl_status status = BL_OK;
    if (!json_is_object(at->value))
        return BL_OK;
    if (!strcmp(name, "PReLU") && !json_object_get(at->value, "negative_slope") &&
        json_object_get(at->value, "negative_slopes"))
        return read_slopes(at, out, error);
    if (act->kind == BL_ACT_LEAKY_RELU)
        return bl_json_float_or(at, "negative_slope", act->a, &act->a, error);
    if (act->kind == BL_ACT_LEAKY_HARDTANH && !(status = bl_json_float_or(at, "min_val", act->a, &act->a, error)) &&
        !(status = bl_json_float_or(at, "max_val", act->b, &act->b, error)) &&
        !(status = bl_json_float_or(at, "min_slope", act->c, &act->c, error)))
        status = bl_json_float_or(at, "max_slope", act->d, &act->d, error);
    return status;
}

bl_status bl_nam_activation_read(const bl_json *at, bl_nam_activation *act, bl_error *error)
{
    const char *name = json_string_value(at->value);
    if (!name && !json_is_object(at->value))
        return bl_json_fail(at, "the name of an activation, or an object with its type", error);
    bl_status status = name ? BL_OK : bl_json_text(at, "type", &name, error);
    if (status)
        return status;
    for (size_t i = 0; i < ACTIVATION_COUNT; i++)
        if (!strcmp(activations[i].name, name)) {
            *act = (bl_nam_activation){ .act = activations[i].act };
            return read_parameters(at, name, act, error);
        }
    return bl_fail(
        error, BL_ERR_UNSUPPORTED,
        "%s is the activation \"%.40s\", which is not supported; Tanh, Hardtanh, Fasttanh, ReLU, LeakyReLU, "
        "PReLU, Sigmoid, SiLU, Hardswish, LeakyHardtanh and Softsign are.",
        at->path, name);
}

void bl_nam_activation_free(bl_nam_activation *act)
{
    free(act->slopes);
    *act = (bl_nam_activation){ 0 };
}

bl_status bl_nam_activation_check(const bl_nam_activation *act, size_t channels, const char *path, bl_error *error)
{
    if (act->slopes && act->slope_count != channels)
        return bl_fail(error, BL_ERR_FORMAT, "%s has %zu negative_slopes, but it works on %zu channels.", path,
                       act->slope_count, channels);
    return BL_OK;
}

bl_node_id bl_nam_add_activation(bl_graph *g, bl_node_id x, const bl_nam_activation *act, const char *name)
{
    if (!act->slopes)
        return bl_graph_activation(g, x, act->act, "%s", name);
    float *slopes;
    const size_t channels = bl_nam_channels(g, x);
    const bl_node_id y = bl_graph_prelu(g, x, &slopes, "%s", name);
    if (slopes)
        memcpy(slopes, act->slopes, channels * sizeof *slopes);
    return y;
}

bl_node_id bl_nam_add_gate(bl_graph *g, bl_node_id x, bl_node_id y, const bl_nam_activation *act,
                           const bl_nam_activation *second, const char *name)
{
    if (!act->slopes && !second->slopes)
        return bl_graph_gate(g, x, y, act->act, second->act, "%s", name);
    char part[BL_NAM_NAME_SIZE + 16];
    snprintf(part, sizeof part, "%s.activation", name);
    x = bl_nam_add_activation(g, x, act, part);
    snprintf(part, sizeof part, "%s.second", name);
    y = bl_nam_add_activation(g, y, second, part);
    return bl_graph_mul(g, x, y, "%s", name);
}

bl_node_id bl_nam_add_blend(bl_graph *g, bl_node_id x, bl_node_id y, const bl_nam_activation *act,
                            const bl_nam_activation *second, const char *name)
{
    if (!act->slopes && !second->slopes)
        return bl_graph_blend(g, x, y, act->act, second->act, "%s", name);
    char part[BL_NAM_NAME_SIZE + 16];
    snprintf(part, sizeof part, "%s.second", name);
    y = bl_nam_add_activation(g, y, second, part);
    snprintf(part, sizeof part, "%s.activation", name);
    /* x + y * (act(x) - x) */
    const bl_node_id active = bl_nam_add_activation(g, x, act, part);
    const bl_node_id minus = bl_graph_scale(g, x, -1.0f, "%s.minus", name);
    const bl_node_id change = bl_graph_add(g, active, minus, "%s.change", name);
    const bl_node_id weighted = bl_graph_mul(g, y, change, "%s.weighted", name);
    return bl_graph_add(g, x, weighted, "%s", name);
}
