#include "play.h"

#include "../commands.h"
#include "../messages.h"
#include "../text.h"
#include "config.h"
#include "library.h"
#include "midi.h"
#include "signals.h"
#include "status.h"
#include "supervisor.h"

#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { TICKS = 20 }; /* in a second */

static void wait_ms(long ms)
{
    nanosleep(&(struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 }, NULL);
}

/* What there is to tell, as lines. */
static void print_news(FILE *log, session *s, unsigned *seen)
{
    char sentence[700];
    while (session_next_news(s, seen, sentence, sizeof sentence)) {
        fprintf(log, "backline live: ");
        text_print(log, sentence);
        fputc('\n', log);
    }
    fflush(log);
}

/* Without a screen. */
static int print_until_the_end(session *s, supervisor *watch, FILE *log, bool status, unsigned *seen)
{
    for (unsigned tick = 0; !atomic_load(&signals_quit); tick++) {
        screen_device device;
        print_news(log, s, seen);
        supervisor_read(watch, &device);
        if (status && tick % TICKS == 0 && !status_print(stdout, s, &device)) {
            status = false; /* nobody reads it any more: that is no reason to be silent */
            clearerr(stdout);
        }
        wait_ms(1000 / TICKS);
    }
    print_news(log, s, seen);
    return DONE;
}

static int show_screen(session *s, supervisor *watch, const play_options *options)
{
    const screen_info info = { .rig_path = options->rig_file ? options->rig_file : "backline.rig.json",
                               .quit = &signals_quit,
                               .read_device = supervisor_read,
                               .context = watch };
    return screen_run(s, &info);
}

/* The faded sound takes as long to the loudspeaker as any other. A device that has gone away fades nothing. */
static void fade_out(session *s, const audio *a)
{
    session_fade(s, true);
    for (int ms = 0; ms < 500 && !session_has_faded(s); ms += 5)
        wait_ms(5);
    wait_ms(20 + (long)(1000 * a->latency_seconds));
}

/* Lines tell what went wrong when it does; behind a screen nothing stays of what was told. */
static void tell_recording(session *s, const play_options *options, unsigned *seen)
{
    const char *path = options->record;
    session_state state;
    session_end_recording(s);
    session_read(s, &state);
    if (!options->screen)
        print_news(stderr, s, seen);
    else if (state.record_error)
        fail("%s", state.record_error);
    if (state.record_lost)
        warn("%s: %s frames found no room; there is silence in their place.", path,
             text_count(state.record_lost).s);
    fprintf(stderr, "backline live: %s holds %s of sound.\n", path,
            text_duration((double)state.recorded / session_rate(s)).s);
}

static bl_status start(session *s, audio *a, supervisor *watch, midi **m, bl_error *error)
{
    const audio_client client = supervisor_client(s);
    bl_error own;
    bl_status status = audio_start(a, &client, error);
    if (!status)
        status = supervisor_begin(watch, error);
    if (status) {
        audio_close(a);
        return status;
    }
    if (midi_begin(s, m, &own))
        session_tell(s, own.text);
    if (config_write(&a->wish, &own))
        session_tell(s, own.text);
    return BL_OK;
}

/* What there is to see and to hear until the end. */
static int show(session *s, audio *a, supervisor *watch, FILE *log, const play_options *options, unsigned *seen)
{
    midi_map_learn(session_midi(s), options->learn);
    int code = options->screen ? show_screen(s, watch, options)
                               : print_until_the_end(s, watch, log, options->status, seen);
    fade_out(s, a);
    return code;
}

/* While it plays, the standard error is ours alone, by another descriptor: what libraries say there, from threads of
 * their own, would spoil the screen (library.h). */
int play(session *s, audio *a, const play_options *options)
{
    supervisor watch = { .audio = a, .session = s, .rig_path = options->rig_file };
    midi *m = NULL;
    bl_error error = { 0 };
    unsigned seen = 0;
    int code = DONE;
    const int kept = quiet_begin(), fd = kept >= 0 ? fcntl(kept, F_DUPFD_CLOEXEC, 3) : -1;
    FILE *log = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (!log) {
        quiet_end(kept);
        audio_close(a);
        return fail("There is no room for another file.");
    }
    const bl_status status = start(s, a, &watch, &m, &error);
    if (!status) {
        code = show(s, a, &watch, log, options, &seen);
        midi_end(m);
        supervisor_end(&watch);
    }
    quiet_end(kept);
    fclose(log);
    if (status)
        return fail_engine(&error);
    if (options->record)
        tell_recording(s, options, &seen);
    return code ? fail("This terminal cannot show the screen; --no-ui plays without it.") : DONE;
}
