/* Impulse responses: what is read, what is refused and how, what becomes of length, silence and level; strangers'
 * files, and machines without memory. The link wraps the allocator. */
#define _GNU_SOURCE
#include "test_support.h"

#include <impulse.h>

#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- memory that can run out, and is counted ---- */

static volatile size_t calls_left = SIZE_MAX, largest_call;

static bool may_allocate(size_t bytes)
{
    largest_call = bytes > largest_call ? bytes : largest_call;
    return calls_left == SIZE_MAX || (calls_left && calls_left--);
}

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size)
{
    return may_allocate(n * size) ? __real_calloc(n, size) : NULL;
}

void *__real_malloc(size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_malloc(size_t n)
{
    return may_allocate(n) ? __real_malloc(n) : NULL;
}

void *__real_realloc(void *p, size_t n);
void *__wrap_realloc(void *p, size_t n);
void *__wrap_realloc(void *p, size_t n)
{
    return may_allocate(n) ? __real_realloc(p, n) : NULL;
}

/* ---- making responses ---- */

static const bl_impulse_options as_it_stands = { 48000.0, true, true }, ready = { 48000.0, false, false };

static bl_impulse *create(const float *x, size_t frames, double rate_hz, bl_impulse_options options)
{
    bl_impulse *impulse = NULL;
    bl_error error = { 0 };
    const bl_status status = bl_impulse_create(&x, 1, frames, rate_hz, &options, &impulse, &error);
    if (status)
        fail_msg("%s", error.text);
    return impulse;
}

/* The words must be in the sentence, and nothing may come out. */
static void expect_sentence(bl_status status, bl_status wanted, const bl_error *error, const bl_impulse *impulse,
                            const char *words)
{
    assert_int_equal(status, wanted);
    assert_int_equal(error->status, wanted);
    assert_null(impulse);
    if (!strstr(error->text, words))
        fail_msg("\"%s\" does not say \"%s\"", error->text, words);
    print_message("    %s\n", error->text);
}

static void refuse(const float *x, size_t channels, size_t frames, double rate_hz, double wanted_hz,
                   bl_status status, const char *words)
{
    const float *const rows[3] = { x, x, x };
    const bl_impulse_options options = { wanted_hz, false, false };
    bl_impulse *impulse = NULL;
    bl_error error = { 0 };
    expect_sentence(bl_impulse_create(rows, channels, frames, rate_hz, &options, &impulse, &error), status, &error,
                    impulse, words);
}

static void what_is_no_response_is_refused(void **state)
{
    (void)state;
    const float good[3] = { 1.0f, 0.5f, 0.0f }, silent[3] = { 0.0f, 1e-8f, -1e-30f };
    const float infinite[3] = { 1.0f, INFINITY, 0.0f }, not_a_number[3] = { 1.0f, 0.0f, NAN }, huge[1] = { 1e7f };
    refuse(good, 0, 3, 48000.0, 48000.0, BL_ERR_UNSUPPORTED, "0 channels");
    refuse(good, 3, 3, 48000.0, 48000.0, BL_ERR_UNSUPPORTED, "3 channels");
    refuse(good, 1, 0, 48000.0, 48000.0, BL_ERR_UNSUPPORTED, "no samples");
    refuse(good, 1, 3, 3999.0, 48000.0, BL_ERR_UNSUPPORTED, "3999 Hz");
    refuse(good, 1, 3, 1e6, 48000.0, BL_ERR_UNSUPPORTED, "1e+06 Hz");
    refuse(good, 1, 3, NAN, 48000.0, BL_ERR_UNSUPPORTED, "nan Hz");
    refuse(good, 1, 3, 48000.0, 7999.0, BL_ERR_ARGUMENT, "7999 Hz");
    refuse(good, 1, 3, 48000.0, NAN, BL_ERR_ARGUMENT, "nan Hz");
    refuse(silent, 1, 3, 48000.0, 48000.0, BL_ERR_UNSUPPORTED, "nothing but silence");
    refuse(infinite, 1, 3, 48000.0, 48000.0, BL_ERR_UNSUPPORTED,
           "Sample 1 of channel 1 of the impulse response is inf");
    refuse(not_a_number, 2, 3, 48000.0, 48000.0, BL_ERR_UNSUPPORTED, "is nan");
    refuse(huge, 1, 1, 48000.0, 48000.0, BL_ERR_UNSUPPORTED, "1e+07");
}

/* All of it lies above half of the lower rate. */
static void what_vanishes_is_refused(void **state)
{
    (void)state;
    enum { FRAMES = 9600 };
    float x[FRAMES];
    for (size_t t = 0; t < FRAMES; t++) {
        const double middle = ((double)t - FRAMES / 2.0) / 600.0;
        x[t] = (float)(1e-5 * exp(-middle * middle) * cos(3.14159265 * 0.9 * (double)t));
    }
    refuse(x, 1, FRAMES, 96000.0, 48000.0, BL_ERR_UNSUPPORTED, "above 24000 Hz");
}

static void it_stays_as_it_stands(void **state)
{
    (void)state;
    const float x[5] = { 0.0f, 0.25f, -0.5f, 1e-6f, 0.0f };
    bl_impulse *impulse = create(x, 5, 48000.0, as_it_stands);
    assert_int_equal(bl_impulse_taps(impulse), 5);
    assert_int_equal(bl_impulse_channels(impulse), 1);
    assert_memory_equal(bl_impulse_samples(impulse, 0), x, sizeof x);
    assert_true(bl_impulse_rate(impulse) == 48000.0);
    assert_ptr_equal(bl_impulse_share(impulse), impulse);
    bl_impulse_free(impulse);
    assert_memory_equal(bl_impulse_samples(impulse, 0), x, sizeof x); /* another owner is left */
    bl_impulse_free(impulse);
    bl_impulse_free(NULL);
    assert_null(bl_impulse_share(NULL));
    impulse = create(x, 5, 44100.0, as_it_stands);
    assert_true(bl_impulse_rate(impulse) == 48000.0);
    assert_true(bl_impulse_file_rate(impulse) == 44100.0);
    bl_impulse_free(impulse);
}

/* The same frames go from both channels; what is louder than the peak less 80 dB stays. */
static void silence_is_cut_away(void **state)
{
    (void)state;
    enum { FRAMES = 300 };
    float left[FRAMES] = { 0 }, right[FRAMES] = { 0 };
    left[40] = 0.00004f; /* less than 80 dB below 0.5 */
    right[50] = 0.00006f;
    left[53] = -0.5f;
    right[60] = 0.1f;
    left[70] = -0.00006f;
    right[200] = 0.00004f;
    const float *const rows[2] = { left, right };
    const bl_impulse_options options = { 48000.0, true, false };
    bl_impulse *impulse = NULL;
    assert_int_equal(bl_impulse_create(rows, 2, FRAMES, 48000.0, &options, &impulse, NULL), BL_OK);
    assert_int_equal(bl_impulse_taps(impulse), 21);
    assert_true(bl_impulse_samples(impulse, 0)[3] == -0.5f);
    assert_true(bl_impulse_samples(impulse, 1)[0] == 0.00006f);
    assert_true(bl_impulse_samples(impulse, 1)[10] == 0.1f);
    assert_true(fabsf(bl_impulse_samples(impulse, 0)[20]) < 0.00006f); /* faded */
    bl_impulse_free(impulse);
}

static void what_is_too_long_is_faded_and_dropped(void **state)
{
    (void)state;
    const size_t frames = 6 * 8000, kept = (size_t)(BL_IMPULSE_MAX_SECONDS * 8000.0);
    float *x = malloc(frames * sizeof *x);
    for (size_t t = 0; t < frames; t++)
        x[t] = t % 2 ? -0.5f : 0.5f;
    bl_impulse *impulse = create(x, frames, 8000.0, (bl_impulse_options){ 8000.0, true, true });
    const float *taps = bl_impulse_samples(impulse, 0);
    assert_int_equal(bl_impulse_taps(impulse), kept);
    assert_memory_equal(taps, x, kept / 100 * 95 * sizeof *x);
    for (size_t t = kept / 100 * 95 + 2; t < kept; t++)
        assert_true(fabsf(taps[t]) <= fabsf(taps[t - 1]));
    assert_true(fabsf(taps[kept - 1]) < 1e-6f);
    bl_impulse_free(impulse);
    memset(x, 0, kept * sizeof *x);
    refuse(x, 1, frames, 8000.0, 8000.0, BL_ERR_UNSUPPORTED, "silent in its first 5 seconds");
    free(x);
}

/* Resampling more than that would take a stranger's file seconds of our time. */
static void at_high_rates_less_is_kept(void **state)
{
    (void)state;
    const size_t frames = BL_IMPULSE_MAX_FRAMES + 1000;
    float *x = malloc(frames * sizeof *x);
    for (size_t t = 0; t < frames; t++)
        x[t] = 0.25f;
    bl_impulse *impulse = create(x, frames, 768000.0, (bl_impulse_options){ 768000.0, true, true });
    assert_int_equal(bl_impulse_taps(impulse), BL_IMPULSE_MAX_FRAMES);
    assert_true(bl_impulse_samples(impulse, 0)[1000] == 0.25f);
    assert_true(fabsf(bl_impulse_samples(impulse, 0)[BL_IMPULSE_MAX_FRAMES - 1]) < 1e-6f);
    bl_impulse_free(impulse);
    memset(x, 0, BL_IMPULSE_MAX_FRAMES * sizeof *x);
    refuse(x, 1, frames, 768000.0, 48000.0, BL_ERR_UNSUPPORTED, "silent in its first 1.25 seconds");
    free(x);
}

/* Not even from the lowest to the highest rate are there more frames; some follow in which the end rings out. */
static void for_high_rates_less_is_kept(void **state)
{
    (void)state;
    enum { FRAMES = 4000 * 5 };
    float x[FRAMES] = { 0 };
    x[0] = x[4999] = x[FRAMES - 1] = 0.5f;
    bl_impulse *impulse = create(x, FRAMES, 4000.0, (bl_impulse_options){ 768000.0, true, true });
    assert_in_range(bl_impulse_taps(impulse), BL_IMPULSE_MAX_FRAMES, BL_IMPULSE_MAX_FRAMES + 64 * 192);
    bl_impulse_free(impulse);
    impulse = create(x, FRAMES, 4000.0, (bl_impulse_options){ 192000.0, true, true });
    assert_int_equal(bl_impulse_taps(impulse), BL_IMPULSE_MAX_FRAMES + 64 * 48);
    bl_impulse_free(impulse);
}

/* A single sample lets everything pass, so it becomes 1, whatever it was; so it does in both channels. */
static void the_level_is_that_of_a_guitar(void **state)
{
    (void)state;
    const float quiet = -0.003f, loud = 0.004f;
    bl_impulse *impulse = create(&quiet, 1, 48000.0, ready);
    assert_true(fabsf(bl_impulse_samples(impulse, 0)[0] + 1.0f) < 1e-6f);
    bl_impulse_free(impulse);
    const float *const rows[2] = { &quiet, &loud }; /* 3 and 4 in power: 5 times the root of a half */
    assert_int_equal(bl_impulse_create(rows, 2, 1, 48000.0, &ready, &impulse, NULL), BL_OK);
    assert_true(fabsf(bl_impulse_samples(impulse, 0)[0] + 0.6f * sqrtf(2.0f)) < 1e-5f);
    assert_true(fabsf(bl_impulse_samples(impulse, 1)[0] - 0.8f * sqrtf(2.0f)) < 1e-5f);
    bl_impulse_free(impulse);
}

/* ---- files ---- */

typedef struct bytes {
    uint8_t *data;
    sf_count_t size, at, room;
} bytes;

static sf_count_t get_size(void *user)
{
    return ((bytes *)user)->size;
}

static sf_count_t get_place(void *user)
{
    return ((bytes *)user)->at;
}

static sf_count_t set_place(sf_count_t offset, int whence, void *user)
{
    bytes *b = user;
    return b->at = offset + (whence == SEEK_SET ? 0 : whence == SEEK_CUR ? b->at : b->size);
}

static sf_count_t get_bytes(void *to, sf_count_t count, void *user)
{
    bytes *b = user;
    const sf_count_t left = b->size - b->at, got = count < left ? count : left;
    memcpy(to, b->data + b->at, (size_t)got);
    b->at += got;
    return got;
}

static sf_count_t put_bytes(const void *from, sf_count_t count, void *user)
{
    bytes *b = user;
    assert_true(b->at + count <= b->room);
    memcpy(b->data + b->at, from, (size_t)count);
    b->at += count;
    b->size = b->at > b->size ? b->at : b->size;
    return count;
}

enum { FRAMES = 3000, ROOM = 1 << 16 };

/* A file in memory that holds the samples, one after the other for all channels. */
static bytes write_file(int format, int channels, int rate, const float *x, sf_count_t frames)
{
    SF_VIRTUAL_IO io = { get_size, set_place, get_bytes, put_bytes, get_place };
    SF_INFO info = { .samplerate = rate, .channels = channels, .format = format };
    bytes b = { .room = (sf_count_t)ROOM + frames * channels * 8 };
    b.data = calloc((size_t)b.room, 1);
    SNDFILE *file = sf_open_virtual(&io, SFM_WRITE, &info, &b);
    if (!file)
        fail_msg("%s", sf_strerror(NULL));
    assert_int_equal(sf_writef_float(file, x, frames), frames);
    sf_close(file);
    return b;
}

static void fill(float *x, size_t count)
{
    bl_random rng = { 12 };
    bl_random_fill(&rng, x, count, 0.9f);
    x[0] = 0.95f;
}

static void every_format_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int format;
        double step; /* libsndfile writes times 127, 32767 ... and reads through 128, 32768 ... */
    } formats[] = {
        { "WAV, 8 bits", SF_FORMAT_WAV | SF_FORMAT_PCM_U8, 1.0 / 128 },
        { "WAV, 16 bits", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1.0 / 32768 },
        { "WAV, 24 bits", SF_FORMAT_WAV | SF_FORMAT_PCM_24, 1.0 / 8388608 },
        { "WAV, 32 bits", SF_FORMAT_WAV | SF_FORMAT_PCM_32, 1.0 / 8388608 },
        { "WAV, float", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 1e-30 },
        { "WAV, double", SF_FORMAT_WAV | SF_FORMAT_DOUBLE, 1e-30 },
        { "WAV, extensible", SF_FORMAT_WAVEX | SF_FORMAT_PCM_24, 1.0 / 8388608 },
        { "FLAC, 16 bits", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 1.0 / 32768 },
        { "FLAC, 24 bits", SF_FORMAT_FLAC | SF_FORMAT_PCM_24, 1.0 / 8388608 },
        { "AIFF, 24 bits", SF_FORMAT_AIFF | SF_FORMAT_PCM_24, 1.0 / 8388608 },
        { "AIFF, float", SF_FORMAT_AIFF | SF_FORMAT_FLOAT, 1e-30 },
        { "W64, 16 bits", SF_FORMAT_W64 | SF_FORMAT_PCM_16, 1.0 / 32768 },
        { "RF64, float", SF_FORMAT_RF64 | SF_FORMAT_FLOAT, 1e-30 },
        { "CAF, float", SF_FORMAT_CAF | SF_FORMAT_FLOAT, 1e-30 },
    };
    float x[2 * FRAMES];
    fill(x, 2 * FRAMES);
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        for (int channels = 1; channels <= 2; channels++) {
            const sf_count_t frames = FRAMES - (sf_count_t)i; /* odd ones too */
            bytes b = write_file(formats[i].format, channels, 48000, x, frames);
            bl_impulse *impulse = NULL;
            bl_error error = { 0 };
            if (bl_impulse_load_memory(b.data, (size_t)b.size, &as_it_stands, &impulse, &error))
                fail_msg("%s: %s", formats[i].name, error.text);
            free(b.data); /* not needed any more */
            assert_int_equal(bl_impulse_taps(impulse), frames);
            assert_int_equal(bl_impulse_channels(impulse), channels);
            for (size_t t = 0; t < (size_t)frames; t++)
                for (size_t c = 0; c < (size_t)channels; c++) {
                    const double wanted = x[t * (size_t)channels + c], got = bl_impulse_samples(impulse, c)[t];
                    if (fabs(got - wanted) > 2.0 * formats[i].step)
                        fail_msg("%s: %.9f became %.9f", formats[i].name, wanted, got);
                }
            bl_impulse_free(impulse);
        }
}

