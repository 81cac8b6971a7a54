#include "layout.h"

#include "face.h"
#include "theme.h"

#include <math.h>

enum {
    GAP = GRID,       /* between groups, and to the window's edge */
    METERS_IN = 84,   /* widths: input and gate */
    METERS_OUT = 52,  /* output */
    METER_WIDTH = 44, /* with its scale */
    STRIP = 32,       /* the error's height */
    LOW = 480,        /* windows below that height have no room to spare */
    HIGH = 640,       /* from there on the main page is always seen */
    NARROW = 800      /* and below that width */
};

/* On half steps of the grid. */
static double half_step(double x)
{
    return floor(x / (GRID / 2)) * (GRID / 2);
}

static void add(layout *l, item_kind kind, int index, box b)
{
    if (l->count < LAYOUT_ITEMS)
        l->items[l->count++] = (item){ kind, index, b };
}

/* ---- the header ---- */

static void lay_header(layout *l, double width)
{
    const double button = width < NARROW ? 24 : 32, logo = 80, load = 56, top = (HEADER - 24) / 2.0;
    double right = width - GAP - 3 * button - 2 * 4, left = GAP + logo + GAP;
    const double slot = half_step((right - GAP - load - GAP - left) / BL_RIG_SLOTS);
    add(l, ITEM_LOGO, 0, (box){ GAP, top, logo, 24 });
    for (int i = 0; i < BL_RIG_SLOTS; i++)
        add(l, ITEM_SLOT, i, (box){ left + i * slot, top, slot, 24 });
    add(l, ITEM_LOAD, 0, (box){ right - GAP - load, 4, load, HEADER - 8 });
    for (item_kind kind = ITEM_UNDO; kind <= ITEM_BYPASS; kind++, right += button + 4)
        add(l, kind, 0, (box){ right, top, button, 24 });
}

/* ---- the stage ---- */

/* What one does with a file, at the right end of a card's first line. */
static void lay_file_buttons(layout *l, const layout_wish *wish, int index, box card, double size)
{
    const bool narrow = card.w < 240;
    const double y = card.y + (narrow ? 4 : GAP);
    double x = card.x + card.w - (narrow ? 4 : GAP) - (wish->host_browse ? 5 : 4) * size;
    for (item_kind kind = ITEM_PREVIOUS; kind <= ITEM_HOST_BROWSE; kind++) {
        /* The cross stands last, where nobody hits it by mistake. */
        static const item_kind order[] = { ITEM_PREVIOUS, ITEM_NEXT, ITEM_BROWSE, ITEM_HOST_BROWSE, ITEM_CLEAR };
        const item_kind which = order[kind - ITEM_PREVIOUS];
        if (which == ITEM_HOST_BROWSE && !wish->host_browse)
            continue;
        add(l, which, index, (box){ x, y, size, size });
        x += size;
    }
}

static void lay_meters(layout *l, box stage)
{
    const box in = { stage.x, stage.y, METERS_IN, stage.h },
              out = { stage.x + stage.w - METERS_OUT, stage.y, METERS_OUT, stage.h };
    add(l, ITEM_PANEL, 0, in);
    add(l, ITEM_METER, 0, (box){ in.x + 4, in.y + 4, METER_WIDTH, in.h - 8 });
    add(l, ITEM_METER, 1, (box){ in.x + 4 + METER_WIDTH, in.y + 4, METERS_IN - METER_WIDTH - 8, in.h - 8 });
    add(l, ITEM_PANEL, 0, out);
    add(l, ITEM_METER, 2, (box){ out.x + 4, out.y + 4, METER_WIDTH, out.h - 8 });
}

static void lay_stage(layout *l, const layout_wish *wish, box stage)
{
    const double left = stage.x + METERS_IN + GAP, inner = stage.x + stage.w - METERS_OUT - GAP - left,
                 cabinets = half_step((inner - GAP) * 0.4), cabinet = half_step((stage.h - GAP) / 2);
    const box model = { left, stage.y, inner - GAP - cabinets, stage.h };
    lay_meters(l, stage);
    if (wish->tuner)
        add(l, ITEM_TUNER_VIEW, 0, model);
    else {
        add(l, ITEM_MODEL, 0, model);
        lay_file_buttons(l, wish, FILE_OF_MODEL, model, model.w < 400 ? 24 : 32);
    }
    for (int i = 0; i < 2; i++) {
        const double top = i ? stage.h - cabinet : 0;
        const box card = { model.x + model.w + GAP, stage.y + top, cabinets,
                           i ? cabinet : stage.h - cabinet - GAP };
        add(l, ITEM_CABINET, i, card);
        lay_file_buttons(l, wish, BL_RIG_IMPULSE_1 + i, card, card.w < 240 && wish->host_browse ? 20 : 24);
    }
}

