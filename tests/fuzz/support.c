/* What all targets share. */
#define _GNU_SOURCE 1
#include "fuzz/fuzz.h"

#include "base/utf8.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

bool bl_fuzz_verbose;

/* ---- listening ---- */

enum { MOST_HEARD = 1 << 20 };

static int heard_fd = -1, real_fd = -1;
static char *heard;

/* The sanitizers' own, where they are linked: where they report to. */
extern void __sanitizer_set_report_fd(void *fd) __attribute__((weak));

void bl_fuzz_listen(void)
{
    if (heard_fd < 0) {
        heard_fd = memfd_create("said", MFD_CLOEXEC);
        real_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10);
        FUZZ_REQUIRE(heard_fd >= 0 && real_fd >= 0, "no file to listen with");
        if (__sanitizer_set_report_fd)
            __sanitizer_set_report_fd((void *)(intptr_t)real_fd);
    }
    free(heard);
    heard = NULL;
    fflush(stderr);
    FUZZ_REQUIRE(!ftruncate(heard_fd, 0) && !lseek(heard_fd, 0, SEEK_SET), "no file to listen with");
    dup2(heard_fd, STDERR_FILENO);
}

static void speak_again(void)
{
    if (real_fd < 0)
        return;
    fflush(stderr);
    dup2(real_fd, STDERR_FILENO);
}

const char *bl_fuzz_heard(void)
{
    speak_again();
    const off_t size = lseek(heard_fd, 0, SEEK_END);
    FUZZ_REQUIRE(size >= 0 && size <= MOST_HEARD, "%lld bytes were said", (long long)size);
    heard = malloc((size_t)size + 1);
    FUZZ_REQUIRE(heard && pread(heard_fd, heard, (size_t)size, 0) == size, "what was said is gone");
    heard[size] = 0;
    FUZZ_REQUIRE(strlen(heard) == (size_t)size, "a zero was said");
    return heard;
}

void bl_fuzz_fail(const char *file, int line, const char *condition, const char *format, ...)
{
    va_list args;
    speak_again();
    fprintf(stderr, "%s:%d: %s: ", file, line, condition);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    abort();
}

/* ---- errors ---- */

bl_error bl_fuzz_no_error(void)
{
    return (bl_error){ .status = BL_OK };
}

static void check_printable(const char *sentence)
{
    const size_t n = strlen(sentence);
    FUZZ_REQUIRE(n && (sentence[n - 1] == '.' || sentence[n - 1] == '?'), "no sentence: \"%s\"", sentence);
    for (size_t i = 0; i < n; i++)
        FUZZ_REQUIRE((unsigned char)sentence[i] >= 0x20 && sentence[i] != 0x7F, "not printable: \"%s\"", sentence);
}

void bl_fuzz_check_sentence(const char *sentence)
{
    check_printable(sentence);
    FUZZ_REQUIRE(bl_utf8_ok(sentence, strlen(sentence)), "not UTF-8: \"%s\"", sentence);
}

void bl_fuzz_check_sentences(const char *lines)
{
    char *copy = strdup(lines), *rest = copy;
    FUZZ_REQUIRE(copy, "no memory");
    for (char *line; (line = strsep(&rest, "\n")) && (rest || *line);)
        check_printable(line);
    free(copy);
}

void bl_fuzz_check_error(bl_status status, const bl_error *error)
{
    FUZZ_REQUIRE(status > BL_OK && status <= BL_ERR_CPU, "status %d", (int)status);
    FUZZ_REQUIRE(error->status == status, "returned %d, but the error has %d: %s", (int)status, (int)error->status,
                 error->text);
    bl_fuzz_check_sentence(error->text);
}

bl_fuzz_result bl_fuzz_refused(bl_status status, const bl_error *error)
{
    bl_fuzz_check_error(status, error);
    if (bl_fuzz_verbose)
        printf("  %s\n", error->text);
    return BL_FUZZ_REFUSED;
}

/* ---- numbers and texts ---- */

uint64_t bl_fuzz_hash(const uint8_t *data, size_t size)
{
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ data[i]) * 1099511628211u;
    return hash ^ hash >> 32;
}

uint64_t bl_fuzz_next(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

char *bl_fuzz_text(const uint8_t *data, size_t size)
{
    const size_t length = strnlen((const char *)data, size);
    char *text = malloc(length + 1);
    FUZZ_REQUIRE(text, "no memory");
    memcpy(text, data, length);
    text[length] = 0;
    return text;
}

/* ---- files ---- */

static char folder[256];

static int forget(const char *path, const struct stat *info, int type, struct FTW *where)
{
    return remove(path);
}

static void remove_folder(void)
{
    nftw(folder, forget, 16, FTW_DEPTH | FTW_PHYS);
}

const char *bl_fuzz_folder(void)
{
    if (*folder)
        return folder;
    const char *place = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%.200s/backline-fuzz-XXXXXX", place && *place ? place : "/tmp");
    FUZZ_REQUIRE(mkdtemp(folder) && !chdir(folder), "%s: this folder cannot be made", folder);
    atexit(remove_folder);
    setenv("HOME", folder, 1);
    setenv("XDG_CONFIG_HOME", folder, 1);
    setenv("XDG_STATE_HOME", folder, 1);
    unsetenv("BACKLINE_PATH");
    return folder;
}

const char *bl_fuzz_path(const char *name)
{
    static char paths[4][512];
    static unsigned turn;
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", bl_fuzz_folder(), name);
    return path;
}

const char *bl_fuzz_write(const char *name, const void *data, size_t size)
{
    const char *path = bl_fuzz_path(name);
    FILE *file = fopen(path, "wbe");
    FUZZ_REQUIRE(file && fwrite(data, 1, size, file) == size, "%s: not written", path);
    FUZZ_REQUIRE(!fclose(file), "%s: not written", path);
    return path;
}
