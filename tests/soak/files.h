/* The files that a soak plays: good ones of every kind, and broken ones. */
#ifndef BL_TESTS_SOAK_FILES_H
#define BL_TESTS_SOAK_FILES_H

#include <stddef.h>

enum { SOAK_FILES = 100, SOAK_PATH = 1024 };

typedef struct soak_list {
    size_t count;
    char paths[SOAK_FILES][SOAK_PATH];
} soak_list;

typedef struct soak_files {
    char folder[64];  /* for what is made here */
    soak_list models; /* networks of all formats */
    soak_list tame;   /* those that become steady when what they hear is */
    soak_list impulses;
    soak_list broken; /* neither */
} soak_files;

/** Ends the process with a sentence if there is something wrong. */
void soak_files_open(soak_files *files, const char *models, const char *assets);
void soak_files_close(soak_files *files);

/** Prints a sentence, and that the soak has failed; ends the process. */
_Noreturn void soak_fail(const char *format, ...);

#endif
