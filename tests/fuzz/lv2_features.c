#include "fuzz/lv2_features.h"

#include <lv2/worker/worker.h>
#include <string.h>

LV2_URID fuzz_urid(const char *uri)
{
    return (LV2_URID)bl_fuzz_hash((const uint8_t *)uri, strlen(uri));
}

static LV2_URID map_uri(LV2_URID_Map_Handle handle, const char *uri)
{
    return fuzz_urid(uri);
}

static LV2_Worker_Status refuse(LV2_Worker_Schedule_Handle handle, uint32_t size, const void *data)
{
    return LV2_WORKER_ERR_NO_SPACE;
}

static LV2_URID_Map map = { NULL, map_uri };
static LV2_Worker_Schedule schedule = { NULL, refuse };
static const LV2_Feature map_feature = { LV2_URID__map, &map },
                         schedule_feature = { LV2_WORKER__schedule, &schedule };
const LV2_Feature *const fuzz_features[] = { &map_feature, &schedule_feature, NULL };
