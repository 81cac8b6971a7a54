#include "face_state.h"
#include "folder.h"

#include <sys/stat.h>

/* Where a file would fall: BL_RIG_FILE_COUNT is the whole rig. False: nowhere. shown: what is lit. */
static bool target_of(const face *f, double x, double y, const char *path, bl_rig_file *file, int *shown)
{
    const item *under = layout_at(&f->layout, x, y);
    bool on_slot = false, on_model = false;
    int cabinet = FACE_NOTHING;
    if (under && under->kind >= ITEM_PREVIOUS && under->kind <= ITEM_HOST_BROWSE) { /* stand on their cards */
        on_model = under->index == FILE_OF_MODEL;
        cabinet = on_model ? FACE_NOTHING : under->index - BL_RIG_IMPULSE_1;
    } else if (under) {
        on_slot = under->kind == ITEM_SLOT;
        on_model = under->kind == ITEM_MODEL || under->kind == ITEM_TUNER_VIEW;
        cabinet = under->kind == ITEM_CABINET ? under->index : FACE_NOTHING;
    }
    folder_kind kind = path ? folder_kind_of(path) : FOLDER_OTHER;
    if (kind == FOLDER_OTHER && (on_slot || on_model))
        kind = FOLDER_MODEL;
    if (kind == FOLDER_OTHER && cabinet != FACE_NOTHING)
        kind = FOLDER_IMPULSE;
    *shown = FACE_NOTHING;
    *file = BL_RIG_FILE_COUNT;
    switch (kind) {
    case FOLDER_MODEL:
        *file = on_slot ? (bl_rig_file)(BL_RIG_MODEL + under->index) : face_file_of(f, FILE_OF_MODEL);
        *shown = on_slot ? (int)(under - f->layout.items) : face_find(f, ITEM_MODEL, 0);
        if (*shown == FACE_NOTHING) /* the tuner stands there */
            *shown = face_find(f, ITEM_SLOT, (int)face_slot(f));
        return f->owner.set_file;
    case FOLDER_IMPULSE:
        cabinet = cabinet == FACE_NOTHING ? 0 : cabinet;
        *file = (bl_rig_file)(BL_RIG_IMPULSE_1 + cabinet);
        *shown = face_find(f, ITEM_CABINET, cabinet);
        return f->owner.set_file;
    case FOLDER_RIG: return f->owner.set_rig;
    case FOLDER_OTHER: return !path && (f->owner.set_file || f->owner.set_rig);
    case FOLDER_FOLDER: break;
    }
    return false;
}

static void show(face *f, int index)
{
    if (index == f->drop)
        return;
    face_harm_item(f, f->drop);
    f->drop = index;
    face_harm_item(f, index);
}

bool face_can_drop(face *f, double x, double y, const char *path)
{
    bl_rig_file file;
    int shown;
    const bool can = target_of(f, x, y, path, &file, &shown);
    show(f, can ? shown : FACE_NOTHING);
    return can;
}

static bool is_folder(const char *path)
{
    struct stat info;
    return !stat(path, &info) && S_ISDIR(info.st_mode);
}

/* Where one of this name would fall. */
static int place_of(const face *f, double x, double y, const char *name)
{
    bl_rig_file file;
    int shown;
    target_of(f, x, y, name, &file, &shown);
    return (int)file;
}

/* Where others of the same drop go; behind the last slot and cabinet: nowhere. */
static void place_others(face *f, double x, double y, bl_rig_file file, bool alone)
{
    const bool is_model = file < BL_RIG_MODEL + BL_RIG_SLOTS;
    f->next_model = alone ? BL_RIG_MODEL + BL_RIG_SLOTS : is_model ? (int)file + 1 : place_of(f, x, y, "/.nam");
    f->next_impulse = alone ? BL_RIG_IMPULSE_2 + 1 : is_model ? place_of(f, x, y, "/.wav") : (int)file + 1;
}

bool face_drop(face *f, double x, double y, const char *path)
{
    bl_rig_file file;
    int shown;
    const bool can = path && *path && target_of(f, x, y, path, &file, &shown);
    show(f, FACE_NOTHING);
    if (!can)
        return false;
    const bool browsed = is_folder(path);
    place_others(f, x, y, file, browsed || file == BL_RIG_FILE_COUNT);
    pointer_let_go(f);
    overlay_close(f);
    if (browsed)
        face_browse_in(f, file, path);
    else if (file == BL_RIG_FILE_COUNT)
        face_choose_rig(f, path);
    else
        face_choose_file(f, file, path, true);
    return true;
}

bool face_drop_next(face *f, const char *path)
{
    const folder_kind kind = is_folder(path) ? FOLDER_FOLDER : folder_kind_of(path);
    int *next = kind == FOLDER_MODEL ? &f->next_model : kind == FOLDER_IMPULSE ? &f->next_impulse : NULL;
    if (!next || *next == (kind == FOLDER_MODEL ? BL_RIG_MODEL + BL_RIG_SLOTS : BL_RIG_IMPULSE_2 + 1))
        return false;
    face_choose_file(f, (bl_rig_file)(*next)++, path, true);
    return true;
}

void face_drop_leave(face *f)
{
    show(f, FACE_NOTHING);
}
