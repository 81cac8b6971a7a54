/* A session without any device: it sounds as the rig does, and does what is asked of it. */
#include "sessions.h"

#include <math.h>
#include <signal.h>
#include <sndfile.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { LEAD = 4096, FRAMES = 20000, TOTAL = LEAD + FRAMES };

static float input[2][TOTAL], played[2][TOTAL], wanted[2][TOTAL];
static float *const outs[2] = { played[0], played[1] };
static const float *const ins[2] = { input[0], input[1] };

/* Noise behind silence, in which the session fades in. */
static void make_input(void)
{
    bl_random rng = { 11 };
    for (size_t c = 0; c < 2; c++)
        bl_random_fill(&rng, input[c] + LEAD, FRAMES, 0.3f);
}

/* What a rig of its own makes of it, in one go: as `backline render` does. */
static void render(size_t in_channels, size_t out_channels)
{
    const bl_rig_options options = { .rate_hz = RATE, .in_channels = in_channels, .out_channels = out_channels };
    float *const out[2] = { wanted[0], wanted[1] };
    bl_rig *rig;
    assert_int_equal(bl_rig_create(&options, &rig, NULL), BL_OK);
    bl_rig_set_file(rig, BL_RIG_MODEL, CRUNCH);
    bl_rig_set_file(rig, BL_RIG_IMPULSE_1, CABINET);
    assert_int_equal(bl_rig_work(rig, NULL), BL_OK);
    bl_rig_process(rig, out, ins, TOTAL);
    bl_rig_free(rig);
}

static void play_in_blocks(session *s, const size_t *blocks, size_t count)
{
    for (size_t done = 0, i = 0, n; done < TOTAL; done += n, i++) {
        float *const out[2] = { outs[0] + done, outs[1] + done };
        const float *const in[2] = { ins[0] + done, ins[1] + done };
        n = blocks[i % count] < TOTAL - done ? blocks[i % count] : TOTAL - done;
        session_process(s, out, in, n);
    }
}

static void it_sounds_like_the_rig_in_any_blocks(void **state)
{
    static const size_t even[] = { 32, 64, 256, 1024 }, odd[] = { 1, 7, 100, 333, 1000, 64, 257, 8192 };
    static const size_t channels[][2] = { { 1, 1 }, { 1, 2 }, { 2, 2 } };
    for (size_t i = 0; i < 3; i++) {
        render(channels[i][0], channels[i][1]);
        for (size_t b = 0; b <= 4; b++) {
            session *s = test_session(NULL, channels[i][0], channels[i][1]);
            play_in_blocks(s, b < 4 ? &even[b] : odd, b < 4 ? 1 : 8);
            for (size_t c = 0; c < channels[i][1]; c++)
                assert_memory_equal(played[c] + LEAD, wanted[c] + LEAD, FRAMES * sizeof(float));
            session_free(s);
        }
    }
}

static void it_fades_in_and_out(void **state)
{
    bl_rig_setup wire;
    bl_rig_setup_init(&wire);
    wire.values[BL_RIG_DC_BLOCKER] = 0;
    session *s = test_session(&(session_options){ .setup = &wire }, 1, 1);
    static float ones[LONGEST], out[LONGEST];
    const float *const in[] = { ones };
    float *const to[] = { out };
    for (size_t i = 0; i < LONGEST; i++)
        ones[i] = 0.5f;
    session_process(s, to, in, 2000);
    assert_true(out[0] < 0.01f);
    for (size_t i = 1; i < 2000; i++)
        assert_true(fabsf(out[i] - out[i - 1]) < 0.002f);
    assert_float_equal(out[1999], 0.5f, 1e-6f);
    session_fade(s, true);
    session_process(s, to, in, 500);
    assert_false(session_has_faded(s));
    session_process(s, to, in, 1000);
    assert_true(session_has_faded(s));
    assert_true(out[999] == 0);
    session_fade(s, false);
    session_process(s, to, in, 2000);
    assert_float_equal(out[1999], 0.5f, 1e-6f);
    session_resume(s);
    session_process(s, to, in, 2000);
    assert_true(out[0] < 0.01f && out[1999] > 0.499f);
    session_free(s);
    bl_rig_setup_free(&wire);
}

static bool model_is_gone(session *s)
{
    return test_was_told(s, "Slot 1 is empty.");
}

static bool missing_was_told(session *s)
{
    return test_was_told(s, "nowhere.nam");
}

static bool second_is_loaded(session *s)
{
    return test_was_told(s, "Slot 2: backline-crunch.nam is loaded.");
}

