/* A browser whose owner remembers what it was told, in a folder of the test's own. */
#ifndef BL_TESTS_FACE_BROWSER_FIXTURE_H
#define BL_TESTS_FACE_BROWSER_FIXTURE_H

#include "test_support.h"

#include "browser.h"
#include "browser_state.h"
#include "scratch.h"

typedef struct fixture {
    browser *b;
    library *l;
    char previewed[4096], chosen[4096];
    int previews, choices, cancels;
    box harmed;
    double now;
} fixture;

/* Where it is shown. */
extern const box where;

/* The rows of "amps", all kinds: Fender/ Marshall/ amp 2.nam amp 10.nam cab.wav Ölberg.nam plexi 1.nam plexi 2.nam
 * readme.txt rig.rig.json zinky.json */
int begin_browser(void **state);
int end_browser(void **state);

/* The name of the row that is selected, or "". */
const char *selected_name(const fixture *f);

/* A key; characters, one after the other. */
void type_key(fixture *f, face_key k);
void type_text(fixture *f, const char *text);

/* Ticks as a window does. */
void wait_for(fixture *f, double seconds);

/* A press and its release in the middle. */
void press_middle(fixture *f, box b);
box box_of_row(const fixture *f, const char *name);
size_t place_named(const fixture *f, const char *name);
void press_place(fixture *f, const char *name);

/* Draws it somewhere. */
void draw_it(fixture *f);

#endif
