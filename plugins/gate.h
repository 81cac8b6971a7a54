/** @file gate.h
 *  A noise gate whose detector and gain are apart: a rig listens before the amplifier, where the guitar's level is
 *  clear, and turns down behind it, where the noise is. */
#ifndef BACKLINE_PLUGINS_GATE_H
#define BACKLINE_PLUGINS_GATE_H

#include "ramp.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Ranges stand behind; what lies outside is clamped, what is not finite is ignored. */
typedef struct bl_gate_params {
    bool active;
    float threshold_db;  /**< level at which it opens, -100..0 dBFS (peak) */
    float hysteresis_db; /**< it closes so far below the threshold, 0..24; to open again within a second, it
                          *   takes so much more than the threshold (at most 6), lest the beats of a decaying
                          *   string do it */
    float attack_ms;     /**< closed to open, 0.05..100 */
    float hold_ms;       /**< stays open for so long after the last peak that kept it open, 0..2000; less than 33, a
                          *   period of the lowest string of a bass, counts as 33 */
    float release_ms;    /**< open to closed, 1..4000 */
    float range_db;      /**< how far it turns down when closed, 0..100; 100 is silence */
} bl_gate_params;

/** One channel; plain data, one thread at a time. */
typedef struct bl_gate {
    double rate_hz;
    bl_gate_params params;
    float smoothing, smooth; /* the detector's low-pass: share of a new sample, state */
    float tracking, low;     /* what is subtracted from that: rumble and hum */
    float opens, reopens;    /* levels of a peak that opens it: usually, and while guarded */
    float stays;             /* level of a peak that keeps it open */
    uint32_t hold, held;     /* samples; open while held is not 0 */
    uint32_t guard, guarded; /* samples after it closed in which opening takes more, those left */
    int32_t rises, falls;    /* what the position changes by per sample */
    int32_t position;        /* 0 closed .. 2^29 open */
    bl_ramp depth;           /* 1 - the gain when closed */
} bl_gate;

/** The defaults below, open, with a silent past. */
BL_API void bl_gate_init(bl_gate *gate, double rate_hz);

/** inactive, -60 dB, 6 dB, 1 ms, 50 ms, 150 ms, 100 dB */
BL_API bl_gate_params bl_gate_defaults(void);

/** Takes effect smoothly; an inactive gate opens within 20 ms, or attack_ms if that is longer. */
BL_API BL_REALTIME void bl_gate_set(bl_gate *gate, const bl_gate_params *params);

/** Listen, between 80 Hz and 5 kHz, where guitars are and much of the noise is not: writes the gain, 0..1, that
 *  belongs to every sample. An open gate's gain is exactly 1, and so is an inactive one's. gain may equal in. The
 *  input must be finite. Real-time safe, the same cost for every signal. */
BL_API BL_REALTIME void bl_gate_detect(bl_gate *gate, float *gain, const float *in, size_t frames);

/** Whether it is inactive and open: bl_gate_detect() gives nothing but 1 until something is set. */
BL_API BL_REALTIME bool bl_gate_is_idle(const bl_gate *gate);

/** Listen and turn down the same signal; out may equal in. */
BL_API BL_REALTIME void bl_gate_process(bl_gate *gate, float *out, const float *in, size_t frames);

/** Silence the past, keep the parameters; opens if inactive, closes if active. */
BL_API BL_REALTIME void bl_gate_reset(bl_gate *gate);

#ifdef __cplusplus
}
#endif
#endif