/* A folder for one test, and a path in it. */
static char folder[64], path[128];

static void in_folder(const char *name)
{
    snprintf(path, sizeof path, "%s/%s", folder, name);
}

static void save(const bytes *b, const char *name)
{
    in_folder(name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(b->data, 1, (size_t)b->size, file), b->size);
    fclose(file);
}

static void refuse_path(const char *name, bl_status status, const char *words)
{
    bl_impulse *impulse = NULL;
    bl_error error = { 0 };
    in_folder(name);
    expect_sentence(bl_impulse_load(path, &ready, &impulse, &error), status, &error, impulse, words);
    assert_int_equal(strncmp(error.text, path, strlen(path)), 0);
    expect_sentence(bl_impulse_load(path, &(const bl_impulse_options){ 1.0, false, false }, &impulse, &error),
                    BL_ERR_ARGUMENT, &error, impulse, "1 Hz");
}

static void paths_of_any_language(void **state)
{
    (void)state;
    static const char *const names[] = { "caf\xc3\xa9 \xe6\x97\xa5\xe6\x9c\xac.wav", "a b'c\"d.wav", "no ending" };
    float x[FRAMES];
    fill(x, FRAMES);
    snprintf(folder, sizeof folder, "/tmp/backline-impulse-XXXXXX");
    assert_non_null(mkdtemp(folder));
    bytes b = write_file(SF_FORMAT_WAV | SF_FORMAT_FLOAT, 1, 48000, x, FRAMES);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        bl_impulse *impulse = NULL;
        save(&b, names[i]);
        assert_int_equal(bl_impulse_load(path, &as_it_stands, &impulse, NULL), BL_OK);
        assert_memory_equal(bl_impulse_samples(impulse, 0), x, sizeof x);
        bl_impulse_free(impulse);
        unlink(path);
    }
    free(b.data);
    refuse_path("missing.wav", BL_ERR_IO, "cannot open it");
    refuse_path(".", BL_ERR_IO, "a folder");
    b = (bytes){ .data = (uint8_t *)"This is a text, not a sound.", .size = 28 };
    save(&b, "text.wav");
    refuse_path("text.wav", BL_ERR_FORMAT, "no audio file");
    b.size = 0;
    save(&b, "text.wav");
    refuse_path("text.wav", BL_ERR_FORMAT, "no audio file");
    unlink(path);
    rmdir(folder);
}

