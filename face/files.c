#include "face_state.h"
#include "folder.h"

#include <stdlib.h>
#include <string.h>

size_t face_slot(const face *f)
{
    return (size_t)f->numbers[FACE_PLAYING] - 1;
}

bl_rig_file face_file_of(const face *f, int index)
{
    return index == FILE_OF_MODEL ? (bl_rig_file)(BL_RIG_MODEL + face_slot(f)) : (bl_rig_file)index;
}

static void harm_file(face *f, bl_rig_file file)
{
    const bool model = file < BL_RIG_IMPULSE_1;
    const int index = model ? FILE_OF_MODEL : (int)file;
    if (model)
        face_harm_kind(f, ITEM_SLOT, (int)file);
    if (model && file != face_file_of(f, FILE_OF_MODEL))
        return;
    if (model)
        face_harm_kind(f, ITEM_MODEL, -2);
    else
        face_harm_kind(f, ITEM_CABINET, (int)file - BL_RIG_IMPULSE_1);
    for (int kind = ITEM_PREVIOUS; kind <= ITEM_HOST_BROWSE; kind++)
        face_harm_kind(f, (item_kind)kind, index);
}

void face_show_file(face *f, bl_rig_file file, const char *path)
{
    response *r = file < BL_RIG_IMPULSE_1 ? NULL : &f->responses[file - BL_RIG_IMPULSE_1];
    const bool same = !strcmp(f->files[file], path);
    if (same && !(r && *r->error)) /* what could not be read may be there by now */
        return;
    if (!same) {
        char *copy = face_copy_text(path);
        if (!copy)
            return;
        if (r && !*copy != !*f->files[file])
            face_harm_all(f); /* controls of two cabinets do something, or do not */
        free(f->files[file]);
        f->files[file] = copy;
    }
    if (r)
        response_read(r, f->files[file]);
    harm_file(f, file);
}

/* ---- chosen ---- */

static void choose(face *f, bl_rig_file file, const char *path, const char *before)
{
    char *copy = face_copy_text(path); /* path may be what is replaced */
    if (!copy)
        return;
    const bool heard = !strcmp(f->files[file], path) && before && strcmp(before, path); /* as a preview */
    if (before && strcmp(before, path))
        undo_remember(f, (face_change){ .kind = CHANGE_FILE, .which = (int)file, .path = face_copy_text(before) });
    face_show_file(f, file, copy);
    if (!heard) {
        wish_begin(f, file);
        f->owner.set_file(f->owner.context, file, copy);
    }
    free(copy);
}

void face_choose_file(face *f, bl_rig_file file, const char *path, bool remember)
{
    if (!f->owner.set_file)
        return;
    const bool browsed = f->overlay == OVERLAY_BROWSER && f->browser_file == file;
    if (remember && *path)
        library_use(f->library, path);
    choose(f, file, path, !remember ? NULL : browsed ? f->browser_before : f->files[file]);
}

void face_choose_rig(face *f, const char *path)
{
    if (!f->owner.set_rig)
        return;
    touch_end(f);
    wish_end_all(f);
    face_set_rig(f, path);
    library_use(f->library, path);
    f->owner.set_rig(f->owner.context, path);
}

/* Steps are many: they are undone, but the library does not list them all. */
void face_step_file(face *f, bl_rig_file file, int direction)
{
    if (!f->owner.set_file || !*f->files[file])
        return;
    char *path = folder_neighbour(f->files[file], direction);
    if (path && strcmp(path, f->files[file]))
        choose(f, file, path, f->files[file]);
    free(path);
}

void face_ask_host(face *f, bl_rig_file file)
{
    if (f->owner.ask_host && f->owner.ask_host(f->owner.context, file))
        return;
    f->host_browse = false;
    face_lay_out(f);
}

/* ---- browsed ---- */

/* Where a file goes that was found while looking for browser_file; BL_RIG_FILE_COUNT: it is a rig. */
static bl_rig_file target_of(const face *f, const char *path)
{
    const bl_rig_file asked = f->browser_file;
    switch (folder_kind_of(path)) {
    case FOLDER_MODEL: return asked < BL_RIG_IMPULSE_1 ? asked : face_file_of(f, FILE_OF_MODEL);
    case FOLDER_IMPULSE: return asked < BL_RIG_IMPULSE_1 || asked == BL_RIG_FILE_COUNT ? BL_RIG_IMPULSE_1 : asked;
    case FOLDER_RIG: return BL_RIG_FILE_COUNT;
    case FOLDER_FOLDER:
    case FOLDER_OTHER: break;
    }
    return asked;
}

