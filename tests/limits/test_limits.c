/* Every limit of engine/model/limits.h, asked for by a file: the answer is one sentence, and it costs little. */
#define _POSIX_C_SOURCE 200809L
#include "limits/hostile.h"

#include "model/limits.h"

#include <unistd.h>

static void nodes(void **state)
{
    (void)state;
    hostile h;
    char name[32], before[32] = "in";
    hostile_begin(&h, 1);
    for (size_t i = 0; i < BL_MAX_NODES - 1; i++) {
        snprintf(name, sizeof name, "n%zu", i);
        hostile_node(&h, name, "\"kind\":\"activation\",\"activation\":\"tanh\",\"inputs\":[\"%s\"]", before);
        memcpy(before, name, sizeof before);
    }
    hostile_output(&h, before);
    hostile_expect(&h, "nodes", PLAN, BL_ERR_FORMAT, "16385");
}

static void channels(void **state)
{
    (void)state;
    hostile h;
    hostile_begin(&h, BL_MAX_CHANNELS + 1);
    hostile_output(&h, "in");
    hostile_expect(&h, "channels of the input", PLAN, BL_ERR_FORMAT, "channels");

    hostile_begin(&h, BL_MAX_CHANNELS / 2 + 1);
    hostile_node(&h, "c", "\"kind\":\"concat\",\"inputs\":[\"in\",\"in\"]");
    hostile_output(&h, "c");
    hostile_expect(&h, "channels of two joined", PLAN, BL_ERR_LIMIT, "4098 channels");

    hostile_begin(&h, 1);
    char name[32], before[32] = "in";
    for (size_t i = 0; i < 80; i++) {
        snprintf(name, sizeof name, "n%zu", i);
        hostile_node(&h, name, "\"kind\":\"concat\",\"inputs\":[\"%s\",\"%s\"]", before, before);
        memcpy(before, name, sizeof before);
    }
    hostile_output(&h, before);
    hostile_expect(&h, "channels doubled 80 times", PLAN, BL_ERR_LIMIT, "channels");

    hostile_begin(&h, 1);
    hostile_tensor(&h, "w", BL_MAX_CHANNELS + 1, 1, 1);
    hostile_node(&h, "c", "\"kind\":\"conv1d\",\"inputs\":[\"in\"],\"weight\":\"w\"");
    hostile_output(&h, "c");
    hostile_expect(&h, "channels of a convolution", PLAN, BL_ERR_LIMIT, "channels");

    hostile_begin(&h, 64);
    hostile_tensor(&h, "w", 64, 4096, 1);
    hostile_node(&h, "c", "\"kind\":\"conv_transpose1d\",\"inputs\":[\"in\"],\"weight\":\"w\",\"groups\":64");
    hostile_output(&h, "c");
    hostile_expect(&h, "channels of groups together", PLAN, BL_ERR_LIMIT, "channels");
}

static void kernel(void **state)
{
    (void)state;
    hostile h;
    hostile_begin(&h, 1);
    hostile_tensor(&h, "w", 1, 1, BL_MAX_KERNEL + 1);
    hostile_node(&h, "c", "\"kind\":\"conv1d\",\"inputs\":[\"in\"],\"weight\":\"w\"");
    hostile_output(&h, "c");
    hostile_expect(&h, "taps", PLAN, BL_ERR_LIMIT, "65536 taps");
}

static void hidden(void **state)
{
    (void)state;
    hostile h;
    hostile_begin(&h, 1);
    hostile_tensor(&h, "ih", 4 * (BL_MAX_HIDDEN + 1), 1, 0);
    hostile_tensor(&h, "hh", 4 * (BL_MAX_HIDDEN + 1), BL_MAX_HIDDEN + 1, 0);
    hostile_node(&h, "l", "\"kind\":\"lstm\",\"inputs\":[\"in\"],\"weight_ih\":\"ih\",\"weight_hh\":\"hh\"");
    hostile_output(&h, "l");
    hostile_expect(&h, "hidden units", PLAN, BL_ERR_FORMAT, "hidden from 1 to 1024");
}