static void refuse_bytes(const void *data, size_t size, bl_status status, const char *words)
{
    bl_impulse *impulse = NULL;
    bl_error error = { 0 };
    expect_sentence(bl_impulse_load_memory(data, size, &ready, &impulse, &error), status, &error, impulse, words);
}

static void files_that_are_no_responses(void **state)
{
    (void)state;
    float x[6 * 16] = { 1.0f };
    bytes b = write_file(SF_FORMAT_WAV | SF_FORMAT_FLOAT, 6, 48000, x, 16);
    refuse_bytes(b.data, (size_t)b.size, BL_ERR_UNSUPPORTED, "6 channels");
    free(b.data);
    b = write_file(SF_FORMAT_WAV | SF_FORMAT_FLOAT, 1, 48000, x, 0);
    refuse_bytes(b.data, (size_t)b.size, BL_ERR_UNSUPPORTED, "no samples");
    free(b.data);
    b = write_file(SF_FORMAT_WAV | SF_FORMAT_FLOAT, 1, 3000, x, 16);
    refuse_bytes(b.data, (size_t)b.size, BL_ERR_UNSUPPORTED, "3000 Hz");
    free(b.data);
    x[0] = NAN;
    b = write_file(SF_FORMAT_WAV | SF_FORMAT_FLOAT, 1, 48000, x, 16);
    refuse_bytes(b.data, (size_t)b.size, BL_ERR_UNSUPPORTED, "is nan");
    free(b.data);
    x[0] = 0.0f;
    b = write_file(SF_FORMAT_WAV | SF_FORMAT_FLOAT, 1, 48000, x, 16);
    refuse_bytes(b.data, (size_t)b.size, BL_ERR_UNSUPPORTED, "nothing but silence");
    free(b.data);
    refuse_bytes("", 0, BL_ERR_FORMAT, "no audio file");
    refuse_bytes(NULL, 0, BL_ERR_ARGUMENT, "no bytes");
}

