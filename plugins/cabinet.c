#include "cabinet_state.h"

#include "base/alloc.h"
#include "base/fail.h"

#include <math.h>
#include <stdlib.h>

/* Time in which a cut of 20 Hz, the slowest, falls by 100 dB. */
#define CUTS_SETTLE_S 0.13
#define RAMP_MS       20.0f

bl_cabinet_params bl_cabinet_defaults(void)
{
    return (bl_cabinet_params){ .blend = 0.5f,
                                .low_cut_hz = BL_CABINET_LOW_CUT_OFF_HZ,
                                .high_cut_hz = BL_CABINET_HIGH_CUT_OFF_HZ };
}

static bool make_mean_kernel(bl_convolution_kernel *kernel, const bl_impulse *impulse)
{
    const size_t taps = bl_impulse_taps(impulse);
    const float *left = bl_impulse_samples(impulse, 0), *right = bl_impulse_samples(impulse, 1);
    float *mean = bl_calloc(taps, sizeof *mean);
    for (size_t i = 0; mean && i < taps; i++)
        mean[i] = 0.5f * (left[i] + right[i]);
    const bool ok = mean && bl_convolution_kernel_init(kernel, mean, taps);
    free(mean);
    return ok;
}

/* False if there is no memory. */
static bool init_speaker(bl_cabinet *cabinet, bl_cabinet_speaker *speaker, bl_impulse *impulse)
{
    for (size_t c = 0; c < cabinet->out; c++)
        bl_ramp_init(&speaker->gains[c], cabinet->rate_hz, RAMP_MS, 0.0f);
    if (!impulse)
        return true;
    const size_t channels = bl_impulse_channels(impulse), taps = bl_impulse_taps(impulse);
    const size_t kernels = channels < cabinet->out ? channels : cabinet->out;
    const size_t longest = (size_t)ceil(BL_CABINET_MAX_DELAY_MS * cabinet->rate_hz / 1000.0);
    speaker->impulse = bl_impulse_share(impulse);
    speaker->paths = cabinet->in > kernels ? cabinet->in : kernels;
    bool ok = true;
    for (size_t c = 0; ok && c < kernels; c++)
        ok = kernels < channels
                 ? make_mean_kernel(&speaker->kernels[c], impulse)
                 : bl_convolution_kernel_init(&speaker->kernels[c], bl_impulse_samples(impulse, c), taps);
    for (size_t p = 0; ok && p < speaker->paths; p++)
        ok = bl_convolution_init(&speaker->convolutions[p], &speaker->kernels[kernels == 1 ? 0 : p]) &&
             !bl_delay_init(&speaker->delays[p], cabinet->rate_hz, longest);
    return ok;
}

static void free_speaker(bl_cabinet_speaker *speaker)
{
    for (size_t c = 0; c < BL_CABINET_CHANNELS; c++) {
        bl_delay_free(&speaker->delays[c]);
        bl_convolution_free(&speaker->convolutions[c]);
        bl_convolution_kernel_free(&speaker->kernels[c]);
    }
    bl_impulse_free(speaker->impulse);
}

void bl_cabinet_free(bl_cabinet *cabinet)
{
    if (!cabinet)
        return;
    for (size_t s = 0; s < BL_CABINET_RESPONSES; s++)
        free_speaker(&cabinet->speakers[s]);
    for (size_t c = 0; c < BL_CABINET_CHANNELS; c++)
        bl_convolution_line_free(&cabinet->lines[c]);
    bl_aligned_free(cabinet->fft_memory);
    bl_aligned_free(cabinet);
}

static bl_status check(const bl_impulse *first, const bl_impulse *second, size_t in, size_t out, double rate_hz,
                       bl_error *error)
{
    if (!first && !second)
        return bl_fail(error, BL_ERR_ARGUMENT, "A cabinet needs an impulse response.");
    if (in < 1 || out < in || out > BL_CABINET_CHANNELS)
        return bl_fail(
            error, BL_ERR_ARGUMENT,
            "A cabinet of %zu inputs and %zu outputs: one in and one or two out, or two and two, are possible.", in,
            out);
    const bl_impulse *const impulses[BL_CABINET_RESPONSES] = { first, second };
    for (size_t s = 0; s < BL_CABINET_RESPONSES; s++)
        if (impulses[s] && bl_impulse_rate(impulses[s]) != rate_hz)
            return bl_fail(error, BL_ERR_ARGUMENT,
                           "An impulse response that was made ready for %g Hz cannot be used at %g Hz.",
                           bl_impulse_rate(impulses[s]), rate_hz);
    return BL_OK;
}

static bool build(bl_cabinet *cabinet, bl_impulse *first, bl_impulse *second)
{
    cabinet->fft_memory = bl_aligned_calloc(bl_convolver_fft_bytes());
    if (!cabinet->fft_memory)
        return false;
    bl_convolver_fft_init(&cabinet->fft, cabinet->fft_memory);
    for (size_t c = 0; c < cabinet->in; c++)
        if (!bl_convolution_line_init(&cabinet->lines[c]))
            return false;
    bl_biquad_init(&cabinet->low_cut, cabinet->rate_hz, &(const bl_biquad_params){ .kind = BL_BIQUAD_HIGH_PASS });
    bl_biquad_init(&cabinet->high_cut, cabinet->rate_hz, &(const bl_biquad_params){ .kind = BL_BIQUAD_LOW_PASS });
    return init_speaker(cabinet, &cabinet->speakers[0], first) &&
           init_speaker(cabinet, &cabinet->speakers[1], second);
}

bl_status bl_cabinet_create(bl_impulse *first, bl_impulse *second, size_t in, size_t out, double rate_hz,
                            bl_cpu cpu, bl_cabinet **result, bl_error *error)
{
    bl_status status = check(first, second, in, out, rate_hz, error);
    if (!status)
        status = bl_cpu_resolve(cpu, &cpu, error);
    if (status)
        return status;
    bl_cabinet *cabinet = bl_aligned_calloc(sizeof *cabinet);
    if (!cabinet)
        return bl_fail_no_mem(error);
    *cabinet = (bl_cabinet){ .rate_hz = rate_hz, .in = in, .out = out, .fresh = true };
    bl_kernels_init(&cabinet->kernels, cpu);
    if (!build(cabinet, first, second)) {
        bl_cabinet_free(cabinet);
        return bl_fail_no_mem(error);
    }
    const bl_cabinet_params defaults = bl_cabinet_defaults();
    cabinet->params = defaults;
    bl_cabinet_set(cabinet, &defaults);
    *result = cabinet;
    return BL_OK;
}

size_t bl_cabinet_settling(const bl_cabinet *cabinet)
{
    size_t reach = 0;
    for (size_t s = 0; s < BL_CABINET_RESPONSES; s++)
        for (size_t p = 0; p < cabinet->speakers[s].paths; p++) {
            const size_t own = bl_convolution_kernel_reach(cabinet->speakers[s].convolutions[p].kernel);
            reach = own > reach ? own : reach;
        }
    return reach + (size_t)ceil((BL_CABINET_MAX_DELAY_MS / 1000.0 + CUTS_SETTLE_S) * cabinet->rate_hz);
}
