#include "formats/pickle.h"

#include "base/alloc.h"
#include "base/fail.h"
#include "base/utf8.h"
#include "formats/pickle_calls.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Real checkpoints stay far below: PyTorch writes dictionaries in batches of 1000 entries, and 65536 tensors
 * need a memo entry for each of their names, tuples and values. */
#define MAX_STACK ((size_t)1 << 18)
#define MAX_MEMO  ((uint64_t)1 << 20)
#define MAX_MARKS 256

typedef struct machine {
    bl_pickle *pickle;
    bl_bytes bytes;
    bl_pickle_value **stack;
    size_t count, capacity;
    size_t marks[MAX_MARKS]; /* heights of the stack; what stands below the last one is out of reach */
    size_t mark_count;
    bl_pickle_value **memo; /* NULL where nothing was stored */
    size_t memo_size, memo_stored;
    const char *opcode; /* name of the current one */
    bl_pickle_value *root;
    bl_error *error;
} machine;

static bl_status damaged(const machine *m, const char *what)
{
    return bl_fail(m->error, BL_ERR_FORMAT, "the pickle is damaged at byte %zu, where the opcode %s %s.",
                   m->pickle->at, m->opcode, what);
}

/* ---- the stack ---- */

static bl_status push(machine *m, bl_pickle_value *value)
{
    if (m->count >= MAX_STACK)
        return bl_fail(m->error, BL_ERR_LIMIT, "the pickle stacks up more than %zu values, the limit.", MAX_STACK);
    if (!bl_grow((void **)&m->stack, &m->capacity, m->count, sizeof value))
        return bl_fail_no_mem(m->error);
    m->stack[m->count++] = value;
    return BL_OK;
}

static bl_status push_new(machine *m, bl_pickle_kind kind, bl_pickle_value **value)
{
    bl_status status = bl_pickle_new(m->pickle, kind, value, m->error);
    return status ? status : push(m, *value);
}

/* Values that may be taken: those above the last mark. */
static size_t available(const machine *m)
{
    return m->count - (m->mark_count ? m->marks[m->mark_count - 1] : 0);
}

static bl_status pop(machine *m, bl_pickle_value **value)
{
    if (!available(m))
        return damaged(m, "takes a value where there is none");
    *value = m->stack[--m->count];
    return BL_OK;
}

/* The last value of a certain kind, which stays on the stack. */
static bl_status top(machine *m, bl_pickle_kind kind, const char *otherwise, bl_pickle_value **value)
{
    if (!available(m) || m->stack[m->count - 1]->kind != kind)
        return damaged(m, otherwise);
    *value = m->stack[m->count - 1];
    return BL_OK;
}

/* Takes the last count values or, for count 0, all above the last mark, and the mark. The items are valid
 * until the next push(). */
static bl_status take_items(machine *m, size_t *count, bl_pickle_value ***items)
{
    if (!*count) {
        if (!m->mark_count)
            return damaged(m, "lacks its MARK");
        *count = available(m);
        m->mark_count--;
    } else if (available(m) < *count) {
        return damaged(m, "takes a value where there is none");
    }
    m->count -= *count;
    *items = m->stack + m->count;
    return BL_OK;
}

/* ---- plain values ---- */

/* None, and empty lists and dictionaries. */
static bl_status op_empty(machine *m, uint64_t kind)
{
    bl_pickle_value *value;
    return push_new(m, (bl_pickle_kind)kind, &value);
}

static bl_status op_bool(machine *m, uint64_t boolean)
{
    bl_pickle_value *value;
    bl_status status = push_new(m, BL_PICKLE_BOOL, &value);
    if (!status)
        value->u.boolean = boolean != 0;
    return status;
}

static bl_status push_int(machine *m, int64_t integer)
{
    bl_pickle_value *value;
    bl_status status = push_new(m, BL_PICKLE_INT, &value);
    if (!status)
        value->u.integer = integer;
    return status;
}

