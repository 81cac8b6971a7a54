/* The bundle's Turtle as hosts read it, with lilv, against the lists of ports and properties. */
#include "lv2/ports.h"
#include "lv2/properties.h"
#include "test_support.h"

#include <lilv/lilv.h>
#include <lv2/atom/atom.h>
#include <lv2/midi/midi.h>
#include <lv2/patch/patch.h>
#include <lv2/port-groups/port-groups.h>
#include <lv2/port-props/port-props.h>
#include <lv2/resize-port/resize-port.h>
#include <lv2/state/state.h>
#include <lv2/units/units.h>
#include <lv2/urid/urid.h>
#include <lv2/worker/worker.h>
#include <string.h>

#define RDFS "http://www.w3.org/2000/01/rdf-schema#"
#define MOD  "http://moddevices.com/ns/mod#"
#define PARA "http://lv2plug.in/ns/ext/parameters#"

static LilvWorld *world;
static const LilvPlugin *plugins[3]; /* by channels */
static const char *looked_at = "";   /* symbol or URI, for messages */

static int setup(void **state)
{
    (void)state;
    world = lilv_world_new();
    LilvNode *bundle = lilv_new_file_uri(world, NULL, BL_TEST_BUNDLE "/");
    lilv_world_load_bundle(world, bundle);
    lilv_node_free(bundle);
    const LilvPlugins *all = lilv_world_get_all_plugins(world);
    for (size_t channels = 1; channels <= 2; channels++) {
        LilvNode *uri = lilv_new_uri(world, channels == 1 ? MONO_URI : STEREO_URI);
        plugins[channels] = lilv_plugins_get_by_uri(all, uri);
        lilv_node_free(uri);
        if (!plugins[channels])
            return -1;
    }
    return lilv_plugins_size(all) == 2 ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    lilv_world_free(world);
    return 0;
}

/* ---- what is said of a subject: a port, or any node ---- */

static LilvNodes *values(size_t channels, const LilvPort *port, const LilvNode *subject, const char *predicate)
{
    LilvNode *uri = lilv_new_uri(world, predicate);
    LilvNodes *found =
        port ? lilv_port_get_value(plugins[channels], port, uri) : lilv_world_find_nodes(world, subject, uri, NULL);
    lilv_node_free(uri);
    return found;
}

/* Of all values of a predicate, exactly those must be there; the list ends with NULL. */
static void assert_values(size_t channels, const LilvPort *port, const LilvNode *subject, const char *predicate,
                          const char *const *expected)
{
    LilvNodes *found = values(channels, port, subject, predicate);
    unsigned count = 0;
    for (; expected[count]; count++) {
        bool is_there = false;
        LILV_FOREACH(nodes, i, found)
        is_there |= !strcmp(lilv_node_as_string(lilv_nodes_get(found, i)), expected[count]);
        if (!is_there)
            fail_msg("%s: %s %s is not there", looked_at, predicate, expected[count]);
    }
    if (lilv_nodes_size(found) != count)
        fail_msg("%s: %s has %u values, not %u", looked_at, predicate, lilv_nodes_size(found), count);
    lilv_nodes_free(found);
}

static void assert_value(size_t channels, const LilvPort *port, const LilvNode *subject, const char *predicate,
                         const char *expected)
{
    assert_values(channels, port, subject, predicate, (const char *const[]){ expected, NULL });
}

/* ---- ports ---- */

static const char *unit_uri(const char *unit)
{
    static const char *const known[][2] = { { "dB", LV2_UNITS__db },
                                            { "Hz", LV2_UNITS__hz },
                                            { "ms", LV2_UNITS__ms },
                                            { "samples", LV2_UNITS__frame },
                                            { "%", LV2_UNITS__pc } };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(unit, known[i][0]))
            return known[i][1];
    return NULL;
}

/* A unit that LV2 has, or one with a symbol of its own. */
static void check_unit(size_t channels, const LilvPort *port, const char *unit)
{
    if (!*unit || unit_uri(unit)) {
        assert_value(channels, port, NULL, LV2_UNITS__unit, unit_uri(unit));
        return;
    }
    LilvNodes *found = values(channels, port, NULL, LV2_UNITS__unit);
    assert_int_equal(lilv_nodes_size(found), 1);
    assert_value(0, NULL, lilv_nodes_get_first(found), LV2_UNITS__symbol, unit);
    lilv_nodes_free(found);
}

