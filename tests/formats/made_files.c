#include "made_files.h"

#include "base/bytes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- bytes ---- */

void file_put(file *f, const void *bytes, size_t size)
{
    if (f->size + size > f->capacity) {
        f->capacity = 2 * (f->size + size);
        f->data = realloc(f->data, f->capacity);
        assert_non_null(f->data);
    }
    if (size)
        memcpy(f->data + f->size, bytes, size);
    f->size += size;
}

void file_put_uint(file *f, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) {
        uint8_t byte = (uint8_t)(value >> 8 * i);
        file_put(f, &byte, 1);
    }
}

static void put_text(file *f, const char *text)
{
    PUT(f, "X");
    file_put_uint(f, strlen(text), 4);
    file_put(f, text, strlen(text));
}

static void put_int(file *f, int64_t value)
{
    PUT(f, "\x8A\x08");
    file_put_uint(f, (uint64_t)value, 8);
}

static void put_sizes(file *f, size_t rank, const int64_t *sizes)
{
    PUT(f, "(");
    for (size_t i = 0; i < rank; i++)
        put_int(f, sizes[i]);
    PUT(f, "t");
}

static void put_tensor(file *f, const tensor *t)
{
    PUT(f, "ctorch._utils\n_rebuild_tensor_v2\n((");
    put_text(f, "storage");
    PUT(f, "ctorch\n");
    file_put(f, t->type, strlen(t->type));
    PUT(f, "\n");
    put_text(f, t->key);
    put_text(f, "cpu");
    put_int(f, t->count);
    PUT(f, "tQ");
    put_int(f, t->offset);
    put_sizes(f, t->rank, t->shape);
    put_sizes(f, t->rank, t->stride);
    PUT(f, "\x89"
           "ccollections\nOrderedDict\n)RtR");
}

static void begin_legacy(file *f)
{
    PUT(f, "\x80\x02\x8A\x0A\x6C\xFC\x9C\x46\xF9\x20\x6A\xA8\x50\x19.");
    PUT(f, "\x80\x02M\xE9\x03.");
    PUT(f, "\x80\x02}X\x0D\0\0\0little_endian\x88s.");
}

file legacy_of(const void *pickle, size_t size)
{
    file f = { 0 };
    begin_legacy(&f);
    file_put(&f, pickle, size);
    PUT(&f, "\x80\x02].");
    return f;
}

file legacy_with(const tensor *t, const void *numbers, size_t size)
{
    file f = { 0 };
    begin_legacy(&f);
    PUT(&f, "\x80\x02}");
    put_text(&f, "w");
    put_tensor(&f, t);
    PUT(&f, "s.\x80\x02]X\1\0\0\0"
            "0a.");
    file_put_uint(&f, (uint64_t)t->count, 8);
    file_put(&f, numbers, size);
    return f;
}

file safetensors_with(const char *header, const void *numbers, size_t size)
{
    file f = { 0 };
    file_put_uint(&f, strlen(header), 8);
    file_put(&f, header, strlen(header));
    file_put(&f, numbers, size);
    return f;
}

file pickle_with(const tensor *t)
{
    file f = { 0 };
    PUT(&f, "\x80\x02}");
    put_text(&f, "w");
    put_tensor(&f, t);
    PUT(&f, "s.");
    return f;
}

/* ---- verdicts ---- */

bl_source file_accept(file f)
{
    bl_source source = { 0 };
    bl_error error = { 0 };
    bl_status status = bl_source_read(bl_bytes_make(f.data, f.size), &source, &error);
    if (status)
        print_error("%s\n", error.text);
    assert_int_equal(status, BL_OK);
    free(f.data);
    return source;
}

void file_refuse(file f, bl_status expected, const char *words)
{
    bl_source source = { 0 };
    bl_error error = { 0 };
    bl_status status = bl_source_read(bl_bytes_make(f.data, f.size), &source, &error);
    if (status != expected || !strstr(error.text, words))
        print_error("'%s' should say '%s'\n", error.text, words);
    assert_int_equal(status, expected);
    assert_int_equal(error.status, expected);
    assert_non_null(strstr(error.text, words));
    assert_int_equal(error.text[strlen(error.text) - 1], '.');
    bl_source_clear(&source);
    free(f.data);
}
