/* MIDI from JACK: its thread puts what comes into a ring, from which ours takes it. */
#include "jack_library.h"
#include "midi_source.h"

#include <jack/jack.h>
#include <jack/midiport.h>
#include <jack/ringbuffer.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { RING_MESSAGES = 1024, LONGEST = 3 };

/* What we listen to is no longer than that. */
typedef struct message {
    uint8_t size, bytes[LONGEST];
} message;

typedef struct midi_jack {
    jack_client_t *client;
    jack_port_t *port;
    jack_ringbuffer_t *ring;
    atomic_bool lost;
} midi_jack;

static int process(jack_nframes_t frames, void *context)
{
    midi_jack *j = context;
    void *buffer = jack_port_get_buffer(j->port, frames);
    const uint32_t count = jack_midi_get_event_count(buffer);
    for (uint32_t i = 0; i < count; i++) {
        jack_midi_event_t event;
        message m;
        if (jack_midi_event_get(&event, buffer, i) || !event.size || event.size > LONGEST)
            continue;
        m.size = (uint8_t)event.size;
        memcpy(m.bytes, event.buffer, event.size);
        if (jack_ringbuffer_write_space(j->ring) >= sizeof m)
            jack_ringbuffer_write(j->ring, (const char *)&m, sizeof m);
    }
    return 0;
}

static void note_loss(void *context)
{
    midi_jack *j = context;
    atomic_store(&j->lost, true);
}

static void connect_hardware(midi_jack *j)
{
    const char **ports =
        jack_get_ports(j->client, NULL, JACK_DEFAULT_MIDI_TYPE, JackPortIsPhysical | JackPortIsOutput);
    for (size_t i = 0; ports && ports[i]; i++)
        jack_connect(j->client, ports[i], jack_port_name(j->port));
    jack_free(ports);
}

static bool join(midi_jack *j)
{
    j->ring = jack_ringbuffer_create(RING_MESSAGES * sizeof(message));
    j->client = jack_library_open("backline-midi");
    if (!j->ring || !j->client)
        return false;
    jack_set_process_callback(j->client, process, j);
    jack_on_shutdown(j->client, note_loss, j);
    j->port = jack_port_register(j->client, "in", JACK_DEFAULT_MIDI_TYPE, JackPortIsInput | JackPortIsTerminal, 0);
    return j->port && !jack_activate(j->client);
}

static void leave(void *source)
{
    midi_jack *j = source;
    if (j->client)
        jack_library_close(j->client);
    if (j->ring)
        jack_ringbuffer_free(j->ring);
    free(j);
}

static void *open_jack(void)
{
    midi_jack *j = calloc(1, sizeof *j);
    if (!j)
        return NULL;
    if (!join(j)) {
        leave(j);
        return NULL;
    }
    connect_hardware(j);
    return j;
}

static bool is_lost(const void *source)
{
    return atomic_load((atomic_bool *)&((const midi_jack *)source)->lost);
}

static void hear(void *source, session *s)
{
    midi_jack *j = source;
    message m;
    while (jack_ringbuffer_read_space(j->ring) >= sizeof m) {
        jack_ringbuffer_read(j->ring, (char *)&m, sizeof m);
        midi_hear(s, m.bytes, m.size);
    }
}

const midi_source midi_source_jack = { open_jack, leave, is_lost, hear };
