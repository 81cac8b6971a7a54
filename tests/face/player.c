#define _GNU_SOURCE
#include "player.h"

#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the owner ---- */

static void write_down(player *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void write_down(player *p, const char *format, ...)
{
    const size_t length = strlen(p->log);
    va_list rest;
    va_start(rest, format);
    vsnprintf(p->log + length, sizeof p->log - length, format, rest);
    va_end(rest);
}

static void on_touch(void *context, bool knob, size_t which, bool begins)
{
    player *p = context;
    write_down(p, "%s %zu %s\n", knob ? "touch knob" : "touch", which, begins ? "on" : "off");
    assert_true(which < (knob ? (size_t)FACE_KNOBS : (size_t)BL_RIG_PARAM_COUNT));
    if (begins)
        assert_false(p->touched);
    else
        assert_true(p->touched && p->touched_knob == knob && p->touched_which == which);
    p->touched = begins;
    p->touched_knob = knob;
    p->touched_which = which;
    p->touches++;
}

static void on_set(void *context, bl_rig_param param, float value)
{
    player *p = context;
    write_down(p, "set %d %g\n", (int)param, (double)value);
    assert_true(p->touched && !p->touched_knob && p->touched_which == param);
    assert_true(bl_rig_param_clamp(param, value) == value);
    p->set[param] = value;
    p->sets++;
    if (p->answers)
        face_set(p->f, param, value);
}

static void on_set_knob(void *context, size_t knob, float position)
{
    player *p = context;
    write_down(p, "knob %zu %g\n", knob, (double)position);
    assert_true(p->touched && p->touched_knob && p->touched_which == knob);
    assert_true(position >= 0 && position <= 1);
    p->knobs[knob] = position;
    p->sets++;
    if (p->answers)
        face_set_knob(p->f, knob, position);
}

static void on_set_file(void *context, bl_rig_file file, const char *path)
{
    player *p = context;
    assert_true((unsigned)file < BL_RIG_FILE_COUNT);
    write_down(p, "file %d %s\n", (int)file, path);
    p->files++;
    if (p->answers)
        face_set_file(p->f, file, path);
}

static void on_set_rig(void *context, const char *path)
{
    write_down(context, "rig %s\n", path);
}

static bool on_ask_host(void *context, bl_rig_file file)
{
    player *p = context;
    write_down(p, "ask %d\n", (int)file);
    return p->has_dialogue;
}

static void on_want_tuner(void *context, bool wanted)
{
    player *p = context;
    write_down(p, "tuner %s\n", wanted ? "on" : "off");
    assert_true(p->tuner_wanted != wanted);
    p->tuner_wanted = wanted;
}

static void on_copy(void *context, const char *text)
{
    write_down(context, "copy %s\n", text ? text : "asked for");
}

/* ---- its face ---- */

void player_start(player *p)
{
    *p = (player){ .has_dialogue = true };
    const face_owner owner = { p,          on_set,      on_set_knob,   on_touch, on_set_file,
                               on_set_rig, on_ask_host, on_want_tuner, on_copy };
    p->f = face_create(&owner, 48000);
    assert_non_null(p->f);
    face_tick(p->f, 0);
    player_forget(p);
}

void player_end(player *p)
{
    face_free(p->f);
    assert_false(p->touched);
    assert_false(p->tuner_wanted);
}

void player_wait(player *p, double seconds)
{
    for (const double end = p->now + seconds; p->now < end;) {
        p->now += 1.0 / 30;
        face_tick(p->f, p->now);
    }
}

void player_forget(player *p)
{
    *p->log = '\0';
    face_damage(p->f);
}

void player_expect(player *p, const char *log)
{
    assert_string_equal(p->log, log);
    *p->log = '\0';
}

/* ---- hands ---- */

box player_box(const player *p, item_kind kind, int index)
{
    const int found = face_find(p->f, kind, index);
    assert_int_not_equal(found, FACE_NOTHING);
    return p->f->layout.items[found].box;
}

/* On cards, beside the buttons that stand on them. */
double player_x(const player *p, item_kind kind, int index)
{
    const box b = player_box(p, kind, index);
    return b.x + b.w / 2;
}

double player_y(const player *p, item_kind kind, int index)
{
    const box b = player_box(p, kind, index);
    return b.y + b.h * (kind == ITEM_MODEL || kind == ITEM_CABINET ? 0.8 : 0.5);
}

void player_press(player *p, item_kind kind, int index, int button, unsigned modifiers)
{
    const double x = player_x(p, kind, index), y = player_y(p, kind, index);
    face_move(p->f, x, y, modifiers);
    face_press(p->f, x, y, button, modifiers, p->now);
}

void player_release(player *p, int button)
{
    face_release(p->f, p->f->pointer_x, p->f->pointer_y, button, 0);
}

/* So late that it is no double click with what was before. */
void player_click(player *p, item_kind kind, int index)
{
    p->now += 1;
    player_press(p, kind, index, 1, 0);
    player_release(p, 1);
}

void player_wheel(player *p, item_kind kind, int index, double up, unsigned modifiers)
{
    face_wheel(p->f, player_x(p, kind, index), player_y(p, kind, index), up, modifiers);
}

void player_page(player *p, layout_page page)
{
    player_click(p, ITEM_TAB, page);
    face_move(p->f, -1, -1, 0);
}

bool player_key(player *p, face_key key, unsigned modifiers)
{
    return face_type(p->f, key, "", modifiers);
}

void player_type(player *p, const char *text)
{
    while (*text) {
        char letter[8] = { *text++ };
        for (size_t i = 1; ((unsigned char)*text & 0xc0) == 0x80 && i < 7; i++)
            letter[i] = *text++;
        if (*letter == ' ')
            face_type(p->f, FACE_KEY_SPACE, letter, 0);
        else
            face_type(p->f, FACE_KEY_TEXT, letter, 0);
    }
}

/* ---- files ---- */

static char folder[256];

const char *player_folder(void)
{
    const char *temporary = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/backline-face-XXXXXX", temporary ? temporary : "/tmp");
    assert_non_null(mkdtemp(folder));
    char hidden[300];
    snprintf(hidden, sizeof hidden, "%s/.state", folder);
    assert_int_equal(mkdir(hidden, 0700), 0);
    setenv("XDG_STATE_HOME", hidden, 1);
    setenv("HOME", folder, 1);
    return folder;
}

const char *player_file(const char *name)
{
    static char paths[8][512];
    static size_t next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    FILE *file = fopen(path, "a");
    assert_non_null(file);
    fclose(file);
    return path;
}

static int remove_one(const char *path, const struct stat *about, int what, struct FTW *where)
{
    return remove(path);
}

void player_remove_folder(void)
{
    nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}
