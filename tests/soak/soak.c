/* soak SECONDS SEED MODELS ASSETS: hours of live use, as fast as they can be computed; the environment's BACKLINE_SOAK_SECONDS
 * and BACKLINE_SOAK_SEED come first. One thread plays and turns everything, as a seeded generator says; another works. In
 * turns there are storms, in which anything happens at any time, and episodes of listening, in which one thing happens
 * while a steady chord sounds. From time to time the rig is another: at another rate, with other channels, on another
 * instruction set. */
#include "files.h"
#include "listening.h"
#include "player.h"
#include "storm.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { WARM_UP = 6 /* rigs: by then libraries have what they keep */ };

static struct {
    unsigned long seed;
    double seconds; /* played */
    size_t rigs;
} where;

void soak_fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "FAIL with seed %lu in rig %zu, after %.0f s of audio: ", where.seed, where.rigs,
            where.seconds);
    vfprintf(stderr, format, args);
    fprintf(stderr, "\n");
    va_end(args);
    exit(1);
}

static bl_rig_options any_options(bl_random *rng)
{
    static const double rates[] = { 44100, 48000, 44100, 48000, 48000, 22050, 88200, 96000, 192000 };
    static const bl_cpu cpus[] = { BL_CPU_AUTO, BL_CPU_AUTO, BL_CPU_SSE2, BL_CPU_AVX2 };
    bl_rig_options options = { .rate_hz = rates[bl_random_below(rng, sizeof rates / sizeof *rates)],
                               .in_channels = 1 + !bl_random_below(rng, 4),
                               .cpu = cpus[bl_random_below(rng, sizeof cpus / sizeof *cpus)] };
    options.out_channels = options.in_channels + (options.in_channels == 1 && bl_random_below(rng, 2));
    if (!bl_cpu_available(options.cpu))
        options.cpu = BL_CPU_AUTO;
    return options;
}

/* The same files and settings, whatever was before: so that memory can be compared. */
static soak_memory go_home(soak_player *p, const soak_files *files)
{
    for (int i = 0; i < BL_RIG_PARAM_COUNT; i++)
        bl_rig_set(p->rig, (bl_rig_param)i, bl_rig_param_describe((bl_rig_param)i)->initial);
    for (int i = 0; i < BL_RIG_FILE_COUNT; i++)
        bl_rig_set_file(p->rig, (bl_rig_file)i, NULL);
    bl_rig_set_file(p->rig, BL_RIG_MODEL, files->tame.paths[0]);
    bl_rig_set_file(p->rig, BL_RIG_IMPULSE_1, files->impulses.paths[0]);
    for (int i = 0; i < 3; i++) { /* what fades out is freed when it is out */
        soak_wait(p);
        for (double end = p->seconds + 0.7; p->seconds < end;)
            soak_play(p, 512);
    }
    soak_wait(p);
    bl_rig_work(p->rig, NULL);
    return soak_memory_now();
}

static void compare(soak_memory now, soak_memory then, const char *what)
{
    if (now.blocks != then.blocks || labs(now.bytes - then.bytes) > 4096)
        soak_fail("%s: %ld blocks of %ld bytes are allocated, where there were %ld of %ld.", what, now.blocks,
                  now.bytes, then.blocks, then.bytes);
}

static void play_rig(soak_player *p, const soak_files *files, soak_listener *l, bl_random *rng, soak_counts *counts,
                     double seconds)
{
    const bl_rig_options options = any_options(rng);
    const double end = p->seconds + seconds;
    soak_player_open(p, &options);
    soak_memory home = go_home(p, files);
    while (p->seconds < end) {
        soak_storm(p, files, rng, 2 + 0.5 * (double)bl_random_below(rng, 8), counts);
        for (int i = 0; i < 3; i++)
            soak_listen(l, p, files, rng);
        where.seconds = p->seconds;
        if (bl_random_below(rng, 2) && where.rigs > WARM_UP)
            compare(go_home(p, files), home, "With the same files as at first");
    }
    soak_player_close(p);
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double decibels(double ratio)
{
    return 20 * log10(ratio + 1e-10);
}

static void report(const soak_player *p, soak_listener *l, const soak_counts *c, double wall, double cpu)
{
    size_t episodes = 0;
    printf(
        "seed %lu: %.0f s of audio in %.0f s (%.0f s of processor time), %zu rigs, %zu blocks, %zu times of work\n",
        where.seed, p->seconds, wall, cpu, where.rigs, p->blocks, p->works);
    printf("storms: %zu models, %zu impulse responses, %zu broken files, %zu settings, %zu resets, %zu sleeps, %zu "
           "kinds of "
           "bursts\n",
           c->models, c->impulses, c->broken, c->settings, c->resets, c->sleeps, c->bursts);
    for (size_t i = 0; i < SOAK_EVENTS; i++) {
        printf("  %-18s %5zu times, at most %.0f dB\n", soak_event_names[i], l->heard[i].count,
               decibels(l->heard[i].worst));
        episodes += l->heard[i].count;
    }
    qsort(l->limits, l->limit_count, sizeof *l->limits, by_value);
    printf("listening: %zu episodes, %zu more did not settle; %zu of %zu injected clicks found; half of the limits "
           "are "
           "below %.0f dB, 90 %% below %.0f dB\n",
           episodes, l->unsettled, l->found, l->injected, decibels(l->limits[l->limit_count / 2]),
           decibels(l->limits[l->limit_count * 9 / 10]));
}

static const char *chosen(const char *variable, const char *usual)
{
    const char *text = getenv(variable);
    return text && *text ? text : usual;
}

int main(int argc, char **argv)
{
    static soak_player player;
    static soak_files files;
    static soak_listener listener;
    soak_counts counts = { 0 };
    soak_memory least = { 0 };
    if (argc != 5)
        soak_fail("Seconds, a seed, and the folders of models and of assets are missing.");
    const double seconds = strtod(chosen("BACKLINE_SOAK_SECONDS", argv[1]), NULL);
    bl_random rng = { where.seed = strtoul(chosen("BACKLINE_SOAK_SEED", argv[2]), NULL, 10) };
    const time_t begun = time(NULL);
    soak_files_open(&files, argv[3], argv[4]);
    soak_listener_open(&listener);
    player.signal.rng = (bl_random){ where.seed + 1 };
    while (player.seconds < seconds) {
        where.rigs++;
        play_rig(&player, &files, &listener, &rng, &counts, 4 + (double)bl_random_below(&rng, 20));
        if (where.rigs > WARM_UP)
            compare(soak_memory_now(), least, "After the rig's end");
        least = soak_memory_now();
    }
    report(&player, &listener, &counts, difftime(time(NULL), begun), (double)clock() / CLOCKS_PER_SEC);
    if (listener.found < listener.injected)
        soak_fail("Clicks were not found.");
    if (listener.unsettled > listener.injected / 20)
        soak_fail("The chord did not become steady in %zu episodes.", listener.unsettled);
    soak_listener_close(&listener);
    soak_files_close(&files);
    return 0;
}
