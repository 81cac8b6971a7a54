#include "output_file.h"

#include "commands.h"
#include "messages.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ".NAME.backline-XXXXXX" beside path; a very long NAME is cut, since a name may have 255 bytes. */
static char *temporary_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    int folder = slash ? (int)(slash - path) + 1 : 0;
    size_t size = strlen(path) + sizeof "..backline-XXXXXX";
    char *name = malloc(size);
    if (name)
        snprintf(name, size, "%.*s.%.200s.backline-XXXXXX", folder, path, path + folder);
    return name;
}

/* The permissions that an ordinary new file gets. */
static mode_t usual_mode(void)
{
    mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

static int create(output_file *f, mode_t mode)
{
    if (!f->path || !(f->temporary = temporary_name(f->path)))
        return fail("There is not enough memory.");
    f->fd = mkstemp(f->temporary);
    if (f->fd < 0)
        return fail("%s: cannot create a file in this folder (%s).", f->path, strerror(errno));
    fchmod(f->fd, mode); /* a file system without permissions may refuse: no harm */
    return DONE;
}

int output_file_open(output_file *f, const char *path, bool force)
{
    *f = (output_file){ .fd = -1, .force = force };
    struct stat old;
    bool exists = !stat(path, &old);
    if (exists && !S_ISREG(old.st_mode))
        return fail("%s: this is %s, so no file can be written under this name.", path,
                    S_ISDIR(old.st_mode) ? "a folder" : "a device or pipe");
    if (exists && !force)
        return fail("%s: this file exists already; --force replaces it.", path);
    /* Through a link the file is replaced, not the link. */
    f->path = exists ? realpath(path, NULL) : strdup(path);
    int code = create(f, exists ? old.st_mode & 07777 : usual_mode());
    if (code) {
        f->fd = -1;
        free(f->temporary);
        free(f->path);
        f->temporary = f->path = NULL;
    }
    return code;
}

size_t output_file_write(output_file *f, const void *bytes, size_t size)
{
    size_t done = 0;
    while (done < size && !f->error) {
        ssize_t n = write(f->fd, (const char *)bytes + done, size - done);
        if (n > 0)
            done += (size_t)n;
        else if (n == 0 || errno != EINTR)
            f->error = n ? errno : ENOSPC;
    }
    return done;
}

/* Some file systems report a full disk only when the data goes there. */
static void settle(output_file *f)
{
    if (fsync(f->fd) && errno != EINVAL && errno != EROFS && !f->error)
        f->error = errno;
    if (close(f->fd) && !f->error)
        f->error = errno;
    f->fd = -1;
}

int output_file_commit(output_file *f)
{
    settle(f);
    if (!f->error && !f->force && !access(f->path, F_OK))
        f->error = EEXIST; /* somebody else wrote it in the meantime */
    if (!f->error && rename(f->temporary, f->path))
        f->error = errno;
    if (!f->error) {
        free(f->temporary);
        f->temporary = NULL;
    } else {
        fail("%s: writing failed (%s); nothing was left behind.", f->path, strerror(f->error));
    }
    int code = f->error ? FAILED : DONE;
    output_file_discard(f);
    return code;
}

void output_file_discard(output_file *f)
{
    if (f->fd >= 0)
        close(f->fd);
    f->fd = -1;
    if (f->temporary)
        unlink(f->temporary);
    free(f->temporary);
    free(f->path);
    f->temporary = f->path = NULL;
}
