#include "face_state.h"

#include <stdlib.h>

bool undo_possible(const face *f)
{
    return f->undo_count;
}

static void harm(face *f)
{
    face_harm_kind(f, ITEM_UNDO, -2);
}

void undo_remember(face *f, face_change change)
{
    if (change.kind == CHANGE_FILE && !change.path)
        return; /* no memory for it */
    face_change *place = &f->undos[f->undo_next];
    free(place->path); /* of the oldest, if the ring is full */
    *place = change;
    f->undo_next = (f->undo_next + 1) % FACE_UNDOS;
    if (f->undo_count < FACE_UNDOS)
        f->undo_count++;
    harm(f);
}

void undo_last(face *f)
{
    pointer_let_go(f);
    touch_end(f); /* what is under way is the last change */
    if (!f->undo_count)
        return;
    f->undo_next = (f->undo_next + FACE_UNDOS - 1) % FACE_UNDOS;
    f->undo_count--;
    face_change *place = &f->undos[f->undo_next];
    const face_change change = *place;
    place->path = NULL;
    if (change.kind == CHANGE_FILE)
        face_choose_file(f, (bl_rig_file)change.which, change.path, false);
    else
        touch_once(f, change.kind == CHANGE_KNOB, (size_t)change.which, change.value);
    free(change.path);
    harm(f);
}

void undo_free(face *f)
{
    for (size_t i = 0; i < FACE_UNDOS; i++)
        free(f->undos[i].path);
}
