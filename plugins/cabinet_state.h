/* What cabinet.c builds and cabinet_process.c plays. */
#ifndef BL_PLUGINS_CABINET_STATE_H
#define BL_PLUGINS_CABINET_STATE_H

#include "biquad.h"
#include "cabinet.h"
#include "convolution.h"
#include "delay.h"
#include "ramp.h"

enum { BL_CABINET_RESPONSES = 2, BL_CABINET_CHANNELS = 2 };

#define BL_CABINET_MAX_DELAY_MS    20.0f
#define BL_CABINET_LOW_CUT_OFF_HZ  20.0f
#define BL_CABINET_HIGH_CUT_OFF_HZ 20000.0f

/** One loudspeaker. Where the channels of the input or of the response differ, each output has a path of its own;
 *  else one path goes to all outputs. */
typedef struct bl_cabinet_speaker {
    bl_impulse *impulse; /* shared; NULL: there is none */
    size_t paths;        /* 0 where there is none */
    bl_convolution_kernel kernels[BL_CABINET_CHANNELS];
    bl_convolution convolutions[BL_CABINET_CHANNELS];
    bl_delay delays[BL_CABINET_CHANNELS]; /* of the paths */
    bl_ramp gains[BL_CABINET_CHANNELS];   /* to the outputs */
} bl_cabinet_speaker;

struct bl_cabinet {
    double rate_hz;
    size_t in, out;
    bool fresh; /* nothing was played since the start or the reset */
    bl_cabinet_params params;
    bl_kernels kernels;
    void *fft_memory;
    bl_convolver_fft fft;
    bl_convolution_line lines[BL_CABINET_CHANNELS]; /* of the inputs */
    bl_cabinet_speaker speakers[BL_CABINET_RESPONSES];
    bl_biquad low_cut, high_cut;
};

#endif
