/* Runs files through the fuzz targets, without a fuzzer.
 *
 *     replay TARGET FILE-OR-FOLDER...      files, one by one
 *     replay --all FOLDER...               FOLDER/<target>/ for every target
 *     replay --corpus TARGET NAME...       files and folders of the corpus; skipped (77) where that is not there
 *
 * With --cut besides every file cut off at many places and with single bytes changed; with --verbose the sentences
 * about those that are refused. */
#define _POSIX_C_SOURCE 200809L
#include "fuzz/fuzz.h"

#include "base/file.h"
#include "model/limits.h"

#include <dirent.h>
#include <stdio.h>
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
    const bl_fuzz_result result = target->run(target, exact, size);
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

static bool is_there(const char *path)
{
    struct stat info;
    return !stat(path, &info);
}

static void replay_all(const char *folder, tally *t)
{
    for (const bl_fuzz_target *const *target = bl_fuzz_targets; *target; target++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", folder, (*target)->name);
        if (is_there(path))
            replay(*target, path, t);
    }
}

static int report(const tally *t)
{
    printf("%zu files: %zu ran, %zu too large to run, %zu refused, %zu strange; slowest %.3f s\n", t->files,
           t->results[BL_FUZZ_RAN], t->results[BL_FUZZ_TOO_LARGE], t->results[BL_FUZZ_REFUSED],
           t->results[BL_FUZZ_STRANGE], t->slowest);
    return t->files ? 0 : 1;
}

static int replay_corpus(const bl_fuzz_target *target, char **names, tally *t)
{
    const char *corpus = getenv("BACKLINE_CORPUS");
    corpus = corpus ? corpus : BACKLINE_CORPUS_DEFAULT;
    if (!is_there(corpus)) {
        printf("The corpus is not at %s.\n", corpus);
        return 77;
    }
    for (; *names; names++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", corpus, *names);
        replay(target, path, t);
    }
    return report(t);
}

static int usage(void)
{
    fputs("usage: replay [--cut] [--verbose] [--corpus] TARGET FILE-OR-FOLDER... | replay [...] --all FOLDER...\n",
          stderr);
    return 2;
}

int main(int argc, char **argv)
{
    tally t = { 0 };
    bool all = false, corpus = false;
    for (argv++; *argv && !strncmp(*argv, "--", 2); argv++) {
        all |= !strcmp(*argv, "--all");
        corpus |= !strcmp(*argv, "--corpus");
        t.cut |= !strcmp(*argv, "--cut");
        bl_fuzz_verbose |= !strcmp(*argv, "--verbose");
    }
    const bl_fuzz_target *target = all || !*argv ? NULL : bl_fuzz_find(*argv++);
    if (!*argv || (!all && !target))
        return usage();
    if (corpus)
        return replay_corpus(target, argv, &t);
    for (char **name = argv; *name; name++) {
        *name = realpath(*name, NULL); /* targets go elsewhere */
        FUZZ_REQUIRE(*name, "a file or folder is not there");
    }
    for (; *argv; argv++) {
        if (all)
            replay_all(*argv, &t);
        else
            replay(target, *argv, &t);
        free(*argv);
    }
    return report(&t);
}
