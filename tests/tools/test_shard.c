/* Shards of a manifest: every job belongs to exactly one, and they are equally large. */
#include "manifest_shard.h"

#include "test_support.h"

static void test_words(void **state)
{
    static const char *const wrong[] = {
        "",    "1",     "/",         "1/",    "/2",   "0/2",   "3/2",
        "1/0", "-1/2",  "1/-2",      "1.0/2", "1/2 ", " 1/2",  "1/2/3",
        "a/b", "0x1/2", "1/1000001", "+1/2",  "1//2", "1/2\n", "18446744073709551617/18446744073709551618"
    };
    manifest_shard shard;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(manifest_shard_parse(wrong[i], &shard));
    assert_true(manifest_shard_parse("7/16", &shard) && shard.number == 7 && shard.count == 16);
    assert_true(manifest_shard_parse("1000000/1000000", &shard) && shard.number == 1000000);
    assert_true(manifest_shard_parse(NULL, &shard) && shard.number == 1 && shard.count == 1);
}

static void test_split(void **state)
{
    for (size_t count = 1; count <= 20; count++)
        for (size_t jobs = 0; jobs <= 50; jobs++) {
            size_t largest = 0, smallest = jobs, owners[50] = { 0 };
            for (size_t number = 1; number <= count; number++) {
                const manifest_shard shard = { number, count };
                size_t size = 0;
                for (size_t i = 0; i < jobs; i++)
                    if (manifest_shard_has(&shard, i)) {
                        owners[i]++;
                        size++;
                    }
                largest = size > largest ? size : largest;
                smallest = size < smallest ? size : smallest;
            }
            for (size_t i = 0; i < jobs; i++)
                assert_int_equal(owners[i], 1);
            assert_true(largest - smallest <= 1);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_words), cmocka_unit_test(test_split) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
