/* Files that keep each limit by itself, but ask for much together: for memory, for time, or for both. */
#include "limits/hostile.h"

#include "model/limits.h"

/* One channel times many: each sum takes it apart into single channels. */
static void much_repeated(void **state)
{
    (void)state;
    hostile h;
    char name[32], before[32] = "x";
    hostile_begin(&h, 1);
    hostile_tensor(&h, "w", 4096, 1, 1);
    hostile_node(&h, "x", "\"kind\":\"conv1d\",\"inputs\":[\"in\"],\"weight\":\"w\"");
    for (size_t i = 0; i < 4000; i++) {
        snprintf(name, sizeof name, "s%zu", i);
        hostile_node(&h, name, "\"kind\":\"mul\",\"inputs\":[\"%s\",\"in\"]", before);
        memcpy(before, name, sizeof before);
    }
    hostile_output(&h, before);
    hostile_endure(&h, "one channel repeated 16 million times", PLAN);
}

static void much_joined(void **state)
{
    (void)state;
    hostile h;
    char name[32], before[32] = "c";
    hostile_begin(&h, 1);
    hostile_concat(&h, "c", "in", BL_MAX_CHANNELS);
    for (size_t i = 0; i < 16000; i++) {
        snprintf(name, sizeof name, "c%zu", i);
        hostile_node(&h, name, "\"kind\":\"concat\",\"inputs\":[\"%s\"]", before);
        memcpy(before, name, sizeof before);
    }
    hostile_output(&h, before);
    hostile_endure(&h, "4096 signals joined 16 thousand times", PLAN);
}

/* Every node on 4096 pieces is 4096 operations. */
static void much_in_pieces(void **state)
{
    (void)state;
    hostile h;
    char name[32], other[32], before[32] = "t0";
    hostile_begin(&h, 1);
    hostile_concat(&h, "c", "in", BL_MAX_CHANNELS);
    for (size_t i = 0; i < 126; i++) {
        snprintf(name, sizeof name, "t%zu", i);
        hostile_node(&h, name, "\"kind\":\"activation\",\"activation\":\"tanh\",\"inputs\":[\"c\"]");
    }
    for (size_t i = 1; i < 126; i++) {
        snprintf(name, sizeof name, "m%zu", i);
        snprintf(other, sizeof other, "t%zu", i);
        hostile_node(&h, name, "\"kind\":\"mul\",\"inputs\":[\"%s\",\"%s\"]", before, other);
        memcpy(before, name, sizeof before);
    }
    hostile_output(&h, before);
    hostile_endure(&h, "126 activations of 4096 pieces", PLAN);
}

/* Groups that each look for their channels among many pieces. */
static void much_grouped(void **state)
{
    (void)state;
    hostile h;
    char name[32], before[32] = "x";
    hostile_begin(&h, 1);
    hostile_tensor(&h, "w", 4096, 1, 1);
    hostile_tensor(&h, "g", 4096, 1, 40);
    hostile_node(&h, "y", "\"kind\":\"conv1d\",\"inputs\":[\"in\"],\"weight\":\"w\"");
    hostile_node(&h, "x", "\"kind\":\"mul\",\"inputs\":[\"y\",\"in\"]");
    for (size_t i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "s%zu", i);
        hostile_node(&h, name, "\"kind\":\"conv1d\",\"inputs\":[\"%s\"],\"weight\":\"g\",\"groups\":4096", before);
        memcpy(before, name, sizeof before);
    }
    hostile_output(&h, before);
    hostile_endure(&h, "400 thousand groups of 40 taps", PLAN);
}

static void much_in_pieces_and_groups(void **state)
{
    (void)state;
    hostile h;
    char name[32];
    hostile_begin(&h, 1);
    hostile_tensor(&h, "g", 4096, 1, 40);
    hostile_concat(&h, "c", "in", BL_MAX_CHANNELS);
    for (size_t i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "s%zu", i);
        hostile_node(&h, name, "\"kind\":\"conv1d\",\"inputs\":[\"c\"],\"weight\":\"g\",\"groups\":4096");
    }
    for (size_t i = 0; i < 20; i++) {
        char a[32] = "s0", b[32];
        if (i)
            snprintf(a, sizeof a, "m%zu", i - 1);
        snprintf(b, sizeof b, "s%zu", i);
        snprintf(name, sizeof name, "m%zu", i);
        hostile_node(&h, name, "\"kind\":\"mul\",\"inputs\":[\"%s\",\"%s\"]", a, b);
    }
    hostile_output(&h, "m19");
    hostile_endure(&h, "80 thousand groups from 4096 pieces", PLAN);
}

