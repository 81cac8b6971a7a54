/* PortAudio's beginning and end, without the noise of what it looks into. */
#ifndef TOOLS_LIVE_LIBRARY_H
#define TOOLS_LIVE_LIBRARY_H

#include <backline/status.h>

/* Looks for devices. BL_ERR_IO. The first call must be made before there are other threads. */
bl_status library_begin(bl_error *error);
void library_end(void);

/* Between these two, what anybody writes to the standard error is lost. ALSA and PortAudio write there whatever they do
 * not find while they look for devices and open them, dozens of lines on a machine where all is well; ALSA's plugins and
 * PortAudio's own tracing know no switch for that. For short calls only; one thread at a time. */
int quiet_begin(void);
void quiet_end(int kept);

#endif
