/* Writing a model into memory, one file per format. */
#ifndef BL_FORMATS_SAVE_H
#define BL_FORMATS_SAVE_H

#include "formats/save_json.h"
#include "model/model.h"

/** The model as a safetensors file, appended to out. */
bl_status bl_save_safetensors(const bl_model *model, bl_json_out *out, bl_error *error);

/** The model as a .nam file, appended to out. BL_ERR_UNSUPPORTED says what does not fit. */
bl_status bl_save_nam(const bl_model *model, bl_json_out *out, bl_error *error);

#endif
