#include "browser_state.h"

#include "text.h"

#include <string.h>

static draw_mood mood_of(const browser *b, spot_kind kind, size_t index)
{
    const bool hover = b->hovered.kind == kind && b->hovered.index == index;
    return (draw_mood){ .hover = hover, .pressed = hover && b->pressed.kind == kind && b->pressed.index == index };
}

static void fill(cairo_t *c, box b, theme_colour colour)
{
    draw_set(c, colour);
    cairo_rectangle(c, b.x, b.y, b.w, b.h);
    cairo_fill(c);
}

/* ---- the top ---- */

static void draw_path(const browser *b, cairo_t *c)
{
    static const char *const titles[] = { "", "Favourites", "Recent" };
    if (b->source != SOURCE_FOLDER) {
        text_draw(c, box_inset(b->boxes.path, 6), titles[b->source], TEXT_HEAD, COLOUR_TEXT, ALIGN_LEFT);
        return;
    }
    for (size_t i = 0; i < b->crumb_count; i++) {
        const bool last = i + 1 == b->crumb_count;
        box crumb = b->crumbs[i].box;
        if (mood_of(b, SPOT_CRUMB, i).hover) {
            draw_set(c, COLOUR_HOVER);
            draw_rounded(c, crumb, RADIUS);
            cairo_fill(c);
        }
        text_draw(c, (box){ crumb.x + 6, crumb.y, crumb.w - 12, crumb.h }, b->crumbs[i].name, TEXT_BODY,
                  last ? COLOUR_TEXT : COLOUR_QUIET, ALIGN_LEFT);
        if (!last)
            text_draw(c, (box){ crumb.x + crumb.w, crumb.y, 12, crumb.h }, "›", TEXT_BODY, COLOUR_QUIET,
                      ALIGN_CENTRE);
    }
}

static void draw_top(const browser *b, cairo_t *c)
{
    const browser_boxes *o = &b->boxes;
    const browser_row *row = browser_row_at(b, b->selected);
    const bool favourite = row ? row->favourite : b->is_favourite;
    draw_mood choose = mood_of(b, SPOT_CHOOSE, 0), star = mood_of(b, SPOT_STAR, 0);
    choose.disabled = !row;
    star.disabled = !row && b->source != SOURCE_FOLDER;
    draw_button(c, o->up, ICON_UP, NULL, false, mood_of(b, SPOT_UP, 0));
    draw_path(b, c);
    draw_button(c, o->star, favourite ? ICON_STAR_FULL : ICON_STAR, NULL, favourite, star);
    draw_button(c, o->cancel, ICON_NONE, "Cancel", false, mood_of(b, SPOT_CANCEL, 0));
    draw_button(c, o->choose, ICON_NONE, row && row->kind == FOLDER_FOLDER ? "Open" : "Choose",
                browser_has_choice(b), choose);
}

/* ---- the places ---- */

static bool is_here(const browser *b, const browser_place *p)
{
    return p->source == b->source && (p->source != SOURCE_FOLDER || !strcmp(p->path, b->path));
}

static void draw_places(const browser *b, cairo_t *c)
{
    for (size_t i = 0; i < b->place_count; i++) {
        const browser_place *p = &b->places[i];
        const bool here = is_here(b, p), hover = mood_of(b, SPOT_PLACE, i).hover;
        if (box_is_empty(p->box))
            continue;
        if (here || hover) {
            draw_set(c, here ? COLOUR_RAISED : COLOUR_HOVER);
            draw_rounded(c, p->box, RADIUS);
            cairo_fill(c);
        }
        draw_icon_at(c, (box){ p->box.x + 8, p->box.y + 4, 16, 16 }, p->icon, here ? COLOUR_ACCENT : COLOUR_QUIET);
        text_draw(c, (box){ p->box.x + 32, p->box.y, p->box.w - 40, p->box.h }, p->name, TEXT_BODY,
                  here || hover ? COLOUR_TEXT : COLOUR_QUIET, ALIGN_LEFT);
    }
}

/* ---- the list ---- */

static void draw_note(const browser *b, cairo_t *c)
{
    const box note = b->boxes.note;
    if (!b->typed[0]) {
        text_draw(c, note, b->count, TEXT_LABEL, COLOUR_QUIET, ALIGN_RIGHT);
        return;
    }
    const size_t length = strlen(b->typed);
    const double width = note.w < 200 ? note.w : 200;
    draw_entry(c, (box){ note.x + note.w - width, note.y, width, note.h }, b->typed, length, length, true);
    if (!b->typed_found && note.w - width > 60)
        text_draw(c, (box){ note.x, note.y, note.w - width - 8, note.h }, "No such name", TEXT_LABEL, COLOUR_QUIET,
                  ALIGN_RIGHT);
}

