/* lv2-lifetime COUNT [LIVES]: so many instances of the plugin, one after the other, created and cleaned up; LIVES of them (all)
 * are also activated, run and deactivated; with every kind of worker, mono and stereo. For valgrind and the address
 * sanitizer. */
#define _GNU_SOURCE
#include "small_host.h"

#include <stdio.h>
#include <stdlib.h>

static small_host host;

static bool live(size_t turn, bool whole)
{
    const bool active = whole && turn % 7; /* a host that only looks does not activate */
    const worker_kind worker = (worker_kind)(turn % (WORKER_FULL + 1));
    if (!small_host_open(&host, 1 + turn / 2 % 2, turn % 3 ? 48000 : 44100, BL_TEST_BUNDLE, worker))
        return false;
    if (active)
        small_host_activate(&host);
    for (size_t i = 0; i < 3 && active; i++) {
        small_host_set_path(&host, (property)(PROPERTY_SLOTS + i), BL_TEST_BUNDLE "/backline-crunch.nam");
        small_host_get(&host, PROPERTY_COUNT);
        small_host_run(&host, 64);
        if (i == 1)
            small_host_work(&host);
    }
    small_host_close(&host); /* also with requests that nobody has worked on */
    return true;
}

int main(int argc, char **argv)
{
    const size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 0,
                 lives = argc > 2 ? strtoul(argv[2], NULL, 10) : count;
    if (!count || argc > 3) {
        fprintf(stderr, "usage: lv2-lifetime COUNT [LIVES]\n");
        return 2;
    }
    for (size_t i = 0; i < count; i++)
        if (!live(i, i < lives)) {
            fprintf(stderr, "Instance %zu could not be created.\n", i);
            return 1;
        }
    printf("%zu instances came and went, %zu of them played.\n", count, lives < count ? lives : count);
    return 0;
}
