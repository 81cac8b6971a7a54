/* Atoms as they come: from hosts that pass on what strangers sent, and have bugs of their own. Nothing is believed but the
 * size of the outermost one: reading never leaves what it was given, and copies, because nothing is sure to be aligned. */
#ifndef BACKLINE_LV2_ATOM_BYTES_H
#define BACKLINE_LV2_ATOM_BYTES_H

#include <lv2/atom/atom.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct atom_bytes {
    const uint8_t *at;
    size_t left;
} atom_bytes;

typedef struct atom_view {
    LV2_URID type;
    atom_bytes body;
} atom_view;

static inline void atom_skip(atom_bytes *b, size_t size)
{
    size = size < b->left ? size : b->left;
    b->at += size;
    b->left -= size;
}

/* False if there is not so much left. */
static inline bool atom_take(atom_bytes *b, void *out, size_t size)
{
    if (size > b->left)
        return false;
    memcpy(out, b->at, size);
    atom_skip(b, size);
    return true;
}

/* An atom and the padding behind it, which the last one may lack. */
static inline bool atom_take_atom(atom_bytes *b, atom_view *a)
{
    LV2_Atom header;
    if (!atom_take(b, &header, sizeof header) || header.size > b->left)
        return false;
    *a = (atom_view){ header.type, { b->at, header.size } };
    atom_skip(b, header.size);
    atom_skip(b, (8 - header.size % 8) % 8);
    return true;
}

/* The next property of an object: a key, a context that nobody uses, and a value. */
static inline bool atom_take_property(atom_bytes *properties, LV2_URID *key, atom_view *value)
{
    LV2_URID context;
    return atom_take(properties, key, sizeof *key) && atom_take(properties, &context, sizeof context) &&
           atom_take_atom(properties, value);
}

/* The first value with that key. */
static inline bool atom_find(atom_bytes properties, LV2_URID key, atom_view *value)
{
    LV2_URID found;
    while (atom_take_property(&properties, &found, value))
        if (found == key)
            return true;
    return false;
}

#endif
