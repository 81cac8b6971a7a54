/* The description that makes a network of bare tensors: a JSON object with the key "backline". */
#ifndef BL_FORMATS_GRAPH_DESCRIPTION_H
#define BL_FORMATS_GRAPH_DESCRIPTION_H

#include "formats/formats.h"
#include "formats/json_util.h"

/** The description beside the file or, where there is none, the one in a safetensors file's __metadata__.
 *  @param out  receives a reference for the caller to json_decref(), or NULL where there is no description
 *  BL_ERR_FORMAT where the text in the metadata is no JSON. */
bl_status bl_description_open(const bl_source *source, json_t **out, bl_error *error);

/** What kind of network it describes, the text under "backline", into kind; false where there is no
 *  description, or it does not say. A text that is too long is cut. */
bool bl_description_kind(const bl_source *source, char *kind, size_t size);

/** BL_ERR_FORMAT where the object has a key that is in neither list. Our own formats have no strangers'
 *  extensions: an unknown key is a typing error, and would change the sound without a word.
 *  @param known, more  end with NULL; more may be NULL itself
 *  @param document     where the keys are explained: "docs/graph.md" */
bl_status bl_description_keys(const bl_json *object, const char *const *known, const char *const *more,
                              const char *document, bl_error *error);

#endif
