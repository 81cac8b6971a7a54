#include "base/alloc.h"
#include "base/fail.h"

#include <backline/conv1d.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

/* What a description comes to once its padding has been turned into numbers. */
typedef struct geometry {
    size_t left, right; /* samples added on each side */
    size_t out_length;
} geometry;

/* Every sentence begins with the shapes, because the cause is nearly always one of them. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
static bl_status
refuse(const bl_conv1d_desc *d, bl_error *error, const char *format, ...)
{
    char reason[256];
    va_list args;
    va_start(args, format);
    vsnprintf(reason, sizeof reason, format, args);
    va_end(args);

    char in_per_group[64];
    if (d->groups && d->in_channels % d->groups == 0)
        snprintf(in_per_group, sizeof in_per_group, "%zu", d->in_channels / d->groups);
    else
        snprintf(in_per_group, sizeof in_per_group, "%zu/%zu", d->in_channels, d->groups);
    return bl_fail(error, BL_ERR_ARGUMENT, "conv1d of x [%zu, %zu, %zu] and weight [%zu, %s, %zu]: %s.", d->batch,
                   d->in_channels, d->length, d->out_channels, in_per_group, d->kernel, reason);
}

static bl_status check_sizes(const bl_conv1d_desc *d, bl_error *error)
{
    const struct {
        const char *name;
        size_t value;
    } sizes[] = {
        { "in_channels", d->in_channels }, { "length", d->length }, { "out_channels", d->out_channels },
        { "kernel", d->kernel },           { "stride", d->stride }, { "dilation", d->dilation },
        { "groups", d->groups },
    };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (sizes[i].value == 0)
            return refuse(d, error, "%s is 0 but must be at least 1", sizes[i].name);
    if (d->in_channels % d->groups)
        return refuse(d, error, "groups %zu does not divide in_channels %zu", d->groups, d->in_channels);
    if (d->out_channels % d->groups)
        return refuse(d, error, "groups %zu does not divide out_channels %zu", d->groups, d->out_channels);
    return BL_OK;
}

/* How far back and ahead each mode can look is torch's rule, not ours: a reflection or a period that
 * would have to start again is refused. */
static bl_status check_padding_mode(const bl_conv1d_desc *d, const geometry *g, bl_error *error)
{
    size_t most = g->left > g->right ? g->left : g->right;
    switch (d->padding_mode) {
    case BL_CONV1D_ZEROS:
    case BL_CONV1D_REPLICATE: return BL_OK;
    case BL_CONV1D_REFLECT:
        if (most >= d->length)
            return refuse(d, error, "reflect padding of %zu and %zu must be smaller than length %zu", g->left,
                          g->right, d->length);
        return BL_OK;
    case BL_CONV1D_CIRCULAR:
        if (most > d->length)
            return refuse(d, error, "circular padding of %zu and %zu must not exceed length %zu", g->left, g->right,
                          d->length);
        return BL_OK;
    }
    return refuse(d, error, "padding_mode %d is unknown", (int)d->padding_mode);
}

static bl_status resolve(const bl_conv1d_desc *d, geometry *g, bl_error *error)
{
    bl_status st = check_sizes(d, error);
    if (st)
        return st;

    /* Distance from the first tap to the last; the kernel spans one sample more. */
    uint64_t reach;
    if (!bl_mul_ok(d->dilation, d->kernel - 1, &reach) || reach >= SIZE_MAX)
        return refuse(d, error, "dilation %zu times kernel - 1 is more than can be counted", d->dilation);

    switch (d->padding) {
    case BL_CONV1D_PAD_VALID: g->left = g->right = 0; break;
    case BL_CONV1D_PAD_SAME:
        if (d->stride != 1)
            return refuse(d, error, "padding 'same' needs stride 1, not %zu", d->stride);
        g->left = (size_t)reach / 2;
        g->right = (size_t)reach - g->left;
        break;
    case BL_CONV1D_PAD_EXPLICIT:
        g->left = d->pad_left;
        g->right = d->pad_right;
        break;
    default: return refuse(d, error, "padding %d is unknown", (int)d->padding);
    }
    st = check_padding_mode(d, g, error);
    if (st)
        return st;

    if (g->left > SIZE_MAX - d->length || g->right > SIZE_MAX - d->length - g->left)
        return refuse(d, error, "length plus padding of %zu and %zu is more than can be counted", g->left,
                      g->right);
    size_t padded = d->length + g->left + g->right;
    if (padded <= reach)
        return refuse(d, error, "the taps at dilation %zu span %zu samples but the padded length is %zu",
                      d->dilation, (size_t)reach + 1, padded);
    g->out_length = (padded - (size_t)reach - 1) / d->stride + 1;
    return BL_OK;
}

/* Sample p of a row with its padding; p = left is the first real one. */
static double padded_sample(const float *row, size_t length, size_t left, size_t p, bl_conv1d_padding_mode mode)
{
    if (p >= left && p - left < length)
        return row[p - left];
    bool before = p < left;
    size_t away = before ? left - p : p - left - length + 1; /* 1 is next to the edge */
    switch (mode) {
    case BL_CONV1D_ZEROS: return 0.0;
    case BL_CONV1D_REFLECT: return before ? row[away] : row[length - 1 - away];
    case BL_CONV1D_REPLICATE: return before ? row[0] : row[length - 1];
    case BL_CONV1D_CIRCULAR: return before ? row[length - away] : row[away - 1];
    }
    return 0.0;
}

bl_status bl_conv1d_output_length(const bl_conv1d_desc *desc, size_t *out_length, bl_error *error)
{
    geometry g;
    bl_status st = resolve(desc, &g, error);
    if (st)
        return st;
    *out_length = g.out_length;
    return BL_OK;
}

bl_status bl_conv1d(float *y, const float *x, const float *weight, const float *bias, const bl_conv1d_desc *desc,
                    bl_error *error)
{
    geometry g;
    bl_status st = resolve(desc, &g, error);
    if (st)
        return st;

    size_t in_per_group = desc->in_channels / desc->groups;
    size_t out_per_group = desc->out_channels / desc->groups;
    for (size_t n = 0; n < desc->batch; n++)
        for (size_t o = 0; o < desc->out_channels; o++)
            for (size_t t = 0; t < g.out_length; t++) {
                double sum = bias ? bias[o] : 0.0;
                for (size_t i = 0; i < in_per_group; i++) {
                    size_t channel = o / out_per_group * in_per_group + i;
                    const float *row = x + (n * desc->in_channels + channel) * desc->length;
                    const float *taps = weight + (o * in_per_group + i) * desc->kernel;
                    for (size_t k = 0; k < desc->kernel; k++)
                        sum += taps[k] * padded_sample(row, desc->length, g.left,
                                                       t * desc->stride + k * desc->dilation, desc->padding_mode);
                }
                y[(n * desc->out_channels + o) * g.out_length + t] = (float)sum;
            }
    return BL_OK;
}
