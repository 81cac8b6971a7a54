/* A plan as streams see it. */
#ifndef BL_PLAN_PLAN_H
#define BL_PLAN_PLAN_H

#include "plan/code.h"

#include <backline/plan.h>

struct bl_plan {
    bl_kernels kernels;
    bl_program program;
    bl_code code;
    size_t prewarm; /* zeros to hear after a reset */
    double sample_rate_hz;
};

#endif