static void check_float(size_t channels, const LilvPort *port, const port_info *info)
{
    LilvNode *initial, *minimum, *maximum;
    lilv_port_get_range(plugins[channels], port, &initial, &minimum, &maximum);
    assert_true(lilv_node_as_float(initial) == info->value.initial);
    assert_true(lilv_node_as_float(minimum) == info->value.minimum);
    assert_true(lilv_node_as_float(maximum) == info->value.maximum);
    lilv_node_free(initial);
    lilv_node_free(minimum);
    lilv_node_free(maximum);
    check_unit(channels, port, info->value.unit);

    LilvScalePoints *points = lilv_port_get_scale_points(plugins[channels], port);
    assert_int_equal(lilv_scale_points_size(points), info->value.choice_count);
    for (size_t c = 0; c < info->value.choice_count; c++) {
        unsigned found = 0;
        LILV_FOREACH(scale_points, i, points)
        {
            const LilvScalePoint *point = lilv_scale_points_get(points, i);
            found += lilv_node_as_float(lilv_scale_point_get_value(point)) == info->value.choices[c].value &&
                     !strcmp(lilv_node_as_string(lilv_scale_point_get_label(point)), info->value.choices[c].name);
        }
        assert_int_equal(found, 1);
    }
    lilv_scale_points_free(points);
}

static void check_properties(size_t channels, const LilvPort *port, port_id id, const port_info *info)
{
    const char *expected[12];
    unsigned count = 0;
    bl_rig_param_kind kind = info->value.kind;
    if (info->type == PORT_ATOM)
        expected[count++] = LV2_CORE__connectionOptional;
    if (kind == BL_RIG_SWITCH)
        expected[count++] = LV2_CORE__toggled;
    if (kind == BL_RIG_WHOLE || kind == BL_RIG_CHOICE)
        expected[count++] = LV2_CORE__integer;
    if (kind == BL_RIG_CHOICE)
        expected[count++] = LV2_CORE__enumeration;
    if (info->value.logarithmic) {
        assert_true(info->value.minimum > 0);
        expected[count++] = LV2_PORT_PROPS__logarithmic;
    }
    if (info->trigger)
        expected[count++] = LV2_PORT_PROPS__trigger;
    if (info->value.heavy && strcmp(info->symbol, "slot")) { /* which Ardour would not automate then */
        expected[count++] = LV2_PORT_PROPS__causesArtifacts;
        expected[count++] = LV2_PORT_PROPS__expensive;
    }
    if (id == PORT_LATENCY) {
        expected[count++] = LV2_CORE__reportsLatency;
        expected[count++] = LV2_PORT_PROPS__notOnGUI;
    }
    expected[count] = NULL;
    assert_values(channels, port, NULL, LV2_CORE__portProperty, expected);
}

static void check_atoms(size_t channels, const LilvPort *port, bool output)
{
    assert_value(channels, port, NULL, LV2_ATOM__bufferType, LV2_ATOM__Sequence);
    assert_values(channels, port, NULL, LV2_ATOM__supports,
                  (const char *const[]){ LV2_PATCH__Message, output ? NULL : LV2_MIDI__MidiEvent, NULL });
    LilvNodes *size = values(channels, port, NULL, LV2_RESIZE_PORT__minimumSize);
    assert_int_equal(lilv_nodes_size(size), 1);
    assert_in_range(lilv_node_as_int(lilv_nodes_get_first(size)), 8192, 65536);
    lilv_nodes_free(size);
}

