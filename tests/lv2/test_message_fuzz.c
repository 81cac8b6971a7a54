/* Sequences as no host would write them: good ones with random damage, in memory that ends where they do. Whatever comes,
 * run() stays in its bounds, the notify port is well-formed, and the rig's settings are what they can be. */
#define _GNU_SOURCE
#include "edge.h"
#include "small_host.h"
#include "test_support.h"

#include "lv2/plugin.h"

#include <lv2/midi/midi.h>
#include <lv2/patch/patch.h>
#include <string.h>

enum { LONGEST = 4096 };

static small_host h;
static _Alignas(8) uint8_t sequence[LONGEST];
static uint8_t damaged[LONGEST];

/* A bit of everything that is understood. Returns its size. */
static size_t write_sequence(bl_random *rng)
{
    static const char *const texts[] = { "", "/a", "/some/where/model.nam", "relative", "/\xFF\xFE" };
    const size_t events = 1 + bl_random_below(rng, 8);
    for (size_t i = 0; i < events; i++) {
        const uint32_t frame = (uint32_t)bl_random_below(rng, 100);
        switch (bl_random_below(rng, 4)) {
        case 0:
            small_host_set_path(&h, (property)bl_random_below(rng, PROPERTY_COUNT), texts[bl_random_below(rng, 5)]);
            break;
        case 1: small_host_get(&h, (property)bl_random_below(rng, PROPERTY_COUNT + 1)); break;
        case 2: small_host_midi(&h, frame, 0xC0, (uint8_t)bl_random_below(rng, 256), 0); break;
        default:
            small_host_midi(&h, frame, 0xB1, (uint8_t)(78 + bl_random_below(rng, 5)), (uint8_t)bl_random_next(rng));
            break;
        }
    }
    small_host_finish_events(&h);
    const size_t size = sizeof(LV2_Atom) + ((LV2_Atom *)h.control)->size;
    assert_true(size <= LONGEST);
    memcpy(sequence, h.control, size);
    return size;
}

/* A number that means something to somebody. */
static uint32_t some_number(bl_random *rng)
{
    static const uint32_t numbers[] = { 0,  1,  7,          8,          9,          15,        16,
                                        17, 64, 0x7FFFFFFF, 0x80000000, 0xFFFFFFF8, 0xFFFFFFFF };
    const size_t count = sizeof numbers / sizeof *numbers, which = bl_random_below(rng, 3 * count);
    if (which < count)
        return numbers[which];
    if (which < 2 * count)
        return (uint32_t)bl_random_below(rng, h.uri_count + 2);
    return (uint32_t)bl_random_below(rng, LONGEST);
}

/* Anywhere, or at any 32-bit word, from `first` on. */
static void damage(bl_random *rng, uint8_t *bytes, size_t first, size_t size)
{
    const uint32_t number = some_number(rng);
    const size_t word = first / 4 + bl_random_below(rng, (size - first) / 4),
                 at = first + bl_random_below(rng, size - first);
    switch (bl_random_below(rng, 4)) {
    case 0: bytes[at] = (uint8_t)bl_random_next(rng); break;
    case 1: bytes[at] ^= (uint8_t)(1u << bl_random_below(rng, 8)); break;
    case 2: memmove(bytes + at, bytes + first, size - at < 24 ? size - at : 24); break;
    default: memcpy(bytes + 4 * word, &number, sizeof number); break;
    }
}

/* The sequence, which says its size truly or too small, ends at one edge; the notify port, of any capacity, at another. */
static void run_with(bl_random *rng, size_t size)
{
    LV2_Atom header;
    const uint32_t capacity = (uint32_t)bl_random_below(rng, 3) ? 8192 : (uint32_t)bl_random_below(rng, 600);
    uint8_t *control = edge_put(0, damaged, size), *notify = edge_end(1) - sizeof header - capacity;
    memcpy(&header, control, sizeof header);
    header.size = (uint32_t)(size - sizeof header);
    memcpy(control, &header, sizeof header);
    header = (LV2_Atom){ capacity, h.forge.Chunk };
    memcpy(notify, &header, sizeof header);
    small_host_connect(&h, PORT_CONTROL, control);
    small_host_connect(&h, PORT_NOTIFY, notify);
    small_host_run_only(&h, (uint32_t)bl_random_below(rng, 4));
    memcpy(h.notify, notify, sizeof header + capacity);
    const char *fault = small_host_check_notify(&h, h.notify, capacity);
    if (fault)
        fail_msg("%s", fault);
}

static void look_at_requests(plugin *inside, size_t size)
{
    for (size_t i = 0; i < PROPERTY_WRITABLE; i++) {
        if (!text_box_take(&inside->requests[i]))
            continue;
        const boxed_text *request = text_box_read(&inside->requests[i]);
        assert_true(request->length < size);
        assert_int_equal(strlen(request->text), request->length);
    }
}

static void damage_does_no_harm(void **state)
{
    bl_random rng = { 20 };
    assert_true(small_host_open(&h, 1, 48000, BL_TEST_BUNDLE, WORKER_FULL));
    small_host_activate(&h);
    plugin *inside = h.handle;
    const size_t turns = bl_test_effort(40000);
    for (size_t turn = 0; turn < turns; turn++) {
        const size_t whole = write_sequence(&rng), head = sizeof(LV2_Atom);
        const size_t size = bl_random_below(&rng, 4) ? whole : head + bl_random_below(&rng, whole - head + 1);
        memcpy(damaged, sequence, size);
        for (size_t k = bl_random_below(&rng, 6); size >= head + 4 && k; k--)
            damage(&rng, damaged, turn % 10 ? head : 4, size); /* sometimes the port's type as well */
        h.worker = turn % 50 ? WORKER_FULL : WORKER_SYNC;      /* sometimes what was asked for is also looked for */
        run_with(&rng, size);
        look_at_requests(inside, size);
        for (int i = 0; i < BL_RIG_PARAM_COUNT; i++) {
            const float value = bl_rig_get(inside->rig, (bl_rig_param)i);
            assert_true(value == bl_rig_param_clamp((bl_rig_param)i, value));
        }
    }
    small_host_close(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(damage_does_no_harm) };
    return cmocka_run_group_tests_name("lv2-message-fuzz", tests, NULL, NULL);
}
