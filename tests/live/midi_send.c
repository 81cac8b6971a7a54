/* midi_send SERVER PORT MESSAGE...: sends messages to a port of a JACK server, one in each cycle. A message is bytes in
 * hexadecimal digits, "B00740". Ends when all are sent. */
#include <jack/jack.h>
#include <jack/midiport.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { PATIENCE_SECONDS = 20, LONGEST = 16 };
enum { WAIT_CYCLES = 16 }; /* a connection is there some cycles after it was made */

typedef struct sender {
    jack_port_t *port;
    char **messages;
    int count, sent, waited; /* waited: cycles */
    atomic_bool connected;
    sem_t done;
} sender;

static size_t read_bytes(const char *digits, unsigned char *bytes)
{
    size_t size = 0;
    unsigned byte;
    while (size < LONGEST && sscanf(digits + 2 * size, "%2x", &byte) == 1) {
        bytes[size++] = (unsigned char)byte;
        if (strlen(digits) <= 2 * size)
            break;
    }
    return size;
}

static int process(jack_nframes_t frames, void *context)
{
    sender *s = context;
    void *buffer = jack_port_get_buffer(s->port, frames);
    unsigned char bytes[LONGEST];
    jack_midi_clear_buffer(buffer);
    if (!atomic_load(&s->connected) || s->sent > s->count || s->waited++ < WAIT_CYCLES)
        return 0;
    if (s->sent < s->count) {
        const size_t size = read_bytes(s->messages[s->sent], bytes);
        jack_midi_event_write(buffer, frames / 2, bytes, size);
    } else {
        sem_post(&s->done); /* the cycle after the last one: it has arrived */
    }
    s->sent++;
    return 0;
}

int main(int argc, char **argv)
{
    sender s = { .messages = argv + 3, .count = argc - 3 };
    struct timespec until;
    if (argc < 4)
        return 2;
    jack_client_t *client = jack_client_open("midi-send", JackNoStartServer | JackServerName, NULL, argv[1]);
    if (!client)
        return 1;
    sem_init(&s.done, 0, 0);
    s.port = jack_port_register(client, "out", JACK_DEFAULT_MIDI_TYPE, JackPortIsOutput, 0);
    jack_set_process_callback(client, process, &s);
    if (!s.port || jack_activate(client) || jack_connect(client, jack_port_name(s.port), argv[2])) {
        fprintf(stderr, "midi_send: there is no port %s.\n", argv[2]);
        return 1;
    }
    atomic_store(&s.connected, true);
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += PATIENCE_SECONDS;
    const int late = sem_timedwait(&s.done, &until);
    jack_client_close(client);
    return late ? 1 : 0;
}
