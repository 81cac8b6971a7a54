/* Files that are dragged onto the window go where they belong. */
#include "player.h"

static int start(void **state)
{
    static player p;
    player_start(&p);
    *state = &p;
    return 0;
}

static int end(void **state)
{
    player_end(*state);
    return 0;
}

typedef struct place {
    item_kind kind;
    int index;
} place;

static void drop(player *p, place at, const char *path, place lit, const char *log)
{
    const double x = player_x(p, at.kind, at.index), y = player_y(p, at.kind, at.index);
    const bool can = face_can_drop(p->f, x, y, path);
    assert_int_equal(can, *log != 0);
    if (can && lit.kind != ITEM_PANEL)
        assert_int_equal(p->f->drop, face_find(p->f, lit.kind, lit.index));
    else
        assert_int_equal(p->f->drop, FACE_NOTHING);
    assert_int_equal(face_drop(p->f, x, y, path), can);
    assert_int_equal(p->f->drop, FACE_NOTHING);
    player_expect(p, log);
}

static void test_by_kind(void **state)
{
    player *p = *state;
    const place model = { ITEM_MODEL, 0 }, slot = { ITEM_SLOT, 5 }, first = { ITEM_CABINET, 0 },
                second = { ITEM_CABINET, 1 }, knob = { ITEM_KNOB, BL_RIG_BASS }, none = { ITEM_PANEL, 0 },
                view = { ITEM_TUNER_VIEW, 0 }, chosen = { ITEM_SLOT, 2 };
    face_set(p->f, BL_RIG_SLOT, 3);
    drop(p, slot, "/t/a.nam", slot, "file 5 /t/a.nam\n");
    drop(p, knob, "/t/A.JSON", model, "file 2 /t/A.JSON\n");
    drop(p, second, "/t/b.aidax", model, "file 2 /t/b.aidax\n");
    drop(p, second, "/t/b.wav", second, "file 17 /t/b.wav\n");
    drop(p, first, "/t/c.wav", first, "file 16 /t/c.wav\n");
    drop(p, (place){ ITEM_BROWSE, BL_RIG_IMPULSE_2 }, "/t/d.wav", second, "file 17 /t/d.wav\n");
    drop(p, model, "/t/e.wav", first, "file 16 /t/e.wav\n");
    drop(p, slot, "/t/f.wav", first, "file 16 /t/f.wav\n");
    drop(p, slot, "/t/x.rig.json", none, "rig /t/x.rig.json\n");
    drop(p, knob, "/t/x.rig.json", none, "rig /t/x.rig.json\n");
    /* unknown ones by where they fall */
    drop(p, knob, "/t/what", none, "");
    drop(p, slot, "/t/what", slot, "file 5 /t/what\n");
    drop(p, model, "/t/what", model, "file 2 /t/what\n");
    drop(p, second, "/t/what", second, "file 17 /t/what\n");
    player_click(p, ITEM_TUNER, 0);
    *p->log = 0;
    drop(p, view, "/t/y.nam", chosen, "file 2 /t/y.nam\n");
}

static void drop_next(player *p, const char *path, const char *log)
{
    assert_int_equal(face_drop_next(p->f, path), *log != 0);
    player_expect(p, log);
}

/* Several that are dropped at once fill the places behind the first. */
static void test_several(void **state)
{
    player *p = *state;
    const place slot = { ITEM_SLOT, 14 }, model = { ITEM_MODEL, 0 }, second = { ITEM_CABINET, 1 },
                none = { ITEM_PANEL, 0 };
    drop(p, slot, "/t/a.nam", slot, "file 14 /t/a.nam\n");
    drop_next(p, "/t/b.nam", "file 15 /t/b.nam\n");
    drop_next(p, "/t/c.nam", "");
    drop_next(p, "/t/d.wav", "file 16 /t/d.wav\n");
    drop_next(p, "/t/e.wav", "file 17 /t/e.wav\n");
    drop_next(p, "/t/f.wav", "");
    drop_next(p, "/t/x.rig.json", "");
    drop_next(p, "/t/what", "");
    drop(p, second, "/t/g.wav", second, "file 17 /t/g.wav\n");
    drop_next(p, "/t/h.wav", "");
    drop_next(p, "/t/i.nam", "file 0 /t/i.nam\n");
    drop_next(p, "/t/j.nam", "file 1 /t/j.nam\n");
    drop(p, slot, "/t/g.wav", (place){ ITEM_CABINET, 0 }, "file 16 /t/g.wav\n");
    drop_next(p, "/t/h.wav", "file 17 /t/h.wav\n");
    drop_next(p, "/t/i.nam", "file 14 /t/i.nam\n");
    drop(p, second, "/t/i.nam", model, "file 0 /t/i.nam\n");
    drop_next(p, "/t/h.wav", "file 17 /t/h.wav\n");
    drop(p, model, "/t/x.rig.json", none, "rig /t/x.rig.json\n");
    drop_next(p, "/t/k.nam", "");
    drop_next(p, "/t/l.wav", "");
}

