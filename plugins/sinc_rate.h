/* Any sample rate from any other, by libsamplerate. What bl_resampler promises holds for these functions too. */
#ifndef BL_PLUGINS_SINC_RATE_H
#define BL_PLUGINS_SINC_RATE_H

#include <backline/status.h>
#include <stddef.h>

typedef struct bl_sinc_rate bl_sinc_rate;

bl_status bl_sinc_rate_create(double from_hz, double to_hz, size_t channels, bl_sinc_rate **out, bl_error *error);
void bl_sinc_rate_free(bl_sinc_rate *rate);

size_t bl_sinc_rate_shortfall(const bl_sinc_rate *rate);
size_t bl_sinc_rate_span(const bl_sinc_rate *rate);
size_t bl_sinc_rate_most(const bl_sinc_rate *rate, size_t frames);

/** Frames of the first rate in which the positions of those of the second between them repeat themselves; 0 where it is
 *  not known, for rates that are no whole numbers. */
size_t bl_rate_period(double from_hz, double to_hz);

BL_REALTIME size_t bl_sinc_rate_process(bl_sinc_rate *rate, float *const *out, const float *const *in,
                                        size_t frames);
void bl_sinc_rate_reset(bl_sinc_rate *rate);

#endif