static void strides(void **state)
{
    (void)state;
    hostile h;
    hostile_begin(&h, 1);
    hostile_tensor(&h, "w", 1, 1, 1);
    hostile_node(&h, "c", "\"kind\":\"conv1d\",\"inputs\":[\"in\"],\"weight\":\"w\",\"stride\":65");
    hostile_output(&h, "c");
    hostile_expect(&h, "stride", PLAN, BL_ERR_FORMAT, "stride");

    hostile_begin(&h, 1);
    hostile_node(&h, "u", "\"kind\":\"upsample\",\"inputs\":[\"in\"],\"factor\":65");
    hostile_output(&h, "u");
    hostile_expect(&h, "upsampling", PLAN, BL_ERR_FORMAT, "factor");

    hostile_begin(&h, 1);
    hostile_tensor(&h, "w", 1, 1, 1);
    char name[32], before[32] = "in";
    for (size_t i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "c%zu", i);
        hostile_node(&h, name, "\"kind\":\"conv1d\",\"inputs\":[\"%s\"],\"weight\":\"w\",\"stride\":64", before);
        memcpy(before, name, sizeof before);
    }
    hostile_output(&h, before);
    hostile_expect(&h, "strides together", PLAN, BL_ERR_LIMIT, "beyond the limits");

    /* 61 * 59 and 53 * 47 on two branches, up again, and added. */
    hostile_begin(&h, 1);
    hostile_tensor(&h, "w", 1, 1, 1);
    static const unsigned factors[2][2] = { { 61, 59 }, { 53, 47 } };
    for (size_t b = 0; b < 2; b++) {
        snprintf(before, sizeof before, "in");
        for (size_t i = 0; i < 4; i++) {
            snprintf(name, sizeof name, "b%zu.%zu", b, i);
            hostile_node(&h, name, "\"kind\":\"%s\",\"inputs\":[\"%s\"],\"weight\":\"w\",\"stride\":%u",
                         i < 2 ? "conv1d" : "conv_transpose1d", before, factors[b][i & 1]);
            memcpy(before, name, sizeof before);
        }
    }
    hostile_node(&h, "sum", "\"kind\":\"add\",\"inputs\":[\"b0.3\",\"b1.3\"]");
    hostile_output(&h, "sum");
    hostile_expect(&h, "granularity", PLAN, BL_ERR_LIMIT, "strides of the network multiply");
}

static void receptive_field(void **state)
{
    (void)state;
    hostile h;
    hostile_begin(&h, 1);
    hostile_tensor(&h, "w", 1, 1, 2);
    hostile_node(&h, "c", "\"kind\":\"conv1d\",\"inputs\":[\"in\"],\"weight\":\"w\",\"dilation\":%u",
                 BL_MAX_RECEPTIVE_FIELD + 1);
    hostile_output(&h, "c");
    hostile_expect(&h, "dilation", PLAN, BL_ERR_FORMAT, "dilation");

    hostile_begin(&h, 1);
    hostile_tensor(&h, "w", 1, 1, 2);
    for (size_t i = 0; i < 2; i++)
        hostile_node(&h, i ? "d" : "c", "\"kind\":\"conv1d\",\"inputs\":[\"%s\"],\"weight\":\"w\",\"dilation\":%u",
                     i ? "c" : "in", BL_MAX_RECEPTIVE_FIELD / 2);
    hostile_output(&h, "d");
    hostile_expect(&h, "receptive field", PLAN, BL_ERR_LIMIT, "looks over more than");

    hostile_begin(&h, 1);
    hostile_node(&h, "a", "\"kind\":\"pad\",\"inputs\":[\"in\"],\"left\":-4194304");
    hostile_node(&h, "b", "\"kind\":\"pad\",\"inputs\":[\"a\"],\"left\":-1");
    hostile_output(&h, "b");
    hostile_expect(&h, "latency", PLAN, BL_ERR_LIMIT, "beyond the limits");

    hostile_begin(&h, 1);
    hostile_node(&h, "a", "\"kind\":\"delay\",\"inputs\":[\"in\"],\"frames\":4194305");
    hostile_output(&h, "a");
    hostile_expect(&h, "delay", PLAN, BL_ERR_FORMAT, "frames");
}