/* An hour of sound: only its first seconds are read, and only they cost memory. */
static void an_hour_costs_no_more_than_its_beginning(void **state)
{
    (void)state;
    const sf_count_t frames = 3600 * 8000;
    float x[1] = { 0.5f };
    bytes b = write_file(SF_FORMAT_WAV | SF_FORMAT_PCM_U8, 1, 8000, x, 1);
    b.data = realloc(b.data, (size_t)frames + 44);
    memset(b.data + 44, 0x90, (size_t)frames);
    const uint32_t data_bytes = (uint32_t)frames, riff_bytes = data_bytes + 36;
    memcpy(b.data + 4, &riff_bytes, 4);
    memcpy(b.data + 40, &data_bytes, 4);
    bl_impulse *impulse = NULL;
    largest_call = 0;
    const bl_impulse_options options = { 8000.0, true, true };
    assert_int_equal(bl_impulse_load_memory(b.data, (size_t)frames + 44, &options, &impulse, NULL), BL_OK);
    assert_int_equal(bl_impulse_taps(impulse), 5 * 8000);
    assert_true(largest_call <= 5 * 8000 * sizeof(float));
    bl_impulse_free(impulse);
    /* The same promise in a file that does not hold it. */
    largest_call = 0;
    assert_int_equal(bl_impulse_load_memory(b.data, 1000, &options, &impulse, NULL), BL_OK);
    assert_in_range(bl_impulse_taps(impulse), 900, 1000);
    assert_true(largest_call <= 5 * 8000 * sizeof(float));
    bl_impulse_free(impulse);
    free(b.data);
}

