#include "face_state.h"

#include "text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

char *face_copy_text(const char *text)
{
    const size_t size = text ? strlen(text) + 1 : 1;
    char *copy = malloc(size);
    if (copy)
        memcpy(copy, text ? text : "", size);
    return copy;
}

static bool fill(face *f)
{
    for (int i = 0; i < BL_RIG_PARAM_COUNT; i++)
        f->settings[i] = bl_rig_param_describe((bl_rig_param)i)->initial;
    for (int i = 0; i < FACE_KNOBS; i++)
        f->knobs[i] = 0.5f;
    for (int i = FACE_IN_PEAK; i <= FACE_OUT_RMS; i++)
        f->numbers[i] = -180;
    f->numbers[FACE_PLAYING] = f->settings[BL_RIG_SLOT];
    f->numbers[FACE_CPU] = f->cpu_told = -1;
    f->holds[0].db = f->holds[1].db = -180;
    bool done = (f->rig = face_copy_text("")) && (f->browser_before = face_copy_text(""));
    for (int i = 0; i < BL_RIG_FILE_COUNT; i++)
        done = (f->files[i] = face_copy_text("")) && done;
    for (int i = 0; i < FACE_TEXT_COUNT; i++)
        done = (f->texts[i] = face_copy_text("")) && done;
    return (f->library = library_open(NULL)) && done;
}

face *face_create(const face_owner *owner, double rate_hz)
{
    face *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    f->owner = *owner;
    f->rate_hz = rate_hz;
    f->width = FACE_WIDTH;
    f->height = FACE_HEIGHT;
    f->host_browse = owner->ask_host;
    f->hovered = f->focused = f->pressed = f->pressed_before = f->drop = f->overlay_item = FACE_NOTHING;
    f->menu_hovered = FACE_NOTHING;
    f->pointer_x = f->pointer_y = -1;
    if (!fill(f)) {
        face_free(f);
        return NULL;
    }
    face_lay_out(f);
    return f;
}

void face_free(face *f)
{
    if (!f)
        return;
    touch_end(f);
    overlay_close(f);
    if (f->tuner)
        face_toggle_tuner(f);
    undo_free(f);
    wish_end_all(f);
    browser_free(f->browser);
    library_free(f->library);
    for (int i = 0; i < BL_RIG_FILE_COUNT; i++)
        free(f->files[i]);
    for (int i = 0; i < FACE_TEXT_COUNT; i++)
        free(f->texts[i]);
    free(f->rig);
    free(f->browser_before);
    free(f);
    text_forget(); /* another window of this thread makes it anew */
}

/* ---- where things are ---- */

const item *face_item(const face *f, int index)
{
    return index == FACE_NOTHING ? NULL : &f->layout.items[index];
}

int face_find(const face *f, item_kind kind, int index)
{
    for (size_t i = 0; i < f->layout.count; i++)
        if (f->layout.items[i].kind == kind && f->layout.items[i].index == index)
            return (int)i;
    return FACE_NOTHING;
}

void face_lay_out(face *f)
{
    /* What the user is at stays the same thing, wherever it is now. */
    int *const kept[] = { &f->focused, &f->pressed, &f->pressed_before, &f->drop, &f->overlay_item };
    enum { KEPT = sizeof kept / sizeof *kept };
    item was[KEPT];
    for (size_t i = 0; i < KEPT; i++)
        if (*kept[i] != FACE_NOTHING)
            was[i] = f->layout.items[*kept[i]];
    if (f->page == PAGE_MODEL && !f->model_knobs)
        f->page = PAGE_MAIN;
    layout_make(&f->layout, &(layout_wish){ .width = f->width,
                                            .height = f->height,
                                            .page = f->page,
                                            .model_knobs = f->model_knobs,
                                            .tuner = f->tuner,
                                            .host_browse = f->host_browse,
                                            .error = *f->texts[FACE_ERROR] });
    f->hovered = FACE_NOTHING;
    const bool pressed = f->pressed != FACE_NOTHING;
    for (size_t i = 0; i < KEPT; i++)
        if (*kept[i] != FACE_NOTHING)
            *kept[i] = face_find(f, was[i].kind, was[i].index);
    face_harm_all(f);
    tooltip_hide(f);
    pointer_hover(f);
    if ((f->overlay == OVERLAY_MENU || f->overlay == OVERLAY_ENTRY) && f->overlay_item == FACE_NOTHING)
        f->overlay = OVERLAY_NONE;
    if (pressed && f->pressed == FACE_NOTHING)
        pointer_let_go(f);
}

