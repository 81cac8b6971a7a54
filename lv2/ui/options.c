#include "plugin_ui.h"

#include <lv2/atom/atom.h>
#include <lv2/parameters/parameters.h>
#include <math.h>

static LV2_URID map(const ui *u, const char *uri)
{
    return u->host.map->map(u->host.map->handle, uri);
}

/* Of whatever type; 0 if it is no positive number. */
static double number(const ui *u, const LV2_Options_Option *o)
{
    double value = 0;
    if (!o->value)
        return 0;
    if (o->type == u->uris.atom_Float && o->size == sizeof(float))
        value = (double)*(const float *)o->value;
    else if (o->type == map(u, LV2_ATOM__Double) && o->size == sizeof(double))
        value = *(const double *)o->value;
    else if (o->type == u->uris.atom_Int && o->size == sizeof(int32_t))
        value = *(const int32_t *)o->value;
    else if (o->type == map(u, LV2_ATOM__Long) && o->size == sizeof(int64_t))
        value = (double)*(const int64_t *)o->value;
    return isfinite(value) && value > 0 ? value : 0;
}

void options_read(const ui *u, const LV2_Options_Option *options, ui_options *out)
{
    const LV2_URID scale = map(u, LV2_UI__scaleFactor), rate = map(u, LV2_UI__updateRate),
                   rate_hz = map(u, LV2_PARAMETERS__sampleRate), title = map(u, LV2_UI__windowTitle);
    for (const LV2_Options_Option *o = options; o && o->key; o++) {
        if (o->key == scale)
            out->scale = number(u, o);
        else if (o->key == rate)
            out->rate = number(u, o);
        else if (o->key == rate_hz && number(u, o) > 0)
            out->rate_hz = number(u, o);
        else if (o->key == title && o->value && o->type == u->uris.atom_String)
            out->title = o->value;
    }
}
