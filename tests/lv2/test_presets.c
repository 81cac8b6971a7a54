#define _POSIX_C_SOURCE 200809L
/* The presets as hosts load them, with lilv, against the list of ports. What they sound like: presets.py. */
#include "lv2/ports.h"
#include "lv2/properties.h"
#include "test_support.h"

#include <lilv/lilv.h>
#include <lv2/atom/atom.h>
#include <lv2/presets/presets.h>
#include <lv2/state/state.h>
#include <lv2/urid/urid.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

/* ---- URIs and their numbers ---- */

enum { MOST_URIS = 200 };

typedef struct uri_list {
    char *uris[MOST_URIS];
    LV2_URID count;
} uri_list;

static LV2_URID map_uri(LV2_URID_Map_Handle handle, const char *uri)
{
    uri_list *list = handle;
    for (LV2_URID i = 0; i < list->count; i++)
        if (!strcmp(list->uris[i], uri))
            return i + 1;
    assert_true(list->count < MOST_URIS);
    list->uris[list->count++] = strdup(uri);
    return list->count;
}

/* ---- the presets of one plugin ---- */

typedef struct fixture {
    LilvWorld *world;
    size_t channels;
    const LilvPlugin *plugin;
    LilvNodes *presets;
    uri_list uris;
    LV2_URID_Map map;
    unsigned restored;
} fixture;

static int open_bundle(fixture *f, size_t channels)
{
    *f = (fixture){ .world = lilv_world_new(), .channels = channels };
    f->map = (LV2_URID_Map){ &f->uris, map_uri };
    LilvNode *bundle = lilv_new_file_uri(f->world, NULL, BL_TEST_BUNDLE "/");
    LilvNode *uri = lilv_new_uri(f->world, channels == 1 ? MONO_URI : STEREO_URI);
    LilvNode *preset = lilv_new_uri(f->world, LV2_PRESETS__Preset);
    lilv_world_load_bundle(f->world, bundle);
    f->plugin = lilv_plugins_get_by_uri(lilv_world_get_all_plugins(f->world), uri);
    f->presets = f->plugin ? lilv_plugin_get_related(f->plugin, preset) : NULL;
    lilv_node_free(bundle);
    lilv_node_free(uri);
    lilv_node_free(preset);
    return f->presets ? 0 : -1;
}

static fixture fixtures[2];

static int setup(void **state)
{
    (void)state;
    return open_bundle(&fixtures[0], 1) || open_bundle(&fixtures[1], 2);
}

static int teardown(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        lilv_nodes_free(fixtures[i].presets);
        lilv_world_free(fixtures[i].world);
        for (LV2_URID u = 0; u < fixtures[i].uris.count; u++)
            free(fixtures[i].uris.uris[u]);
    }
    return 0;
}

/* ---- one preset ---- */

/* What it says of each port; NAN: nothing. */
typedef struct port_values {
    size_t channels;
    LV2_URID float_type;
    float values[PORT_COUNT];
} port_values;

static void take_value(const char *symbol, void *data, const void *value, uint32_t size, uint32_t type)
{
    port_values *taken = data;
    assert_int_equal(type, taken->float_type); /* Ardour leaves whole numbers out */
    assert_int_equal(size, sizeof(float));
    for (int id = 0; id < PORT_COUNT; id++)
        if (port_index((port_id)id, taken->channels) >= 0 &&
            !strcmp(port_describe((port_id)id, taken->channels).symbol, symbol)) {
            assert_true(isnan(taken->values[id]));
            memcpy(&taken->values[id], value, sizeof(float));
            return;
        }
    fail_msg("there is no port %s", symbol);
}

/* What a preset leaves as it is: the player's equipment and place, and what acts when it is pressed. */
static bool is_left(const char *symbol)
{
    static const char *const symbols[] = { "enabled", "calibrate_input", "interface_level", "quality", "fade",
                                           "next",    "previous" };
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
        if (!strcmp(symbol, symbols[i]))
            return true;
    return !strncmp(symbol, "switch_", strlen("switch_"));
}

static bool is_possible(const bl_rig_param_info *info, float value)
{
    if (!(value >= info->minimum && value <= info->maximum))
        return false;
    bool found = !info->choice_count;
    for (size_t i = 0; i < info->choice_count; i++)
        found |= info->choices[i].value == value;
    return found && (info->kind == BL_RIG_CONTINUOUS || value == floorf(value));
}