static void values(void **state)
{
    (void)state;
    hostile h;
    hostile_begin(&h, 1024);
    hostile_tensor(&h, "w", 1024, 1024, 1);
    char name[32], before[32] = "in";
    for (size_t i = 0; i < 33; i++) {
        snprintf(name, sizeof name, "c%zu", i);
        hostile_node(&h, name, "\"kind\":\"conv1d\",\"inputs\":[\"%s\"],\"weight\":\"w\"", before);
        memcpy(before, name, sizeof before);
    }
    hostile_output(&h, before);
    size_t size;
    char *description, *bytes = hostile_end(&h, &size, &description);
    const outcome o = hostile_try(bytes, size, description, PLAN);
    print_message("%-44s %5.2f s %6.1f MiB  %s\n", "weights used again", o.seconds, o.mebibytes, o.error.text);
    assert_int_equal(o.status, BL_ERR_LIMIT);
    free(bytes);
    free(description);

    static const char claim[] = "{\"w\":{\"dtype\":\"F32\",\"shape\":[33554433],\"data_offsets\":[0,134217732]}}";
    char file[200] = { sizeof claim - 1 };
    memcpy(file + 8, claim, sizeof claim);
    const outcome c = hostile_try(file, 8 + sizeof claim - 1, NULL, LOAD);
    hostile_check_cost("numbers of a tensor that is not there", &c, sizeof file);
    assert_true(c.status == BL_ERR_FORMAT || c.status == BL_ERR_LIMIT);
}

/* PReLU of one slope counts for all channels; once the count was past its limit, it wrapped around. */
static void values_of_slopes(void **state)
{
    (void)state;
    hostile h;
    hostile_begin(&h, 4096);
    hostile_tensor(&h, "s", 1, 0, 0);
    hostile_tensor(&h, "w", 1024, 512, 2); /* 1 Mi numbers */
    char name[32], before[32] = "in";
    for (size_t i = 0; i < 8192; i++) {
        snprintf(name, sizeof name, "p%zu", i);
        hostile_node(&h, name, "\"kind\":\"prelu\",\"inputs\":[\"%s\"],\"slope\":\"s\"", before);
        memcpy(before, name, sizeof before);
    }
    hostile_node(&h, "x", "\"kind\":\"slice\",\"inputs\":[\"%s\"],\"channels\":512", before);
    for (size_t i = 0; i < 40; i++) {
        snprintf(name, sizeof name, "c%zu", i);
        hostile_node(&h, name, "\"kind\":\"conv1d\",\"inputs\":[\"x\"],\"weight\":\"w\"");
    }
    hostile_output(&h, before);
    size_t size;
    char *description, *bytes = hostile_end(&h, &size, &description);
    const outcome o = hostile_try(bytes, size, description, PLAN);
    print_message("%-44s %5.2f s %6.1f MiB  %s\n", "slopes used again", o.seconds, o.mebibytes, o.error.text);
    free(bytes);
    free(description);
    assert_int_equal(o.status, BL_ERR_LIMIT);
    assert_non_null(strstr(o.error.text, "parameters, the limit"));
}

static void tensors(void **state)
{
    (void)state;
    char *header;
    size_t header_size;
    FILE *file = open_memstream(&header, &header_size);
    assert_non_null(file);
    for (size_t i = 0; i <= BL_MAX_TENSORS; i++)
        fprintf(file, "%c\"%zu\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}", i ? ',' : '{', i);
    fputc('}', file);
    fclose(file);
    char *bytes = malloc(header_size + 8);
    assert_non_null(bytes);
    for (size_t i = 0; i < 8; i++)
        bytes[i] = (char)(header_size >> 8 * i);
    memcpy(bytes + 8, header, header_size);
    const outcome o = hostile_try(bytes, header_size + 8, NULL, LOAD);
    free(bytes);
    free(header);
    hostile_check_cost("tensors", &o, header_size);
    assert_int_equal(o.status, BL_ERR_LIMIT);
}

