/* What a model does, in figures: what stands behind `backline plot`. */
#ifndef TOOLS_PLOT_MODEL_H
#define TOOLS_PLOT_MODEL_H

#include "alias_measure.h"
#include "knobs.h"
#include "measure_sine.h"

#include <backline/model.h>
#include <stdbool.h>

enum {
    PLOT_TONES = 2,         /* 110 and 1000 Hz */
    PLOT_LEVELS = 13,       /* of those, from -60 to 0 dBFS in steps of 5 dB */
    PLOT_POINTS = 480,      /* of the frequency response */
    PLOT_ALIAS_LEVELS = 2,  /* 0 and -20 dBFS */
    PLOT_ALIAS_POINTS = 48, /* equally spaced on a logarithmic scale */
};

typedef struct plot_figures {
    const char *path;
    bl_model_info info;
    const bl_model *model;
    const knob_settings *knobs; /* that were turned */
    double rate_hz;             /* the model's, or 48000 where it names none */
    double level_db[PLOT_LEVELS];
    sine_response tones[PLOT_TONES][PLOT_LEVELS];
    double response_hz[PLOT_POINTS], response_db[PLOT_POINTS];
    double alias_level_db[PLOT_ALIAS_LEVELS];
    alias_point aliasing[PLOT_ALIAS_LEVELS][PLOT_ALIAS_POINTS];
} plot_figures;

/* Plays the model, which has one input, and fills what is measured. Of several outputs the first counts. Returns
 * DONE or FAILED: after a message, or because of a signal. */
int plot_model_measure(plot_figures *figures, const bl_model *model, const knob_settings *knobs);

/* The small-signal frequency response from 20 Hz to 20 kHz, or to half the rate; smoothed over a 24th of an octave.
 * DONE or FAILED, as above. */
int plot_model_response(const sine_player *player, double *hz, double *db, size_t count);

/* Root of the power of all harmonics but the first relative to the first; NAN for silence. */
double plot_model_distortion(const sine_response *tone);

/* Level of all harmonics together in dB; 0 is a sine at full scale, -200 is silence. */
double plot_model_level_db(const sine_response *tone);

/* Returns DONE or, after a message, FAILED. */
int plot_model_print_json(const plot_figures *figures);

#endif
