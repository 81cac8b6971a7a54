/* The activation functions, by name. Shared by the graph, which says what to compute, and the kernels,
 * which compute it. */
#ifndef BL_BASE_ACTIVATION_H
#define BL_BASE_ACTIVATION_H

typedef enum bl_activation_kind {
    BL_ACT_LINEAR, /* x                                      */
    BL_ACT_TANH,
    BL_ACT_SIGMOID,    /* 1 / (1 + exp(-x))                  */
    BL_ACT_RELU,       /* max(x, 0)                          */
    BL_ACT_LEAKY_RELU, /* x > 0 ? x : slope * x              */
    BL_ACT_SOFTSIGN,   /* x / (1 + |x|)                      */
    BL_ACT_COUNT
} bl_activation_kind;

typedef struct bl_activation {
    bl_activation_kind kind;
    float slope; /* BL_ACT_LEAKY_RELU only */
} bl_activation;

#endif
