/* Networks with random weights for tests and benchmarks that need no file. */
#ifndef BL_TESTS_NETWORKS_H
#define BL_TESTS_NETWORKS_H

#include "model/model.h"
#include "test_support.h"

/** A WaveNet in the shape of NAM's A1 family: two arrays of `layers` layers with dilations 1, 2, 4, ...
 *  and kernel 3, of channels[0] and channels[1] channels. gated: tanh * sigmoid, else tanh. */
bl_model *bl_test_wavenet(const size_t channels[2], size_t layers, bool gated);

/** The same in the shape of A1's smaller sizes ("lite" 12 and 6 channels, "feather" 8 and 4, "nano" 4 and 2):
 *  7 layers with dilations 1 to 64, then 13 with 128 to 512 and 1 to 512. */
bl_model *bl_test_small_wavenet(const size_t channels[2]);

/** A WaveNet in the shape of NAM's A2 family: one array of 23 layers, kernels 6 and 15, LeakyReLU, a head of 16
 *  taps. Its full size has 8 channels, its lite one 3. */
bl_model *bl_test_a2(size_t channels);

/** A ConvNet as NAM's: 10 convolutions of kernel 2 with dilations 1 to 512, each followed by tanh. */
bl_model *bl_test_convnet(size_t channels);

/** A gated WaveNet as PedalNet's and WaveNetVA's: `turns` times `layers` layers of kernel 3 with dilations 1, 2, 4, ... (up to
 *  12 layers a turn, 32 in all), and a head that reads the gated values of all of them side by side. */
bl_model *bl_test_pedalnet(size_t channels, size_t turns, size_t layers);

/** A network with everything that has a loop of its own: a knob, a long convolution, strides both ways,
 *  LSTM and GRU, PReLU, softmax, blend. */
bl_model *bl_test_everything(void);

#endif
