/* What the user likes and used: favourites and recent files and folders, kept in XDG_STATE_HOME/backline/library.json
 * (~/.local/state), shared by all windows and processes: it is read when it has changed, and written whole, to another name
 * first. A library that cannot be read is empty, and one that cannot be written lasts as long as the window; nothing else
 * depends on it. One thread per handle; as many handles and processes as you like. */
#ifndef BACKLINE_FACE_LIBRARY_H
#define BACKLINE_FACE_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

typedef struct library library;

/* file: where it is kept; NULL: the place above. NULL without memory. */
library *library_open(const char *file);
void library_free(library *l);

/* Of files and folders, by absolute paths (others are not kept); 1000 at most, more are not taken. */
bool library_is_favourite(library *l, const char *path);
void library_set_favourite(library *l, const char *path, bool favourite);

/* A file was chosen: it becomes the newest of the 50 recent ones. */
void library_use(library *l, const char *path);

/* Newest first; owned by the library, until it is called for the next time. */
size_t library_favourites(library *l, const char *const **paths);
size_t library_recent(library *l, const char *const **paths);

/* Where the browser was last, per browser_kind; "" at first. */
const char *library_folder(library *l, int kind);
void library_set_folder(library *l, int kind, const char *folder);

#endif
