#define _DEFAULT_SOURCE /* fork(), setrlimit() */
#include "limits/hostile.h"

#include "model/limits.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define MIB          (1u << 20)
#define MOST_SECONDS 20 /* of a child; what takes as long hangs */
#define MOST_MEMORY  ((rlim_t)3 << 30)
#define MOST_STACK   ((rlim_t)512 << 10) /* as small as a host may make the thread of a plug-in that loads files */

void hostile_begin(hostile *h, size_t channels)
{
    *h = (hostile){ 0 };
    h->json = open_memstream(&h->json_text, &h->json_size);
    h->header = open_memstream(&h->header_text, &h->header_size);
    h->data = open_memstream(&h->data_bytes, &h->data_size);
    assert_non_null(h->json);
    assert_non_null(h->header);
    assert_non_null(h->data);
    fprintf(h->json, "{\"backline\":\"graph\",\"version\":1,\"nodes\":[");
    fputc('{', h->header);
    hostile_node(h, "in", "\"kind\":\"input\",\"channels\":%zu", channels);
}

void hostile_node(hostile *h, const char *name, const char *more, ...)
{
    va_list args;
    fprintf(h->json, "%s{\"name\":\"%s\",", h->nodes++ ? "," : "", name);
    va_start(args, more);
    vfprintf(h->json, more, args);
    va_end(args);
    fputc('}', h->json);
}

void hostile_concat(hostile *h, const char *name, const char *of, size_t count)
{
    const char *number = strstr(of, "%zu");
    fprintf(h->json, ",{\"name\":\"%s\",\"kind\":\"concat\",\"inputs\":[", name);
    for (size_t i = 0; i < count; i++) {
        fprintf(h->json, "%s\"%.*s", i ? "," : "", number ? (int)(number - of) : (int)strlen(of), of);
        if (number)
            fprintf(h->json, "%zu", i);
        fputc('"', h->json);
    }
    fputs("]}", h->json);
    h->nodes++;
}

void hostile_tensor(hostile *h, const char *name, size_t a, size_t b, size_t c)
{
    const size_t count = a * (b ? b : 1) * (c ? c : 1);
    const float value = 0.01f;
    fprintf(h->header, "%s\"%s\":{\"dtype\":\"F32\",\"shape\":[%zu", h->tensors++ ? "," : "", name, a);
    if (b)
        fprintf(h->header, ",%zu", b);
    if (c)
        fprintf(h->header, ",%zu", c);
    fprintf(h->header, "],\"data_offsets\":[%llu,%llu]}", (unsigned long long)h->end,
            (unsigned long long)h->end + 4 * count);
    h->end += 4 * count;
    for (size_t i = 0; i < count; i++)
        fwrite(&value, sizeof value, 1, h->data);
}

void hostile_output(hostile *h, const char *from)
{
    hostile_node(h, "out", "\"kind\":\"output\",\"inputs\":[\"%s\"]", from);
}

char *hostile_end(hostile *h, size_t *size, char **description)
{
    fprintf(h->json, "],\"prewarm\":%zu}", h->prewarm);
    fputc('}', h->header);
    fclose(h->json);
    fclose(h->header);
    fclose(h->data);
    *size = 8 + h->header_size + h->data_size;
    char *bytes = malloc(*size);
    assert_non_null(bytes);
    for (size_t i = 0; i < 8; i++)
        bytes[i] = (char)(h->header_size >> 8 * i);
    memcpy(bytes + 8, h->header_text, h->header_size);
    memcpy(bytes + 8 + h->header_size, h->data_bytes, h->data_size);
    free(h->header_text);
    free(h->data_bytes);
    *description = h->json_text;
    return bytes;
}

bool hostile_measures(void)
{
#if defined(__SANITIZE_ADDRESS__)
    return false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
    return false;
#endif
#endif
    return true;
}

/* ---- in the child ---- */

static bl_status save(const bl_model *model, bl_error *error)
{
    void *bytes = NULL;
    size_t size;
    const bl_status status = bl_model_save_memory(model, BL_SAVE_SAFETENSORS, &bytes, &size, error);
    free(bytes);
    return status;
}

static bl_status try_file(const void *bytes, size_t size, const char *description, stage last, outcome *o)
{
    bl_model *model;
    bl_plan *plan = NULL;
    bl_stream *stream = NULL;
    bl_status status = bl_model_load_memory(bytes, size, description, NULL, &model, &o->error);
    if (status)
        return status;
    if (last == PLAN || last == STREAM)
        status = bl_plan_create(model, BL_CPU_AUTO, &plan, &o->error);
    if (last == SAVE)
        status = save(model, &o->error);
    bl_model_free(model);
    if (plan)
        o->stream_bytes = bl_plan_stream_bytes(plan, 1);
    if (plan && last == STREAM)
        status = bl_stream_create(plan, 1, &stream, &o->error);
    bl_stream_free(stream);
    bl_plan_free(plan);
    return status;
}

