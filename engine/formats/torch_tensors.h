/* What both kinds of PyTorch files share: from the pickled dictionary to tensors and plain values. */
#ifndef BL_FORMATS_TORCH_TENSORS_H
#define BL_FORMATS_TORCH_TENSORS_H

#include "formats/formats.h"
#include "formats/pickle.h"

/** Where the numbers of storages come from. */
typedef struct bl_torch_reader {
    /** Finds the bytes of a storage; they stay valid until the next call. Calls come in an order in which
     *  tensors that share a storage follow each other, so that each is read once. */
    bl_status (*open)(void *self, const bl_pickle_storage *storage, bl_bytes *data, bl_error *error);
    void *self;
} bl_torch_reader;

/** Fills source->tensors and source->values from the root of a checkpoint, which should be a dictionary.
 *  Tensors are named by their path: keys joined by '.', elements of lists and tuples as "[i]".
 *  @param container  static; the name of the kind of file */
bl_status bl_torch_read(const bl_pickle_value *root, bl_torch_reader reader, const char *container,
                        bl_source *source, bl_error *error);

/** Orders keys of storages, as memcmp() does. */
int bl_torch_compare_keys(bl_bytes a, bl_bytes b);

#endif
