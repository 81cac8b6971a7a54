/* What the plugin makes of its control port: patch messages and MIDI, well-formed and not. Its worker never gets to work
 * here, so that every request can be looked at. */
#define _GNU_SOURCE
#include "edge.h"
#include "small_host.h"
#include "test_support.h"

#include "lv2/plugin.h"

#include <lv2/midi/midi.h>
#include <lv2/patch/patch.h>
#include <string.h>

static small_host h;
static plugin *inside;

static int open_host(void **state)
{
    if (!small_host_open(&h, 1, 48000, BL_TEST_BUNDLE, WORKER_FULL))
        return -1;
    small_host_activate(&h);
    inside = h.handle;
    small_host_run(&h, 0); /* says all that is new */
    return 0;
}

static int close_host(void **state)
{
    small_host_close(&h);
    return 0;
}

static LV2_URID map(const char *uri)
{
    return small_host_map(&h, uri);
}

/* What was asked for since this was looked at last; NULL: nothing. */
static const boxed_text *request_for(property which)
{
    text_box *box = &inside->requests[which];
    return text_box_take(box) ? text_box_read(box) : NULL;
}

static void expect_request(property which, const char *path)
{
    const boxed_text *request = request_for(which);
    assert_non_null(request);
    assert_string_equal(request->text, path);
    assert_int_equal(request->length, strlen(path));
}

static void expect_no_request(void)
{
    for (size_t i = 0; i < PROPERTY_WRITABLE; i++)
        assert_false(text_box_is_fresh(&inside->requests[i]));
}

static unsigned chosen_slot(void)
{
    return (unsigned)bl_rig_get(inside->rig, BL_RIG_SLOT);
}

static void expect_nothing(void)
{
    expect_no_request();
    assert_int_equal(chosen_slot(), 1);
    for (int i = 0; i < PROPERTY_COUNT; i++)
        assert_null(small_host_told(&h, (property)i));
}

/* ---- messages made by hand ---- */

static _Alignas(8) uint8_t message[32768];
static LV2_Atom_Forge forge;
static LV2_Atom_Forge_Frame object;

static void begin_message(const char *type)
{
    forge = h.forge;
    lv2_atom_forge_set_buffer(&forge, message, sizeof message);
    lv2_atom_forge_object(&forge, &object, 0, map(type));
}

static void key(const char *uri)
{
    lv2_atom_forge_key(&forge, map(uri));
}

static void names(property which)
{
    key(LV2_PATCH__property);
    lv2_atom_forge_urid(&forge, small_host_map_property(&h, which));
}

/* A text as it is: with or without a zero. */
static void value(LV2_URID type, const char *bytes, uint32_t size)
{
    lv2_atom_forge_atom(&forge, size, type);
    lv2_atom_forge_write(&forge, bytes, size);
}

/* Ends the object; it can still be changed, and is sent by send_message(). */
static void end_message(void)
{
    lv2_atom_forge_pop(&forge, &object);
}

static void send_message(void)
{
    small_host_raw(&h, 0, message, (uint32_t)forge.offset);
}

/* patch:Set of slot 3 to "x". */
static void set_slot_3(void)
{
    begin_message(LV2_PATCH__Set);
    names(PROPERTY_SLOTS + 2);
    key(LV2_PATCH__value);
    value(forge.Path, "x", 2);
    end_message();
}

/* ---- what is obeyed ---- */

static void files_are_asked_for_in_their_order(void **state)
{
    small_host_set_path(&h, PROPERTY_SLOTS + 2, "/a/first.nam");
    small_host_set_path(&h, PROPERTY_RIG, "/a/rig.json");
    small_host_set_path(&h, PROPERTY_CABINET_2, "");
    small_host_set_path(&h, PROPERTY_SLOTS + 2, "/a/newest.nam");
    small_host_run(&h, 64);
    const unsigned rig =
        text_box_take(&inside->requests[PROPERTY_RIG]) ? text_box_read(&inside->requests[PROPERTY_RIG])->order : 0;
    expect_request(PROPERTY_SLOTS + 2, "/a/newest.nam");
    expect_request(PROPERTY_CABINET_2, "");
    assert_true(rig && rig < text_box_read(&inside->requests[PROPERTY_CABINET_2])->order);
    assert_true(text_box_read(&inside->requests[PROPERTY_CABINET_2])->order <
                text_box_read(&inside->requests[PROPERTY_SLOTS + 2])->order);
    expect_nothing();
}

