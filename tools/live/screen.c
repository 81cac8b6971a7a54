/* The screen: waits for keys, and draws at most 20 times a second. */
#define _XOPEN_SOURCE_EXTENDED 1
#include "screen.h"

#include "../commands.h"
#include "midi_map.h"
#include "screen_state.h"

#include <curses.h>
#include <poll.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { FRAME_MS = 50 };

static long now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- drawing ---- */

static void draw_main(screen *s)
{
    const int below = LINES - ROWS_BELOW, top = ROW_PANES + (s->tuner ? TUNER_ROWS : 0);
    screen_draw_rig(s);
    screen_draw_meters(s);
    screen_draw_facts(s);
    if (s->tuner)
        screen_draw_tuner(s, ROW_PANES);
    screen_draw_settings(s, top, below);
    screen_put_rows(LINES - 3, 2, 0, COLS, STYLE_STRONG, s->news);
    if (s->page != PAGE_MAIN)
        screen_draw_question(s);
    else
        screen_put(LINES - 1, 0, COLS, STYLE_DIM,
                   "n/p model c/C cab 1-9 slot b bypass g gate t tuner s save l log ? help x end");
}

static void draw(screen *s)
{
    erase();
    session_read(s->session, &s->state);
    s->info->read_device(s->info->context, &s->device);
    s->news_number = session_news(s->session, s->news, sizeof s->news);
    screen_hear(s);
    if (LINES < SCREEN_ROWS || COLS < SCREEN_COLUMNS)
        screen_print(0, 0, COLS, STYLE_STRONG, "Needs %d x %d.", SCREEN_COLUMNS, SCREEN_ROWS);
    else if (s->page == PAGE_HELP)
        screen_draw_help();
    else if (s->page == PAGE_NEWS)
        screen_draw_news(s);
    else
        draw_main(s);
    refresh(); /* writes only what has changed */
}

/* ---- keys ---- */

static void take_keys(screen *s)
{
    wint_t key;
    int kind;
    while (!s->done && (kind = get_wch(&key)) != ERR)
        screen_key(s, (unsigned)key, kind == KEY_CODE_YES);
}

/* Until there is a key, or time for the next frame. False: the terminal has gone. */
static bool wait_for_keys(long until)
{
    struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
    const long left = until - now_ms();
    if (left <= 0 || poll(&in, 1, (int)left) <= 0)
        return true;
    if (in.revents & (POLLHUP | POLLERR | POLLNVAL))
        return false;
    return true;
}

int screen_run(session *what, const screen_info *info)
{
    screen s = { .session = what, .info = info, .selected = BL_RIG_INPUT_GAIN };
    const int code = screen_begin();
    if (code)
        return code;
    snprintf(s.path, sizeof s.path, "%s", info->rig_path);
    for (long next = now_ms(); !s.done && !atomic_load(info->quit);) {
        if (!wait_for_keys(next))
            break;
        take_keys(&s);
        if (now_ms() < next)
            continue;
        draw(&s);
        next = now_ms() + FRAME_MS;
    }
    tuner_free(s.tuner);
    midi_map_learn(session_midi(what), BL_RIG_MIDI_NOTHING);
    screen_end();
    return DONE;
}
