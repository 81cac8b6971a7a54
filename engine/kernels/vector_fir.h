/* A long convolution of one row: four vectors of frames are summed while the taps pass by. Direct, so that
 * every block costs the same. */

ALWAYS_INLINE void fir_run(const int RUN, float *y, const float *x, const float *w, size_t taps, size_t dilation,
                           size_t left)
{
    VF sum[4];
    UNROLL
    for (int f = 0; f < RUN; f++)
        sum[f] = vf_set1(w[0]);
    for (size_t k = 0; k < taps; k++) {
        const VF weight = vf_set1(w[1 + k]);
        const float *from = x - k * dilation;
        UNROLL
        for (int f = 0; f < RUN; f++)
            sum[f] = vf_fma(weight, vf_load(from + f * VF_LEN), sum[f]);
    }
    UNROLL
    for (int f = 0; f < RUN; f++)
        store_frames(y + f * VF_LEN, sum[f], left - (size_t)f * VF_LEN);
}

static void fir(float *y, const float *x, const float *w, size_t taps, size_t dilation, size_t frames)
{
    size_t t = 0;
    for (; t + 3 * VF_LEN < frames; t += 4 * VF_LEN)
        fir_run(4, y + t, x + t, w, taps, dilation, frames - t);
    for (; t < frames; t += VF_LEN)
        fir_run(1, y + t, x + t, w, taps, dilation, frames - t);
}

static void multiply_spectra(float *sr, float *si, const float *xr, const float *xi, const float *hr,
                             const float *hi, size_t bins)
{
    for (size_t i = 0; i < bins; i += VF_LEN) {
        const VF ar = vf_load(xr + i), ai = vf_load(xi + i), br = vf_load(hr + i), bi = vf_load(hi + i);
        const VF minus = vf_sub(vf_set1(0.0f), ai);
        vf_store(sr + i, vf_fma(ar, br, vf_fma(minus, bi, vf_load(sr + i))));
        vf_store(si + i, vf_fma(ar, bi, vf_fma(ai, br, vf_load(si + i))));
    }
}