/* ---- the pages ---- */

/* What stands on a page, from the left: settings, then (from FIRST_KNOB) knobs of the model. */
enum { GROUP_ENDS = -1, PAGE_ENDS = -2, FIRST_KNOB = BL_RIG_PARAM_COUNT, MOST_PLACES = 16 };
static const int pages[PAGE_COUNT][MOST_PLACES] = {
    [PAGE_MAIN] = { BL_RIG_INPUT_GAIN, GROUP_ENDS, BL_RIG_GATE, BL_RIG_GATE_THRESHOLD, GROUP_ENDS, BL_RIG_BASS,
                    BL_RIG_MID, BL_RIG_TREBLE, BL_RIG_PRESENCE, BL_RIG_DEPTH, GROUP_ENDS, BL_RIG_OUTPUT_GAIN,
                    PAGE_ENDS },
    [PAGE_GATE] = { BL_RIG_GATE, GROUP_ENDS, BL_RIG_GATE_THRESHOLD, BL_RIG_GATE_HYSTERESIS, GROUP_ENDS,
                    BL_RIG_GATE_ATTACK, BL_RIG_GATE_HOLD, BL_RIG_GATE_RELEASE, PAGE_ENDS },
    [PAGE_TONE] = { BL_RIG_TONE_PLACE, GROUP_ENDS, BL_RIG_BASS, BL_RIG_MID, BL_RIG_TREBLE, BL_RIG_PRESENCE,
                    BL_RIG_DEPTH, GROUP_ENDS, BL_RIG_LOW_CUT, BL_RIG_HIGH_CUT, PAGE_ENDS },
    [PAGE_CABINET] = { BL_RIG_CAB, GROUP_ENDS, BL_RIG_CAB_BLEND, BL_RIG_CAB_PAN_1, BL_RIG_CAB_PAN_2,
                       BL_RIG_CAB_DELAY, BL_RIG_CAB_INVERT, GROUP_ENDS, BL_RIG_CAB_LOW_CUT, BL_RIG_CAB_HIGH_CUT,
                       PAGE_ENDS },
    [PAGE_MODEL] = { PAGE_ENDS },
    [PAGE_SETUP] = { BL_RIG_AMP, BL_RIG_OUTPUT_MODE, GROUP_ENDS, BL_RIG_CALIBRATE_INPUT, BL_RIG_INTERFACE_LEVEL,
                     BL_RIG_DC_BLOCKER, GROUP_ENDS, BL_RIG_QUALITY, BL_RIG_OVERSAMPLE, BL_RIG_FADE, PAGE_ENDS },
};

static item_kind kind_of(int place)
{
    if (place >= FIRST_KNOB)
        return ITEM_MODEL_KNOB;
    switch (bl_rig_param_describe((bl_rig_param)place)->kind) {
    case BL_RIG_SWITCH: return ITEM_SWITCH;
    case BL_RIG_CHOICE: return ITEM_CHOICE;
    default: return ITEM_KNOB;
    }
}

/* Widths in quarters of a knob's. A page of few controls spreads them, up to so many. */
enum { KNOB_SHARE = 4, CHOICE_SHARE = 7, LEAST_SHARES = 24 };

typedef struct page_measure {
    double knob, choice; /* widths of their boxes */
    double side;         /* room at both sides of a group */
} page_measure;

static double width_of(const page_measure *m, int place)
{
    return kind_of(place) == ITEM_CHOICE ? m->choice : m->knob;
}

static page_measure measure_page(const int *page, double width)
{
    int knobs = 0, choices = 0, groups = 1;
    for (const int *p = page; *p != PAGE_ENDS; p++) {
        if (*p == GROUP_ENDS)
            groups++;
        else if (kind_of(*p) == ITEM_CHOICE)
            choices++;
        else
            knobs++;
    }
    const int shares = knobs * KNOB_SHARE + choices * CHOICE_SHARE;
    const double share = (width - (groups - 1) * GAP) / (shares < LEAST_SHARES ? LEAST_SHARES : shares);
    page_measure m = { .knob = half_step(share * KNOB_SHARE), .choice = half_step(share * CHOICE_SHARE) };
    const double spare = width - (groups - 1) * GAP - knobs * m.knob - choices * m.choice;
    if (choices) /* words need it more */
        m.choice += half_step(fmin(spare / choices, m.knob));
    m.side = half_step((width - (groups - 1) * GAP - knobs * m.knob - choices * m.choice) / (2 * groups));
    return m;
}

