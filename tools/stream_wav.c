#include "stream_wav.h"

#include "commands.h"
#include "messages.h"

#include <string.h>

enum {
    PCM = 1,
    IEEE_FLOAT = 3,
    EXTENSIBLE = 0xfffe,
    MOST_CHANNELS = 256,
    CHUNK = 8,
    FORMAT = 16,
    LONG_FORMAT = 40
};

/* The words of the last 14 bytes of an extensible format's identifier, whose first two are the old number. */
static const unsigned char subformat[14] = { 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71 };

static uint32_t number(const unsigned char *bytes, size_t size)
{
    uint32_t n = 0;
    for (size_t i = 0; i < size; i++)
        n |= (uint32_t)bytes[i] << 8 * i;
    return n;
}

/* ---- reading ---- */

static int ended(const stream_pipe *p)
{
    return p->ended ? fail("The input ends before a WAV header is complete.") : FAILED;
}

static bool skip(stream_pipe *p, uint64_t size)
{
    unsigned char bytes[4096];
    while (size) {
        const size_t n = size < sizeof bytes ? (size_t)size : sizeof bytes;
        if (stream_pipe_read(p, bytes, n) < n)
            return false;
        size -= n;
    }
    return true;
}

/* What programs write that cannot know the length: FFmpeg 0xFFFFFFFF, arecord 0x80000000, SoX 0x7FFFF000, others 0 or
 * 0x7FFFFFFF; some take a header or a broken frame away from that. A true length beside those would be by chance. */
static bool is_unknown(uint32_t size)
{
    const uint32_t half = 0x80000000, near = 0x2000;
    return !size || size > UINT32_MAX - near || (size > half - near && size <= half);
}

static bool find_sample(uint32_t code, uint32_t bits, stream_sample *sample)
{
    static const struct {
        uint32_t code, bits;
    } known[] = {
        [SAMPLE_S16] = { PCM, 16 },        [SAMPLE_S24] = { PCM, 24 },        [SAMPLE_S32] = { PCM, 32 },
        [SAMPLE_F32] = { IEEE_FLOAT, 32 }, [SAMPLE_F64] = { IEEE_FLOAT, 64 },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].code == code && known[i].bits == bits) {
            *sample = (stream_sample)i;
            return true;
        }
    return false;
}

/* bytes: a format chunk, with zeros behind it if it is short. */
static int read_format(const unsigned char *bytes, stream_form *form)
{
    const uint32_t code = number(bytes, 2), channels = number(bytes + 2, 2), rate = number(bytes + 4, 4),
                   frame = number(bytes + 12, 2), bits = number(bytes + 14, 2);
    const bool extended = code == EXTENSIBLE && !memcmp(bytes + 26, subformat, sizeof subformat);
    if (!find_sample(extended ? number(bytes + 24, 2) : code, bits, &form->sample))
        return fail(
            "The WAV header announces samples of kind 0x%04x with %u bits; s16, s24, s32, f32 and f64 can be "
            "read here.",
            extended ? number(bytes + 24, 2) : code, bits);
    if (!channels || channels > MOST_CHANNELS)
        return fail("The WAV header announces %u channels; 1 to %d can be read here.", channels, MOST_CHANNELS);
    if (!rate)
        return fail("The WAV header announces a sample rate of 0 Hz.");
    form->channels = channels;
    form->rate_hz = rate;
    if (frame != stream_form_frame(form))
        return fail("The WAV header announces %u bytes for a frame of %zu.", frame, stream_form_frame(form));
    return DONE;
}

/* Chunks begin at even places, so that a byte follows one of odd size. */
static int read_format_chunk(stream_pipe *p, uint32_t size, stream_form *form)
{
    unsigned char bytes[LONG_FORMAT] = { 0 };
    const size_t wanted = size < sizeof bytes ? size : sizeof bytes;
    if (size < FORMAT)
        return fail("The WAV header has a format chunk of only %u bytes.", size);
    if (stream_pipe_read(p, bytes, wanted) < wanted || !skip(p, (uint64_t)size - wanted + size % 2))
        return ended(p);
    return read_format(bytes, form);
}

int stream_wav_read(stream_pipe *p, stream_form *form, uint64_t *size)
{
    unsigned char bytes[12];
    const size_t got = stream_pipe_read(p, bytes, sizeof bytes);
    bool known = false;
    if (got < sizeof bytes)
        return !got && p->ended ? fail("The input is empty; a WAV header was expected.") : ended(p);
    if (memcmp(bytes, "RIFF", 4) || memcmp(bytes + 8, "WAVE", 4))
        return fail("The input does not begin as WAV does; for bare samples leave --container wav out.");
    while (stream_pipe_read(p, bytes, CHUNK) == CHUNK) {
        const uint32_t n = number(bytes + 4, 4);
        if (!memcmp(bytes, "data", 4)) {
            *size = is_unknown(n) ? UINT64_MAX : n;
            return known ? DONE : fail("The WAV header does not say what the samples are.");
        }
        int code = DONE;
        if (!memcmp(bytes, "fmt ", 4)) {
            code = read_format_chunk(p, n, form);
            known = true;
        } else if (!skip(p, (uint64_t)n + n % 2)) {
            code = ended(p);
        }
        if (code)
            return code;
    }
    return ended(p);
}

/* ---- writing ---- */

static unsigned char *put(unsigned char *to, uint32_t n, size_t size)
{
    for (size_t i = 0; i < size; i++)
        *to++ = (unsigned char)(n >> 8 * i);
    return to;
}

static unsigned char *put_chunk(unsigned char *to, const char *name, uint32_t size)
{
    memcpy(to, name, 4);
    return put(to + 4, size, 4);
}

/* The old, plain format chunk, which all programs read, also for 24 bits and several channels. Where samples are no
 * integers it ends with the size of an extension, 0. */
bool stream_wav_write(stream_pipe *p, const stream_form *form)
{
    const bool is_float = stream_sample_is_float(form->sample);
    const uint32_t channels = (uint32_t)form->channels, frame = (uint32_t)stream_form_frame(form);
    unsigned char bytes[64], *to = put_chunk(bytes, "RIFF", UINT32_MAX);
    memcpy(to, "WAVE", 4);
    to = put_chunk(to + 4, "fmt ", is_float ? FORMAT + 2 : FORMAT);
    to = put(to, is_float ? IEEE_FLOAT : PCM, 2);
    to = put(to, channels, 2);
    to = put(to, form->rate_hz, 4);
    to = put(to, form->rate_hz * frame, 4);
    to = put(to, frame, 2);
    to = put(to, frame / channels * 8, 2);
    if (is_float)
        to = put(to, 0, 2);
    to = put_chunk(to, "data", UINT32_MAX);
    return stream_pipe_write(p, bytes, (size_t)(to - bytes));
}
