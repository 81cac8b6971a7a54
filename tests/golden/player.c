/* golden-player MODELS ASSETS OUT [PREFIX...]: plays the golden cases whose names begin with one of these, or all, on
 * every instruction set that this machine has, or on the one that the environment's BACKLINE_CPU names and the scalar
 * one. Writes the samples as OUT/<number>.f32 and says for each: number, name, instruction set, channels. */
#include "golden.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CASES = 200 };

static bool is_wanted(const char *name, char *const *prefixes, int count)
{
    for (int i = 0; i < count; i++)
        if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
            return true;
    return !count;
}

static bool is_played(bl_cpu cpu)
{
    const char *only = getenv("BACKLINE_CPU");
    return bl_cpu_available(cpu) && (cpu == BL_CPU_SCALAR || !only || !strcmp(only, bl_cpu_name(cpu)));
}

/* Scalar kernels call the C library's functions, which are not the same for all processors. */
static const char *name_of(bl_cpu cpu)
{
    return cpu == BL_CPU_SCALAR && bl_cpu_available(BL_CPU_NEON) ? "scalar-aarch64" : bl_cpu_name(cpu);
}

static void write_sound(const char *folder, int number, const golden_sound *sound)
{
    char path[2048];
    const size_t count = sound->channels * sound->frames;
    snprintf(path, sizeof path, "%s/%d.f32", folder, number);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(sound->samples, sizeof(float), count, file) != count || fclose(file))
        golden_fail("%s cannot be written.", path);
}

int main(int argc, char **argv)
{
    static const bl_cpu cpus[] = { BL_CPU_SCALAR, BL_CPU_SSE2, BL_CPU_AVX2, BL_CPU_AVX512, BL_CPU_NEON };
    static golden_case cases[MOST_CASES];
    int number = 0;
    if (argc < 4)
        golden_fail("The folders of models, of assets and for the results are missing.");
    const golden_folders folders = { argv[1], argv[2] };
    size_t count = golden_files(&folders, cases, MOST_CASES);
    count += golden_networks(cases + count, MOST_CASES - count);
    count += golden_rigs(cases + count, MOST_CASES - count);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < sizeof cpus / sizeof *cpus; k++) {
            if (!is_wanted(cases[i].name, argv + 4, argc - 4) || !is_played(cpus[k]))
                continue;
            golden_sound sound = cases[i].play(&cases[i], &folders, cpus[k]);
            write_sound(argv[3], number, &sound);
            printf("%d %s %s %zu\n", number++, cases[i].name, name_of(cpus[k]), sound.channels);
            free(sound.samples);
        }
    return 0;
}