/* Whatever happens to its bytes, a file ends as a response or as a sentence. */
static void try_bytes(const uint8_t *data, size_t size, size_t *loaded)
{
    bl_impulse *impulse = NULL;
    bl_error error = { 0 };
    largest_call = 0;
    if (bl_impulse_load_memory(data, size, &ready, &impulse, &error)) {
        assert_true(strlen(error.text) > 10);
    } else {
        for (size_t c = 0; c < bl_impulse_channels(impulse); c++)
            for (size_t t = 0; t < bl_impulse_taps(impulse); t++)
                assert_true(isfinite(bl_impulse_samples(impulse, c)[t]));
        ++*loaded;
    }
    assert_true(largest_call <= 16u << 20);
    bl_impulse_free(impulse);
}

static void broken_files_do_no_harm(void **state)
{
    (void)state;
    static const int formats[] = { SF_FORMAT_WAV | SF_FORMAT_PCM_24, SF_FORMAT_FLAC | SF_FORMAT_PCM_16,
                                   SF_FORMAT_AIFF | SF_FORMAT_PCM_16, SF_FORMAT_W64 | SF_FORMAT_FLOAT,
                                   SF_FORMAT_CAF | SF_FORMAT_FLOAT };
    float x[400];
    fill(x, 400);
    bl_random rng = { 77 };
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        bytes b = write_file(formats[i], 2, 48000, x, 200);
        size_t loaded = 0;
        for (size_t size = 0; size < (size_t)b.size; size += 1 + size / 60)
            try_bytes(b.data, size, &loaded);
        uint8_t *changed = malloc((size_t)b.size);
        for (size_t turn = 0; turn < bl_test_effort(400); turn++) {
            memcpy(changed, b.data, (size_t)b.size);
            for (size_t flips = 1 + bl_random_below(&rng, 3); flips; flips--)
                changed[bl_random_below(&rng, turn % 2 ? 60 : (size_t)b.size)] = (uint8_t)bl_random_next(&rng);
            try_bytes(changed, (size_t)b.size, &loaded);
        }
        print_message("    %zu broken files could still be read\n", loaded);
        free(changed);
        free(b.data);
    }
}

