#include "library.h"

#include "jack_library.h"

#include <fcntl.h>
#include <portaudio.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int quiet_begin(void)
{
    fflush(stderr);
    const int kept = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3), nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (kept >= 0 && nowhere >= 0)
        dup2(nowhere, STDERR_FILENO);
    if (nowhere >= 0)
        close(nowhere);
    return kept;
}

void quiet_end(int kept)
{
    if (kept < 0)
        return;
    fflush(stderr);
    dup2(kept, STDERR_FILENO);
    close(kept);
}

/* PortAudio would become a client of JACK's server, too, and 19.6 does not survive the server's end (jack_audio.h). So
 * it looks for one that is not there. The variable exists from the first call on, so that later ones only change its
 * value, while other threads may read the environment. */
static PaError initialize(void)
{
    const char *set = getenv("JACK_DEFAULT_SERVER");
    char server[256];
    snprintf(server, sizeof server, "%s", set && *set ? set : "default");
    jack_library_lock();
    setenv("JACK_DEFAULT_SERVER", "backline-knows-jack-itself", 1);
    const PaError problem = Pa_Initialize();
    setenv("JACK_DEFAULT_SERVER", server, 1);
    jack_library_unlock();
    return problem;
}

bl_status library_begin(bl_error *error)
{
    const int kept = quiet_begin();
    const PaError problem = initialize();
    quiet_end(kept);
    if (!problem)
        return BL_OK;
    error->status = BL_ERR_IO;
    snprintf(error->text, sizeof error->text, "PortAudio does not start (%s).", Pa_GetErrorText(problem));
    return BL_ERR_IO;
}

void library_end(void)
{
    const int kept = quiet_begin();
    jack_library_lock();
    Pa_Terminate();
    jack_library_unlock();
    quiet_end(kept);
}
