#define _GNU_SOURCE
#include "realtime_guard.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

/* volatile: compilers know that malloc() changes no variable of ours, but here it does. */
static _Thread_local volatile bool guarded;
static _Thread_local volatile unsigned forbidden_calls;

static _Thread_local volatile size_t allocations_left = SIZE_MAX;

static void count_call(void)
{
    if (guarded)
        forbidden_calls += 1;
}

static bool may_allocate(void)
{
    count_call();
    if (allocations_left && allocations_left < SIZE_MAX)
        allocations_left -= 1;
    else if (!allocations_left)
        return false;
    return true;
}

void *__real_malloc(size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_malloc(size_t n)
{
    return may_allocate() ? __real_malloc(n) : NULL;
}

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size)
{
    return may_allocate() ? __real_calloc(n, size) : NULL;
}

void *__real_realloc(void *p, size_t n);
void *__wrap_realloc(void *p, size_t n);
void *__wrap_realloc(void *p, size_t n)
{
    return may_allocate() ? __real_realloc(p, n) : NULL;
}

void *__real_aligned_alloc(size_t alignment, size_t n);
void *__wrap_aligned_alloc(size_t alignment, size_t n);
void *__wrap_aligned_alloc(size_t alignment, size_t n)
{
    return may_allocate() ? __real_aligned_alloc(alignment, n) : NULL;
}

void __real_free(void *p);
void __wrap_free(void *p);
void __wrap_free(void *p)
{
    count_call();
    __real_free(p);
}

int __real_pthread_mutex_lock(pthread_mutex_t *m);
int __wrap_pthread_mutex_lock(pthread_mutex_t *m);
int __wrap_pthread_mutex_lock(pthread_mutex_t *m)
{
    count_call();
    return __real_pthread_mutex_lock(m);
}

void bl_allow_allocations(size_t count)
{
    allocations_left = count;
}

void bl_guard_begin(void)
{
    forbidden_calls = 0;
    guarded = true;
}

unsigned bl_guard_end(void)
{
    guarded = false;
    return forbidden_calls;
}

/* From here on the kernel ends this process for any system call but its own end. */
static bool forbid_system_calls(void)
{
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
    const struct sock_fprog filter = { sizeof rules / sizeof *rules, rules };
    return !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) && !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}

void bl_misbehave(void *data)
{
    (void)data;
    (void)syscall(SYS_getppid);
}

bl_confined bl_run_confined(void (*run)(void *data), void *data)
{
    int status;
    const pid_t child = fork();
    if (!child) {
        if (!forbid_system_calls())
            _exit(BL_CONFINED_SKIPPED);
        run(data);
        syscall(SYS_exit_group, BL_CONFINED_DONE);
    }
    while (child < 0 || waitpid(child, &status, 0) != child)
        if (child < 0 || errno != EINTR)
            abort();
    return WIFEXITED(status) ? (bl_confined)WEXITSTATUS(status) : BL_CONFINED_KILLED;
}
