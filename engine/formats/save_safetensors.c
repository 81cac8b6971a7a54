/* backline's own exchange format: a safetensors file with the graph's description in its __metadata__. The
 * header is padded so that the numbers begin at a multiple of 8 bytes. */
#include "base/fail.h"
#include "formats/save.h"
#include "formats/save_graph.h"
#include "model/limits.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void put_record(bl_json_out *o, const bl_saved_tensor *t, size_t begin)
{
    bl_out_key(o, t->name);
    bl_out_open(o, '{');
    bl_out_member_text(o, "dtype", "F32");
    bl_out_key(o, "shape");
    bl_out_open(o, '[');
    for (size_t i = 0; i < t->rank; i++)
        bl_out_int(o, (long long)t->shape[i]);
    bl_out_close(o, ']');
    bl_out_key(o, "data_offsets");
    bl_out_open(o, '[');
    bl_out_int(o, (long long)begin);
    bl_out_int(o, (long long)(begin + t->count * sizeof(float)));
    bl_out_close(o, ']');
    bl_out_close(o, '}');
}

static void put_header(bl_json_out *o, const bl_description *d)
{
    bl_out_open(o, '{');
    bl_out_key(o, "__metadata__");
    bl_out_open(o, '{');
    bl_out_member_text(o, "backline", d->json.text);
    bl_out_close(o, '}');
    size_t begin = 0;
    for (size_t i = 0; i < d->count; i++) {
        put_record(o, &d->tensors[i], begin);
        begin += d->tensors[i].count * sizeof(float);
    }
    bl_out_close(o, '}');
    while (o->size % 8 && !o->failed)
        bl_out_raw(o, " ", 1);
}

static void put_little_endian(bl_json_out *o, uint64_t value, size_t bytes)
{
    uint8_t b[8];
    for (size_t i = 0; i < bytes; i++)
        b[i] = (uint8_t)(value >> (8 * i));
    bl_out_raw(o, b, bytes);
}

static void put_values(bl_json_out *o, const bl_saved_tensor *t)
{
    for (size_t i = 0; i < t->count; i++) {
        uint32_t bits;
        memcpy(&bits, &t->values[i], sizeof bits);
        put_little_endian(o, bits, sizeof bits);
    }
}

bl_status bl_save_safetensors(const bl_model *model, bl_json_out *out, bl_error *error)
{
    if (model->info.prewarm > BL_MAX_RECEPTIVE_FIELD)
        return bl_fail(error, BL_ERR_LIMIT,
                       "The network hears %zu zeros before the first sample; the limit of a "
                       "file is %u.",
                       model->info.prewarm, BL_MAX_RECEPTIVE_FIELD);
    bl_description d;
    bl_json_out header = { 0 };
    bl_status status = bl_description_write(model, &d, error);
    if (!status) {
        put_header(&header, &d);
        put_little_endian(out, header.size, 8);
        bl_out_raw(out, header.text, header.size);
        for (size_t i = 0; i < d.count; i++)
            put_values(out, &d.tensors[i]);
        if (header.failed || out->failed)
            status = bl_out_failure(header.failed ? &header : out, error);
    }
    free(header.text);
    bl_description_free(&d);
    return status;
}
