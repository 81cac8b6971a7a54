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

ALWAYS_INLINE VF act_relu(VF x)
{
    return vf_max(x, vf_set1(0.0f));
}

ALWAYS_INLINE VF act_leaky_relu(VF x, VF slope)
{
    return vf_select_positive(x, x, vf_mul(x, slope));
}

ALWAYS_INLINE VF act_softsign(VF x)
{
    return vf_div(x, vf_add(vf_set1(1.0f), vf_abs(x)));
}

/* kind is a constant wherever this is inlined into a loop of its own. */
ALWAYS_INLINE VF activate(VF x, bl_activation_kind kind, VF slope)
{
    switch (kind) {
    case BL_ACT_TANH: return act_tanh(x);
    case BL_ACT_SIGMOID: return act_sigmoid(x);
    case BL_ACT_RELU: return act_relu(x);
    case BL_ACT_LEAKY_RELU: return act_leaky_relu(x, slope);
    case BL_ACT_SOFTSIGN: return act_softsign(x);
    case BL_ACT_LINEAR:
    case BL_ACT_COUNT: break;
    }
    return x;
}
