#define _DEFAULT_SOURCE

#include "browser_fixture.h"
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- where it begins ---- */

static void test_open(void **state)
{
    fixture *f = *state;
    browser_open(f->b, BROWSE_MODELS, scratch_path("amps/plexi 1.nam"), where);
    assert_string_equal(selected_name(f), "plexi 1.nam");
    assert_int_equal(f->b->shown_count, 8);
    assert_string_equal(browser_row_at(f->b, 0)->name, "Fender");
    assert_string_equal(browser_row_at(f->b, 2)->name, "amp 2.nam");
    assert_string_equal(f->b->count, "6 models");
    assert_true(f->harmed.w == where.w && f->harmed.h == where.h);
    wait_for(f, 1);
    assert_int_equal(f->previews, 0); /* it is playing already */
    assert_false(browser_is_moving(f->b));
    draw_it(f);
    browser_open(f->b, BROWSE_MODELS, scratch_path("amps/not there.nam"), where);
    assert_string_equal(selected_name(f), "");
    assert_int_equal(f->b->shown_count, 8);
    browser_open(f->b, BROWSE_MODELS, scratch_path("amps/readme.txt"),
                 where); /* whatever it is, it shall be seen */
    assert_string_equal(selected_name(f), "readme.txt");
}

static void test_open_without_file(void **state)
{
    fixture *f = *state;
    browser_open(f->b, BROWSE_MODELS, "", where);
    assert_string_equal(f->b->path, scratch_path("")); /* home */
    library_use(f->l, scratch_path("amps/Fender/twin.nam"));
    library_use(f->l, scratch_path("amps/cab.wav"));
    browser_open(f->b, BROWSE_MODELS, "", where);
    assert_string_equal(f->b->path, scratch_path("amps/Fender"));
    browser_open(f->b, BROWSE_IMPULSES, "", where);
    assert_string_equal(f->b->path, scratch_path("amps"));
    browser_cancel(f->b);
    type_key(f, FACE_KEY_LEFT);
    library_set_folder(f->l, BROWSE_MODELS, scratch_path("amps/Marshall"));
    browser_open(f->b, BROWSE_MODELS, "", where);
    assert_string_equal(f->b->path, scratch_path("amps/Marshall"));
    assert_int_equal(rmdir(scratch_path("amps/Marshall")), 0);
    browser_open(f->b, BROWSE_MODELS, "", where);
    assert_string_equal(f->b->path, scratch_path("amps/Fender"));
}

/* ---- keys ---- */

static void test_arrows(void **state)
{
    fixture *f = *state;
    browser_open(f->b, BROWSE_MODELS, scratch_path("amps/amp 10.nam"), where);
    type_key(f, FACE_KEY_DOWN);
    assert_string_equal(selected_name(f), "Ölberg.nam");
    type_key(f, FACE_KEY_END);
    type_key(f, FACE_KEY_DOWN);
    assert_string_equal(selected_name(f), "zinky.json");
    type_key(f, FACE_KEY_HOME);
    type_key(f, FACE_KEY_UP);
    assert_string_equal(selected_name(f), "Fender");
    type_key(f, FACE_KEY_PAGE_DOWN);
    assert_string_equal(selected_name(f), "zinky.json");
    type_key(f, FACE_KEY_PAGE_UP);
    assert_string_equal(selected_name(f), "Fender");
    type_key(f, FACE_KEY_RIGHT);
    assert_string_equal(f->b->path, scratch_path("amps/Fender"));
    type_key(f, FACE_KEY_RIGHT);
    type_key(f, FACE_KEY_DOWN);
    type_key(f, FACE_KEY_RIGHT); /* a file is not opened by it */
    assert_int_equal(f->choices, 0);
    type_key(f, FACE_KEY_LEFT);
    assert_string_equal(selected_name(f), "Fender"); /* where one came from */
    type_key(f, FACE_KEY_ENTER);
    assert_string_equal(f->b->path, scratch_path("amps/Fender"));
    type_key(f, FACE_KEY_BACKSPACE);
    type_key(f, FACE_KEY_BACKSPACE);
    assert_string_equal(f->b->path, scratch_path(""));
    for (int i = 0; i < 10; i++)
        type_key(f, FACE_KEY_BACKSPACE);
    assert_string_equal(f->b->path, "/");
}

/* Nothing is selected in a folder that was just entered. */
static void test_keys_without_selection(void **state)
{
    static const struct {
        face_key key;
        const char *name;
    } cases[] = { { FACE_KEY_HOME, "Fender" },
                  { FACE_KEY_END, "zinky.json" },
                  { FACE_KEY_DOWN, "Fender" },
                  { FACE_KEY_UP, "zinky.json" },
                  { FACE_KEY_PAGE_DOWN, "Fender" } };
    fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        browser_open(f->b, BROWSE_MODELS, scratch_path("amps/not there.nam"), where);
        assert_string_equal(selected_name(f), "");
        type_key(f, cases[i].key);
        assert_string_equal(selected_name(f), cases[i].name);
    }
}

