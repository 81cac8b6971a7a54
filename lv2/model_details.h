/* What can be said of a model, for people. */
#ifndef BACKLINE_LV2_MODEL_DETAILS_H
#define BACKLINE_LV2_MODEL_DETAILS_H

#include "capture.h"
#include "plain_text.h"

/* Appends lines "Key: value"; what the file does not say is left out. rate_hz: at which it is played. */
void model_details(plain_text *t, const bl_capture *capture, double rate_hz);

#endif
