/* When states are saved and restored, and by whom: before the first run, while it plays, while requests wait; by hosts with
 * and without features; and states of strangers. */
#define _GNU_SOURCE
#include "state_support.h"

#include "test_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static small_host h, other;

static void restore(const kept_state *s)
{
    assert_int_equal(small_host_restore(&h, s, false), LV2_STATE_SUCCESS);
}

/* ---- when ---- */

static void test_first_sample(void **state)
{
    const state_setting settings[] = { { BL_RIG_SLOT, 2 }, { BL_RIG_BASS, 6 }, { BL_RIG_OVERSAMPLE, 2 } };
    for (size_t channels = 1; channels <= 2; channels++) {
        for (worker_kind worker = WORKER_NONE; worker <= WORKER_FULL; worker++) {
            kept_state s = { .root = NULL };
            const char *files[BL_RIG_FILE_COUNT] = { [0] = state_in_folder("gain_2.nam"),
                                                     [1] = BL_TEST_BUNDLE "/backline-crunch.nam",
                                                     [BL_RIG_IMPULSE_1] = BL_TEST_BUNDLE "/backline-cabinet.wav" };
            assert_true(small_host_open(&h, channels, 48000, BL_TEST_BUNDLE, worker));
            state_put_path(&h, &s, "slot_1", files[0]);
            state_put_string(&h, &s, "slot_2", "bundle:backline-crunch.nam");
            state_put_string(&h, &s, "cabinet_1", "bundle:backline-cabinet.wav");
            state_put_string(&h, &s, "settings", "slot=2@1");
            restore(&s);
            restore(&s); /* as Qtractor does */
            h.controls[PORT_SETTINGS + BL_RIG_BASS] = 6;
            h.controls[PORT_SETTINGS + BL_RIG_OVERSAMPLE] = 2;
            small_host_activate(&h);
            state_expect_sound(&h, files, settings, 3);
            small_host_close(&h);
            kept_state_free(&s);
        }
    }
}

/* Restored while it plays, as after activation: it is loaded when restore() returns, and fades in. */
static void test_while_it_plays(void **state)
{
    kept_state s = { .root = NULL };
    state_open(&h, WORKER_FULL);
    small_host_activate(&h);
    small_host_run(&h, 512);
    state_put_path(&h, &s, "slot_1", state_in_folder("gain_5.nam"));
    restore(&s);
    assert_string_equal(state_told(&h, PROPERTY_STATUS), "Slot 1 plays Gain 5 (gain_5.nam).");
    for (size_t i = 0; i < SMALL_HOST_FRAMES; i++)
        h.in[0][i] = 0.01f;
    h.controls[PORT_SETTINGS + BL_RIG_OUTPUT_MODE] = BL_RIG_OUTPUT_RAW;
    h.controls[PORT_SETTINGS + BL_RIG_DC_BLOCKER] = 0;
    small_host_run(&h, 8192);
    small_host_run(&h, 8192);
    assert_true(h.out[0][8191] > 0.0499f && h.out[0][8191] < 0.0501f);
    small_host_close(&h);
    kept_state_free(&s);
}

