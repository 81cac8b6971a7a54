/* Activation functions on vectors. Error bounds are against double precision over all floats and are
 * tested (tests/kernels/test_activations.c). */

/* x * P(x^2) / Q(x^2), both of degree 4, fitted by us for the least largest relative error on |x| <= 8.2
 * (8.3e-9 before rounding); beyond, tanh is 1 to within 1.6e-7. Absolute and relative error < 5e-7. */
ALWAYS_INLINE VF act_tanh(VF x)
{
    x = vf_max(vf_min(x, vf_set1(8.2f)), vf_set1(-8.2f));
    const VF t = vf_mul(x, x);
    VF p = vf_fma(t, vf_set1(1.484291532533915e-08f), vf_set1(2.16390638389677e-05f));
    VF q = vf_fma(t, vf_set1(8.37159387481011e-07f), vf_set1(3.3866227959284464e-04f));
    p = vf_fma(p, t, vf_set1(3.556799302522566e-03f));
    q = vf_fma(q, t, vf_set1(2.6108733058635744e-02f));
    p = vf_fma(p, t, vf_set1(1.3432219614329893e-01f));
    q = vf_fma(q, t, vf_set1(4.6765545476017645e-01f));
    p = vf_fma(p, t, vf_set1(9.999999921689606e-01f));
    q = vf_fma(q, t, vf_set1(1.0f));
    return vf_div(vf_mul(x, p), q);
}

/* exp(x) for |x| <= 87: 2^n * e^r with n = round(x / ln 2). Adding 1.5 * 2^23 rounds to a whole number
 * and leaves it in the low bits, where vf_exp2_scale() finds it. The polynomial was fitted by us for the
 * least largest relative error on |r| <= ln(2)/2 (3.1e-9 before rounding). */
ALWAYS_INLINE VF exp_bounded(VF x)
{
    const VF magic = vf_set1(12582912.0f);
    const VF z = vf_fma(x, vf_set1(1.44269504f), magic);
    const VF n = vf_sub(z, magic);
    VF r = vf_fma(n, vf_set1(-0.693359375f), x); /* ln 2 in two parts, the first exact in few bits */
    r = vf_fma(n, vf_set1(2.12194440e-4f), r);
    VF p = vf_fma(r, vf_set1(1.3812779089410882e-03f), vf_set1(8.368695419518913e-03f));
    p = vf_fma(p, r, vf_set1(4.166841472532687e-02f));
    p = vf_fma(p, r, vf_set1(1.6666520906064117e-01f));
    p = vf_fma(p, r, vf_set1(4.99999933894229e-01f));
    p = vf_fma(p, r, vf_set1(1.0f));
    p = vf_fma(p, r, vf_set1(1.0f));
    return vf_exp2_scale(p, z);
}

/* Relative error < 5e-7, also where the result is tiny. */
ALWAYS_INLINE VF act_sigmoid(VF x)
{
    const VF one = vf_set1(1.0f);
    const VF bounded = vf_max(vf_min(x, vf_set1(87.0f)), vf_set1(-87.0f));
    return vf_div(one, vf_add(one, exp_bounded(vf_sub(vf_set1(0.0f), bounded))));
}

ALWAYS_INLINE VF act_silu(VF x)
{
    return vf_mul(vf_max(x, vf_set1(-87.0f)), act_sigmoid(x)); /* far left the product must vanish */
}

ALWAYS_INLINE VF clip(VF x, VF low, VF high)
{
    return vf_min(vf_max(x, low), high);
}

ALWAYS_INLINE VF act_hardswish(VF x)
{
    const VF six = vf_set1(6.0f), zero = vf_set1(0.0f);
    return vf_mul(x, vf_mul(clip(vf_add(x, vf_set1(3.0f)), zero, six), vf_set1(1.0f / 6.0f)));
}

ALWAYS_INLINE VF act_hardsigmoid(VF x)
{
    return clip(vf_fma(x, vf_set1(1.0f / 6.0f), vf_set1(0.5f)), vf_set1(0.0f), vf_set1(1.0f));
}

ALWAYS_INLINE VF act_relu(VF x)
{
    return vf_max(x, vf_set1(0.0f));
}

ALWAYS_INLINE VF act_leaky_relu(VF x, VF slope)
{
    return vf_select_positive(x, x, vf_mul(x, slope));
}

ALWAYS_INLINE VF act_leaky_hardtanh(VF x, VF low, VF high, VF low_slope, VF high_slope)
{
    const VF below = vf_fma(vf_sub(x, low), low_slope, low), above = vf_fma(vf_sub(x, high), high_slope, high);
    return vf_select_positive(vf_sub(low, x), below, vf_select_positive(vf_sub(x, high), above, x));
}

ALWAYS_INLINE VF act_softsign(VF x)
{
    return vf_div(x, vf_add(vf_set1(1.0f), vf_abs(x)));
}

