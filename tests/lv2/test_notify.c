/* What the plugin says on its notify port: all that is new or was asked for, whole, once, and only as much as there is room
 * for. The test is the worker here: it writes the reports. */
#define _GNU_SOURCE
#include "edge.h"
#include "small_host.h"
#include "test_support.h"

#include "lv2/plugin.h"

#include <stdio.h>
#include <string.h>

static small_host h;
static plugin *inside;

static int open_host(void **state)
{
    if (!small_host_open(&h, 2, 48000, BL_TEST_BUNDLE, WORKER_FULL))
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

static void report_bytes(property which, const char *text, size_t length)
{
    text_box_post(&inside->reports[which], text, length, 0);
    atomic_fetch_add(&inside->reported, 1);
}

static void report(property which, const char *text)
{
    report_bytes(which, text, strlen(text));
}

static void expect_told(property which, const char *text)
{
    const char *told = small_host_told(&h, which);
    if (text) {
        assert_non_null(told);
        assert_string_equal(told, text);
    } else {
        assert_null(told);
    }
}

/* Only of this property, and that; text NULL: of nothing. */
static void expect_only(property which, const char *text)
{
    for (int i = 0; i < PROPERTY_COUNT; i++)
        expect_told((property)i, i == (int)which ? text : NULL);
}

/* ---- texts of many lengths ---- */

static size_t length_of(size_t which)
{
    static const size_t lengths[] = { 4095, 0, 7, 8, 300, 2000, 15, 1, 4094, 64, 1000 };
    return lengths[which % 11];
}

static const char *text_of(size_t which)
{
    static char text[TEXT_BOX_SIZE];
    memset(text, (char)('a' + which), length_of(which));
    text[length_of(which)] = 0;
    return text;
}

/* Of everything but the model, which is the first slot's. */
static void report_everything(void)
{
    for (size_t i = 0; i < PROPERTY_COUNT; i++)
        if (i != PROPERTY_MODEL)
            report((property)i, text_of(i));
}

static const char *expected_text(size_t which)
{
    return text_of(which == PROPERTY_MODEL ? PROPERTY_SLOTS : which);
}

/* ---- what is said, and when ---- */

static void news_are_told_once(void **state)
{
    report(PROPERTY_STATUS, "It plays.");
    small_host_run(&h, 64);
    expect_only(PROPERTY_STATUS, "It plays.");
    small_host_run(&h, 64);
    expect_only(PROPERTY_STATUS, NULL);
    report(PROPERTY_ERROR, "Older.");
    report(PROPERTY_ERROR, "Newer.");
    small_host_run(&h, 0);
    expect_only(PROPERTY_ERROR, "Newer.");
}

static void questions_are_answered(void **state)
{
    report_everything();
    small_host_run(&h, 64);
    for (size_t i = 0; i < PROPERTY_COUNT; i++) {
        small_host_get(&h, (property)i);
        small_host_run(&h, 64);
        expect_only((property)i, expected_text(i));
    }
    small_host_get(&h, PROPERTY_COUNT);
    small_host_run(&h, 64);
    for (size_t i = 0; i < PROPERTY_COUNT; i++)
        expect_told((property)i, expected_text(i));
    small_host_run(&h, 64);
    expect_only(PROPERTY_COUNT, NULL);
}

static void model_follows_the_chosen_slot(void **state)
{
    report(PROPERTY_SLOTS, "/first");
    report(PROPERTY_SLOTS + 1, "/second");
    small_host_run(&h, 64);
    expect_told(PROPERTY_SLOTS, "/first");
    expect_told(PROPERTY_SLOTS + 1, "/second");
    expect_told(PROPERTY_MODEL, "/first");
    small_host_midi(&h, 0, 0xC0, 1, 0);
    small_host_run(&h, 64);
    expect_only(PROPERTY_MODEL, "/second");
    report(PROPERTY_SLOTS, "/not chosen");
    small_host_run(&h, 64);
    expect_only(PROPERTY_SLOTS, "/not chosen");
    report(PROPERTY_SLOTS + 1, "/chosen");
    small_host_run(&h, 64);
    expect_told(PROPERTY_MODEL, "/chosen");
    h.controls[PORT_SETTINGS + BL_RIG_SLOT] = 3;
    small_host_run(&h, 64);
    expect_only(PROPERTY_MODEL, "");
    h.controls[PORT_SETTINGS + BL_RIG_SLOT] = 1;
    small_host_run(&h, 64);
    expect_only(PROPERTY_MODEL, "/not chosen");
    small_host_run(&h, 64);
    expect_only(PROPERTY_MODEL, NULL);
}

/* What the host did itself, it knows. */
static void changes_by_midi_are_told_to_the_host(void **state)
{
    assert_false(small_host_told_change(&h));
    h.controls[PORT_SETTINGS + BL_RIG_SLOT] = 4;
    small_host_run(&h, 64);
    assert_false(small_host_told_change(&h));
    small_host_midi(&h, 0, 0xC0, 5, 0);
    h.notify_capacity = 8;
    small_host_run(&h, 64);
    assert_false(small_host_told_change(&h));
    h.notify_capacity = 1024;
    small_host_run(&h, 64);
    assert_true(small_host_told_change(&h));
    small_host_run(&h, 64);
    assert_false(small_host_told_change(&h));
}

/* ---- room ---- */

/* The port ends, with its capacity, at an inaccessible page. */
static void run_with_capacity(uint32_t capacity)
{
    uint8_t *port = edge_end(1) - sizeof(LV2_Atom) - capacity;
    const LV2_Atom header = { capacity, h.forge.Chunk };
    memset(port, 0xA5, sizeof header + capacity);
    memcpy(port, &header, sizeof header);
    small_host_finish_events(&h);
    small_host_connect(&h, PORT_CONTROL, h.control);
    small_host_connect(&h, PORT_NOTIFY, port);
    small_host_run_only(&h, 0);
    memcpy(h.notify, port, sizeof header + capacity); /* where it is aligned */
    assert_null(small_host_check_notify(&h, h.notify, capacity));
}

/* Runs until all has been said that ever will be; what was said, as bits. */
static uint32_t listen(uint32_t capacity)
{
    uint32_t told = 0;
    for (size_t run = 0; run <= PROPERTY_COUNT; run++) {
        run_with_capacity(capacity);
        for (size_t i = 0; i < PROPERTY_COUNT; i++) {
            if (!small_host_told(&h, (property)i))
                continue;
            expect_told((property)i, expected_text(i));
            assert_false(told >> i & 1); /* once is enough */
            told |= UINT32_C(1) << i;
        }
    }
    return told;
}

/* Of the port's capacity, 8 bytes are the sequence's own and 8 are left free; an event has 64 before its text. */
static bool fits(size_t which, uint32_t capacity)
{
    return 16 + 64 + (length_of(which == PROPERTY_MODEL ? PROPERTY_SLOTS : which) + 8) / 8 * 8 <= capacity;
}

static void any_room_is_enough_for_what_fits(void **state)
{
    report_everything();
    for (uint32_t capacity = 0; capacity <= 70000; capacity += capacity < 200 ? 1 : capacity / 8) {
        uint32_t expected = 0;
        small_host_run(&h, 0);
        notify_ask(inside, PROPERTY_COUNT);
        for (size_t i = 0; i < PROPERTY_COUNT; i++)
            expected |= (uint32_t)fits(i, capacity) << i;
        assert_int_equal(listen(capacity), expected);
        assert_int_equal(listen(70000), ~expected & ((UINT32_C(1) << PROPERTY_COUNT) - 1)); /* nothing is lost */
    }
}

/* Even where there is none for a sequence. */
static void small_ports_hold_what_is_legal(void **state)
{
    for (uint32_t capacity = 0; capacity < 100; capacity++) {
        notify_ask(inside, PROPERTY_COUNT);
        run_with_capacity(capacity);
        const LV2_Atom *atom = (const LV2_Atom *)h.notify;
        assert_int_equal(atom->type, capacity < 8 ? 0 : h.forge.Sequence);
        if (capacity < 80) /* not even an empty text fits */
            assert_int_equal(atom->size, capacity < 8 ? 0 : 8);
    }
}

static void nothing_is_lost_without_a_port(void **state)
{
    h.has_atoms = false;
    report(PROPERTY_STATUS, "It plays.");
    small_host_midi(&h, 0, 0xC0, 5, 0);
    small_host_run(&h, 64);
    small_host_run(&h, 64);
    h.has_atoms = true;
    small_host_run(&h, 64);
    expect_only(PROPERTY_STATUS, "It plays.");
}

/* Half a text would be a wrong one. */
static void texts_are_never_cut(void **state)
{
    static char text[2 * TEXT_BOX_SIZE];
    memset(text, 'x', sizeof text);
    for (size_t length = TEXT_BOX_SIZE - 2; length < sizeof text; length += length < TEXT_BOX_SIZE ? 1 : 999) {
        report_bytes(PROPERTY_ERROR, text, length);
        report(PROPERTY_STATUS, "It plays.");
        small_host_run(&h, 0);
        const char *told = small_host_told(&h, PROPERTY_ERROR);
        assert_int_equal(told != NULL, length < TEXT_BOX_SIZE);
        if (told)
            assert_int_equal(strlen(told), length);
        expect_told(PROPERTY_STATUS, "It plays.");
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_host, close_host)
    const struct CMUnitTest tests[] = {
        TEST(news_are_told_once),
        TEST(questions_are_answered),
        TEST(model_follows_the_chosen_slot),
        TEST(changes_by_midi_are_told_to_the_host),
        TEST(any_room_is_enough_for_what_fits),
        TEST(small_ports_hold_what_is_legal),
        TEST(nothing_is_lost_without_a_port),
        TEST(texts_are_never_cut),
    };
    return cmocka_run_group_tests_name("lv2-notify", tests, NULL, NULL);
}