/* What was asked for is kept although nobody has loaded it, or even looked at the request. */
static void test_saved_while_pending(void **state)
{
    static const worker_kind workers[] = { WORKER_LATE, WORKER_FULL };
    for (size_t i = 0; i < 2; i++) {
        kept_state s = { .root = NULL };
        state_open(&h, workers[i]);
        small_host_activate(&h);
        state_ask(&h, PROPERTY_MODEL, state_in_folder("gain_2.nam"));
        state_ask(&h, PROPERTY_CABINET_1, "");
        state_ask(&h, (property)1, state_in_folder("nowhere.nam"));
        assert_int_equal(small_host_save(&h, &s), LV2_STATE_SUCCESS);
        assert_string_equal(state_text(&h, &s, "slot_1"), state_in_folder("gain_2.nam"));
        assert_string_equal(state_text(&h, &s, "slot_2"), state_in_folder("nowhere.nam"));
        assert_non_null(state_find(&h, &s, "slot_1_content"));
        assert_null(state_find(&h, &s, "cabinet_1"));
        kept_state_free(&s);
        /* A rig file's knobs are known only with its model. */
        state_write_text("two.rig.json", state_rig_text);
        state_ask(&h, PROPERTY_RIG, state_in_folder("two.rig.json"));
        assert_int_equal(small_host_save(&h, &s), LV2_STATE_SUCCESS);
        assert_string_equal(state_text(&h, &s, "slot_2"), state_in_folder("drive.safetensors"));
        assert_string_equal(state_text(&h, &s, "settings"), "slot=2@1 bass=4@0 knob_1=1.75@0.5");
        /* The requests are still obeyed, later. */
        h.worker = WORKER_LATE;
        small_host_run(&h, 64);
        small_host_work(&h);
        assert_int_equal(state_inside(&h)->loaded, 3);
        small_host_close(&h);
        kept_state_free(&s);
    }
}

/* Requests that came before a restore are not obeyed after it; those that came later are. */
static void test_restored_while_pending(void **state)
{
    kept_state s = { .root = NULL };
    state_open(&h, WORKER_LATE);
    small_host_activate(&h);
    state_ask(&h, PROPERTY_SLOTS, state_in_folder("gain_2.nam"));
    state_put_path(&h, &s, "slot_1", state_in_folder("gain_3.nam"));
    restore(&s);
    small_host_work(&h);
    state_expect_file(&h, 0, state_in_folder("gain_3.nam"));
    small_host_run(&h, 64);
    assert_string_equal(small_host_told(&h, PROPERTY_MODEL), state_in_folder("gain_3.nam"));
    state_ask(&h, PROPERTY_SLOTS, state_in_folder("gain_2.nam"));
    restore(&s);
    small_host_run(&h, 64); /* the host believes in the request: it is told once more */
    assert_string_equal(small_host_told(&h, PROPERTY_SLOTS), state_in_folder("gain_3.nam"));
    state_ask(&h, PROPERTY_SLOTS, state_in_folder("gain_5.nam"));
    small_host_work(&h);
    state_expect_file(&h, 0, state_in_folder("gain_5.nam"));
    small_host_close(&h);
    kept_state_free(&s);
}

/* ---- hosts ---- */

static unsigned mapped, freed, wrong_map;

static char *map_and_count(LV2_State_Map_Path_Handle handle, const char *path)
{
    mapped++;
    return strdup(path);
}

static char *map_wrongly(LV2_State_Map_Path_Handle handle, const char *path)
{
    wrong_map++;
    return strdup("/wrong");
}

static char *map_to_nothing(LV2_State_Map_Path_Handle handle, const char *path)
{
    return NULL;
}

static void free_and_count(LV2_State_Free_Path_Handle handle, char *path)
{
    freed++;
    free(path);
}

static LV2_State_Status store_nothing(LV2_State_Handle handle, uint32_t key, const void *value, size_t size,
                                      uint32_t type, uint32_t flags)
{
    unsigned *left = handle;
    return (*left)-- ? LV2_STATE_SUCCESS : LV2_STATE_ERR_NO_SPACE;
}

static LV2_State_Status store_all(LV2_State_Handle handle, uint32_t key, const void *value, size_t size,
                                  uint32_t type, uint32_t flags)
{
    return LV2_STATE_SUCCESS;
}

static const void *retrieve_path(LV2_State_Handle handle, uint32_t key, size_t *size, uint32_t *type,
                                 uint32_t *flags)
{
    static char path[256];
    if (key != small_host_map_property(&h, PROPERTY_SLOTS))
        return NULL;
    snprintf(path, sizeof path, "%s", state_in_folder("gain_2.nam"));
    *size = strlen(path) + 1;
    *type = small_host_map(&h, LV2_ATOM__Path);
    return path;
}

