/* jack_loop SERVER CLIENT IN.wav OUT.wav LEAD TAIL [paced]: plays a file into a JACK client and records what comes out of it,
 * in the same cycles, so that nothing shifts.
 *
 * Channel k of IN goes to the client's k-th audio input; all its audio outputs become channels of OUT, which is as long
 * as IN plus TAIL frames. LEAD frames of silence go before and are not recorded. The server runs freely meanwhile, as
 * fast as its clients can, unless the pace of real time is asked for. */
#include <jack/jack.h>
#include <semaphore.h>
#include <sndfile.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST_CHANNELS = 8, PATIENCE_SECONDS = 20 };

/* One side: the client's ports, and ours that they are connected with. */
typedef struct side {
    const char **names; /* jack_free() releases them */
    jack_port_t *ours[MOST_CHANNELS];
    size_t count;
} side;

typedef struct loop {
    side to, from;
    float *played, *recorded;     /* interleaved */
    size_t played_frames, frames; /* frames: recorded ones */
    size_t lead, at;              /* at: frames so far, the lead included */
    atomic_bool started;
    sem_t done;
} loop;

static int fail(const char *what, const char *which)
{
    fprintf(stderr, "jack_loop: %s %s.\n", what, which);
    return 1;
}

static int process(jack_nframes_t frames, void *context)
{
    loop *l = context;
    float *to[MOST_CHANNELS], *from[MOST_CHANNELS];
    for (size_t c = 0; c < l->to.count; c++) {
        to[c] = jack_port_get_buffer(l->to.ours[c], frames);
        memset(to[c], 0, frames * sizeof(float));
    }
    for (size_t c = 0; c < l->from.count; c++)
        from[c] = jack_port_get_buffer(l->from.ours[c], frames);
    if (!atomic_load(&l->started) || l->at >= l->lead + l->frames)
        return 0;

    for (size_t i = 0; i < frames; i++, l->at++) {
        const size_t frame = l->at - l->lead;
        if (l->at < l->lead || frame >= l->frames)
            continue;
        for (size_t c = 0; c < l->to.count && frame < l->played_frames; c++)
            to[c][i] = l->played[frame * l->to.count + c];
        for (size_t c = 0; c < l->from.count; c++)
            l->recorded[frame * l->from.count + c] = from[c][i];
    }
    if (l->at >= l->lead + l->frames)
        sem_post(&l->done);
    return 0;
}

/* Waits for the client's audio ports, and registers one of ours for each. */
static bool find_side(jack_client_t *jack, const char *client, bool is_to, side *s)
{
    char pattern[256], name[16];
    snprintf(pattern, sizeof pattern, "^%s:", client);
    for (int tries = 0; !s->names && tries < PATIENCE_SECONDS * 20; tries++) {
        if (tries)
            nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
        s->names =
            jack_get_ports(jack, pattern, JACK_DEFAULT_AUDIO_TYPE, is_to ? JackPortIsInput : JackPortIsOutput);
    }
    for (; s->names && s->names[s->count] && s->count < MOST_CHANNELS; s->count++) {
        snprintf(name, sizeof name, "%s_%zu", is_to ? "to" : "from", s->count + 1);
        s->ours[s->count] =
            jack_port_register(jack, name, JACK_DEFAULT_AUDIO_TYPE, is_to ? JackPortIsOutput : JackPortIsInput, 0);
        if (!s->ours[s->count])
            return false;
    }
    return s->count > 0;
}

static bool connect_side(jack_client_t *jack, bool is_to, const side *s)
{
    for (size_t c = 0; c < s->count; c++) {
        const char *own = jack_port_name(s->ours[c]);
        if (jack_connect(jack, is_to ? own : s->names[c], is_to ? s->names[c] : own))
            return false;
    }
    return true;
}

/* Reads the whole file; false if it is none, or has not as many channels as the client has inputs. */
static bool read_all(const char *path, loop *l)
{
    SF_INFO info = { 0 };
    SNDFILE *file = sf_open(path, SFM_READ, &info);
    if (!file || (size_t)info.channels != l->to.count) {
        sf_close(file);
        return false;
    }
    l->played_frames = (size_t)info.frames;
    l->played = calloc(l->played_frames * l->to.count + 1, sizeof(float));
    const bool complete = l->played && sf_readf_float(file, l->played, info.frames) == info.frames;
    sf_close(file);
    return complete;
}

static bool write_all(const char *path, int rate, const loop *l)
{
    SF_INFO info = { .samplerate = rate,
                     .channels = (int)l->from.count,
                     .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT };
    SNDFILE *file = sf_open(path, SFM_WRITE, &info);
    const sf_count_t frames = (sf_count_t)l->frames;
    const bool complete = file && sf_writef_float(file, l->recorded, frames) == frames;
    return sf_close(file) == 0 && complete;
}

/* Plays and records. False if it takes too long. */
static bool play(jack_client_t *jack, loop *l, bool paced)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += PATIENCE_SECONDS;
    if (paced)
        until.tv_sec += (time_t)(2 * (l->lead + l->frames) / jack_get_sample_rate(jack));
    else
        jack_set_freewheel(jack, 1);
    atomic_store(&l->started, true);
    const bool done = sem_timedwait(&l->done, &until) == 0;
    if (!paced)
        jack_set_freewheel(jack, 0);
    return done;
}

int main(int argc, char **argv)
{
    static loop l;
    const bool paced = argc == 8 && !strcmp(argv[7], "paced");
    if (argc != 7 && !paced)
        return fail("needs SERVER CLIENT IN.wav OUT.wav LEAD TAIL [paced], not", argc > 1 ? argv[1] : "nothing");
    jack_client_t *jack = jack_client_open("jack_loop", JackNoStartServer | JackServerName, NULL, argv[1]);
    if (!jack)
        return fail("does not find the server", argv[1]);
    sem_init(&l.done, 0, 0);
    if (!find_side(jack, argv[2], true, &l.to) || !find_side(jack, argv[2], false, &l.from))
        return fail("does not find audio ports of the client", argv[2]);
    if (!read_all(argv[3], &l))
        return fail("cannot read, with as many channels as the client has inputs,", argv[3]);
    l.lead = strtoul(argv[5], NULL, 10);
    l.frames = l.played_frames + strtoul(argv[6], NULL, 10);
    l.recorded = calloc(l.frames * l.from.count + 1, sizeof(float));
    if (!l.recorded)
        return fail("has no memory for", argv[4]);

    jack_set_process_callback(jack, process, &l);
    if (jack_activate(jack) || !connect_side(jack, true, &l.to) || !connect_side(jack, false, &l.from))
        return fail("cannot connect to the client", argv[2]);
    if (!play(jack, &l, paced))
        return fail("saw the cycles stop, with the client", argv[2]);
    const int rate = (int)jack_get_sample_rate(jack);
    jack_client_close(jack);
    if (!write_all(argv[4], rate, &l))
        return fail("cannot write", argv[4]);
    jack_free(l.to.names);
    jack_free(l.from.names);
    free(l.played);
    free(l.recorded);
    return 0;
}
