/* For clang's memory sanitizer, which sees only what code that it compiled writes: here stands what the libraries of
 * others have written, so that it counts as initialised. Each function calls the real one (the linker's --wrap) and
 * says what has come of it. What jansson builds is read by its macros; its memory counts as initialised from the
 * start. */
#define _POSIX_C_SOURCE 200809L
#include <jansson.h>
#include <samplerate.h>
#include <sanitizer/allocator_interface.h>
#include <sanitizer/msan_interface.h>
#include <sha2.h>
#include <sndfile.h>
#include <zip.h>

#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>

#define REAL(type, name, ...)                                                                                      \
    type __real_##name(__VA_ARGS__); /* NOLINT(bugprone-reserved-identifier): the linker's name */                 \
    type __wrap_##name(__VA_ARGS__); /* NOLINT(bugprone-reserved-identifier) */                                    \
    type __wrap_##name(__VA_ARGS__)  /* NOLINT(bugprone-reserved-identifier) */

/* While a library is at work, its memory counts as initialised, and so does the stack, where our own functions have left
 * what they did not initialise. */
static _Thread_local bool is_away;

static void leave(void)
{
    enum { DEEP = 128 * 1024, NEAR = 256 };
    __msan_unpoison((char *)__builtin_frame_address(0) - DEEP, DEEP - NEAR);
    is_away = true;
}

static void come_back(void)
{
    is_away = false;
}

static void know_memory(const volatile void *memory, size_t size)
{
    if (is_away)
        __msan_unpoison(memory, size);
}

static void ignore_free(const volatile void *memory)
{
    (void)memory;
}

static const char *known_text(const char *text)
{
    if (text)
        __msan_unpoison_string(text);
    return text;
}

/* ---- the C library: stat() of glibc 2.33 and later is new to the sanitizer of clang 14 ---- */

REAL(int, stat64, const char *path, struct stat *info)
{
    const int failed = __real_stat64(path, info);
    if (!failed)
        __msan_unpoison(info, sizeof *info);
    return failed;
}

REAL(int, fstat64, int file, struct stat *info)
{
    const int failed = __real_fstat64(file, info);
    if (!failed)
        __msan_unpoison(info, sizeof *info);
    return failed;
}

/* ---- jansson ---- */

/* malloc() itself may be counted by the test, as what our own code takes. */
static void *take(size_t size)
{
    void *memory;
    return posix_memalign(&memory, 16, size ? size : 1) ? NULL : memory;
}

static json_malloc_t allocate = take;

static void *allocate_known(size_t size)
{
    void *memory = allocate(size);
    if (memory)
        __msan_unpoison(memory, size);
    return memory;
}

REAL(void, json_set_alloc_funcs, json_malloc_t malloc_function, json_free_t free_function)
{
    allocate = malloc_function;
    __real_json_set_alloc_funcs(allocate_known, free_function);
}

__attribute__((constructor)) static void begin(void)
{
    __real_json_set_alloc_funcs(allocate_known, free);
    __sanitizer_install_malloc_and_free_hooks(know_memory, ignore_free);
}

REAL(json_t *, json_loadb, const char *bytes, size_t count, size_t flags, json_error_t *error)
{
    leave();
    json_t *json = __real_json_loadb(bytes, count, flags, error);
    come_back();
    if (error)
        __msan_unpoison(error, sizeof *error);
    return json;
}

REAL(char *, json_dumps, const json_t *json, size_t flags)
{
    leave();
    char *text = __real_json_dumps(json, flags);
    come_back();
    return text;
}

/* ---- libzip ---- */

REAL(zip_t *, zip_open_from_source, zip_source_t *source, int flags, zip_error_t *error)
{
    leave();
    zip_t *zip = __real_zip_open_from_source(source, flags, error);
    come_back();
    return zip;
}

REAL(int, zip_close, zip_t *zip)
{
    leave();
    const int failed = __real_zip_close(zip);
    come_back();
    return failed;
}

REAL(const char *, zip_strerror, zip_t *zip)
{
    return known_text(__real_zip_strerror(zip));
}

REAL(const char *, zip_error_strerror, zip_error_t *error)
{
    return known_text(__real_zip_error_strerror(error));
}

