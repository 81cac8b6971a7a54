#include "record.h"

#include "../audio_format.h"
#include "realtime.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MOST_CHANNELS = 4, GAPS = 64, WRITE_FRAMES = 4096 };
static const double room_seconds = 8; /* a disk may take so long for other things */

/* So many lost frames before frame `at` of those that went through the ring. */
typedef struct gap {
    uint64_t at, frames;
} gap;

struct record {
    char *path;
    const audio_format *format;
    SNDFILE *file;
    int fd;
    double rate_hz;
    size_t dry, wet, channels;
    float *ring, *chunk; /* interleaved; capacity and WRITE_FRAMES frames */
    size_t capacity;
    _Atomic uint64_t put, taken; /* frames that went in and out */
    gap gaps[GAPS];
    _Atomic uint64_t gaps_put, gaps_taken;
    uint64_t gap_frames; /* audio thread: lost, and in no gap yet */
    _Atomic uint64_t lost, recorded;
    char sentence[700];
    _Atomic(const char *) error;
    pthread_t writer;
    atomic_bool end;
};

static bl_status wrong(bl_error *error, bl_status status, const char *path, const char *why)
{
    if (error) {
        error->status = status;
        snprintf(error->text, sizeof error->text, "%.300s: %s.", path, why);
    }
    return status;
}

/* ---- audio thread ---- */

/* Notes what was lost before, at the place where the sound goes on. */
static void note_gap(record *r, uint64_t at)
{
    const uint64_t n = atomic_load_explicit(&r->gaps_put, memory_order_relaxed);
    if (n - atomic_load_explicit(&r->gaps_taken, memory_order_acquire) == GAPS)
        return; /* later, then */
    r->gaps[n % GAPS] = (gap){ at, r->gap_frames };
    r->gap_frames = 0;
    atomic_store_explicit(&r->gaps_put, n + 1, memory_order_release);
}

static float *interleave(float *to, size_t stride, const float *const *from, size_t channels, size_t i)
{
    for (size_t c = 0; c < channels; c++)
        *to++ = from ? from[c][i] : 0;
    return to;
}

void record_put(record *r, const float *const *dry, const float *const *wet, size_t frames)
{
    const uint64_t at = atomic_load_explicit(&r->put, memory_order_relaxed);
    const size_t room = r->capacity - (size_t)(at - atomic_load_explicit(&r->taken, memory_order_acquire));
    if (atomic_load_explicit(&r->error, memory_order_relaxed))
        return;
    if (frames > room) { /* all or nothing, so that gaps are few */
        r->gap_frames += frames;
        atomic_fetch_add_explicit(&r->lost, frames, memory_order_relaxed);
        return;
    }
    if (r->gap_frames)
        note_gap(r, at);
    for (size_t i = 0; i < frames; i++) {
        float *to = r->ring + (size_t)((at + i) % r->capacity) * r->channels;
        to = interleave(to, r->channels, dry, r->dry, i);
        interleave(to, r->channels, wet, r->wet, i);
    }
    atomic_store_explicit(&r->put, at + frames, memory_order_release);
}

/* ---- the writer ---- */

static void give_up(record *r, const char *why)
{
    snprintf(r->sentence, sizeof r->sentence, "%.300s: %s; the recording ends here, the sound goes on.", r->path,
             why);
    atomic_store_explicit(&r->error, r->sentence, memory_order_release);
}

static bool has_failed(const record *r)
{
    return atomic_load_explicit((_Atomic(const char *) *)&r->error, memory_order_relaxed);
}

static void write_chunk(record *r, size_t frames)
{
    char why[200];
    const uint64_t so_far = atomic_load_explicit(&r->recorded, memory_order_relaxed);
    if (r->format->header_limit && (so_far + frames) * r->channels * sizeof(float) > UINT32_MAX - 4096) {
        snprintf(why, sizeof why, "a .%s file ends at 4 GiB, a .w64 file does not", r->format->extension);
        give_up(r, why);
    } else if (sf_writef_float(r->file, r->chunk, (sf_count_t)frames) != (sf_count_t)frames) {
        snprintf(why, sizeof why, "writing failed (%s)", errno ? strerror(errno) : sf_strerror(r->file));
        give_up(r, why);
    } else {
        atomic_store_explicit(&r->recorded, so_far + frames, memory_order_relaxed);
    }
}

static void write_silence(record *r, uint64_t frames)
{
    memset(r->chunk, 0, WRITE_FRAMES * r->channels * sizeof *r->chunk);
    while (frames && !has_failed(r)) {
        const size_t n = frames < WRITE_FRAMES ? (size_t)frames : WRITE_FRAMES;
        write_chunk(r, n);
        frames -= n;
    }
}

