/* Element-wise work on rows. */

/* A vector of row r from frame t on. */
#define STORE(rows, v) store_frames((rows).y + r * (rows).stride + t, v, frames - t)

/* Runs its body for every vector, at row r and frame t. */
#define FOR_ROWS(rows, frames)                                                                                     \
    for (size_t r = 0; r < (rows); r++)                                                                            \
        for (size_t t = 0; t < (frames); t += VF_LEN)

ALWAYS_INLINE void map_rows(bl_activation_kind kind, bl_out out, const bl_rows *x, const bl_activation *act,
                            const bl_sum *sum, size_t frames)
{
    const act_params p = spread(*act);
    if (sum->y) {
        FOR_ROWS (x->count, frames) {
            const VF y = activate(vf_load(x->x + r * x->stride + t), kind, p);
            STORE(out, y);
            STORE(*sum, vf_add(vf_load(sum->plus + r * sum->plus_stride + t), y));
        }
    } else {
        FOR_ROWS (x->count, frames)
            STORE(out, activate(vf_load(x->x + r * x->stride + t), kind, p));
    }
}

#define MAP(name, kind)                                                                                            \
    static void map_##name(bl_out out, const bl_rows *x, const bl_activation *act, const bl_sum *sum,              \
                           size_t frames)                                                                          \
    {                                                                                                              \
        map_rows(kind, out, x, act, sum, frames);                                                                  \
    }
MAP(linear, BL_ACT_LINEAR)
MAP(tanh, BL_ACT_TANH)
MAP(sigmoid, BL_ACT_SIGMOID)
MAP(relu, BL_ACT_RELU)
MAP(leaky_relu, BL_ACT_LEAKY_RELU)
MAP(softsign, BL_ACT_SOFTSIGN)
MAP(silu, BL_ACT_SILU)
MAP(hardtanh, BL_ACT_HARDTANH)
MAP(hardswish, BL_ACT_HARDSWISH)
MAP(hardsigmoid, BL_ACT_HARDSIGMOID)
MAP(leaky_hardtanh, BL_ACT_LEAKY_HARDTANH)
MAP(fast_tanh, BL_ACT_FAST_TANH)
MAP(elu, BL_ACT_ELU)
MAP(selu, BL_ACT_SELU)
MAP(gelu, BL_ACT_GELU)
MAP(softplus, BL_ACT_SOFTPLUS)
MAP(exp, BL_ACT_EXP)

#define MAP_TABLE                                                                                                  \
    {                                                                                                              \
        [BL_ACT_LINEAR] = map_linear, [BL_ACT_TANH] = map_tanh, [BL_ACT_SIGMOID] = map_sigmoid,                    \
        [BL_ACT_RELU] = map_relu, [BL_ACT_LEAKY_RELU] = map_leaky_relu, [BL_ACT_SOFTSIGN] = map_softsign,          \
        [BL_ACT_SILU] = map_silu, [BL_ACT_HARDTANH] = map_hardtanh, [BL_ACT_HARDSWISH] = map_hardswish,            \
        [BL_ACT_HARDSIGMOID] = map_hardsigmoid, [BL_ACT_LEAKY_HARDTANH] = map_leaky_hardtanh,                      \
        [BL_ACT_FAST_TANH] = map_fast_tanh, [BL_ACT_ELU] = map_elu, [BL_ACT_SELU] = map_selu,                      \
        [BL_ACT_GELU] = map_gelu, [BL_ACT_SOFTPLUS] = map_softplus, [BL_ACT_EXP] = map_exp,                        \
    }

/* For pairs of functions without a loop of their own: chosen per vector. */
static __attribute__((noinline)) VF activate_any(VF x, const bl_activation *act)
{
    return activate(x, act->kind, spread(*act));
}

static void gate_tanh_sigmoid(bl_out out, const bl_rows *xa, const bl_rows *xb, const bl_sum *sum, size_t frames)
{
    FOR_ROWS (xa->count, frames) {
        const VF y =
            act_tanh_times_sigmoid(vf_load(xa->x + r * xa->stride + t), vf_load(xb->x + r * xb->stride + t));
        STORE(out, y);
        if (sum->y)
            STORE(*sum, vf_add(vf_load(sum->plus + r * sum->plus_stride + t), y));
    }
}

/* tanh * sigmoid is the gate of every published WaveNet. */
static void gate(bl_out out, const bl_rows *xa, const bl_rows *xb, const bl_activation *a, const bl_activation *b,
                 const bl_sum *sum, size_t frames)
{
    if (a->kind == BL_ACT_TANH && b->kind == BL_ACT_SIGMOID) {
        gate_tanh_sigmoid(out, xa, xb, sum, frames);
        return;
    }
    FOR_ROWS (xa->count, frames) {
        const VF left = activate_any(vf_load(xa->x + r * xa->stride + t), a);
        const VF y = vf_mul(left, activate_any(vf_load(xb->x + r * xb->stride + t), b));
        STORE(out, y);
        if (sum->y)
            STORE(*sum, vf_add(vf_load(sum->plus + r * sum->plus_stride + t), y));
    }
}

static void blend(bl_out out, const bl_rows *xa, const bl_rows *xb, const bl_activation *a, const bl_activation *b,
                  size_t frames)
{
    FOR_ROWS (xa->count, frames) {
        const VF x = vf_load(xa->x + r * xa->stride + t);
        const VF g = activate_any(vf_load(xb->x + r * xb->stride + t), b);
        const VF rest = vf_mul(vf_sub(vf_set1(1.0f), g), x);
        STORE(out, vf_fma(g, activate_any(x, a), rest));
    }
}

static void softmax(bl_out out, const bl_rows *x, size_t frames)
{
    for (size_t t = 0; t < frames; t += VF_LEN) {
        VF largest = vf_load(x->x + t), sum = vf_set1(0.0f);
        for (size_t r = 1; r < x->count; r++)
            largest = vf_max(largest, vf_load(x->x + r * x->stride + t));
        for (size_t r = 0; r < x->count; r++) {
            const VF e = act_exp(vf_sub(vf_load(x->x + r * x->stride + t), largest));
            sum = vf_add(sum, e);
            STORE(out, e);
        }
        for (size_t r = 0; r < x->count; r++)
            STORE(out, vf_div(vf_load(out.y + r * out.stride + t), sum));
    }
}

static void add(bl_out out, const bl_rows *xa, const bl_rows *xb, size_t frames)
{
    FOR_ROWS (xa->count, frames)
        STORE(out, vf_add(vf_load(xa->x + r * xa->stride + t), vf_load(xb->x + r * xb->stride + t)));
}

static void mul(bl_out out, const bl_rows *xa, const bl_rows *xb, size_t frames)
{
    FOR_ROWS (xa->count, frames)
        STORE(out, vf_mul(vf_load(xa->x + r * xa->stride + t), vf_load(xb->x + r * xb->stride + t)));
}

static void scale(bl_out out, const bl_rows *x, float factor, size_t frames)
{
    FOR_ROWS (x->count, frames)
        STORE(out, vf_mul(vf_set1(factor), vf_load(x->x + r * x->stride + t)));
}
