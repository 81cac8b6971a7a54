/* A folder of models for tests of what the plugin names, keeps and brings back. */
#ifndef BL_TESTS_LV2_STATE_SUPPORT_H
#define BL_TESTS_LV2_STATE_SUPPORT_H

#include "lv2/plugin.h"
#include "small_host.h"

/* Setup and teardown of a group of tests: a folder of its own with gain_2.nam, gain_3.nam, gain_5.nam (they multiply by
 * that), their copies in deep/er/, drive.safetensors (multiplies by its knob "drive", 0 to 2, at first 1), room.wav (an
 * impulse response) and broken.nam. */
int state_open_folder(void **state);
int state_remove_folder(void **state);

/* A path in that folder; the last 16 results are valid. "" is the folder. */
const char *state_in_folder(const char *name);

void state_write_text(const char *name, const char *text);

/* A model that multiplies by gain. */
void state_write_gain(const char *name, float gain);

/* A rig file: drive.safetensors in slot 2, which is chosen, with the knob at 1.75; gain_2.nam in slot 1; bass at 4. */
extern const char state_rig_text[];

static inline plugin *state_inside(const small_host *h)
{
    return h->handle;
}

/* Opens an instance with what tests usually want: one channel, 48 kHz, the bundle of assets/. */
void state_open(small_host *h, worker_kind worker);

/* Asks for a file by a patch message, and runs a block. */
void state_ask(small_host *h, property which, const char *path);

/* Fails unless that is named, or nothing (NULL). */
void state_expect_file(const small_host *h, size_t place, const char *path);

/* Fails unless the bundle's files are named, and no others. */
void state_expect_defaults(const small_host *h);

/* What was reported last of a property. */
const char *state_told(const small_host *h, property which);

/* Runs a block of noise, and fails unless it sounds, to the bit, as a rig that was just made of these files does; NULL is no
 * file. With so many settings that are not initial. */
typedef struct state_setting {
    bl_rig_param param;
    float value;
} state_setting;
void state_expect_sound(small_host *h, const char *const files[BL_RIG_FILE_COUNT], const state_setting *settings,
                        size_t count);

/* Keys of a state, as texts; NULL: no such key. */
const kept *state_find(small_host *h, const kept_state *s, const char *symbol);
const char *state_text(small_host *h, const kept_state *s, const char *symbol);
void state_put(small_host *h, kept_state *s, const char *symbol, const char *type, const void *value, size_t size);
void state_put_string(small_host *h, kept_state *s, const char *symbol, const char *text);
void state_put_path(small_host *h, kept_state *s, const char *symbol, const char *text);

#endif
