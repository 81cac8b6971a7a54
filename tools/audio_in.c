#include "audio_in.h"

#include "commands.h"
#include "messages.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The system knows better than libsndfile why a file cannot be opened, and says it shorter. */
static int open_file(const char *path)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        fail("%s: cannot open it (%s).", path, strerror(errno));
    } else if (!fstat(fd, &info) && S_ISDIR(info.st_mode)) {
        fail("%s: this is a folder, not an audio file.", path);
        close(fd);
        fd = -1;
    }
    return fd;
}

int audio_in_open(audio_in *in, const char *path)
{
    *in = (audio_in){ .path = path };
    int fd = open_file(path);
    if (fd < 0)
        return FAILED;
    SF_INFO info = { 0 };
    in->file = sf_open_fd(fd, SFM_READ, &info, SF_TRUE);
    if (!in->file) {
        const char *why = sf_strerror(NULL);
        return fail("%s: this is not an audio file that can be read here (%.*s).", path, (int)strcspn(why, ".\n"),
                    why);
    }
    in->channels = (size_t)info.channels;
    in->rate_hz = info.samplerate;
    in->frames = info.frames;
    return DONE;
}

size_t audio_in_read(audio_in *in, float *samples, size_t n)
{
    sf_count_t got = sf_readf_float(in->file, samples, (sf_count_t)n);
    return got > 0 ? (size_t)got : 0;
}

int audio_in_check(audio_in *in)
{
    if (!sf_error(in->file))
        return DONE;
    const char *why = sf_strerror(in->file);
    return fail("%s: reading stopped before the end of the file (%.*s).", in->path, (int)strcspn(why, ".\n"), why);
}

void audio_in_close(audio_in *in)
{
    if (in->file)
        sf_close(in->file);
    in->file = NULL;
}
