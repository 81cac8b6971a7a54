/* The file of a library: what it holds, and how it is read and replaced. */
#ifndef BACKLINE_FACE_LIBRARY_FILE_H
#define BACKLINE_FACE_LIBRARY_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

enum { LIBRARY_FAVOURITES = 1000, LIBRARY_RECENT = 50, LIBRARY_KINDS = 8 };

/* Paths, newest first; of no more than there is room for. */
typedef struct library_list {
    char *paths[LIBRARY_FAVOURITES]; /* owned */
    size_t count, most;
} library_list;

typedef struct library_data {
    library_list favourites, recent;
    char *folders[LIBRARY_KINDS]; /* owned, or NULL */
} library_data;

void library_data_init(library_data *d);
void library_data_free(library_data *d);

/* Puts a copy first; false without memory. What was in the list before moves to the front; the last one is dropped from
 * a full list. */
bool library_list_add(library_list *l, const char *path);
void library_list_remove(library_list *l, const char *path);
bool library_list_has(const library_list *l, const char *path);

typedef enum library_state {
    LIBRARY_ABSENT,
    LIBRARY_READ,
    LIBRARY_BROKEN,  /* nothing in it can be understood */
    LIBRARY_UNKNOWN, /* it could not be read: no memory, no right to, no file, too large */
} library_state;

/* How a file looked when it was read; all zero: it was not there. */
typedef struct library_mark {
    library_state state;
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec changed;
} library_mark;

/* True if the file is not the one of the mark. */
bool library_file_changed(const char *path, const library_mark *mark);

/* Replaces d by what the file holds, as far as it can be understood: a broken one holds nothing. False, and d is as it
 * was, if there is no file or it could not be read. */
bool library_file_read(const char *path, library_data *d, library_mark *mark);

/* Writes another file and gives it the name, so that readers meet the old one or the new one. Nothing is lost: what the mark
 * says could not be read stays (false), what was broken gets the name "PATH.old". */
bool library_file_write(const char *path, const library_data *d, library_mark *mark);

/* Keeps other processes from changing it between reading and writing; < 0: nobody could be asked, or one has held it for
 * a long time. Makes the folders above it. */
int library_file_lock(const char *path);
void library_file_unlock(int lock);

#endif