static void test_features(void **state)
{
    LV2_State_Map_Path first = { NULL, map_and_count, map_and_count }, second = { NULL, map_wrongly, map_wrongly },
                       third = { NULL, map_to_nothing, map_to_nothing };
    LV2_State_Free_Path release = { NULL, free_and_count };
    const LV2_Feature nameless = { NULL, NULL }, map_1 = { LV2_STATE__mapPath, &first },
                      map_2 = { LV2_STATE__mapPath, &second }, map_3 = { LV2_STATE__mapPath, &third },
                      free_path = { LV2_STATE__freePath, &release };
    const LV2_Feature *twice[] = { &nameless, &map_1, &free_path, &map_2, &map_2, NULL };
    const LV2_Feature *without_free[] = { &map_1, NULL }, *nothing[] = { &map_3, &free_path, NULL };
    const LV2_Feature *const *lists[] = { twice, without_free, nothing, NULL };
    unsigned room = 100;
    state_open(&h, WORKER_SYNC);
    const LV2_State_Interface *interface = small_host_interface(&h, LV2_STATE__interface);
    for (size_t i = 0; i < 4; i++) {
        mapped = freed = 0;
        assert_int_equal(interface->restore(h.handle, retrieve_path, NULL, 0, lists[i]), LV2_STATE_SUCCESS);
        state_expect_file(&h, 0, state_in_folder("gain_2.nam"));
        assert_int_equal(interface->save(h.handle, store_all, NULL, 0, lists[i]), LV2_STATE_SUCCESS);
        assert_int_equal(mapped, i < 2 ? 2 : 0);
        assert_int_equal(freed, i == 0 ? 2 : 0);
    }
    assert_int_equal(wrong_map, 0);
    room = 1;
    assert_int_equal(interface->save(h.handle, store_nothing, &room, 0, NULL), LV2_STATE_ERR_NO_SPACE);
    small_host_close(&h);
}

/* ---- strangers' states ---- */

static void fuzz_value(bl_random *rng, kept *k)
{
    static const char *const texts[] = { "",          "bundle:",   "bundle:/etc/passwd",
                                         "bundle:..", "/",         ".",
                                         "bundle:.",  "/dev/zero", "slot=17@1 slot=2@nan knob_1=1@",
                                         "@@@===",    "bass=1@1",  "/nowhere" };
    const size_t size = k->size;
    switch (bl_random_below(rng, 7)) {
    case 0: k->type = (LV2_URID)bl_random_below(rng, 60); break;
    case 1: k->size = bl_random_below(rng, size + 1); break; /* no final zero, or nothing */
    case 2:
        for (size_t i = 0; i < 1 + size / 8; i++)
            ((char *)k->value)[bl_random_below(rng, size)] = (char)bl_random_below(rng, 256);
        break;
    case 3: /* huge */
        k->size = 1 + bl_random_below(rng, 100000);
        k->value = realloc(k->value, k->size);
        memset(k->value, 'x', k->size);
        break;
    case 4: {
        const char *text = texts[bl_random_below(rng, sizeof texts / sizeof *texts)];
        k->size = strlen(text) + 1;
        k->value = realloc(k->value, k->size);
        memcpy(k->value, text, k->size);
        break;
    }
    case 5: k->key = (LV2_URID)bl_random_below(rng, 200); break;
    default: break;
    }
}

