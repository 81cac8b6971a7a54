/* The questions before a rig is saved: under which name, and whether to replace what is there. */
#define _XOPEN_SOURCE_EXTENDED 1
#include "actions.h"
#include "screen_state.h"

#include <curses.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

enum { ESCAPE = 27, DELETE = 127, BACKSPACE = 8, CONTROL_C = 3, CONTROL_U = 21 };

static const char name_prompt[] = "Save the rig as: ";

void screen_ask_name(screen *s)
{
    s->page = PAGE_NAME;
    curs_set(1);
}

static void leave(screen *s)
{
    s->page = PAGE_MAIN;
    curs_set(0);
}

static void save(screen *s)
{
    action_do(s->session, ACTION_SAVE_RIG, 0, 0, s->path);
    leave(s);
}

/* Also a link that leads nowhere is there. */
static bool is_there(const char *path)
{
    char target[1];
    return !access(path, F_OK) || readlink(path, target, sizeof target) >= 0;
}

static void confirm(screen *s)
{
    if (!*s->path)
        return;
    if (!is_there(s->path)) {
        save(s);
        return;
    }
    s->page = PAGE_REPLACE;
    curs_set(0);
}

/* The last character with all its bytes. */
static void erase_last(char *text)
{
    size_t length = strlen(text);
    while (length && ((unsigned char)text[--length] & 0xC0) == 0x80)
        ;
    text[length] = 0;
}

static void type(screen *s, wchar_t c)
{
    char bytes[MB_LEN_MAX + 1] = "";
    const int length = wctomb(bytes, c);
    if (c >= 32 && length > 0 && strlen(s->path) + (size_t)length < sizeof s->path) {
        bytes[length] = 0;
        strcat(s->path, bytes);
    }
}

static void name_key(screen *s, unsigned key, bool is_code)
{
    if (is_code && key == KEY_BACKSPACE)
        erase_last(s->path);
    else if (is_code && key == KEY_ENTER)
        confirm(s);
    else if (is_code)
        return;
    else if (key == ESCAPE || key == CONTROL_C)
        leave(s);
    else if (key == '\r' || key == '\n')
        confirm(s);
    else if (key == DELETE || key == BACKSPACE)
        erase_last(s->path);
    else if (key == CONTROL_U)
        s->path[0] = 0;
    else
        type(s, (wchar_t)key);
}

void screen_ask_key(screen *s, unsigned key, bool is_code)
{
    if (s->page == PAGE_NAME) {
        name_key(s, key, is_code);
    } else if (!is_code && (key == 'y' || key == 'Y')) {
        save(s);
    } else {
        session_tell(s->session, "The rig is not saved.");
        leave(s);
    }
}

/* The end of a long name is what is being typed. */
static const char *end_of(const char *text, int columns)
{
    size_t length = strlen(text);
    while (length > (size_t)columns) {
        text++;
        length--;
        while (((unsigned char)*text & 0xC0) == 0x80) {
            text++;
            length--;
        }
    }
    return text;
}

void screen_draw_question(screen *s)
{
    const int row = LINES - 1;
    move(row, 0);
    clrtoeol();
    if (s->page == PAGE_REPLACE) {
        screen_print(row, 0, COLS, STYLE_BAD, "Replace %s? (y/n)", end_of(s->path, COLS - 24));
        return;
    }
    const int before = screen_put(row, 0, COLS, STYLE_STRONG, name_prompt);
    const int used = screen_put(row, before, COLS - before - 1, STYLE_PLAIN, end_of(s->path, COLS - before - 1));
    move(row, before + used);
}
