/* Networks with random weights for tests and benchmarks that need no file. */
#ifndef BL_TESTS_NETWORKS_H
#define BL_TESTS_NETWORKS_H

#include "model/model.h"
#include "test_support.h"

/** A WaveNet in the shape of NAM's A1 family: two arrays of `layers` layers with dilations 1, 2, 4, ...
 *  and kernel 3, of channels[0] and channels[1] channels. gated: tanh * sigmoid, else tanh. */
bl_model *bl_test_wavenet(const size_t channels[2], size_t layers, bool gated);

/** A network with everything that has a loop of its own: a knob, a long convolution, strides both ways,
 *  LSTM and GRU, PReLU, softmax, blend. */
bl_model *bl_test_everything(void);

#endif
