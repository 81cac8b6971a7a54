#define _GNU_SOURCE
#include "shots.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const folders[] = {
    "shots",
    "shots/Home",
    "shots/Home/Cabinets",
    "shots/Home/Captures",
    "shots/Home/Captures/British",
    "shots/Home/Captures/Bass",
    "shots/State",
};

/* What the browser lists; nobody reads what is in them. */
static const char *const models[] = {
    "Backline Clean.nam", "Backline Crunch.nam", "Backline Lead 2.nam", "Backline Lead 10.nam", "Bass DI.nam",
    "Brit 800 Lead.nam",  "Plexi.nam",           "Tweed 59.nam",        "מגבר ישן.nam",         "مضخم.nam",
};

static bool copy_file(const char *from, const char *to)
{
    char block[4096];
    FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
    bool good = in && out;
    for (size_t n; good && (n = fread(block, 1, sizeof block, in)) > 0;)
        good = fwrite(block, 1, n, out) == n;
    if (in)
        fclose(in);
    if (out)
        good = !fclose(out) && good;
    return good;
}

static bool write_text(const char *path, const char *text)
{
    FILE *out = fopen(path, "wb");
    const bool good = out && fputs(text, out) >= 0;
    return out && !fclose(out) && good;
}

static void put_little_endian(unsigned char *to, unsigned long value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        to[i] = (unsigned char)(value >> 8 * i & 255);
}

/* A closed cabinet, roughly: resonances that die away. 16 bits, 48 kHz, mono. */
static bool write_cabinet(const char *path)
{
    enum { FRAMES = 4800, HEADER_BYTES = 44 };
    /* Hz, strength, ms */
    static const double resonances[][3] = {
        { 100, 0.10, 4 }, { 250, 0.15, 2.5 }, { 800, 0.3, 1.0 }, { 2400, 0.9, 0.5 }, { 3600, 0.9, 0.45 }
    };
    static unsigned char bytes[HEADER_BYTES + 2 * FRAMES];
    memcpy(bytes, "RIFF....WAVEfmt ", 16);
    put_little_endian(bytes + 4, sizeof bytes - 8, 4);
    put_little_endian(bytes + 16, 16, 4);
    put_little_endian(bytes + 20, 1, 2);
    put_little_endian(bytes + 22, 1, 2);
    put_little_endian(bytes + 24, 48000, 4);
    put_little_endian(bytes + 28, 96000, 4);
    put_little_endian(bytes + 32, 2, 2);
    put_little_endian(bytes + 34, 16, 2);
    memcpy(bytes + 36, "data", 4);
    put_little_endian(bytes + 40, 2 * FRAMES, 4);
    for (size_t i = 0; i < FRAMES; i++) {
        double x = 0;
        for (size_t k = 0; k < sizeof resonances / sizeof *resonances; k++)
            x += 0.25 * resonances[k][1] * sin(6.283185307179586 * resonances[k][0] * (double)i / 48000) *
                 exp(-(double)i / 48 / resonances[k][2]);
        put_little_endian(bytes + HEADER_BYTES + 2 * i, (unsigned long)(65536 + lround(30000 * x)), 2);
    }
    FILE *out = fopen(path, "wb");
    const bool good = out && fwrite(bytes, 1, sizeof bytes, out) == sizeof bytes;
    return out && !fclose(out) && good;
}

/* The folder of that name in the current one. */
static bool set_folder(const char *variable, const char *folder)
{
    char *here = realpath(folder, NULL);
    const bool good = here && !setenv(variable, here, 1);
    free(here);
    return good;
}

void shot_files_forget(void)
{
    remove("shots/State/backline/library.json");
}

bool shot_files_make(const char *source_root)
{
    char path[4096];
    bool good = true;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        good = good && (!mkdir(folders[i], 0777) || errno == EEXIST);
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        snprintf(path, sizeof path, "shots/Home/Captures/%s", models[i]);
        good = good && write_text(path, "{}");
    }
    good = good && set_folder("HOME", "shots/Home") && set_folder("XDG_STATE_HOME", "shots/State");
    snprintf(path, sizeof path, "%s/assets/backline-cabinet.wav", source_root);
    good = good && copy_file(path, SHOT_CABINET) && write_cabinet(SHOT_OTHER_CABINET) &&
           write_cabinet(SHOT_FOREIGN) && write_text(SHOT_BROKEN_CABINET, "This is no recording.");
    if (!good)
        fprintf(stderr, "The files for the pictures cannot be written to the folder \"shots\": %s.\n",
                strerror(errno));
    return good;
}