REAL(const char *, zip_file_strerror, zip_file_t *file)
{
    return known_text(__real_zip_file_strerror(file));
}

REAL(const char *, zip_get_name, zip_t *zip, zip_uint64_t index, zip_flags_t flags)
{
    return known_text(__real_zip_get_name(zip, index, flags));
}

REAL(int, zip_stat_index, zip_t *zip, zip_uint64_t index, zip_flags_t flags, zip_stat_t *entry)
{
    const int failed = __real_zip_stat_index(zip, index, flags, entry);
    if (!failed) {
        __msan_unpoison(entry, sizeof *entry);
        known_text(entry->name);
    }
    return failed;
}

REAL(zip_file_t *, zip_fopen_index, zip_t *zip, zip_uint64_t index, zip_flags_t flags)
{
    leave();
    zip_file_t *file = __real_zip_fopen_index(zip, index, flags);
    come_back();
    return file;
}

REAL(zip_source_t *, zip_source_buffer_create, const void *bytes, zip_uint64_t count, int owned, zip_error_t *error)
{
    leave();
    zip_source_t *source = __real_zip_source_buffer_create(bytes, count, owned, error);
    come_back();
    return source;
}

REAL(zip_int64_t, zip_fread, zip_file_t *file, void *bytes, zip_uint64_t count)
{
    leave();
    const zip_int64_t n = __real_zip_fread(file, bytes, count);
    come_back();
    if (n > 0)
        __msan_unpoison(bytes, (size_t)n);
    return n;
}

/* ---- libsndfile ---- */

REAL(SNDFILE *, sf_open, const char *path, int mode, SF_INFO *info)
{
    leave();
    SNDFILE *file = __real_sf_open(path, mode, info);
    come_back();
    __msan_unpoison(info, sizeof *info);
    return file;
}

REAL(SNDFILE *, sf_open_virtual, SF_VIRTUAL_IO *io, int mode, SF_INFO *info, void *user)
{
    leave();
    SNDFILE *file = __real_sf_open_virtual(io, mode, info, user);
    come_back();
    __msan_unpoison(info, sizeof *info);
    return file;
}

REAL(sf_count_t, sf_readf_float, SNDFILE *file, float *samples, sf_count_t frames)
{
    leave();
    SF_INFO info = { 0 };
    sf_command(file, SFC_GET_CURRENT_SF_INFO, &info, sizeof info);
    __msan_unpoison(&info, sizeof info);
    const sf_count_t n = __real_sf_readf_float(file, samples, frames);
    if (n > 0)
        __msan_unpoison(samples, (size_t)(n * info.channels) * sizeof *samples);
    return n;
}

REAL(const char *, sf_strerror, SNDFILE *file)
{
    return known_text(__real_sf_strerror(file));
}

/* ---- libsamplerate ---- */

REAL(int, src_process, SRC_STATE *state, SRC_DATA *data)
{
    const int failed = __real_src_process(state, data);
    __msan_unpoison(data, sizeof *data);
    if (!failed)
        __msan_unpoison(data->data_out,
                        (size_t)(data->output_frames_gen * src_get_channels(state)) * sizeof(float));
    return failed;
}

REAL(int, src_simple, SRC_DATA *data, int converter, int channels)
{
    const int failed = __real_src_simple(data, converter, channels);
    __msan_unpoison(data, sizeof *data);
    if (!failed)
        __msan_unpoison(data->data_out, (size_t)(data->output_frames_gen * channels) * sizeof(float));
    return failed;
}

REAL(SRC_STATE *, src_new, int converter, int channels, int *error)
{
    SRC_STATE *state = __real_src_new(converter, channels, error);
    __msan_unpoison(error, sizeof *error);
    return state;
}

/* ---- libmd ---- */

REAL(char *, SHA256File, const char *path, char *hex)
{
    leave();
    char *done = __real_SHA256File(path, hex);
    come_back();
    __msan_unpoison(hex, SHA256_DIGEST_STRING_LENGTH);
    return done;
}

REAL(char *, SHA256End, SHA2_CTX *context, char *hex)
{
    char *done = __real_SHA256End(context, hex);
    __msan_unpoison(hex, SHA256_DIGEST_STRING_LENGTH);
    return done;
}