static void test_names_that_are_not_known_yet(void **state)
{
    player *p = *state;
    const double x = player_x(p, ITEM_KNOB, BL_RIG_BASS), y = player_y(p, ITEM_KNOB, BL_RIG_BASS);
    assert_true(face_can_drop(p->f, x, y, NULL));
    assert_true(face_can_drop(p->f, player_x(p, ITEM_SLOT, 3), player_y(p, ITEM_SLOT, 3), NULL));
    assert_int_equal(p->f->drop, face_find(p->f, ITEM_SLOT, 3));
    face_damage(p->f);
    face_drop_leave(p->f);
    assert_int_equal(p->f->drop, FACE_NOTHING);
    assert_false(box_is_empty(face_damage(p->f)));
    assert_false(face_drop(p->f, x, y, NULL));
    assert_false(face_drop(p->f, x, y, ""));
    player_expect(p, "");
}

static void test_over_other_things(void **state)
{
    player *p = *state;
    player_press(p, ITEM_KNOB, BL_RIG_BASS, 1, 0);
    assert_true(face_drop(p->f, player_x(p, ITEM_SLOT, 3), player_y(p, ITEM_SLOT, 3), "/t/a.nam"));
    player_expect(p, "touch 16 on\ntouch 16 off\nfile 3 /t/a.nam\n");
    assert_true(undo_possible(p->f));
    player_click(p, ITEM_BROWSE, FILE_OF_MODEL);
    assert_int_equal(p->f->overlay, OVERLAY_BROWSER);
    assert_true(face_drop(p->f, 300, 200, "/t/b.nam"));
    assert_int_equal(p->f->overlay, OVERLAY_NONE);
    player_expect(p, "file 0 /t/b.nam\n");
}

/* A folder is no file: what is in it is shown, and the file that plays plays on. */
static void test_folder(void **state)
{
    static player p;
    const char *folder = player_folder();
    char with_slash[4096];
    snprintf(with_slash, sizeof with_slash, "%s//", folder);
    player_file("b.nam");
    player_start(&p);
    face_set_file(p.f, BL_RIG_MODEL, "/t/a.nam");
    const double x = player_x(&p, ITEM_MODEL, 0), y = player_y(&p, ITEM_MODEL, 0);
    const double cabinet_x = player_x(&p, ITEM_CABINET, 1), cabinet_y = player_y(&p, ITEM_CABINET, 1);
    for (int slash = 0; slash < 2; slash++) {
        assert_true(face_drop(p.f, x, y, slash ? with_slash : folder));
        assert_int_equal(p.f->overlay, OVERLAY_BROWSER);
        assert_int_equal(p.f->browser_file, BL_RIG_MODEL);
        player_expect(&p, "");
        player_key(&p, FACE_KEY_HOME, 0);
        player_key(&p, FACE_KEY_ENTER, 0);
        assert_int_equal(p.f->overlay, OVERLAY_NONE);
        assert_string_equal(p.f->files[BL_RIG_MODEL], player_file("b.nam"));
        *p.log = 0;
        face_set_file(p.f, BL_RIG_MODEL, "/t/a.nam");
    }
    assert_true(face_drop(p.f, cabinet_x, cabinet_y, folder));
    assert_int_equal(p.f->browser_file, BL_RIG_IMPULSE_2);
    player_key(&p, FACE_KEY_ESCAPE, 0);
    player_expect(&p, "");
    player_end(&p);
    player_remove_folder();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_by_kind, start, end),
        cmocka_unit_test_setup_teardown(test_several, start, end),
        cmocka_unit_test_setup_teardown(test_names_that_are_not_known_yet, start, end),
        cmocka_unit_test_setup_teardown(test_over_other_things, start, end),
        cmocka_unit_test(test_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
