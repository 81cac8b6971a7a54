/* Long convolution in partitions, with no added latency and an even cost.
 *
 * The first BL_CONVOLVER_HEAD taps are summed directly. The others are taken in partitions of
 * BL_CONVOLVER_BLOCK taps by FFT (overlap-save). A block of input reaches the output through the partitions
 * two blocks after its start, so that there is a whole block of time to transform it, multiply it with all
 * partitions and transform the sum back; that work is done in small units of about the same cost, in step with
 * the frames that pass. The units and their order do not depend on how the frames are cut into runs, and so
 * neither do the sums. */
#ifndef BL_KERNELS_CONVOLVER_H
#define BL_KERNELS_CONVOLVER_H

#include "kernels/kernels.h"

/** A block of 512 would cost a third more for 1,000 to 10,000 taps, and as much as this one for 48,000. */
#define BL_CONVOLVER_SIDE  16
#define BL_CONVOLVER_BLOCK (BL_CONVOLVER_SIDE * BL_CONVOLVER_SIDE)
#define BL_CONVOLVER_HEAD  (2 * BL_CONVOLVER_BLOCK)
/** Floats of a spectrum's real or imaginary part, with padding. */
#define BL_CONVOLVER_BINS ((BL_CONVOLVER_BLOCK + 1 + BL_ROW_PADDING - 1) / BL_ROW_PADDING * BL_ROW_PADDING)

/** Partitions of the taps behind the head; taps > BL_CONVOLVER_HEAD. */
size_t bl_convolver_partitions(size_t taps);

/** Spectra of the partitions of a kernel: [partition][real, imaginary][BL_CONVOLVER_BINS].
 *  @param w        taps values, w[k] for the input k frames ago
 *  @param spectra  room for bl_convolver_partitions() * 2 * BL_CONVOLVER_BINS floats
 *  @return         false if there is no memory. Not real-time safe. */
bool bl_convolver_prepare(const float *w, size_t taps, float *spectra);

typedef struct bl_complex {
    float r, i;
} bl_complex;

/** What the transforms are made of. It is only read. */
typedef struct bl_convolver_fft {
    const bl_complex *roots; /* exp(-2 pi i k / (2 * BL_CONVOLVER_BLOCK)) for all k */
} bl_convolver_fft;

/** Bytes that bl_convolver_fft_init() needs. */
size_t bl_convolver_fft_bytes(void);
/** Fills memory of that size, aligned to 64 bytes. */
void bl_convolver_fft_init(bl_convolver_fft *fft, void *memory);

/** Floats of the state of one convolution, which is aligned to 64 bytes. All zero is the state in silence. */
size_t bl_convolver_state_floats(size_t partitions);

/** y[t] += the part of the convolution behind the head, for `frames` frames from x. Real-time safe. */
void bl_convolver_run(float *state, const bl_kernels *k, const bl_convolver_fft *fft, const float *spectra,
                      size_t partitions, float *y, const float *x, size_t frames);

#endif