static void model_is_that_of_the_chosen_slot(void **state)
{
    small_host_set_path(&h, PROPERTY_MODEL, "/one");
    small_host_midi(&h, 0, 0xC5, 6, 0);
    small_host_set_path(&h, PROPERTY_MODEL, "/seven");
    small_host_run(&h, 1);
    expect_request(PROPERTY_SLOTS, "/one");
    expect_request(PROPERTY_SLOTS + 6, "/seven");
    expect_no_request();
}

static void texts_are_paths_too_and_end_where_they_end(void **state)
{
    const struct {
        const char *bytes, *path;
        uint32_t size;
        bool is_string;
    } texts[] = {
        { "/a/b", "/a/b", 5, true },
        { "/a/b", "/a/b", 4, false },
        { "/a/b", "/a/b", 4, true },
        { "/a\0b", "/a", 5, false },
        { "\0/a/b", "", 6, false },
        { "", "", 1, false },
        { "", "", 0, false },
        { "", "", 0, true },
        { "/12345678", "/1234567", 8, false },
        { "a\0\0\0\0", "a", 6, true },
        { "/\xC3\xA4", "/\xC3\xA4", 3, false },
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        begin_message(LV2_PATCH__Set);
        names(PROPERTY_CABINET_1);
        key(LV2_PATCH__value);
        value(texts[i].is_string ? forge.String : forge.Path, texts[i].bytes, texts[i].size);
        end_message();
        send_message();
        small_host_run(&h, 7);
        expect_request(PROPERTY_CABINET_1, texts[i].path);
    }
    expect_nothing();
}

static void long_paths_keep_their_length(void **state)
{
    static const uint32_t lengths[] = { TEXT_BOX_SIZE - 1, TEXT_BOX_SIZE, TEXT_BOX_SIZE + 1, 20000 };
    static char path[20000];
    memset(path, 'p', sizeof path);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        begin_message(LV2_PATCH__Set);
        names(PROPERTY_SLOTS + 15);
        key(LV2_PATCH__value);
        value(forge.Path, path, lengths[i]);
        end_message();
        send_message();
        small_host_run(&h, 7);
        const boxed_text *request = request_for(PROPERTY_SLOTS + 15);
        assert_non_null(request);
        assert_int_equal(request->length, lengths[i]);
        assert_int_equal(strlen(request->text), TEXT_BOX_SIZE - 1);
    }
}

/* A subject that is not this plugin, other properties, another order, a context. */
static void what_else_a_message_says_does_not_matter(void **state)
{
    begin_message(LV2_PATCH__Set);
    key(LV2_PATCH__subject);
    lv2_atom_forge_urid(&forge, map("urn:somebody:else"));
    key(LV2_PATCH__value);
    value(forge.Path, "/a/b", 5);
    key(LV2_PATCH__sequenceNumber);
    lv2_atom_forge_int(&forge, 7);
    lv2_atom_forge_property_head(&forge, map(LV2_PATCH__property), map("urn:context"));
    lv2_atom_forge_urid(&forge, small_host_map_property(&h, PROPERTY_SLOTS));
    key("urn:more");
    value(forge.String, "more", 5);
    end_message();
    send_message();
    small_host_run(&h, 64);
    expect_request(PROPERTY_SLOTS, "/a/b");
    expect_nothing();
}

static void old_names_of_objects_are_known(void **state)
{
    const LV2_URID types[] = { map(LV2_ATOM__Object), map(LV2_ATOM__Blank), map(LV2_ATOM__Resource) };
    for (size_t i = 0; i < 3; i++) {
        set_slot_3();
        ((LV2_Atom *)message)->type = types[i];
        send_message();
        small_host_run(&h, 64);
        expect_request(PROPERTY_SLOTS + 2, "x");
    }
}

static void put_sets_all_that_is_ours(void **state)
{
    LV2_Atom_Forge_Frame body;
    begin_message(LV2_PATCH__Put);
    key(LV2_PATCH__body);
    lv2_atom_forge_object(&forge, &body, 0, 0);
    lv2_atom_forge_key(&forge, small_host_map_property(&h, PROPERTY_SLOTS + 1));
    value(forge.Path, "/two", 5);
    key("urn:somebody:else#slot_3");
    value(forge.Path, "/three", 7);
    lv2_atom_forge_key(&forge, small_host_map_property(&h, PROPERTY_STATUS));
    value(forge.String, "fine", 5);
    lv2_atom_forge_key(&forge, small_host_map_property(&h, PROPERTY_SLOTS + 4));
    lv2_atom_forge_float(&forge, 5);
    lv2_atom_forge_key(&forge, small_host_map_property(&h, PROPERTY_CABINET_1));
    value(forge.String, "/cabinet", 8);
    lv2_atom_forge_pop(&forge, &body);
    end_message();
    send_message();
    small_host_run(&h, 64);
    expect_request(PROPERTY_SLOTS + 1, "/two");
    expect_request(PROPERTY_CABINET_1, "/cabinet");
    expect_nothing();
}

