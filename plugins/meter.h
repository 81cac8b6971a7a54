/** @file meter.h
 *  Peak, RMS and clip meter of one signal, written by the audio thread and read by any other. */
#ifndef BACKLINE_PLUGINS_METER_H
#define BACKLINE_PLUGINS_METER_H

#include <backline/status.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Levels are magnitudes; 1 is full scale. */
typedef struct bl_meter_reading {
    float peak;     /**< largest magnitude, falling by 20 dB a second after it; 0 below -180 dBFS */
    float rms;      /**< root of the mean square over the last 300 ms or so (one pole); 0 below -180 dBFS */
    float held;     /**< largest magnitude since bl_meter_clear() */
    uint32_t clips; /**< samples beyond full scale (magnitude > 1) of all channels since bl_meter_clear() */
} bl_meter_reading;

/** What the audio thread publishes is atomic inside; the type is opaque because C++ has no _Atomic. */
typedef struct bl_meter bl_meter;

/** NULL if there is no memory; bl_meter_free() releases it. */
BL_API bl_meter *bl_meter_create(double rate_hz);
BL_API void bl_meter_free(bl_meter *meter);

/** Most channels of one meter. */
#define BL_METER_CHANNELS 2

/** Look at a block; audio thread. in: channels pointers to frames samples, at most BL_METER_CHANNELS, the same number
 *  in every call; the loudest channel counts. A sample that is not finite counts as a clip and, for the levels, as
 *  silence. */
BL_API BL_REALTIME void bl_meter_process(bl_meter *meter, const float *const *in, size_t channels, size_t frames);

/** The levels at the end of the last block; any thread. */
BL_API BL_REALTIME void bl_meter_read(const bl_meter *meter, bl_meter_reading *reading);

/** As bl_meter_create() left it; not while another thread is in bl_meter_process(). */
BL_API void bl_meter_reset(bl_meter *meter);

/** Forget held and clips; any thread, takes effect with the next block. */
BL_API BL_REALTIME void bl_meter_clear(bl_meter *meter);

#ifdef __cplusplus
}
#endif
#endif
