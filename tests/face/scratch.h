/* A folder for a test's files, which goes away with it. */
#ifndef BL_TESTS_FACE_SCRATCH_H
#define BL_TESTS_FACE_SCRATCH_H

/* Makes a new one; anybody may look into it. */
void scratch_begin(void);
/* Removes it with all that is in it. */
void scratch_end(void);

/* A path in it; "" is the folder itself. One of eight places, so that some can be used in one expression. */
const char *scratch_path(const char *name);
/* An empty file, a file with that text, a folder. */
void scratch_file(const char *name);
void scratch_text(const char *name, const char *text);
void scratch_folder(const char *name);

/* From here on the process has the rights of nobody in particular: root may read everything. And back. */
void scratch_drop_rights(void);
void scratch_take_rights(void);

#endif
