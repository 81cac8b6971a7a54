/* What meters show: levels, held peaks, clip lights. They move all the time, and are drawn when that can be seen. */
#include "face_state.h"

#include <math.h>

#define HOLD_SECONDS 2.0
#define LEAST_DB     (-60.0) /* as draw_meter() */

enum { IN, GATE, OUT };

static face_number peak_of(int meter)
{
    return meter == OUT ? FACE_OUT_PEAK : FACE_IN_PEAK;
}

static face_hold *hold_of(face *f, int meter)
{
    return &f->holds[meter == OUT];
}

/* In half pixels, as draw_meter() and draw_gate_meter() raise their bars. */
static long height_of(const face *f, int meter, float db)
{
    const item *i = face_item(f, face_find(f, ITEM_METER, meter));
    const double range = meter == GATE ? 60 : 66, share = fmin(fmax((db - LEAST_DB) / range, 0), 1);
    return i ? (long)(2 * i->box.h * (meter == GATE ? share : share * sqrt(share))) : 0;
}

static bool bars_differ(const face *f, int meter, float a, float b)
{
    return height_of(f, meter, a) != height_of(f, meter, b);
}

/* Numbers have tenths. */
static bool numbers_differ(float a, float b)
{
    const float least = (float)LEAST_DB;
    return lround(10 * (double)fmaxf(a, least)) != lround(10 * (double)fmaxf(b, least));
}

static void hold(face *f, int meter, float peak)
{
    face_hold *h = hold_of(f, meter);
    const bool lights = peak >= 0 && !h->clipped;
    if (lights || (peak >= h->db && (bars_differ(f, meter, peak, h->db) || numbers_differ(peak, h->db))))
        face_harm_kind(f, ITEM_METER, meter);
    if (peak >= h->db) {
        h->db = peak;
        h->since = f->now;
    }
    h->clipped = h->clipped || lights;
}

void levels_set(face *f, face_number which, float db)
{
    const int meter = which == FACE_GATE_GAIN ? GATE : which <= FACE_IN_RMS ? IN : OUT;
    const float before = f->numbers[which];
    db = isnan(db) ? -180 : fminf(fmaxf(db, -180), 180);
    f->numbers[which] = db;
    if (bars_differ(f, meter, db, before) || (meter == GATE && numbers_differ(db, before)))
        face_harm_kind(f, ITEM_METER, meter);
    if (meter != GATE && which == peak_of(meter))
        hold(f, meter, db);
}

void face_clear_hold(face *f, size_t meter)
{
    *hold_of(f, (int)meter) = (face_hold){ f->numbers[peak_of((int)meter)], f->now, false };
    face_harm_kind(f, ITEM_METER, (int)meter);
}

static bool holds(const face *f, int meter)
{
    const float held = f->holds[meter == OUT].db, peak = f->numbers[peak_of(meter)];
    return numbers_differ(held, peak);
}

void levels_tick(face *f)
{
    for (int meter = IN; meter <= OUT; meter += OUT - IN)
        if (holds(f, meter) && f->now - hold_of(f, meter)->since >= HOLD_SECONDS) {
            hold_of(f, meter)->db = f->numbers[peak_of(meter)];
            hold_of(f, meter)->since = f->now;
            face_harm_kind(f, ITEM_METER, meter);
        }
}

bool levels_move(const face *f)
{
    return holds(f, IN) || holds(f, OUT);
}
