/* Rectangles, in the face's own pixels: those of a window at scale 1, from its upper left corner. */
#ifndef BACKLINE_FACE_BOX_H
#define BACKLINE_FACE_BOX_H

#include <stdbool.h>

typedef struct box {
    double x, y, w, h;
} box;

static inline bool box_has(box b, double x, double y)
{
    return x >= b.x && x < b.x + b.w && y >= b.y && y < b.y + b.h;
}

static inline bool box_is_empty(box b)
{
    return b.w <= 0 || b.h <= 0;
}

/* The smallest box around both; an empty one counts as nothing. */
static inline box box_around(box a, box b)
{
    if (box_is_empty(a) || box_is_empty(b))
        return box_is_empty(a) ? b : a;
    const double right = a.x + a.w > b.x + b.w ? a.x + a.w : b.x + b.w,
                 bottom = a.y + a.h > b.y + b.h ? a.y + a.h : b.y + b.h, x = a.x < b.x ? a.x : b.x,
                 y = a.y < b.y ? a.y : b.y;
    return (box){ x, y, right - x, bottom - y };
}

static inline bool box_meet(box a, box b)
{
    return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

/* Smaller by so much on every side. */
static inline box box_inset(box b, double by)
{
    return (box){ b.x + by, b.y + by, b.w - 2 * by, b.h - 2 * by };
}

#endif
