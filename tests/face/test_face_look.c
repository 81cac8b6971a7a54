/* How words and things are drawn: what is said of a state, that nothing leaves its box, that pieces make the same picture
 * as the whole, and that a moving picture shapes no text anew. */
#define _GNU_SOURCE
#include "test_support.h"

#include "face_state.h"
#include "text.h"

#include <dlfcn.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <stdio.h>
#include <string.h>

/* Counts what the face has shaped: this one stands before the library's own. */
static size_t layouts_made;
PangoLayout *pango_layout_new(PangoContext *context)
{
    static PangoLayout *(*real)(PangoContext *);
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "pango_layout_new");
    layouts_made++;
    return real(context);
}

static face *new_face(void)
{
    static const face_owner owner = { .context = NULL };
    face *f = face_create(&owner, 48000);
    assert_non_null(f);
    return f;
}

/* ---- words ---- */

static void test_clean(void **state)
{
    static const struct {
        const char *bytes, *clean;
    } cases[] = {
        { "plain", "plain" },
        { "", "" },
        { "a\nb\tc\x7f", "a b c " },
        { "Größe", "Größe" },
        { "\xff", "\xEF\xBF\xBD" },
        { "a\xc3", "a\xEF\xBF\xBD" },                                                 /* cut in the middle */
        { "\xc0\xaf", "\xEF\xBF\xBD\xEF\xBF\xBD" },                                   /* longer than need be */
        { "\xed\xa0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD" },                   /* half of a pair */
        { "\xf4\x90\x80\x80x", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDx" }, /* behind the last one */
        { "a\xe2\x80\xa8z", "a z" },                                                  /* line separator */
    };
    char out[64];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        text_clean(out, sizeof out, cases[i].bytes);
        assert_string_equal(out, cases[i].clean);
    }
    text_clean(out, 4, "aöüx"); /* whole characters only */
    assert_string_equal(out, "aö");
    text_clean(out, 1, "x");
    assert_string_equal(out, "");
}

static void test_any_bytes_are_valid_afterwards(void **state)
{
    bl_random rng = { 11 };
    for (size_t round = 0; round < bl_test_effort(20000); round++) {
        char bytes[24], out[48];
        for (size_t i = 0; i + 1 < sizeof bytes; i++)
            bytes[i] = (char)bl_random_next(&rng);
        bytes[sizeof bytes - 1] = '\0';
        const size_t size = 1 + bl_random_next(&rng) % sizeof out;
        text_clean(out, size, bytes);
        assert_true(strlen(out) < size);
        assert_true(g_utf8_validate(out, -1, NULL));
    }
}

static void test_measures(void **state)
{
    assert_true(text_width("", TEXT_BODY) == 0);
    assert_true(text_width("mm", TEXT_BODY) > text_width("m", TEXT_BODY));
    assert_true(text_width("m", TEXT_TITLE) > text_width("m", TEXT_BODY));
    assert_true(text_height(TEXT_TITLE) > text_height(TEXT_LABEL));
    assert_true(text_caret("abc", TEXT_BODY, 0) == 0);
    assert_true(text_caret("abc", TEXT_BODY, 2) > text_caret("abc", TEXT_BODY, 1));
    assert_true(fabs(text_caret("abc", TEXT_BODY, 99) - text_width("abc", TEXT_BODY)) <= 1);
    text_forget();
    text_forget();
    assert_true(text_width("m", TEXT_BODY) > 0);
}

/* ---- pictures ---- */

static cairo_surface_t *new_picture(int width, int height)
{
    return cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
}

static uint32_t pixel(cairo_surface_t *s, int x, int y)
{
    cairo_surface_flush(s);
    const unsigned char *data = cairo_image_surface_get_data(s) + y * cairo_image_surface_get_stride(s);
    return ((const uint32_t *)(const void *)data)[x] & 0xffffff;
}

/* The smallest box around all that is not black. */
static box ink_of(cairo_surface_t *s)
{
    box ink = { 0, 0, 0, 0 };
    for (int y = 0; y < cairo_image_surface_get_height(s); y++)
        for (int x = 0; x < cairo_image_surface_get_width(s); x++)
            if (pixel(s, x, y))
                ink = box_around(ink, (box){ x, y, 1, 1 });
    return ink;
}

