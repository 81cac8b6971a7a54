#include "theme.h"

#define HEX(rgb)                                                                                                   \
    {                                                                                                              \
        ((rgb) >> 16 & 255) / 255.0, ((rgb) >> 8 & 255) / 255.0, ((rgb)&255) / 255.0                               \
    }

const theme_rgb theme_colours[COLOUR_COUNT] = {
    [COLOUR_WINDOW] = HEX(0x131416),       [COLOUR_PANEL] = HEX(0x1c1e21),    [COLOUR_RAISED] = HEX(0x292c30),
    [COLOUR_HOVER] = HEX(0x34383d),        [COLOUR_LINE] = HEX(0x34373c),     [COLOUR_TEXT] = HEX(0xeeeeec),
    [COLOUR_QUIET] = HEX(0xa6a9ad),        [COLOUR_DISABLED] = HEX(0x6b6f75), [COLOUR_ACCENT] = HEX(0xf2a33a),
    [COLOUR_ON_ACCENT] = HEX(0x1b1204),    [COLOUR_FOCUS] = HEX(0xffdca6),    [COLOUR_TRACK] = HEX(0x3a3d42),
    [COLOUR_GOOD] = HEX(0x62b87a),         [COLOUR_WARM] = HEX(0xeeb04a),     [COLOUR_CLIP] = HEX(0xf26355),
    [COLOUR_ERROR_GROUND] = HEX(0x3a1f1c),
};

const theme_letters theme_letters_of[TEXT_STYLE_COUNT] = {
    [TEXT_DISPLAY] = { 34, 1 }, [TEXT_TITLE] = { 22, 1 }, [TEXT_LOGO] = { 15, 1 }, [TEXT_HEAD] = { 13, 1 },
    [TEXT_BODY] = { 13, 0 },    [TEXT_LABEL] = { 11, 0 }, [TEXT_SMALL] = { 9, 0 }, [TEXT_DIGITS] = { 11, 0 },
    [TEXT_TUNER] = { 96, 1 },   [TEXT_NOTE] = { 48, 1 },
};

const char theme_family[] = "Inter, Cantarell, Noto Sans, DejaVu Sans, Sans";
