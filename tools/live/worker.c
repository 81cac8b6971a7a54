/* The session's worker. */
#include "../text.h"
#include "session_state.h"

#include <stdio.h>
#include <time.h>

static const long tick_ns = 5000000;
enum { GUARD_TICKS = 50 };

/* "Slot 2" or "Cabinet 1". */
static void name_place(int file, char *name, size_t size)
{
    if (file < BL_RIG_MODEL + BL_RIG_SLOTS)
        snprintf(name, size, "Slot %d", file - BL_RIG_MODEL + 1);
    else
        snprintf(name, size, "Cabinet %d", file - BL_RIG_IMPULSE_1 + 1);
}

static void tell_place(session *s, int file)
{
    bl_rig_file_state state;
    char place[20], sentence[SESSION_SENTENCE];
    if (bl_rig_get_file(session_rig(s), (bl_rig_file)file, &state))
        return;
    name_place(file, place, sizeof place);
    if (state.error.status)
        snprintf(sentence, sizeof sentence, "%s%s", state.error.text,
                 state.loaded ? " What was loaded before stays." : "");
    else if (state.path)
        snprintf(sentence, sizeof sentence, "%s: %s is loaded.", place, text_file_name(state.path));
    else
        snprintf(sentence, sizeof sentence, "%s is empty.", place);
    session_tell(s, sentence);
    bl_rig_file_state_free(&state);
}

/* Places are noted before the work and told of after it: whoever names a file meanwhile has his turn next. */
static void work(session *s)
{
    bool asked[BL_RIG_FILE_COUNT], any = bl_rig_wants_work(session_rig(s));
    for (int i = 0; i < BL_RIG_FILE_COUNT; i++) {
        asked[i] = atomic_load_explicit(&s->asked[i], memory_order_relaxed) && atomic_exchange(&s->asked[i], false);
        any = any || asked[i];
    }
    if (!any)
        return;
    bl_rig_work(session_rig(s), NULL); /* a failure is in the state of its file */
    for (int i = 0; i < BL_RIG_FILE_COUNT; i++)
        if (asked[i])
            tell_place(s, i);
}

/* The clock is set as often as it doubles the stretch by which it is measured, up to some minutes. */
void *session_work(void *context)
{
    session *s = context;
    double set_at = session_clock(s);
    for (unsigned tick = 1; !atomic_load_explicit(&s->end, memory_order_acquire); tick++) {
        nanosleep(&(struct timespec){ .tv_nsec = tick_ns }, NULL);
        work(s);
        if (tick % GUARD_TICKS == 0) {
            guard_watch(s);
            session_tell_recording(s);
        }
        if (set_at < 300 && session_clock(s) > 2 * set_at) {
            session_set_clock(s);
            set_at = session_clock(s);
        }
    }
    return NULL;
}