static bl_status op_unsigned(machine *m, uint64_t number)
{
    return push_int(m, (int64_t)number);
}

static bl_status op_signed(machine *m, uint64_t number)
{
    return push_int(m, (int64_t)number - (number >= UINT64_C(1) << 31 ? INT64_C(1) << 32 : 0));
}

/* Two's complement of any length. */
static bl_status op_long(machine *m, uint64_t length)
{
    bl_bytes digits;
    if (!bl_bytes_take(&m->bytes, length, &digits))
        return damaged(m, "reaches past the end of the file");
    if (length > 8) {
        bl_pickle_value *value;
        bl_status status = push_new(m, BL_PICKLE_BIG_INT, &value);
        if (!status)
            value->u.text = digits;
        return status;
    }
    uint64_t bits = length && (digits.end[-1] & 0x80) ? UINT64_MAX : 0;
    while (digits.p < digits.end)
        bits = bits << 8 | *--digits.end;
    int64_t integer;
    memcpy(&integer, &bits, sizeof integer);
    return push_int(m, integer);
}

/* The one number that is stored big-endian. */
static bl_status op_real(machine *m, uint64_t bits)
{
    uint64_t swapped = 0;
    for (int i = 0; i < 8; i++)
        swapped = swapped << 8 | (bits >> 8 * i & 0xFF);
    bl_pickle_value *value;
    bl_status status = push_new(m, BL_PICKLE_REAL, &value);
    if (!status)
        memcpy(&value->u.real, &swapped, sizeof value->u.real);
    return status;
}

static bl_status op_text(machine *m, uint64_t length)
{
    bl_bytes text;
    if (!bl_bytes_take(&m->bytes, length, &text))
        return damaged(m, "reaches past the end of the file");
    if (!bl_utf8_ok(text.p, bl_bytes_left(&text)))
        return damaged(m, "holds text that is not valid UTF-8");
    bl_pickle_value *value;
    bl_status status = push_new(m, BL_PICKLE_TEXT, &value);
    if (!status)
        value->u.text = text;
    return status;
}

/* ---- lists, tuples and dictionaries ---- */

/* Appends to the items of a list, tuple or dictionary. */
static bl_status extend(machine *m, bl_pickle_value *value, bl_pickle_value *const *items, size_t count)
{
    size_t needed = value->u.list.count + count;
    if (needed > value->u.list.capacity) {
        size_t room = needed > 2 * value->u.list.capacity ? needed : 2 * value->u.list.capacity;
        void *memory;
        bl_status status = bl_pickle_take(m->pickle, room * sizeof *items, &memory, m->error);
        if (status)
            return status;
        if (value->u.list.count)
            memcpy(memory, value->u.list.items, value->u.list.count * sizeof *items);
        value->u.list.items = memory;
        value->u.list.capacity = room;
    }
    if (count)
        memcpy(value->u.list.items + value->u.list.count, items, count * sizeof *items);
    value->u.list.count = needed;
    return BL_OK;
}

static bl_status push_tuple(machine *m, bl_pickle_value *const *items, size_t count)
{
    bl_pickle_value *tuple;
    bl_status status = bl_pickle_new(m->pickle, BL_PICKLE_TUPLE, &tuple, m->error);
    if (!status)
        status = extend(m, tuple, items, count);
    return status ? status : push(m, tuple);
}

static bl_status op_empty_tuple(machine *m, uint64_t unused)
{
    return push_tuple(m, NULL, 0);
}

static bl_status op_tuple(machine *m, uint64_t some_or_marked)
{
    bl_pickle_value **items;
    size_t count = (size_t)some_or_marked;
    bl_status status = take_items(m, &count, &items);
    return status ? status : push_tuple(m, items, count);
}

static bl_status op_mark(machine *m, uint64_t unused)
{
    if (m->mark_count >= MAX_MARKS)
        return bl_fail(m->error, BL_ERR_LIMIT,
                       "the pickle nests more than %d open lists; the file is damaged or hostile.", MAX_MARKS);
    m->marks[m->mark_count++] = m->count;
    return BL_OK;
}

