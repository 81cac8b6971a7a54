#include "formats/pickle_calls.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <string.h>

typedef bl_status call_function(bl_pickle *pickle, const bl_pickle_value *args, bl_pickle_value **out,
                                bl_error *error);

struct bl_pickle_global {
    const char *module, *name;
    call_function *call; /* NULL: a storage type, which is not called */
    bl_number_type type; /* of a storage type */
};

static call_function make_dict, make_tensor, make_parameter;

/* The allow-list. Nothing here reaches Python: each row is a meaning. */
static const bl_pickle_global globals[] = {
    { .module = "collections", .name = "OrderedDict", .call = make_dict },
    { .module = "torch._utils", .name = "_rebuild_tensor_v2", .call = make_tensor },
    { .module = "torch._utils", .name = "_rebuild_parameter", .call = make_parameter },
    { .module = "torch", .name = "DoubleStorage", .type = BL_FLOAT64 },
    { .module = "torch", .name = "FloatStorage", .type = BL_FLOAT32 },
    { .module = "torch", .name = "HalfStorage", .type = BL_FLOAT16 },
    { .module = "torch", .name = "BFloat16Storage", .type = BL_BFLOAT16 },
    { .module = "torch", .name = "LongStorage", .type = BL_INT64 },
    { .module = "torch", .name = "IntStorage", .type = BL_INT32 },
    { .module = "torch", .name = "ShortStorage", .type = BL_INT16 },
    { .module = "torch", .name = "CharStorage", .type = BL_INT8 },
    { .module = "torch", .name = "ByteStorage", .type = BL_UINT8 },
    { .module = "torch", .name = "BoolStorage", .type = BL_BOOL },
};

static bool same_text(bl_bytes text, const char *other)
{
    size_t n = strlen(other);
    return bl_bytes_left(&text) == n && !memcmp(text.p, other, n);
}

static bool ends_with(bl_bytes text, const char *end)
{
    size_t n = strlen(end);
    return bl_bytes_left(&text) >= n && !memcmp(text.end - n, end, n);
}

static bl_status refuse_global(bl_bytes module, bl_bytes name, bl_error *error)
{
    int module_quoted = bl_utf8_quote(module.p, bl_bytes_left(&module));
    int name_quoted = bl_utf8_quote(name.p, bl_bytes_left(&name));
    if (same_text(module, "torch") && ends_with(name, "Storage"))
        return bl_fail(
            error, BL_ERR_UNSUPPORTED,
            "the file holds tensors of the type 'torch.%.*s'; backline reads real floating-point, integer "
            "and bool tensors only.",
            name_quoted, (const char *)name.p);
    return bl_fail(
        error, BL_ERR_UNSUPPORTED,
        "the pickle asks for the function or class '%.*s.%.*s', which backline never runs; save the model's "
        "state_dict() with plain values instead.",
        module_quoted, (const char *)module.p, name_quoted, (const char *)name.p);
}

bl_status bl_pickle_find_global(bl_pickle *pickle, bl_bytes module, bl_bytes name, bl_pickle_value **out,
                                bl_error *error)
{
    for (size_t i = 0; i < sizeof globals / sizeof *globals; i++) {
        if (!same_text(module, globals[i].module) || !same_text(name, globals[i].name))
            continue;
        bl_status status = bl_pickle_new(pickle, BL_PICKLE_GLOBAL, out, error);
        if (!status)
            (*out)->u.global = &globals[i];
        return status;
    }
    return refuse_global(module, name, error);
}

bl_status bl_pickle_call(bl_pickle *pickle, const bl_pickle_value *function, const bl_pickle_value *args,
                         bl_pickle_value **out, bl_error *error)
{
    if (function->kind != BL_PICKLE_GLOBAL || !function->u.global->call || args->kind != BL_PICKLE_TUPLE)
        return bl_fail(error, BL_ERR_FORMAT,
                       "the pickle is damaged at byte %zu: it calls something that is no function.", pickle->at);
    return function->u.global->call(pickle, args, out, error);
}

/* collections.OrderedDict() */
static bl_status make_dict(bl_pickle *pickle, const bl_pickle_value *args, bl_pickle_value **out, bl_error *error)
{
    if (args->u.list.count)
        return bl_fail(error, BL_ERR_UNSUPPORTED,
                       "the pickle fills an OrderedDict in a way that backline does not know (byte %zu); it should "
                       "be created empty.",
                       pickle->at);
    return bl_pickle_new(pickle, BL_PICKLE_DICT, out, error);
}

static bl_status damaged_tensor(const bl_pickle *pickle, const char *what, bl_error *error)
{
    return bl_fail(error, BL_ERR_FORMAT, "the tensor at byte %zu of the pickle is damaged: %s.", pickle->at, what);
}

