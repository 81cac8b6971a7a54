/* Every bound on what a model's file may ask for, in one place. They lie far above real captures and low enough
 * that a hostile file cannot exhaust a machine. */
#ifndef BL_MODEL_LIMITS_H
#define BL_MODEL_LIMITS_H

#define BL_MAX_FILE_BYTES      (128u << 20) /* a model file                                       */
#define BL_MAX_TENSORS         65536u       /* tensors in one file                                */
#define BL_MAX_VALUES          (32u << 20)  /* numbers in one file, all tensors together          */
#define BL_MAX_NODES           16384u       /* nodes of a graph                                   */
#define BL_MAX_CONNECTIONS     65536u       /* inputs of all nodes together                       */
#define BL_MAX_PARAMETERS      (8u << 20)   /* weights and biases of a graph                      */
#define BL_MAX_CHANNELS        4096u        /* channels of a node                                 */
#define BL_MAX_KERNEL          65536u       /* taps of a convolution                              */
#define BL_MAX_HIDDEN          1024u        /* channels of a recurrent layer                      */
#define BL_MAX_PARAMS          256u         /* knobs of a network                                 */
#define BL_MAX_STRIDE          64u          /* of one layer, also the factor of an upsampling     */
#define BL_MAX_GRANULARITY     4096u        /* input frames that have to come together            */
#define BL_MAX_RECEPTIVE_FIELD (1u << 22)   /* samples: 87 s at 48 kHz                            */
#define BL_MAX_PLAN_PIECES     (1u << 18)   /* operations, tiles and what they read, in a plan     */
#define BL_MAX_PLAN_WEIGHTS    (16u << 20)  /* packed weights of a plan                           */
#define BL_MAX_PREWARM_WORK    2e10         /* operations for the zeros that are heard first      */
#define BL_MAX_STREAM_BYTES    (256u << 20) /* state of one stream                                */
#define BL_MAX_SAMPLE_RATE     1000000.0    /* Hz                                                 */

#endif