static bl_status op_append(machine *m, uint64_t one_or_marked)
{
    bl_pickle_value **items, *list;
    size_t count = (size_t)one_or_marked;
    bl_status status = take_items(m, &count, &items);
    if (!status)
        status = top(m, BL_PICKLE_LIST, "adds to something that is no list", &list);
    return status ? status : extend(m, list, items, count);
}

static bl_status op_setitem(machine *m, uint64_t two_or_marked)
{
    bl_pickle_value **items, *dict;
    size_t count = (size_t)two_or_marked;
    bl_status status = take_items(m, &count, &items);
    if (!status)
        status = top(m, BL_PICKLE_DICT, "adds to something that is no dictionary", &dict);
    if (status)
        return status;
    if (count % 2)
        return damaged(m, "adds a key without a value to a dictionary");
    for (size_t i = 0; i < count; i += 2)
        if (!bl_pickle_is_plain(items[i]))
            return damaged(m, "uses a dictionary key that is neither text nor a number");
    return extend(m, dict, items, count);
}

/* ---- the memo: values to use again ---- */

static bl_status store(machine *m, uint64_t index)
{
    if (!available(m))
        return damaged(m, "stores a value where there is none");
    if (index >= MAX_MEMO)
        return bl_fail(m->error, BL_ERR_LIMIT,
                       "the pickle keeps more than %" PRIu64 " values for later, the limit.", MAX_MEMO);
    if (index >= m->memo_size) {
        size_t size = (size_t)index * 2 + 64;
        bl_pickle_value **memo = realloc(m->memo, size * sizeof *memo);
        if (!memo)
            return bl_fail_no_mem(m->error);
        memset(memo + m->memo_size, 0, (size - m->memo_size) * sizeof *memo);
        m->memo = memo;
        m->memo_size = size;
    }
    if (!m->memo[index])
        m->memo_stored++;
    m->memo[index] = m->stack[m->count - 1];
    return BL_OK;
}

static bl_status op_memoize(machine *m, uint64_t unused)
{
    return store(m, m->memo_stored);
}

static bl_status op_get(machine *m, uint64_t index)
{
    if (index >= m->memo_size || !m->memo[index])
        return damaged(m, "asks for a value that was never stored");
    return push(m, m->memo[index]);
}

/* ---- what would be Python's objects and calls ---- */

static bool take_line(machine *m, bl_bytes *line)
{
    size_t left = bl_bytes_left(&m->bytes);
    const uint8_t *newline = left ? memchr(m->bytes.p, '\n', left) : NULL;
    bl_bytes end;
    return newline && bl_bytes_take(&m->bytes, (uint64_t)(newline - m->bytes.p), line) &&
           bl_bytes_take(&m->bytes, 1, &end) && bl_utf8_ok(line->p, bl_bytes_left(line));
}

static bl_status push_global(machine *m, bl_bytes module, bl_bytes name)
{
    bl_pickle_value *value;
    bl_status status = bl_pickle_find_global(m->pickle, module, name, &value, m->error);
    return status ? status : push(m, value);
}

static bl_status op_global(machine *m, uint64_t unused)
{
    bl_bytes module, name;
    if (!take_line(m, &module) || !take_line(m, &name))
        return damaged(m, "should be followed by two lines of text");
    return push_global(m, module, name);
}

static bl_status op_stack_global(machine *m, uint64_t unused)
{
    bl_pickle_value *module, *name;
    bl_status status = pop(m, &name);
    if (!status)
        status = pop(m, &module);
    if (status)
        return status;
    if (module->kind != BL_PICKLE_TEXT || name->kind != BL_PICKLE_TEXT)
        return damaged(m, "should take two texts");
    return push_global(m, module->u.text, name->u.text);
}

static bl_status op_reduce(machine *m, uint64_t unused)
{
    bl_pickle_value *args, *function, *result;
    bl_status status = pop(m, &args);
    if (!status)
        status = pop(m, &function);
    if (!status)
        status = bl_pickle_call(m->pickle, function, args, &result, m->error);
    return status ? status : push(m, result);
}

