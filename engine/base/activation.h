/* The activation functions, by name. Shared by the graph, which says what to compute, and the kernels,
 * which compute it. */
#ifndef BL_BASE_ACTIVATION_H
#define BL_BASE_ACTIVATION_H

typedef enum bl_activation_kind {
    BL_ACT_LINEAR, /* x                                                     */
    BL_ACT_TANH,
    BL_ACT_SIGMOID,        /* 1 / (1 + exp(-x))                             */
    BL_ACT_RELU,           /* max(x, 0)                                     */
    BL_ACT_LEAKY_RELU,     /* x > 0 ? x : a * x                             */
    BL_ACT_SOFTSIGN,       /* x / (1 + |x|)                                 */
    BL_ACT_SILU,           /* x * sigmoid(x)                                */
    BL_ACT_HARDTANH,       /* clip to a .. b                                */
    BL_ACT_HARDSWISH,      /* x * clip(x + 3, 0, 6) / 6                     */
    BL_ACT_HARDSIGMOID,    /* clip(x / 6 + 1/2, 0, 1)                       */
    BL_ACT_LEAKY_HARDTANH, /* below a: (x-a)*c + a; above b: (x-b)*d + b    */
    BL_ACT_FAST_TANH,      /* NAM's rational approximation of tanh          */
    BL_ACT_ELU,            /* x > 0 ? x : a * (exp(x) - 1)                  */
    BL_ACT_SELU,           /* 1.0507... * (x > 0 ? x : 1.6733... * (exp(x) - 1)) */
    BL_ACT_GELU,           /* x * Phi(x), with the error function           */
    BL_ACT_SOFTPLUS,       /* log(1 + exp(x))                               */
    BL_ACT_EXP,            /* exp(x), at most the largest float             */
    BL_ACT_COUNT
} bl_activation_kind;

/* Parameters are named a, b, c, d as above; those that a kind does not name are 0. */
typedef struct bl_activation {
    bl_activation_kind kind;
    float a, b, c, d;
} bl_activation;

#endif
