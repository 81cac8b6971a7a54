/* MIDI from ALSA's sequencer. */
#include "midi_source.h"

#include <alsa/asoundlib.h>
#include <stdlib.h>
#include <unistd.h>

static const char device[] = "/dev/snd/seq";

typedef struct midi_alsa {
    snd_seq_t *seq;
    int port;
} midi_alsa;

/* Sockets of the machine, not other programs. */
static void connect_port(midi_alsa *a, int client, int port)
{
    const unsigned readable = SND_SEQ_PORT_CAP_READ | SND_SEQ_PORT_CAP_SUBS_READ;
    snd_seq_port_info_t *info;
    snd_seq_port_info_alloca(&info);
    if (!snd_seq_get_any_port_info(a->seq, client, port, info) &&
        (snd_seq_port_info_get_capability(info) & readable) == readable &&
        (snd_seq_port_info_get_type(info) & SND_SEQ_PORT_TYPE_HARDWARE))
        snd_seq_connect_from(a->seq, a->port, client, port);
}

static void connect_all(midi_alsa *a)
{
    snd_seq_client_info_t *client;
    snd_seq_port_info_t *port;
    snd_seq_client_info_alloca(&client);
    snd_seq_port_info_alloca(&port);
    snd_seq_client_info_set_client(client, -1);
    while (!snd_seq_query_next_client(a->seq, client)) {
        const int number = snd_seq_client_info_get_client(client);
        snd_seq_port_info_set_client(port, number);
        snd_seq_port_info_set_port(port, -1);
        while (!snd_seq_query_next_port(a->seq, port))
            connect_port(a, number, snd_seq_port_info_get_port(port));
    }
}

static bool join(midi_alsa *a)
{
    if (snd_seq_open(&a->seq, "default", SND_SEQ_OPEN_DUPLEX, SND_SEQ_NONBLOCK)) {
        a->seq = NULL;
        return false;
    }
    snd_seq_set_client_name(a->seq, "backline");
    a->port = snd_seq_create_simple_port(a->seq, "in", SND_SEQ_PORT_CAP_WRITE | SND_SEQ_PORT_CAP_SUBS_WRITE,
                                         SND_SEQ_PORT_TYPE_MIDI_GENERIC | SND_SEQ_PORT_TYPE_APPLICATION);
    return a->port >= 0;
}

static void leave(void *source)
{
    midi_alsa *a = source;
    if (a->seq)
        snd_seq_close(a->seq);
    free(a);
}

static void *open_alsa(void)
{
    midi_alsa *a = access(device, R_OK | W_OK) ? NULL : calloc(1, sizeof *a);
    if (!a)
        return NULL;
    if (!join(a)) {
        leave(a);
        return NULL;
    }
    snd_seq_connect_from(a->seq, a->port, SND_SEQ_CLIENT_SYSTEM, SND_SEQ_PORT_SYSTEM_ANNOUNCE);
    connect_all(a);
    return a;
}

/* The kernel stays. */
static bool is_lost(const void *source)
{
    return false;
}

static void take(midi_alsa *a, session *s, const snd_seq_event_t *event)
{
    const snd_seq_ev_ctrl_t *control = &event->data.control;
    const uint8_t channel = control->channel & 15, number = control->param & 127, value = control->value & 127;
    if (event->type == SND_SEQ_EVENT_CONTROLLER)
        midi_hear(s, (const uint8_t[]){ 0xB0 | channel, number, value }, 3);
    else if (event->type == SND_SEQ_EVENT_PGMCHANGE)
        midi_hear(s, (const uint8_t[]){ 0xC0 | channel, value }, 2);
    else if (event->type == SND_SEQ_EVENT_PORT_START)
        connect_port(a, event->data.addr.client, event->data.addr.port);
}

static void hear(void *source, session *s)
{
    midi_alsa *a = source;
    snd_seq_event_t *event;
    int left;
    while ((left = snd_seq_event_input(a->seq, &event)) >= 0 || left == -ENOSPC) /* some were lost: go on */
        if (left >= 0)
            take(a, s, event);
}

const midi_source midi_source_alsa = { open_alsa, leave, is_lost, hear };
