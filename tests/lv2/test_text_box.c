/* One text between two threads: the newest arrives, whole, and what is being read is not touched. ./check threads runs this
 * under the thread sanitizer. */
#define _GNU_SOURCE
#include "test_support.h"

#include "lv2/text_box.h"

#include <pthread.h>
#include <sched.h>
#include <string.h>

static void holds(const text_box *box, const char *text, unsigned order)
{
    const boxed_text *held = text_box_read(box);
    assert_string_equal(held->text, text);
    assert_int_equal(held->length, strlen(text));
    assert_int_equal(held->order, order);
}

static void is_empty_at_first(void **state)
{
    static text_box box;
    memset(&box, 0xA5, sizeof box);
    text_box_init(&box);
    assert_false(text_box_is_fresh(&box));
    assert_false(text_box_take(&box));
    holds(&box, "", 0);
}

static void newest_arrives_once(void **state)
{
    static text_box box;
    text_box_init(&box);
    text_box_post(&box, "first", 5, 1);
    text_box_post(&box, "second", 6, 2);
    text_box_post(&box, "third one", 5, 3); /* no zero behind it */
    assert_true(text_box_is_fresh(&box));
    holds(&box, "", 0); /* until it is taken */
    assert_true(text_box_take(&box));
    assert_false(text_box_is_fresh(&box));
    assert_false(text_box_take(&box));
    holds(&box, "third", 3);
    text_box_post(&box, NULL, 0, 4);
    assert_true(text_box_take(&box));
    holds(&box, "", 4);
}

static void reader_keeps_what_it_took(void **state)
{
    static text_box box;
    text_box_init(&box);
    for (unsigned i = 0; i < 100; i++) {
        const char letter = (char)('a' + i % 26), other = (char)('A' + i % 26);
        text_box_post(&box, &letter, 1, i);
        assert_true(text_box_take(&box));
        const boxed_text *held = text_box_read(&box);
        for (unsigned k = 0; k < i % 7; k++)
            text_box_post(&box, &other, 1, 1000);
        assert_int_equal(held->text[0], letter);
        assert_int_equal(held->order, i);
        assert_int_equal(text_box_take(&box), i % 7 > 0);
    }
}

/* All that fits is there; of what does not, one can tell that it did not. */
static void long_texts_are_known_to_be_long(void **state)
{
    static text_box box;
    static char text[3 * TEXT_BOX_SIZE], beginning[TEXT_BOX_SIZE];
    memset(text, 'x', sizeof text);
    text_box_init(&box);
    for (size_t i = 0; i < sizeof text; i += i % TEXT_BOX_SIZE == TEXT_BOX_SIZE - 2 ? 1 : 2) {
        const size_t here = i < TEXT_BOX_SIZE ? i : TEXT_BOX_SIZE - 1;
        text_box_post(&box, text, i, 0);
        assert_true(text_box_take(&box));
        const boxed_text *held = text_box_read(&box);
        assert_int_equal(held->length, i);
        memset(beginning, 'x', here);
        beginning[here] = 0;
        assert_string_equal(held->text, beginning);
    }
}

/* ---- two threads ---- */

enum { PAUSE = 64 };

typedef struct exchange {
    text_box box;
    unsigned count;
} exchange;

static char letter_of(unsigned order)
{
    return (char)('a' + order % 26);
}

static size_t length_of(unsigned order)
{
    return order * 37 % 300;
}

static void *write_texts(void *data)
{
    exchange *x = data;
    char text[300];
    for (unsigned order = 1; order <= x->count; order++) {
        memset(text, letter_of(order), sizeof text);
        text_box_post(&x->box, text, length_of(order), order);
        while (order % PAUSE == 0 && text_box_is_fresh(&x->box))
            sched_yield(); /* so that the reader gets to see some of them */
    }
    return NULL;
}

static bool is_whole(const boxed_text *held)
{
    for (size_t i = 0; i < held->length; i++)
        if (held->text[i] != letter_of(held->order))
            return false;
    return held->length == length_of(held->order) && !held->text[held->length];
}

static void texts_arrive_whole_and_in_order(void **state)
{
    static exchange x;
    pthread_t writer;
    unsigned last = 0, taken = 0;
    x.count = (unsigned)bl_test_effort(200000);
    text_box_init(&x.box);
    assert_int_equal(pthread_create(&writer, NULL, write_texts, &x), 0);
    while (last < x.count) {
        if (!text_box_take(&x.box)) {
            sched_yield();
            continue;
        }
        const boxed_text *held = text_box_read(&x.box);
        assert_true(is_whole(held));
        assert_true(held->order > last);
        last = held->order;
        taken++;
    }
    pthread_join(writer, NULL);
    assert_false(text_box_take(&x.box));
    assert_true(taken >= x.count / PAUSE && taken <= x.count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_empty_at_first),
        cmocka_unit_test(newest_arrives_once),
        cmocka_unit_test(reader_keeps_what_it_took),
        cmocka_unit_test(long_texts_are_known_to_be_long),
        cmocka_unit_test(texts_arrive_whole_and_in_order),
    };
    return cmocka_run_group_tests_name("lv2-text-box", tests, NULL, NULL);
}
