/* What stands in a rig's two stages. */
#ifndef BACKLINE_PLUGINS_RIG_PARTS_H
#define BACKLINE_PLUGINS_RIG_PARTS_H

#include "amp.h"
#include "cabinet.h"
#include "stage.h"

/* What the settings of a rig mean for the parts. */
typedef struct rig_levels {
    bool calibrate_input;
    float interface_dbu;
    int output_mode; /* BL_RIG_OUTPUT_... */
} rig_levels;

/* An amplifier for a stage; it owns amp. NULL if there is no memory, and then amp is still the caller's. */
bl_part *rig_amp_part(bl_amp *amp);

/* The amplifier in a part, or NULL if it is something else; part may be NULL. */
BL_REALTIME bl_amp *rig_part_amp(const bl_part *part);

/* Levels before and behind the network, as the capture's metadata and the settings ask for. */
BL_REALTIME void rig_amp_adjust(bl_part *part, const rig_levels *levels);

/* A cabinet for a stage; as above. */
bl_part *rig_cabinet_part(bl_cabinet *cabinet);

/* Settings of a cabinet; does nothing if the part is something else or NULL. */
BL_REALTIME void rig_cabinet_adjust(bl_part *part, const bl_cabinet_params *params);

/* Nothing: passes the input on. NULL if there is no memory. */
bl_part *rig_wire_part(size_t in_channels, size_t out_channels);

#endif