void face_resize(face *f, double width, double height)
{
    width = fmax(width, FACE_MIN_WIDTH);
    height = fmax(height, FACE_MIN_HEIGHT);
    if (width == f->width && height == f->height)
        return;
    f->width = width;
    f->height = height;
    face_lay_out(f);
    if (f->overlay == OVERLAY_BROWSER)
        browser_resize(f->browser, (box){ 0, 0, width, height });
}

/* ---- what is damaged ---- */

static bool contains(box outer, box inner)
{
    return inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.w <= outer.x + outer.w &&
           inner.y + inner.h <= outer.y + outer.h;
}

/* The one that grows least if it takes b in; or one that meets it anyway. */
static size_t nearest(const face *f, box b, bool *meets)
{
    size_t best = 0;
    double least = INFINITY;
    for (size_t i = 0; i < f->damage_count; i++) {
        const box d = f->damage[i], both = box_around(d, b);
        const double more = box_meet(d, b) ? -1 : both.w * both.h - d.w * d.h;
        if (more < least) {
            least = more;
            best = i;
        }
    }
    *meets = least < 0;
    return best;
}

void face_harm(face *f, box b)
{
    const double right = fmin(b.x + b.w, f->width), bottom = fmin(b.y + b.h, f->height);
    b.x = fmax(b.x, 0);
    b.y = fmax(b.y, 0);
    b.w = right - b.x;
    b.h = bottom - b.y;
    if (box_is_empty(b))
        return;
    for (;;) { /* ends: with each turn there is one less */
        bool meets;
        const size_t i = nearest(f, b, &meets);
        if (!meets && f->damage_count < FACE_DAMAGES)
            break;
        if (contains(f->damage[i], b))
            return;
        b = box_around(f->damage[i], b);
        f->damage[i] = f->damage[--f->damage_count];
    }
    f->damage[f->damage_count++] = b;
}

void face_harm_raised(face *f, box b)
{
    face_harm(f, box_inset(b, -GRID));
}

void face_harm_all(face *f)
{
    face_harm(f, (box){ 0, 0, f->width, f->height });
}

void face_harm_item(face *f, int index)
{
    if (index != FACE_NOTHING && f->overlay != OVERLAY_BROWSER)  /* which hides them all */
        face_harm(f, box_inset(f->layout.items[index].box, -2)); /* a ring may be drawn around it */
}

void face_harm_kind(face *f, item_kind kind, int index)
{
    for (size_t i = 0; i < f->layout.count; i++)
        if (f->layout.items[i].kind == kind && (index == -2 || f->layout.items[i].index == index))
            face_harm_item(f, (int)i);
}

size_t face_damages(face *f, box boxes[FACE_DAMAGES])
{
    const size_t count = f->damage_count;
    memcpy(boxes, f->damage, count * sizeof *boxes);
    f->damage_count = 0;
    return count;
}

box face_damage(face *f)
{
    box all = { 0 };
    for (size_t i = 0; i < f->damage_count; i++)
        all = box_around(all, f->damage[i]);
    f->damage_count = 0;
    return all;
}

void face_draw(face *f, cairo_t *c)
{
    double left, top, right, bottom;
    cairo_clip_extents(c, &left, &top, &right, &bottom);
    const box clip = { left, top, right - left, bottom - top };
    if (f->overlay != OVERLAY_BROWSER)
        paint_items(f, c, clip);
    paint_overlays(f, c, clip);
}