/* A sum of convolutions is one operation all the way down, and the other way round. */
static void deep_sum(void **state)
{
    (void)state;
    for (size_t swapped = 0; swapped < 2; swapped++) {
        hostile h;
        char name[32], conv[32], before[32] = "c";
        hostile_begin(&h, 1);
        hostile_tensor(&h, "w", 1, 1, 1);
        hostile_node(&h, "c", "\"kind\":\"conv1d\",\"inputs\":[\"in\"],\"weight\":\"w\"");
        for (size_t i = 0; i < 8000; i++) {
            snprintf(conv, sizeof conv, "c%zu", i);
            snprintf(name, sizeof name, "s%zu", i);
            hostile_node(&h, conv, "\"kind\":\"conv1d\",\"inputs\":[\"in\"],\"weight\":\"w\"");
            hostile_node(&h, name, "\"kind\":\"add\",\"inputs\":[\"%s\",\"%s\"]", swapped ? conv : before,
                         swapped ? before : conv);
            memcpy(before, name, sizeof before);
        }
        hostile_output(&h, before);
        hostile_endure(&h, "a sum of 8000 convolutions", PLAN);
    }
}

static void many_knobs(void **state)
{
    (void)state;
    hostile h;
    char name[280], filler[250];
    memset(filler, 'k', sizeof filler - 1);
    filler[sizeof filler - 1] = '\0';
    hostile_begin(&h, 1);
    for (size_t i = 0; i < 16000; i++) {
        snprintf(name, sizeof name, "%s%05zu", filler, i);
        hostile_node(&h, name, "\"kind\":\"param\"");
    }
    hostile_output(&h, "in");
    hostile_endure(&h, "16 thousand knobs", PLAN);
}

/* Output frames depend on different frames of the input: each of 4096 is followed through all nodes. */
static void many_phases(void **state)
{
    (void)state;
    hostile h;
    char name[32], before[32] = "u";
    hostile_begin(&h, 1);
    hostile_tensor(&h, "w", 1, 1, 1);
    hostile_node(&h, "a", "\"kind\":\"conv1d\",\"inputs\":[\"in\"],\"weight\":\"w\",\"stride\":64");
    hostile_node(&h, "b", "\"kind\":\"conv1d\",\"inputs\":[\"a\"],\"weight\":\"w\",\"stride\":64");
    hostile_node(&h, "t", "\"kind\":\"upsample\",\"inputs\":[\"b\"],\"factor\":64");
    hostile_node(&h, "u", "\"kind\":\"upsample\",\"inputs\":[\"t\"],\"factor\":64");
    for (size_t i = 0; i < 16000; i++) {
        snprintf(name, sizeof name, "s%zu", i);
        hostile_node(&h, name, "\"kind\":\"activation\",\"activation\":\"tanh\",\"inputs\":[\"%s\"]", before);
        memcpy(before, name, sizeof before);
    }
    hostile_output(&h, before);
    hostile_endure(&h, "4096 phases through 16 thousand nodes", PLAN);
}

/* The same, with many connections instead of many nodes. */
static void many_connections(void **state)
{
    (void)state;
    hostile h;
    char name[32];
    hostile_begin(&h, 1);
    hostile_tensor(&h, "w", 1, 1, 1);
    hostile_node(&h, "a", "\"kind\":\"conv1d\",\"inputs\":[\"in\"],\"weight\":\"w\",\"stride\":64");
    hostile_node(&h, "b", "\"kind\":\"conv1d\",\"inputs\":[\"a\"],\"weight\":\"w\",\"stride\":64");
    hostile_node(&h, "t", "\"kind\":\"upsample\",\"inputs\":[\"b\"],\"factor\":64");
    hostile_node(&h, "u", "\"kind\":\"upsample\",\"inputs\":[\"t\"],\"factor\":64");
    for (size_t i = 0; i < 400; i++) {
        char of[32] = "u";
        if (i)
            snprintf(of, sizeof of, "s%zu", i - 1);
        snprintf(name, sizeof name, "c%zu", i);
        hostile_concat(&h, name, of, BL_MAX_CHANNELS);
        snprintf(of, sizeof of, "c%zu", i);
        snprintf(name, sizeof name, "s%zu", i);
        hostile_node(&h, name, "\"kind\":\"slice\",\"channels\":1,\"inputs\":[\"%s\"]", of);
    }
    hostile_output(&h, name);
    hostile_endure(&h, "4096 phases through 1.6 million connections", PLAN);
}

