#include "text.h"

#include <math.h>
#include <pango/pangocairo.h>
#include <stdint.h>
#include <string.h>

/* So many shaped texts are kept; the one that was not used for the longest time makes room. A window shows about 150. Each
 * thread has its own, because windows in different threads know nothing of each other. */
enum { KEPT = 512, LONGEST = 1024 };

typedef struct shaped {
    PangoLayout *layout; /* NULL: free */
    uint64_t used;       /* when, last; 0: never */
    theme_text style;
    int width;        /* of the box, in Pango's units; -1: any */
    int lines, align; /* how many at most; text_align */
} shaped;

typedef struct shaper {
    PangoFontMap *fonts;
    PangoContext *context;
    PangoFontDescription *styles[TEXT_STYLE_COUNT];
    uint32_t hashes[KEPT]; /* of what is kept, beside it: they are looked through */
    shaped kept[KEPT];
    uint64_t clock;
    double scale; /* that all of it was shaped for */
} shaper;

static _Thread_local shaper the_shaper;

static void forget_layouts(shaper *s)
{
    for (size_t i = 0; i < KEPT; i++) {
        g_clear_object(&s->kept[i].layout);
        s->kept[i].used = 0;
    }
}

void text_forget(void)
{
    shaper *s = &the_shaper;
    if (!s->context)
        return;
    forget_layouts(s);
    for (size_t i = 0; i < TEXT_STYLE_COUNT; i++)
        pango_font_description_free(s->styles[i]);
    g_object_unref(s->context);
    g_object_unref(s->fonts);
    *s = (shaper){ .context = NULL };
}

static void set_scale(shaper *s, double scale)
{
    if (scale == s->scale)
        return;
    const PangoMatrix matrix = { scale, 0, 0, scale, 0, 0 };
    forget_layouts(s);
    pango_context_set_matrix(s->context, &matrix);
    s->scale = scale;
}

/* A font map of our own: the host may have its own wishes for the common one. */
static shaper *get_shaper(void)
{
    shaper *s = &the_shaper;
    if (s->context)
        return s;
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_SLIGHT);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    s->fonts = pango_cairo_font_map_new();
    s->context = pango_font_map_create_context(s->fonts);
    pango_cairo_context_set_font_options(s->context, options);
    pango_cairo_context_set_resolution(s->context, 96);
    cairo_font_options_destroy(options);
    for (size_t i = 0; i < TEXT_STYLE_COUNT; i++) {
        s->styles[i] = pango_font_description_from_string(theme_family);
        pango_font_description_set_absolute_size(s->styles[i], theme_letters_of[i].size * PANGO_SCALE);
        pango_font_description_set_weight(s->styles[i],
                                          theme_letters_of[i].bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    }
    set_scale(s, 1);
    return s;
}

/* ---- shaping ---- */

static uint32_t hash_of(const char *text, theme_text style, int width)
{
    uint32_t h = 2166136261u ^ (uint32_t)style ^ (uint32_t)width * 2654435761u;
    for (const char *c = text; *c; c++)
        h = (h ^ (unsigned char)*c) * 16777619u;
    return h;
}

/* Left is left for all scripts; Pango would have it as the side where the text begins. */
static PangoAlignment alignment_of(PangoLayout *l, text_align align)
{
    const bool from_right = pango_layout_get_direction(l, 0) == PANGO_DIRECTION_RTL;
    if (align == ALIGN_CENTRE)
        return PANGO_ALIGN_CENTER;
    return (align == ALIGN_LEFT) == from_right ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT;
}

static PangoLayout *shape(shaper *s, const shaped *wish, const char *text)
{
    PangoLayout *l = pango_layout_new(s->context);
    pango_layout_set_font_description(l, s->styles[wish->style]);
    pango_layout_set_text(l, text, -1);
    pango_layout_set_width(l, wish->width);
    pango_layout_set_alignment(l, alignment_of(l, (text_align)wish->align));
    pango_layout_set_ellipsize(l, wish->width < 0 ? PANGO_ELLIPSIZE_NONE : PANGO_ELLIPSIZE_END);
    if (wish->lines > 1) {
        pango_layout_set_wrap(l, PANGO_WRAP_WORD_CHAR);
        pango_layout_set_height(l, -wish->lines);
    } else
        pango_layout_set_single_paragraph_mode(l, TRUE);
    return l;
}

static bool is_same(const shaped *k, const shaped *wish, const char *text)
{
    return k->layout && k->style == wish->style && k->width == wish->width && k->lines == wish->lines &&
           k->align == wish->align && !strcmp(pango_layout_get_text(k->layout), text);
}

/* wish: style, width, lines and align. The text is valid. */
static PangoLayout *find(shaper *s, shaped wish, const char *text)
{
    const uint32_t hash = hash_of(text, wish.style, wish.width);
    wish.used = ++s->clock;
    for (size_t i = 0; i < KEPT; i++)
        if (s->hashes[i] == hash && is_same(&s->kept[i], &wish, text)) {
            s->kept[i].used = wish.used;
            return s->kept[i].layout;
        }
    size_t oldest = 0;
    for (size_t i = 1; i < KEPT; i++)
        if (s->kept[i].used < s->kept[oldest].used)
            oldest = i;
    g_clear_object(&s->kept[oldest].layout);
    wish.layout = shape(s, &wish, text);
    s->kept[oldest] = wish;
    s->hashes[oldest] = hash;
    return wish.layout;
}

