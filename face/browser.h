/* The file browser: a list that covers the face, with folders and files of one kind, favourites and recent ones.
 *
 * It knows nothing of rigs: its owner is told which file is looked at (previewed), chosen, or that all shall be as before. */
#ifndef BACKLINE_FACE_BROWSER_H
#define BACKLINE_FACE_BROWSER_H

#include "face.h"
#include "library.h"

typedef struct browser browser;

/* What is shown. */
typedef enum browser_kind { BROWSE_MODELS, BROWSE_IMPULSES, BROWSE_RIGS, BROWSE_ALL, BROWSE_KINDS } browser_kind;

/* All of them are there. choose and cancel may call browser_open() and browser_resize(), but not browser_free(). */
typedef struct browser_owner {
    void *context;
    void (*preview)(void *context, const char *path); /* the selection rests on it: let it be heard */
    void (*choose)(void *context, const char *path);  /* that one; the browser shall be closed */
    void (*cancel)(void *context);                    /* closed; all as it was before */
    void (*harm)(void *context, box b);               /* draw this anew */
} browser_owner;

/* NULL without memory. The library outlives it. What is chosen is put among the recent files by the owner. */
browser *browser_create(const browser_owner *owner, library *l);
void browser_free(browser *b);

/* A folder that is always offered at the left, such as that of the files that come with the plugin. Before the first
 * browser_open(); a few of them. */
void browser_add_place(browser *b, const char *name, const char *path);

/* Begins in the folder of `path`, with it selected; or, if that is "", where it was last, the folder of the newest recent
 * file of the kind, or the home folder. Nothing is previewed until the user moves. */
void browser_open(browser *b, browser_kind kind, const char *path, box where);
/* Goes to another folder, in which nothing is selected. */
void browser_go(browser *b, const char *path);
void browser_resize(browser *b, box where);

/* Whether what was previewed last cannot be loaded. */
void browser_refuse(browser *b, bool refused);

/* Draws what meets the clip. */
void browser_draw(browser *b, cairo_t *c, box clip);
/* A preview is asked for 150 ms after the selection rests, type-ahead ends after 1 s, both counted from the first tick
 * behind the key or the press. */
void browser_tick(browser *b, double now);
bool browser_is_moving(const browser *b);

/* As face_move() and so on. Outside of the box (-1, -1): the pointer has left. All keys belong to the browser while it is
 * open: arrows, page keys, home and end select; enter opens or chooses; right opens a folder, left and backspace leave it;
 * space lets the file be heard at once; tab goes through the kinds; ctrl+d makes a favourite; text selects by name, and
 * backspace and escape belong to that text as long as it is shown; escape cancels. */
void browser_move(browser *b, double x, double y);
void browser_press(browser *b, double x, double y, int button, unsigned modifiers, double now);
void browser_release(browser *b, double x, double y);
void browser_wheel(browser *b, double up);
void browser_type(browser *b, face_key key, const char *text, unsigned modifiers);
void browser_tooltip(const browser *b, double x, double y, char *out, size_t size); /* "": none */

#endif