static void stream_memory(void **state)
{
    (void)state;
    hostile h;
    hostile_begin(&h, 64);
    hostile_tensor(&h, "w", 64, 1, 2);
    hostile_node(&h, "c",
                 "\"kind\":\"conv1d\",\"inputs\":[\"in\"],\"weight\":\"w\",\"groups\":64,\"dilation\":4000000");
    hostile_output(&h, "c");
    hostile_expect(&h, "memory of a stream: the past", PLAN, BL_ERR_LIMIT, "256 MiB");

    hostile_begin(&h, 1); /* 4096 channels, 64 times as many phases, all alive at once */
    hostile_tensor(&h, "w", 4096, 1, 1);
    hostile_tensor(&h, "d", 1, 4096, 64);
    hostile_node(&h, "a", "\"kind\":\"conv1d\",\"inputs\":[\"in\"],\"weight\":\"w\"");
    hostile_node(&h, "u", "\"kind\":\"upsample\",\"inputs\":[\"a\"],\"factor\":64");
    hostile_node(&h, "c", "\"kind\":\"conv1d\",\"inputs\":[\"u\"],\"weight\":\"d\",\"stride\":64");
    hostile_output(&h, "c");
    hostile_endure(&h, "memory of a stream: one run of frames", PLAN);

    hostile_begin(&h, 1);
    hostile_tensor(&h, "w", 4096, 1, 1);
    hostile_node(&h, "x", "\"kind\":\"conv1d\",\"inputs\":[\"in\"],\"weight\":\"w\"");
    char name[32], before[32] = "x", other[32];
    for (size_t i = 0; i < 8000; i++) {
        snprintf(name, sizeof name, "t%zu", i);
        hostile_node(&h, name, "\"kind\":\"activation\",\"activation\":\"tanh\",\"inputs\":[\"x\"]");
    }
    for (size_t i = 0; i < 8000; i++) {
        snprintf(name, sizeof name, "s%zu", i);
        snprintf(other, sizeof other, "t%zu", 7999 - i);
        hostile_node(&h, name, "\"kind\":\"mul\",\"inputs\":[\"%s\",\"%s\"]", before, other);
        memcpy(before, name, sizeof before);
    }
    hostile_output(&h, before);
    hostile_expect(&h, "memory of a stream: signals side by side", PLAN, BL_ERR_LIMIT, "256 MiB");
}

static void numbers_beside(void **state)
{
    (void)state;
    static const char linear[] = "{\"version\":\"0.5.4\",\"architecture\":\"Linear\",\"sample_rate\":%s,"
                                 "\"config\":{\"receptive_field\":%s,\"bias\":false},\"weights\":[1]}";
    char text[400];
    snprintf(text, sizeof text, linear, "1000001", "1");
    hostile_expect_text(text, "sample rate", BL_ERR_LIMIT, "sample rates");
    snprintf(text, sizeof text, linear, "48000", "4194305");
    hostile_expect_text(text, "taps of a Linear", BL_ERR_FORMAT, "receptive_field");
    snprintf(text, sizeof text, linear, "48000", "99999999999999999999");
    hostile_expect_text(text, "a number without end", BL_ERR_FORMAT, "JSON");
}

static void file_bytes(void **state)
{
    (void)state;
    char path[] = "/tmp/backline-limits-XXXXXX";
    const int file = mkstemp(path);
    assert_true(file >= 0);
    assert_int_equal(ftruncate(file, (off_t)BL_MAX_FILE_BYTES + 1), 0);
    close(file);
    bl_model *model;
    bl_error error = { 0 };
    const bl_status status = bl_model_load_file(path, NULL, &model, &error);
    unlink(path);
    print_message("%s\n", error.text);
    assert_int_equal(status, BL_ERR_LIMIT);
}

static void json_values(void **state)
{
    (void)state;
    const size_t size = 4u << 20;
    char *text = malloc(size + 1);
    assert_non_null(text);
    for (size_t i = 0; i < size; i++)
        text[i] = "{},"[(i + 2) % 3];
    text[0] = '[';
    text[size] = '\0';
    hostile_expect_text(text, "JSON values", BL_ERR_LIMIT, "MiB");
    memset(text, '[', size);
    hostile_expect_text(text, "JSON within JSON", BL_ERR_LIMIT, "");
    memset(text, '[', 100000);
    text[100000] = '\0';
    hostile_expect_text(text, "JSON within JSON, less of it", BL_ERR_FORMAT, "JSON");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes),         cmocka_unit_test(channels),         cmocka_unit_test(kernel),
        cmocka_unit_test(hidden),        cmocka_unit_test(strides),          cmocka_unit_test(receptive_field),
        cmocka_unit_test(values),        cmocka_unit_test(values_of_slopes), cmocka_unit_test(tensors),
        cmocka_unit_test(stream_memory), cmocka_unit_test(numbers_beside),   cmocka_unit_test(file_bytes),
        cmocka_unit_test(json_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