/* Attributes of an OrderedDict: state dicts carry version numbers there, which nobody needs. */
static bl_status op_build(machine *m, uint64_t unused)
{
    bl_pickle_value *state, *dict;
    bl_status status = pop(m, &state);
    if (!status)
        status = top(m, BL_PICKLE_DICT, "sets attributes of something that is no dictionary", &dict);
    if (!status && state->kind != BL_PICKLE_DICT)
        status = damaged(m, "sets attributes that are no dictionary");
    return status;
}

static bl_status op_storage(machine *m, uint64_t unused)
{
    bl_pickle_value *id, *storage;
    bl_status status = pop(m, &id);
    if (!status)
        status = bl_pickle_find_storage(m->pickle, id, &storage, m->error);
    return status ? status : push(m, storage);
}

/* ---- framing ---- */

static bl_status op_protocol(machine *m, uint64_t version)
{
    if (version >= 2 && version <= 5)
        return BL_OK;
    return bl_fail(m->error, BL_ERR_UNSUPPORTED, "the pickle has protocol %" PRIu64 "; backline reads 2 to 5.",
                   version);
}

static bl_status op_frame(machine *m, uint64_t length)
{
    return length > bl_bytes_left(&m->bytes) ? damaged(m, "reaches past the end of the file") : BL_OK;
}

static bl_status op_stop(machine *m, uint64_t unused)
{
    if (m->count != 1 || m->mark_count)
        return damaged(m, "should leave exactly one value");
    m->root = m->stack[0];
    return BL_OK;
}

typedef struct opcode {
    const char *name;
    uint8_t argument_bytes; /* of the little-endian number after it, which run() receives */
    bl_status (*run)(machine *m, uint64_t argument);
    uint64_t constant; /* what run() receives where no number follows */
} opcode;

