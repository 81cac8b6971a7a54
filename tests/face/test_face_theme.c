/* The theme: text can be read on whatever it stands on (WCAG 2.1, AA), and states can be told from each other. */
#include "test_support.h"

#include "theme.h"

#include <math.h>

/* Relative luminance, as WCAG 2.1 defines it. */
static double linear_of(double s)
{
    return s <= 0.04045 ? s / 12.92 : pow((s + 0.055) / 1.055, 2.4);
}

static double luminance(theme_colour colour)
{
    const theme_rgb c = theme_colours[colour];
    return 0.2126 * linear_of(c.red) + 0.7152 * linear_of(c.green) + 0.0722 * linear_of(c.blue);
}

static double contrast(theme_colour a, theme_colour b)
{
    const double x = luminance(a), y = luminance(b);
    return (fmax(x, y) + 0.05) / (fmin(x, y) + 0.05);
}

typedef struct pair {
    theme_colour ink, ground;
} pair;

/* All that draw_*.c and browser_draw.c put on each other. */
static const pair texts[] = {
    { COLOUR_TEXT, COLOUR_WINDOW },   { COLOUR_TEXT, COLOUR_PANEL },   { COLOUR_TEXT, COLOUR_RAISED },
    { COLOUR_TEXT, COLOUR_HOVER },    { COLOUR_QUIET, COLOUR_WINDOW }, { COLOUR_QUIET, COLOUR_PANEL },
    { COLOUR_QUIET, COLOUR_RAISED },  { COLOUR_QUIET, COLOUR_HOVER },  { COLOUR_ACCENT, COLOUR_WINDOW },
    { COLOUR_ACCENT, COLOUR_RAISED }, { COLOUR_ACCENT, COLOUR_HOVER }, { COLOUR_ON_ACCENT, COLOUR_ACCENT },
    { COLOUR_CLIP, COLOUR_PANEL },    { COLOUR_GOOD, COLOUR_PANEL },   { COLOUR_TEXT, COLOUR_ERROR_GROUND },
};

static void test_texts_can_be_read(void **state)
{
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const double c = contrast(texts[i].ink, texts[i].ground);
        if (c < 4.5)
            fail_msg("colour %d on colour %d has a contrast of %.2f; 4.5 is needed", (int)texts[i].ink,
                     (int)texts[i].ground, c);
    }
}

/* What is no text, but tells something: icons, arcs, meters, the ring of the focus. */
static const pair signs[] = {
    { COLOUR_ACCENT, COLOUR_PANEL }, { COLOUR_ACCENT, COLOUR_TRACK }, { COLOUR_FOCUS, COLOUR_PANEL },
    { COLOUR_FOCUS, COLOUR_WINDOW }, { COLOUR_GOOD, COLOUR_RAISED },  { COLOUR_WARM, COLOUR_RAISED },
    { COLOUR_CLIP, COLOUR_RAISED },  { COLOUR_QUIET, COLOUR_RAISED }, { COLOUR_DISABLED, COLOUR_PANEL },
};

static void test_signs_can_be_seen(void **state)
{
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        const double c = contrast(signs[i].ink, signs[i].ground);
        if (c < 3)
            fail_msg("colour %d on colour %d has a contrast of %.2f; 3 is needed", (int)signs[i].ink,
                     (int)signs[i].ground, c);
    }
}

/* Each ground is brighter than the one it lies on, so that what can be pressed stands out without a shadow. */
static void test_grounds_rise(void **state)
{
    assert_true(luminance(COLOUR_PANEL) > luminance(COLOUR_WINDOW));
    assert_true(luminance(COLOUR_RAISED) > luminance(COLOUR_PANEL));
    assert_true(luminance(COLOUR_HOVER) > luminance(COLOUR_RAISED));
}

static void test_table_is_whole(void **state)
{
    for (int i = 0; i < TEXT_STYLE_COUNT; i++)
        assert_true(theme_letters_of[i].size >= 9);
    for (int i = 0; i < COLOUR_COUNT; i++)
        assert_true(luminance((theme_colour)i) > 0); /* none is black, as one that was forgotten */
    const double known = contrast(COLOUR_TEXT, COLOUR_TEXT);
    assert_true(known == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts_can_be_read),
        cmocka_unit_test(test_signs_can_be_seen),
        cmocka_unit_test(test_grounds_rise),
        cmocka_unit_test(test_table_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