/* Before, at and behind the end of the block, and back again. */
static void time_stamps_do_not_matter(void **state)
{
    static const int64_t times[] = { 63, 64, 0, 1000000, -1, INT64_MAX, INT64_MIN };
    for (unsigned i = 0; i < 7; i++) {
        small_host_midi(&h, 0, 0xC0, (uint8_t)(i + 1), 0);
        /* an event of 3 bytes takes 24 */
        memcpy(h.control + sizeof(LV2_Atom_Sequence) + 24 * i, &times[i], sizeof times[i]);
    }
    small_host_run(&h, 64);
    assert_int_equal(chosen_slot(), 8);
    small_host_midi(&h, 64, 0xC0, 0, 0);
    small_host_run(&h, 64);
    assert_int_equal(chosen_slot(), 1);
}

/* ---- what is not obeyed ---- */

/* A patch:Set with one thing wrong. */
static void set_wrongly(int wrong)
{
    begin_message(wrong == 0 ? "urn:somebody:else#Set" : LV2_PATCH__Set);
    if (wrong != 1)
        key(wrong == 2 ? LV2_PATCH__subject : LV2_PATCH__property);
    switch (wrong) {
    case 1: break;
    case 3: lv2_atom_forge_int(&forge, (int)small_host_map_property(&h, PROPERTY_SLOTS)); break;
    case 4: lv2_atom_forge_urid(&forge, map("urn:somebody:else#slot_1")); break;
    case 5: lv2_atom_forge_urid(&forge, 0); break;
    case 6: lv2_atom_forge_uri(&forge, PROPERTY_PREFIX "slot_1", 23); break;
    case 7: lv2_atom_forge_urid(&forge, small_host_map_property(&h, PROPERTY_STATUS)); break;
    case 8: value(forge.URID, "\1\0", 2); break;
    default: lv2_atom_forge_urid(&forge, small_host_map_property(&h, PROPERTY_SLOTS)); break;
    }
    if (wrong != 9)
        key(wrong == 10 ? LV2_PATCH__body : LV2_PATCH__value);
    switch (wrong) {
    case 9: break;
    case 11: lv2_atom_forge_int(&forge, 1); break;
    case 12: lv2_atom_forge_uri(&forge, "/a/b", 4); break;
    case 13: value(0, "/a/b", 5); break;
    default: value(forge.Path, "/a/b", 5); break;
    }
    end_message();
    if (wrong == 14)
        ((LV2_Atom *)message)->type = forge.Tuple;
    if (wrong == 15)
        ((LV2_Atom *)message)->type = 0;
}

static void wrong_messages_change_nothing(void **state)
{
    for (int wrong = 0; wrong <= 15; wrong++) {
        set_wrongly(wrong);
        send_message();
        small_host_run(&h, 64);
        expect_nothing();
    }
    set_wrongly(16); /* nothing: so all else was right */
    send_message();
    small_host_run(&h, 64);
    expect_request(PROPERTY_SLOTS, "/a/b");
}

static void other_messages_change_nothing(void **state)
{
    static const char *const types[] = { LV2_PATCH__Delete, LV2_PATCH__Ack,  LV2_PATCH__Error,
                                         LV2_PATCH__Patch,  LV2_PATCH__Move, "urn:somebody:else" };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        begin_message(types[i]);
        names(PROPERTY_SLOTS);
        key(LV2_PATCH__value);
        value(forge.Path, "/a/b", 5);
        end_message();
        send_message();
    }
    begin_message(LV2_PATCH__Put);
    key(LV2_PATCH__body);
    value(forge.Path, "/a/b", 5);
    end_message();
    send_message();
    begin_message(LV2_PATCH__Get);
    key(LV2_PATCH__property);
    lv2_atom_forge_urid(&forge, map("urn:somebody:else"));
    end_message();
    send_message();
    small_host_run(&h, 64);
    expect_nothing();
}

