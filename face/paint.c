#include "face_state.h"

#include <math.h>
#include <stdio.h>

/* What lies above takes the pointer and the keys. */
static draw_mood mood_of(const face *f, int index)
{
    const bool ours = f->overlay != OVERLAY_BROWSER && f->overlay != OVERLAY_ENTRY;
    return (draw_mood){ .hover = ours && f->hovered == index,
                        .focus = ours && f->focused == index && f->focus_seen,
                        .pressed = f->pressed == index };
}

static bool is_bypassed(const face *f)
{
    return f->numbers[FACE_BYPASSED] >= 0.5f;
}

/* ---- settings ---- */

static void paint_control(const face *f, cairo_t *c, const item *i, draw_mood m)
{
    char words[64];
    const char *name = control_name(f, i);
    control_words(f, i, words, sizeof words);
    m.disabled = control_is_idle(f, i) || is_bypassed(f);
    if (i->kind == ITEM_SWITCH)
        draw_switch(c, i->box, name, control_value(f, i) >= 0.5f, m);
    else if (i->kind == ITEM_CHOICE)
        draw_choice(c, i->box, name, words, m);
    else
        draw_knob(c, i->box, name, words, control_position(f, i), control_origin(i), m);
}

static void paint_slot(const face *f, cairo_t *c, const item *i, draw_mood m)
{
    char name[128];
    const char *path = f->files[BL_RIG_MODEL + i->index];
    look_file_stem(path, name, sizeof name);
    m.hover = m.hover || f->drop == (int)(i - f->layout.items);
    draw_slot(c, i->box, i->index + 1, name,
              face_slot(f) == (size_t)i->index ? SLOT_CHOSEN
              : *path                          ? SLOT_FILLED
                                               : SLOT_EMPTY,
              m);
}

/* ---- meters and numbers ---- */

static void paint_meter(const face *f, cairo_t *c, const item *i)
{
    if (i->index == 1) {
        draw_gate_meter(c, i->box, "Gate", (double)f->numbers[FACE_GATE_GAIN], f->settings[BL_RIG_GATE] < 0.5f);
        return;
    }
    const bool out = i->index == 2;
    const face_hold *hold = &f->holds[out];
    const draw_level level = { .peak_db = (double)f->numbers[out ? FACE_OUT_PEAK : FACE_IN_PEAK],
                               .rms_db = (double)f->numbers[out ? FACE_OUT_RMS : FACE_IN_RMS],
                               .held_db = (double)hold->db,
                               .clipped = hold->clipped };
    draw_meter(c, i->box, out ? "Out" : "In", &level);
}

static void paint_load(const face *f, cairo_t *c, const item *i, draw_mood m)
{
    const double milliseconds = 1000 * (double)f->numbers[FACE_LATENCY] / f->rate_hz;
    const long percent = lround((double)f->numbers[FACE_CPU]), tenths = lround(milliseconds * 10);
    char cpu[32] = "", latency[32];
    if (f->numbers[FACE_CPU] >= 0)
        snprintf(cpu, sizeof cpu, "CPU %ld %%", percent);
    snprintf(latency, sizeof latency, "%ld.%ld ms", tenths / 10, tenths % 10);
    draw_load(c, i->box, cpu, latency, m);
}

/* ---- cards ---- */

static void paint_model(const face *f, cairo_t *c, const item *i, draw_mood m)
{
    look_words words;
    draw_model model;
    look_model(f, &model, &words);
    model.target = f->drop == (int)(i - f->layout.items);
    draw_model_card(c, i->box, &model, m);
}

static void paint_cabinet(const face *f, cairo_t *c, const item *i, draw_mood m)
{
    look_words words;
    draw_cabinet cabinet;
    look_cabinet(f, i->index, &cabinet, &words);
    cabinet.target = f->drop == (int)(i - f->layout.items);
    draw_cabinet_card(c, i->box, &cabinet, m);
}

