/* JACK's library, one call at a time: version 1.9.21 breaks if one thread opens a client while another closes one, as happens
 * when a server ends or comes back, for sound and for MIDI. Any thread but the audio thread. */
#ifndef TOOLS_LIVE_JACK_LIBRARY_H
#define TOOLS_LIVE_JACK_LIBRARY_H

#include <jack/jack.h>

/* A client of the server that runs; NULL: there is none. Says nothing, as nothing does that comes after. */
jack_client_t *jack_library_open(const char *name);

/* Also if the server has gone: it frees what is left of the client. */
void jack_library_close(jack_client_t *client);

/* For others that open and close clients of their own: PortAudio, when it begins and ends. */
void jack_library_lock(void);
void jack_library_unlock(void);

#endif
