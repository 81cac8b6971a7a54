#define _DEFAULT_SOURCE

#include "browser_fixture.h"
#include "tests/plugins/allocations.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the pointer ---- */

static void test_pointer(void **state)
{
    fixture *f = *state;
    browser_open(f->b, BROWSE_MODELS, scratch_path("amps/plexi 2.nam"), where);
    f->now = 10;
    press_middle(f, box_of_row(f, "amp 2.nam"));
    assert_int_equal(f->choices, 0);
    f->now += 1;
    press_middle(f, box_of_row(f, "amp 2.nam")); /* too late for a double click */
    assert_int_equal(f->choices, 0);
    f->now += 0.2;
    press_middle(f, box_of_row(f, "amp 2.nam"));
    assert_string_equal(f->chosen, scratch_path("amps/amp 2.nam"));
    f->now += 1;
    press_middle(f, box_of_row(f, "amp 10.nam"));
    f->now += 0.1;
    press_middle(f, box_of_row(f, "amp 2.nam")); /* two rows */
    assert_int_equal(f->choices, 1);
    f->now += 0.1;
    press_middle(f, box_of_row(f, "Fender"));
    f->now += 0.1;
    press_middle(f, box_of_row(f, "Fender"));
    assert_string_equal(f->b->path, scratch_path("amps/Fender"));
    press_middle(f, f->b->crumbs[f->b->crumb_count - 2].box);
    assert_string_equal(f->b->path, scratch_path("amps"));
    assert_string_equal(selected_name(f), "Fender");
    press_middle(f, f->b->boxes.up);
    assert_string_equal(selected_name(f), "amps");
    browser_press(f->b, f->b->boxes.cancel.x + 2, f->b->boxes.cancel.y + 2, 1, 0, f->now);
    browser_release(f->b, 500, 300); /* beside it: thought better of */
    assert_int_equal(f->cancels, 0);
    press_middle(f, f->b->boxes.cancel);
    assert_int_equal(f->cancels, 1);
    browser_open(f->b, BROWSE_MODELS, scratch_path("amps/plexi 2.nam"), where);
    press_middle(f, f->b->boxes.choose);
    assert_string_equal(f->chosen, scratch_path("amps/plexi 2.nam"));
}

static void test_hover(void **state)
{
    fixture *f = *state;
    browser_open(f->b, BROWSE_MODELS, scratch_path("amps/plexi 2.nam"), where);
    const box row = box_of_row(f, "amp 2.nam");
    f->harmed = (box){ 0 };
    browser_move(f->b, row.x + 9, row.y + 9);
    assert_true(f->harmed.x == row.x && f->harmed.y == row.y && f->harmed.w == row.w && f->harmed.h == row.h);
    f->harmed = (box){ 0 };
    browser_move(f->b, row.x + 11, row.y + 11);
    assert_true(box_is_empty(f->harmed)); /* nothing new */
    browser_move(f->b, -1, -1);
    assert_true(f->harmed.y == row.y);
    assert_int_equal(f->b->hovered.kind, SPOT_NONE);
}

static void expect_tooltip(const fixture *f, box b, const char *expected)
{
    char words[512];
    browser_tooltip(f->b, b.x + b.w / 2, b.y + b.h / 2, words, sizeof words);
    assert_string_equal(words, expected);
}

static void test_tooltips(void **state)
{
    fixture *f = *state;
    char path[300] = "amps/", expected[512];
    memset(path + 5, 'w', 200);
    strcpy(path + 205, ".nam");
    scratch_file(path);
    browser_open(f->b, BROWSE_MODELS, scratch_path("amps/plexi 2.nam"), where);
    expect_tooltip(f, box_of_row(f, "amp 2.nam"), "");
    snprintf(expected, sizeof expected, "%s", scratch_path(path));
    expect_tooltip(f, box_of_row(f, path + 5), expected);
    expect_tooltip(f, f->b->boxes.up, "The folder above (Backspace)");
    expect_tooltip(f, f->b->places[place_named(f, "amps")].box, scratch_path("amps"));
    expect_tooltip(f, (box){ 0, 0, 1, 1 }, "");
    char small[8];
    browser_tooltip(f->b, f->b->boxes.up.x + 2, f->b->boxes.up.y + 2, small, sizeof small);
    assert_string_equal(small, "The fol");
}

/* ---- long lists and strange folders ---- */

