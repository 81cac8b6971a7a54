/* A session that hears a recording round and round, in the place of a device, with the screen of `backline live` before
 * it. What the session is like stands in a file, as JSON, for test_screen.py and test_midi.py.
 *
 *     screen_session [--no-screen] [--midi] [--rig FILE] [--save-as FILE] STATE WAV
 *
 * SIGUSR1: an xrun; SIGUSR2: the device goes away, and comes back. */
#include "live/midi.h"
#include "live/midi_map.h"
#include "live/screen.h"
#include "live/signals.h"

#include <jansson.h>
#include <pthread.h>
#include <signal.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { RATE = 48000, BLOCK = 256, MOST = 1 << 20 };

typedef struct stage {
    session *session;
    const char *state;
    float *wav;
    size_t frames;
    atomic_bool end;
} stage;

static atomic_bool xrun, gone;

static void note_xrun(int number)
{
    atomic_store(&xrun, true);
}

static void note_gone(int number)
{
    atomic_store(&gone, !atomic_load(&gone));
}

static void wait_ns(long ns)
{
    nanosleep(&(struct timespec){ .tv_nsec = ns }, NULL);
}

/* ---- audio ---- */

static void *play(void *context)
{
    stage *p = context;
    float in[BLOCK], out[BLOCK];
    size_t at = 0;
    bool watched = false;
    while (!atomic_load(&p->end)) {
        for (size_t i = 0; i < BLOCK; i++, at = (at + 1) % p->frames)
            in[i] = p->wav[at];
        if (atomic_exchange(&xrun, false))
            session_xrun(p->session);
        session_process(p->session, (float *const[]){ out }, (const float *const[]){ in }, BLOCK);
        if (!watched)
            session_watch(p->session, pthread_self());
        watched = true;
        wait_ns(1000000000L / RATE * BLOCK);
    }
    return NULL;
}

static void read_device(void *context, screen_device *device)
{
    *device = (screen_device){ .in = "Test Device, channel 2",
                               .out = "Test Device, channels 1 and 2",
                               .rate_hz = RATE,
                               .block = BLOCK,
                               .latency_seconds = 0.0123,
                               .running = !atomic_load(&gone) };
}

/* ---- what it is like ---- */

static json_t *pack_settings(session *s)
{
    json_t *object = json_object();
    for (int i = 0; i < BL_RIG_PARAM_COUNT; i++)
        json_object_set_new(object, bl_rig_param_describe((bl_rig_param)i)->symbol,
                            json_real((double)bl_rig_get(session_rig(s), (bl_rig_param)i)));
    return object;
}

static json_t *pack_files(session *s)
{
    json_t *list = json_array();
    char path[4096];
    for (int i = 0; i < BL_RIG_FILE_COUNT; i++) {
        session_file(s, (bl_rig_file)i, path, sizeof path);
        json_array_append_new(list, json_string(path));
    }
    return list;
}

static json_t *pack_controllers(session *s)
{
    json_t *object = json_object();
    bl_rig_midi map;
    midi_map_get(session_midi(s), &map);
    for (int i = 0; i < BL_RIG_MIDI_CONTROLLERS; i++) {
        char number[12];
        snprintf(number, sizeof number, "%d", i);
        if (map.cc[i])
            json_object_set_new(object, number, json_string(bl_rig_midi_word(map.cc[i])));
    }
    return object;
}

static void write_state(const stage *p)
{
    char news[700], temporary[4096];
    session_state state;
    session_read(p->session, &state);
    session_news(p->session, news, sizeof news);
    json_t *json = json_pack("{s:o, s:o, s:o, s:s, s:i, s:i, s:f, s:i}", "settings", pack_settings(p->session),
                             "files", pack_files(p->session), "cc", pack_controllers(p->session), "news", news,
                             "xruns", (int)state.xruns, "clips", (int)state.meters.in.clips, "held",
                             (double)state.meters.in.held, "learning", midi_map_learning(session_midi(p->session)));
    snprintf(temporary, sizeof temporary, "%s.new", p->state);
    if (json_dump_file(json, temporary, 0) || rename(temporary, p->state))
        abort();
    json_decref(json);
}

static void *tell(void *context)
{
    stage *p = context;
    while (!atomic_load(&p->end)) {
        write_state(p);
        wait_ns(20000000);
    }
    return NULL;
}

/* ---- */

static bool read_wav(stage *p, const char *path)
{
    SF_INFO info = { 0 };
    SNDFILE *file = sf_open(path, SFM_READ, &info);
    if (!file || info.channels != 1 || info.frames < 1 || info.frames > MOST)
        return false;
    p->frames = (size_t)info.frames;
    p->wav = calloc(p->frames, sizeof *p->wav);
    const bool ok = p->wav && sf_readf_float(file, p->wav, info.frames) == info.frames;
    sf_close(file);
    return ok;
}

static int run(stage *p, bool screen, bool midi_too, const char *save_as)
{
    const screen_info info = { .rig_path = save_as, .quit = &signals_quit, .read_device = read_device };
    bl_error error = { 0 };
    midi *listener = NULL;
    pthread_t player, teller;
    int code = 0;
    if (midi_too && midi_begin(p->session, &listener, &error))
        return 1;
    pthread_create(&player, NULL, play, p);
    pthread_create(&teller, NULL, tell, p);
    if (screen)
        code = screen_run(p->session, &info);
    while (!screen && !atomic_load(&signals_quit))
        wait_ns(10000000);
    atomic_store(&p->end, true);
    pthread_join(player, NULL);
    pthread_join(teller, NULL);
    midi_end(listener);
    return code;
}

int main(int argc, char **argv)
{
    bool screen = true, midi_too = false;
    const char *rig = NULL, *save_as = "backline.rig.json";
    bl_rig_setup setup;
    bl_error error = { 0 };
    stage p = { .end = false };
    int i = 1;
    for (; i < argc - 2; i++) {
        if (!strcmp(argv[i], "--no-screen"))
            screen = false;
        else if (!strcmp(argv[i], "--midi"))
            midi_too = true;
        else if (!strcmp(argv[i], "--rig"))
            rig = argv[++i];
        else if (!strcmp(argv[i], "--save-as"))
            save_as = argv[++i];
    }
    bl_rig_setup_init(&setup);
    if (i != argc - 2 || !read_wav(&p, argv[i + 1]) || (rig && bl_rig_file_load(rig, &setup, &error))) {
        fprintf(stderr, "screen_session: wrong words or files. %s\n", error.text);
        return 2;
    }
    p.state = argv[i];
    const session_options options = {
        .rate_hz = RATE, .block = BLOCK, .in_channels = 1, .out_channels = 1, .setup = &setup
    };
    if (session_create(&options, &p.session, &error)) {
        fprintf(stderr, "%s\n", error.text);
        return 2;
    }
    bl_rig_setup_free(&setup);
    signals_catch();
    signal(SIGUSR1, note_xrun);
    signal(SIGUSR2, note_gone);
    const int code = run(&p, screen, midi_too, save_as);
    session_free(p.session);
    free(p.wav);
    return code;
}
