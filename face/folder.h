/* Folders and the kinds of the files in them. */
#ifndef BACKLINE_FACE_FOLDER_H
#define BACKLINE_FACE_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

typedef enum folder_kind { FOLDER_FOLDER, FOLDER_MODEL, FOLDER_IMPULSE, FOLDER_RIG, FOLDER_OTHER } folder_kind;

/* What a file is, by its name (.nam, .json, .aidax, .wav, ...; case does not count). Rigs are .rig.json. */
folder_kind folder_kind_of(const char *name);

typedef struct folder_entry {
    char *name; /* owned */
    folder_kind kind;
} folder_entry;

typedef struct folder {
    char *path; /* owned, no '/' at its end unless it is the root */
    folder_entry *entries;
    size_t count;
    bool cut; /* there were more than FOLDER_MOST, or reading took longer than FOLDER_SECONDS */
} folder;

enum { FOLDER_MOST = 20000, FOLDER_SECONDS = 3 };

/* Folders first, then files, each in the order that people expect: numbers as numbers ("amp 2" before "amp 10"), case does
 * not count. Hidden ones are left out, and so are devices, sockets and links that lead nowhere. False with a sentence in
 * error (256 bytes) if it cannot be read; then there is nothing to free. */
bool folder_read(folder *f, const char *path, char *error);
void folder_free(folder *f);

/* The file of the same kind before (-1) or behind (+1) this one in its folder, round and round, whether it is there itself or
 * not; owned by the caller; NULL: there is no other, or nobody knows what kind of file this is. */
char *folder_neighbour(const char *path, int direction);

/* ---- names ---- */

/* The order of names in a list: < 0, 0 only if they are the same bytes, > 0. Any bytes will do. */
int folder_compare(const char *a, const char *b);

/* Whether a name begins with, or else has somewhere in it, what was typed; case and Latin accents do not count. */
bool folder_name_begins(const char *name, const char *typed);
bool folder_name_has(const char *name, const char *typed);

/* The part of a path behind its last '/'; the folder that it is in ("/", "." if there is no '/'); both as one path. The
 * latter two are owned by the caller, NULL without memory. */
const char *folder_name_of(const char *path);
char *folder_above(const char *path);
char *folder_join(const char *path, const char *name);

#endif
