#include "plot_png.h"

#include "commands.h"
#include "messages.h"

static cairo_status_t write_bytes(void *closure, const unsigned char *data, unsigned size)
{
    return output_file_write(closure, data, size) == size ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

int plot_png_write(cairo_surface_t *page, output_file *file)
{
    cairo_status_t status = cairo_surface_write_to_png_stream(page, write_bytes, file);
    if (status == CAIRO_STATUS_SUCCESS || file->error)
        return output_file_commit(file);
    int code = fail("%s: the picture cannot be drawn (%s).", file->path, cairo_status_to_string(status));
    output_file_discard(file);
    return code;
}