/* Each group on a panel of its own; what the steps of the grid leave over goes to the groups' sides. */
static void lay_page(layout *l, const int *page, box b)
{
    const page_measure m = measure_page(page, b.w);
    double x = b.x;
    for (const int *first = page, *end;; first = end + 1) {
        double width = 0;
        for (end = first; *end >= 0; end++)
            width += width_of(&m, *end);
        box panel = { x, b.y, width + 2 * m.side, b.h };
        if (*end == PAGE_ENDS)
            panel.w = b.x + b.w - x;
        double at = x + half_step((panel.w - width) / 2);
        add(l, ITEM_PANEL, 0, panel);
        for (const int *p = first; p < end; at += width_of(&m, *p++))
            add(l, kind_of(*p), *p < FIRST_KNOB ? *p : *p - FIRST_KNOB,
                (box){ at, b.y + 4, width_of(&m, *p), b.h - 8 });
        if (*end == PAGE_ENDS)
            break;
        x += panel.w + GAP;
    }
}

static void lay_model_page(layout *l, size_t knobs, box b)
{
    int page[FACE_KNOBS + 1], count = 0;
    for (; (size_t)count < knobs && count < FACE_KNOBS; count++)
        page[count] = FIRST_KNOB + count;
    page[count] = PAGE_ENDS;
    lay_page(l, page, b);
}

/* Which page's tab is on. */
static layout_page shown_page(const layout_wish *wish, bool high)
{
    if (wish->page == PAGE_MODEL && !wish->model_knobs)
        return high ? PAGE_GATE : PAGE_MAIN;
    return high && wish->page == PAGE_MAIN ? PAGE_GATE : wish->page;
}

static void lay_tabs(layout *l, const layout_wish *wish, box b, bool high)
{
    const double width = b.w < NARROW ? 72 : 88;
    double x = b.x;
    for (int page = 0; page < PAGE_COUNT; page++) {
        if ((page == PAGE_MODEL && !wish->model_knobs) || (page == PAGE_MAIN && high))
            continue;
        add(l, ITEM_TAB, page, (box){ x, b.y, width, b.h });
        x += width;
    }
}

/* From above: the header, the stage, what went wrong, in high windows the main page, the tabs, the chosen page. */
void layout_make(layout *l, const layout_wish *wish)
{
    const double width = half_step(fmax(wish->width, FACE_MIN_WIDTH)), inner = width - 2 * GAP,
                 height = half_step(fmax(wish->height, FACE_MIN_HEIGHT));
    const bool high = height >= HIGH;
    const double row = height < LOW ? 80 : 112, tabs = height < LOW ? 24 : 32, row_top = height - GAP - row,
                 tabs_top = row_top - 4 - tabs, main_top = high ? tabs_top - 4 - row : tabs_top,
                 stage_end = main_top - (high ? GAP : 4) - (wish->error ? STRIP + 4 : 0);
    l->count = 0;
    l->page = shown_page(wish, high);
    lay_header(l, width);
    lay_stage(l, wish, (box){ GAP, HEADER + GAP, inner, stage_end - HEADER - GAP });
    if (wish->error)
        add(l, ITEM_STATUS, 0, (box){ GAP, stage_end + 4, inner, STRIP });
    if (high)
        lay_page(l, pages[PAGE_MAIN], (box){ GAP, main_top, inner, row });
    lay_tabs(l, wish, (box){ GAP, tabs_top, inner, tabs }, high);
    if (l->page == PAGE_MODEL)
        lay_model_page(l, wish->model_knobs, (box){ GAP, row_top, inner, row });
    else
        lay_page(l, pages[l->page], (box){ GAP, row_top, inner, row });
}

const item *layout_at(const layout *l, double x, double y)
{
    for (size_t i = l->count; i-- > 0;)
        if (box_has(l->items[i].box, x, y))
            return &l->items[i];
    return NULL;
}

const char *layout_page_name(layout_page page)
{
    static const char *const names[PAGE_COUNT] = {
        [PAGE_MAIN] = "Main",       [PAGE_GATE] = "Gate",   [PAGE_TONE] = "Tone",
        [PAGE_CABINET] = "Cabinet", [PAGE_MODEL] = "Model", [PAGE_SETUP] = "Setup",
    };
    return names[page];
}
