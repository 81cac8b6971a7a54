/* Small networks for tests of what is around a network. */
#ifndef BL_TESTS_PLUGINS_MODELS_H
#define BL_TESTS_PLUGINS_MODELS_H

#include "model/model.h"
#include "test_support.h"

/** Gives gain times what it hears, `late` samples later. rate_hz: NAN for none. */
bl_model *test_wire(double rate_hz, float gain, size_t late);

/** The same, but it looks `ahead` samples ahead: as late, by waiting for them. */
bl_model *test_ahead(double rate_hz, size_t ahead);

/** Dilated convolutions with tanh and a residual path; all dilations are multiplied by `times`. Of kernel 3, whose
 *  last tap is the present sample, or, if ahead is true, the middle one. */
bl_model *test_stack(size_t times, bool ahead);

/** A convolution so long that a part of it goes by FFT, in blocks that are counted from the beginning. */
bl_model *test_long(void);

/** Half the rate, a convolution, and up again: frames are taken in pairs, counted from the beginning. */
bl_model *test_strided(void);

/** An LSTM with a knob in front of it that multiplies. */
bl_model *test_recurrent(void);

/** An LSTM that also hears a knob, and is prewarmed: where it begins depends on the knob. */
bl_model *test_moody(void);

#endif
