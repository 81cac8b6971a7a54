#define _GNU_SOURCE
#include "files.h"
#include "test_support.h"

#include <dirent.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *add(soak_list *list, const char *folder, const char *name)
{
    if (list->count == SOAK_FILES)
        soak_fail("There are too many files.");
    char *path = list->paths[list->count++];
    snprintf(path, SOAK_PATH, "%s/%s", folder, name);
    return path;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void find_models(soak_files *files, const char *models)
{
    DIR *folder = opendir(models);
    if (!folder)
        soak_fail("%s cannot be opened.", models);
    for (const struct dirent *e; (e = readdir(folder));)
        if (e->d_name[0] != '.' && !strstr(e->d_name, ".wav"))
            add(&files->models, models, e->d_name);
    closedir(folder);
    qsort(files->models.paths, files->models.count, SOAK_PATH, by_name);
}

/* Decaying noise. */
static void write_impulse(soak_files *files, const char *name, int rate, int channels, size_t frames)
{
    SF_INFO info = { .samplerate = rate, .channels = channels, .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT };
    SNDFILE *file = sf_open(add(&files->impulses, files->folder, name), SFM_WRITE, &info);
    bl_random rng = { frames };
    if (!file)
        soak_fail("%s cannot be written.", name);
    for (size_t i = 0; i < frames; i++) {
        float frame[2];
        bl_random_fill(&rng, frame, 2, i ? 0.2f * expf(-8.0f * (float)i / (float)frames) : 1);
        sf_writef_float(file, frame, 1);
    }
    sf_close(file);
}

static void write_bytes(soak_files *files, soak_list *list, const char *name, const void *bytes, size_t size)
{
    FILE *file = fopen(add(list, files->folder, name), "wb");
    if (!file || fwrite(bytes, 1, size, file) != size || fclose(file))
        soak_fail("%s cannot be written.", name);
}

static void write_broken(soak_files *files, const char *crunch)
{
    static char bytes[1 << 16];
    FILE *file = fopen(crunch, "rb");
    if (!file)
        soak_fail("%s cannot be opened.", crunch);
    const size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    write_bytes(files, &files->broken, "empty.nam", "", 0);
    write_bytes(files, &files->broken, "half.nam", bytes, size / 2);
    write_bytes(files, &files->broken, "riff.wav", "RIFF\x40\0\0\0WAVEfmt ", 16);
    char *digit = strpbrk(bytes + size / 2, "123456789");
    *digit = 'x';
    write_bytes(files, &files->broken, "typo.nam", bytes, size);
    add(&files->broken, files->folder, "missing.nam");
    add(&files->broken, files->folder, ".");
}

#define WAVENET(layers, weights)                                                                                   \
    "{\"version\": \"0.7.0\", \"architecture\": \"WaveNet\", \"sample_rate\": 48000, \"config\": {\"head\": "      \
    "null, "                                                                                                       \
    "\"head_scale\": 1, \"layers\": [{\"input_size\": 1, \"condition_size\": 1, \"channels\": 1, "                 \
    "\"kernel_size\": 2, "                                                                                         \
    "\"dilations\": [" layers                                                                                      \
    "], \"activation\": \"Tanh\", \"gated\": false, \"head_size\": 1, \"head_bias\": false}]}, "                   \
    "\"weights\": [" weights "]}"

/* Networks without biases: an offset, as random ones make it, would be heard wherever a low cut moves. */
static void write_tame(soak_files *files)
{
    static const char small[] = WAVENET("3", "2, 0.5, 0.25, 0, 3, 1, 0, 0.5, 0.5");
    static const char large[] = WAVENET("1, 5", "2, 0.5, 0.25, 0, 3, 1, 0, 0.4, -0.3, 0, 1, 1, 0, 0.3, 0.5");
    static const char lstm[] =
        "{\"version\": \"0.5.4\", \"architecture\": \"LSTM\", \"sample_rate\": 44100, \"config\": {\"num_layers\": "
        "1, "
        "\"input_size\": 1, \"hidden_size\": 2}, \"weights\": [1, 0.2, 0.1, -0.7, 0.1, 0.2, 0.5, 0, 0, 0.3, 0, 0, "
        "2, 0.3, 0, -1, 0, 0.2, 0.3, 0, 0, 0.4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.9, 0.8, 0]}";
    char container[4096];
    snprintf(
        container, sizeof container,
        "{\"version\": \"0.7.0\", \"architecture\": \"SlimmableContainer\", \"weights\": [], \"sample_rate\": "
        "48000, "
        "\"config\": {\"submodels\": [{\"max_value\": 0.5, \"model\": %s}, {\"max_value\": 1, \"model\": %s}]}}",
        small, large);
    write_bytes(files, &files->tame, "small.nam", small, strlen(small));
    write_bytes(files, &files->tame, "large.nam", large, strlen(large));
    write_bytes(files, &files->tame, "lstm.nam", lstm, strlen(lstm));
    write_bytes(files, &files->tame, "sizes.nam", container, strlen(container));
}

void soak_files_open(soak_files *files, const char *models, const char *assets)
{
    static const char *const tame[] = { "nam-linear-long.nam", "nam-metadata.nam", "graph-fir.safetensors",
                                        "microtcn-knobs.ckpt" };
    *files = (soak_files){ .folder = "/tmp/backline-soak-XXXXXX" };
    if (!mkdtemp(files->folder))
        soak_fail("There is no place for temporary files.");
    find_models(files, models);
    for (size_t i = 0; i < 4; i++) /* it plays oftener than the others */
        add(&files->models, assets, "backline-crunch.nam");
    add(&files->tame, assets, "backline-crunch.nam");
    for (size_t i = 0; i < sizeof tame / sizeof *tame; i++)
        add(&files->tame, models, tame[i]);
    write_tame(files);
    add(&files->impulses, assets, "backline-cabinet.wav");
    add(&files->impulses, models, "cabinet-stereo-44100.wav");
    write_impulse(files, "long.wav", 48000, 1, 60000);
    write_impulse(files, "stereo-96000.wav", 96000, 2, 4000);
    write_impulse(files, "one.wav", 44100, 1, 1);
    write_broken(files, files->tame.paths[0]);
}

/* Those that were made here. */
static void remove_files(const soak_files *files, const soak_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (!strncmp(list->paths[i], files->folder, strlen(files->folder)))
            unlink(list->paths[i]);
}

void soak_files_close(soak_files *files)
{
    remove_files(files, &files->tame);
    remove_files(files, &files->impulses);
    remove_files(files, &files->broken);
    rmdir(files->folder);
}
