/* `backline plot --json`: the keys are documented in docs/backline.1 and stay as they are; what is not known is
 * null. */
#include "commands.h"
#include "json_out.h"
#include "messages.h"
#include "plot_model.h"

#include <jansson.h>
#include <math.h>

static const double pi = 3.14159265358979323846;

/* Harmonics that are listed, at most. */
enum { LISTED = 32 };

static json_t *json_number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *json_harmonics(const sine_response *tone)
{
    json_t *array = json_array();
    for (size_t k = 0; k < tone->harmonics && k < LISTED; k++)
        json_array_append_new(array, json_number(20 * log10(tone->amplitude[k])));
    return array;
}

static json_t *json_tones(const plot_figures *f)
{
    json_t *array = json_array();
    for (size_t k = 0; k < PLOT_TONES; k++)
        for (size_t i = 0; i < PLOT_LEVELS; i++) {
            const sine_response *tone = &f->tones[k][i];
            json_t *object = json_object();
            json_object_set_new(object, "hz", json_number(tone->hz));
            json_object_set_new(object, "input_db", json_number(f->level_db[i]));
            json_object_set_new(object, "output_db", json_number(plot_model_level_db(tone)));
            json_object_set_new(object, "distortion", json_number(plot_model_distortion(tone)));
            json_object_set_new(object, "offset", json_number(tone->dc));
            json_object_set_new(object, "phase_degrees", json_number(180 / pi * tone->phase[0]));
            json_object_set_new(object, "harmonics_db", json_harmonics(tone));
            json_array_append_new(array, object);
        }
    return array;
}

static json_t *json_response(const plot_figures *f)
{
    json_t *array = json_array();
    for (size_t i = 0; i < PLOT_POINTS; i++) {
        json_t *object = json_object();
        json_object_set_new(object, "hz", json_number(f->response_hz[i]));
        json_object_set_new(object, "gain_db", json_number(f->response_db[i]));
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *json_aliasing(const plot_figures *f)
{
    json_t *array = json_array();
    for (size_t k = 0; k < PLOT_ALIAS_LEVELS; k++)
        for (size_t i = 0; i < PLOT_ALIAS_POINTS; i++) {
            const alias_point *point = &f->aliasing[k][i];
            json_t *object = json_object();
            json_object_set_new(object, "hz", json_number(point->hz));
            json_object_set_new(object, "input_db", json_number(f->alias_level_db[k]));
            json_object_set_new(object, "alias_db", json_number(point->alias_db));
            json_array_append_new(array, object);
        }
    return array;
}

int plot_model_print_json(const plot_figures *f)
{
    json_t *root = json_object(), *path = json_string(f->path); /* NULL where it is not UTF-8 */
    json_object_set_new(root, "file", path ? path : json_null());
    json_object_set_new(root, "sample_rate", json_number(f->rate_hz));
    json_object_set_new(root, "tones", json_tones(f));
    json_object_set_new(root, "response", json_response(f));
    json_object_set_new(root, "aliasing", json_aliasing(f));
    return json_out_print(root, 9);
}