/* Frames from `taken` on that can be written in one go: up to the next gap, which is filled if it is here. */
static size_t next_run(record *r, uint64_t taken, uint64_t put)
{
    const uint64_t n = atomic_load_explicit(&r->gaps_taken, memory_order_relaxed);
    uint64_t run = put - taken;
    if (n != atomic_load_explicit(&r->gaps_put, memory_order_acquire)) {
        const gap g = r->gaps[n % GAPS];
        if (g.at == taken) {
            write_silence(r, g.frames);
            atomic_store_explicit(&r->gaps_taken, n + 1, memory_order_release);
            return next_run(r, taken, put);
        }
        run = g.at - taken < run ? g.at - taken : run;
    }
    return run < WRITE_FRAMES ? (size_t)run : WRITE_FRAMES;
}

static void write_all(record *r)
{
    const uint64_t put = atomic_load_explicit(&r->put, memory_order_acquire);
    uint64_t taken = atomic_load_explicit(&r->taken, memory_order_relaxed);
    while (taken < put && !has_failed(r)) {
        const size_t n = next_run(r, taken, put);
        for (size_t i = 0; i < n; i++)
            memcpy(r->chunk + i * r->channels, r->ring + (size_t)((taken + i) % r->capacity) * r->channels,
                   r->channels * sizeof *r->chunk);
        taken += n;
        atomic_store_explicit(&r->taken, taken, memory_order_release);
        errno = 0;
        if (!has_failed(r))
            write_chunk(r, n);
    }
}

/* From here on the file is complete up to now, also after a power cut. */
static void settle(record *r)
{
    sf_command(r->file, SFC_UPDATE_HEADER_NOW, NULL, 0);
    fdatasync(r->fd);
}

static void *run(void *context)
{
    record *r = context;
    for (unsigned turn = 1; !atomic_load_explicit(&r->end, memory_order_acquire); turn++) {
        nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
        write_all(r);
        if (turn % 20 == 0)
            settle(r);
    }
    write_all(r);
    return NULL;
}

/* ---- life ---- */

static bl_status open_file(record *r, bl_error *error)
{
    SF_INFO info = { .samplerate = (int)r->rate_hz, .channels = (int)r->channels };
    r->format = audio_format_find(r->path);
    if (!r->format || r->format->usual != BITS_FLOAT)
        return wrong(
            error, BL_ERR_ARGUMENT, r->path,
            "the ending of the name chooses the format; for recordings use .wav, .w64, .rf64, .caf or .aiff");
    info.format = audio_format_code(r->format, BITS_FLOAT);
    r->fd = open(r->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (r->fd < 0)
        return wrong(error, BL_ERR_IO, r->path, strerror(errno));
    r->file = sf_open_fd(r->fd, SFM_WRITE, &info, SF_FALSE);
    if (!r->file)
        return wrong(error, BL_ERR_IO, r->path, sf_strerror(NULL));
    sf_command(r->file, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE); /* it holds the time of day */
    sf_command(r->file, SFC_UPDATE_HEADER_NOW, NULL, 0);
    return BL_OK;
}

static void release(record *r)
{
    if (r->file)
        sf_close(r->file);
    if (r->fd >= 0)
        close(r->fd);
    free(r->ring);
    free(r->chunk);
    free(r->path);
    free(r);
}

bl_status record_create(const char *path, double rate_hz, size_t dry, size_t wet, record **out, bl_error *error)
{
    record *r = calloc(1, sizeof *r);
    if (!r)
        return wrong(error, BL_ERR_NO_MEM, path, "there is not enough memory");
    r->fd = -1;
    r->rate_hz = rate_hz;
    r->dry = dry;
    r->wet = wet;
    r->channels = dry + wet;
    r->capacity = (size_t)(room_seconds * rate_hz);
    r->path = strdup(path);
    r->ring = realtime_memory(r->capacity * r->channels, sizeof *r->ring);
    r->chunk = calloc(WRITE_FRAMES * r->channels, sizeof *r->chunk);
    bl_status status = r->path && r->ring && r->chunk
                           ? open_file(r, error)
                           : wrong(error, BL_ERR_NO_MEM, path, "there is not enough memory");
    if (!status && pthread_create(&r->writer, NULL, run, r))
        status = wrong(error, BL_ERR_NO_MEM, path, "there is no room for another thread");
    if (status)
        release(r);
    else
        *out = r;
    return status;
}

void record_end(record *r)
{
    if (atomic_exchange(&r->end, true))
        return;
    pthread_join(r->writer, NULL);
    if (sf_close(r->file) && !has_failed(r))
        give_up(r, "closing it failed");
    r->file = NULL;
}

void record_free(record *r)
{
    if (!r)
        return;
    record_end(r);
    release(r);
}

void record_read(const record *r, record_state *state)
{
    state->recorded = atomic_load_explicit((_Atomic uint64_t *)&r->recorded, memory_order_relaxed);
    state->lost = atomic_load_explicit((_Atomic uint64_t *)&r->lost, memory_order_relaxed);
    state->error = atomic_load_explicit((_Atomic(const char *) *)&r->error, memory_order_acquire);
}
