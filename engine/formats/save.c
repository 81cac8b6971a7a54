/* The public way out: a model becomes a file in memory. */
#include "formats/save.h"

#include "base/fail.h"

#include <stdlib.h>

bl_status bl_model_save_memory(const bl_model *model, bl_save_format format, void **bytes, size_t *size,
                               bl_error *error)
{
    bl_json_out out = { 0 };
    bl_status status;
    switch (format) {
    case BL_SAVE_SAFETENSORS: status = bl_save_safetensors(model, &out, error); break;
    case BL_SAVE_NAM: status = bl_save_nam(model, &out, error); break;
    default: status = bl_fail(error, BL_ERR_ARGUMENT, "There is no format of number %d to save as.", (int)format);
    }
    if (status) {
        free(out.text);
        return status;
    }
    *bytes = out.text;
    *size = out.size;
    return BL_OK;
}
