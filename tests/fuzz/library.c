/* Target: library.json of the window, with the favourites and what was used lately. What is read is within its bounds, and
 * the same when it is written and read again. */
#include "fuzz/fuzz.h"

#include "library_file.h"

#include <string.h>

static void check_list(const library_list *l)
{
    FUZZ_REQUIRE(l->count <= l->most, "%zu paths", l->count);
    for (size_t i = 0; i < l->count; i++) {
        FUZZ_REQUIRE(l->paths[i][0] == '/', "%s", l->paths[i]);
        for (size_t k = 0; k < i; k++)
            FUZZ_REQUIRE(strcmp(l->paths[i], l->paths[k]), "%s twice", l->paths[i]);
    }
}

static void require_same(const library_list *a, const library_list *b)
{
    FUZZ_REQUIRE(a->count == b->count, "%zu paths, and then %zu", a->count, b->count);
    for (size_t i = 0; i < a->count; i++)
        FUZZ_REQUIRE(!strcmp(a->paths[i], b->paths[i]), "%s and %s", a->paths[i], b->paths[i]);
}

static void check_writing(const library_data *d)
{
    static library_data again;
    library_mark mark = { 0 };
    library_data_init(&again);
    const char *path = bl_fuzz_path("written.json");
    FUZZ_REQUIRE(library_file_write(path, d, &mark), "not written");
    FUZZ_REQUIRE(!library_file_changed(path, &mark), "changed by nobody");
    FUZZ_REQUIRE(library_file_read(path, &again, &mark), "not read again");
    require_same(&d->favourites, &again.favourites);
    require_same(&d->recent, &again.recent);
    for (size_t i = 0; i < LIBRARY_KINDS; i++) {
        const char *before = d->folders[i], *after = again.folders[i];
        FUZZ_REQUIRE(!before == !after && (!before || !strcmp(before, after)), "folder %zu", i);
    }
    library_data_free(&again);
}

static void check_changes(library_data *d)
{
    char last[] = "/last";
    FUZZ_REQUIRE(library_list_add(&d->recent, last) && library_list_has(&d->recent, last) &&
                     !strcmp(d->recent.paths[0], last),
                 "not added");
    check_list(&d->recent);
    library_list_remove(&d->recent, last);
    FUZZ_REQUIRE(!library_list_has(&d->recent, last), "not removed");
}

static bl_fuzz_result try_library(const bl_fuzz_target *target, const uint8_t *data, size_t size)
{
    static library_data d;
    library_mark mark;
    library_data_init(&d);
    if (!library_file_read(bl_fuzz_write("tried.json", data, size), &d, &mark))
        return BL_FUZZ_REFUSED; /* too large */
    check_list(&d.favourites);
    check_list(&d.recent);
    for (size_t i = 0; i < LIBRARY_KINDS; i++)
        FUZZ_REQUIRE(!d.folders[i] || d.folders[i][0] == '/', "%s", d.folders[i]);
    const bool understood = d.favourites.count || d.recent.count || d.folders[0];
    check_writing(&d);
    check_changes(&d);
    library_data_free(&d);
    return understood ? BL_FUZZ_RAN : BL_FUZZ_REFUSED;
}

const bl_fuzz_target bl_fuzz_library = { "library", try_library, NULL };