static bool is_within(box inner, box outer)
{
    return inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.w <= outer.x + outer.w &&
           inner.y + inner.h <= outer.y + outer.h;
}

static const char *const hard_names[] = {
    "A name that is far longer than the box that it has to be in, whatever one does, take 17 of 40",
    "מגבר ישן עם הרבה מאוד עיוות ועוד קצת יותר מזה כדי שלא ייכנס בשורה אחת",
    "مضخم صوت قديم جدا مع الكثير من التشويه وأكثر من ذلك بقليل حتى لا يتسع",
    "Žluťoučký kůň příšerně úpěl ďábelské ódy, Größenwahn, Ёлка №5, ½″ – “quoted”",
    "\xff\xfe\xfd\xfc\xff\xfe\xfd\xfc\xff\xfe\xfd\xfc\xff\xfe\xfd\xfc\xff\xfe\xfd\xfc\xff\xfe\xfd",
    "🎸🎸🎸🎸🎸🎸🎸🎸🎸🎸🎸🎸🎸🎸🎸🎸🎸🎸🎸🎸🎸🎸🎸🎸🎸🎸🎸🎸🎸🎸",
    "ÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅÅ",
};
enum { HARD_NAMES = sizeof hard_names / sizeof *hard_names };

static void test_text_stays_in_its_box(void **state)
{
    const box room = { 40, 40, 120, 40 };
    for (size_t i = 0; i < HARD_NAMES; i++)
        for (int align = 0; align < 6; align++) {
            cairo_surface_t *s = new_picture(200, 120);
            cairo_t *c = cairo_create(s);
            if (align < 3)
                text_draw(c, room, hard_names[i], TEXT_BODY, COLOUR_TEXT, (text_align)align);
            else
                text_draw_lines(c, room, hard_names[i], TEXT_LABEL, COLOUR_TEXT, (text_align)(align - 3));
            cairo_destroy(c);
            const box ink = ink_of(s);
            assert_false(box_is_empty(ink));
            if (!is_within(ink, box_inset(room, -1)))
                fail_msg("name %zu, way %d: ink at %g %g, %g x %g", i, align, ink.x, ink.y, ink.w, ink.h);
            cairo_surface_destroy(s);
        }
}

/* Left is left for every script. */
static void test_text_stands_where_it_is_told(void **state)
{
    static const char *const names[] = { "amp", "מגבר", "مضخم" };
    for (size_t i = 0; i < 3; i++)
        for (int way = 0; way < 4; way++) {
            cairo_surface_t *s = new_picture(200, 40);
            cairo_t *c = cairo_create(s);
            const text_align align = way % 2 ? ALIGN_RIGHT : ALIGN_LEFT;
            (way < 2 ? text_draw : text_draw_lines)(c, (box){ 0, 0, 200, 40 }, names[i], TEXT_BODY, COLOUR_TEXT,
                                                    align);
            cairo_destroy(c);
            const box ink = ink_of(s);
            assert_true(align == ALIGN_LEFT ? ink.x < 4 : ink.x + ink.w > 196);
            cairo_surface_destroy(s);
        }
}

/* ---- things ---- */

static void draw_thing(cairo_t *c, int thing, box b, const char *name)
{
    static const float curve[160] = { 0, -200, 60, -INFINITY };
    static const draw_mood mood = { .hover = true };
    const draw_level level = { .peak_db = -3, .rms_db = -10, .held_db = -2.9, .clipped = true };
    draw_model model = {
        .name = name, .maker = name, .gear = name, .file = name, .status = name, .error = thing == 1 ? name : ""
    };
    for (size_t i = 0; i < DRAW_FACTS; i++)
        snprintf(model.facts[i], sizeof *model.facts, "%s", name);
    const draw_cabinet cabinet = { .title = name,
                                   .name = name,
                                   .details = name,
                                   .error = thing == 3 ? name : "",
                                   .response_db = curve,
                                   .response_count = 160 };
    const draw_row row = { .name = name, .details = name, .favourite = true, .playing = true, .selected = true };
    switch (thing) {
    case 0:
    case 1: draw_model_card(c, b, &model, mood); break;
    case 2:
    case 3: draw_cabinet_card(c, b, &cabinet, mood); break;
    case 4: draw_knob(c, b, name, name, 0.3, 0.5, mood); break;
    case 5: draw_switch(c, b, name, true, mood); break;
    case 6: draw_choice(c, b, name, name, mood); break;
    case 7: draw_button(c, b, ICON_FOLDER, name, true, mood); break;
    case 8: draw_slot(c, b, 16, name, SLOT_FILLED, mood); break;
    case 9: draw_list_row(c, b, &row, mood); break;
    case 10: draw_error_strip(c, b, name); break;
    case 11: draw_entry(c, b, name, 0, 3, true); break;
    case 12: draw_meter(c, b, "In", &level); break;
    case 13: draw_gate_meter(c, b, "Gate", -17, false); break;
    case 14: draw_tuner(c, b, "C♯", 2, -48, 69.1); break;
    default: draw_scrollbar(c, b, 0.9, 0.1, mood); break;
    }
}

