#include "base/fail.h"
#include "formats/formats.h"

#include <stdio.h>
#include <string.h>

/* The first that recognises the bytes reads them. An npz file is a zip archive too, but a PyTorch file does not
 * begin with an array. The length at the front of a safetensors file may look like a pickle or a bracket: older
 * PyTorch files and JSON come after it. */
static const bl_container *const containers[] = {
    &bl_container_npz,          &bl_container_torch_zip, &bl_container_safetensors,
    &bl_container_torch_legacy, &bl_container_json,
};

/* Files that people try by mistake. */
static const struct {
    size_t offset;
    const char *bytes;
    size_t count;
    const char *what;
} strangers[] = {
    { 0, "RIFF", 4, "a WAV file: a sound or an impulse response" },
    { 0, "fLaC", 4, "a FLAC file: a sound or an impulse response" },
    { 0, "FORM", 4, "an AIFF file: a sound or an impulse response" },
    { 0, "\x89HDF", 4, "an HDF5 file; Keras models have to be exported as JSON" },
    { 0, "\x1F\x8B", 2, "packed with gzip; unpack it first" },
    { 0, "\xFF\xFE", 2, "UTF-16 text; JSON files have to be UTF-8" },
    { 0, "\xFE\xFF", 2, "UTF-16 text; JSON files have to be UTF-8" },
    { 0, "{\0", 2, "UTF-16 text; JSON files have to be UTF-8" },
    { 0, "\0{", 2, "UTF-16 text; JSON files have to be UTF-8" },
    { 0, "[\0", 2, "UTF-16 text; JSON files have to be UTF-8" },
    { 0, "\0[", 2, "UTF-16 text; JSON files have to be UTF-8" },
    { 0, "\xEF\xBB\xBF", 3, "text with a byte order mark; JSON files have none" },
    { 0, "\x93NUMPY", 6, "a single NumPy array; networks are read from npz files, which name their arrays" },
    { 257, "ustar", 5,
      "a tar archive; PyTorch files from before 2018 have to be saved again with a newer version" },
};

void bl_source_clear(bl_source *s)
{
    json_decref(s->json);
    bl_tensors_free(s->tensors);
    json_decref(s->values);
    json_decref(s->description);
    *s = (bl_source){ 0 };
}

static bl_status refuse(bl_bytes bytes, bl_error *error)
{
    size_t size = bl_bytes_left(&bytes);
    if (!size)
        return bl_fail(error, BL_ERR_FORMAT, "the file is empty.");
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
        size_t offset = strangers[i].offset, count = strangers[i].count;
        if (size >= offset + count && !memcmp(bytes.p + offset, strangers[i].bytes, count))
            return bl_fail(error, BL_ERR_FORMAT, "this is not a model file, but %s.", strangers[i].what);
    }
    char start[3 * 8 + 1] = "";
    for (size_t i = 0; i < size && i < 8; i++)
        snprintf(start + 3 * i, 4, " %02X", bytes.p[i]);
    return bl_fail(
        error, BL_ERR_FORMAT,
        "this is not a model file: expected JSON, a PyTorch file, safetensors or npz, but it starts with "
        "the bytes%s.",
        start);
}

bl_status bl_source_read(bl_bytes bytes, bl_source *source, bl_error *error)
{
    for (size_t i = 0; i < sizeof containers / sizeof *containers; i++) {
        if (!containers[i]->sniff(bytes))
            continue;
        source->container = containers[i]->name;
        return containers[i]->read(bytes, source, error);
    }
    return refuse(bytes, error);
}
