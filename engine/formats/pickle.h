/* Pickles: the byte code in which PyTorch files describe Python objects.
 *
 * This interpreter knows only what checkpoints need: plain values, dictionaries, lists, and references to
 * tensors. It never imports, calls or creates anything else: whatever is not on the lists in pickle.c and
 * pickle_calls.c is refused by name. The result is a tree, or a graph where the file shares values; it may
 * even contain itself, so who walks it counts. */
#ifndef BL_FORMATS_PICKLE_H
#define BL_FORMATS_PICKLE_H

#include "base/bytes.h"
#include "formats/numbers.h"
#include "formats/pool.h"

#include <backline/tensors.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum bl_pickle_kind {
    BL_PICKLE_NONE,
    BL_PICKLE_BOOL,
    BL_PICKLE_INT,
    BL_PICKLE_BIG_INT, /* does not fit int64_t */
    BL_PICKLE_REAL,
    BL_PICKLE_TEXT, /* up to here: plain values, which may be keys of a dictionary */
    BL_PICKLE_LIST,
    BL_PICKLE_TUPLE,
    BL_PICKLE_DICT,
    BL_PICKLE_GLOBAL, /* a function or class from the allow-list */
    BL_PICKLE_STORAGE,
    BL_PICKLE_TENSOR
} bl_pickle_kind;

typedef struct bl_pickle_global bl_pickle_global;
typedef struct bl_pickle_value bl_pickle_value;

/** A run of numbers that stands elsewhere in the file. */
typedef struct bl_pickle_storage {
    bl_bytes key; /* UTF-8 */
    bl_number_type type;
    uint64_t count;
    bl_bytes data; /* for the container to fill in */
} bl_pickle_storage;

/** A view of a storage; its rank and sizes are not negative, nothing else is checked. */
typedef struct bl_pickle_tensor {
    bl_pickle_storage *storage;
    uint64_t offset;
    size_t rank;
    uint64_t shape[BL_TENSOR_MAX_RANK], stride[BL_TENSOR_MAX_RANK];
} bl_pickle_tensor;

struct bl_pickle_value {
    bl_pickle_kind kind;
    union {
        bool boolean;
        int64_t integer;
        double real;
        bl_bytes text; /* TEXT: UTF-8. BIG_INT: two's complement, little-endian, more than 8 bytes. */
        struct {
            bl_pickle_value **items; /* DICT: key, value, key, value, ... */
            size_t count, capacity;
        } list; /* LIST, TUPLE, DICT */
        const bl_pickle_global *global;
        bl_pickle_storage *storage;
        bl_pickle_tensor *tensor;
    } u;
};

/** The values of one file's pickles. Texts point into the file's bytes, which must live as long. */
typedef struct bl_pickle {
    bl_pool pool;
    bl_pickle_storage **storages; /* every storage that was mentioned */
    size_t storage_count, storage_capacity;
    size_t at; /* byte of the current pickle that is being interpreted, for sentences */
} bl_pickle;

void bl_pickle_init(bl_pickle *pickle);
void bl_pickle_free(bl_pickle *pickle);

/** Interprets one pickle from the front of bytes, up to its STOP; the rest of bytes is left for the
 *  caller. *root lives until bl_pickle_free(). */
bl_status bl_pickle_read(bl_pickle *pickle, bl_bytes *bytes, const bl_pickle_value **root, bl_error *error);

/** True for None, bools, numbers and texts. */
bool bl_pickle_is_plain(const bl_pickle_value *value);

/** The value of a dictionary's text key, or NULL. */
const bl_pickle_value *bl_pickle_get(const bl_pickle_value *dict, const char *key);

/** True if the value is this text. */
bool bl_pickle_is_text(const bl_pickle_value *value, const char *text);

/** Nearest double of an INT, BIG_INT or REAL; infinite where it is out of range. */
double bl_pickle_number(const bl_pickle_value *value);

#endif
