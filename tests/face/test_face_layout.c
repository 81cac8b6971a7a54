/* Where everything is, for all windows: nothing that can be pressed overlaps another such thing, leaves the window or
 * the grid, or is too small to be hit, whatever the size, the page and what there is to be shown. */
#include "test_support.h"

#include "face.h"
#include "layout.h"
#include "theme.h"

#include <math.h>
#include <stdio.h>

static bool can_be_pressed(item_kind kind)
{
    return kind >= ITEM_FIRST_FOCUSABLE || kind == ITEM_METER;
}

/* Cards lie under their buttons, panels under their controls. */
static bool lies_under(item_kind kind)
{
    return kind == ITEM_PANEL || kind == ITEM_MODEL || kind == ITEM_CABINET || kind == ITEM_TUNER_VIEW;
}

static bool on_grid(double x)
{
    return x == floor(x / (GRID / 2)) * (GRID / 2);
}

static void describe(char *out, size_t size, const layout_wish *w, const item *i)
{
    snprintf(out, size,
             "%g x %g, page %d, %zu knobs, tuner %d, host %d, error %d: kind %d, index %d at %g %g, %g x %g",
             w->width, w->height, (int)w->page, w->model_knobs, w->tuner, w->host_browse, w->error, (int)i->kind,
             i->index, i->box.x, i->box.y, i->box.w, i->box.h);
}

static const char *what_is_wrong(const layout *l, const layout_wish *w, size_t at)
{
    const item *i = &l->items[at];
    const box b = i->box;
    if (!on_grid(b.x) || !on_grid(b.y) || !on_grid(b.w) || !on_grid(b.h))
        return "it leaves the grid";
    if (b.x < 0 || b.y < 0 || b.x + b.w > fmax(w->width, FACE_MIN_WIDTH) ||
        b.y + b.h > fmax(w->height, FACE_MIN_HEIGHT))
        return "it leaves the window";
    if (b.w < 20 || b.h < 20)
        return "it is too small";
    for (size_t k = 0; k < at; k++) {
        const item *other = &l->items[k];
        if (box_meet(b, other->box) && !lies_under(other->kind))
            return "it covers something";
        if (box_meet(b, other->box) && lies_under(i->kind))
            return "its ground covers another thing";
    }
    const item *found = layout_at(l, b.x + b.w / 2, b.y + b.h / 2);
    if (can_be_pressed(i->kind) && found != i)
        return "it cannot be hit";
    return NULL;
}

static void check(const layout_wish *w)
{
    char words[256];
    layout l;
    layout_make(&l, w);
    assert_true(l.count < LAYOUT_ITEMS);
    for (size_t i = 0; i < l.count; i++) {
        const char *wrong = what_is_wrong(&l, w, i);
        if (!wrong)
            continue;
        describe(words, sizeof words, w, &l.items[i]);
        fail_msg("%s: %s", words, wrong);
    }
}

static void check_size(double width, double height)
{
    for (int page = 0; page < PAGE_COUNT; page++)
        for (unsigned flags = 0; flags < 8; flags++)
            for (size_t knobs = 0; knobs <= FACE_KNOBS; knobs += page == PAGE_MODEL ? 1 : FACE_KNOBS)
                check(&(layout_wish){ .width = width,
                                      .height = height,
                                      .page = (layout_page)page,
                                      .model_knobs = knobs,
                                      .tuner = flags & 1,
                                      .host_browse = flags & 2,
                                      .error = flags & 4 });
}

static void test_every_window(void **state)
{
    for (double width = FACE_MIN_WIDTH; width <= 2000; width += 37)
        for (double height = FACE_MIN_HEIGHT; height <= 1400; height += 43)
            check_size(width, height);
    for (double width = FACE_MIN_WIDTH; width <= 2000; width += 3) /* finer than the grid */
        check_size(width, FACE_MIN_HEIGHT);
    for (double height = FACE_MIN_HEIGHT; height <= 1400; height += 3)
        check_size(FACE_MIN_WIDTH, height);
}

static void test_small_windows_are_cut_off(void **state)
{
    layout small, least;
    layout_make(&small, &(layout_wish){ .width = 100, .height = 50 });
    layout_make(&least, &(layout_wish){ .width = FACE_MIN_WIDTH, .height = FACE_MIN_HEIGHT });
    assert_int_equal(small.count, least.count);
    for (size_t i = 0; i < small.count; i++)
        assert_memory_equal(&small.items[i].box, &least.items[i].box, sizeof(box));
}