static void test_many(void **state)
{
    fixture *f = *state;
    scratch_folder("many");
    for (int i = 0; i < FOLDER_MOST; i++) {
        char name[32];
        snprintf(name, sizeof name, "many/amp %d.nam", i);
        scratch_file(name);
    }
    browser_open(f->b, BROWSE_MODELS, scratch_path("many/amp 5000.nam"), where);
    if (f->b->folder.cut)
        skip(); /* this disk is too slow to read it in time */
    assert_string_equal(selected_name(f), "amp 5000.nam");
    assert_true(box_meet(browser_row_box(f->b, f->b->selected), f->b->boxes.list));
    browser_wheel(f->b, 1e9);
    assert_true(f->b->scroll == 0);
    browser_wheel(f->b, -1);
    assert_true(f->b->scroll == 3 * ROW);
    browser_wheel(f->b, -1e9);
    assert_true(f->b->scroll + f->b->boxes.list.h == FOLDER_MOST * ROW);
    const box bar = f->b->boxes.bar;
    browser_press(f->b, bar.x + 2, bar.y + bar.h - 4, 1, 0, 0);
    browser_move(f->b, bar.x + 200, bar.y - 300);
    assert_true(f->b->scroll == 0);
    browser_move(f->b, bar.x, bar.y + bar.h / 2);
    assert_true(f->b->scroll > FOLDER_MOST * ROW * 0.4 && f->b->scroll < FOLDER_MOST * ROW * 0.6);
    browser_release(f->b, bar.x, bar.y + bar.h / 2);
    browser_move(f->b, bar.x, bar.y);
    assert_true(f->b->scroll > 0); /* it is let go */
    type_key(f, FACE_KEY_END);
    assert_string_equal(selected_name(f), "amp 19999.nam");
    assert_true(f->b->scroll + f->b->boxes.list.h == FOLDER_MOST * ROW);
    type_text(f, "amp 777");
    assert_string_equal(selected_name(f), "amp 777.nam");
    assert_true(box_meet(browser_row_box(f->b, f->b->selected), f->b->boxes.list));
    draw_it(f);
}

static unsigned long allocations_of_draw(fixture *f, cairo_t *c)
{
    browser_draw(f->b, c, where);
    browser_draw(f->b, c, where);
    const unsigned long before = allocations_so_far();
    browser_draw(f->b, c, where);
    return allocations_so_far() - before;
}

/* Once the names are shaped, nothing of ours allocates in a frame; what cairo and Pango do is their own. */
static void test_frames(void **state)
{
    fixture *f = *state;
    if (!allocations_are_counted())
        skip();
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 960, 540);
    cairo_t *c = cairo_create(surface);
    browser_open(f->b, BROWSE_MODELS, scratch_path("amps/plexi 2.nam"), where);
    assert_int_equal(allocations_of_draw(f, c), 0);
    browser_open(f->b, BROWSE_MODELS, scratch_path("amps/Marshall/x.nam"), where);
    assert_int_equal(allocations_of_draw(f, c), 0);
    cairo_destroy(c);
    cairo_surface_destroy(surface);
}

static void test_strange_folders(void **state)
{
    fixture *f = *state;
    browser_open(f->b, BROWSE_MODELS, scratch_path("gone/x.nam"), where);
    assert_string_equal(f->b->error, "This folder does not exist.");
    draw_it(f);
    type_key(f, FACE_KEY_DOWN);
    type_key(f, FACE_KEY_ENTER);
    type_key(f, FACE_KEY_END);
    type_text(f, "a");
    type_key(f, FACE_KEY_ESCAPE);
    assert_int_equal(f->choices, 0);
    type_key(f, FACE_KEY_LEFT);
    assert_string_equal(f->b->path, scratch_path(""));
    assert_string_equal(f->b->error, "");
    assert_int_equal(chmod(scratch_path("amps/Fender"), 0), 0);
    scratch_drop_rights();
    browser_open(f->b, BROWSE_MODELS, scratch_path("amps/Fender/twin.nam"), where);
    scratch_take_rights();
    assert_string_equal(f->b->error, "You may not look into this folder.");
    draw_it(f);
    assert_int_equal(chmod(scratch_path("amps/Fender"), 0755), 0);
    browser_cancel(f->b);
    assert_string_equal(library_folder(f->l, BROWSE_MODELS), ""); /* not a place to come back to */
}