/* The formula of NeuralAmpModelerCore, see FORMATS.md of the corpus; bounded so that squares stay finite. */
ALWAYS_INLINE VF act_fast_tanh(VF x)
{
    x = clip(x, vf_set1(-1e8f), vf_set1(1e8f));
    const VF ax = vf_abs(x), x2 = vf_mul(x, x), k = vf_set1(2.45550750702956f), m = vf_set1(2.44506634652299f);
    const VF slope = vf_fma(vf_set1(0.821226666969744f), ax, vf_set1(0.893229853513558f));
    const VF top = vf_mul(x, vf_fma(slope, x2, vf_fma(k, ax, k)));
    const VF mixed = vf_abs(vf_fma(vf_mul(vf_set1(0.814642734961073f), x), ax, x));
    return vf_div(top, vf_fma(vf_add(m, x2), mixed, m));
}

ALWAYS_INLINE VF act_exp(VF x)
{
    return exp_bounded(clip(x, vf_set1(-87.0f), vf_set1(88.0f)));
}

ALWAYS_INLINE VF act_elu(VF x, VF a)
{
    const VF low = vf_mul(a, vf_sub(act_exp(vf_min(x, vf_set1(0.0f))), vf_set1(1.0f)));
    return vf_select_positive(x, x, low);
}

ALWAYS_INLINE VF act_selu(VF x)
{
    return vf_mul(vf_set1(1.05070098735548049342f), act_elu(x, vf_set1(1.67326324235437728482f)));
}

/* Phi by the error function, Abramowitz and Stegun 7.1.26: absolute error < 1.5e-7 before rounding. */
ALWAYS_INLINE VF act_gelu(VF x)
{
    const VF one = vf_set1(1.0f), z = vf_mul(vf_abs(x), vf_set1(0.70710678118654752f));
    const VF t = vf_div(one, vf_fma(vf_set1(0.3275911f), z, one));
    VF p = vf_fma(t, vf_set1(1.061405429f), vf_set1(-1.453152027f));
    p = vf_fma(p, t, vf_set1(1.421413741f));
    p = vf_fma(p, t, vf_set1(-0.284496736f));
    p = vf_fma(p, t, vf_set1(0.254829592f));
    const VF capped = vf_min(z, vf_set1(9.0f));
    const VF tail = vf_mul(vf_mul(p, t), act_exp(vf_sub(vf_set1(0.0f), vf_mul(capped, capped))));
    const VF half = vf_mul(vf_set1(0.5f), tail);   /* Phi(-|x|) */
    const VF bounded = vf_max(x, vf_set1(-13.0f)); /* far left the product must vanish */
    return vf_mul(bounded, vf_select_positive(x, vf_sub(one, half), half));
}

/* max(x, 0) + log(1 + u), u = exp(-|x|) <= 1; the logarithm as u * P(u) / Q(u), fitted by us for the least
 * largest relative error (1.1e-9 before rounding). */
ALWAYS_INLINE VF act_softplus(VF x)
{
    const VF u = act_exp(vf_sub(vf_set1(0.0f), vf_abs(x)));
    VF p = vf_fma(u, vf_set1(0.003386298057037227f), vf_set1(0.23716055227320307f));
    VF q = vf_fma(u, vf_set1(0.07489867841294379f), vf_set1(0.6860879042920579f));
    p = vf_fma(p, u, vf_set1(1.0645153253183757f));
    q = vf_fma(q, u, vf_set1(1.564515185578163f));
    p = vf_fma(p, u, vf_set1(0.9999999989676766f));
    q = vf_fma(q, u, vf_set1(1.0f));
    return vf_add(vf_max(x, vf_set1(0.0f)), vf_div(vf_mul(u, p), q));
}

/* The parameters of an activation, one per vector. */
typedef struct act_params {
    VF a, b, c, d;
} act_params;

ALWAYS_INLINE act_params spread(bl_activation act)
{
    return (act_params){ vf_set1(act.a), vf_set1(act.b), vf_set1(act.c), vf_set1(act.d) };
}

/* kind is a constant wherever this is inlined into a loop of its own. */
ALWAYS_INLINE VF activate(VF x, bl_activation_kind kind, act_params p)
{
    switch (kind) {
    case BL_ACT_TANH: return act_tanh(x);
    case BL_ACT_SIGMOID: return act_sigmoid(x);
    case BL_ACT_RELU: return act_relu(x);
    case BL_ACT_LEAKY_RELU: return act_leaky_relu(x, p.a);
    case BL_ACT_SOFTSIGN: return act_softsign(x);
    case BL_ACT_SILU: return act_silu(x);
    case BL_ACT_HARDTANH: return clip(x, p.a, p.b);
    case BL_ACT_HARDSWISH: return act_hardswish(x);
    case BL_ACT_HARDSIGMOID: return act_hardsigmoid(x);
    case BL_ACT_LEAKY_HARDTANH: return act_leaky_hardtanh(x, p.a, p.b, p.c, p.d);
    case BL_ACT_FAST_TANH: return act_fast_tanh(x);
    case BL_ACT_ELU: return act_elu(x, p.a);
    case BL_ACT_SELU: return act_selu(x);
    case BL_ACT_GELU: return act_gelu(x);
    case BL_ACT_SOFTPLUS: return act_softplus(x);
    case BL_ACT_EXP: return act_exp(x);
    case BL_ACT_LINEAR:
    case BL_ACT_COUNT: break;
    }
    return x;
}
