/* From the samples of a recorded response to an impulse response, in steps. */
#ifndef BL_PLUGINS_IMPULSE_DATA_H
#define BL_PLUGINS_IMPULSE_DATA_H

#include "file_limits.h"
#include "impulse.h"

#include <stdint.h>

typedef struct bl_impulse_data {
    float *channel[BL_IMPULSE_MAX_CHANNELS]; /* owned; frames samples each */
    size_t channels, frames;
    double rate_hz;
} bl_impulse_data;

/** Zeros. Where frames is more than BL_IMPULSE_MAX_SECONDS, or than BL_IMPULSE_MAX_FRAMES at its rate or at wanted_hz, the
 *  one that it will have, as many as those.
 *  BL_ERR_UNSUPPORTED for a number of channels or frames or a rate that no response has, BL_ERR_NO_MEM. */
bl_status bl_impulse_data_init(bl_impulse_data *data, uint64_t channels, uint64_t frames, double rate_hz,
                               double wanted_hz, bl_error *error);
void bl_impulse_data_free(bl_impulse_data *data);

/** BL_ERR_UNSUPPORTED for samples that are not finite, far too large, or nothing but silence.
 *  @param cut  there were more frames than those */
bl_status bl_impulse_check(const bl_impulse_data *data, bool cut, bl_error *error);

/** Cuts away what is silent before the first sound and behind the last one. */
void bl_impulse_trim(bl_impulse_data *data);

/** Fades out the last 5 per cent, with half a cosine. */
void bl_impulse_fade(bl_impulse_data *data);

/** The factor with which a guitar is as loud behind the response as before it. */
float bl_impulse_guitar_gain(const bl_impulse_data *data);

/** To another rate. What stays is the frequency response, not the size of the samples; frame 0 stays at time 0. Some
 *  frames follow in which the end rings out. BL_ERR_NO_MEM. */
bl_status bl_impulse_resample(bl_impulse_data *data, double rate_hz, bl_error *error);

/** Multiplies all samples. BL_ERR_UNSUPPORTED if resampling left nothing of them. */
bl_status bl_impulse_scale(bl_impulse_data *data, float gain, bl_error *error);

/** Makes a response of samples that were initialised, in all the steps that the options ask for. Takes them over,
 *  also when it fails.
 *  @param cut  there were more frames than those */
bl_status bl_impulse_finish(bl_impulse_data *data, bool cut, const bl_impulse_options *options, bl_impulse **out,
                            bl_error *error);

/** BL_ERR_ARGUMENT for a rate out of range. */
bl_status bl_impulse_check_options(const bl_impulse_options *options, bl_error *error);

#endif