static void test_choose(void **state)
{
    fixture *f = *state;
    browser_open(f->b, BROWSE_MODELS, scratch_path("amps/amp 10.nam"), where);
    type_key(f, FACE_KEY_DOWN);
    type_key(f, FACE_KEY_DOWN);
    type_key(f, FACE_KEY_ENTER);
    assert_int_equal(f->choices, 1);
    assert_string_equal(f->chosen, scratch_path("amps/plexi 1.nam"));
    assert_int_equal(f->previews, 0);
    assert_int_equal(f->cancels, 0);
    assert_false(browser_is_moving(f->b)); /* nothing is previewed behind it */
    assert_string_equal(library_folder(f->l, BROWSE_MODELS), scratch_path("amps"));
}

static void test_preview(void **state)
{
    fixture *f = *state;
    browser_open(f->b, BROWSE_MODELS, scratch_path("amps/amp 2.nam"), where);
    wait_for(f, 0.5);
    type_key(f, FACE_KEY_DOWN);
    assert_true(browser_is_moving(f->b));
    wait_for(f, 0.1);
    type_key(f, FACE_KEY_DOWN);
    wait_for(f, 0.1);
    assert_int_equal(f->previews, 0); /* the selection has not rested long enough on anything */
    wait_for(f, 0.1);
    assert_int_equal(f->previews, 1);
    assert_string_equal(f->previewed, scratch_path("amps/Ölberg.nam"));
    wait_for(f, 1);
    assert_int_equal(f->previews, 1);
    assert_false(browser_is_moving(f->b));
    type_key(f, FACE_KEY_UP);
    type_key(f, FACE_KEY_DOWN); /* away and back */
    wait_for(f, 1);
    assert_int_equal(f->previews, 1);
    type_key(f, FACE_KEY_DOWN);
    wait_for(f, 0.02);
    type_key(f, FACE_KEY_SPACE); /* at once */
    wait_for(f, 0.02);
    assert_int_equal(f->previews, 2);
    type_key(f, FACE_KEY_HOME); /* a folder */
    wait_for(f, 1);
    assert_int_equal(f->previews, 2);
    press_middle(f, box_of_row(f, "zinky.json"));
    wait_for(f, 0.5);
    assert_int_equal(f->previews, 3);
    assert_string_equal(f->previewed, scratch_path("amps/zinky.json"));
    type_key(f, FACE_KEY_UP);
    type_key(f, FACE_KEY_ESCAPE);
    wait_for(f, 1);
    assert_int_equal(f->previews, 3);
    assert_int_equal(f->cancels, 1);
    assert_int_equal(f->choices, 0);
}

static void test_typing(void **state)
{
    fixture *f = *state;
    browser_open(f->b, BROWSE_MODELS, scratch_path("amps/zinky.json"), where);
    type_text(f, "ol");
    assert_string_equal(selected_name(f), "Ölberg.nam");
    assert_true(browser_is_moving(f->b));
    draw_it(f);
    type_key(f, FACE_KEY_BACKSPACE);
    type_key(f, FACE_KEY_BACKSPACE);
    assert_string_equal(f->b->typed, "");
    assert_string_equal(f->b->path, scratch_path("amps"));
    type_text(f, "PLEXI 2");
    assert_string_equal(selected_name(f), "plexi 2.nam");
    type_key(f, FACE_KEY_ESCAPE); /* ends the typing only */
    assert_int_equal(f->cancels, 0);
    type_text(f, "10"); /* none begins so */
    assert_string_equal(selected_name(f), "amp 10.nam");
    wait_for(f, 0.9);
    type_text(f, "x"); /* no such name: the selection stays */
    assert_string_equal(selected_name(f), "amp 10.nam");
    assert_false(f->b->typed_found);
    draw_it(f);
    wait_for(f, 0.9);
    assert_string_equal(f->b->typed, "10x");
    wait_for(f, 0.2);
    assert_string_equal(f->b->typed, "");
    assert_false(browser_is_moving(f->b));
    for (int i = 0; i < 200; i++)
        browser_type(f->b, FACE_KEY_TEXT, "é", 0);
    assert_true(strlen(f->b->typed) < BROWSER_TYPED);
    type_key(f, FACE_KEY_BACKSPACE);
    assert_int_equal(strlen(f->b->typed) % 2, 0); /* whole characters */
    type_key(f, FACE_KEY_ESCAPE);
    type_text(f, "a");
    type_key(f, FACE_KEY_ENTER);
    assert_string_equal(f->chosen, scratch_path("amps/amp 2.nam"));
    browser_type(f->b, FACE_KEY_TEXT, "z", FACE_CONTROL);
    browser_type(f->b, FACE_KEY_TEXT, "z", FACE_ALT);
    assert_string_equal(f->b->typed, "");
}