static const char *designation(const char *symbol)
{
    static const char *const known[][2] = {
        { "control", LV2_CORE__control },       { "notify", LV2_CORE__control },
        { "in", LV2_PORT_GROUPS__center },      { "out", LV2_PORT_GROUPS__center },
        { "in_left", LV2_PORT_GROUPS__left },   { "out_left", LV2_PORT_GROUPS__left },
        { "in_right", LV2_PORT_GROUPS__right }, { "out_right", LV2_PORT_GROUPS__right },
        { "enabled", LV2_CORE__enabled },       { "latency", LV2_CORE__latency },
        { "gate_threshold", PARA "threshold" }, { "gate_attack", PARA "attack" },
        { "gate_hold", PARA "hold" },           { "gate_release", PARA "release" },
        { "output_gain", PARA "gain" },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(symbol, known[i][0]))
            return known[i][1];
    return NULL;
}

/* GStreamer counts grouped ports as channels, so no other port may be in a group. */
static void check_group(size_t channels, const LilvPort *port, const char *symbol)
{
    const LilvNode *audio = lilv_new_uri(world, LV2_CORE__AudioPort);
    const char *name = *symbol == 'i' ? "in" : "out";
    const bool is_audio = lilv_port_is_a(plugins[channels], port, audio);
    lilv_node_free((LilvNode *)audio);
    if (!is_audio) {
        assert_value(channels, port, NULL, LV2_PORT_GROUPS__group, NULL);
        return;
    }
    char uri[100];
    snprintf(uri, sizeof uri, "%s#group_%s", channels == 2 ? STEREO_URI : MONO_URI, name);
    assert_value(channels, port, NULL, LV2_PORT_GROUPS__group, uri);
    LilvNode *node = lilv_new_uri(world, uri);
    assert_value(0, NULL, node, LV2_CORE__symbol, strrchr(uri, '#') + 1);
    LilvNodes *names = values(0, NULL, node, LV2_CORE__name);
    assert_int_equal(lilv_nodes_size(names), 1);
    lilv_nodes_free(names);
    assert_values(0, NULL, node, LILV_NS_RDF "type",
                  (const char *const[]){ channels == 1 ? LV2_PORT_GROUPS__MonoGroup : LV2_PORT_GROUPS__StereoGroup,
                                         *name == 'i' ? LV2_PORT_GROUPS__InputGroup : LV2_PORT_GROUPS__OutputGroup,
                                         NULL });
    lilv_node_free(node);
}

static void check_port(size_t channels, port_id id, unsigned index)
{
    static const char *const types[] = {
        [PORT_AUDIO] = LV2_CORE__AudioPort, [PORT_ATOM] = LV2_ATOM__AtomPort, [PORT_FLOAT] = LV2_CORE__ControlPort
    };
    const LilvPort *port = lilv_plugin_get_port_by_index(plugins[channels], index);
    port_info info = port_describe(id, channels);
    looked_at = info.symbol;
    assert_string_equal(lilv_node_as_string(lilv_port_get_symbol(plugins[channels], port)), info.symbol);
    assert_value(channels, port, NULL, LILV_NS_LV2 "name", info.name);
    assert_value(channels, port, NULL, LV2_CORE_PREFIX "shortName", info.short_name);
    assert_true(strlen(info.short_name) <= 15);
    assert_value(channels, port, NULL, RDFS "comment", info.about);
    assert_values(
        channels, port, NULL, LILV_NS_RDF "type",
        (const char *const[]){ types[info.type], info.output ? LV2_CORE__OutputPort : LV2_CORE__InputPort, NULL });
    assert_value(channels, port, NULL, LV2_CORE__designation, designation(info.symbol));
    check_group(channels, port, info.symbol);
    check_properties(channels, port, id, &info);
    if (info.type == PORT_FLOAT)
        check_float(channels, port, &info);
    if (info.type == PORT_ATOM)
        check_atoms(channels, port, info.output);
}

static void test_ports(void **state)
{
    (void)state;
    for (size_t channels = 1; channels <= 2; channels++) {
        unsigned count = 0;
        for (int id = 0; id < PORT_COUNT; id++) {
            int index = port_index((port_id)id, channels);
            if (index < 0)
                continue;
            assert_int_equal(index, count++);
            assert_int_equal(port_at((unsigned)index, channels), id);
            check_port(channels, (port_id)id, (unsigned)index);
        }
        assert_int_equal(count, PORT_COUNT - (channels == 1 ? 2 : 0));
        assert_int_equal(lilv_plugin_get_num_ports(plugins[channels]), count);
        assert_int_equal(port_at(count, channels), PORT_COUNT);
        assert_int_equal(port_at(UINT32_MAX, channels), PORT_COUNT);
    }
}

