/* What impulse responses and rig files of strangers may cost, as tests/limits asks it of models: 256 MiB, and an end. Their limits
 * are named in plugins/file_limits.h and plugins/impulse.h; those of models in engine/model/limits.h. */
#define _GNU_SOURCE
#include "limits/hostile.h"

#include "impulse.h"
#include "rig_file.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_SECONDS = 20 };

static char path[] = "/tmp/backline-bounds-XXXXXX";

/* ---- files ---- */

static void put(FILE *file, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        fputc((int)(value >> 8 * i & 0xff), file);
}

/* A WAV file of floats whose header claims `claimed` bytes of them, and that has `bytes`: a sample of 0.5, a hole, and
 * such a sample where the longest response ends. */
static void write_wav(unsigned channels, uint32_t rate_hz, uint32_t claimed, uint64_t bytes)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs("RIFF", file);
    put(file, claimed > UINT32_MAX - 36 ? UINT32_MAX : claimed + 36, 4);
    fputs("WAVEfmt ", file);
    put(file, 16, 4);
    put(file, 3, 2);
    put(file, channels, 2);
    put(file, rate_hz, 4);
    put(file, (uint64_t)rate_hz * channels * 4, 4);
    put(file, channels * 4, 2);
    put(file, 32, 2);
    fputs("data", file);
    put(file, claimed, 4);
    put(file, 0x3f000000, 4);
    const uint64_t frames = (uint64_t)(BL_IMPULSE_MAX_SECONDS * rate_hz), last = (frames - 1) * channels * 4;
    if (frames && last < bytes) { /* so that nothing is cut away */
        assert_int_equal(fseeko(file, (off_t)(44 + last), SEEK_SET), 0);
        put(file, 0x3f000000, 4);
    }
    fflush(file);
    assert_int_equal(ftruncate(fileno(file), (off_t)(44 + bytes)), 0);
    fclose(file);
}

static void write_text(const char *front, const char *again, size_t bytes)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs(front, file);
    for (size_t n = strlen(front); n + strlen(again) <= bytes; n += strlen(again))
        fputs(again, file);
    fclose(file);
}

/* ---- a process of its own ---- */

static bl_status load(double rate_hz, bl_error *error)
{
    bl_rig_setup setup;
    bl_impulse *impulse = NULL;
    bl_status status;
    if (rate_hz > 0) {
        const bl_impulse_options options = { .rate_hz = rate_hz };
        status = bl_impulse_load(path, &options, &impulse, error);
        bl_impulse_free(impulse);
    } else if (!(status = bl_rig_file_load(path, &setup, error))) {
        bl_rig_setup_free(&setup);
    }
    return status;
}

static void run_child(double rate_hz, int end)
{
    const struct rlimit time = { MOST_SECONDS, MOST_SECONDS };
    outcome o = { .ended = true };
    struct rusage before, after;
    setrlimit(RLIMIT_CPU, &time);
    getrusage(RUSAGE_SELF, &before);
    o.status = (int)load(rate_hz, &o.error);
    getrusage(RUSAGE_SELF, &after);
    o.seconds = (double)after.ru_utime.tv_sec + 1e-6 * (double)after.ru_utime.tv_usec;
    o.mebibytes = (double)(after.ru_maxrss - before.ru_maxrss) / 1024.0;
    _exit(write(end, &o, sizeof o) != sizeof o);
}

/* rate_hz: an impulse response for it; 0: a rig file. part: of the sentence; NULL: it loads. */
static void expect(const char *what, double rate_hz, double most_mebibytes, const char *part)
{
    int ends[2];
    outcome o = { 0 };
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    if (!child)
        run_child(rate_hz, ends[1]);
    close(ends[1]);
    if (child < 0 || read(ends[0], &o, sizeof o) != sizeof o)
        o = (outcome){ 0 };
    close(ends[0]);
    waitpid(child, NULL, 0);
    hostile_check_cost(what, &o, 0);
    if (hostile_measures() && o.mebibytes > most_mebibytes)
        fail_msg("%s: took %.0f MiB", what, o.mebibytes);
    if (!part != !o.status || (part && !strstr(o.error.text, part)))
        fail_msg("%s: status %d, \"%s\"", what, o.status, o.error.text);
}

/* ---- tests ---- */

static void test_impulse_responses(void **state)
{
    const double most = 64;
    write_wav(1, 48000, 0xfffffff0u, 16);
    expect("60 bytes that claim 4 GiB", 48000, 4, NULL);
    write_wav(2, 96000, 0xa4cb8000u, (uint64_t)96000 * 3600 * 8);
    expect("an hour at 96 kHz, in stereo", 48000, most, NULL);
    write_wav(2, 192000, 0xfffffff0u, (uint64_t)4 << 30);
    expect("4 GiB at 192 kHz, for 44.1 kHz", 44100, most, NULL);
    write_wav(2, 8000, 0xfffffff0u, (uint64_t)4 << 30);
    expect("4 GiB at 8 kHz, for 96 kHz", 96000, most, NULL);
    write_wav(2, 4000, 0xfffffff0u, (uint64_t)4 << 30);
    expect("4 GiB at 4 kHz, for 768 kHz", 768000, most, NULL);
    write_wav(65535, 48000, 0xfffffff0u, 1 << 20);
    expect("65535 channels", 48000, 4, ".");
    write_wav(1, 0xffffffffu, 0xfffffff0u, 1 << 20);
    expect("4 GHz", 48000, 4, ".");
    write_wav(1, 0, 16, 16);
    expect("0 Hz", 48000, 4, ".");
}

static void test_rig_files(void **state)
{
    const size_t most = 1 << 20;
    write_text("{\"backline_rig\":1,\"later\":[", "{},", most);
    expect("a megabyte of objects", 0, 256, "JSON");
    write_text("{\"backline_rig\":1,\"later\":[", "[", most);
    expect("a megabyte of brackets", 0, 256, "JSON");
    write_text("{\"backline_rig\":1,\"later\":[", "1,", most);
    expect("a megabyte of numbers", 0, 256, "JSON");
    write_text("{\"backline_rig\":1,\"later\":\"", "x", most);
    expect("a megabyte of one text", 0, 256, "JSON");
    write_text("{\"backline_rig\":1", " ", most + 1);
    expect("a byte more", 0, 4, "1 MiB");
    assert_int_equal(truncate(path, (off_t)5 << 30), 0);
    expect("5 GiB", 0, 4, "1 MiB");
}

static int make_file(void **state)
{
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    return close(fd);
}

static int remove_file(void **state)
{
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_impulse_responses),
                                        cmocka_unit_test(test_rig_files) };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