static void restore(face *f)
{
    if (f->browser_file < BL_RIG_FILE_COUNT && strcmp(f->files[f->browser_file], f->browser_before))
        face_choose_file(f, f->browser_file, f->browser_before, false);
}

void face_refuse_preview(face *f)
{
    const bl_rig_file file = f->browser_file;
    if (f->overlay != OVERLAY_BROWSER || file == BL_RIG_FILE_COUNT)
        return;
    browser_refuse(f->browser, file < BL_RIG_IMPULSE_1
                                   ? file == face_file_of(f, FILE_OF_MODEL) && look_is_refused(f, f->files[file])
                                   : *f->responses[file - BL_RIG_IMPULSE_1].error);
}

static void on_preview(void *context, const char *path)
{
    face *f = context;
    const bl_rig_file file = f->browser_file;
    if (f->overlay == OVERLAY_BROWSER && file < BL_RIG_FILE_COUNT && target_of(f, path) == file &&
        strcmp(f->files[file], path)) {
        face_choose_file(f, file, path, false);
        if (file >= BL_RIG_IMPULSE_1) /* whether a model can be loaded will be told */
            face_refuse_preview(f);
    }
}

static void close_browser(face *f)
{
    f->overlay = OVERLAY_NONE;
    face_harm_all(f);
    tooltip_hide(f);
    pointer_hover(f);
}

static void on_choose(void *context, const char *path)
{
    face *f = context;
    if (f->overlay != OVERLAY_BROWSER)
        return;
    char *copy = face_copy_text(path);
    const bl_rig_file file = target_of(f, path);
    if (!copy || file != f->browser_file)
        restore(f);
    if (copy && file == f->browser_file && file < BL_RIG_FILE_COUNT)
        face_choose_file(f, file, copy, true);
    close_browser(f);
    if (copy && file == BL_RIG_FILE_COUNT)
        face_choose_rig(f, copy);
    else if (copy && file != f->browser_file)
        face_choose_file(f, file, copy, true);
    free(copy);
}

static void on_cancel(void *context)
{
    face *f = context;
    if (f->overlay != OVERLAY_BROWSER)
        return;
    restore(f);
    close_browser(f);
}

static void on_harm(void *context, box b)
{
    face_harm(context, b);
}

/* Made when it is needed first; NULL without memory. */
static browser *make_browser(face *f)
{
    const browser_owner owner = { f, on_preview, on_choose, on_cancel, on_harm };
    if (!f->browser)
        f->browser = browser_create(&owner, f->library);
    return f->browser;
}

void face_add_place(face *f, const char *name, const char *path)
{
    if (make_browser(f))
        browser_add_place(f->browser, name, path);
}

void face_browse(face *f, bl_rig_file file)
{
    const bool rig = file == BL_RIG_FILE_COUNT;
    if (rig ? !f->owner.set_rig : !f->owner.set_file)
        return;
    overlay_close(f);
    char *before = face_copy_text(rig ? f->rig : f->files[file]);
    if (!make_browser(f) || !before) {
        free(before);
        return;
    }
    free(f->browser_before);
    f->browser_before = before;
    f->browser_file = file;
    pointer_let_go(f);
    tooltip_hide(f);
    f->overlay = OVERLAY_BROWSER;
    f->hovered = FACE_NOTHING;
    browser_open(f->browser,
                 rig                       ? BROWSE_RIGS
                 : file < BL_RIG_IMPULSE_1 ? BROWSE_MODELS
                                           : BROWSE_IMPULSES,
                 before, (box){ 0, 0, f->width, f->height });
    face_refuse_preview(f);
    face_harm_all(f);
}

void face_browse_in(face *f, bl_rig_file file, const char *path)
{
    face_browse(f, file);
    if (f->overlay == OVERLAY_BROWSER)
        browser_go(f->browser, path);
}

void overlay_close(face *f)
{
    if (f->overlay == OVERLAY_BROWSER) {
        on_cancel(f);
        return;
    }
    if (f->overlay == OVERLAY_NONE)
        return;
    face_harm_raised(f, f->overlay == OVERLAY_MENU ? menu_box(f) : entry_box(f));
    face_harm_item(f, f->overlay_item);
    f->overlay = OVERLAY_NONE;
    *f->refused = 0;
    tooltip_hide(f);
    pointer_hover(f);
}
