/* What windows cost, and whether they leave something behind. */
#define _GNU_SOURCE
#include "ui_host.h"

#include <dirent.h>
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

static double cpu_seconds(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           1e-6 * (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

/* Meters as they move while somebody plays. */
static void feed_meters(hosted *h, int turn)
{
    static const port_id meters[] = { PORT_IN_PEAK, PORT_IN_RMS, PORT_OUT_PEAK, PORT_OUT_RMS };
    for (size_t i = 0; i < sizeof meters / sizeof *meters; i++) {
        const float level = (float)(-20 + 15 * sin(0.1 * turn + (double)i));
        h->descriptor->port_event(h->handle, (uint32_t)port_index(meters[i], h->plugin.channels), sizeof level, 0,
                                  &level);
    }
}

/* 60 turns a second, without the plugin, so that only the window is counted. */
void ui_do_cost(ui_host *host, hosted *h, char *rest)
{
    const LV2UI_Idle_Interface *idle = h->descriptor->extension_data(LV2_UI__idleInterface);
    int seconds = 1, fed = 0;
    sscanf(rest, "%d %d", &seconds, &fed);
    const struct timespec pause = { .tv_nsec = 1000000000 / 60 };
    double before = 0;
    long allocated = 0;
    for (int turn = -60; turn < 60 * seconds; turn++) { /* the first second does not count */
        if (!turn) {
            before = cpu_seconds();
            allocated = count_allocations();
        }
        if (fed)
            feed_meters(h, turn);
        idle->idle(h->handle);
        nanosleep(&pause, NULL);
    }
    printf("= %.4f %ld\n", cpu_seconds() - before, count_allocations() - allocated);
}

static int count_files(void)
{
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder && readdir(folder))
        count++;
    if (folder)
        closedir(folder);
    return count;
}

/* All that the process has mapped, shared memory as well. */
static size_t count_mapped(void)
{
    size_t pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%zu", &pages) != 1)
        pages = 0;
    if (file)
        fclose(file);
    return pages * 4096;
}

/* Of all clients, from the root on. */
static int count_windows(ui_host *host, xcb_window_t window)
{
    xcb_query_tree_reply_t *r =
        xcb_query_tree_reply(host->connection, xcb_query_tree(host->connection, window), NULL);
    int count = 1;
    for (int i = 0; r && i < xcb_query_tree_children_length(r); i++)
        count += count_windows(host, xcb_query_tree_children(r)[i]);
    free(r);
    return count;
}

static void cycle(ui_host *host, hosted *h, int count)
{
    for (int i = 0; i < count; i++) {
        ui_host_load(host);
        ui_host_open(host, (int)(h - host->windows));
        for (int turn = 0; turn < 4; turn++)
            ui_host_turn(host);
        ui_close_window(host, h);
        ui_host_unload(host);
    }
}

/* The first times fill caches that the process keeps: fonts, GLib's types. */
void ui_do_cycle(ui_host *host, hosted *h, char *rest)
{
    const int warm_up = 10, count = atoi(rest);
    ui_host_unload(host);
    cycle(host, h, warm_up);
    const int files = count_files(), windows = count_windows(host, host->screen->root);
    const size_t bytes = mallinfo2().uordblks, mapped = count_mapped();
    cycle(host, h, count);
    printf("= %d %d %zu %zu %zu %zu %d %d\n", files, count_files(), bytes, mallinfo2().uordblks, mapped,
           count_mapped(), windows, count_windows(host, host->screen->root));
    ui_host_load(host);
}
