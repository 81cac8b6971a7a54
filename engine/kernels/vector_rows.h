/* Element-wise work on rows. */

/* Runs its body for every vector, at row r and frame t. */
#define FOR_ROWS(rows, frames)               \
    for (size_t r = 0; r < (rows); r++)      \
        for (size_t t = 0; t < (frames); t += VF_LEN)

ALWAYS_INLINE void map_rows(bl_activation_kind kind, bl_out out, bl_rows x, bl_activation act, bl_out sum,
                            const float *addend, size_t addend_stride, size_t frames)
{
    const VF slope = vf_set1(act.slope);
    if (sum.y) {
        FOR_ROWS (x.count, frames) {
            const VF y = activate(vf_load(x.x + r * x.stride + t), kind, slope);
            vf_store(out.y + r * out.stride + t, y);
            vf_store(sum.y + r * sum.stride + t, vf_add(vf_load(addend + r * addend_stride + t), y));
        }
    } else {
        FOR_ROWS (x.count, frames)
            vf_store(out.y + r * out.stride + t, activate(vf_load(x.x + r * x.stride + t), kind, slope));
    }
}

#define MAP(name, kind)                                                                                       \
    static void map_##name(bl_out out, bl_rows x, bl_activation act, bl_out sum, const float *addend,         \
                           size_t addend_stride, size_t frames)                                               \
    {                                                                                                         \
        map_rows(kind, out, x, act, sum, addend, addend_stride, frames);                                      \
    }
MAP(linear, BL_ACT_LINEAR)
MAP(tanh, BL_ACT_TANH)
MAP(sigmoid, BL_ACT_SIGMOID)
MAP(relu, BL_ACT_RELU)
MAP(leaky_relu, BL_ACT_LEAKY_RELU)
MAP(softsign, BL_ACT_SOFTSIGN)

ALWAYS_INLINE void gate_rows(bl_activation_kind kind_a, bl_activation_kind kind_b, bl_out out, bl_rows xa,
                             bl_rows xb, bl_activation a, bl_activation b, bl_out sum, const float *addend,
                             size_t addend_stride, size_t frames)
{
    const VF slope_a = vf_set1(a.slope), slope_b = vf_set1(b.slope);
    FOR_ROWS (xa.count, frames) {
        const VF left = activate(vf_load(xa.x + r * xa.stride + t), kind_a, slope_a);
        const VF right = activate(vf_load(xb.x + r * xb.stride + t), kind_b, slope_b);
        const VF y = vf_mul(left, right);
        vf_store(out.y + r * out.stride + t, y);
        if (sum.y)
            vf_store(sum.y + r * sum.stride + t, vf_add(vf_load(addend + r * addend_stride + t), y));
    }
}

/* tanh * sigmoid is the gate of every published WaveNet; the others choose their functions per vector. */
static void gate(bl_out out, bl_rows xa, bl_rows xb, bl_activation a, bl_activation b, bl_out sum,
                 const float *addend, size_t addend_stride, size_t frames)
{
    if (a.kind == BL_ACT_TANH && b.kind == BL_ACT_SIGMOID)
        gate_rows(BL_ACT_TANH, BL_ACT_SIGMOID, out, xa, xb, a, b, sum, addend, addend_stride, frames);
    else
        gate_rows(a.kind, b.kind, out, xa, xb, a, b, sum, addend, addend_stride, frames);
}

static void add(bl_out out, bl_rows xa, bl_rows xb, size_t frames)
{
    FOR_ROWS (xa.count, frames)
        vf_store(out.y + r * out.stride + t,
                 vf_add(vf_load(xa.x + r * xa.stride + t), vf_load(xb.x + r * xb.stride + t)));
}

static void mul(bl_out out, bl_rows xa, bl_rows xb, size_t frames)
{
    FOR_ROWS (xa.count, frames)
        vf_store(out.y + r * out.stride + t,
                 vf_mul(vf_load(xa.x + r * xa.stride + t), vf_load(xb.x + r * xb.stride + t)));
}

static void scale(bl_out out, bl_rows x, float factor, size_t frames)
{
    FOR_ROWS (x.count, frames)
        vf_store(out.y + r * out.stride + t, vf_mul(vf_set1(factor), vf_load(x.x + r * x.stride + t)));
}
