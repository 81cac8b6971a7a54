/* Which scenes there are, at which size. */
#include "shots_scenes.h"

#define SMALL  640, 360, 1, false
#define MIDDLE 960, 540, 1.5, false
#define LARGE  1280, 720, 2, false

const shot shot_of_the_readme = { "window", MIDDLE, scene_typical };

const shot shots[] = {
    { "typical-small", SMALL, scene_typical },
    { "typical-large", LARGE, scene_typical },
    { "host-small", 640, 360, 1, true, scene_typical },
    { "empty-small", SMALL, scene_empty },
    { "gate-small", SMALL, scene_page_gate },
    { "tone-small", SMALL, scene_page_tone },
    { "cabinet-small", SMALL, scene_page_cabinet },
    { "model-small", SMALL, scene_page_model },
    { "setup-small", SMALL, scene_page_setup },
    { "setup-middle", MIDDLE, scene_page_setup },
    { "missing-small", SMALL, scene_missing },
    { "missing-middle", MIDDLE, scene_missing },
    { "broken-small", SMALL, scene_broken },
    { "clipping-small", SMALL, scene_clipping },
    { "long-small", SMALL, scene_long_names },
    { "long-middle", MIDDLE, scene_long_names },
    { "nine-small", SMALL, scene_nine_letters },
    { "hebrew-small", SMALL, scene_hebrew },
    { "arabic-middle", MIDDLE, scene_arabic },
    { "foreign-small", SMALL, scene_foreign },
    { "bypassed-small", SMALL, scene_bypassed },
    { "tuner-small", SMALL, scene_tuner_flat },
    { "tuner-silent-small", SMALL, scene_tuner_silent },
    { "tuner-large", LARGE, scene_tuner_good },
    { "hovered-small", SMALL, scene_hovered },
    { "tooltip-middle", MIDDLE, scene_tooltip },
    { "menu-small", SMALL, scene_menu },
    { "entry-small", SMALL, scene_entry },
    { "refused-small", SMALL, scene_refused },
    { "focus-small", SMALL, scene_focus },
    { "browser-small", SMALL, scene_browse },
    { "browser-middle", MIDDLE, scene_browse },
    { "dropped-small", SMALL, scene_dropped },
};
const size_t shot_count = sizeof shots / sizeof *shots;
