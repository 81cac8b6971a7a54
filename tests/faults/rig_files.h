/* A folder of small files for a rig. */
#ifndef BL_TESTS_FAULTS_RIG_FILES_H
#define BL_TESTS_FAULTS_RIG_FILES_H

/** Setup and teardown of a group of tests: a.nam and b.nam (a wavenet of two channels each, of different size), room.wav
 *  (two channels, 48 kHz), hall.wav, hall.aiff (44.1 kHz) and all.rig.json, which names a.nam, b.nam,
 *  room.wav and hall.wav. */
int rig_files_make(void **state);
int rig_files_remove(void **state);

/** A path in that folder; the last eight are valid. */
const char *rig_files_path(const char *name);

#endif
