#define _DEFAULT_SOURCE

#include "test_support.h"

#include "faults/scarce.h"
#include "library.h"
#include "library_file.h"
#include "scratch.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
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

static library *open_one(void)
{
    library *l = library_open(scratch_path("library.json"));
    assert_non_null(l);
    return l;
}

/* ---- one window ---- */

static void test_empty(void **state)
{
    library *l = open_one();
    const char *const *paths;
    assert_int_equal(library_favourites(l, &paths), 0);
    assert_int_equal(library_recent(l, &paths), 0);
    assert_string_equal(library_folder(l, 0), "");
    assert_false(library_is_favourite(l, "/a"));
    library_free(l);
    library_free(NULL);
    assert_int_equal(access(scratch_path("library.json"), F_OK), -1); /* nothing to write yet */
}

static void test_kept(void **state)
{
    library *l = open_one();
    library_set_favourite(l, "/a b.nam", true);
    library_set_favourite(l, "/folder/", true);
    library_set_favourite(l, "/gone", true);
    library_set_favourite(l, "/gone", false);
    library_set_favourite(l, "relative", true);
    library_use(l, "/one");
    library_use(l, "/two");
    library_use(l, "/one");
    library_use(l, "");
    library_set_folder(l, 2, "/rigs");
    library_set_folder(l, -1, "/no");
    library_set_folder(l, 99, "/no");
    library_free(l);
    l = open_one();
    const char *const *paths;
    assert_int_equal(library_favourites(l, &paths), 2);
    assert_string_equal(paths[0], "/folder/");
    assert_string_equal(paths[1], "/a b.nam");
    assert_int_equal(library_recent(l, &paths), 2);
    assert_string_equal(paths[0], "/one");
    assert_string_equal(paths[1], "/two");
    assert_string_equal(library_folder(l, 2), "/rigs");
    assert_string_equal(library_folder(l, 0), "");
    assert_string_equal(library_folder(l, 99), "");
    assert_true(library_is_favourite(l, "/a b.nam"));
    assert_false(library_is_favourite(l, "/gone"));
    library_free(l);
}

static void test_bounds(void **state)
{
    library *l = open_one();
    char path[32];
    const char *const *paths;
    for (int i = 0; i < 55; i++) {
        snprintf(path, sizeof path, "/r%d", i);
        library_use(l, path);
    }
    assert_int_equal(library_recent(l, &paths), LIBRARY_RECENT);
    assert_string_equal(paths[0], "/r54");
    assert_string_equal(paths[49], "/r5");
    library_free(l);
    char *text = malloc(LIBRARY_FAVOURITES * 16), *at = text + sprintf(text, "{\"favourites\": [\"/f0\"");
    for (int i = 1; i < LIBRARY_FAVOURITES - 1; i++)
        at += sprintf(at, ", \"/f%d\"", i);
    strcpy(at, "]}");
    scratch_text("library.json", text);
    free(text);
    l = open_one();
    library_set_favourite(l, "/new", true);
    library_set_favourite(l, "/more", true);
    assert_int_equal(library_favourites(l, &paths), LIBRARY_FAVOURITES);
    assert_string_equal(paths[0], "/new");
    assert_string_equal(paths[LIBRARY_FAVOURITES - 1], "/f998"); /* none is lost for a new one */
    library_free(l);
}

/* Paths are bytes; JSON is Unicode. */
static void test_any_bytes(void **state)
{
    static const char *const names[] = { "/caf\xe9.nam", "/50%25 \xff%41.nam", "/日本 é.nam", "/\"quote\\\n\x01",
                                         "/%41 plain" };
    library *l = open_one();
    for (size_t i = 0; i < 5; i++)
        library_use(l, names[i]);
    library_free(l);
    l = open_one();
    const char *const *paths;
    assert_int_equal(library_recent(l, &paths), 5);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(paths[4 - i], names[i]);
    library_free(l);
}

