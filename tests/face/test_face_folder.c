#define _DEFAULT_SOURCE

#include "test_support.h"

#include "folder.h"
#include "scratch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int begin(void **state)
{
    scratch_begin();
    return 0;
}

static int end(void **state)
{
    scratch_end();
    return 0;
}

/* ---- names ---- */

static void test_kinds(void **state)
{
    static const struct {
        const char *name;
        folder_kind kind;
    } names[] = { { "a.nam", FOLDER_MODEL },        { "A.NAM", FOLDER_MODEL },
                  { "a.json", FOLDER_MODEL },       { "a.aidax", FOLDER_MODEL },
                  { "a.b.nam", FOLDER_MODEL },      { "a.rig.json", FOLDER_RIG },
                  { "a.RIG.Json", FOLDER_RIG },     { "a.wav", FOLDER_IMPULSE },
                  { "a.FLAC", FOLDER_IMPULSE },     { "a.aiff", FOLDER_IMPULSE },
                  { "a.txt", FOLDER_OTHER },        { "nam", FOLDER_OTHER },
                  { ".nam", FOLDER_OTHER },         { "", FOLDER_OTHER },
                  { "a.nam.txt", FOLDER_OTHER },    { "/x.nam/a.wav", FOLDER_IMPULSE },
                  { "a.safetensors", FOLDER_MODEL } };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_equal(folder_kind_of(names[i].name), names[i].kind);
}

static void test_order(void **state)
{
    /* Each before all that follow. */
    static const char *const names[] = { "",
                                         "10 inch",
                                         "0100",
                                         "amp",
                                         "amp 2",
                                         "Amp 2 b",
                                         "amp 10",
                                         "amp 010 b",
                                         "amp 99999999999999999999998",
                                         "amp 99999999999999999999999",
                                         "ea",
                                         "Éb",
                                         "ec",
                                         "éd",
                                         "zebra",
                                         "яблоко",
                                         "アンプ",
                                         "\xff\x61" };
    const size_t count = sizeof names / sizeof *names;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < count; k++) {
            const int order = folder_compare(names[i], names[k]);
            if ((i < k) != (order < 0) || (i == k) != (order == 0))
                fail_msg("“%s” and “%s” are in the wrong order", names[i], names[k]);
        }
}

/* Sorting needs an order in which any three agree. */
static void test_order_is_one(void **state)
{
    static const char *const parts[] = { "0", "00", "1", "10",   "a",    "A", "é",
                                         "e", "я",  "Я", "\xe9", "\xff", " ", "가" };
    enum { NAMES = 200 };
    static char names[NAMES][40];
    unsigned seed = 7;
    for (size_t i = 0; i < NAMES; i++) {
        const size_t length = 1 + i % 4;
        for (size_t k = 0; k < length; k++) {
            seed = seed * 1664525u + 1013904223u;
            strcat(names[i], parts[(seed >> 16) % (sizeof parts / sizeof *parts)]);
        }
    }
    for (size_t a = 0; a < NAMES; a++)
        for (size_t b = 0; b < NAMES; b++) {
            const int ab = folder_compare(names[a], names[b]), ba = folder_compare(names[b], names[a]);
            assert_true((ab < 0) == (ba > 0) && (ab == 0) == !strcmp(names[a], names[b]));
            for (size_t c = 0; c < NAMES; c += 3)
                if (ab < 0 && folder_compare(names[b], names[c]) < 0)
                    assert_true(folder_compare(names[a], names[c]) < 0);
        }
}

static void test_typed(void **state)
{
    assert_true(folder_name_begins("Ölberg.nam", "olb"));
    assert_true(folder_name_begins("Olberg", "ÖLB"));
    assert_true(folder_name_begins("ЯБЛОКО", "ябл"));
    assert_true(folder_name_begins("anything", ""));
    assert_false(folder_name_begins("ab", "abc"));
    assert_false(folder_name_begins("xab", "ab"));
    assert_true(folder_name_has("Marshall JCM", "jcm"));
    assert_false(folder_name_has("Marshall JCM", "jcmx"));
    assert_true(folder_name_has("\xff\xe9", "\xe9"));
    assert_true(folder_name_has("", ""));
}

static void test_paths(void **state)
{
    static const char *const above[][2] = { { "/a/b", "/a" }, { "/a/b//", "/a" }, { "/a", "/" }, { "/", "/" },
                                            { "a", "." },     { "a/b", "a" },     { "//a", "/" } };
    for (size_t i = 0; i < sizeof above / sizeof *above; i++) {
        char *path = folder_above(above[i][0]);
        assert_string_equal(path, above[i][1]);
        free(path);
    }
    char *joined = folder_join("/", "a"), *other = folder_join("/b", "a");
    assert_string_equal(joined, "/a");
    assert_string_equal(other, "/b/a");
    assert_string_equal(folder_name_of("/b/a"), "a");
    assert_string_equal(folder_name_of("a"), "a");
    free(joined);
    free(other);
}

/* ---- reading ---- */

