/* Files that the user asked for are shown at once, but loaded later: until the owner tells of them, it may still tell of
 * those that were asked for before. Shown, these would take back what the user sees, and the next step through a folder
 * would begin in the wrong place. */
#include "face_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How long the owner may need. What it told last is shown then. */
static const double patience_seconds = 3;

static void end_wish(face_wish *w)
{
    free(w->told);
    *w = (face_wish){ .told = NULL };
}

void wish_begin(face *f, bl_rig_file file)
{
    end_wish(&f->wishes[file]);
    f->wishes[file].open = true;
    f->wishes[file].since = INFINITY;
}

void wish_end_all(face *f)
{
    for (int i = 0; i < BL_RIG_FILE_COUNT; i++)
        end_wish(&f->wishes[i]);
}

bool wish_keep(face *f, bl_rig_file file, const char *path)
{
    face_wish *w = &f->wishes[file];
    char *copy = w->open && strcmp(path, f->files[file]) ? face_copy_text(path) : NULL;
    if (!copy) {
        end_wish(w);
        return false;
    }
    free(w->told);
    w->told = copy;
    return true;
}

void wish_tick(face *f)
{
    for (int i = 0; i < BL_RIG_FILE_COUNT; i++) {
        face_wish *w = &f->wishes[i];
        if (w->open && w->since == INFINITY)
            w->since = f->now;
        if (!w->open || f->now - w->since < patience_seconds)
            continue;
        char *told = w->told;
        w->told = NULL;
        end_wish(w);
        if (told)
            face_show_file(f, (bl_rig_file)i, told);
        free(told);
    }
}
