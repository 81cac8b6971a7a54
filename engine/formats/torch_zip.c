/* PyTorch files since version 1.6: a zip archive with one folder, which holds the pickle data.pkl and the
 * numbers of each storage as data/<key>. */
#include "base/fail.h"
#include "base/utf8.h"
#include "formats/pickle.h"
#include "formats/torch_tensors.h"
#include "formats/zip_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONTAINER      "torch zip"
#define MAX_NAME_BYTES 512

typedef struct archive {
    zip_t *zip;
    char folder[MAX_NAME_BYTES]; /* the one at the top, with its slash */
    uint8_t *storage;            /* the storage that was opened last */
} archive;

/* ---- the archive ---- */

static void close_archive(archive *a)
{
    if (a->zip)
        zip_discard(a->zip);
    free(a->storage);
}

static bl_status check_name(archive *a, const char *name, bl_error *error)
{
    const char *slash = strchr(name, '/');
    size_t folder = slash ? (size_t)(slash - name) + 1 : 0;
    if (!*a->folder && folder < sizeof a->folder)
        memcpy(a->folder, name, folder); /* the rest is zero */
    if (!folder || strlen(a->folder) != folder || memcmp(name, a->folder, folder) != 0)
        return bl_fail(error, BL_ERR_FORMAT,
                       "this zip archive is not a PyTorch file, which has one folder with everything in it: '%.*s' "
                       "is outside.",
                       bl_utf8_quote(name, strlen(name)), name);
    return BL_OK;
}

/* All entries in one folder. */
static bl_status check_entries(archive *a, bl_error *error)
{
    bl_status status = bl_zip_check(a->zip, error);
    const zip_int64_t count = zip_get_num_entries(a->zip, 0);
    for (zip_int64_t i = 0; i < count && !status; i++)
        status = check_name(a, zip_get_name(a->zip, (zip_uint64_t)i, 0), error);
    return status;
}

/* The number of folder/data/key..., or -1. */
static zip_int64_t locate(const archive *a, const char *directory, const char *name, int name_bytes)
{
    char full[2 * MAX_NAME_BYTES];
    int n = snprintf(full, sizeof full, "%s%s%.*s", a->folder, directory, name_bytes, name);
    return n > 0 && (size_t)n < sizeof full ? zip_name_locate(a->zip, full, 0) : -1;
}

/* ---- its contents ---- */

static bl_status open_storage(void *self, const bl_pickle_storage *storage, bl_bytes *data, bl_error *error)
{
    archive *a = self;
    const char *key = (const char *)storage->key.p;
    size_t key_bytes = bl_bytes_left(&storage->key);
    bool plain = key_bytes && key_bytes < MAX_NAME_BYTES && !memchr(key, '/', key_bytes) &&
                 !memchr(key, '\\', key_bytes) && !memchr(key, '\0', key_bytes);
    zip_int64_t index = plain ? locate(a, "data/", key, (int)key_bytes) : -1;
    if (index < 0)
        return bl_fail(error, BL_ERR_FORMAT, "the numbers of storage '%.*s' are missing from the file.",
                       bl_utf8_quote(key, key_bytes), key);
    size_t size;
    free(a->storage);
    a->storage = NULL;
    bl_status status = bl_zip_unpack(a->zip, (zip_uint64_t)index, &a->storage, &size, error);
    if (!status)
        *data = bl_bytes_make(a->storage, size);
    return status;
}

/* Newer versions of PyTorch write down the byte order. */
static bl_status check_byte_order(archive *a, bl_error *error)
{
    zip_int64_t index = locate(a, "", "byteorder", 9);
    if (index < 0)
        return BL_OK;
    uint8_t *text;
    size_t size;
    bl_status status = bl_zip_unpack(a->zip, (zip_uint64_t)index, &text, &size, error);
    if (status)
        return status;
    if (size != 6 || memcmp(text, "little", 6) != 0)
        status = bl_fail(error, BL_ERR_UNSUPPORTED,
                         "the numbers in the PyTorch file are not little-endian, as backline reads them.");
    free(text);
    return status;
}

static bl_status read_pickle(bl_bytes bytes, archive *a, bl_source *source, bl_error *error)
{
    const bl_pickle_value *root;
    bl_pickle pickle;
    bl_pickle_init(&pickle);
    bl_status status = bl_pickle_read(&pickle, &bytes, &root, error);
    if (!status && bl_bytes_left(&bytes))
        status = bl_fail(error, BL_ERR_FORMAT, "%zu bytes follow after the end of data.pkl's pickle.",
                         bl_bytes_left(&bytes));
    if (!status)
        status = bl_torch_read(root, (bl_torch_reader){ open_storage, a }, CONTAINER, source, error);
    bl_pickle_free(&pickle);
    return status;
}

static bl_status read_archive(archive *a, bl_source *source, bl_error *error)
{
    bl_status status = check_entries(a, error);
    if (!status)
        status = check_byte_order(a, error);
    if (status)
        return status;
    zip_int64_t index = locate(a, "", "data.pkl", 8);
    if (index < 0)
        return bl_fail(error, BL_ERR_FORMAT, "this zip archive is not a PyTorch file: there is no data.pkl in it.");
    uint8_t *bytes;
    size_t size;
    status = bl_zip_unpack(a->zip, (zip_uint64_t)index, &bytes, &size, error);
    if (status)
        return status;
    status = read_pickle(bl_bytes_make(bytes, size), a, source, error);
    free(bytes);
    return status;
}

static bl_status read(bl_bytes bytes, bl_source *source, bl_error *error)
{
    archive a = { 0 };
    bl_status status = bl_zip_open(bytes, "the PyTorch file", &a.zip, error);
    if (!status)
        status = read_archive(&a, source, error);
    close_archive(&a);
    return status;
}

const bl_container bl_container_torch_zip = { CONTAINER, bl_zip_sniff, read };
