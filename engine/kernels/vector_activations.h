/* Activation functions on vectors. Error bounds are against double precision over all floats and are
 * tested (tests/kernels/test_activations.c).
 *
 * A division costs as much as three multiply-adds, and additions have units of their own. So functions that
 * divide anyway are written as one fraction, and polynomials as products of polynomials that begin with an
 * addition: (t + a) t + b. An instruction set may define vf_limit() and vf_add_ln2() for itself. */

/* x within -c .. c; c where x is not a number. */
#ifndef vf_limit
#define vf_limit(x, c) vf_max(vf_min(x, vf_set1(c)), vf_set1(-(c)))
#endif

/* x + n ln 2 for a whole number |n| <= 127 that leaves little of x. A fused multiply-add rounds the sum only, and
 * that ln 2 itself is rounded costs n * 1.9e-9: 2.4e-7 at most, where exp(x) is about to leave the floats. */
#ifndef vf_add_ln2
#define vf_add_ln2(x, n) vf_fma(n, vf_set1(0.693147180559945f), x)
#endif

/* A function as the fraction top / bottom. */
typedef struct act_ratio {
    VF top, bottom;
} act_ratio;

/* x * (z * p + c) / (z * q + d), where z, p and q are quadratic in x^2: fitted by us for the least relative error
 * on |x| <= 7.85 (2e-8 up to 2, 6e-8 from 4, before rounding); the rounded coefficients were then chosen for the
 * least error of the rounded result. Never more than 1. Absolute and relative error < 4e-7. */
ALWAYS_INLINE act_ratio tanh_ratio(VF x)
{
    x = vf_limit(x, 7.85f);
    const VF t = vf_mul(x, x);
    const VF z = vf_fma(vf_add(t, vf_set1(59.0999908f)), t, vf_set1(-95.0000153f));
    const VF p = vf_fma(vf_fma(t, vf_set1(0.0196760651f), vf_set1(22.511467f)), t, vf_set1(2123.9939f));
    const VF q = vf_fma(vf_add(t, vf_set1(286.663391f)), t, vf_set1(7647.15479f));
    return (act_ratio){ vf_mul(x, vf_fma(z, p, vf_set1(1105752.25f))), vf_fma(z, q, vf_set1(1630452.62f)) };
}

ALWAYS_INLINE VF act_tanh(VF x)
{
    const act_ratio y = tanh_ratio(x);
    return vf_div(y.top, y.bottom);
}

/* exp(-x) for |x| <= 87: 2^n * e^r with n = round(-x / ln 2). Adding 1.5 * 2^23 rounds to a whole number and
 * leaves it in the low bits, where vf_exp2_scale() finds it. e^-r = (Q - r) / (Q + r), where Q = r / tanh(r/2)
 * is even and nearly constant; fitted by us for the least largest relative error on |r| <= ln(2)/2 (5.2e-10
 * before rounding). */
ALWAYS_INLINE act_ratio exp_minus_ratio(VF x)
{
    const VF magic = vf_set1(12582912.0f);
    const VF z = vf_fma(x, vf_set1(-1.44269504f), magic);
    const VF r = vf_add_ln2(x, vf_sub(z, magic)), t = vf_mul(r, r);
    const VF q = vf_fma(vf_fma(t, vf_set1(-2.7659871837206e-3f), vf_set1(0.16666617710071f)), t, vf_set1(2.0f));
    return (act_ratio){ vf_exp2_scale(vf_sub(q, r), z), vf_add(q, r) };
}

/* Relative error < 5e-7, also where the result is tiny. */
ALWAYS_INLINE VF act_sigmoid(VF x)
{
    const act_ratio e = exp_minus_ratio(vf_limit(x, 87.0f));
    return vf_div(e.bottom, vf_add(e.bottom, e.top));
}

/* tanh(x) * sigmoid(y) with one division. Relative error < 8e-7; below 2e-24 absolute error < 2e-30, because
 * the denominator may overflow, which makes the product 0. */
ALWAYS_INLINE VF act_tanh_times_sigmoid(VF x, VF y)
{
    const act_ratio signal = tanh_ratio(x), e = exp_minus_ratio(vf_limit(y, 87.0f));
    return vf_div(vf_mul(signal.top, e.bottom), vf_mul(signal.bottom, vf_add(e.bottom, e.top)));
}

ALWAYS_INLINE VF act_silu(VF x)
{
    const VF bounded = vf_max(x, vf_set1(-87.0f)); /* far left the product must vanish */
    const act_ratio e = exp_minus_ratio(vf_min(bounded, vf_set1(87.0f)));
    return vf_mul(bounded, vf_div(e.bottom, vf_add(e.bottom, e.top)));
}