/* Every opcode of protocols 0 to 5. Those without a function are refused, by name. */
static const opcode opcodes[256] = {
    [0x80] = { "PROTO", 1, op_protocol, 0 },
    [0x95] = { "FRAME", 8, op_frame, 0 },
    ['.'] = { "STOP", 0, op_stop, 0 },

    ['N'] = { "NONE", 0, op_empty, BL_PICKLE_NONE },
    [0x88] = { "NEWTRUE", 0, op_bool, true },
    [0x89] = { "NEWFALSE", 0, op_bool, false },
    ['K'] = { "BININT1", 1, op_unsigned, 0 },
    ['M'] = { "BININT2", 2, op_unsigned, 0 },
    ['J'] = { "BININT", 4, op_signed, 0 },
    [0x8A] = { "LONG1", 1, op_long, 0 },
    ['G'] = { "BINFLOAT", 8, op_real, 0 },
    [0x8C] = { "SHORT_BINUNICODE", 1, op_text, 0 },
    ['X'] = { "BINUNICODE", 4, op_text, 0 },

    [']'] = { "EMPTY_LIST", 0, op_empty, BL_PICKLE_LIST },
    ['}'] = { "EMPTY_DICT", 0, op_empty, BL_PICKLE_DICT },
    [')'] = { "EMPTY_TUPLE", 0, op_empty_tuple, 0 },
    [0x85] = { "TUPLE1", 0, op_tuple, 1 },
    [0x86] = { "TUPLE2", 0, op_tuple, 2 },
    [0x87] = { "TUPLE3", 0, op_tuple, 3 },
    ['('] = { "MARK", 0, op_mark, 0 },
    ['t'] = { "TUPLE", 0, op_tuple, 0 },
    ['a'] = { "APPEND", 0, op_append, 1 },
    ['e'] = { "APPENDS", 0, op_append, 0 },
    ['s'] = { "SETITEM", 0, op_setitem, 2 },
    ['u'] = { "SETITEMS", 0, op_setitem, 0 },

    ['q'] = { "BINPUT", 1, store, 0 },
    ['r'] = { "LONG_BINPUT", 4, store, 0 },
    [0x94] = { "MEMOIZE", 0, op_memoize, 0 },
    ['h'] = { "BINGET", 1, op_get, 0 },
    ['j'] = { "LONG_BINGET", 4, op_get, 0 },

    ['c'] = { "GLOBAL", 0, op_global, 0 },
    [0x93] = { "STACK_GLOBAL", 0, op_stack_global, 0 },
    ['R'] = { "REDUCE", 0, op_reduce, 0 },
    ['b'] = { "BUILD", 0, op_build, 0 },
    ['Q'] = { "BINPERSID", 0, op_storage, 0 },

    ['0'] = { .name = "POP" },
    ['1'] = { .name = "POP_MARK" },
    ['2'] = { .name = "DUP" },
    ['F'] = { .name = "FLOAT" },
    ['I'] = { .name = "INT" },
    ['L'] = { .name = "LONG" },
    ['P'] = { .name = "PERSID" },
    ['S'] = { .name = "STRING" },
    ['T'] = { .name = "BINSTRING" },
    ['U'] = { .name = "SHORT_BINSTRING" },
    ['V'] = { .name = "UNICODE" },
    ['d'] = { .name = "DICT" },
    ['g'] = { .name = "GET" },
    ['i'] = { .name = "INST" },
    ['l'] = { .name = "LIST" },
    ['o'] = { .name = "OBJ" },
    ['p'] = { .name = "PUT" },
    ['B'] = { .name = "BINBYTES" },
    ['C'] = { .name = "SHORT_BINBYTES" },
    [0x81] = { .name = "NEWOBJ" },
    [0x82] = { .name = "EXT1" },
    [0x83] = { .name = "EXT2" },
    [0x84] = { .name = "EXT4" },
    [0x8B] = { .name = "LONG4" },
    [0x8D] = { .name = "BINUNICODE8" },
    [0x8E] = { .name = "BINBYTES8" },
    [0x8F] = { .name = "EMPTY_SET" },
    [0x90] = { .name = "ADDITEMS" },
    [0x91] = { .name = "FROZENSET" },
    [0x92] = { .name = "NEWOBJ_EX" },
    [0x96] = { .name = "BYTEARRAY8" },
    [0x97] = { .name = "NEXT_BUFFER" },
    [0x98] = { .name = "READONLY_BUFFER" },
};

static bl_status step(machine *m)
{
    uint64_t code, argument = 0;
    if (!bl_bytes_uint_le(&m->bytes, 1, &code))
        return bl_fail(m->error, BL_ERR_FORMAT,
                       "the pickle ends after %zu bytes without a STOP; the file is cut off.", m->pickle->at);
    const opcode *op = &opcodes[code];
    if (!op->run)
        return bl_fail(
            m->error, BL_ERR_UNSUPPORTED,
            "opcode %s (0x%02X) at byte %zu of the pickle is not one that model files need; it is not run.",
            op->name ? op->name : "unknown", (unsigned)code, m->pickle->at);
    m->opcode = op->name;
    if (!bl_bytes_uint_le(&m->bytes, op->argument_bytes, &argument))
        return damaged(m, "reaches past the end of the file");
    return op->run(m, op->argument_bytes ? argument : op->constant);
}

bl_status bl_pickle_read(bl_pickle *pickle, bl_bytes *bytes, const bl_pickle_value **root, bl_error *error)
{
    machine m = { .pickle = pickle, .bytes = *bytes, .error = error };
    bl_status status = BL_OK;
    if (!bl_grow((void **)&m.stack, &m.capacity, 0, sizeof *m.stack))
        return bl_fail_no_mem(error);
    while (!status && !m.root) {
        pickle->at = (size_t)(m.bytes.p - bytes->p);
        status = step(&m);
    }
    if (!status) {
        *bytes = m.bytes;
        *root = m.root;
    }
    free(m.stack);
    free(m.memo);
    return status;
}