/* ---- what is cut off ---- */

/* Runs with a sequence that lies before an inaccessible page, to the byte. */
static void run_at_the_edge(const void *sequence, size_t size)
{
    uint8_t *copy = edge_put(0, sequence, size);
    small_host_connect(&h, PORT_CONTROL, copy);
    small_host_run_only(&h, 8);
    small_host_connect(&h, PORT_CONTROL, h.control);
}

/* Every length of the port's atom: whatever is complete counts, and nothing behind is read. */
static void sequences_end_where_they_end(void **state)
{
    small_host_set_path(&h, PROPERTY_SLOTS + 2, "/complete");
    small_host_set_path(&h, PROPERTY_CABINET_2, "/12345678901234567890");
    small_host_finish_events(&h);
    LV2_Atom header;
    memcpy(&header, h.control, sizeof header);
    const uint32_t whole = header.size;
    for (header.size = 0; header.size <= whole; header.size++) {
        memcpy(h.control, &header, sizeof header);
        run_at_the_edge(h.control, sizeof header + header.size);
        /* an event is its head, object, key and URID, key and path, padded: 16 + 8 + 24 + 16 + text */
        const bool first = header.size >= 8 + 64 + 16, second = header.size >= whole;
        assert_int_equal(request_for(PROPERTY_SLOTS + 2) != NULL, first);
        assert_int_equal(request_for(PROPERTY_CABINET_2) != NULL, second);
    }
    assert_int_equal(whole, 8 + 64 + 16 + 64 + 24);
}

/* Every length of the object inside; padding behind the last is not asked for. */
static void objects_end_where_they_end(void **state)
{
    set_slot_3();
    const uint32_t whole = ((LV2_Atom *)message)->size;
    for (uint32_t size = 0; size <= whole; size++) {
        ((LV2_Atom *)message)->size = size;
        small_host_raw(&h, 0, message, (uint32_t)forge.offset);
        small_host_finish_events(&h);
        ((LV2_Atom *)h.control)->size = 8 + 16 + size;
        run_at_the_edge(h.control, 8 + 8 + 16 + size);
        assert_int_equal(request_for(PROPERTY_SLOTS + 2) != NULL, size >= 8 + 24 + 16 + 2);
    }
}

/* A size that says more than there is. */
static void sizes_beyond_the_end_are_not_believed(void **state)
{
    static const uint32_t sizes[] = { 67,         1000,       0x7FFFFFFF, 0x80000000,
                                      0xFFFFFFF0, 0xFFFFFFF8, 0xFFFFFFF9, 0xFFFFFFFF };
    const size_t event = 8 + sizeof(LV2_Atom_Sequence_Body) + 8, places[] = { event, event + 24, event + 48 };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (size_t k = 0; k < sizeof places / sizeof *places; k++) {
            set_slot_3();
            small_host_raw(&h, 0, message, (uint32_t)forge.offset);
            small_host_finish_events(&h);
            memcpy(h.control + places[k], &sizes[i], sizeof sizes[i]);
            run_at_the_edge(h.control, sizeof(LV2_Atom) + ((LV2_Atom *)h.control)->size);
            assert_null(request_for(PROPERTY_SLOTS + 2));
        }
    }
}

static void ports_that_hold_no_sequence_are_not_read(void **state)
{
    const LV2_URID types[] = { 0, h.forge.Chunk, h.forge.Object, 0xFFFFFFFF };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        set_slot_3();
        send_message();
        small_host_finish_events(&h);
        ((LV2_Atom *)h.control)->type = types[i];
        run_at_the_edge(h.control, sizeof(LV2_Atom) + ((LV2_Atom *)h.control)->size);
        expect_no_request();
    }
    h.has_atoms = false;
    set_slot_3();
    send_message();
    small_host_run(&h, 64);
    expect_no_request();
    h.has_atoms = true;
}

/* ---- MIDI ---- */

static void program_changes_choose_slots(void **state)
{
    for (unsigned channel = 0; channel < 16; channel++) {
        const uint8_t program = (uint8_t)(15 - channel);
        small_host_midi(&h, 0, (uint8_t)(0xC0 | channel), program, 0);
        small_host_run(&h, 16);
        assert_int_equal(chosen_slot(), program + 1);
    }
    for (unsigned program = BL_RIG_SLOTS; program < 256; program++)
        small_host_midi(&h, 0, 0xC0, (uint8_t)program, 0);
    small_host_run(&h, 16);
    assert_int_equal(chosen_slot(), 1);
}