/* What is said in place of rows; NULL: there are rows. */
static const char *nothing(const browser *b)
{
    static const char *const none[] = { "There are no models in this folder.",
                                        "There are no impulse responses in this folder.",
                                        "There are no rigs in this folder.", "This folder is empty." };
    if (b->error[0])
        return b->error;
    if (b->shown_count)
        return NULL;
    if (b->source == SOURCE_FOLDER)
        return none[b->kind];
    return b->source == SOURCE_FAVOURITES ? "There are no favourites of this kind yet. A star makes one."
                                          : "Nothing of this kind was chosen yet.";
}

static void draw_star(const browser *b, cairo_t *c, box row, bool favourite, size_t index)
{
    const draw_mood m = mood_of(b, SPOT_ROW_STAR, index);
    const bool near = m.hover || mood_of(b, SPOT_ROW, index).hover;
    if (favourite || near)
        draw_icon_at(c, (box){ row.x + row.w - 32, row.y, 24, row.h }, favourite ? ICON_STAR_FULL : ICON_STAR,
                     favourite ? COLOUR_ACCENT
                     : m.hover ? COLOUR_TEXT
                               : COLOUR_QUIET);
}

/* draw_list_row()'s own, as far as under the star. */
static void draw_row_ground(cairo_t *c, box row, bool selected, bool hover)
{
    if (!selected && !hover)
        return;
    draw_set(c, selected ? COLOUR_HOVER : COLOUR_RAISED);
    draw_rounded(c, (box){ row.x + 4, row.y, row.w - 8, row.h }, 4);
    cairo_fill(c);
}

/* Only what is seen: 20,000 names cost no more than 20. */
static void draw_rows(const browser *b, cairo_t *c, box clip)
{
    static const draw_row_kind kinds[] = { LIST_FOLDER, LIST_MODEL, LIST_IMPULSE, LIST_RIG, LIST_OTHER };
    const box list = b->boxes.list;
    for (size_t i = (size_t)(b->scroll / ROW); i < b->shown_count; i++) {
        const browser_row *row = browser_row_at(b, i);
        const box at = browser_row_box(b, i);
        if (at.y >= list.y + list.h)
            break;
        if (!box_meet(at, clip))
            continue;
        const bool playing = browser_row_is(b, row, b->playing), refused = playing && b->refused;
        const draw_row look = { .name = row->name,
                                .details = refused ? "cannot be loaded" : row->above,
                                .kind = kinds[row->kind],
                                .selected = i == b->selected,
                                .playing = playing && !refused };
        draw_mood mood = mood_of(b, SPOT_ROW, i);
        mood.hover = mood.hover || mood_of(b, SPOT_ROW_STAR, i).hover;
        draw_row_ground(c, at, look.selected, mood.hover);
        draw_list_row(c, (box){ at.x, at.y, at.w - 32, at.h }, &look, mood);
        draw_star(b, c, at, row->favourite, i);
    }
}

static void draw_list(const browser *b, cairo_t *c, box clip)
{
    const box list = b->boxes.list;
    const char *words = nothing(b);
    const double all = browser_list_height(b);
    if (words) {
        text_draw_lines(c, (box){ list.x + 16, list.y + list.h / 2 - 32, list.w - 32, 64 }, words, TEXT_BODY,
                        COLOUR_QUIET, ALIGN_CENTRE);
        return;
    }
    cairo_save(c);
    cairo_rectangle(c, list.x, list.y, list.w, list.h);
    cairo_clip(c);
    draw_rows(b, c, clip);
    cairo_restore(c);
    if (all > list.h)
        draw_scrollbar(c, b->boxes.bar, b->scroll / all, list.h / all,
                       (draw_mood){ .hover = b->hovered.kind == SPOT_BAR, .pressed = b->pressed.kind == SPOT_BAR });
}

void browser_draw(browser *b, cairo_t *c, box clip)
{
    const browser_boxes *o = &b->boxes;
    cairo_save(c);
    cairo_rectangle(c, clip.x, clip.y, clip.w, clip.h);
    cairo_clip(c);
    fill(c, b->where, COLOUR_WINDOW);
    fill(c, o->places, COLOUR_PANEL);
    fill(c, (box){ b->where.x, b->where.y + HEADER - 1, b->where.w, 1 }, COLOUR_LINE);
    fill(c, (box){ o->places.x + o->places.w - 1, o->places.y, 1, o->places.h }, COLOUR_LINE);
    draw_top(b, c);
    draw_places(b, c);
    for (size_t i = 0; i < BROWSE_KINDS; i++)
        draw_tab(c, o->tabs[i], browser_kind_name((browser_kind)i), i == b->kind, mood_of(b, SPOT_TAB, i));
    draw_note(b, c);
    draw_list(b, c, clip);
    cairo_restore(c);
}
