/** @file resampler.h
 *  From one sample rate to another, block by block: powers of two by half-band filters, everything else by
 *  libsamplerate. */
#ifndef BACKLINE_PLUGINS_RESAMPLER_H
#define BACKLINE_PLUGINS_RESAMPLER_H

#include <backline/cpu.h>
#include <backline/status.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One direction, one or more channels; one thread at a time.
 *
 *  After n frames of input floor(n * to_hz / from_hz) frames have come out, less a shortfall that is bounded by
 *  bl_resampler_shortfall(), and how many have depends on n alone, not on how the input was cut into blocks; the same
 *  holds, to the bit, for their values. Frame k of the output is the input at the time (k - delay) / to_hz. */
typedef struct bl_resampler bl_resampler;

/** @param from_hz, to_hz  1 kHz .. 6.144 MHz, ratio 1/64..64; equal rates give a copy
 *  @param channels        1..2
 *  @param cpu             normally BL_CPU_AUTO
 *  BL_ERR_NO_MEM, BL_ERR_CPU, BL_ERR_ARGUMENT (says which number). Not real-time safe. */
BL_API bl_status bl_resampler_create(double from_hz, double to_hz, size_t channels, bl_cpu cpu, bl_resampler **out,
                                     bl_error *error);
BL_API void bl_resampler_free(bl_resampler *resampler);

/** Frames of output, at its rate, by which the signal is late, apart from the shortfall. 0 for libsamplerate. */
BL_API double bl_resampler_delay(const bl_resampler *resampler);

/** Most frames of output that are outstanding at any time. 0 for half-band filters. */
BL_API size_t bl_resampler_shortfall(const bl_resampler *resampler);

/** Frames of input, at its rate, that one frame of output depends on. */
BL_API size_t bl_resampler_span(const bl_resampler *resampler);

/** Most frames that come out for so many. */
BL_API size_t bl_resampler_most(const bl_resampler *resampler, size_t frames);

/** @param out  channels pointers, each with room for bl_resampler_most(resampler, frames) samples; no overlap with in
 *  @param in   channels pointers to frames finite samples
 *  @return     frames that came out. Real-time safe. */
BL_API BL_REALTIME size_t bl_resampler_process(bl_resampler *resampler, float *const *out, const float *const *in,
                                               size_t frames);

/** Silence the past. */
BL_API void bl_resampler_reset(bl_resampler *resampler);

#ifdef __cplusplus
}
#endif
#endif
