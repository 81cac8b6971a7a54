/** @file rig.h
 *  Everything between the guitar and the loudspeaker: levels, gate, tone, amplifier and cabinet, at any sample rate.
 *
 *      in -> input gain -> DC blocker -> (gate listens) -> [tone] -> amp -> gate -> [tone] -> cabinet -> output gain -> out
 *
 *  Three kinds of threads meet in a rig. One audio thread runs it. Any threads may turn its settings and name its
 *  files. A worker, which may be any thread that is allowed to wait, loads files and builds what they need, whenever
 *  bl_rig_wants_work() says so; the audio thread then fades from old to new. A failed load leaves the old sound. */
#ifndef BACKLINE_PLUGINS_RIG_H
#define BACKLINE_PLUGINS_RIG_H

#include "capture.h"
#include "meter.h"
#include "rig_params.h"

#include <backline/cpu.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct bl_rig bl_rig;

/** Models that are kept ready, and knobs of a parametric model that can be turned. */
#define BL_RIG_SLOTS 16
#define BL_RIG_KNOBS 16

/** The files of a rig: slot i (0 <= i < BL_RIG_SLOTS; the setting counts from 1) is BL_RIG_MODEL + i. */
typedef enum bl_rig_file {
    BL_RIG_MODEL,
    BL_RIG_IMPULSE_1 = BL_RIG_SLOTS,
    BL_RIG_IMPULSE_2,
    BL_RIG_FILE_COUNT
} bl_rig_file;

typedef struct bl_rig_options {
    double rate_hz;       /**< of input and output, 8 kHz .. 768 kHz */
    size_t in_channels;   /**< 1, or 2: dual mono, each through an amp and a gate of its own */
    size_t out_channels;  /**< 1 or 2, at least in_channels */
    bl_cpu cpu;           /**< normally BL_CPU_AUTO */
    bl_load_options load; /**< for all models; its quality is ignored: that is a setting */
} bl_rig_options;

/** A rig without files and with all settings at their initial values: it passes the input on. Not real-time safe. */
BL_API bl_status bl_rig_create(const bl_rig_options *options, bl_rig **out, bl_error *error);

/** No other thread may use it any more. NULL is allowed. */
BL_API void bl_rig_free(bl_rig *rig);

/** ---- Any thread ---- */

/** A setting, clamped to what it can be. Takes effect with the next block, smoothly; a heavy one when the worker is
 *  done. Real-time safe, and several threads may do it at the same time. */
BL_API BL_REALTIME void bl_rig_set(bl_rig *rig, bl_rig_param param, float value);
BL_API BL_REALTIME float bl_rig_get(const bl_rig *rig, bl_rig_param param);

/** Knob 0 <= knob < BL_RIG_KNOBS of whatever model plays, in that model's units; NAN: its initial value. */
BL_API BL_REALTIME void bl_rig_set_knob(bl_rig *rig, size_t knob, float value);
BL_API BL_REALTIME float bl_rig_get_knob(const bl_rig *rig, size_t knob);

/** Names a file to be loaded, by the worker. NULL or "" takes away what is loaded there: a rig without the model of its
 *  slot passes on, but choosing an empty slot changes nothing. Of several names for one place the newest counts.
 *  BL_ERR_NO_MEM. May wait for other callers and allocates; does not wait for a load. */
BL_API bl_status bl_rig_set_file(bl_rig *rig, bl_rig_file file, const char *path);

/** Files that have the same names in both and are loaded in `from` need not be loaded again: the worker shares models,
 *  and impulse responses where both rigs have the same rate. Both must have been created with the same cpu and load
 *  options. For programs with many rigs; before the first bl_rig_work(). BL_ERR_NO_MEM. May wait. */
BL_API bl_status bl_rig_share_files(bl_rig *rig, bl_rig *from, bl_error *error);

/** What became of it. */
typedef struct bl_rig_file_state {
    char *path;     /**< as it was named; NULL if none is. It stays when loading fails. */
    bool loaded;    /**< it sounds, or will when its slot is chosen */
    bl_error error; /**< why not; status BL_OK if nothing is wrong or it was not tried yet */
} bl_rig_file_state;