static void without_memory_it_says_so(void **state)
{
    (void)state;
    float x[2 * FRAMES];
    fill(x, 2 * FRAMES);
    bytes b = write_file(SF_FORMAT_WAV | SF_FORMAT_FLOAT, 2, 44100, x, FRAMES);
    bl_impulse *impulse = NULL;
    size_t refused = 0;
    for (;; refused++) {
        bl_error error = { 0 };
        calls_left = refused;
        const bl_status status = bl_impulse_load_memory(b.data, (size_t)b.size, &ready, &impulse, &error);
        calls_left = SIZE_MAX;
        if (!status)
            break;
        assert_int_equal(status, BL_ERR_NO_MEM);
        assert_null(impulse);
    }
    assert_in_range(refused, 7, 20); /* two channels, twice two for the rate, the handle */
    bl_impulse_free(impulse);
    free(b.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_response_is_refused),
        cmocka_unit_test(what_vanishes_is_refused),
        cmocka_unit_test(it_stays_as_it_stands),
        cmocka_unit_test(silence_is_cut_away),
        cmocka_unit_test(what_is_too_long_is_faded_and_dropped),
        cmocka_unit_test(at_high_rates_less_is_kept),
        cmocka_unit_test(for_high_rates_less_is_kept),
        cmocka_unit_test(the_level_is_that_of_a_guitar),
        cmocka_unit_test(every_format_is_read),
        cmocka_unit_test(paths_of_any_language),
        cmocka_unit_test(files_that_are_no_responses),
        cmocka_unit_test(an_hour_costs_no_more_than_its_beginning),
        cmocka_unit_test(broken_files_do_no_harm),
        cmocka_unit_test(without_memory_it_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