static size_t count_of(const layout *l, item_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < l->count; i++)
        count += l->items[i].kind == kind;
    return count;
}

static void test_what_is_there(void **state)
{
    layout l;
    layout_wish w = { .width = FACE_WIDTH, .height = FACE_HEIGHT };
    layout_make(&l, &w);
    assert_int_equal(count_of(&l, ITEM_SLOT), BL_RIG_SLOTS);
    assert_int_equal(count_of(&l, ITEM_METER), 3);
    assert_int_equal(count_of(&l, ITEM_CABINET), 2);
    assert_int_equal(count_of(&l, ITEM_MODEL), 1);
    assert_int_equal(count_of(&l, ITEM_BROWSE), 3);
    assert_int_equal(count_of(&l, ITEM_HOST_BROWSE), 0);
    assert_int_equal(count_of(&l, ITEM_TAB), PAGE_COUNT - 1);
    assert_int_equal(count_of(&l, ITEM_STATUS), 0);
    w = (layout_wish){ .width = FACE_WIDTH,
                       .height = FACE_HEIGHT,
                       .page = PAGE_MODEL,
                       .model_knobs = 5,
                       .tuner = true,
                       .host_browse = true,
                       .error = true };
    layout_make(&l, &w);
    assert_int_equal(count_of(&l, ITEM_TAB), PAGE_COUNT);
    assert_int_equal(count_of(&l, ITEM_MODEL_KNOB), 5);
    assert_int_equal(count_of(&l, ITEM_MODEL), 0);
    assert_int_equal(count_of(&l, ITEM_TUNER_VIEW), 1);
    assert_int_equal(count_of(&l, ITEM_STATUS), 1);
    assert_int_equal(count_of(&l, ITEM_HOST_BROWSE), 2);
}

static void test_high_windows_show_the_main_page_too(void **state)
{
    layout low, high;
    layout_make(&low, &(layout_wish){ .width = FACE_WIDTH, .height = FACE_HEIGHT, .page = PAGE_TONE });
    layout_make(&high, &(layout_wish){ .width = FACE_WIDTH, .height = 700, .page = PAGE_TONE });
    assert_int_equal(low.page, PAGE_TONE);
    assert_int_equal(high.page, PAGE_TONE);
    assert_int_equal(count_of(&low, ITEM_KNOB), 7);
    assert_int_equal(count_of(&high, ITEM_KNOB), 7 + 8);
    assert_int_equal(count_of(&high, ITEM_TAB), PAGE_COUNT - 2);
    layout_make(&high, &(layout_wish){ .width = FACE_WIDTH, .height = 700, .page = PAGE_MAIN });
    assert_int_equal(high.page, PAGE_GATE);
    layout_make(&low, &(layout_wish){ .width = FACE_WIDTH, .height = FACE_HEIGHT, .page = PAGE_MODEL });
    assert_int_equal(low.page, PAGE_MAIN);
}

/* Each setting but the slot and the bypass, which have places of their own, is on some page, as what it is. */
static void test_every_setting_has_its_place(void **state)
{
    bool seen[BL_RIG_PARAM_COUNT] = { [BL_RIG_ENABLED] = true, [BL_RIG_SLOT] = true };
    for (int page = 0; page < PAGE_COUNT; page++) {
        layout l;
        layout_make(&l, &(layout_wish){ .width = FACE_WIDTH, .height = FACE_HEIGHT, .page = (layout_page)page });
        for (size_t i = 0; i < l.count; i++) {
            const item *it = &l.items[i];
            if (it->kind != ITEM_KNOB && it->kind != ITEM_SWITCH && it->kind != ITEM_CHOICE)
                continue;
            const bl_rig_param_kind kind = bl_rig_param_describe((bl_rig_param)it->index)->kind;
            assert_int_equal(it->kind, kind == BL_RIG_SWITCH   ? ITEM_SWITCH
                                       : kind == BL_RIG_CHOICE ? ITEM_CHOICE
                                                               : ITEM_KNOB);
            seen[it->index] = true;
        }
    }
    for (int i = 0; i < BL_RIG_PARAM_COUNT; i++)
        if (!seen[i])
            fail_msg("%s is on no page", bl_rig_param_describe((bl_rig_param)i)->symbol);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_window),
        cmocka_unit_test(test_small_windows_are_cut_off),
        cmocka_unit_test(test_what_is_there),
        cmocka_unit_test(test_high_windows_show_the_main_page_too),
        cmocka_unit_test(test_every_setting_has_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