static void test_things_stay_in_their_boxes(void **state)
{
    static const box rooms[] = { /* the least that each has, as draw_thing() counts them */
                                 { 8, 8, 280, 152 }, { 8, 8, 280, 152 }, { 8, 8, 184, 72 },  { 8, 8, 184, 72 },
                                 { 8, 8, 60, 72 },   { 8, 8, 60, 72 },   { 8, 8, 104, 72 },  { 8, 8, 72, 28 },
                                 { 8, 8, 64, 24 },   { 8, 8, 240, 24 },  { 8, 8, 624, 32 },  { 8, 8, 96, 24 },
                                 { 8, 8, 44, 140 },  { 8, 8, 36, 140 },  { 8, 8, 280, 152 }, { 8, 8, 16, 120 }
    };
    for (int thing = 0; thing < (int)(sizeof rooms / sizeof *rooms); thing++)
        for (size_t i = 0; i < HARD_NAMES; i++) {
            cairo_surface_t *s = new_picture(660, 200);
            cairo_t *c = cairo_create(s);
            draw_thing(c, thing, rooms[thing], hard_names[i]);
            cairo_destroy(c);
            const box ink = ink_of(s);
            if (box_is_empty(ink) || !is_within(ink, rooms[thing]))
                fail_msg("thing %d, name %zu: ink at %g %g, %g x %g", thing, i, ink.x, ink.y, ink.w, ink.h);
            cairo_surface_destroy(s);
        }
}

/* ---- meters ---- */

/* The height of the part of a meter's bar that has another colour than its track. */
static int lit(double rms_db)
{
    cairo_surface_t *s = new_picture(60, 200);
    cairo_t *c = cairo_create(s);
    draw_meter(c, (box){ 0, 0, 44, 200 }, "In",
               &(draw_level){ .peak_db = -180, .rms_db = rms_db, .held_db = -180 });
    cairo_destroy(c);
    const uint32_t track = pixel(s, 12, 40);
    int count = 0;
    for (int y = 30; y < 180; y++)
        count += pixel(s, 12, y) != track;
    cairo_surface_destroy(s);
    return count;
}

static void test_meters_rise_with_the_level(void **state)
{
    int last = lit(-180);
    assert_int_equal(last, 0);
    for (double db = -50; db <= -5; db += 5) {
        const int now = lit(db);
        assert_true(now > last);
        last = now;
    }
    lit((double)NAN); /* nothing to be seen, and no harm */
    assert_true(lit(INFINITY) >= lit(6));
}

/* ---- words of a state ---- */