static void test_strange_names(void **state)
{
    fixture *f = *state;
    scratch_folder("\xff\xe9 dir");
    scratch_file("\xff\xe9 dir/\xe9t\xe9.nam");
    scratch_file("\xff\xe9 dir/مضخم.nam");
    scratch_file("\xff\xe9 dir/a\nb.nam");
    browser_open(f->b, BROWSE_MODELS, scratch_path("\xff\xe9 dir/\xe9t\xe9.nam"), where);
    assert_int_equal(f->b->shown_count, 3);
    browser_type(f->b, FACE_KEY_TEXT, "d", FACE_CONTROL);
    type_key(f, FACE_KEY_HOME);
    draw_it(f);
    press_place(f, "Favourites");
    type_key(f, FACE_KEY_HOME);
    type_key(f, FACE_KEY_ENTER);
    assert_string_equal(f->chosen, scratch_path("\xff\xe9 dir/\xe9t\xe9.nam"));
}

static void test_sizes(void **state)
{
    fixture *f = *state;
    char deep[2048];
    snprintf(deep, sizeof deep, "%s", scratch_path("amps"));
    for (int i = 0; i < 40; i++)
        snprintf(deep + strlen(deep), sizeof deep - strlen(deep), "/a folder with a name %d", i);
    strcat(deep, "/x.nam");
    browser_open(f->b, BROWSE_MODELS, deep, where);
    assert_true(f->b->crumb_count > 0);
    for (size_t i = 0; i < f->b->crumb_count; i++)
        assert_true(f->b->crumbs[i].box.x + f->b->crumbs[i].box.w <= f->b->boxes.path.x + f->b->boxes.path.w + 0.5);
    press_middle(f, f->b->crumbs[0].box);
    assert_true(strlen(f->b->path) < strlen(deep) - 6 && !strncmp(f->b->path, deep, strlen(f->b->path)));
    browser_open(f->b, BROWSE_MODELS, scratch_path("amps/plexi 2.nam"), where);
    for (double w = 640; w >= 80; w -= 80)
        for (double h = 360; h >= 0; h -= 60) {
            browser_resize(f->b, (box){ 0, 40, w, h });
            type_key(f, FACE_KEY_END);
            type_key(f, FACE_KEY_PAGE_UP);
            browser_wheel(f->b, -1);
            browser_press(f->b, w - 10, h, 1, 0, 1);
            browser_move(f->b, w - 10, h / 2);
            browser_release(f->b, w - 10, h / 2);
            draw_it(f);
        }
}

/* Whatever keys and presses come, it stays whole (with the sanitizers). */
static void test_monkey(void **state)
{
    fixture *f = *state;
    bl_random rng = { 11 };
    browser_open(f->b, BROWSE_MODELS, scratch_path("amps/plexi 2.nam"), where);
    const size_t steps = bl_test_effort(3000);
    for (size_t i = 0; i < steps; i++) {
        const double x = (double)bl_random_below(&rng, 960), y = (double)bl_random_below(&rng, 540);
        switch (bl_random_below(&rng, 6)) {
        case 0: browser_press(f->b, x, y, 1 + (int)bl_random_below(&rng, 3), 0, f->now); break;
        case 1: browser_release(f->b, x, y); break;
        case 2: browser_move(f->b, x, y); break;
        case 3: browser_wheel(f->b, (double)bl_random_below(&rng, 5) - 2); break;
        case 4: wait_for(f, 0.05); break;
        default:
            browser_type(f->b, (face_key)bl_random_below(&rng, FACE_KEY_SPACE + 1), "p",
                         bl_random_below(&rng, 8) ? 0 : FACE_CONTROL);
        }
        if (i % 20 == 0)
            draw_it(f);
        if (i % 100 == 0 || strncmp(f->b->path, scratch_path(""), strlen(scratch_path(""))))
            browser_open(f->b, BROWSE_MODELS, scratch_path("amps/plexi 2.nam"), where);
    }
}

#define WITH_BROWSER(test) cmocka_unit_test_setup_teardown(test, begin_browser, end_browser)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BROWSER(test_pointer),       WITH_BROWSER(test_hover),  WITH_BROWSER(test_tooltips),
        WITH_BROWSER(test_many),          WITH_BROWSER(test_frames), WITH_BROWSER(test_strange_folders),
        WITH_BROWSER(test_strange_names), WITH_BROWSER(test_sizes),  WITH_BROWSER(test_monkey),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    text_forget(); /* what the thread keeps of fonts is no leak */
    return failed;
}