static struct rusage usage(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return u;
}

static void run_child(const void *bytes, size_t size, const char *description, stage last, int pipe_end)
{
    outcome o = { .ended = true };
    const struct rlimit time = { MOST_SECONDS, MOST_SECONDS }, memory = { MOST_MEMORY, MOST_MEMORY },
                        stack = { MOST_STACK, MOST_STACK };
    setrlimit(RLIMIT_CPU, &time);
    if (hostile_measures()) {
        setrlimit(RLIMIT_AS, &memory);
        setrlimit(RLIMIT_STACK, &stack);
    }
    const struct rusage before = usage();
    o.status = (int)try_file(bytes, size, description, last, &o);
    const struct rusage after = usage();
    o.seconds = (double)(after.ru_utime.tv_sec + after.ru_stime.tv_sec) +
                1e-6 * (double)(after.ru_utime.tv_usec + after.ru_stime.tv_usec);
    o.mebibytes = (double)(after.ru_maxrss - before.ru_maxrss) / 1024.0;
    if (write(pipe_end, &o, sizeof o) != sizeof o)
        _exit(1);
    _exit(0);
}

outcome hostile_try(const void *bytes, size_t size, const char *description, stage last)
{
    int ends[2], how;
    outcome o = { 0 };
    fflush(NULL);
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (!child)
        run_child(bytes, size, description, last, ends[1]);
    close(ends[1]);
    if (read(ends[0], &o, sizeof o) != sizeof o)
        o = (outcome){ 0 };
    close(ends[0]);
    assert_int_equal(waitpid(child, &how, 0), child);
    return o;
}

/* ---- in the test ---- */

#define MOST_MEBIBYTES 256.0 /* what any file may cost beyond four times its own size */

/* The house has no timed tests: a child that needs 20 seconds is stopped (hostile.c), slower than a second is
 * printed. */
void hostile_check_cost(const char *what, const outcome *o, size_t size)
{
    print_message("%-44s %5.2f s %6.1f MiB  %s\n", what, o->seconds, o->mebibytes,
                  o->status ? o->error.text : "loads");
    if (!o->ended)
        fail_msg("%s: crashed, or took too long", what);
    if (o->status && (o->error.status != (bl_status)o->status || !*o->error.text ||
                      o->error.text[strlen(o->error.text) - 1] != '.'))
        fail_msg("%s: status %d with the sentence \"%s\"", what, o->status, o->error.text);
    if (hostile_measures() && o->mebibytes > MOST_MEBIBYTES + 4.0 * (double)size / 1048576.0)
        fail_msg("%s: took %.0f MiB", what, o->mebibytes);
}

void hostile_expect(hostile *h, const char *what, stage last, int status, const char *part)
{
    size_t size;
    char *description, *bytes = hostile_end(h, &size, &description);
    const outcome o = hostile_try(bytes, size, description, last);
    hostile_check_cost(what, &o, size + strlen(description));
    free(bytes);
    free(description);
    if (o.status != status || !strstr(o.error.text, part))
        fail_msg("%s: expected status %d and \"%s\", got %d and \"%s\"", what, status, part, o.status,
                 o.error.text);
}

/* The same for a file that is a text by itself. */
void hostile_expect_text(const char *text, const char *what, int status, const char *part)
{
    const outcome o = hostile_try(text, strlen(text), NULL, PLAN);
    hostile_check_cost(what, &o, strlen(text));
    if (o.status != status || !strstr(o.error.text, part))
        fail_msg("%s: expected status %d and \"%s\", got %d and \"%s\"", what, status, part, o.status,
                 o.error.text);
}

/* Whether such a network is played is a matter of taste; what it costs is not. */
void hostile_endure(hostile *h, const char *what, stage last)
{
    size_t size;
    char *description, *bytes = hostile_end(h, &size, &description);
    const outcome o = hostile_try(bytes, size, description, last);
    const size_t stream = o.stream_bytes;
    hostile_check_cost(what, &o, size + strlen(description));
    free(bytes);
    free(description);
    if (o.status && o.status != BL_ERR_LIMIT)
        fail_msg("%s: status %d", what, o.status);
    assert_true(stream <= BL_MAX_STREAM_BYTES);
}
