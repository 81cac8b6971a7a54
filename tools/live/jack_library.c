#include "jack_library.h"

#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void say_nothing(const char *message)
{
}

void jack_library_lock(void)
{
    pthread_mutex_lock(&lock);
}

void jack_library_unlock(void)
{
    pthread_mutex_unlock(&lock);
}

/* The library would tell a terminal, from threads of its own, whenever a server comes or goes. */
jack_client_t *jack_library_open(const char *name)
{
    jack_library_lock();
    jack_set_error_function(say_nothing);
    jack_set_info_function(say_nothing);
    jack_client_t *client = jack_client_open(name, JackNoStartServer, NULL);
    jack_library_unlock();
    return client;
}

void jack_library_close(jack_client_t *client)
{
    jack_library_lock();
    jack_client_close(client);
    jack_library_unlock();
}