static void test_names_are_unique(void **state)
{
    (void)state;
    for (size_t channels = 1; channels <= 2; channels++)
        for (unsigned i = 0; port_at(i, channels) != PORT_COUNT; i++)
            for (unsigned j = 0; j < i; j++) {
                port_info a = port_describe(port_at(i, channels), channels);
                port_info b = port_describe(port_at(j, channels), channels);
                assert_string_not_equal(a.symbol, b.symbol);
                assert_string_not_equal(a.name, b.name);
                assert_string_not_equal(a.short_name, b.short_name);
            }
}

/* ---- plugins ---- */

static void test_plugins(void **state)
{
    (void)state;
    for (size_t channels = 1; channels <= 2; channels++) {
        const LilvNode *uri = lilv_plugin_get_uri(plugins[channels]);
        looked_at = lilv_node_as_string(uri);
        assert_true(lilv_plugin_verify(plugins[channels]));
        assert_value(0, NULL, uri, LV2_CORE__requiredFeature, LV2_URID__map);
        assert_values(0, NULL, uri, LV2_CORE__extensionData,
                      (const char *const[]){ LV2_STATE__interface, LV2_WORKER__interface, NULL });
        assert_true(lilv_plugin_has_latency(plugins[channels]));
        assert_int_equal(lilv_plugin_get_latency_port_index(plugins[channels]), port_index(PORT_LATENCY, channels));
        LilvNode *author = lilv_plugin_get_author_name(plugins[channels]);
        assert_string_equal(lilv_node_as_string(author), "backline");
        lilv_node_free(author);
        for (int i = 0; i < 2; i++) {
            LilvNodes *version = values(0, NULL, uri, i ? LV2_CORE__microVersion : LV2_CORE__minorVersion);
            assert_int_equal(lilv_nodes_size(version), 1);
            int number = lilv_node_as_int(lilv_nodes_get_first(version));
            assert_true(number % 2 == 0 && (i || number > 0));
            lilv_nodes_free(version);
        }
    }
}

static void test_parameters(void **state)
{
    (void)state;
    const char *shown[2][PROPERTY_COUNT + 1];
    char uris[PROPERTY_COUNT][100];
    unsigned counts[2] = { 0 };
    for (int p = 0; p < PROPERTY_COUNT; p++) {
        const property_info *info = property_describe((property)p);
        snprintf(uris[p], sizeof uris[p], PROPERTY_PREFIX "%s", info->symbol);
        LilvNode *uri = lilv_new_uri(world, uris[p]);
        looked_at = uris[p];
        assert_value(0, NULL, uri, LILV_NS_RDF "type", LV2_CORE_PREFIX "Parameter");
        assert_value(0, NULL, uri, RDFS "label", info->name);
        assert_value(0, NULL, uri, RDFS "comment", info->about);
        assert_value(0, NULL, uri, RDFS "range", info->is_path ? LV2_ATOM__Path : LV2_ATOM__String);
        assert_value(0, NULL, uri, MOD "fileTypes", info->file_types);
        lilv_node_free(uri);
        bool readable = p >= PROPERTY_WRITABLE;
        if (info->shown)
            shown[readable][counts[readable]++] = uris[p];
        for (int q = 0; q < p; q++)
            assert_string_not_equal(property_describe((property)q)->name, info->name);
    }
    assert_int_equal(counts[0], 4);
    shown[0][counts[0]] = shown[1][counts[1]] = NULL;
    looked_at = "the plugins";
    for (size_t channels = 1; channels <= 2; channels++) {
        assert_values(0, NULL, lilv_plugin_get_uri(plugins[channels]), LV2_PATCH__writable, shown[0]);
        assert_values(0, NULL, lilv_plugin_get_uri(plugins[channels]), LV2_PATCH__readable, shown[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ports),
        cmocka_unit_test(test_names_are_unique),
        cmocka_unit_test(test_plugins),
        cmocka_unit_test(test_parameters),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