/* Kernels work on whole blocks of hidden units. */
static void many_small_layers(void **state)
{
    (void)state;
    hostile h;
    char name[32];
    hostile_begin(&h, 1);
    hostile_tensor(&h, "w", 4096, 1, 1);
    hostile_tensor(&h, "ih", 4, 4096, 0);
    hostile_tensor(&h, "hh", 4, 1, 0);
    hostile_node(&h, "x", "\"kind\":\"conv1d\",\"inputs\":[\"in\"],\"weight\":\"w\"");
    for (size_t i = 0; i < 2000; i++) {
        snprintf(name, sizeof name, "l%zu", i);
        hostile_node(&h, name, "\"kind\":\"lstm\",\"inputs\":[\"x\"],\"weight_ih\":\"ih\",\"weight_hh\":\"hh\"");
    }
    hostile_concat(&h, "c", "l%zu", 2000);
    hostile_output(&h, "c");
    hostile_endure(&h, "2000 recurrent layers of one unit", PLAN);
}

/* What is heard before the first sample takes its time. */
static void long_prewarming(void **state)
{
    (void)state;
    hostile h;
    hostile_begin(&h, 1);
    hostile_tensor(&h, "w", 1024, 1, 1);
    hostile_tensor(&h, "m", 1024, 1024, 1);
    hostile_node(&h, "x", "\"kind\":\"conv1d\",\"inputs\":[\"in\"],\"weight\":\"w\"");
    hostile_node(&h, "y", "\"kind\":\"conv1d\",\"inputs\":[\"x\"],\"weight\":\"m\"");
    hostile_output(&h, "y");
    h.prewarm = BL_MAX_RECEPTIVE_FIELD;
    hostile_endure(&h, "87 s of zeros through a million weights", STREAM);
}

/* Nothing is multiplied, and yet there is work. */
static void long_prewarming_without_weights(void **state)
{
    (void)state;
    hostile h;
    char name[32], before[32] = "in";
    hostile_begin(&h, BL_MAX_CHANNELS);
    for (size_t i = 0; i < 300; i++) {
        snprintf(name, sizeof name, "t%zu", i);
        hostile_node(&h, name, "\"kind\":\"activation\",\"activation\":\"tanh\",\"inputs\":[\"%s\"]", before);
        memcpy(before, name, sizeof before);
    }
    hostile_output(&h, before);
    h.prewarm = BL_MAX_RECEPTIVE_FIELD;
    hostile_endure(&h, "87 s of zeros through a million activations", STREAM);
}

static void long_names_saved(void **state)
{
    (void)state;
    hostile h;
    char name[280], before[280] = "x", filler[250];
    memset(filler, 'n', sizeof filler - 1);
    filler[sizeof filler - 1] = '\0';
    hostile_begin(&h, 1);
    hostile_tensor(&h, "w", 4096, 1, 1);
    hostile_node(&h, "x", "\"kind\":\"conv1d\",\"inputs\":[\"in\"],\"weight\":\"w\"");
    hostile_node(&h, filler, "\"kind\":\"scale\",\"factor\":2,\"inputs\":[\"in\"]");
    for (size_t i = 0; i < 4000; i++) {
        snprintf(name, sizeof name, "s%zu", i);
        hostile_node(&h, name, "\"kind\":\"mul\",\"inputs\":[\"%s\",\"%s\"]", before, filler);
        memcpy(before, name, sizeof before);
    }
    hostile_output(&h, before);
    hostile_endure(&h, "saving a long name 16 million times", SAVE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(much_repeated),
        cmocka_unit_test(much_joined),
        cmocka_unit_test(much_in_pieces),
        cmocka_unit_test(much_grouped),
        cmocka_unit_test(much_in_pieces_and_groups),
        cmocka_unit_test(deep_sum),
        cmocka_unit_test(many_knobs),
        cmocka_unit_test(many_phases),
        cmocka_unit_test(many_connections),
        cmocka_unit_test(many_small_layers),
        cmocka_unit_test(long_prewarming),
        cmocka_unit_test(long_prewarming_without_weights),
        cmocka_unit_test(long_names_saved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
