/* WaveNets that can be cut: each array lists channel counts, and a smaller network uses the leading rows and
 * columns of every weight. The cut is the original's to the letter. In it, the second half of a gated layer
 * and the offsets of a FiLM come from the rows right behind the first half's or the factors', which the whole
 * network uses for something else; captures are trained with whatever comes of that. */
#include "base/alloc.h"
#include "base/fail.h"
#include "formats/nam_wavenet.h"
#include "model/limits.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bl_status check_allowed(const bl_json *at, const bl_wavenet_array *a, bl_error *error)
{
    for (size_t i = 1; i < a->allowed_count; i++)
        if (a->allowed[i] <= a->allowed[i - 1])
            return bl_fail(error, BL_ERR_FORMAT, "%s should ascend, but %zu follows %zu.", at->path, a->allowed[i],
                           a->allowed[i - 1]);
    if (a->allowed[a->allowed_count - 1] != a->channels)
        return bl_fail(error, BL_ERR_FORMAT, "%s ends with %zu; it should end with %zu, the number of channels.",
                       at->path, a->allowed[a->allowed_count - 1], a->channels);
    return BL_OK;
}

/* Without a list every number of channels is allowed. */
static bl_status read_allowed(const bl_json *kwargs, bl_wavenet_array *a, bl_error *error)
{
    static const char key[] = "allowed_channels";
    const bl_json at = bl_json_member(kwargs, key);
    if (at.value) {
        bl_status status =
            bl_json_sizes(kwargs, key, 1, BL_MAX_CHANNELS, BL_MAX_CHANNELS, &a->allowed, &a->allowed_count, error);
        return status ? status : check_allowed(&at, a, error);
    }
    a->allowed = bl_calloc(a->channels, sizeof *a->allowed);
    if (!a->allowed)
        return bl_fail_no_mem(error);
    a->allowed_count = a->channels;
    for (size_t i = 0; i < a->channels; i++)
        a->allowed[i] = i + 1;
    return BL_OK;
}

bl_status bl_wavenet_slim_read(const bl_json *array, bl_wavenet_array *a, bl_error *error)
{
    if (!bl_json_has(array, "slimmable"))
        return BL_OK;
    bl_json slimmable;
    const char *method = "";
    bl_status status = bl_json_object(array, "slimmable", &slimmable, error);
    if (!status && bl_json_has(&slimmable, "method"))
        status = bl_json_text(&slimmable, "method", &method, error);
    if (status || !*method)
        return status; /* without a method the array is not slimmable */
    const bl_json kwargs = bl_json_member(&slimmable, "kwargs");
    if (strcmp(method, "slice_channels_uniform"))
        return bl_fail(error, BL_ERR_UNSUPPORTED,
                       "%s.method is \"%.40s\", which is not supported; slice_channels_uniform is.", slimmable.path,
                       method);
    if (bl_json_has(&slimmable, "kwargs") && !json_is_object(kwargs.value))
        return bl_json_fail(&kwargs, "an object", error);
    return read_allowed(&kwargs, a, error);
}

static size_t channels_for(const bl_wavenet_array *a, double quality)
{
    if (!a->allowed_count)
        return a->channels;
    const size_t i = (size_t)floor(quality * (double)a->allowed_count);
    return a->allowed[i < a->allowed_count ? i : a->allowed_count - 1];
}

static bool is_whole(const bl_wavenet_config *config, double quality)
{
    for (size_t i = 0; i < config->array_count; i++)
        if (channels_for(&config->arrays[i], quality) != config->arrays[i].channels)
            return false;
    return true;
}

/* Leading rows and columns of a convolution in groups would be those of other groups. */
static bool can_be_cut(const bl_wavenet_array *a)
{
    bool can = a->groups_input == 1 && a->groups_mixin == 1 && a->head.kernel == 1;
    can = can && (!a->layer1x1.active || a->layer1x1.groups == 1) && (!a->head1x1.active || a->head1x1.groups == 1);
    for (size_t i = 0; i < BL_FILM_COUNT; i++)
        can = can && (!a->films[i].active || a->films[i].groups == 1);
    return can;
}

