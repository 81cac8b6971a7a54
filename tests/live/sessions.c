#include "sessions.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static char folder[] = "/tmp/backline-live-XXXXXX";
static bool made;

const char *test_path(const char *name)
{
    static char paths[8][128];
    static size_t turn;
    if (!made)
        assert_non_null(mkdtemp(folder));
    made = true;
    turn = (turn + 1) % 8;
    snprintf(paths[turn], sizeof paths[turn], "%s/%s", folder, name);
    return paths[turn];
}

void test_remove_folder(void)
{
    DIR *dir = made ? opendir(folder) : NULL;
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        if (*entry->d_name != '.')
            unlinkat(dirfd(dir), entry->d_name, 0);
    if (dir)
        closedir(dir);
    if (made)
        rmdir(folder);
}

session *test_session(const session_options *more, size_t in_channels, size_t out_channels)
{
    session_options options = more ? *more : (session_options){ 0 };
    bl_rig_setup setup;
    bl_error error = { 0 };
    session *s;
    bl_rig_setup_init(&setup);
    bl_rig_setup_set_file(&setup, BL_RIG_MODEL, CRUNCH);
    bl_rig_setup_set_file(&setup, BL_RIG_IMPULSE_1, CABINET);
    options.rate_hz = options.rate_hz > 0 ? options.rate_hz : RATE;
    options.block = 64;
    options.in_channels = in_channels;
    options.out_channels = out_channels;
    options.setup = options.setup ? options.setup : &setup;
    if (session_create(&options, &s, &error))
        fail_msg("%s", error.text);
    bl_rig_setup_free(&setup);
    return s;
}

void test_settle(session *s, size_t frames)
{
    static float samples[2][LONGEST];
    float *const out[2] = { samples[0], samples[1] };
    for (size_t n; frames; frames -= n) {
        n = frames < LONGEST ? frames : LONGEST;
        session_process(s, out, NULL, n);
    }
}

void test_play_until(session *s, bool (*holds)(session *s))
{
    for (int ms = 0; ms < 10000 && !holds(s); ms += 2) {
        test_settle(s, 64);
        nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
    }
    assert_true(holds(s));
}

bool test_was_told(session *s, const char *words)
{
    char sentence[SESSION_SENTENCE];
    for (unsigned seen = 0; session_next_news(s, &seen, sentence, sizeof sentence);)
        if (strstr(sentence, words))
            return true;
    return false;
}
