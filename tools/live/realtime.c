#include "realtime.h"

#include <errno.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

/* Below JACK's own threads and those of the kernel that serve sound cards, above everything else. */
enum { PRIORITY = 65 };

/* Locking what comes later, too, under a limit, would make allocations fail as soon as it is reached; a rig with large
 * models reaches any usual one. So it is done where there is none. */
bool realtime_lock_memory(char *hint, size_t size)
{
    const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
    struct rlimit limit = { 0 };
    setrlimit(RLIMIT_MEMLOCK, &all); /* succeeds where the limit allows it, or for a privileged user */
    getrlimit(RLIMIT_MEMLOCK, &limit);
    if (limit.rlim_cur == RLIM_INFINITY && !mlockall(MCL_CURRENT | MCL_FUTURE))
        return true;
    snprintf(
        hint, size,
        "Memory is not locked (limit memlock: %llu KiB): where memory is short, the sound may drop out. A line "
        "\"@audio - memlock unlimited\" in /etc/security/limits.d/audio.conf allows it for the group audio.",
        (unsigned long long)limit.rlim_cur / 1024);
    return false;
}

/* malloc() would do, but compilers make calloc() of it and memset(), which touches nothing. */
void *realtime_memory(size_t count, size_t size)
{
    enum { LINE = 64 };
    if (size && count > (SIZE_MAX - LINE) / size)
        return NULL;
    const size_t bytes = (count * size + LINE) / LINE * LINE;
    void *memory = aligned_alloc(LINE, bytes);
    return memory ? memset(memory, 0, bytes) : NULL;
}

bool realtime_raise(pthread_t audio, char *hint, size_t size)
{
    struct sched_param param = { 0 };
    struct rlimit limit = { 0 };
    int policy = SCHED_OTHER;
    if (!pthread_getschedparam(audio, &policy, &param) && (policy == SCHED_FIFO || policy == SCHED_RR))
        return true;
    param.sched_priority = PRIORITY;
    int problem = pthread_setschedparam(audio, SCHED_FIFO, &param);
    getrlimit(RLIMIT_RTPRIO, &limit);
    if (problem && limit.rlim_cur > 0 && limit.rlim_cur != RLIM_INFINITY) { /* as much as there is */
        param.sched_priority = limit.rlim_cur < PRIORITY ? (int)limit.rlim_cur : PRIORITY;
        problem = pthread_setschedparam(audio, SCHED_FIFO, &param);
    }
    if (!problem)
        return true;
    snprintf(
        hint, size,
        "The audio thread has no real-time priority (%s; limit rtprio: %llu): other programs can make the sound "
        "drop out. Make the user a member of the group audio, give that group \"@audio - rtprio 95\" in "
        "/etc/security/limits.d/audio.conf, and log in again.",
        strerror(problem), (unsigned long long)limit.rlim_cur);
    return false;
}