static void test_read(void **state)
{
    static const char *const expected[] = { "2 watt",  "10 watt",  "linked",   "a.nam", "B.wav",
                                            "c 2.nam", "c 10.nam", "link.nam", "notes", "\xff.nam" };
    scratch_folder("10 watt");
    scratch_folder("2 watt");
    for (size_t i = 3; i < 10; i++)
        if (strcmp(expected[i], "link.nam"))
            scratch_file(expected[i]);
    scratch_file(".hidden.nam");
    scratch_folder(".folder");
    assert_int_equal(symlink(scratch_path("2 watt"), scratch_path("linked")), 0);
    assert_int_equal(symlink("a.nam", scratch_path("link.nam")), 0);
    assert_int_equal(symlink("nowhere", scratch_path("broken.nam")), 0);
    assert_int_equal(mkfifo(scratch_path("pipe.nam"), 0600), 0);
    char error[256], slashes[300];
    folder f;
    snprintf(slashes, sizeof slashes, "%s//", scratch_path(""));
    assert_true(folder_read(&f, slashes, error));
    assert_string_equal(f.path, scratch_path(""));
    assert_string_equal(error, "");
    assert_false(f.cut);
    assert_int_equal(f.count, 10);
    for (size_t i = 0; i < f.count; i++) {
        assert_string_equal(f.entries[i].name, expected[i]);
        assert_int_equal(f.entries[i].kind, i < 3 ? FOLDER_FOLDER : folder_kind_of(expected[i]));
    }
    folder_free(&f);
}

static void must_fail(const char *path, const char *sentence)
{
    char error[256] = "";
    folder f;
    assert_false(folder_read(&f, path, error));
    assert_string_equal(error, sentence);
    assert_null(f.entries);
    assert_null(f.path);
}

static void test_failures(void **state)
{
    scratch_file("file.nam");
    scratch_folder("closed");
    assert_int_equal(chmod(scratch_path("closed"), 0), 0);
    must_fail(scratch_path("none"), "This folder does not exist.");
    must_fail(scratch_path("file.nam"), "“file.nam” is not a folder.");
    scratch_drop_rights();
    must_fail(scratch_path("closed"), "You may not look into this folder.");
    scratch_take_rights();
    folder_free(&(folder){ 0 });
    char error[256];
    folder f;
    scratch_folder("empty");
    assert_true(folder_read(&f, scratch_path("empty"), error));
    assert_int_equal(f.count, 0);
    folder_free(&f);
}

static void test_many(void **state)
{
    for (int i = 0; i < FOLDER_MOST + 5; i++) {
        char name[32];
        snprintf(name, sizeof name, "amp %d.nam", i);
        scratch_file(name);
    }
    char error[256];
    folder f;
    assert_true(folder_read(&f, scratch_path(""), error));
    assert_true(f.cut);
    assert_true(f.count <= FOLDER_MOST && f.count > 0); /* a slow disk may have had no time for all */
    for (size_t i = 1; i < f.count; i++)
        assert_true(atoi(f.entries[i - 1].name + 4) < atoi(f.entries[i].name + 4));
    folder_free(&f);
}

/* ---- neighbours ---- */

static void expect_neighbour(const char *name, int direction, const char *expected)
{
    char *found = folder_neighbour(scratch_path(name), direction);
    if (expected)
        assert_string_equal(found, scratch_path(expected));
    else
        assert_null(found);
    free(found);
}

static void test_neighbours(void **state)
{
    scratch_folder("m 0.nam"); /* a folder is no model */
    scratch_file("m 2.nam");
    scratch_file("M 10.nam");
    scratch_file("m 3.wav");
    scratch_file("n.json");
    scratch_file("n.rig.json");
    scratch_file("x.txt");
    expect_neighbour("m 2.nam", 1, "M 10.nam");
    expect_neighbour("M 10.nam", 1, "n.json");
    expect_neighbour("n.json", 1, "m 2.nam");
    expect_neighbour("m 2.nam", -1, "n.json");
    expect_neighbour("n.json", -1, "M 10.nam");
    expect_neighbour("m 5.nam", 1, "M 10.nam"); /* not there */
    expect_neighbour("m 5.nam", -1, "m 2.nam");
    expect_neighbour("zzz.nam", 1, "m 2.nam");
    expect_neighbour("m 3.wav", 1, NULL); /* alone */
    expect_neighbour("gone.wav", -1, "m 3.wav");
    expect_neighbour("n.rig.json", 1, NULL);
    expect_neighbour("x.txt", 1, NULL);
    expect_neighbour("none/m 2.nam", 1, NULL);
    assert_int_equal(chdir(scratch_path("")), 0);
    char *found = folder_neighbour("m 2.nam", 1);
    assert_string_equal(found, "M 10.nam");
    free(found);
    assert_null(folder_neighbour("", 1));
    assert_int_equal(chdir("/"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_order_is_one),
        cmocka_unit_test(test_typed),
        cmocka_unit_test(test_paths),
        cmocka_unit_test_setup_teardown(test_read, begin, end),
        cmocka_unit_test_setup_teardown(test_failures, begin, end),
        cmocka_unit_test_setup_teardown(test_many, begin, end),
        cmocka_unit_test_setup_teardown(test_neighbours, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
