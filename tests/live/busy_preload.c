/* A sound card that another program takes: LD_PRELOAD this library. ALSA's device "busy" can be opened BUSY_AFTER times, and then
 * no more. */
#include <alsa/asoundlib.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

__attribute__((visibility("default"))) int snd_pcm_open(snd_pcm_t **pcm, const char *name, snd_pcm_stream_t stream,
                                                        int mode)
{
    static atomic_int times;
    int (*behind)(snd_pcm_t **, const char *, snd_pcm_stream_t, int);
    const char *most = getenv("BUSY_AFTER");
    *(void **)&behind = dlsym(RTLD_NEXT, "snd_pcm_open");
    if (!strcmp(name, "busy") && atomic_fetch_add(&times, 1) >= (most ? atoi(most) : 0))
        return -EBUSY;
    return behind(pcm, name, stream, mode);
}
