/* Target: what is dropped onto the window, a text/uri-list. Two bytes say where it falls; the rest is the list. */
#include "fuzz/fuzz.h"

#include "face.h"
#include "folder.h"
#include "window_state.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

typedef struct owner {
    char path[4096]; /* that the face asked for; "": none */
    bool is_rig;
    bl_rig_file file;
} owner;

static void set_file(void *context, bl_rig_file file, const char *path)
{
    owner *o = context;
    FUZZ_REQUIRE((unsigned)file < BL_RIG_FILE_COUNT, "file %d", (int)file);
    snprintf(o->path, sizeof o->path, "%s", path);
    o->file = file;
}

static void set_rig(void *context, const char *path)
{
    owner *o = context;
    snprintf(o->path, sizeof o->path, "%s", path);
    o->is_rig = true;
}

static void check_drop(const owner *o, const char *path, bool can, bool dropped)
{
    const folder_kind kind = folder_kind_of(path);
    struct stat info;
    const bool asks = dropped && (stat(path, &info) || !S_ISDIR(info.st_mode)); /* a folder is browsed */
    FUZZ_REQUIRE(can == dropped && asks == (*o->path != 0), "%s: can %d, did %d, asked for \"%s\"", path, can,
                 dropped, o->path);
    if (!asks)
        return;
    FUZZ_REQUIRE(!strncmp(o->path, path, sizeof o->path - 1), "%s became %s", path, o->path);
    FUZZ_REQUIRE(o->is_rig == (kind == FOLDER_RIG), "%s", path);
    if (kind == FOLDER_MODEL)
        FUZZ_REQUIRE(o->file < BL_RIG_MODEL + BL_RIG_SLOTS, "%s for file %d", path, (int)o->file);
    if (kind == FOLDER_IMPULSE)
        FUZZ_REQUIRE(o->file == BL_RIG_IMPULSE_1 || o->file == BL_RIG_IMPULSE_2, "%s for file %d", path,
                     (int)o->file);
}

static void drop(const char *path, double x, double y)
{
    owner o = { .path = "" };
    const face_owner hands = { .context = &o, .set_file = set_file, .set_rig = set_rig };
    face *f = face_create(&hands, 48000);
    FUZZ_REQUIRE(f, "no face");
    face_resize(f, FACE_WIDTH, FACE_HEIGHT);
    const bool can = face_can_drop(f, x, y, path), dropped = face_drop(f, x, y, path);
    check_drop(&o, path, can, dropped);
    face_free(f);
}

static bl_fuzz_result try_drop(const bl_fuzz_target *target, const uint8_t *data, size_t size)
{
    if (size < 2)
        return BL_FUZZ_STRANGE;
    char *list = bl_fuzz_text(data + 2, size - 2), *path;
    const char *rest = list;
    path = uris_path(&rest);
    bl_fuzz_folder();
    unsetenv("XDG_STATE_HOME"); /* so that nothing is remembered */
    unsetenv("HOME");
    FUZZ_REQUIRE(!path || *path == '/', "%s", path);
    const bool any = path;
    if (path)
        drop(path, data[0] / 255.0 * FACE_WIDTH, data[1] / 255.0 * FACE_HEIGHT);
    free(path);
    free(list);
    return any ? BL_FUZZ_RAN : BL_FUZZ_REFUSED;
}

const bl_fuzz_target bl_fuzz_drop = { "drop", try_drop, NULL };