static void files_are_loaded_and_told_of(void **state)
{
    session *s = test_session(NULL, 1, 1);
    char path[200];
    session_file(s, BL_RIG_MODEL, path, sizeof path);
    assert_string_equal(path, CRUNCH);
    session_set_file(s, BL_RIG_MODEL + 1, CRUNCH);
    test_play_until(s, second_is_loaded);
    session_set_file(s, BL_RIG_MODEL, test_path("nowhere.nam"));
    test_play_until(s, missing_was_told);
    assert_true(test_was_told(s, "What was loaded before stays."));
    session_set_file(s, BL_RIG_MODEL, "");
    test_play_until(s, model_is_gone);
    session_file(s, BL_RIG_MODEL, path, sizeof path);
    assert_string_equal(path, "");
    session_free(s);
}

static void a_missing_file_leaves_its_place_empty(void **state)
{
    bl_rig_setup setup;
    bl_rig_file_state file;
    bl_rig_setup_init(&setup);
    bl_rig_setup_set_file(&setup, BL_RIG_MODEL, test_path("missing.nam"));
    session *s = test_session(&(session_options){ .setup = &setup }, 1, 1);
    assert_true(test_was_told(s, "missing.nam"));
    assert_int_equal(bl_rig_get_file(session_rig(s), BL_RIG_MODEL, &file), BL_OK);
    assert_false(file.loaded);
    bl_rig_file_state_free(&file);
    test_settle(s, 1000);
    session_free(s);
    bl_rig_setup_free(&setup);
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void rig_files_are_taken_as_a_whole_or_not_at_all(void **state)
{
    session *s = test_session(NULL, 1, 1);
    bl_error error = { 0 };
    char path[200];
    bl_rig_set(session_rig(s), BL_RIG_BASS, 3);
    assert_int_equal(session_save_rig(s, test_path("saved.rig.json"), &error), BL_OK);
    write_text(test_path("bad.nam"), "{\"architecture\": 7}");
    write_text(test_path("bad.rig.json"), "{\"backline_rig\": 1, \"models\": [{\"path\": \"bad.nam\"}], "
                                          "\"settings\": {\"bass\": -7}}");
    write_text(test_path("good.rig.json"), "{\"backline_rig\": 1, \"models\": [], \"cabinets\": [], "
                                           "\"settings\": {\"bass\": 5, \"treble\": -4}}");
    assert_int_not_equal(session_load_rig(s, test_path("bad.rig.json"), &error), BL_OK);
    assert_true(*error.text);
    assert_true(bl_rig_get(session_rig(s), BL_RIG_BASS) == 3);
    session_file(s, BL_RIG_MODEL, path, sizeof path);
    assert_string_equal(path, CRUNCH);
    assert_int_equal(session_load_rig(s, test_path("none.rig.json"), &error), BL_ERR_IO);
    assert_int_equal(session_load_rig(s, test_path("good.rig.json"), &error), BL_OK);
    assert_true(bl_rig_get(session_rig(s), BL_RIG_BASS) == 5 && bl_rig_get(session_rig(s), BL_RIG_TREBLE) == -4);
    session_file(s, BL_RIG_MODEL, path, sizeof path);
    assert_string_equal(path, "");
    assert_int_equal(session_load_rig(s, test_path("saved.rig.json"), &error), BL_OK);
    assert_true(bl_rig_get(session_rig(s), BL_RIG_BASS) == 3);
    session_file(s, BL_RIG_IMPULSE_1, path, sizeof path);
    assert_string_equal(path, CABINET);
    assert_int_equal(session_save_rig(s, "/nowhere/at/all.rig.json", &error), BL_ERR_IO);
    session_free(s);
}

/* The device came back with another rate: the old rig may still be in somebody's hands. */
static void a_restart_keeps_the_rig(void **state)
{
    session *s = test_session(NULL, 1, 2);
    bl_rig *before = session_rig(s);
    char path[200];
    bl_rig_set(before, BL_RIG_MID, 2);
    test_settle(s, 1000);
    assert_int_equal(session_restart(s, 44100, 128, NULL), BL_OK);
    assert_true(session_rig(s) != before && session_rate(s) == 44100 && session_block(s) == 128);
    assert_true(bl_rig_get(session_rig(s), BL_RIG_MID) == 2);
    session_file(s, BL_RIG_MODEL, path, sizeof path);
    assert_string_equal(path, CRUNCH);
    bl_rig_set(before, BL_RIG_MID, 1);
    assert_null(bl_rig_share_capture(before, 0)); /* it holds no memory of note */
    test_settle(s, 1000);
    session_free(s);
}

static SNDFILE *open_recording(const char *path, SF_INFO *info)
{
    *info = (SF_INFO){ 0 };
    SNDFILE *file = sf_open(path, SFM_READ, info);
    assert_non_null(file);
    return file;
}

static void a_recording_holds_dry_and_wet(void **state)
{
    static float frames[TOTAL][3];
    const char *path = test_path("take.wav");
    session *s = test_session(&(session_options){ .record = path }, 1, 2);
    SF_INFO info;
    session_state now;
    play_in_blocks(s, (const size_t[]){ 100 }, 1);
    session_end_recording(s);
    session_read(s, &now);
    assert_int_equal(now.recorded, TOTAL);
    assert_int_equal(now.record_lost, 0);
    assert_null(now.record_error);
    session_free(s);
    SNDFILE *file = open_recording(path, &info);
    assert_int_equal(info.channels, 3);
    assert_int_equal(info.samplerate, RATE);
    assert_int_equal(sf_readf_float(file, frames[0], TOTAL), TOTAL);
    for (size_t i = 0; i < TOTAL; i++)
        assert_true(frames[i][0] == input[0][i] && frames[i][1] == played[0][i] && frames[i][2] == played[1][i]);
    sf_close(file);
}

/* The largest file that may be written stands for a disk that is full. */
static void a_recording_that_fails_is_told_and_the_sound_goes_on(void **state)
{
    struct rlimit usual, little;
    char told[700] = "";
    session_state now;
    session *s = test_session(&(session_options){ .record = test_path("short.wav") }, 1, 1);
    getrlimit(RLIMIT_FSIZE, &usual);
    little = (struct rlimit){ .rlim_cur = 20000, .rlim_max = usual.rlim_max };
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &little);
    play_in_blocks(s, (const size_t[]){ 100 }, 1);
    for (int ms = 0; ms < 10000 && !strstr(told, "short.wav"); ms += 5) {
        nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
        session_news(s, told, sizeof told);
    }
    setrlimit(RLIMIT_FSIZE, &usual);
    assert_non_null(strstr(told, "the recording ends here, the sound goes on."));
    const unsigned number = session_news(s, told, sizeof told);
    play_in_blocks(s, (const size_t[]){ 100 }, 1);
    session_end_recording(s);
    session_read(s, &now);
    assert_int_equal(now.frames, 2 * TOTAL);
    assert_true(now.recorded < TOTAL);
    assert_string_equal(now.record_error, told);
    assert_int_equal(session_news(s, told, sizeof told), number); /* once */
    session_free(s);
}

