/** @file capture.h
 *  A model ready to be played: loaded, compiled for this CPU, and with its loudness known. */
#ifndef BACKLINE_PLUGINS_CAPTURE_H
#define BACKLINE_PLUGINS_CAPTURE_H

#include <backline/model.h>
#include <backline/plan.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Immutable and counted: shared by all who play it, on any thread. Never on the audio thread. */
typedef struct bl_capture bl_capture;

/** Load a file.
 *  @param options  as for bl_model_load_file(); may be NULL
 *  @param cpu      normally BL_CPU_AUTO
 *  Errors as bl_model_load_file() and bl_plan_create(); BL_ERR_UNSUPPORTED also for a network that does not take and
 *  give one channel, or is for less than 8 kHz. */
BL_API bl_status bl_capture_load(const char *path, const bl_load_options *options, bl_cpu cpu, bl_capture **out,
                                 bl_error *error);

/** The same for a model that is loaded already, e.g. from memory; the capture has no path then. The model belongs to the capture if it succeeds, else
 *  still to the caller. */
BL_API bl_status bl_capture_create(bl_model *model, bl_cpu cpu, bl_capture **out, bl_error *error);

/** Another owner; returns its argument. NULL is allowed. */
BL_API bl_capture *bl_capture_share(bl_capture *capture);

/** One owner less; the last one frees it. NULL is allowed. */
BL_API void bl_capture_free(bl_capture *capture);

/** The file that it was loaded from, as it was named; NULL: none. */
BL_API const char *bl_capture_path(const bl_capture *capture);

BL_API const bl_model *bl_capture_model(const bl_capture *capture);
BL_API const bl_plan *bl_capture_plan(const bl_capture *capture);

/** Rate it was made for in Hz; 48000 where the file does not say. */
BL_API double bl_capture_rate(const bl_capture *capture);

/** Loudness of its output in dB, as NAM's trainer defines it: the RMS level of what the network makes of a second of
 *  pink noise at -15 dBFS RMS. What the file says, or else measured so when it was loaded. */
BL_API double bl_capture_loudness(const bl_capture *capture);
BL_API bool bl_capture_loudness_was_measured(const bl_capture *capture);

#ifdef __cplusplus
}
#endif
#endif
