#include "audio_in.h"

#include "audio_format.h"
#include "commands.h"
#include "messages.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The system knows better than libsndfile why a file cannot be opened, and says it shorter. */
static int open_file(audio_in *in)
{
    struct stat info;
    in->fd = open(in->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (in->fd < 0)
        return fail("%s: cannot open it (%s).", in->path, strerror(errno));
    if (!fstat(in->fd, &info) && S_ISREG(info.st_mode)) {
        in->bytes = info.st_size;
        return DONE;
    }
    close(in->fd);
    return fail("%s: this is %s, not an audio file.", in->path,
                S_ISDIR(info.st_mode) ? "a folder" : "a device or pipe");
}

int audio_in_open(audio_in *in, const char *path)
{
    *in = (audio_in){ .path = path };
    const int code = open_file(in);
    if (code)
        return code;
    SF_INFO info = { 0 };
    in->file = sf_open_fd(in->fd, SFM_READ, &info, SF_TRUE);
    if (!in->file)
        return audio_format_complain(NULL, path, "this is not an audio file that can be read here");
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
    struct stat info;
    if (sf_error(in->file))
        return audio_format_complain(in->file, in->path, "reading stopped before the end of the file");
    if (!fstat(in->fd, &info) && info.st_size < in->bytes)
        return fail("%s: reading stopped before the end of the file (it became shorter meanwhile).", in->path);
    return DONE;
}

void audio_in_close(audio_in *in)
{
    if (in->file)
        sf_close(in->file);
    in->file = NULL;
}
