/* Loading with too little memory: each allocation of a load fails in turn, and what comes back is BL_ERR_NO_MEM
 * with nothing left behind (the sanitizer builds see leaks). Memory comes through wrapped functions; that of
 * jansson does not, which would take a text that it cannot store for a shorter one. */
#include "formats/small_tensors.h"

static bool counting;
static size_t allocations, fail_at;

static bool fails(void)
{
    return counting && ++allocations == fail_at;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    return fails() ? NULL : __real_realloc(memory, size);
}

static bl_status load_failing(const void *bytes, size_t size, const char *description, size_t n)
{
    bl_model *model = NULL;
    bl_error error = { 0 };
    allocations = 0;
    fail_at = n;
    counting = true;
    const bl_status status = bl_model_load_memory(bytes, size, description, NULL, &model, &error);
    counting = false;
    assert_int_equal(status, error.status);
    bl_model_free(model);
    return status;
}

static void expect_no_harm(const void *bytes, size_t size, const char *description)
{
    assert_int_equal(load_failing(bytes, size, description, 0), BL_OK);
    const size_t count = allocations;
    for (size_t n = 1; n <= count; n++) {
        const bl_status status = load_failing(bytes, size, description, n);
        if (status != BL_ERR_NO_MEM)
            fail_msg("allocation %zu of %zu failed, and the load gave status %d", n, count, status);
    }
}

static const char keras[] =
    "{\"in_shape\": [2], \"in_gain\": 3, \"in_skip\": 1, \"metadata\": {\"name\": \"x\", \"samplerate\": "
    "\"48000\"},"
    " \"layers\": [{\"type\": \"dense\", \"activation\": \"softmax\", \"shape\": [1], \"weights\": [[[1], [2]], "
    "[3]]},"
    " {\"type\": \"batchnorm\", \"shape\": [1], \"epsilon\": 1, \"weights\": [[1], [1]]},"
    " {\"type\": \"prelu\", \"shape\": [1], \"weights\": [[[1]]]},"
    " {\"type\": \"lstm\", \"shape\": [1], \"weights\": [[[1, 2, 3, 4]], [[1, 2, 3, 4]], [1, 2, 3, 4]]},"
    " {\"type\": \"gru\", \"shape\": [1], \"weights\": [[[1, 2, 3]], [[1, 2, 3]], [[1, 2, 3], [1, 2, 3]]]}]}";

static const char proteus[] =
    "{\"model_data\": {\"skip\": 1}, \"state_dict\": {\"rec.weight_ih_l0\": [[1], [2], [3]],"
    " \"rec.weight_hh_l0\": [[1], [2], [3]], \"lin.weight\": [[1]], \"lin.bias\": [1]}}";

static const char graph[] =
    "{\"backline\": \"graph\", \"version\": 1, \"name\": \"x\", \"nodes\": [{\"name\": \"in\", \"kind\": "
    "\"input\"},"
    " {\"name\": \"knob\", \"kind\": \"param\"},"
    " {\"name\": \"a\", \"kind\": \"conv1d\", \"inputs\": [\"in\"], \"weight\": \"w\", \"bias\": \"b\"},"
    " {\"name\": \"b\", \"kind\": \"batch_norm\", \"inputs\": [\"a\"], \"mean\": \"b\", \"variance\": \"b\"},"
    " {\"name\": \"c\", \"kind\": \"mul\", \"inputs\": [\"b\", \"knob\"]},"
    " {\"name\": \"d\", \"kind\": \"prelu\", \"inputs\": [\"c\"], \"slope\": \"b\"},"
    " {\"name\": \"e\", \"kind\": \"lstm\", \"inputs\": [\"in\"], \"weight_ih\": \"r\", \"weight_hh\": \"r\"},"
    " {\"name\": \"f\", \"kind\": \"concat\", \"inputs\": [\"d\", \"e\"]},"
    " {\"name\": \"out\", \"kind\": \"output\", \"inputs\": [\"f\"]}]}";

static const small_tensor tensors[] = {
    { "w", { 2, 1, 2 }, { 0.5f, 0.25f, -1.0f, 2.0f } },
    { "b", { 2 }, { 0.125f, 0.5f } },
    { "r", { 4, 1 }, { 1.0f, 2.0f, 3.0f, 4.0f } },
};

static const char tcn[] = "{\"backline\": \"micro-tcn\", \"dilation_growth\": 2, \"causal\": true}";

static const small_tensor tcn_tensors[] = {
    { "gen.0.weight", { 1, 1 }, { 9.0f } },
    { "gen.0.bias", { 1 }, { 0.5f } },
    { "gen.2.weight", { 1, 1 }, { 2.0f } },
    { "gen.2.bias", { 1 }, { -0.25f } },
    { "gen.4.weight", { 1, 1 }, { 1.0f } },
    { "gen.4.bias", { 1 }, { 0.25f } },
    { "blocks.0.conv1.weight", { 1, 1, 2 }, { 0.5f, 1.0f } },
    { "blocks.0.film.bn.running_mean", { 1 }, { 0.25f } },
    { "blocks.0.film.bn.running_var", { 1 }, { 4.0f } },
    { "blocks.0.film.adaptor.weight", { 2, 1 }, { 1.0f, 2.0f } },
    { "blocks.0.film.adaptor.bias", { 2 }, { 0.1f, 0.2f } },
    { "blocks.0.relu.weight", { 1 }, { 0.5f } },
    { "blocks.0.res.weight", { 1, 1, 1 }, { 3.0f } },
    { "output.weight", { 1, 1, 1 }, { 0.125f } },
    { "output.bias", { 1 }, { 0.0625f } },
};

static void json_networks(void **state)
{
    (void)state;
    expect_no_harm(keras, strlen(keras), NULL);
    expect_no_harm(proteus, strlen(proteus), NULL);
}

static void described_networks(void **state)
{
    (void)state;
    small_file file = make_small_file(tensors, 3, NULL);
    expect_no_harm(file.bytes, file.size, graph);
    free(file.bytes);
    file = make_small_file(tensors, 3, graph);
    expect_no_harm(file.bytes, file.size, NULL);
    free(file.bytes);
    file = make_small_file(tcn_tensors, sizeof tcn_tensors / sizeof *tcn_tensors, NULL);
    expect_no_harm(file.bytes, file.size, tcn);
    free(file.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_networks),
        cmocka_unit_test(described_networks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