static void a_recording_that_cannot_be_written_is_refused(void **state)
{
    static const char *const paths[] = { "/nowhere/take.wav", "/dev/full/take.wav", "take.mp3", "take" };
    bl_rig_setup setup;
    bl_rig_setup_init(&setup);
    for (size_t i = 0; i < 4; i++) {
        const session_options options = {
            .rate_hz = RATE, .in_channels = 1, .out_channels = 1, .setup = &setup, .record = paths[i]
        };
        bl_error error = { 0 };
        session *s;
        assert_int_equal(session_create(&options, &s, &error), i < 2 ? BL_ERR_IO : BL_ERR_ARGUMENT);
        assert_non_null(strstr(error.text, "take"));
    }
}

/* What finds no room becomes silence of the same length, so that the rest stays in its place. */
static void lost_frames_become_silence(void **state)
{
    enum { MORE = 9 * RATE };
    static float ones[MORE], read[2];
    const float *const in[] = { ones };
    const char *path = test_path("lost.wav");
    record *r;
    record_state now;
    SF_INFO info;
    for (size_t i = 0; i < MORE; i++)
        ones[i] = 1;
    assert_int_equal(record_create(path, RATE, 1, 1, &r, NULL), BL_OK);
    record_put(r, in, in, 100);
    record_put(r, in, in, MORE); /* more than there is room for */
    record_put(r, in, NULL, 50);
    record_end(r);
    record_read(r, &now);
    assert_int_equal(now.lost, MORE);
    assert_int_equal(now.recorded, 150 + MORE);
    record_free(r);
    SNDFILE *file = open_recording(path, &info);
    for (size_t i = 0; i < 150 + MORE; i++) {
        assert_int_equal(sf_readf_float(file, read, 1), 1);
        assert_true(read[0] == (i < 100 || i >= 100 + MORE));
        assert_true(read[1] == (i < 100));
    }
    sf_close(file);
}

static bool two_seconds_are_written(session *s)
{
    session_state now;
    session_read(s, &now);
    return now.recorded > 2 * RATE;
}

/* A copy of the file while it is being written is one that a killed program leaves. */
static void a_recording_can_be_read_before_it_ends(void **state)
{
    const char *path = test_path("growing.wav");
    session *s = test_session(&(session_options){ .record = path }, 1, 1);
    SF_INFO info;
    test_settle(s, 3 * RATE);
    test_play_until(s, two_seconds_are_written);
    for (int i = 0; i < 500; i++) {
        SNDFILE *file = open_recording(path, &info);
        sf_close(file);
        if (info.frames > 2 * RATE)
            break;
        test_settle(s, 64);
        nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
    }
    assert_true(info.frames > 2 * RATE);
    session_free(s);
}

