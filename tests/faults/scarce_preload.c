/* scarce.c for a program that is not ours to link: LD_PRELOAD this library. From the program's start on allocation
 * SCARCE_NTH fails, or with SCARCE_LASTING it and all later ones. The file that SCARCE_REPORT names gets a line when that
 * happens, "hit" and the library that had asked, and one at the end, "end" and the numbers of allocations asked for, and of
 * those not freed. Children that are forked count on from where they begin, and tell only when they are hit. */
#define _GNU_SOURCE
#include "scarce.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int report = -1;
static pid_t process;

static void write_line(const char *line)
{
    if (report >= 0 && write(report, line, strlen(line)) < 0)
        report = -1;
}

static void tell(void)
{
    char line[300];
    const char *slash = strrchr(scarce_asker(), '/');
    snprintf(line, sizeof line, "hit %s\n", slash ? slash + 1 : "?");
    write_line(line);
}

/* Behind those of all libraries that the program is linked with, so that what these allocate is not counted. */
__attribute__((constructor)) static void begin(void)
{
    const char *nth = getenv("SCARCE_NTH"), *path = getenv("SCARCE_REPORT");
    if (!nth || !path)
        return;
    report = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    process = getpid();
    scarce_told = tell;
    scarce_begin_everywhere(strtoul(nth, NULL, 10), getenv("SCARCE_LASTING") ? SCARCE_LASTING : SCARCE_ONCE);
}

/* A child that was forked says nothing. */
__attribute__((destructor)) static void end(void)
{
    char line[64];
    const size_t asked = scarce_end();
    snprintf(line, sizeof line, "end %zu %ld\n", asked, scarce_live());
    if (process == getpid())
        write_line(line);
}