static void test_usual_place(void **state)
{
    char *before = getenv("XDG_STATE_HOME") ? strdup(getenv("XDG_STATE_HOME")) : NULL;
    char *home = getenv("HOME") ? strdup(getenv("HOME")) : NULL;
    setenv("XDG_STATE_HOME", scratch_path("deep/state"), 1);
    library *l = library_open(NULL);
    library_use(l, "/x");
    library_free(l);
    assert_int_equal(access(scratch_path("deep/state/backline/library.json"), F_OK), 0);
    setenv("XDG_STATE_HOME", "relative", 1);
    setenv("HOME", scratch_path("home"), 1);
    l = library_open(NULL);
    library_use(l, "/x");
    library_free(l);
    assert_int_equal(access(scratch_path("home/.local/state/backline/library.json"), F_OK), 0);
    unsetenv("HOME");
    l = library_open(NULL); /* there is no place: it lasts as long as the window */
    library_set_favourite(l, "/x", true);
    assert_true(library_is_favourite(l, "/x"));
    library_free(l);
    if (before)
        setenv("XDG_STATE_HOME", before, 1);
    else
        unsetenv("XDG_STATE_HOME");
    if (home)
        setenv("HOME", home, 1);
    free(before);
    free(home);
}

/* ---- files that are not as they should be ---- */

static void test_broken(void **state)
{
    static const char *const texts[] = {
        "",
        "{",
        "[1, 2]",
        "null",
        "{\"favourites\": 3, \"recent\": {\"a\": 1}, \"folders\": 0}",
        "{\"favourites\": [1, null, \"relative\", {}, [], \"\", \"file://\", \"file://x\"]}",
        "{\"favourites\": [\"/a\\u0000b\"]}",
        "\xff\xfe",
        "{\"recent\": [\"/a\""
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *const *paths;
        scratch_text("library.json", texts[i]);
        library *l = open_one();
        assert_int_equal(library_favourites(l, &paths), 0);
        assert_int_equal(library_recent(l, &paths), 0);
        assert_string_equal(library_folder(l, 0), "");
        library_use(l, "/new"); /* and it is whole again */
        library *other = open_one();
        assert_int_equal(library_recent(other, &paths), 1);
        library_free(other);
        library_free(l);
    }
    scratch_text(
        "library.json",
        "{\"favourites\": [\"/a\", \"/a\", \"file:///%\", \"file:///%00\", \"file:///%E4%\"], \"more\": 1}");
    const char *const *paths;
    library *l = open_one();
    assert_int_equal(library_favourites(l, &paths), 4);
    assert_string_equal(paths[1], "/%");
    assert_string_equal(paths[2], "/%00");
    assert_string_equal(paths[3], "/\xe4%");
    library_free(l);
}

static size_t files_beside(void)
{
    size_t count = 0;
    DIR *d = opendir(scratch_path(""));
    assert_non_null(d);
    for (const struct dirent *e; (e = readdir(d));)
        count += e->d_name[0] != '.';
    closedir(d);
    return count;
}

static void test_folder_in_the_way(void **state)
{
    scratch_folder("library.json");
    library *l = open_one();
    library_use(l, "/a");
    const char *const *paths;
    assert_int_equal(library_recent(l, &paths), 1);
    library_free(l);
    assert_int_equal(files_beside(), 2); /* what could not take its name is gone */
}

static void test_read_only(void **state)
{
    library *l = open_one();
    library_set_favourite(l, "/a", true);
    library_free(l);
    assert_int_equal(files_beside(), 2); /* the file and its lock: nothing is left behind */
    assert_int_equal(chmod(scratch_path("library.json"), 0444), 0);
    assert_int_equal(chmod(scratch_path("library.json.lock"), 0444), 0);
    assert_int_equal(chmod(scratch_path(""), 0555), 0);
    scratch_drop_rights();
    l = open_one();
    assert_true(library_is_favourite(l, "/a"));
    library_set_favourite(l, "/b", true);
    assert_true(library_is_favourite(l, "/b")); /* for this window */
    library *other = open_one();
    assert_false(library_is_favourite(other, "/b"));
    scratch_take_rights();
    assert_int_equal(chmod(scratch_path(""), 0755), 0);
    library_free(other);
    library_free(l);
    assert_int_equal(files_beside(), 2);
}

