#include "face_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- pieces ---- */

bool look_detail(const face *f, const char *key, char *out, size_t size)
{
    const size_t length = strlen(key);
    const char *line = f->texts[FACE_DETAILS];
    while (*line) {
        const size_t whole = strcspn(line, "\n");
        if (whole > length + 1 && !strncmp(line, key, length) && line[length] == ':') {
            const char *value = line + length + 1 + (line[length + 1] == ' ');
            snprintf(out, size, "%.*s", (int)(line + whole - value), value);
            return true;
        }
        line += whole + (line[whole] == '\n');
    }
    snprintf(out, size, "%s", "");
    return false;
}

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

void look_file_stem(const char *path, char *out, size_t size)
{
    const char *name = file_name(path), *dot = strrchr(name, '.');
    const size_t length = dot && dot != name ? (size_t)(dot - name) : strlen(name);
    snprintf(out, size, "%.*s", (int)length, name);
}

static bool is_bypassed(const face *f)
{
    return f->numbers[FACE_BYPASSED] >= 0.5f;
}

/* ---- the model ---- */

/* "48000 Hz, resampled ..." becomes "48 kHz": whole numbers, so that no locale matters. */
static void shorten_rate(char *rate, size_t size)
{
    const unsigned long hz = strtoul(rate, NULL, 10), tenths = (hz + 50) / 100;
    if (hz && tenths % 10)
        snprintf(rate, size, "%lu.%lu kHz", tenths / 10, tenths % 10);
    else if (hz)
        snprintf(rate, size, "%lu kHz", tenths / 10);
}

static void append(char *out, size_t size, const char *before, const char *text)
{
    const size_t length = strlen(out);
    if (*text)
        snprintf(out + length, size - length, "%s%s%s", length ? ", " : "", before, text);
}

/* "Twin Reverb, amp_cab, clean, modeled by Somebody", as far as it is known. */
static void write_gear(const face *f, char *out, size_t size)
{
    static const char *const keys[] = { "Gear model", "Gear type", "Tone", "Modeled by" };
    char value[256];
    snprintf(out, size, "%s", "");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (!look_detail(f, keys[i], value, sizeof value))
            continue;
        for (char *c = value; *c; c++)
            *c = i == 1 && *c == '_' ? ' ' : *c; /* "amp_cab" is no word */
        append(out, size, i == 3 ? "by " : "", value);
    }
}

/* What the file calls the model, or else the file's name without what tells its format. */
static void write_name(const face *f, const char *path, char *out, size_t size)
{
    const char *name = f->texts[FACE_NAME];
    char file[256];
    if (!*name)
        look_file_stem(path, out, size);
    else if (look_detail(f, "File", file, sizeof file) && !strcmp(file, name))
        look_file_stem(name, out, size);
    else
        snprintf(out, size, "%s", name);
}

bool look_is_refused(const face *f, const char *path)
{
    char file[256];
    if (!*f->texts[FACE_ERROR] || !*path)
        return false;
    return !*f->texts[FACE_DETAILS] || (look_detail(f, "File", file, sizeof file) && strcmp(file, file_name(path)));
}

/* The file and the folder that it is in. */
static void write_file(const char *path, char *out, size_t size)
{
    const char *name = file_name(path), *folder = name - (name > path);
    while (folder > path && folder[-1] != '/')
        folder--;
    if (name - folder > 1)
        snprintf(out, size, "%.*s / %.160s", (int)(name - folder - 1), folder, name);
    else
        snprintf(out, size, "%.160s", name);
}

/* "4093 samples (85.3 ms)" becomes "85.3 ms", "-18.2 dB (measured)" becomes "-18.2 dB". */
static void shorten_in_brackets(char *text, bool keep_inside)
{
    char *open = strstr(text, " (");
    if (!open)
        return;
    *open = '\0';
    if (!keep_inside)
        return;
    const char *inside = open + 2;
    const size_t length = strcspn(inside, ")");
    memmove(text, inside, length);
    text[length] = '\0';
}

/* What the card tells in columns. */
static void write_facts(const face *f, draw_model *m)
{
    static const char *const keys[DRAW_FACTS] = { "Architecture",    "Sample rate", "Loudness",
                                                  "Receptive field", "Weights",     "Error-to-signal ratio" };
    for (size_t i = 0; i < DRAW_FACTS; i++)
        look_detail(f, keys[i], m->facts[i], sizeof *m->facts);
    shorten_rate(m->facts[1], sizeof *m->facts);
    shorten_in_brackets(m->facts[2], false);
    shorten_in_brackets(m->facts[3], true);
}

static const char *state_of(const face *f)
{
    if (is_bypassed(f))
        return ", bypassed";
    return f->settings[BL_RIG_AMP] < 0.5f ? ", amp off" : "";
}

void look_model(const face *f, draw_model *m, look_words *w)
{
    enum { STATUS, NAME, MAKER, GEAR, FILE_NAME };
    const size_t slot = face_slot(f), size = sizeof *w->lines;
    const char *path = f->files[BL_RIG_MODEL + slot], *name = f->texts[FACE_NAME];
    const bool there = *name || *f->texts[FACE_DETAILS], broken = *path && !there && *f->texts[FACE_ERROR];
    *m = (draw_model){ .error = broken ? f->texts[FACE_STATUS] : "",
                       .missing = *path && !there,
                       .empty = !*path && !there,
                       .off = *state_of(f) };
    snprintf(w->lines[STATUS], size, "Slot %zu%s", slot + 1, state_of(f));
    write_name(f, path, w->lines[NAME], size);
    look_detail(f, "Gear make", w->lines[MAKER], size);
    if (m->missing && !broken) /* it is being loaded, and the status says so */
        snprintf(w->lines[GEAR], size, "%s", f->texts[FACE_STATUS]);
    else
        write_gear(f, w->lines[GEAR], size);
    if (there && look_is_refused(f, path))
        snprintf(w->lines[FILE_NAME], size, "%s", f->texts[FACE_STATUS]);
    else
        write_file(path, w->lines[FILE_NAME], size);
    write_facts(f, m);
    m->status = w->lines[STATUS];
    m->name = w->lines[NAME];
    m->maker = w->lines[MAKER];
    m->gear = w->lines[GEAR];
    m->file = w->lines[FILE_NAME];
}

/* ---- cabinets ---- */

void look_cabinet(const face *f, int cabinet, draw_cabinet *d, look_words *w)
{
    const char *path = f->files[BL_RIG_IMPULSE_1 + cabinet];
    const response *r = &f->responses[cabinet];
    look_file_stem(path, w->lines[0], sizeof *w->lines);
    *d = (draw_cabinet){ .title = cabinet ? "Cabinet 2" : "Cabinet 1",
                         .name = w->lines[0],
                         .details = r->details,
                         .error = r->error,
                         .response_db = r->db,
                         .response_count = r->count,
                         .empty = !*path,
                         .off = f->settings[BL_RIG_CAB] < 0.5f || is_bypassed(f) };
}