static void test_model_words(void **state)
{
    face *f = new_face();
    look_words words;
    draw_model m;
    look_model(f, &m, &words);
    assert_true(m.empty && !m.missing);
    face_set_file(f, BL_RIG_MODEL, "/a/Captures/My.Amp.nam");
    look_model(f, &m, &words);
    assert_true(m.missing && !m.empty);
    assert_string_equal(m.name, "My.Amp");
    assert_string_equal(m.file, "Captures / My.Amp.nam");
    assert_string_equal(m.error, ""); /* it may be on its way */
    face_set_text(f, FACE_STATUS, "Slot 1 has no model.");
    face_set_text(f, FACE_ERROR, "It is not there.");
    look_model(f, &m, &words);
    assert_string_equal(m.error, "Slot 1 has no model.");
    face_set_text(f, FACE_NAME, "Loud");
    face_set_text(f, FACE_DETAILS,
                  "Architecture: WaveNet\nSample rate: 44100 Hz, resampled from 48000 Hz and back\n"
                  "Loudness: -18.2 dB (measured)\nReceptive field: 4093 samples (85.3 ms)\nGear make: Maker\nGear "
                  "model: Thing\nGear type: amp_cab\n");
    look_model(f, &m, &words);
    assert_true(!m.missing && !m.empty && !*m.error);
    assert_string_equal(m.name, "Loud");
    assert_string_equal(m.facts[0], "WaveNet");
    assert_string_equal(m.facts[1], "44.1 kHz");
    assert_string_equal(m.facts[2], "-18.2 dB");
    assert_string_equal(m.facts[3], "85.3 ms");
    assert_string_equal(m.facts[4], "");
    assert_string_equal(m.maker, "Maker");
    assert_string_equal(m.gear, "Thing, amp cab");
    assert_string_equal(m.status, "Slot 1");
    face_set_number(f, FACE_BYPASSED, 1);
    look_model(f, &m, &words);
    assert_true(m.off);
    assert_string_equal(m.status, "Slot 1, bypassed");
    face_free(f);
}

static void test_models_that_go_by_their_files(void **state)
{
    face *f = new_face();
    draw_model m;
    look_words words;
    face_set_file(f, BL_RIG_MODEL, "/a/Captures/My.Amp.nam");
    face_set_text(f, FACE_NAME, "My.Amp.nam");
    face_set_text(f, FACE_DETAILS, "File: My.Amp.nam\nArchitecture: LSTM\n");
    face_set_text(f, FACE_STATUS, "Slot 1 plays My.Amp.nam.");
    look_model(f, &m, &words);
    assert_string_equal(m.name, "My.Amp");
    assert_string_equal(m.file, "Captures / My.Amp.nam");
    /* another one is named, and on its way */
    face_set_file(f, BL_RIG_MODEL, "/b/next.nam");
    look_model(f, &m, &words);
    assert_string_equal(m.name, "My.Amp");
    assert_string_equal(m.file, "b / next.nam");
    /* or not */
    face_set_text(f, FACE_STATUS, "Slot 1 cannot load next.nam.");
    face_set_text(f, FACE_ERROR, "It is empty.");
    look_model(f, &m, &words);
    assert_string_equal(m.name, "My.Amp");
    assert_string_equal(m.file, "Slot 1 cannot load next.nam.");
    assert_string_equal(m.error, "");
    /* what is wrong with something else is not told here */
    face_set_file(f, BL_RIG_MODEL, "/a/Captures/My.Amp.nam");
    look_model(f, &m, &words);
    assert_string_equal(m.file, "Captures / My.Amp.nam");
    face_free(f);
}

static void test_details_are_whole_lines(void **state)
{
    face *f = new_face();
    char value[32];
    face_set_text(f, FACE_DETAILS, "Gear make: A\nNo colon\nGear:\nName: Gear make: B\nLast: end");
    assert_true(look_detail(f, "Gear make", value, sizeof value));
    assert_string_equal(value, "A");
    assert_true(look_detail(f, "Name", value, sizeof value));
    assert_string_equal(value, "Gear make: B");
    assert_true(look_detail(f, "Last", value, sizeof value));
    assert_string_equal(value, "end");
    assert_false(look_detail(f, "make", value, sizeof value));
    assert_string_equal(value, "");
    assert_true(look_detail(f, "Last", value, 3));
    assert_string_equal(value, "en");
    face_free(f);
}

static void test_stems(void **state)
{
    static const char *const cases[][2] = { { "/a.b/c", "c" }, { "c.nam", "c" },      { "/x/a.b.nam", "a.b" },
                                            { "", "" },        { "/x/.nam", ".nam" }, { "/x/", "" } };
    char out[32];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        look_file_stem(cases[i][0], out, sizeof out);
        assert_string_equal(out, cases[i][1]);
    }
}

/* ---- the whole face ---- */

enum { WIDTH = 640, HEIGHT = 360 };

static void draw_clipped(face *f, cairo_surface_t *s, double scale, box clip)
{
    cairo_t *c = cairo_create(s);
    cairo_scale(c, scale, scale);
    cairo_rectangle(c, clip.x, clip.y, clip.w, clip.h);
    cairo_clip(c);
    face_draw(f, c);
    cairo_destroy(c);
}

