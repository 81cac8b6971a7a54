#include "status.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

/* Decimals after which figures say nothing. */
static json_t *rounded(double value, double steps)
{
    return json_real(round(value * steps) / steps);
}

static json_t *decibels(float magnitude)
{
    return magnitude > 0 ? rounded(20 * log10((double)magnitude), 10) : json_null();
}

/* Paths and names need not be UTF-8, which JSON text must be. */
static json_t *text(const char *s)
{
    json_t *json = s && *s ? json_string(s) : NULL;
    return json ? json : json_null();
}

static json_t *pack_meter(const bl_meter_reading *m)
{
    return json_pack("{s:o, s:o, s:o, s:I}", "peak_db", decibels(m->peak), "rms_db", decibels(m->rms), "held_db",
                     decibels(m->held), "clips", (json_int_t)m->clips);
}

static json_t *pack_load(const load_times *load)
{
    return json_pack("{s:o, s:o, s:o}", "p50", rounded(load->p50, 1e4), "p99", rounded(load->p99, 1e4), "worst",
                     rounded(load->worst, 1e4));
}

static json_t *pack_xrun_times(const session_state *state)
{
    json_t *list = json_array();
    for (size_t i = 0; i < state->xrun_count; i++)
        json_array_append_new(list, rounded(state->xrun_times[i], 1e3));
    return list;
}

static json_t *pack_recording(const session_state *state)
{
    return json_pack("{s:I, s:I, s:o}", "frames", (json_int_t)state->recorded, "lost",
                     (json_int_t)state->record_lost, "error", text(state->record_error));
}

static json_t *pack_file(session *s, bl_rig_file file)
{
    char path[4096];
    session_file(s, file, path, sizeof path);
    return text(path);
}

static json_t *pack_rig(session *s, const session_state *state)
{
    const int slot = (int)bl_rig_get(session_rig(s), BL_RIG_SLOT);
    return json_pack("{s:i, s:o, s:o, s:b, s:o, s:I}", "slot", slot, "model",
                     pack_file(s, (bl_rig_file)(BL_RIG_MODEL + slot - 1)), "cabinet",
                     pack_file(s, BL_RIG_IMPULSE_1), "bypass", bl_rig_get(session_rig(s), BL_RIG_ENABLED) < 0.5f,
                     "guard_quality",
                     state->guard_quality < 0 ? json_null() : rounded((double)state->guard_quality, 1e3),
                     "latency_frames", (json_int_t)state->latency);
}

bool status_print(FILE *to, session *s, const screen_device *device)
{
    session_state state;
    session_read(s, &state);
    json_t *json = json_pack(
        "{s:b, s:o, s:o, s:f, s:I, s:o, s:I, s:o, s:o, s:o, s:o, s:I, s:I, s:o, s:o, s:o}", "running",
        device->running, "in", text(device->in), "out", text(device->out), "rate_hz", device->rate_hz, "block",
        (json_int_t)device->block, "latency_ms", rounded(1000 * device->latency_seconds, 1e3), "frames",
        (json_int_t)state.frames, "input", pack_meter(&state.meters.in), "output", pack_meter(&state.meters.out),
        "gate", rounded((double)state.meters.gate, 1e3), "load", pack_load(&state.load), "xruns",
        (json_int_t)state.xruns, "own_xruns", (json_int_t)state.own_xruns, "xrun_seconds", pack_xrun_times(&state),
        "recording", pack_recording(&state), "rig", pack_rig(s, &state));
    char *line = json ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(json);
    if (line)
        fprintf(to, "%s\n", line);
    free(line);
    return !fflush(to) && !ferror(to);
}