static void test_filters(void **state)
{
    fixture *f = *state;
    browser_open(f->b, BROWSE_MODELS, scratch_path("amps/plexi 2.nam"), where);
    press_middle(f, f->b->boxes.tabs[BROWSE_IMPULSES]);
    assert_int_equal(f->b->shown_count, 3);
    assert_string_equal(f->b->count, "1 impulse response");
    assert_string_equal(selected_name(f), "");
    type_key(f, FACE_KEY_TAB);
    assert_string_equal(browser_row_at(f->b, 2)->name, "rig.rig.json");
    type_key(f, FACE_KEY_TAB);
    assert_int_equal(f->b->shown_count, 11);
    press_middle(f, box_of_row(f, "plexi 1.nam"));
    type_key(f, FACE_KEY_TAB);
    assert_int_equal(f->b->kind, BROWSE_MODELS);
    assert_string_equal(selected_name(f), "plexi 1.nam"); /* stays where it can */
    browser_type(f->b, FACE_KEY_TAB, "", FACE_SHIFT);
    assert_int_equal(f->b->kind, BROWSE_ALL);
}

/* ---- favourites and places ---- */

static void test_favourites(void **state)
{
    fixture *f = *state;
    browser_open(f->b, BROWSE_MODELS, scratch_path("amps/plexi 2.nam"), where);
    browser_type(f->b, FACE_KEY_TEXT, "d", FACE_CONTROL);
    assert_true(library_is_favourite(f->l, scratch_path("amps/plexi 2.nam")));
    assert_true(browser_row_at(f->b, f->b->selected)->favourite);
    const box zinky = box_of_row(f, "zinky.json");
    browser_press(f->b, zinky.x + zinky.w - 16, zinky.y + 4, 1, 0, f->now);
    browser_release(f->b, zinky.x + zinky.w - 16, zinky.y + 4);
    assert_true(library_is_favourite(f->l, scratch_path("amps/zinky.json")));
    assert_string_equal(selected_name(f), "plexi 2.nam"); /* a star does not select */
    press_middle(f, box_of_row(f, "Fender"));
    press_middle(f, f->b->boxes.star);
    assert_true(library_is_favourite(f->l, scratch_path("amps/Fender/")));
    assert_false(library_is_favourite(f->l, scratch_path("amps/Fender")));
    draw_it(f);
    press_place(f, "Favourites");
    assert_int_equal(f->b->shown_count, 3);
    assert_string_equal(browser_row_at(f->b, 0)->name, "Fender");
    assert_string_equal(browser_row_at(f->b, 1)->name, "plexi 2.nam");
    assert_string_equal(browser_row_at(f->b, 1)->above, "~/amps");
    draw_it(f);
    press_middle(f, box_of_row(f, "zinky.json"));
    wait_for(f, 0.3);
    assert_string_equal(f->previewed, scratch_path("amps/zinky.json"));
    browser_type(f->b, FACE_KEY_TEXT, "d", FACE_CONTROL);
    assert_false(library_is_favourite(f->l, scratch_path("amps/zinky.json")));
    type_key(f, FACE_KEY_HOME);
    type_key(f, FACE_KEY_ENTER);
    assert_string_equal(f->b->path, scratch_path("amps/Fender"));
    assert_true(f->b->is_favourite);
    press_place(f, "amps");
    assert_true(browser_row_at(f->b, 0)->favourite); /* read anew */
    press_place(f, "Fender");
    press_middle(f, f->b->boxes.star); /* nothing is selected: the folder itself */
    assert_false(library_is_favourite(f->l, scratch_path("amps/Fender/")));
    assert_true(place_named(f, "Fender") == BROWSER_NONE);
}

static void test_recent(void **state)
{
    fixture *f = *state;
    library_use(f->l, scratch_path("amps/cab.wav"));
    library_use(f->l, scratch_path("amps/zinky.json"));
    library_use(f->l, scratch_path("amps/amp 2.nam"));
    browser_add_place(f->b, "Bundled", scratch_path("amps/Marshall"));
    browser_open(f->b, BROWSE_MODELS, scratch_path("amps/plexi 2.nam"), where);
    press_place(f, "Recent");
    assert_int_equal(f->b->shown_count, 2);
    assert_string_equal(browser_row_at(f->b, 0)->name, "amp 2.nam");
    assert_string_equal(browser_row_at(f->b, 1)->name, "zinky.json");
    draw_it(f);
    type_key(f, FACE_KEY_LEFT); /* back to the folder */
    assert_string_equal(f->b->path, scratch_path("amps"));
    assert_int_equal(f->b->source, SOURCE_FOLDER);
    press_place(f, "Bundled");
    assert_string_equal(f->b->path, scratch_path("amps/Marshall"));
    assert_int_equal(f->b->shown_count, 0);
    draw_it(f);
    press_place(f, "Home");
    assert_string_equal(f->b->path, scratch_path(""));
}

#define WITH_BROWSER(test) cmocka_unit_test_setup_teardown(test, begin_browser, end_browser)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BROWSER(test_open),       WITH_BROWSER(test_open_without_file),
        WITH_BROWSER(test_arrows),     WITH_BROWSER(test_keys_without_selection),
        WITH_BROWSER(test_choose),     WITH_BROWSER(test_preview),
        WITH_BROWSER(test_typing),     WITH_BROWSER(test_filters),
        WITH_BROWSER(test_favourites), WITH_BROWSER(test_recent),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    text_forget(); /* what the thread keeps of fonts is no leak */
    return failed;
}