static void fill_face(face *f)
{
    face_resize(f, WIDTH, HEIGHT);
    face_set_file(f, BL_RIG_MODEL, "/a/Captures/Amp.nam");
    face_set_text(f, FACE_NAME, "A rather long name of an amp");
    face_set_text(f, FACE_DETAILS, "Architecture: WaveNet\nSample rate: 48000 Hz\nGear make: Maker\n");
    face_set_text(f, FACE_ERROR,
                  "Something went wrong, and it takes many words to say what it was: so many, indeed, "
                  "that they do not fit into one line.");
    face_set_number(f, FACE_IN_PEAK, -3);
    face_set_number(f, FACE_IN_RMS, -9);
    face_set_number(f, FACE_LATENCY, 100);
}

static bool nearly_same(uint32_t a, uint32_t b)
{
    enum { EDGE = 4 }; /* cairo rounds the edges of curves a little differently where they meet a clip */
    for (int shift = 0; shift < 24; shift += 8)
        if (abs((int)(a >> shift & 255) - (int)(b >> shift & 255)) > EDGE)
            return false;
    return true;
}

/* Damage is drawn in pieces: they must not show where they were cut. */
static void test_pieces_make_the_whole(void **state)
{
    static const double scales[] = { 1, 1.5, 2 };
    face *f = new_face();
    fill_face(f);
    for (size_t k = 0; k < 3; k++) {
        const int width = (int)(WIDTH * scales[k]), height = (int)(HEIGHT * scales[k]);
        cairo_surface_t *whole = new_picture(width, height), *pieces = new_picture(width, height);
        draw_clipped(f, whole, scales[k], (box){ 0, 0, WIDTH, HEIGHT });
        for (double y = 0; y < HEIGHT; y += 40)
            for (double x = 0; x < WIDTH; x += 56)
                draw_clipped(f, pieces, scales[k], (box){ x, y, 56, 40 });
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
                if (!nearly_same(pixel(whole, x, y), pixel(pieces, x, y)))
                    fail_msg("scale %g: pixel %d %d differs", scales[k], x, y);
        cairo_surface_destroy(whole);
        cairo_surface_destroy(pieces);
    }
    face_free(f);
}

static void test_moving_meters_shape_no_text(void **state)
{
    static const float lowest = -70, range = 75;
    bl_random rng = { 3 };
    face *f = new_face();
    cairo_surface_t *s = new_picture(WIDTH, HEIGHT);
    fill_face(f);
    face_set(f, BL_RIG_GATE, 1);
    for (int frame = 0; frame < 500; frame++) {
        if (frame == 200)
            layouts_made = 0;
        for (face_number n = FACE_IN_PEAK; n <= FACE_GATE_GAIN; n++)
            face_set_number(f, n, lowest + range * (float)(bl_random_next(&rng) % 1000) / 1000);
        face_set_number(f, FACE_CPU, (float)(bl_random_next(&rng) % 100));
        face_tick(f, frame / 30.0);
        draw_clipped(f, s, 1, (box){ 0, 0, WIDTH, HEIGHT });
    }
    assert_int_equal(layouts_made, 0);
    face_set_text(f, FACE_NAME, "Another one"); /* and the counter counts */
    draw_clipped(f, s, 1, (box){ 0, 0, WIDTH, HEIGHT });
    assert_true(layouts_made > 0);
    cairo_surface_destroy(s);
    face_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clean),
        cmocka_unit_test(test_any_bytes_are_valid_afterwards),
        cmocka_unit_test(test_measures),
        cmocka_unit_test(test_text_stays_in_its_box),
        cmocka_unit_test(test_text_stands_where_it_is_told),
        cmocka_unit_test(test_things_stay_in_their_boxes),
        cmocka_unit_test(test_meters_rise_with_the_level),
        cmocka_unit_test(test_model_words),
        cmocka_unit_test(test_models_that_go_by_their_files),
        cmocka_unit_test(test_details_are_whole_lines),
        cmocka_unit_test(test_stems),
        cmocka_unit_test(test_pieces_make_the_whole),
        cmocka_unit_test(test_moving_meters_shape_no_text),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    text_forget();
    return failed;
}
