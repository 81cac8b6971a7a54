/* What the tests of `backline live` share: sessions with the bundled files, and files of their own. */
#ifndef BL_TESTS_LIVE_SESSIONS_H
#define BL_TESTS_LIVE_SESSIONS_H

#include "live/session_state.h"
#include "test_support.h"

#define CRUNCH  BL_TEST_ASSETS "/backline-crunch.nam"
#define CABINET BL_TEST_ASSETS "/backline-cabinet.wav"

enum { RATE = 48000, LONGEST = 8192 };

/** A folder that is made by the first call, and a path in it; the text is overwritten by the eighth call after it. */
const char *test_path(const char *name);

/** Removes the folder with all files in it. */
void test_remove_folder(void);

/** A session with the bundled model and cabinet, or with other settings that the options hold. */
session *test_session(const session_options *more, size_t in_channels, size_t out_channels);

/** Plays frames of silence: nothing fades any more then. */
void test_settle(session *s, size_t frames);

/** Plays blocks until the condition holds; fails after ten seconds. */
void test_play_until(session *s, bool (*holds)(session *s));

/** Whether some sentence that the session has told holds these words. */
bool test_was_told(session *s, const char *words);

#endif