/* exp(x) for |x| <= 88, with n and r as above. The polynomial was fitted by us for the least largest relative
 * error on |r| <= ln(2)/2 (3.1e-9 before rounding). */
ALWAYS_INLINE VF exp_bounded(VF x)
{
    const VF magic = vf_set1(12582912.0f);
    const VF z = vf_fma(x, vf_set1(1.44269504f), magic);
    const VF r = vf_add_ln2(x, vf_sub(magic, z));
    VF p = vf_fma(r, vf_set1(1.3812779089410882e-03f), vf_set1(8.368695419518913e-03f));
    p = vf_fma(p, r, vf_set1(4.166841472532687e-02f));
    p = vf_fma(p, r, vf_set1(1.6666520906064117e-01f));
    p = vf_fma(p, r, vf_set1(4.99999933894229e-01f));
    p = vf_fma(p, r, vf_set1(1.0f));
    p = vf_fma(p, r, vf_set1(1.0f));
    return vf_exp2_scale(p, z);
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
    x = vf_limit(x, 1e8f);
    const VF ax = vf_abs(x), x2 = vf_mul(x, x), k = vf_set1(2.45550750702956f), m = vf_set1(2.44506634652299f);
    const VF slope = vf_fma(vf_set1(0.821226666969744f), ax, vf_set1(0.893229853513558f));
    const VF top = vf_mul(x, vf_fma(slope, x2, vf_fma(k, ax, k)));
    const VF mixed = vf_fma(vf_set1(0.814642734961073f), x2, ax);
    return vf_div(top, vf_fma(vf_add(m, x2), mixed, m));
}

ALWAYS_INLINE VF act_exp(VF x)
{
    return exp_bounded(clip(x, vf_set1(-87.0f), vf_set1(88.0f)));
}

/* positive * x for x > 0, else negative * (exp(x) - 1). */
ALWAYS_INLINE VF exponential_below(VF x, VF above, VF scale)
{
    const VF e = exp_bounded(clip(x, vf_set1(-87.0f), vf_set1(0.0f)));
    return vf_select_positive(x, above, vf_mul(scale, vf_sub(e, vf_set1(1.0f))));
}

ALWAYS_INLINE VF act_elu(VF x, VF a)
{
    return exponential_below(x, x, a);
}

ALWAYS_INLINE VF act_selu(VF x)
{
    return exponential_below(x, vf_mul(x, vf_set1(1.05070098735548049342f)), vf_set1(1.75809934084737685994f));
}

/* max(x, 0) - |x| * Phi(-|x|). With a = |x|, Phi(-a) = exp(-a^2/2) * P(a) / Q(a), fitted by us for the least
 * largest error, relative up to 0.75 and absolute above (6.5e-8 and 1.1e-8 before rounding). */
ALWAYS_INLINE VF act_gelu(VF x)
{
    const VF a = vf_min(vf_abs(x), vf_set1(13.0f)); /* far left the product must vanish */
    const act_ratio e = exp_minus_ratio(vf_mul(vf_mul(a, vf_set1(0.5f)), a));
    VF p = vf_fma(a, vf_set1(-0.001427262927286512f), vf_set1(0.42111673432024266f));
    VF q = vf_add(a, vf_set1(6.001673777844417f));
    p = vf_fma(p, a, vf_set1(2.231392202928181f));
    q = vf_fma(q, a, vf_set1(13.802090544415321f));
    p = vf_fma(p, a, vf_set1(5.852511660684112f));
    q = vf_fma(q, a, vf_set1(11.705022563549367f));
    const VF left = vf_div(vf_mul(vf_mul(a, p), e.top), vf_mul(q, e.bottom));
    return vf_sub(vf_max(x, vf_set1(0.0f)), left);
}

/* max(x, 0) + log(1 + u), u = exp(-|x|) <= 1; the logarithm as u * P(u) / Q(u), fitted by us for the least
 * largest relative error (1.9e-8 before rounding). */
ALWAYS_INLINE VF act_softplus(VF x)
{
    const VF u = exp_bounded(vf_max(vf_sub(vf_set1(0.0f), vf_abs(x)), vf_set1(-87.0f)));
    VF p = vf_fma(u, vf_set1(3.9802573352872663f), vf_set1(27.888915836293005f));
    VF q = vf_add(u, vf_set1(15.245720340152642f));
    p = vf_fma(p, u, vf_set1(32.15996290851614f));
    q = vf_fma(q, u, vf_set1(43.96883498954559f));
    q = vf_fma(q, u, vf_set1(32.159963519016316f));
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
