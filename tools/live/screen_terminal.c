/* The terminal: taking it, and giving it back however the program ends. */
#define _XOPEN_SOURCE_EXTENDED 1
#include "../commands.h"
#include "../messages.h"
#include "screen_state.h"
#include "signals.h"

#include <curses.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

static SCREEN *terminal;

/* ---- for a program that breaks ---- */

/* What a signal handler needs, read before: it may call nothing of ncurses. */
static struct termios settings_before;
static char farewell[256];
static const int fatal[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT };
enum { FATAL = sizeof fatal / sizeof *fatal };
static struct sigaction before[FATAL];

static void give_back(void)
{
    const ssize_t written = write(STDOUT_FILENO, farewell, strlen(farewell));
    tcsetattr(STDIN_FILENO, TCSANOW, &settings_before);
    (void)written;
}

static void give_back_and_die(int number)
{
    give_back();
    raise(number); /* as it was before: SA_RESETHAND */
}

static void add_farewell(const char *capability)
{
    const char *text = tigetstr(capability);
    if (text && text != (const char *)-1 && strlen(farewell) + strlen(text) < sizeof farewell)
        strcat(farewell, text);
}

static void catch_fatal(void)
{
    const struct sigaction action = { .sa_handler = give_back_and_die, .sa_flags = (int)SA_RESETHAND };
    farewell[0] = 0;
    add_farewell("sgr0");
    add_farewell("rmkx");
    add_farewell("cnorm");
    add_farewell("rmcup");
    for (int i = 0; i < FATAL; i++)
        sigaction(fatal[i], &action, &before[i]);
    signals_before_death(give_back);
}

static void release_fatal(void)
{
    for (int i = 0; i < FATAL; i++)
        sigaction(fatal[i], &before[i], NULL);
    signals_before_death(NULL);
}

/* ---- */

static void choose_colours(void)
{
    const char *unwanted = getenv("NO_COLOR");
    if ((unwanted && *unwanted) || !has_colors())
        return;
    start_color();
    use_default_colors();
    init_pair(STYLE_GOOD, COLOR_GREEN, -1);
    init_pair(STYLE_HIGH, COLOR_YELLOW, -1);
    init_pair(STYLE_BAD, COLOR_RED, -1);
}

static int check_terminal(void)
{
    const char *kind = getenv("TERM");
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return fail("The screen needs a terminal for input and output; --no-ui does without.");
    if (!kind || !*kind || !strcmp(kind, "dumb"))
        return fail("This terminal (TERM is \"%s\") cannot show a screen; --no-ui does without.", kind ? kind : "");
    return DONE;
}

int screen_begin(void)
{
    setlocale(LC_CTYPE, ""); /* numbers stay as they are */
    int code = check_terminal();
    if (code)
        return code;
    tcgetattr(STDIN_FILENO, &settings_before);
    terminal = newterm(NULL, stdout, stdin);
    if (!terminal)
        return fail("There is no description of this terminal (TERM is \"%s\"); --no-ui does without.",
                    getenv("TERM"));
    const int height = LINES, width = COLS; /* term.h has other names of its own */
    if (height < SCREEN_ROWS || width < SCREEN_COLUMNS) {
        screen_end();
        return fail(
            "This terminal has %d columns and %d rows, and the screen needs %d and %d; --no-ui does without.",
            width, height, SCREEN_COLUMNS, SCREEN_ROWS);
    }
    catch_fatal();
    choose_colours();
    raw(); /* ctrl-C is a key like others; ctrl-Z would stop the sound */
    noecho();
    nonl();
    set_escdelay(25);
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    curs_set(0);
    return DONE;
}

void screen_end(void)
{
    endwin();
    release_fatal();
    delscreen(terminal);
    terminal = NULL;
}