/* A tuple of sizes or strides. */
static bool read_sizes(const bl_pickle_value *tuple, uint64_t *sizes)
{
    for (size_t i = 0; i < tuple->u.list.count; i++) {
        const bl_pickle_value *item = tuple->u.list.items[i];
        if (item->kind != BL_PICKLE_INT || item->u.integer < 0)
            return false;
        sizes[i] = (uint64_t)item->u.integer;
    }
    return true;
}

/* torch._utils._rebuild_tensor_v2(storage, offset, sizes, strides, requires_grad, hooks[, metadata]) */
static bl_status make_tensor(bl_pickle *pickle, const bl_pickle_value *args, bl_pickle_value **out, bl_error *error)
{
    bl_pickle_value *const *arg = args->u.list.items;
    if (args->u.list.count < 6 || args->u.list.count > 7)
        return damaged_tensor(pickle, "its description should have 6 or 7 parts", error);
    if (arg[0]->kind != BL_PICKLE_STORAGE)
        return damaged_tensor(pickle, "it refers to no storage", error);
    if (arg[1]->kind != BL_PICKLE_INT || arg[1]->u.integer < 0)
        return damaged_tensor(pickle, "its offset should be a whole number, zero or more", error);
    if (arg[2]->kind != BL_PICKLE_TUPLE || arg[3]->kind != BL_PICKLE_TUPLE ||
        arg[2]->u.list.count != arg[3]->u.list.count)
        return damaged_tensor(pickle, "its sizes and strides should be two tuples of one length", error);
    if (arg[2]->u.list.count > BL_TENSOR_MAX_RANK)
        return bl_fail(error, BL_ERR_LIMIT,
                       "the tensor at byte %zu of the pickle has %zu dimensions; the limit is %d.", pickle->at,
                       arg[2]->u.list.count, BL_TENSOR_MAX_RANK);
    void *memory;
    bl_status status = bl_pickle_take(pickle, sizeof(bl_pickle_tensor), &memory, error);
    if (!status)
        status = bl_pickle_new(pickle, BL_PICKLE_TENSOR, out, error);
    if (status)
        return status;
    bl_pickle_tensor *tensor = (*out)->u.tensor = memory;
    tensor->storage = arg[0]->u.storage;
    tensor->offset = (uint64_t)arg[1]->u.integer;
    tensor->rank = arg[2]->u.list.count;
    if (!read_sizes(arg[2], tensor->shape) || !read_sizes(arg[3], tensor->stride))
        return damaged_tensor(pickle, "its sizes and strides should be whole numbers, zero or more", error);
    return BL_OK;
}

/* torch._utils._rebuild_parameter(tensor, requires_grad, hooks) is the tensor. */
static bl_status make_parameter(bl_pickle *pickle, const bl_pickle_value *args, bl_pickle_value **out,
                                bl_error *error)
{
    if (args->u.list.count != 3 || args->u.list.items[0]->kind != BL_PICKLE_TENSOR)
        return damaged_tensor(pickle, "a parameter should be made from a tensor and two more parts", error);
    *out = args->u.list.items[0];
    return BL_OK;
}

bl_status bl_pickle_find_storage(bl_pickle *pickle, const bl_pickle_value *id, bl_pickle_value **out,
                                 bl_error *error)
{
    bl_pickle_value *const *item = id->u.list.items;
    bool valid = id->kind == BL_PICKLE_TUPLE && (id->u.list.count == 5 || id->u.list.count == 6) &&
                 bl_pickle_is_text(item[0], "storage") && item[1]->kind == BL_PICKLE_GLOBAL &&
                 !item[1]->u.global->call && item[2]->kind == BL_PICKLE_TEXT && item[3]->kind == BL_PICKLE_TEXT &&
                 item[4]->kind == BL_PICKLE_INT && item[4]->u.integer >= 0;
    if (!valid)
        return bl_fail(error, BL_ERR_FORMAT,
                       "the pickle is damaged at byte %zu: a reference to a storage should read ('storage', type, "
                       "key, location, count).",
                       pickle->at);
    if (id->u.list.count == 6 && item[5]->kind != BL_PICKLE_NONE)
        return bl_fail(error, BL_ERR_UNSUPPORTED,
                       "the storage at byte %zu of the pickle is a view of another one, as only very old PyTorch "
                       "versions wrote; save the file again with a newer one.",
                       pickle->at);
    void *memory;
    bl_status status = bl_pickle_take(pickle, sizeof(bl_pickle_storage), &memory, error);
    if (!status)
        status = bl_pickle_new(pickle, BL_PICKLE_STORAGE, out, error);
    if (status)
        return status;
    if (!bl_grow((void **)&pickle->storages, &pickle->storage_capacity, pickle->storage_count, sizeof memory))
        return bl_fail_no_mem(error);
    bl_pickle_storage *storage = (*out)->u.storage = memory;
    storage->key = item[2]->u.text;
    storage->type = item[1]->u.global->type;
    storage->count = (uint64_t)item[4]->u.integer;
    pickle->storages[pickle->storage_count++] = storage;
    return BL_OK;
}