/* One line, cut at width (pixels) if it is longer. */
static PangoLayout *find_line(shaper *s, const char *text, theme_text style, double width)
{
    PangoRectangle r;
    PangoLayout *l = find(s, (shaped){ .style = style, .width = -1, .lines = 1 }, text);
    pango_layout_get_extents(l, NULL, &r);
    if (r.width <= ceil(width) * PANGO_SCALE)
        return l;
    return find(s, (shaped){ .style = style, .width = (int)(width * PANGO_SCALE), .lines = 1 }, text);
}

/* ---- drawing ---- */

static double scale_of(cairo_t *c)
{
    double x = 1, y = 0;
    cairo_user_to_device_distance(c, &x, &y);
    return hypot(x, y);
}

/* A baseline between two pixels blurs all letters. */
static double to_pixels(cairo_t *c, double y, double scale)
{
    double x = 0, device = y;
    cairo_user_to_device(c, &x, &device);
    return y + (floor(device + 0.5) - device) / scale;
}

static void show(cairo_t *c, PangoLayout *l, double x, double y, theme_colour colour)
{
    const theme_rgb rgb = theme_colours[colour];
    cairo_set_source_rgb(c, rgb.red, rgb.green, rgb.blue);
    cairo_move_to(c, x, y);
    pango_cairo_show_layout(c, l);
}

/* Capitals and figures stand in the middle, whatever hangs below; the same for all scripts of a row. */
static double baseline_in(box b, theme_text style)
{
    return b.y + b.h / 2 + 0.36 * theme_letters_of[style].size;
}

void text_draw(cairo_t *c, box b, const char *text, theme_text style, theme_colour colour, text_align align)
{
    char clean[LONGEST];
    shaper *s = get_shaper();
    const double scale = scale_of(c);
    PangoRectangle r;
    text_clean(clean, sizeof clean, text);
    if (!*clean || b.w <= 0)
        return;
    set_scale(s, scale);
    PangoLayout *l = find_line(s, clean, style, b.w);
    pango_layout_get_extents(l, NULL, &r);
    const double width = (double)r.width / PANGO_SCALE, free_room = b.w - width,
                 x = b.x + (align == ALIGN_LEFT    ? 0
                            : align == ALIGN_RIGHT ? free_room
                                                   : free_room / 2),
                 baseline = to_pixels(c, baseline_in(b, style), scale);
    show(c, l, x - (double)r.x / PANGO_SCALE, baseline - (double)pango_layout_get_baseline(l) / PANGO_SCALE,
         colour);
}

void text_draw_lines(cairo_t *c, box b, const char *text, theme_text style, theme_colour colour, text_align align)
{
    char clean[LONGEST];
    shaper *s = get_shaper();
    const double scale = scale_of(c);
    const int lines = (int)(b.h / text_height(style));
    text_clean(clean, sizeof clean, text);
    if (!*clean || b.w <= 0 || lines < 1)
        return;
    set_scale(s, scale);
    PangoLayout *l = find(s,
                          (shaped){ .style = style,
                                    .width = (int)(b.w * PANGO_SCALE),
                                    .lines = lines > 1 ? lines : 1,
                                    .align = (int)align },
                          clean);
    const double first = (double)pango_layout_get_baseline(l) / PANGO_SCALE;
    show(c, l, b.x, to_pixels(c, b.y + first, scale) - first, colour);
}

/* ---- measuring ---- */

static PangoLayout *find_whole(const char *text, theme_text style)
{
    char clean[LONGEST];
    text_clean(clean, sizeof clean, text);
    return find(get_shaper(), (shaped){ .style = style, .width = -1, .lines = 1 }, clean);
}

double text_width(const char *text, theme_text style)
{
    PangoRectangle r;
    pango_layout_get_extents(find_whole(text, style), NULL, &r);
    return ceil((double)r.width / PANGO_SCALE);
}

double text_height(theme_text style)
{
    PangoRectangle r;
    pango_layout_get_extents(find_whole("H", style), NULL, &r);
    return ceil((double)r.height / PANGO_SCALE);
}

double text_caret(const char *text, theme_text style, size_t byte)
{
    PangoRectangle caret;
    PangoLayout *l = find_whole(text, style);
    const size_t length = strlen(pango_layout_get_text(l));
    pango_layout_get_cursor_pos(l, (int)(byte < length ? byte : length), &caret, NULL);
    return (double)caret.x / PANGO_SCALE;
}

void text_clean(char *out, size_t size, const char *bytes)
{
    static const char replacement[] = "\xEF\xBF\xBD";
    size_t length = 0;
    while (*bytes) {
        const gunichar c = g_utf8_get_char_validated(bytes, -1);
        const bool valid = c != (gunichar)-1 && c != (gunichar)-2;
        const char *next = valid ? g_utf8_next_char(bytes) : bytes + 1, *from = valid ? bytes : replacement;
        size_t count = valid ? (size_t)(next - bytes) : sizeof replacement - 1;
        if (valid && (g_unichar_iscntrl(c) || c == 0x2028 || c == 0x2029)) { /* a file's name is one line */
            from = " ";
            count = 1;
        }
        if (length + count >= size)
            break;
        memcpy(out + length, from, count);
        length += count;
        bytes = next;
    }
    if (size)
        out[length] = '\0';
}
