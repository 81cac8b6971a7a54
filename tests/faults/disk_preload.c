/* A disk that fails: LD_PRELOAD this library. Call number DISK_NTH, counted from 1, of the kind DISK_CALL fails with the error
 * number DISK_ERROR, and so do all later ones of that kind; 0: none does. The kinds:
 *
 *     write   write() to a file; of the first one that fails half of the bytes are written
 *     read    read() from a file
 *     fsync   fsync()
 *     close   close() of a file, which is closed none the less
 *     rename  rename()
 *     create  mkstemp() and mkdir()
 *
 * The file that DISK_REPORT names gets a line at the end: how many such calls there were. With DISK_STEP as well no call
 * fails, but before call DISK_NTH the command DISK_STEP is run by the shell: for what others do meanwhile. */
#define _GNU_SOURCE
#undef _FORTIFY_SOURCE /* with it, clang has inline functions of these names */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SEEN __attribute__((visibility("default")))

static char kind[16];
static const char *step;
static unsigned long nth;
static int error;
static atomic_ulong calls;
static pid_t process;

__attribute__((constructor)) static void begin(void)
{
    const char *call = getenv("DISK_CALL"), *number = getenv("DISK_NTH"), *code = getenv("DISK_ERROR");
    snprintf(kind, sizeof kind, "%s", call ? call : "");
    nth = number ? strtoul(number, NULL, 10) : 0;
    error = code ? atoi(code) : EIO;
    step = getenv("DISK_STEP");
    unsetenv("LD_PRELOAD"); /* nothing that is started from here shall fail */
    process = getpid();
}

__attribute__((destructor)) static void end(void)
{
    char line[32];
    const char *path = getenv("DISK_REPORT");
    const int fd = path && process == getpid() ? open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666) : -1;
    const int length = snprintf(line, sizeof line, "%lu\n", atomic_load(&calls));
    if (fd >= 0 && syscall(SYS_write, fd, line, length) == length)
        syscall(SYS_close, fd);
}

/* Which call of its kind this is; 0: of another kind. */
static unsigned long count(const char *call)
{
    const unsigned long n = strcmp(call, kind) ? 0 : atomic_fetch_add(&calls, 1) + 1;
    if (n && n == nth && step && system(step))
        abort();
    return n;
}

static bool fails(unsigned long n)
{
    if (!nth || n < nth || step)
        return false;
    errno = error;
    return true;
}

static bool is_file(int fd)
{
    struct stat info;
    return !fstat(fd, &info) && S_ISREG(info.st_mode);
}

SEEN ssize_t write(int fd, const void *bytes, size_t size)
{
    const unsigned long n = is_file(fd) ? count("write") : 0;
    if (fails(n) && (n > nth || size < 2))
        return -1;
    return syscall(SYS_write, fd, bytes, nth && n == nth && !step ? size / 2 : size);
}

SEEN ssize_t read(int fd, void *bytes, size_t size)
{
    return fails(is_file(fd) ? count("read") : 0) ? -1 : syscall(SYS_read, fd, bytes, size);
}

SEEN int fsync(int fd)
{
    return fails(count("fsync")) ? -1 : (int)syscall(SYS_fsync, fd);
}

SEEN int close(int fd)
{
    const unsigned long n = is_file(fd) ? count("close") : 0;
    const long done = syscall(SYS_close, fd);
    return fails(n) ? -1 : (int)done;
}

SEEN int rename(const char *from, const char *to)
{
    return fails(count("rename")) ? -1 : (int)syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
}

SEEN int mkstemp(char *name)
{
    int (*behind)(char *name);
    *(void **)&behind = dlsym(RTLD_NEXT, "mkstemp");
    return fails(count("create")) ? -1 : behind(name);
}

SEEN int mkdir(const char *path, mode_t mode)
{
    return fails(count("create")) ? -1 : (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}