static void paint_tuner(const face *f, cairo_t *c, const item *i)
{
    const tuner_note none = { .name = "" }, note = f->tuner ? tuner_read(f->tuner) : none;
    draw_tuner(c, i->box, note.heard ? note.name : "", note.octave, note.cents, note.hz);
}

/* ---- buttons ---- */

static void paint_button(const face *f, cairo_t *c, const item *i, draw_mood m)
{
    static const draw_icon icons[] = {
        [ITEM_PREVIOUS] = ICON_PREVIOUS, [ITEM_NEXT] = ICON_NEXT,        [ITEM_BROWSE] = ICON_FOLDER,
        [ITEM_CLEAR] = ICON_CLEAR,       [ITEM_HOST_BROWSE] = ICON_HOST, [ITEM_UNDO] = ICON_UNDO,
        [ITEM_TUNER] = ICON_TUNER,       [ITEM_BYPASS] = ICON_POWER,
    };
    const bool on = i->kind == ITEM_BYPASS ? !is_bypassed(f) : i->kind == ITEM_TUNER && f->tuner;
    m.disabled = control_is_idle(f, i);
    draw_button(c, i->box, icons[i->kind], "", on, m);
}

/* ---- all ---- */

static void paint_item(const face *f, cairo_t *c, int index)
{
    const item *i = &f->layout.items[index];
    const draw_mood m = mood_of(f, index);
    switch (i->kind) {
    case ITEM_PANEL: draw_panel(c, i->box); break;
    case ITEM_LOGO: draw_logo(c, i->box); break;
    case ITEM_LOAD: paint_load(f, c, i, m); break;
    case ITEM_STATUS: draw_error_strip(c, i->box, f->texts[FACE_ERROR]); break;
    case ITEM_METER: paint_meter(f, c, i); break;
    case ITEM_MODEL: paint_model(f, c, i, m); break;
    case ITEM_CABINET: paint_cabinet(f, c, i, m); break;
    case ITEM_TUNER_VIEW: paint_tuner(f, c, i); break;
    case ITEM_KNOB:
    case ITEM_SWITCH:
    case ITEM_CHOICE:
    case ITEM_MODEL_KNOB: paint_control(f, c, i, m); break;
    case ITEM_SLOT: paint_slot(f, c, i, m); break;
    case ITEM_TAB:
        draw_tab(c, i->box, layout_page_name((layout_page)i->index), (int)f->layout.page == i->index, m);
        break;
    default: paint_button(f, c, i, m); break;
    }
}

void paint_items(const face *f, cairo_t *c, box clip)
{
    draw_set(c, COLOUR_WINDOW);
    cairo_paint(c);
    for (size_t i = 0; i < f->layout.count; i++)
        if (box_meet(f->layout.items[i].box, clip))
            paint_item(f, c, (int)i);
}

static void paint_menu(const face *f, cairo_t *c)
{
    enum { MOST_CHOICES = 16 };
    const char *names[MOST_CHOICES];
    const item *i = &f->layout.items[f->overlay_item];
    const bl_rig_param_info *info = bl_rig_param_describe((bl_rig_param)i->index);
    int chosen = -1;
    size_t count = 0;
    for (; count < info->choice_count && count < MOST_CHOICES; count++) {
        names[count] = info->choices[count].name;
        if (info->choices[count].value == control_value(f, i))
            chosen = (int)count;
    }
    draw_menu(c, menu_box(f), names, count, chosen, f->menu_hovered);
}

void paint_overlays(const face *f, cairo_t *c, box clip)
{
    if (f->overlay == OVERLAY_BROWSER)
        browser_draw(f->browser, c, clip);
    else if (f->overlay == OVERLAY_MENU)
        paint_menu(f, c);
    else if (f->overlay == OVERLAY_ENTRY)
        draw_entry(c, entry_box(f), f->typed, f->typed_from, f->typed_to, true);
    if (f->tooltip)
        draw_tooltip(c, f->tooltip_place, f->tooltip_text);
}
