/* The functions and classes that a pickle may mention, and what each means to backline. */
#ifndef BL_FORMATS_PICKLE_CALLS_H
#define BL_FORMATS_PICKLE_CALLS_H

#include "formats/pickle.h"

/** Zeroed memory that lives as long as the pickle's values. */
bl_status bl_pickle_take(bl_pickle *pickle, size_t bytes, void **out, bl_error *error);

/** A fresh value. */
bl_status bl_pickle_new(bl_pickle *pickle, bl_pickle_kind kind, bl_pickle_value **out, bl_error *error);

/** Looks 'module.name' up; whatever is not on the list is BL_ERR_UNSUPPORTED. */
bl_status bl_pickle_find_global(bl_pickle *pickle, bl_bytes module, bl_bytes name, bl_pickle_value **out,
                                bl_error *error);

/** What calling a global with a tuple of arguments stands for: an empty dictionary or a tensor. */
bl_status bl_pickle_call(bl_pickle *pickle, const bl_pickle_value *function, const bl_pickle_value *args,
                         bl_pickle_value **out, bl_error *error);

/** What a persistent id ('storage', type, key, location, count) stands for: a storage. */
bl_status bl_pickle_find_storage(bl_pickle *pickle, const bl_pickle_value *id, bl_pickle_value **out,
                                 bl_error *error);

#endif
