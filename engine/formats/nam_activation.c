/* Activations as .nam files write them. */
#include "base/fail.h"
#include "formats/nam.h"

#include <string.h>

static const struct {
    const char *name;
    bl_activation_kind kind;
} activations[] = {
    { "Tanh", BL_ACT_TANH },
    { "Sigmoid", BL_ACT_SIGMOID },
    { "ReLU", BL_ACT_RELU },
    { "LeakyReLU", BL_ACT_LEAKY_RELU },
    { "Softsign", BL_ACT_SOFTSIGN },
    { "PReLU", BL_ACT_LEAKY_RELU }, /* with one slope for all channels, the same function */
};

#define ACTIVATION_COUNT (sizeof activations / sizeof *activations)

const char *bl_nam_activation_name(bl_activation_kind kind)
{
    for (size_t i = 0; i < ACTIVATION_COUNT; i++)
        if (activations[i].kind == kind)
            return activations[i].name;
    return "Linear";
}

/* The parameters stand beside the type; a plain string has none, so that defaults apply. */
static bl_status read_parameters(const bl_json *at, bl_activation *act, bl_error *error)
{
    if (bl_json_has(at, "negative_slopes"))
        return bl_fail(error, BL_ERR_UNSUPPORTED,
                       "%s has a slope per channel (negative_slopes), which is not supported yet; one "
                       "negative_slope is.",
                       at->path);
    if (act->kind != BL_ACT_LEAKY_RELU)
        return BL_OK;
    return bl_json_float_or(at, "negative_slope", 0.01f, &act->slope, error);
}

bl_status bl_nam_activation(const bl_json *at, bl_activation *act, bl_error *error)
{
    const char *name = json_string_value(at->value);
    if (!name && !json_is_object(at->value))
        return bl_json_fail(at, "the name of an activation, or an object with its type", error);
    bl_status status = name ? BL_OK : bl_json_text(at, "type", &name, error);
    if (status)
        return status;
    for (size_t i = 0; i < ACTIVATION_COUNT; i++)
        if (!strcmp(activations[i].name, name)) {
            *act = (bl_activation){ .kind = activations[i].kind };
            return read_parameters(at, act, error);
        }
    return bl_fail(error, BL_ERR_UNSUPPORTED,
                   "%s is the activation \"%.40s\", which is not supported; Tanh, Sigmoid, ReLU, LeakyReLU, PReLU "
                   "with one slope, and Softsign are.",
                   at->path, name);
}