/** Fills state; bl_rig_file_state_free() releases its path. May wait for a short time; not real-time safe. */
BL_API bl_status bl_rig_get_file(bl_rig *rig, bl_rig_file file, bl_rig_file_state *state);
BL_API void bl_rig_file_state_free(bl_rig_file_state *state);

/** The model of a slot, or NULL; the caller shares it and calls bl_capture_free(). May wait. */
BL_API bl_capture *bl_rig_share_capture(bl_rig *rig, size_t slot);

/** Grows by one whenever a file was loaded, taken away, or could not be loaded. */
BL_API BL_REALTIME unsigned bl_rig_file_changes(const bl_rig *rig);

/** Samples by which the output is late. It changes with a model that has another latency; a bypassed rig is as late. */
BL_API BL_REALTIME size_t bl_rig_latency(const bl_rig *rig);

/** Meters of the input behind its gain, and of the output; gate: the lowest gain that the gate had in the last block,
 *  0..1. */
typedef struct bl_rig_meters {
    bl_meter_reading in, out;
    float gate;
} bl_rig_meters;
BL_API BL_REALTIME void bl_rig_read_meters(const bl_rig *rig, bl_rig_meters *meters);
BL_API BL_REALTIME void bl_rig_clear_meters(bl_rig *rig);

/** ---- Worker: one thread at a time; further callers wait ---- */

/** Whether bl_rig_work() has something to do. Any thread, real-time safe: an audio callback asks, and wakes the
 *  worker. */
BL_API BL_REALTIME bool bl_rig_wants_work(const bl_rig *rig);

/** Loads, builds, warms up, hands over and frees until nothing is left to do. Requests that come meanwhile are done as
 *  well, and of those that supersede each other only the newest. Returns the first failure, whose sentence is also in
 *  the file's state; everything else has been done none the less. */
BL_API bl_status bl_rig_work(bl_rig *rig, bl_error *error);

/** ---- Audio thread ---- */

/** @param out     out_channels pointers to frames samples; out[c] may equal in[c]
 *  @param in      in_channels pointers to frames samples, nominal -1..+1; what is not finite counts as 0
 *  @param frames  any number; with 0, what the worker has handed over is taken, and latency is true from then on
 *  Whatever is handed over before the first frame sounds from the first sample on. The output is finite; with settings
 *  and files at rest it does not depend, to the bit, on how the input was cut into blocks. Real-time safe: time linear
 *  in frames; while something new fades in, up to three times as long. */
BL_API BL_REALTIME void bl_rig_process(bl_rig *rig, float *const *out, const float *const *in, size_t frames);

/** Forgets all sound: as after bl_rig_create(), with the same settings, files and knobs; whatever the worker has handed
 *  over is taken. The next bl_rig_process() begins anew. Not while another thread is in bl_rig_process(); the worker
 *  may work. Not real-time safe: takes the time of the network's prewarming; allocates nothing. */
BL_API void bl_rig_reset(bl_rig *rig);

/** ---- For programs that render on many threads ----
 *  With settings and files at rest, bl_rig_process() is: bl_rig_before(), the network, bl_rig_behind(). The network is
 *  that of the capture that plays, at bl_rig_oversample() times its rate, in_channels lanes. Meters stand still. */

/** Whether it can be taken apart: something was handed over and taken, nothing fades, amp and rig are on. */
BL_API bool bl_rig_can_split(const bl_rig *rig);
BL_API bl_capture *bl_rig_playing(const bl_rig *rig); /**< not shared with the caller */
BL_API size_t bl_rig_oversample(const bl_rig *rig);

/** Most of the network's frames for so many frames. */
BL_API size_t bl_rig_before_most(const bl_rig *rig, size_t frames);

/** @param network_in  in_channels pointers, for the network
 *  @param gate        in_channels pointers to frames samples, for bl_rig_behind()
 *  @return            the network's frames. Calls of before and behind may be on different threads at the same time. */
BL_API size_t bl_rig_before(bl_rig *rig, float *const *network_in, float *const *gate, const float *const *in,
                            size_t frames);

/** Takes, in the same order, what bl_rig_before() was given and gave. network_out may be changed. */
BL_API void bl_rig_behind(bl_rig *rig, float *const *out, float *const *network_out, const float *const *gate,
                          size_t network_frames, size_t frames);

#ifdef __cplusplus
}
#endif
#endif
