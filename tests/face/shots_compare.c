#include "shots.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

/* What may differ between versions of the libraries that draw letters and edges. */
static const double most_of_a_pixel = 2, most_on_average = 0.2;

typedef struct lab {
    float l, a, b;
} lab;

static double linear_of(double s)
{
    return s <= 0.04045 ? s / 12.92 : pow((s + 0.055) / 1.055, 2.4);
}

static double bent(double t)
{
    return t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116;
}

/* sRGB (IEC 61966-2-1) to CIELAB for its own white, D65. */
static lab lab_of(uint32_t rgb)
{
    static double linear[256];
    if (linear[255] == 0)
        for (int i = 0; i < 256; i++)
            linear[i] = linear_of(i / 255.0);
    const double r = linear[rgb >> 16 & 255], g = linear[rgb >> 8 & 255], b = linear[rgb & 255],
                 x = bent((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047),
                 y = bent(0.2126729 * r + 0.7151522 * g + 0.0721750 * b),
                 z = bent((0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883);
    return (lab){ (float)(116 * y - 16), (float)(500 * (x - y)), (float)(200 * (y - z)) };
}

static lab blend(lab before, lab middle, lab after)
{
    return (lab){ (before.l + 2 * middle.l + after.l) / 4, (before.a + 2 * middle.a + after.a) / 4,
                  (before.b + 2 * middle.b + after.b) / 4 };
}

/* Over count values, stride apart: 1 2 1. */
static void blur_line(lab *x, size_t count, size_t stride)
{
    lab before = x[0];
    for (size_t i = 0; i < count; i++) {
        const lab middle = x[i * stride], after = x[(i + 1 < count ? i + 1 : i) * stride];
        x[i * stride] = blend(before, middle, after);
        before = middle;
    }
}

/* The picture in CIELAB, as a slightly tired eye sees it; NULL without memory. */
static lab *see(cairo_surface_t *s, size_t width, size_t height)
{
    lab *seen = malloc(width * height * sizeof *seen);
    if (!seen)
        return NULL;
    cairo_surface_flush(s);
    const unsigned char *data = cairo_image_surface_get_data(s);
    const size_t stride = (size_t)cairo_image_surface_get_stride(s);
    for (size_t y = 0; y < height; y++)
        for (size_t x = 0; x < width; x++)
            seen[y * width + x] = lab_of(((const uint32_t *)(const void *)(data + y * stride))[x]);
    for (size_t y = 0; y < height; y++)
        blur_line(seen + y * width, width, 1);
    for (size_t x = 0; x < width; x++)
        blur_line(seen + x, height, width);
    return seen;
}

shot_difference shot_compare(cairo_surface_t *a, cairo_surface_t *b)
{
    const size_t width = (size_t)cairo_image_surface_get_width(a),
                 height = (size_t)cairo_image_surface_get_height(a);
    shot_difference d = { INFINITY, INFINITY };
    if (!width || width != (size_t)cairo_image_surface_get_width(b) ||
        height != (size_t)cairo_image_surface_get_height(b))
        return d;
    lab *left = see(a, width, height), *right = see(b, width, height);
    if (left && right) {
        d = (shot_difference){ 0, 0 };
        for (size_t i = 0; i < width * height; i++) {
            const double l = (double)(left[i].l - right[i].l), x = (double)(left[i].a - right[i].a),
                         y = (double)(left[i].b - right[i].b), distance = sqrt(l * l + x * x + y * y);
            d.largest = fmax(d.largest, distance);
            d.mean += distance / (double)(width * height);
        }
    }
    free(left);
    free(right);
    return d;
}

bool shot_is_same(shot_difference d)
{
    return d.largest <= most_of_a_pixel && d.mean <= most_on_average;
}