static void send_midi(const void *bytes, uint32_t size)
{
    forge = h.forge;
    lv2_atom_forge_set_buffer(&forge, message, sizeof message);
    value(map(LV2_MIDI__MidiEvent), bytes, size);
    send_message();
}

static void broken_midi_changes_nothing(void **state)
{
    static const uint8_t sysex[] = { 0xF0, 0xC0, 3, 0xB0, 80, 127, 0xF7 };
    static const uint8_t controller_cut_off[] = { 0xB0, 80 }, large_value[] = { 0xB0, 80, 255 };
    static const uint8_t note[] = { 0x90, 80, 127 }, pressure[] = { 0xD0, 5 }, program[] = { 0xC0, 5 };
    static const uint8_t large_number[] = { 0xB0, 208, 127 }, data_only[] = { 5, 5, 5 };
    h.controls[PORT_SWITCHES + SWITCH_CONTROLLER] = 80;
    h.controls[PORT_SWITCHES + SWITCH_ACTION] = SWITCH_BYPASS;
    h.controls[PORT_SWITCHES + SWITCH_PORTS + SWITCH_CONTROLLER] = 208;
    h.controls[PORT_SWITCHES + SWITCH_PORTS + SWITCH_ACTION] = SWITCH_GATE;
    send_midi(sysex, sizeof sysex);
    send_midi(controller_cut_off, sizeof controller_cut_off);
    send_midi(large_value, sizeof large_value);
    send_midi(large_number, sizeof large_number);
    send_midi(note, sizeof note);
    send_midi(pressure, sizeof pressure);
    send_midi(program, 1);
    send_midi(program, 0);
    send_midi(data_only, sizeof data_only);
    small_host_run(&h, 16);
    expect_nothing();
    assert_true(bl_rig_get(inside->rig, BL_RIG_ENABLED) == 1 && bl_rig_get(inside->rig, BL_RIG_GATE) == 0);
    send_midi(program, sizeof program); /* two bytes are enough */
    small_host_run(&h, 16);
    assert_int_equal(chosen_slot(), 6);
}

static bool is_on(void)
{
    return bl_rig_get(inside->rig, BL_RIG_ENABLED) == 1;
}

/* Controller 20 works the first switch: down from 64 on, and it acts when it goes down. */
static void controllers_work_switches(void **state)
{
    const size_t first = PORT_SWITCHES;
    h.controls[first + SWITCH_ACTION] = SWITCH_BYPASS;
    h.controls[first + SWITCH_CONTROLLER] = 20;
    const struct {
        uint8_t status, number, value;
        bool on;
    } steps[] = {
        { 0xB0, 20, 63, true },   { 0xB3, 20, 64, false }, { 0xBF, 20, 127, false }, { 0xB0, 20, 0, false },
        { 0xB0, 20, 127, true },  { 0xB0, 21, 127, true }, { 0xB0, 21, 0, true },    { 0xB0, 20, 63, true },
        { 0xBF, 20, 100, false }, { 0xB0, 20, 0, false },  { 0xB1, 20, 64, true },
    };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        small_host_midi(&h, 0, steps[i].status, steps[i].number, steps[i].value);
        small_host_run(&h, 16);
        assert_int_equal(is_on(), steps[i].on);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_host, close_host)
    const struct CMUnitTest tests[] = {
        TEST(files_are_asked_for_in_their_order),
        TEST(model_is_that_of_the_chosen_slot),
        TEST(texts_are_paths_too_and_end_where_they_end),
        TEST(long_paths_keep_their_length),
        TEST(what_else_a_message_says_does_not_matter),
        TEST(old_names_of_objects_are_known),
        TEST(put_sets_all_that_is_ours),
        TEST(time_stamps_do_not_matter),
        TEST(wrong_messages_change_nothing),
        TEST(other_messages_change_nothing),
        TEST(sequences_end_where_they_end),
        TEST(objects_end_where_they_end),
        TEST(sizes_beyond_the_end_are_not_believed),
        TEST(ports_that_hold_no_sequence_are_not_read),
        TEST(program_changes_choose_slots),
        TEST(broken_midi_changes_nothing),
        TEST(controllers_work_switches),
    };
    return cmocka_run_group_tests_name("lv2-messages", tests, NULL, NULL);
}
