/* Target: what a session brings back to the plugin. Lines "SYMBOL TYPE VALUE", where TYPE is s (a string), p (a path), S (a
 * string without its final zero) or x (something else). What is restored is in range, plays, and saved again it is the
 * same for ever. */
#include "fuzz/lv2_host.h"

#include <stdio.h>
#include <string.h>

enum { MOST_VALUES = 64 };

typedef struct value {
    LV2_URID key, type;
    char *bytes; /* owned, of exactly that size */
    size_t size;
} value;

typedef struct session {
    value values[MOST_VALUES];
    size_t count;
} session;

static void add(session *s, LV2_URID key, LV2_URID type, const void *bytes, size_t size)
{
    FUZZ_REQUIRE(s->count < MOST_VALUES, "more than %d values", (int)MOST_VALUES);
    value *v = &s->values[s->count++];
    *v = (value){ key, type, malloc(size ? size : 1), size };
    FUZZ_REQUIRE(v->bytes, "no memory");
    memcpy(v->bytes, bytes, size);
}

static void clear(session *s)
{
    while (s->count)
        free(s->values[--s->count].bytes);
}

static const value *find(const session *s, LV2_URID key)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->values[i].key == key)
            return &s->values[i];
    return NULL;
}

/* ---- from bytes ---- */

static void add_line(session *s, const uris *u, const char *line, size_t length)
{
    char uri[128];
    const size_t symbol = strcspn(line, " \n");
    if (symbol + 3 > length || symbol > 64 || s->count == MOST_VALUES)
        return;
    snprintf(uri, sizeof uri, PROPERTY_PREFIX "%.*s", (int)symbol, line);
    const char type = line[symbol + 1], *text = line + symbol + 3;
    char *copy = strndup(text, length - symbol - 3);
    FUZZ_REQUIRE(copy, "no memory");
    add(s, fuzz_urid(uri),
        type == 'p'   ? u->atom_Path
        : type == 'x' ? u->atom_Float
                      : u->atom_String,
        copy, strlen(copy) + (type != 'S'));
    free(copy);
}

static void read_lines(session *s, const uris *u, const char *text)
{
    while (*text) {
        const size_t length = strcspn(text, "\n");
        add_line(s, u, text, length);
        text += length + (text[length] == '\n');
    }
}

/* ---- in and out of the plugin ---- */

static const void *retrieve(LV2_State_Handle handle, uint32_t key, size_t *size, uint32_t *type, uint32_t *flags)
{
    const value *v = find(handle, key);
    if (!v)
        return NULL;
    *size = v->size;
    *type = v->type;
    *flags = LV2_STATE_IS_POD;
    return v->bytes;
}

static LV2_State_Status store(LV2_State_Handle handle, uint32_t key, const void *bytes, size_t size, uint32_t type,
                              uint32_t flags)
{
    FUZZ_REQUIRE(size && ((const char *)bytes)[size - 1] == 0, "a text without its zero");
    FUZZ_REQUIRE(!find(handle, key), "key %u twice", key);
    add(handle, key, type, bytes, size);
    return LV2_STATE_SUCCESS;
}

/* Into a new plugin, which plays, and out of it again. */
static session pass_through(const session *before)
{
    const LV2_State_Interface *interface = lv2_descriptor(0)->extension_data(LV2_STATE__interface);
    session after = { .count = 0 };
    fuzz_host h;
    fuzz_host_open(&h);
    FUZZ_REQUIRE(!interface->restore(h.inside, retrieve, (void *)before, 0, NULL), "not restored");
    fuzz_host_run(&h);
    fuzz_host_check(&h);
    FUZZ_REQUIRE(!interface->save(h.inside, store, &after, LV2_STATE_IS_POD | LV2_STATE_IS_PORTABLE, NULL),
                 "not saved");
    fuzz_host_close(&h);
    return after;
}

static void require_same(const session *a, const session *b)
{
    FUZZ_REQUIRE(a->count == b->count, "%zu values, and then %zu", a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        const value *v = &a->values[i], *w = find(b, v->key);
        FUZZ_REQUIRE(w && v->type == w->type && v->size == w->size && !memcmp(v->bytes, w->bytes, v->size),
                     "\"%s\", and then \"%s\"", v->bytes, w ? w->bytes : "nothing");
    }
}

static bl_fuzz_result try_session(const bl_fuzz_target *target, const uint8_t *data, size_t size)
{
    host numbers;
    uris u;
    session given = { .count = 0 };
    char *text = bl_fuzz_text(data, size);
    FUZZ_REQUIRE(host_init(&numbers, &u, fuzz_features), "no URIs");
    read_lines(&given, &u, text);
    free(text);
    const bool any = given.count;
    session saved = pass_through(&given), again = pass_through(&saved);
    require_same(&saved, &again);
    clear(&given);
    clear(&saved);
    clear(&again);
    return any ? BL_FUZZ_RAN : BL_FUZZ_STRANGE;
}

const bl_fuzz_target bl_fuzz_session = { "session", try_session, NULL };
