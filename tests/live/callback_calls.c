/* What an audio callback must not do, and how it is noticed: functions that the program finds here before it finds those of
 * the C library, and a trap for system calls, which need not come from any of them. */
#undef _FORTIFY_SOURCE /* with it, some compilers have inline functions of these names */
#include "callback_preload.h"

#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <syslog.h>
#include <threads.h>
#include <ucontext.h>

#define SEEN   __attribute__((visibility("default")))
#define THREAD static _Thread_local __attribute__((tls_model("initial-exec")))

/* ---- memory: by the C library's own names, as finding functions may take some ---- */

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void *__libc_memalign(size_t alignment, size_t n);
void __libc_free(void *p);

SEEN void *malloc(size_t n)
{
    callback_did("malloc");
    return __libc_malloc(n);
}

SEEN void *calloc(size_t n, size_t size)
{
    callback_did("calloc");
    return __libc_calloc(n, size);
}

SEEN void *realloc(void *p, size_t n)
{
    callback_did("realloc");
    return __libc_realloc(p, n);
}

SEEN void *aligned_alloc(size_t alignment, size_t n)
{
    callback_did("aligned_alloc");
    return __libc_memalign(alignment, n);
}

SEEN int posix_memalign(void **out, size_t alignment, size_t n)
{
    callback_did("posix_memalign");
    *out = __libc_memalign(alignment, n);
    return *out ? 0 : 12; /* ENOMEM, and errno stays */
}

SEEN void free(void *p)
{
    callback_did("free");
    __libc_free(p);
}

/* ---- locks and output ---- */

#define WATCH(type, name, parameters, arguments)                                                                   \
    SEEN type name parameters                                                                                      \
    {                                                                                                              \
        static type(*_Atomic behind) parameters;                                                                   \
        type(*next) parameters = behind;                                                                           \
        callback_did(#name);                                                                                       \
        if (!next) {                                                                                               \
            *(void **)&next = dlsym(RTLD_NEXT, #name);                                                             \
            behind = next;                                                                                         \
        }                                                                                                          \
        return next arguments;                                                                                     \
    }

WATCH(int, pthread_mutex_lock, (pthread_mutex_t * m), (m))
WATCH(int, pthread_mutex_trylock, (pthread_mutex_t * m), (m))
WATCH(int, pthread_mutex_timedlock, (pthread_mutex_t * m, const struct timespec *t), (m, t))
WATCH(int, pthread_rwlock_rdlock, (pthread_rwlock_t * l), (l))
WATCH(int, pthread_rwlock_wrlock, (pthread_rwlock_t * l), (l))
WATCH(int, pthread_spin_lock, (pthread_spinlock_t * l), (l))
WATCH(int, mtx_lock, (mtx_t * m), (m))
WATCH(int, sem_wait, (sem_t * s), (s))
WATCH(int, sem_timedwait, (sem_t * s, const struct timespec *t), (s, t))
WATCH(int, sem_post, (sem_t * s), (s))
WATCH(int, pthread_cond_signal, (pthread_cond_t * c), (c))
WATCH(int, pthread_cond_broadcast, (pthread_cond_t * c), (c))

WATCH(int, vfprintf, (FILE * f, const char *format, va_list args), (f, format, args))
WATCH(size_t, fwrite, (const void *from, size_t size, size_t n, FILE *f), (from, size, n, f))
WATCH(int, fputs, (const char *text, FILE *f), (text, f))
WATCH(int, puts, (const char *text), (text))
WATCH(int, fputc, (int c, FILE *f), (c, f))
WATCH(int, putc, (int c, FILE *f), (c, f))
WATCH(int, fflush, (FILE * f), (f))

/* What the functions above become in programs that are compiled with _FORTIFY_SOURCE. */
int __printf_chk(int level, const char *format, ...);
int __fprintf_chk(FILE *f, int level, const char *format, ...);
int __vfprintf_chk(FILE *f, int level, const char *format, va_list args);

/* These pass on what cannot be passed on as it is; vfprintf() above notices them. */
#define WATCH_WORDS(name, parameters, file, format)                                                                \
    SEEN int name parameters                                                                                       \
    {                                                                                                              \
        va_list args;                                                                                              \
        va_start(args, format);                                                                                    \
        const int length = vfprintf(file, format, args);                                                           \
        va_end(args);                                                                                              \
        return length;                                                                                             \
    }

WATCH_WORDS(printf, (const char *format, ...), stdout, format)
WATCH_WORDS(__printf_chk, (int level, const char *format, ...), stdout, format)
WATCH_WORDS(fprintf, (FILE * f, const char *format, ...), f, format)
WATCH_WORDS(__fprintf_chk, (FILE * f, int level, const char *format, ...), f, format)

SEEN int __vfprintf_chk(FILE *f, int level, const char *format, va_list args)
{
    return vfprintf(f, format, args);
}

SEEN void syslog(int priority, const char *format, ...)
{
    va_list args;
    callback_did("syslog");
    va_start(args, format);
    vsyslog(priority, format, args);
    va_end(args);
}

/* ---- system calls ----
 *
 * The kernel looks at a byte of the thread's before each of its system calls, and sends a signal instead where the byte says
 * so ("syscall user dispatch", Linux 5.11, x86). Setting the byte costs nothing. The handler notes the call, takes the byte
 * back, and lets the thread do the call once more. */

static atomic_bool works;

#if defined(__x86_64__) && defined(PR_SET_SYSCALL_USER_DISPATCH)

enum { SYSTEM_CALL = 2 /* bytes of the instruction */ };

THREAD volatile char selector = SYSCALL_DISPATCH_FILTER_ALLOW;
THREAD bool is_set;

static void catch_call(int number, siginfo_t *info, void *context)
{
    ucontext_t *thread = context;
    selector = SYSCALL_DISPATCH_FILTER_ALLOW;
    thread->uc_mcontext.gregs[REG_RIP] -= SYSTEM_CALL;
    if (info->si_syscall != SYS_rt_sigreturn) /* the way back from a signal, which may come at any time */
        callback_called_system(info->si_syscall);
}

void callback_trap(bool on)
{
    if (on && !is_set) {
        struct sigaction action = { .sa_sigaction = catch_call, .sa_flags = SA_SIGINFO };
        sigfillset(&action.sa_mask); /* the way back from another one would be caught within this one */
        is_set = true;
        if (!sigaction(SIGSYS, &action, NULL) &&
            !prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, 0L, 0L, &selector))
            atomic_store(&works, true);
    }
    selector = on ? SYSCALL_DISPATCH_FILTER_BLOCK : SYSCALL_DISPATCH_FILTER_ALLOW;
}

#else

void callback_trap(bool on)
{
}

#endif

bool callback_trap_works(void)
{
    return atomic_load(&works);
}
