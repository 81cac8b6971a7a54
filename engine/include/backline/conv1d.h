/** @file conv1d.h
 *  One-dimensional convolution, plain and complete: the same numbers as torch.nn.functional.conv1d.
 *
 *  It is a documented reference, and the oracle that the streaming engine is tested against; it is
 *  written to be obviously right, not to be fast. It computes in double precision and rounds once.
 *
 *  Like every deep-learning framework it computes the cross-correlation: the kernel is not flipped.
 *
 *      y[n][o][t] = bias[o] + sum over i, k of  weight[o][i][k] * xp[n][g*I + i][t*stride + k*dilation]
 *
 *  where I = in_channels/groups, g = o / (out_channels/groups) is the group of output channel o, i runs
 *  over 0..I-1, k over 0..kernel-1, and xp is x with its padding.
 *
 *  A causal convolution, as used on audio, pads dilation*(kernel-1) zeros on the left only; pad with
 *  BL_CONV1D_PAD_EXPLICIT, left = dilation*(kernel-1), right = 0. */
#ifndef BACKLINE_CONV1D_H
#define BACKLINE_CONV1D_H

#include <backline/status.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How many samples are added before and after each row of x. */
typedef enum bl_conv1d_padding {
    BL_CONV1D_PAD_VALID = 0, /**< none */
    BL_CONV1D_PAD_SAME,      /**< as many as make the output as long as the input (stride 1 only):
                                  dilation*(kernel-1) in all, of which the smaller half on the left */
    BL_CONV1D_PAD_EXPLICIT   /**< pad_left and pad_right; torch's padding=p is p on both sides */
} bl_conv1d_padding;

/** What the added samples are. */
typedef enum bl_conv1d_padding_mode {
    BL_CONV1D_ZEROS = 0,
    BL_CONV1D_REFLECT,   /**< mirrored without repeating the edge; needs padding < length */
    BL_CONV1D_REPLICATE, /**< the edge sample repeated */
    BL_CONV1D_CIRCULAR   /**< the row continued periodically; needs padding <= length */
} bl_conv1d_padding_mode;

/** Shapes and parameters. Everything is counted in elements. */
typedef struct bl_conv1d_desc {
    size_t batch, in_channels, length; /**< x is [batch][in_channels][length]; batch may be 0 */
    size_t out_channels, kernel;       /**< weight is [out_channels][in_channels/groups][kernel] */
    size_t stride, dilation, groups;   /**< each >= 1; groups divides both channel counts */
    bl_conv1d_padding padding;
    size_t pad_left, pad_right; /**< for BL_CONV1D_PAD_EXPLICIT */
    bl_conv1d_padding_mode padding_mode;
} bl_conv1d_desc;

/** Length of the output,
 *
 *      floor((length + left + right - dilation*(kernel-1) - 1) / stride) + 1
 *
 *  BL_ERR_ARGUMENT with a sentence naming the shapes if they do not fit together, among them an input
 *  that, padded, is shorter than the kernel's span. */
BL_API bl_status bl_conv1d_output_length(const bl_conv1d_desc *desc, size_t *out_length, bl_error *error);

/** Convolve.
 *  @param y       [batch][out_channels][output length], must not overlap the inputs
 *  @param x       [batch][in_channels][length]
 *  @param weight  [out_channels][in_channels/groups][kernel]
 *  @param bias    [out_channels], or NULL for none
 *  @return        as bl_conv1d_output_length(); y is written only on BL_OK.
 *  Allocates nothing. */
BL_API bl_status bl_conv1d(float *y, const float *x, const float *weight, const float *bias,
                           const bl_conv1d_desc *desc, bl_error *error);

#ifdef __cplusplus
}
#endif
#endif
