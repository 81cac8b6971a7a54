/* Impulse responses from audio files. */
#include "impulse_data.h"

#include "base/alloc.h"
#include "base/fail.h"

#include <errno.h>
#include <sndfile.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { CHUNK = 1024 }; /* frames */

/* What libsndfile (NULL: while it opened a file) complains about. It has no public number for a lack of memory. */
static bl_status complain(SNDFILE *file, const char *what, bl_error *error)
{
    const char *said = sf_strerror(file);
    if (strstr(said, "malloc"))
        return bl_fail_no_mem(error);
    return bl_fail(error, BL_ERR_FORMAT, "%s; libsndfile says: %s", what, said);
}

/* Reads as many frames as there is room for, channel by channel, and shortens samples to what came. */
static bl_status read_frames(SNDFILE *file, bl_impulse_data *data, bl_error *error)
{
    float chunk[CHUNK * BL_IMPULSE_MAX_CHANNELS];
    size_t done = 0;
    while (done < data->frames) {
        const size_t left = data->frames - done, wanted = left < CHUNK ? left : CHUNK;
        const sf_count_t got = sf_readf_float(file, chunk, (sf_count_t)wanted);
        if (got <= 0)
            break;
        for (size_t c = 0; c < data->channels; c++)
            for (size_t t = 0; t < (size_t)got; t++)
                data->channel[c][done + t] = chunk[t * data->channels + c];
        done += (size_t)got;
    }
    if (sf_error(file))
        return complain(file, "The impulse response is damaged", error);
    if (!done)
        return bl_fail(error, BL_ERR_FORMAT, "The impulse response has no samples.");
    data->frames = done;
    return BL_OK;
}

static bl_status read_samples(SNDFILE *file, const SF_INFO *info, double wanted_hz, bl_impulse_data *data,
                              bool *cut, bl_error *error)
{
    const uint64_t channels = info->channels > 0 ? (uint64_t)info->channels : 0;
    const uint64_t frames = info->frames > 0 ? (uint64_t)info->frames : 0;
    bl_status status = bl_impulse_data_init(data, channels, frames, info->samplerate, wanted_hz, error);
    if (status)
        return status;
    *cut = frames > data->frames;
    status = read_frames(file, data, error);
    if (status)
        bl_impulse_data_free(data);
    return status;
}

/* Takes over file, which is NULL if it could not be opened. */
static bl_status load(SNDFILE *file, const SF_INFO *info, const bl_impulse_options *options, bl_impulse **out,
                      bl_error *error)
{
    if (!file)
        return complain(NULL, "This is no audio file that can be read", error);
    bl_impulse_data data;
    bool cut = false;
    const bl_status status = read_samples(file, info, options->rate_hz, &data, &cut, error);
    sf_close(file);
    return status ? status : bl_impulse_finish(&data, cut, options, out, error);
}

/* Devices and pipes might keep a reader waiting for ever. */
static bl_status check_is_file(const char *path, bl_error *error)
{
    struct stat info;
    if (stat(path, &info))
        return bl_fail(error, BL_ERR_IO, "Cannot open it (%s).", strerror(errno));
    if (!S_ISREG(info.st_mode))
        return bl_fail(error, BL_ERR_IO, "This is %s, not a file.",
                       S_ISDIR(info.st_mode) ? "a folder" : "a device or pipe");
    return BL_OK;
}

bl_status bl_impulse_load(const char *path, const bl_impulse_options *options, bl_impulse **out, bl_error *error)
{
    bl_status status = bl_impulse_check_options(options, error);
    if (status)
        return status;
    status = check_is_file(path, error);
    if (!status) {
        SF_INFO info = { 0 };
        SNDFILE *file = sf_open(path, SFM_READ, &info);
        status = load(file, &info, options, out, error);
    }
    return status ? bl_fail_context(error, status, path) : BL_OK;
}

/* ---- a file in memory, for libsndfile ---- */

typedef struct memory_file {
    const uint8_t *bytes;
    sf_count_t size, at; /* 0 <= at <= size */
} memory_file;

static sf_count_t memory_size(void *user)
{
    return ((const memory_file *)user)->size;
}

static sf_count_t memory_tell(void *user)
{
    return ((const memory_file *)user)->at;
}

static sf_count_t memory_seek(sf_count_t offset, int whence, void *user)
{
    memory_file *m = user;
    const sf_count_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? m->at : m->size;
    if (offset < -from || offset > m->size - from)
        return -1;
    m->at = from + offset;
    return m->at;
}

static sf_count_t memory_read(void *to, sf_count_t bytes, void *user)
{
    memory_file *m = user;
    const sf_count_t left = m->size - m->at, got = bytes < 0 ? 0 : bytes < left ? bytes : left;
    memcpy(to, m->bytes + m->at, (size_t)got);
    m->at += got;
    return got;
}

bl_status bl_impulse_load_memory(const void *bytes, size_t size, const bl_impulse_options *options,
                                 bl_impulse **out, bl_error *error)
{
    const bl_status status = bl_impulse_check_options(options, error);
    if (status)
        return status;
    if (!bytes || size > INT64_MAX)
        return bl_fail(error, BL_ERR_ARGUMENT, "There are no bytes of an audio file.");
    SF_VIRTUAL_IO io = {
        .get_filelen = memory_size, .seek = memory_seek, .read = memory_read, .tell = memory_tell
    };
    memory_file memory = { bytes, (sf_count_t)size, 0 };
    SF_INFO info = { 0 };
    SNDFILE *file = sf_open_virtual(&io, SFM_READ, &info, &memory);
    return load(file, &info, options, out, error);
}