/* Somebody may have edited it by hand. */
static void test_set_aside(void **state)
{
    static const char text[] = "{\"favourites\": [\"/a\",]}";
    scratch_text("library.json", text);
    library *l = open_one();
    library_use(l, "/new");
    library_free(l);
    char kept[sizeof text] = "";
    FILE *file = fopen(scratch_path("library.json.old"), "r");
    assert_non_null(file);
    assert_non_null(fgets(kept, sizeof kept, file));
    fclose(file);
    assert_string_equal(kept, text);
    const char *const *paths;
    l = open_one();
    assert_int_equal(library_recent(l, &paths), 1);
    library_free(l);
}

static void write_some(void)
{
    library *l = open_one();
    library_set_favourite(l, "/a folder/a favourite.nam", true);
    library_set_favourite(l, "/caf\xe9/no UTF-8.nam", true);
    library_use(l, "/a folder/lately used.nam");
    library_set_folder(l, 1, "/a folder");
    library_free(l);
}

static bool holds_some(void)
{
    library *l = open_one();
    const char *const *recent;
    const bool holds = library_is_favourite(l, "/a folder/a favourite.nam") &&
                       library_is_favourite(l, "/caf\xe9/no UTF-8.nam") &&
                       !strcmp(library_folder(l, 1), "/a folder");
    bool used = false;
    for (size_t i = 0, count = library_recent(l, &recent); i < count; i++)
        used = used || !strcmp(recent[i], "/a folder/lately used.nam");
    library_free(l);
    return holds && used;
}

/* One allocation, or all from there on, fail in a window that reads and changes the library. True if any did. */
static bool change_without_memory(size_t n, scarcity how)
{
    write_some();
    const long live = scarce_live();
    char *file = strdup(scratch_path("library.json"));
    scarce_begin(n, how);
    library *l = library_open(file);
    if (l) {
        library_use(l, "/new");
        library_set_favourite(l, "/another", true);
        library_set_folder(l, 2, "/rigs");
    }
    library_free(l);
    scarce_end();
    free(file);
    if (scarce_counts() && scarce_live() != live)
        fail_msg("allocation %zu: %ld pieces of memory were not freed", n, scarce_live() - live);
    return scarce_hit();
}

/* What was there stays, or is set aside where jansson does not say that it was memory it lacked. */
static void test_without_memory(void **state)
{
    if (!scarce_works())
        skip();
    size_t tried = 0, aside = 0;
    for (scarcity how = SCARCE_ONCE; how <= SCARCE_LASTING; how++)
        for (size_t n = 1; change_without_memory(n, how); n++, tried++) {
            if (!holds_some() && !rename(scratch_path("library.json.old"), scratch_path("library.json")))
                aside++;
            if (!holds_some())
                fail_msg("allocation %zu failed, and the library is lost", n);
        }
    print_message("%zu allocations failed, and the library was set aside %zu times\n", tried, aside);
    assert_in_range(tried, 100, 10000);
}

/* What nobody may read stays as it is. */
static void test_unreadable(void **state)
{
    write_some();
    assert_int_equal(chmod(scratch_path("library.json"), 0), 0);
    assert_int_equal(chmod(scratch_path("library.json.lock"), 0666), 0);
    assert_int_equal(chmod(scratch_path(""), 0777), 0);
    scratch_drop_rights();
    library *l = open_one();
    library_set_favourite(l, "/b", true);
    assert_true(library_is_favourite(l, "/b")); /* for this window */
    library_free(l);
    scratch_take_rights();
    assert_int_equal(chmod(scratch_path("library.json"), 0644), 0);
    assert_true(holds_some());
}