static void test_strangers(void **state)
{
    bl_random rng = { 12 };
    kept_state whole = { .root = state_in_folder("") };
    state_open(&h, WORKER_SYNC);
    small_host_activate(&h);
    state_ask(&h, PROPERTY_SLOTS, state_in_folder("gain_2.nam"));
    state_ask(&h, PROPERTY_CABINET_2, state_in_folder("room.wav"));
    h.controls[PORT_SETTINGS + BL_RIG_AMP] = 0;
    small_host_run(&h, 64);
    bl_rig_set(state_inside(&h)->rig, BL_RIG_BASS, 3);
    assert_int_equal(small_host_save(&h, &whole), LV2_STATE_SUCCESS);
    state_put_path(&h, &whole, "rig", "two.rig.json");
    for (size_t i = bl_test_effort(2000); i; i--) {
        kept_state s = { .root = i % 2 ? whole.root : NULL, .count = whole.count };
        for (size_t k = 0; k < whole.count; k++) {
            s.values[k] = whole.values[k];
            s.values[k].value = malloc(s.values[k].size);
            memcpy(s.values[k].value, whole.values[k].value, s.values[k].size);
        }
        if (i % 4)
            s.values[s.count - 1].key = 0; /* no rig file */
        for (size_t k = 0; k < 1 + i % 3; k++)
            fuzz_value(&rng, &s.values[bl_random_below(&rng, s.count)]);
        restore(&s);
        kept_state_free(&s);
        if (i % 16 == 0)
            small_host_run(&h, 64);
    }
    whole.count--;
    free(whole.values[whole.count].value);
    restore(&whole); /* and afterwards all is well */
    state_expect_file(&h, 0, state_in_folder("gain_2.nam"));
    state_expect_file(&h, BL_RIG_IMPULSE_2, state_in_folder("room.wav"));
    small_host_run(&h, 64);
    assert_true(bl_rig_get(state_inside(&h)->rig, BL_RIG_BASS) == 3);
    small_host_close(&h);
    kept_state_free(&whole);
}

/* A text that does not end with a zero, in a buffer that ends with it: for the address sanitizer. */
static void test_no_final_zero(void **state)
{
    kept_state s = { .root = state_in_folder("") };
    state_open(&h, WORKER_NONE);
    state_put(&h, &s, "slot_1", LV2_ATOM__Path, "gain_2.nam", 10);
    state_put(&h, &s, "slot_1_content", LV2_ATOM__String, "0123", 4);
    state_put(&h, &s, "settings", LV2_ATOM__String, "bass=3@0", 8);
    restore(&s);
    state_expect_file(&h, 0, state_in_folder("gain_2.nam"));
    assert_true(bl_rig_get(state_inside(&h)->rig, BL_RIG_BASS) == 3);
    state_put(&h, &s, "slot_1", LV2_ATOM__Path, "", 0);
    state_put(&h, &s, "slot_2", LV2_ATOM__Int, "\1\0\0\0", 4);
    restore(&s);
    state_expect_defaults(&h); /* no key that counts */
    small_host_close(&h);
    kept_state_free(&s);
}

/* Copies from one instance to another, both of which play. */
static void test_two_instances(void **state)
{
    kept_state s = { .root = NULL };
    state_open(&h, WORKER_SYNC);
    state_open(&other, WORKER_NONE);
    small_host_activate(&h);
    small_host_activate(&other);
    state_ask(&h, PROPERTY_SLOTS, state_in_folder("gain_2.nam"));
    assert_int_equal(small_host_save(&h, &s), LV2_STATE_SUCCESS);
    assert_int_equal(small_host_restore(&other, &s, true), LV2_STATE_SUCCESS);
    state_expect_file(&other, 0, state_in_folder("gain_2.nam"));
    state_expect_file(&other, BL_RIG_IMPULSE_1, BL_TEST_BUNDLE "/backline-cabinet.wav");
    small_host_close(&h);
    small_host_close(&other);
    kept_state_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_sample),
        cmocka_unit_test(test_while_it_plays),
        cmocka_unit_test(test_saved_while_pending),
        cmocka_unit_test(test_restored_while_pending),
        cmocka_unit_test(test_features),
        cmocka_unit_test(test_strangers),
        cmocka_unit_test(test_no_final_zero),
        cmocka_unit_test(test_two_instances),
    };
    return cmocka_run_group_tests_name("lv2-state-hosts", tests, state_open_folder, state_remove_folder);
}
