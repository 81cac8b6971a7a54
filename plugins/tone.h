/** @file tone.h
 *  Tone controls as an amplifier has them: bass, mid, treble, presence and depth, with a low cut and a high cut. */
#ifndef BACKLINE_PLUGINS_TONE_H
#define BACKLINE_PLUGINS_TONE_H

#include "biquad.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What lies outside is clamped, what is not finite is ignored. */
typedef struct bl_tone_params {
    float bass_db;     /**< low shelf around 120 Hz, -15..15 */
    float mid_db;      /**< wide peak at 600 Hz, -15..15 */
    float treble_db;   /**< high shelf around 2.2 kHz, -15..15 */
    float presence_db; /**< high shelf around 4.5 kHz, as feedback around a power amplifier does, -12..12 */
    float depth_db;    /**< peak at 80 Hz, the same at the low end, -12..12 */
    float low_cut_hz;  /**< 12 dB per octave, 20..1000; 20 is off */
    float high_cut_hz; /**< 12 dB per octave, 1000..20000; 20000 is off */
} bl_tone_params;

enum { BL_TONE_FILTERS = 7 };

/** Up to BL_BIQUAD_CHANNELS channels; plain data, one thread at a time. */
typedef struct bl_tone {
    bl_tone_params params;
    bl_biquad filters[BL_TONE_FILTERS];
    bool idle; /* all of them are */
} bl_tone;

/** Flat: the input to the bit. */
BL_API void bl_tone_init(bl_tone *tone, double rate_hz);
BL_API bl_tone_params bl_tone_defaults(void);

/** Takes effect smoothly. */
BL_API BL_REALTIME void bl_tone_set(bl_tone *tone, const bl_tone_params *params);

/** As bl_biquad_process(). */
BL_API BL_REALTIME void bl_tone_process(bl_tone *tone, float *const *out, const float *const *in, size_t channels,
                                        size_t frames);

/** Silence the past and be at the targets. */
BL_API BL_REALTIME void bl_tone_reset(bl_tone *tone);

#ifdef __cplusplus
}
#endif
#endif