/* ---- many windows ---- */

static void test_two_handles(void **state)
{
    library *a = open_one(), *b = open_one();
    library_set_favourite(a, "/a", true);
    assert_true(library_is_favourite(b, "/a"));
    library_set_favourite(b, "/b", true);
    assert_true(library_is_favourite(a, "/b"));
    library_set_favourite(a, "/a", false);
    assert_false(library_is_favourite(b, "/a"));
    library_set_folder(b, 1, "/f");
    assert_string_equal(library_folder(a, 1), "/f");
    assert_int_equal(unlink(scratch_path("library.json")), 0);
    assert_true(library_is_favourite(a, "/b")); /* what is known stays, and comes back */
    library_use(a, "/u");
    library *c = open_one();
    assert_true(library_is_favourite(c, "/b"));
    library_free(a);
    library_free(b);
    library_free(c);
}

enum { WRITERS = 3, EACH = 25 };

static int write_many(int writer)
{
    library *l = library_open(scratch_path("library.json"));
    for (int i = 0; l && i < EACH; i++) {
        char path[32];
        snprintf(path, sizeof path, "/w%d-%d", writer, i);
        library_set_favourite(l, path, true);
        usleep(2000); /* who does nothing else than lock and unlock leaves no gap for the others */
    }
    library_free(l);
    return l ? 0 : 1;
}

/* Nobody's change is lost, and whoever reads meanwhile meets a whole file. */
static void test_processes(void **state)
{
    library *l = open_one();
    library_set_favourite(l, "/first", true);
    pid_t children[WRITERS];
    for (int w = 0; w < WRITERS; w++) {
        children[w] = fork();
        assert_true(children[w] >= 0);
        if (!children[w])
            _exit(write_many(w));
    }
    const char *const *paths;
    for (int left = WRITERS; left;) {
        library *reader = open_one();
        assert_true(library_is_favourite(reader, "/first"));
        library_free(reader);
        int status;
        if (waitpid(-1, &status, WNOHANG) > 0) {
            left--;
            assert_int_equal(status, 0);
        }
    }
    assert_int_equal(library_favourites(l, &paths), 1 + WRITERS * EACH);
    library_free(l);
    assert_int_equal(files_beside(), 2);
}

/* A process that was stopped with the lock in its hands stops nobody else. */
static void test_held_lock(void **state)
{
    const int fd = open(scratch_path("library.json.lock"), O_RDWR | O_CREAT, 0600);
    assert_true(fd >= 0);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    library *l = open_one();
    library_set_favourite(l, "/a", true);
    assert_true(library_is_favourite(l, "/a"));
    assert_int_equal(access(scratch_path("library.json"), F_OK), -1);
    close(fd);
    library_set_favourite(l, "/b", true);
    library *other = open_one();
    assert_true(library_is_favourite(other, "/a"));
    assert_true(library_is_favourite(other, "/b"));
    library_free(other);
    library_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_empty, begin, end),
        cmocka_unit_test_setup_teardown(test_kept, begin, end),
        cmocka_unit_test_setup_teardown(test_bounds, begin, end),
        cmocka_unit_test_setup_teardown(test_any_bytes, begin, end),
        cmocka_unit_test_setup_teardown(test_usual_place, begin, end),
        cmocka_unit_test_setup_teardown(test_broken, begin, end),
        cmocka_unit_test_setup_teardown(test_folder_in_the_way, begin, end),
        cmocka_unit_test_setup_teardown(test_read_only, begin, end),
        cmocka_unit_test_setup_teardown(test_set_aside, begin, end),
        cmocka_unit_test_setup_teardown(test_unreadable, begin, end),
        cmocka_unit_test_setup_teardown(test_without_memory, begin, end),
        cmocka_unit_test_setup_teardown(test_two_handles, begin, end),
        cmocka_unit_test_setup_teardown(test_processes, begin, end),
        cmocka_unit_test_setup_teardown(test_held_lock, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
