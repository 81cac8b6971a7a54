/* Files of models, and what is done with what was read from them. */
#ifndef BL_TESTS_FUZZ_MODELS_H
#define BL_TESTS_FUZZ_MODELS_H

#include "formats/formats.h"
#include "fuzz/fuzz.h"

/** How bytes become a model: what bl_fuzz_target.how of these targets points to. */
typedef struct bl_fuzz_way {
    /** Fills source from the bytes. False where they are not meant to be such a file; then nothing is tried.
     *  NULL: the bytes go the public way, through bl_model_load_memory(). */
    bool (*read)(bl_bytes bytes, bl_source *source, bl_status *status, bl_error *error);
    /** The format that builds the network, NULL for whichever recognises the source. */
    const bl_network_format *network;
} bl_fuzz_way;

/** Asks everything of a model: descriptions, plan, streams, saving and loading again.
 *  @param seed  decides how the input is cut into blocks */
bl_fuzz_result bl_fuzz_exercise(bl_model *model, uint64_t seed);

/* ---- files around the bytes (wrap.c) ---- */

/** A zip archive of entries that are not packed. The caller frees the bytes. */
typedef struct bl_fuzz_entry {
    const char *name;
    const uint8_t *data;
    size_t size;
} bl_fuzz_entry;

uint8_t *bl_fuzz_zip(const bl_fuzz_entry *entries, size_t count, size_t *size);

/** Tensors and what stands beside them from a JSON text:
 *  {"tensors": {name: [sizes]}, "values": {...}, "description": {...}}. The numbers follow from the names. */
bool bl_fuzz_read_described(bl_bytes bytes, bl_source *source, bl_status *status, bl_error *error);

#endif
