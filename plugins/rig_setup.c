/* What a rig file holds, and its way into a rig. */
#include "rig_file.h"

#include "base/alloc.h"
#include "base/fail.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void bl_rig_setup_init(bl_rig_setup *setup)
{
    *setup = (bl_rig_setup){ .knob_count = 0 };
    for (int i = 0; i < BL_RIG_PARAM_COUNT; i++)
        setup->values[i] = bl_rig_param_describe((bl_rig_param)i)->initial;
}

void bl_rig_setup_free(bl_rig_setup *setup)
{
    bl_rig_setup_clear_knobs(setup);
    for (size_t i = 0; i < BL_RIG_FILE_COUNT; i++)
        free(setup->files[i].path);
    bl_rig_setup_init(setup);
}

bl_status bl_rig_setup_set_file(bl_rig_setup *setup, bl_rig_file file, const char *path)
{
    char *copy = NULL;
    if (path && *path && !(copy = bl_strdup(path)))
        return BL_ERR_NO_MEM;
    free(setup->files[file].path);
    setup->files[file] = (bl_rig_setup_file){ .path = copy };
    return BL_OK;
}

bl_status bl_rig_setup_set_knob(bl_rig_setup *setup, const char *name, float value, bl_error *error)
{
    size_t i = 0;
    while (i < setup->knob_count && strcmp(setup->knobs[i].name, name))
        i++;
    if (i == BL_RIG_KNOBS)
        return bl_fail(error, BL_ERR_LIMIT, "A rig has %d knobs at most.", BL_RIG_KNOBS);
    if (i == setup->knob_count) {
        if (!(setup->knobs[i].name = bl_strdup(name)))
            return bl_fail_no_mem(error);
        setup->knob_count++;
    }
    setup->knobs[i].value = value;
    return BL_OK;
}

void bl_rig_setup_clear_knobs(bl_rig_setup *setup)
{
    for (size_t i = 0; i < setup->knob_count; i++)
        free(setup->knobs[i].name);
    setup->knob_count = 0;
}

bl_status bl_rig_setup_apply(const bl_rig_setup *setup, bl_rig *rig)
{
    bl_status status = BL_OK;
    for (int i = 0; i < BL_RIG_PARAM_COUNT; i++)
        bl_rig_set(rig, (bl_rig_param)i, setup->values[i]);
    for (int i = 0; i < BL_RIG_FILE_COUNT && !status; i++)
        status = bl_rig_set_file(rig, (bl_rig_file)i, setup->files[i].path);
    return status;
}

/* ---- knobs ---- */

/* "a, b, c"; cut where it does not fit. */
static void list_knobs(const bl_model *model, char *text, size_t size)
{
    size_t used = 0;
    text[0] = 0;
    for (size_t i = 0; i < bl_model_param_count(model) && used < size; i++) {
        bl_param_info knob;
        bl_model_get_param(model, i, &knob);
        used += (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "", knob.name);
    }
}

static bl_status no_such_knob(const bl_model *model, const char *name, bl_error *error)
{
    char names[300];
    if (!bl_model_param_count(model))
        return bl_fail(error, BL_ERR_ARGUMENT, "There is no knob \"%.80s\": this model has no knobs.", name);
    list_knobs(model, names, sizeof names);
    return bl_fail(error, BL_ERR_ARGUMENT,
                   "There is no knob \"%.80s\": this model has no such knob; its knobs are: %s.", name, names);
}

static bl_status turn_knob(const bl_model *model, const bl_rig_setup_knob *wanted, bl_rig *rig, bl_error *error)
{
    const size_t count = bl_model_param_count(model);
    for (size_t i = 0; i < count; i++) {
        bl_param_info knob;
        bl_model_get_param(model, i, &knob);
        if (strcmp(knob.name, wanted->name))
            continue;
        if (i >= BL_RIG_KNOBS)
            return bl_fail(error, BL_ERR_ARGUMENT,
                           "The knob \"%.80s\" is number %zu of the model, and a rig turns the first %d.",
                           wanted->name, i + 1, BL_RIG_KNOBS);
        if (!(wanted->value >= knob.minimum && wanted->value <= knob.maximum))
            return bl_fail(error, BL_ERR_ARGUMENT, "The knob \"%.80s\" goes from %g to %g, not to %g.", knob.name,
                           (double)knob.minimum, (double)knob.maximum, (double)wanted->value);
        bl_rig_set_knob(rig, i, wanted->value);
        return BL_OK;
    }
    return no_such_knob(model, wanted->name, error);
}

bl_status bl_rig_setup_apply_knobs(const bl_rig_setup *setup, bl_rig *rig, bl_error *error)
{
    bl_capture *capture = bl_rig_share_capture(rig, (size_t)bl_rig_get(rig, BL_RIG_SLOT) - 1);
    bl_status status = BL_OK;
    for (size_t i = 0; i < BL_RIG_KNOBS; i++)
        bl_rig_set_knob(rig, i, NAN);
    if (!capture && setup->knob_count)
        status =
            bl_fail(error, BL_ERR_ARGUMENT, "There is no knob \"%.80s\": the slot that was chosen has no model.",
                    setup->knobs[0].name);
    for (size_t i = 0; i < setup->knob_count && !status; i++)
        status = turn_knob(bl_capture_model(capture), &setup->knobs[i], rig, error);
    bl_capture_free(capture);
    return status;
}
