/* What loading a file costs: load_cost [--quiet] FILE...
 *
 * One line per file: its size, the time to load it and to make a plan (median of several), the most memory that the
 * process held at once while loading, in times of the file. Fails where that is more than 8 times the file. The time
 * is for people; nothing fails because of it. Each load is a process of its own, for a process' peak never falls. */
#define _DEFAULT_SOURCE
#include <backline/backline.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RUNS        5
#define MOST_TIMES  8.0
#define SLACK_BYTES (1.5 * 1048576.0) /* of libraries, allocators and pages, whatever the file */

typedef struct cost {
    bl_status status;
    double load_ms, plan_ms, bytes;
    char text[512];
} cost;

static double milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return 1e3 * (double)now.tv_sec + 1e-6 * (double)now.tv_nsec;
}

static double peak_bytes(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return 1024.0 * (double)usage.ru_maxrss;
}

static cost load(const char *path)
{
    cost c = { .status = BL_OK };
    bl_error error = { 0 };
    bl_model *model = NULL;
    bl_plan *plan = NULL;
    const double bytes = peak_bytes(), start = milliseconds();
    c.status = bl_model_load_file(path, NULL, &model, &error);
    const double loaded = milliseconds();
    c.bytes = peak_bytes() - bytes;
    if (!c.status)
        c.status = bl_plan_create(model, BL_CPU_AUTO, &plan, &error);
    c.load_ms = loaded - start;
    c.plan_ms = milliseconds() - loaded;
    memcpy(c.text, error.text, sizeof c.text);
    bl_plan_free(plan);
    bl_model_free(model);
    return c;
}

static cost load_in_a_child(const char *path)
{
    cost c = { .status = BL_ERR_IO, .text = "The process that loaded it crashed." };
    int ends[2];
    fflush(NULL);
    if (pipe(ends))
        abort();
    const pid_t child = fork();
    if (!child) {
        c = load(path);
        _exit(write(ends[1], &c, sizeof c) != sizeof c);
    }
    close(ends[1]);
    if (child < 0 || read(ends[0], &c, sizeof c) != sizeof c)
        c = (cost){ .status = BL_ERR_IO, .text = "The process that loaded it crashed." };
    close(ends[0]);
    waitpid(child, NULL, 0);
    return c;
}

static int compare(const void *a, const void *b)
{
    const double x = ((const cost *)a)->load_ms, y = ((const cost *)b)->load_ms;
    return (x > y) - (x < y);
}

static bool measures_memory(void)
{
#if defined(__SANITIZE_ADDRESS__)
    return false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
    return false;
#endif
#endif
    return true;
}

static bool check(const char *path)
{
    cost costs[RUNS];
    struct stat info;
    if (stat(path, &info)) {
        printf("FAIL %s: there is no such file\n", path);
        return false;
    }
    for (size_t i = 0; i < RUNS; i++)
        costs[i] = load_in_a_child(path);
    qsort(costs, RUNS, sizeof *costs, compare);
    const cost *c = &costs[RUNS / 2];
    const double size = (double)info.st_size, times = c->bytes / size;
    const bool ok = !c->status && (!measures_memory() || c->bytes <= MOST_TIMES * size + SLACK_BYTES);
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    printf("%s %-28s %8.0f KiB  load %6.1f ms  plan %6.1f ms  memory %7.0f KiB, %4.1f times the file%s%s\n",
           ok ? "ok  " : "FAIL", name, size / 1024.0, c->load_ms, c->plan_ms, c->bytes / 1024.0, times,
           c->status ? "  " : "", c->text);
    return ok;
}

int main(int argc, char **argv)
{
    bool ok = argc > 1;
    for (int i = 1; i < argc; i++)
        ok &= check(argv[i]);
    return ok ? 0 : 1;
}
