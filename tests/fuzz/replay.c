/* Runs files through the fuzz targets, without a fuzzer.
 *
 *     replay TARGET FILE-OR-FOLDER...      files, one by one
 *     replay --all FOLDER...               FOLDER/<target>/ for every target
 *
 * With --cut besides every file cut off at many places and with single bytes changed; with --verbose the sentences
 * about those that are refused. */
#define _POSIX_C_SOURCE 200809L
#include "fuzz/fuzz.h"

#include "base/file.h"
#include "model/limits.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

typedef struct tally {
    size_t files, results[4];
    bool cut;
    double slowest;
} tally;

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* In memory of exactly that size, so that sanitizers see a step beyond it. */
static bl_fuzz_result run(const bl_fuzz_target *target, const uint8_t *bytes, size_t size)
{
    uint8_t *exact = malloc(size ? size : 1);
    FUZZ_REQUIRE(exact, "no memory");
    memcpy(exact, bytes, size);
    const bl_fuzz_result result = bl_fuzz_run(target, exact, size);
    free(exact);
    return result;
}

static void run_damaged(const bl_fuzz_target *target, uint8_t *bytes, size_t size)
{
    const size_t step = size / 100 + 1;
    for (size_t n = 0; n < size; n += step)
        run(target, bytes, n);
    for (size_t i = 0; i < size; i += step) {
        const uint8_t kept = bytes[i];
        static const uint8_t others[] = { 0x00, 0xFF, '9', '-', '"' };
        bytes[i] = others[i / step % sizeof others];
        run(target, bytes, size);
        bytes[i] = kept;
    }
}

static void replay_file(const bl_fuzz_target *target, const char *path, tally *t)
{
    uint8_t *bytes;
    size_t size;
    bl_error error;
    FUZZ_REQUIRE(!bl_file_read(path, BL_MAX_FILE_BYTES, &bytes, &size, &error), "%s: %s", path, error.text);
    fprintf(stderr, "%s %s\n", target->name, path); /* the last line before a crash */
    const double before = seconds();
    t->results[run(target, bytes, size)]++;
    const double taken = seconds() - before;
    t->slowest = taken > t->slowest ? taken : t->slowest;
    t->files++;
    if (t->cut)
        run_damaged(target, bytes, size);
    free(bytes);
}

static int compare_names(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void replay(const bl_fuzz_target *target, const char *path, tally *t)
{
    struct stat info;
    FUZZ_REQUIRE(!stat(path, &info), "there is no %s", path);
    if (!S_ISDIR(info.st_mode)) {
        replay_file(target, path, t);
        return;
    }
    struct dirent **entries;
    const int count = scandir(path, &entries, NULL, compare_names);
    for (int i = 0; i < count; i++) {
        char inner[4096];
        if (*entries[i]->d_name != '.') {
            snprintf(inner, sizeof inner, "%s/%s", path, entries[i]->d_name);
            replay(target, inner, t);
        }
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
}

static void replay_all(const char *folder, tally *t)
{
    for (const bl_fuzz_target *target = bl_fuzz_targets; target->name; target++) {
        char path[4096];
        struct stat info;
        snprintf(path, sizeof path, "%s/%s", folder, target->name);
        if (!stat(path, &info))
            replay(target, path, t);
    }
}

int main(int argc, char **argv)
{
    tally t = { 0 };
    int first = 1;
    bool all = false;
    for (; first < argc && !strncmp(argv[first], "--", 2); first++) {
        all |= !strcmp(argv[first], "--all");
        t.cut |= !strcmp(argv[first], "--cut");
        bl_fuzz_verbose |= !strcmp(argv[first], "--verbose");
    }
    const bl_fuzz_target *target = all || first >= argc ? NULL : bl_fuzz_find(argv[first++]);
    if (first >= argc || (!all && !target)) {
        fputs("usage: replay [--cut] [--verbose] TARGET FILE-OR-FOLDER... | replay [...] --all FOLDER...\n",
              stderr);
        return 2;
    }
    for (; first < argc; first++)
        if (all)
            replay_all(argv[first], &t);
        else
            replay(target, argv[first], &t);
    printf("%zu files: %zu ran, %zu too large to run, %zu refused, %zu strange; slowest %.3f s\n", t.files,
           t.results[BL_FUZZ_RAN], t.results[BL_FUZZ_TOO_LARGE], t.results[BL_FUZZ_REFUSED],
           t.results[BL_FUZZ_STRANGE], t.slowest);
    return t.files ? 0 : 1;
}
