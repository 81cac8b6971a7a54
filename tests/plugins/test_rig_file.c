/* Rig files: what is written is read again, what is not as it should be is refused with a sentence, moved files are found,
 * and no failed allocation, cut or damaged file does harm. tests/tools/cases_rig.py tests the same from outside. */
#define _DEFAULT_SOURCE
#include "realtime_guard.h"
#include "test_support.h"

#include "rig_file.h"
#include "sha256.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];

static const char *in_folder(const char *name)
{
    static char paths[4][160];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void write_bytes(const char *name, const void *bytes, size_t size)
{
    FILE *file = fopen(in_folder(name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

static void write_text(const char *name, const char *text)
{
    write_bytes(name, text, strlen(text));
}

/* A network without weights worth mentioning: a wire. */
static const char wire[] = "{\"version\":\"0.5.4\",\"architecture\":\"Linear\",\"sample_rate\":48000,"
                           "\"config\":{\"receptive_field\":1,\"bias\":false},\"weights\":[1.0]}";

static int open_folder(void **state)
{
    snprintf(folder, sizeof folder, "/tmp/backline-rig-file-XXXXXX");
    assert_non_null(mkdtemp(folder));
    assert_int_equal(mkdir(in_folder("deep"), 0700), 0);
    assert_int_equal(mkdir(in_folder("deep/er"), 0700), 0);
    write_text("wire.nam", wire);
    return 0;
}

static int remove_folder(void **state)
{
    char command[100];
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

static void fill(bl_rig_setup *setup)
{
    bl_rig_setup_init(setup);
    for (int i = 0; i < BL_RIG_PARAM_COUNT; i++) {
        const bl_rig_param_info *info = bl_rig_param_describe((bl_rig_param)i);
        const float some = info->minimum + 0.3371f * (info->maximum - info->minimum);
        setup->values[i] = bl_rig_param_clamp((bl_rig_param)i, some);
    }
    assert_int_equal(bl_rig_setup_set_file(setup, BL_RIG_MODEL + 2, in_folder("wire.nam")), BL_OK);
    assert_int_equal(bl_rig_setup_set_file(setup, BL_RIG_IMPULSE_2, in_folder("wire.nam")), BL_OK);
    assert_int_equal(bl_rig_setup_set_knob(setup, "drive \"x\"", 0.1f, NULL), BL_OK);
    assert_int_equal(bl_rig_setup_set_knob(setup, "tone", -1e30f, NULL), BL_OK);
    setup->midi.channel = 16;
    setup->midi.cc[0] = BL_RIG_MIDI_BYPASS;
    setup->midi.cc[BL_RIG_MIDI_CONTROLLERS - 1] = BL_RIG_MIDI_SETTING + BL_RIG_FADE;
}

static void save(const bl_rig_setup *setup, const char *name)
{
    char *text;
    assert_int_equal(bl_rig_file_text(setup, in_folder(name), &text, NULL), BL_OK);
    write_text(name, text);
    free(text);
}

static void test_written_and_read(void **state)
{
    bl_rig_setup before, after;
    fill(&before);
    save(&before, "all.rig.json");
    assert_int_equal(bl_rig_file_load(in_folder("all.rig.json"), &after, NULL), BL_OK);
    for (int i = 0; i < BL_RIG_PARAM_COUNT; i++)
        assert_true(before.values[i] == after.values[i]); /* to the bit */
    for (int i = 0; i < BL_RIG_FILE_COUNT; i++) {
        const bool named = i == BL_RIG_MODEL + 2 || i == BL_RIG_IMPULSE_2;
        assert_int_equal(after.files[i].path != NULL, named);
        if (!named)
            continue;
        assert_string_equal(after.files[i].path, in_folder("wire.nam"));
        assert_string_equal(after.files[i].sha256, sha256_of_file(in_folder("wire.nam")).s);
        assert_int_equal(after.files[i].size, sizeof wire - 1);
    }
    assert_int_equal(after.knob_count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_string_equal(after.knobs[i].name, before.knobs[i].name);
        assert_true(after.knobs[i].value == before.knobs[i].value);
    }
    assert_memory_equal(&after.midi, &before.midi, sizeof after.midi);
    bl_rig_setup_free(&before);
    bl_rig_setup_free(&after);
}

/* Every float comes back as it was: the text has as few digits as that takes. */
static void test_numbers(void **state)
{
    bl_random rng = { 3 };
    bl_rig_setup setup, again;
    bl_rig_setup_init(&setup);
    for (int i = 0; i < 300; i++) {
        bl_random_fill(&rng, &setup.values[BL_RIG_BASS], 1, 15);
        save(&setup, "number.rig.json");
        assert_int_equal(bl_rig_file_load(in_folder("number.rig.json"), &again, NULL), BL_OK);
        assert_true(again.values[BL_RIG_BASS] == setup.values[BL_RIG_BASS]);
    }
    char *text;
    setup.values[BL_RIG_BASS] = 0.1f;
    assert_int_equal(bl_rig_file_text(&setup, in_folder("number.rig.json"), &text, NULL), BL_OK);
    assert_non_null(strstr(text, "\"bass\": 0.1,"));
    free(text);
}

static bl_status load_text(const char *text, bl_rig_setup *setup, bl_error *error)
{
    write_text("text.rig.json", text);
    return bl_rig_file_load(in_folder("text.rig.json"), setup, error);
}

static void test_what_is_left_out(void **state)
{
    bl_rig_setup setup;
    assert_int_equal(
        load_text("{\"backline_rig\": 1, \"later\": [1, {}], \"settings\": {\"gate\": true}}", &setup, NULL),
        BL_OK);
    for (int i = 0; i < BL_RIG_PARAM_COUNT; i++)
        assert_true(setup.values[i] == (i == BL_RIG_GATE ? 1 : bl_rig_param_describe((bl_rig_param)i)->initial));
    assert_null(setup.files[0].path);
    bl_rig_setup_free(&setup);
}

static void test_paths(void **state)
{
    bl_rig_setup setup;
    write_text("deep/path.rig.json", "{\"backline_rig\": 1, \"models\": [null, {\"path\": \"../wire.nam\"}, "
                                     "{\"path\": \"/elsewhere/x.nam\", \"later\": 1}]}");
    assert_int_equal(bl_rig_file_load(in_folder("deep/path.rig.json"), &setup, NULL), BL_OK);
    assert_null(setup.files[0].path);
    assert_string_equal(setup.files[1].path, in_folder("deep/../wire.nam"));
    assert_string_equal(setup.files[2].path, "/elsewhere/x.nam");
    bl_rig_setup_free(&setup);
    bl_rig_setup_init(&setup);
    char *text;
    bl_error error;
    bl_rig_setup_set_file(&setup, BL_RIG_MODEL, in_folder("nothing.nam"));
    assert_int_equal(bl_rig_file_text(&setup, in_folder("x.rig.json"), &text, &error), BL_ERR_IO);
    write_text("latin\xe9.nam", wire);
    bl_rig_setup_set_file(&setup, BL_RIG_MODEL, in_folder("latin\xe9.nam"));
    assert_int_equal(bl_rig_file_text(&setup, in_folder("x.rig.json"), &text, &error), BL_ERR_UNSUPPORTED);
    assert_non_null(strstr(error.text, "UTF-8"));
    assert_int_equal(bl_rig_file_text(&setup, in_folder("no/x.rig.json"), &text, &error), BL_ERR_IO);
    bl_rig_setup_free(&setup);
}

/* Whatever is cut off or changed in a rig file: an error with a sentence, or a setup that is whole. */
static void test_damaged(void **state)
{
    bl_rig_setup setup;
    char *text;
    bl_error error;
    fill(&setup);
    assert_int_equal(bl_rig_file_text(&setup, in_folder("damaged.rig.json"), &text, NULL), BL_OK);
    bl_rig_setup_free(&setup);
    const size_t size = strlen(text);
    bl_random rng = { 5 };
    for (size_t i = 0; i < 3000; i++) {
        char *copy = malloc(size);
        assert_non_null(copy);
        memcpy(copy, text, size);
        size_t length = i < size ? i : size;
        if (i % 3)
            length = size;
        for (size_t k = 0; k < i % 3; k++) {
            copy[bl_random_below(&rng, size)] = "{}[]\",:0e-.\\\0\xff 9"[bl_random_below(&rng, 16)];
        }
        write_bytes("damaged.rig.json", copy, length);
        free(copy);
        if (bl_rig_file_load(in_folder("damaged.rig.json"), &setup, &error)) {
            assert_in_range(strlen(error.text), 10, sizeof error.text - 1);
            continue;
        }
        for (int p = 0; p < BL_RIG_PARAM_COUNT; p++)
            assert_true(setup.values[p] == bl_rig_param_clamp((bl_rig_param)p, setup.values[p]));
        bl_rig_setup_free(&setup);
    }
    free(text);
}

/* ---- MIDI ---- */

static void test_midi_words(void **state)
{
    for (int i = 1; i < BL_RIG_MIDI_TARGETS; i++) {
        assert_non_null(bl_rig_midi_word(i));
        assert_int_equal(bl_rig_midi_find(bl_rig_midi_word(i)), i); /* none stands for two things */
    }
    assert_null(bl_rig_midi_word(BL_RIG_MIDI_NOTHING));
    assert_null(bl_rig_midi_word(BL_RIG_MIDI_TARGETS));
    assert_int_equal(bl_rig_midi_find("next"), BL_RIG_MIDI_NOTHING);
}

static void test_midi(void **state)
{
    bl_rig_setup setup;
    char *text;
    assert_int_equal(load_text("{\"backline_rig\":1,\"midi\":{\"cc\":{\"7\":\"output_gain\",\"80\":\"bypass\"},"
                               "\"later\":3}}",
                               &setup, NULL),
                     BL_OK);
    assert_int_equal(setup.midi.channel, 0);
    for (int i = 0; i < BL_RIG_MIDI_CONTROLLERS; i++)
        assert_int_equal(setup.midi.cc[i], i == 7    ? BL_RIG_MIDI_SETTING + BL_RIG_OUTPUT_GAIN
                                           : i == 80 ? BL_RIG_MIDI_BYPASS
                                                     : BL_RIG_MIDI_NOTHING);
    setup.midi = (bl_rig_midi){ 0 };
    assert_int_equal(bl_rig_file_text(&setup, in_folder("plain.rig.json"), &text, NULL), BL_OK);
    assert_null(strstr(text, "midi")); /* programs that know nothing of it find nothing new */
    free(text);
    bl_rig_setup_free(&setup);
}

static void test_wrong_midi(void **state)
{
    static const struct {
        const char *midi, *sentence;
    } cases[] = {
        { "7", "wants an object" },
        { "{\"channel\":0}", "from 1 to 16" },
        { "{\"channel\":17}", "from 1 to 16" },
        { "{\"channel\":\"1\"}", "from 1 to 16" },
        { "{\"cc\":[\"bass\"]}", "object of numbers" },
        { "{\"cc\":{\"120\":\"bass\"}}", "from 0 to 119, not \"120\"" },
        { "{\"cc\":{\"-1\":\"bass\"}}", "not \"-1\"" },
        { "{\"cc\":{\"07\":\"bass\"}}", "not \"07\"" },
        { "{\"cc\":{\"\":\"bass\"}}", "not \"\"" },
        { "{\"cc\":{\"7\":3}}", "\"7\" wants the name" },
        { "{\"cc\":{\"7\":\"nothing at all\"}}", "no setting or action \"nothing at all\"." },
        { "{\"cc\":{\"7\":\"bas\"}}", "mean \"bass\"" },
        { "{\"cc\":{\"7\":\"bypas\"}}", "mean \"bypass\"" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bl_rig_setup setup;
        bl_error error;
        char text[200];
        snprintf(text, sizeof text, "{\"backline_rig\":1,\"midi\":%s}", cases[i].midi);
        assert_int_equal(load_text(text, &setup, &error), BL_ERR_FORMAT);
        assert_non_null(strstr(error.text, cases[i].sentence));
    }
}

/* ---- moved files ---- */

static int sentences;

static const char *expected;

static void count_sentence(void *context, const char *sentence)
{
    assert_ptr_equal(context, &sentences);
    assert_non_null(strstr(sentence, expected));
    sentences++;
}

static void test_found_again(void **state)
{
    bl_rig_setup setup;
    bl_error error;
    char search[200];
    write_text("lost.nam", wire);
    bl_rig_setup_init(&setup);
    bl_rig_setup_set_file(&setup, BL_RIG_MODEL, in_folder("lost.nam"));
    save(&setup, "lost.rig.json");
    bl_rig_setup_free(&setup);
    assert_int_equal(bl_rig_file_load(in_folder("lost.rig.json"), &setup, NULL), BL_OK);
    sentences = 0;
    assert_int_equal(bl_rig_file_find(&setup, NULL, count_sentence, &sentences, NULL), BL_OK);
    assert_int_equal(sentences, 0); /* it is where it was */
    rename(in_folder("lost.nam"), in_folder("deep/er/other name.nam"));
    unlink(in_folder("wire.nam")); /* which has the same content */
    assert_int_equal(bl_rig_file_find(&setup, NULL, NULL, NULL, &error), BL_ERR_IO);
    assert_int_equal(bl_rig_file_find(&setup, "", NULL, NULL, &error), BL_ERR_IO);
    snprintf(search, sizeof search, "::/nowhere:%s:", in_folder("deep"));
    expected = "other name.nam";
    assert_int_equal(bl_rig_file_find(&setup, search, count_sentence, &sentences, &error), BL_OK);
    assert_int_equal(sentences, 1);
    assert_string_equal(setup.files[0].path, in_folder("deep/er/other name.nam"));
    write_text("deep/er/other name.nam", "changed");
    expected = "not what it was";
    assert_int_equal(bl_rig_file_find(&setup, search, count_sentence, &sentences, &error), BL_OK);
    assert_int_equal(sentences, 2);
    bl_rig_setup_free(&setup);
    write_text("wire.nam", wire);
}

/* ---- into a rig ---- */

static void test_apply(void **state)
{
    const bl_rig_options options = { .rate_hz = 48000, .in_channels = 1, .out_channels = 1 };
    bl_rig_setup setup;
    bl_rig *rig, *second;
    bl_error error;
    bl_rig_setup_init(&setup);
    setup.values[BL_RIG_BASS] = 3.5f;
    setup.values[BL_RIG_SLOT] = 2;
    bl_rig_setup_set_file(&setup, BL_RIG_MODEL + 1, in_folder("wire.nam"));
    assert_int_equal(bl_rig_create(&options, &rig, NULL), BL_OK);
    assert_int_equal(bl_rig_create(&options, &second, NULL), BL_OK);
    assert_int_equal(bl_rig_setup_apply(&setup, rig), BL_OK);
    assert_true(bl_rig_get(rig, BL_RIG_BASS) == 3.5f);
    assert_int_equal(bl_rig_work(rig, NULL), BL_OK);
    assert_int_equal(bl_rig_setup_apply_knobs(&setup, rig, NULL), BL_OK);
    bl_rig_setup_set_knob(&setup, "drive", 1, NULL);
    assert_int_equal(bl_rig_setup_apply_knobs(&setup, rig, &error), BL_ERR_ARGUMENT);
    assert_non_null(strstr(error.text, "drive"));
    setup.values[BL_RIG_SLOT] = 1;
    bl_rig_set(rig, BL_RIG_SLOT, 1);
    assert_int_equal(bl_rig_setup_apply_knobs(&setup, rig, &error), BL_ERR_ARGUMENT);
    /* A second rig shares what the first one has loaded: its file is not needed any more. */
    bl_rig_set(rig, BL_RIG_SLOT, 2);
    setup.values[BL_RIG_SLOT] = 2;
    assert_int_equal(bl_rig_setup_apply(&setup, second), BL_OK);
    assert_int_equal(bl_rig_share_files(second, rig, NULL), BL_OK);
    unlink(in_folder("wire.nam"));
    assert_int_equal(bl_rig_work(second, &error), BL_OK);
    bl_rig_process(second, NULL, NULL, 0);
    assert_true(bl_rig_can_split(second));
    bl_capture *first = bl_rig_share_capture(rig, 1), *shared = bl_rig_share_capture(second, 1);
    assert_ptr_equal(first, shared);
    bl_capture_free(first);
    bl_capture_free(shared);
    write_text("wire.nam", wire);
    bl_rig_free(rig);
    bl_rig_free(second);
    bl_rig_setup_free(&setup);
}

static void test_too_many_knobs(void **state)
{
    bl_rig_setup setup;
    bl_rig_setup_init(&setup);
    for (int i = 0; i < BL_RIG_KNOBS; i++) {
        char name[8];
        snprintf(name, sizeof name, "k%d", i);
        assert_int_equal(bl_rig_setup_set_knob(&setup, name, (float)i, NULL), BL_OK);
    }
    assert_int_equal(bl_rig_setup_set_knob(&setup, "k3", 7, NULL), BL_OK); /* is there already */
    assert_int_equal(bl_rig_setup_set_knob(&setup, "one more", 7, NULL), BL_ERR_LIMIT);
    assert_true(setup.knobs[3].value == 7);
    bl_rig_setup_free(&setup);
}

/* ---- memory ---- */

/* What one call needs fails at every place in turn: then it says so, and nothing is lost or half done. */
static void test_allocations_that_fail(void **state)
{
    bl_rig_setup before, after;
    fill(&before);
    save(&before, "memory.rig.json");
    const char *path = in_folder("memory.rig.json");
    char *wanted, *text;
    assert_int_equal(bl_rig_file_text(&before, path, &wanted, NULL), BL_OK);
    json_set_alloc_funcs(malloc, free); /* those of this program: jansson's own would not be counted */
    bl_status read = BL_ERR_NO_MEM, written = BL_ERR_NO_MEM;
    int places = 0;
    for (int n = 1; read; n++, places++) {
        bl_allow_allocations((size_t)n - 1);
        read = bl_rig_file_load(path, &after, NULL);
        bl_allow_allocations(SIZE_MAX);
        /* jansson's reader does not always notice that it is memory that it lacks */
        assert_true(!read || read == BL_ERR_NO_MEM || read == BL_ERR_FORMAT);
    }
    for (int n = 1; written; n++, places++) {
        bl_allow_allocations((size_t)n - 1);
        written = bl_rig_file_text(&after, path, &text, NULL);
        bl_allow_allocations(SIZE_MAX);
        assert_true(!written || written == BL_ERR_NO_MEM || written == BL_ERR_IO);
    }
    assert_string_equal(text, wanted);
    assert_in_range(places, 100, 100000);
    free(text);
    free(wanted);
    bl_rig_setup_free(&before);
    bl_rig_setup_free(&after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_written_and_read),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_what_is_left_out),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_midi_words),
        cmocka_unit_test(test_midi),
        cmocka_unit_test(test_wrong_midi),
        cmocka_unit_test(test_found_again),
        cmocka_unit_test(test_apply),
        cmocka_unit_test(test_too_many_knobs),
        cmocka_unit_test(test_allocations_that_fail),
    };
    return cmocka_run_group_tests(tests, open_folder, remove_folder);
}
