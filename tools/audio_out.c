#include "audio_out.h"

#include "commands.h"
#include "messages.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* libsndfile writes through these, because it forgets about some failed writes, such as those of the last
 * FLAC frame: output_file remembers. */
static sf_count_t io_length(void *user)
{
    struct stat info;
    return fstat(((output_file *)user)->fd, &info) ? -1 : info.st_size;
}

static sf_count_t io_seek(sf_count_t offset, int whence, void *user)
{
    return lseek(((output_file *)user)->fd, offset, whence);
}

static sf_count_t io_read(void *to, sf_count_t size, void *user)
{
    return read(((output_file *)user)->fd, to, (size_t)size);
}

static sf_count_t io_write(const void *from, sf_count_t size, void *user)
{
    return (sf_count_t)output_file_write(user, from, (size_t)size);
}

static sf_count_t io_tell(void *user)
{
    return io_seek(0, SEEK_CUR, user);
}

static int open_sndfile(audio_out *out, const char *path, double rate_hz)
{
    static SF_VIRTUAL_IO io = { io_length, io_seek, io_read, io_write, io_tell };
    SF_INFO info = { .samplerate = (int)rate_hz,
                     .channels = (int)out->channels,
                     .format = audio_format_code(out->format, out->bits) };
    if (!sf_format_check(&info))
        return fail("%s: a .%s file cannot hold %zu channel%s at %g Hz; .wav can.", path, out->format->extension,
                    out->channels, out->channels == 1 ? "" : "s", rate_hz);
    out->snd = sf_open_virtual(&io, SFM_WRITE, &info, &out->file);
    if (!out->snd)
        return audio_format_complain(NULL, path, "cannot begin this file");
    /* The peak chunk holds the time of day: without it, equal sound makes equal files. */
    sf_command(out->snd, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE);
    return DONE;
}

int audio_out_check_length(const char *path, const audio_format *format, audio_bits bits, size_t channels,
                           uint64_t frames)
{
    const uint64_t bytes_per_frame = channels * (bits > 0 ? (unsigned)bits / 8 : 0), most = UINT32_MAX - 4096;
    if (!format->header_limit || !bytes_per_frame || frames == UINT64_MAX || frames <= most / bytes_per_frame)
        return DONE;
    return fail("%s: a .%s file ends at 4 GiB; use .w64, .rf64 or .flac.", path, format->extension);
}

int audio_out_open(audio_out *out, const char *path, const audio_format *format, audio_bits bits, double rate_hz,
                   size_t channels, size_t max_frames, bool force)
{
    *out = (audio_out){ .format = format, .bits = bits, .channels = channels };
    int code = output_file_open(&out->file, path, force);
    if (code)
        return code;
    out->integers = malloc((max_frames * channels + 1) * sizeof *out->integers);
    code = out->integers ? open_sndfile(out, path, rate_hz) : fail("There is not enough memory.");
    if (code)
        audio_out_discard(out);
    return code;
}

static int write_failed(audio_out *out)
{
    if (!out->file.error)
        return audio_format_complain(out->snd, out->file.path, "writing failed, and nothing was left behind");
    return fail("%s: writing failed (%s); nothing was left behind.", out->file.path, strerror(out->file.error));
}

/* libsndfile takes integers at 32 bits and keeps the upper ones. */
static void round_samples(audio_out *out, const float *samples, size_t n)
{
    const float full = out->bits == BITS_16 ? 32768.0f : 8388608.0f;
    const int shift = 32 - (int)out->bits;
    for (size_t i = 0; i < n; i++) {
        float x = fminf(fmaxf(samples[i], -1.0f), 1.0f);
        out->clipped += x != samples[i];
        out->integers[i] = (int)fminf(rintf(x * full), full - 1) * (1 << shift);
    }
}

static sf_count_t write_frames(audio_out *out, const float *samples, size_t frames)
{
    if (out->bits != BITS_16 && out->bits != BITS_24)
        return sf_writef_float(out->snd, samples, (sf_count_t)frames);
    round_samples(out, samples, frames * out->channels);
    return sf_writef_int(out->snd, out->integers, (sf_count_t)frames);
}

int audio_out_write(audio_out *out, const float *samples, size_t frames)
{
    const int code =
        audio_out_check_length(out->file.path, out->format, out->bits, out->channels, out->frames + frames);
    if (code)
        return code;
    for (size_t i = 0; i < frames * out->channels; i++)
        out->peak = fmaxf(out->peak, fabsf(samples[i]));
    sf_count_t written = write_frames(out, samples, frames);
    out->frames += frames;
    if (written != (sf_count_t)frames || out->file.error || sf_error(out->snd))
        return write_failed(out);
    return DONE;
}

int audio_out_commit(audio_out *out)
{
    int error = sf_close(out->snd);
    out->snd = NULL;
    free(out->integers);
    out->integers = NULL;
    if (error && !out->file.error)
        out->file.error = EIO;
    return output_file_commit(&out->file);
}

void audio_out_discard(audio_out *out)
{
    if (out->snd)
        sf_close(out->snd);
    out->snd = NULL;
    free(out->integers);
    out->integers = NULL;
    output_file_discard(&out->file);
}