static bool can_all_be_cut(const bl_wavenet_config *config)
{
    bool can = true;
    for (size_t i = 0; i < config->array_count; i++)
        can = can && can_be_cut(&config->arrays[i]);
    return can;
}

/* Each array is cut before the next one, whose sizes follow its own. */
static void cut_array(bl_wavenet_array *a, bl_wavenet_array *before, size_t channels)
{
    const size_t bottleneck = a->layer1x1.active ? a->bottleneck * channels / a->channels : channels;
    a->bottleneck = bottleneck ? bottleneck : 1;
    a->channels = a->layer1x1.out_channels = channels;
    for (size_t i = 0; i < a->layer_count; i++) {
        bl_nam_activation *acts[] = { &a->layers[i].act, &a->layers[i].second };
        for (size_t k = 0; k < 2; k++)
            if (acts[k]->slopes)
                acts[k]->slope_count = a->bottleneck;
    }
    if (before) {
        a->input_size = before->channels;
        before->head.out_channels = channels;
    }
}

bl_status bl_wavenet_slim(const bl_json *json, bl_wavenet_config *config, double quality, bl_error *error)
{
    if (is_whole(config, quality))
        return BL_OK;
    if (!can_all_be_cut(config))
        return bl_fail(
            error, BL_ERR_UNSUPPORTED,
            "%s describes a network that cannot be made smaller: it has convolutions in groups, or a head "
            "with more than one tap.",
            json->path);
    for (size_t i = 0; i < config->array_count; i++) {
        bl_wavenet_array *a = &config->arrays[i];
        cut_array(a, i ? a - 1 : NULL, channels_for(a, quality));
    }
    return bl_wavenet_config_check(json, config, error);
}

static int compare_numbers(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Qualities at which some array changes, ascending and each once; there is room for all. */
static size_t find_breaks(const bl_wavenet_config *config, double *breaks)
{
    size_t n = 0, different = 0;
    for (size_t i = 0; i < config->array_count; i++)
        for (size_t k = 1; k < config->arrays[i].allowed_count; k++)
            breaks[n++] = (double)k / (double)config->arrays[i].allowed_count;
    qsort(breaks, n, sizeof *breaks, compare_numbers);
    for (size_t i = 0; i < n; i++)
        if (!different || breaks[i] != breaks[different - 1])
            breaks[different++] = breaks[i];
    return different;
}

/* "3+2 channels" */
static bl_status add_size(const bl_wavenet_config *config, double quality, double below, bl_model *model,
                          bl_error *error)
{
    char text[160] = "";
    size_t n = 0, channels = 0;
    for (size_t i = 0; i < config->array_count && n < sizeof text - 24; i++) {
        channels = channels_for(&config->arrays[i], quality);
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%zu", i ? "+" : "", channels);
    }
    const bool one = config->array_count == 1 && channels == 1;
    return bl_model_add_quality(model, below, error, "%s channel%s", text, one ? "" : "s");
}

bl_status bl_wavenet_slim_list(const bl_wavenet_config *config, bl_model *model, bl_error *error)
{
    size_t room = 1;
    for (size_t i = 0; i < config->array_count; i++)
        room += config->arrays[i].allowed_count;
    if (room == 1 || !can_all_be_cut(config))
        return BL_OK;
    double *breaks = bl_calloc(room, sizeof *breaks);
    if (!breaks)
        return bl_fail_no_mem(error);
    const size_t n = find_breaks(config, breaks);
    bl_status status = BL_OK;
    for (size_t i = 0; n && !status && i <= n; i++) {
        const double from = i ? breaks[i - 1] : 0.0, to = i < n ? breaks[i] : 1.0;
        status = add_size(config, (from + to) / 2.0, i < n ? to : INFINITY, model, error);
    }
    free(breaks);
    return status;
}
