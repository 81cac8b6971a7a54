/* Functions with names that the plugin uses inside, as another plugin, an older version of ours, or a host's library may
 * bring them. Loaded first, so that whoever calls one by its name gets this one: which ends the process. */
#include <stdlib.h>

#define STRANGER(name)                                                                                             \
    void name(void);                                                                                               \
    void name(void)                                                                                                \
    {                                                                                                              \
        abort();                                                                                                   \
    }

/* ours */
STRANGER(bl_capture_load)
STRANGER(bl_model_load_file)
STRANGER(bl_plan_create)
STRANGER(bl_rig_create)
STRANGER(bl_rig_process)
STRANGER(bl_rig_work)
STRANGER(bl_stream_create)
STRANGER(bl_stream_process)
STRANGER(control_read)
STRANGER(host_init)
STRANGER(notify_write)
STRANGER(plugin_run)
STRANGER(port_describe)
STRANGER(sha256_of_file)
STRANGER(work_all)

/* libraries', where Debian's have no versions for their names */
STRANGER(kiss_fft)
STRANGER(kiss_fft_alloc)
STRANGER(kiss_fft_stride)
STRANGER(kiss_fftr)
STRANGER(kiss_fftr_alloc)