static void the_tuner_hears_what_comes_in(void **state)
{
    static float heard[LONGEST];
    session *s = test_session(NULL, 2, 2);
    const float *const in[2] = { input[0] + LEAD, input[1] + LEAD };
    session_process(s, outs, in, 1000);
    assert_int_equal(session_hear(s, heard, 600), 600);
    assert_int_equal(session_hear(s, heard + 600, LONGEST - 600), 400);
    assert_int_equal(session_hear(s, heard, 0), 0);
    for (size_t i = 600; i < 1000; i++)
        assert_true(heard[i] == 0.5f * (in[0][i] + in[1][i]));
    test_settle(s, 4 * RATE); /* more than anybody keeps */
    assert_true(session_hear(s, heard, LONGEST) == LONGEST);
    session_free(s);
}

static void news_are_kept_in_order(void **state)
{
    session *s = test_session(NULL, 1, 1);
    char text[64], wanted_text[64];
    unsigned seen = session_news(s, text, sizeof text);
    for (int i = 0; i < 100; i++) {
        snprintf(text, sizeof text, "number %d", i);
        session_tell(s, text);
    }
    assert_int_equal(session_news(s, text, sizeof text), seen + 100);
    assert_string_equal(text, "number 99");
    for (int i = 100 - SESSION_NEWS; i < 100; i++) {
        assert_true(session_next_news(s, &seen, text, sizeof text));
        snprintf(wanted_text, sizeof wanted_text, "number %d", i);
        assert_string_equal(text, wanted_text);
    }
    assert_false(session_next_news(s, &seen, text, sizeof text));
    session_free(s);
}

static void xruns_are_counted_with_their_times(void **state)
{
    session *s = test_session(NULL, 1, 1);
    session_state now;
    for (int i = 0; i < 40; i++)
        session_xrun(s);
    session_read(s, &now);
    assert_int_equal(now.xruns, 40);
    assert_int_equal(now.xrun_count, SESSION_XRUNS);
    for (size_t i = 1; i < now.xrun_count; i++)
        assert_true(now.xrun_times[i - 1] >= now.xrun_times[i] && now.xrun_times[i] > 0);
    session_free(s);
}

static void load_is_counted_in_shares(void **state)
{
    static load_meter m;
    load_times times;
    load_meter_init(&m, 1);
    load_meter_read(&m, &times);
    assert_true(times.p50 == 0 && times.p99 == 0 && times.worst == 0);
    for (int i = 0; i < 980; i++)
        load_meter_add(&m, 0.0001, 48, RATE); /* a tenth */
    for (int i = 0; i < 19; i++)
        load_meter_add(&m, 0.0005, 48, RATE);
    load_meter_read(&m, &times);
    assert_float_equal(times.p50, 0.1, 0.005);
    assert_float_equal(times.p99, 0.5, 0.025);
    assert_float_equal(times.worst, 0.5, 1e-6);
    for (int i = 0; i < 2100; i++) /* two stretches later nothing is left of it, but for the worst */
        load_meter_add(&m, 0.0002, 48, RATE);
    load_meter_read(&m, &times);
    assert_float_equal(times.p99, 0.2, 0.01);
    assert_float_equal(times.worst, 0.5, 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_sounds_like_the_rig_in_any_blocks),
        cmocka_unit_test(it_fades_in_and_out),
        cmocka_unit_test(files_are_loaded_and_told_of),
        cmocka_unit_test(a_missing_file_leaves_its_place_empty),
        cmocka_unit_test(rig_files_are_taken_as_a_whole_or_not_at_all),
        cmocka_unit_test(a_restart_keeps_the_rig),
        cmocka_unit_test(a_recording_holds_dry_and_wet),
        cmocka_unit_test(a_recording_that_fails_is_told_and_the_sound_goes_on),
        cmocka_unit_test(a_recording_that_cannot_be_written_is_refused),
        cmocka_unit_test(lost_frames_become_silence),
        cmocka_unit_test(a_recording_can_be_read_before_it_ends),
        cmocka_unit_test(the_tuner_hears_what_comes_in),
        cmocka_unit_test(news_are_kept_in_order),
        cmocka_unit_test(xruns_are_counted_with_their_times),
        cmocka_unit_test(load_is_counted_in_shares),
    };
    make_input();
    const int failed = cmocka_run_group_tests_name("live-session", tests, NULL, NULL);
    test_remove_folder();
    return failed;
}
