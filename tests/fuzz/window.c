/* Target: what the plugin, or whoever is in its place, sends to the window. Events as in the target "atoms"; all that
 * they say is shown and drawn. */
#include "fuzz/lv2_features.h"

#include "lv2/ui/plugin_ui.h"

#include "lv2/atom_bytes.h"

#include <cairo.h>
#include <math.h>
#include <string.h>

enum { CHANNELS = 2, PICTURE = 64 }; /* PICTURE: pixels; all is laid out, and what falls into them drawn */

static void take(LV2UI_Controller controller, uint32_t port, uint32_t size, uint32_t protocol, const void *data)
{
    FUZZ_REQUIRE(size && data, "%u bytes for port %u", size, port);
}

/* As ui.c does it, but for the window of X11. */
static void open_face(ui *u)
{
    memset(u, 0, sizeof *u);
    u->channels = CHANNELS;
    u->write = take;
    FUZZ_REQUIRE(host_init(&u->host, &u->uris, fuzz_features), "no URIs");
    for (int i = 0; i < PORT_COUNT; i++) {
        u->values[i] = NAN;
        u->indices[i] = (uint32_t)port_index((port_id)i, CHANNELS);
    }
    const face_owner owner = binding_owner(u);
    u->face = face_create(&owner, 48000);
    FUZZ_REQUIRE(u->face, "no face");
    u->hears = true;
}

static void draw(face *f, double x, double y)
{
    cairo_surface_t *picture = cairo_image_surface_create(CAIRO_FORMAT_RGB24, PICTURE, PICTURE);
    cairo_t *c = cairo_create(picture);
    cairo_translate(c, -x, -y);
    face_draw(f, c);
    FUZZ_REQUIRE(!cairo_status(c), "cairo says: %s", cairo_status_to_string(cairo_status(c)));
    cairo_destroy(c);
    cairo_surface_destroy(picture);
}

static bl_fuzz_result try_window(const bl_fuzz_target *target, const uint8_t *data, size_t size)
{
    static ui u;
    const uint64_t hash = bl_fuzz_hash(data, size);
    atom_bytes events = { data, size };
    atom_view event;
    int64_t time;
    size_t count = 0;
    bl_fuzz_folder();
    open_face(&u);
    face_resize(u.face, FACE_WIDTH, FACE_HEIGHT);
    atom_skip(&events, sizeof(LV2_Atom_Sequence_Body));
    for (; atom_take(&events, &time, sizeof time) && atom_take_atom(&events, &event); count++)
        binding_message(&u, event.body.at - sizeof(LV2_Atom), (uint32_t)(event.body.left + sizeof(LV2_Atom)));
    face_tick(u.face, 1);
    draw(u.face, (double)(hash % FACE_WIDTH), (double)(hash >> 16) / 4294967296.0 / 65536 * FACE_HEIGHT);
    binding_close(&u);
    face_free(u.face);
    return count ? BL_FUZZ_RAN : BL_FUZZ_STRANGE;
}

const bl_fuzz_target bl_fuzz_window = { "window", try_window, NULL };