static void check_ports(const port_values *taken)
{
    for (int id = 0; id < PORT_COUNT; id++) {
        port_info info = port_describe((port_id)id, taken->channels);
        bool wanted = info.type == PORT_FLOAT && !info.output && !is_left(info.symbol);
        if (wanted != !isnan(taken->values[id]))
            fail_msg("%s is %s", info.symbol, wanted ? "missing" : "none of a preset's business");
        if (wanted && !is_possible(&info.value, taken->values[id]))
            fail_msg("%s cannot be %g", info.symbol, taken->values[id]);
    }
}

/* A path of a file in the bundle, as the plugin will get it. */
static void check_file(fixture *f, LV2_State_Retrieve_Function retrieve, LV2_State_Handle handle, const char *key,
                       const char *name)
{
    size_t size = 0;
    uint32_t type = 0, flags = 0;
    const char *path = retrieve(handle, map_uri(&f->uris, key), &size, &type, &flags);
    assert_non_null(path);
    assert_int_equal(type, map_uri(&f->uris, LV2_ATOM__Path));
    assert_int_equal(strlen(path) + 1, size);
    assert_memory_equal(path, BL_TEST_BUNDLE "/", strlen(BL_TEST_BUNDLE "/"));
    assert_string_equal(path + strlen(BL_TEST_BUNDLE "/"), name);
    assert_int_equal(access(path, R_OK), 0);
}

/* In place of the plugin's. */
static LV2_State_Status restore(LV2_Handle plugin, LV2_State_Retrieve_Function retrieve, LV2_State_Handle handle,
                                uint32_t flags, const LV2_Feature *const *features)
{
    fixture *f = plugin;
    (void)flags;
    (void)features;
    check_file(f, retrieve, handle, PROPERTY_PREFIX "slot_1", "backline-crunch.nam");
    check_file(f, retrieve, handle, PROPERTY_PREFIX "cabinet_1", "backline-cabinet.wav");
    f->restored++;
    return LV2_STATE_SUCCESS;
}

static const void *extension_data(const char *uri)
{
    static const LV2_State_Interface interface = { .restore = restore };
    return strcmp(uri, LV2_STATE__interface) ? NULL : &interface;
}

static void check_preset(fixture *f, const LilvNode *uri)
{
    assert_true(lilv_world_load_resource(f->world, uri) >= 0);
    LilvState *state = lilv_state_new_from_world(f->world, &f->map, uri);
    assert_non_null(state);
    assert_true(lilv_node_equals(lilv_state_get_plugin_uri(state), lilv_plugin_get_uri(f->plugin)));
    LilvNode *comment = lilv_new_uri(f->world, LILV_NS_RDFS "comment"),
             *label = lilv_new_uri(f->world, LILV_NS_RDFS "label");
    LilvNodes *comments = lilv_world_find_nodes(f->world, uri, comment, NULL);
    LilvNodes *labels = lilv_world_find_nodes(f->world, uri, label, NULL);
    assert_int_equal(lilv_nodes_size(comments), 1);
    assert_int_equal(lilv_nodes_size(labels), 1);
    assert_string_equal(lilv_state_get_label(state), lilv_node_as_string(lilv_nodes_get_first(labels)));

    port_values taken = { .channels = f->channels, .float_type = map_uri(&f->uris, LV2_ATOM__Float) };
    for (int id = 0; id < PORT_COUNT; id++)
        taken.values[id] = NAN;
    const LV2_Descriptor descriptor = { .extension_data = extension_data };
    LilvInstance instance = { .lv2_descriptor = &descriptor, .lv2_handle = f };
    f->restored = 0;
    lilv_state_restore(state, &instance, take_value, &taken, 0, NULL);
    check_ports(&taken);
    assert_int_equal(f->restored, 1);
    assert_int_equal(lilv_state_get_num_properties(state), 2);
    lilv_nodes_free(labels);
    lilv_nodes_free(comments);
    lilv_node_free(label);
    lilv_node_free(comment);
    lilv_state_free(state);
}

static void test_presets(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        assert_in_range(lilv_nodes_size(fixtures[i].presets), 6, 100);
        LILV_FOREACH(nodes, n, fixtures[i].presets)
        check_preset(&fixtures[i], lilv_nodes_get(fixtures[i].presets, n));
    }
    assert_int_equal(lilv_nodes_size(fixtures[0].presets), lilv_nodes_size(fixtures[1].presets));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_presets) };
    return cmocka_run_group_tests(tests, setup, teardown);
}
