/* Target: what `backline stream` reads from its standard input: a WAV header, then samples. However the bytes come in pieces,
 * and whatever signals come between them, the same is read; and samples that are written again are the same bytes. */
#include "fuzz/fuzz.h"

#include "commands.h"
#include "stream_sample.h"
#include "stream_wav.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- standard input and output ---- */

static struct {
    const uint8_t *in;
    size_t left;
    uint64_t seed; /* 0: in one piece */
    uint8_t out[64];
    size_t written;
} pipes;

/* Now and then a signal comes instead. */
static bool is_interrupted(void)
{
    errno = EINTR;
    return pipes.seed && !(bl_fuzz_next(&pipes.seed) % 8);
}

static ssize_t fuzz_read(int fd, void *to, size_t size)
{
    if (is_interrupted())
        return -1;
    size_t n = pipes.seed ? bl_fuzz_next(&pipes.seed) % 11 + 1 : size;
    n = n < size ? n : size;
    n = n < pipes.left ? n : pipes.left;
    memcpy(to, pipes.in, n);
    pipes.in += n;
    pipes.left -= n;
    return (ssize_t)n;
}

static ssize_t fuzz_write(int fd, const void *from, size_t size)
{
    FUZZ_REQUIRE(size <= sizeof pipes.out - pipes.written, "%zu bytes more", size);
    memcpy(pipes.out + pipes.written, from, size);
    pipes.written += size;
    return (ssize_t)size;
}

static int fuzz_ppoll(struct pollfd *places, nfds_t count, const struct timespec *timeout, const sigset_t *signals)
{
    if (is_interrupted())
        return -1;
    for (nfds_t i = 0; i < count; i++)
        places[i].revents = places[i].events;
    return 1;
}

/* The reader itself, with these instead of the system's. */
#define read  fuzz_read
#define write fuzz_write
#define ppoll fuzz_ppoll
#include "stream_pipe.c"
#undef read
#undef write
#undef ppoll

static void begin(const void *bytes, size_t size, uint64_t seed)
{
    pipes.in = bytes;
    pipes.left = size;
    pipes.seed = seed;
    pipes.written = 0;
}

/* ---- the header ---- */

typedef struct outcome {
    int code;
    stream_form form;
    uint64_t size; /* of the sound */
    size_t left;   /* bytes behind the header */
    char said[512];
} outcome;

static outcome read_header(const void *bytes, size_t size, uint64_t seed)
{
    outcome o;
    stream_pipe p = { .code = DONE };
    memset(&o, 0, sizeof o);
    begin(bytes, size, seed);
    bl_fuzz_listen();
    o.code = stream_wav_read(&p, &o.form, &o.size);
    snprintf(o.said, sizeof o.said, "%s", bl_fuzz_heard());
    o.left = pipes.left;
    FUZZ_REQUIRE(!o.code == !*o.said, "code %d, and was said: %s", o.code, o.said);
    bl_fuzz_check_sentences(o.said);
    return o;
}

static void check_form(const outcome *o)
{
    FUZZ_REQUIRE(o->form.channels >= 1 && o->form.channels <= 256 && o->form.rate_hz, "%zu channels, %u Hz",
                 o->form.channels, o->form.rate_hz);
    FUZZ_REQUIRE(o->form.sample >= SAMPLE_S16 && o->form.sample <= SAMPLE_F64, "sample %d", (int)o->form.sample);
    FUZZ_REQUIRE(o->size == UINT64_MAX || o->size < UINT32_MAX, "%llu bytes", (unsigned long long)o->size);
}

/* A header that is written for the same form says the same, of an unknown length. */
static void check_writing(const outcome *o)
{
    stream_pipe p = { .code = DONE };
    uint8_t header[sizeof pipes.out];
    begin(NULL, 0, 0);
    FUZZ_REQUIRE(stream_wav_write(&p, &o->form), "not written");
    const size_t size = pipes.written;
    memcpy(header, pipes.out, size);
    const outcome again = read_header(header, size, 0);
    if (o->form.channels * stream_sample_size(o->form.sample) > UINT16_MAX)
        return;
    FUZZ_REQUIRE(!again.code && !memcmp(&again.form, &o->form, sizeof o->form), "read again: %s", again.said);
    FUZZ_REQUIRE(again.size == UINT64_MAX && !again.left, "a length nobody knows became %llu",
                 (unsigned long long)again.size);
}

/* ---- samples ---- */

/* 32 bits are more than a float holds, and floats are beyond full scale as they like. */
static void check_samples(const outcome *o, const uint8_t *bytes)
{
    const size_t size = stream_sample_size(o->form.sample), n = o->left / size;
    float *samples = malloc((n + 1) * sizeof *samples);
    uint8_t *again = malloc(n * size + 1);
    stream_clipping clipping = { .clipped = 0 };
    FUZZ_REQUIRE(samples && again, "no memory");
    stream_sample_read(samples, bytes, n, o->form.sample);
    for (size_t i = 0; i < n && !stream_sample_is_float(o->form.sample); i++)
        FUZZ_REQUIRE(fabsf(samples[i]) <= 1.0f, "sample %zu is %g", i, (double)samples[i]);
    stream_sample_write(again, samples, n, o->form.sample, &clipping);
    if (o->form.sample == SAMPLE_S16 || o->form.sample == SAMPLE_S24)
        FUZZ_REQUIRE(!memcmp(again, bytes, n * size) && !clipping.clipped, "other bytes");
    free(again);
    free(samples);
}

static bl_fuzz_result try_stream_wav(const bl_fuzz_target *target, const uint8_t *data, size_t size)
{
    const outcome whole = read_header(data, size, 0), cut = read_header(data, size, bl_fuzz_hash(data, size) | 1);
    FUZZ_REQUIRE(!memcmp(&whole, &cut, sizeof whole), "in pieces it is another one: %d, %s and %d, %s", whole.code,
                 whole.said, cut.code, cut.said);
    if (bl_fuzz_verbose)
        fputs(whole.said, stdout);
    if (whole.code)
        return BL_FUZZ_REFUSED;
    check_form(&whole);
    check_writing(&whole);
    check_samples(&whole, data + size - whole.left);
    return BL_FUZZ_RAN;
}

const bl_fuzz_target bl_fuzz_stream_wav = { "stream-wav", try_stream_wav, NULL };
