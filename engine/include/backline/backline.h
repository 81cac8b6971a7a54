/** @file backline.h
 *  The whole public interface of libbackline: load a model, plan it, stream audio through it. */
#ifndef BACKLINE_H
#define BACKLINE_H

#include <backline/conv1d.h>
#include <backline/cpu.h>
#include <backline/measure.h>
#include <backline/model.h>
#include <backline/plan.h>
#include <backline/status.h>
#include <backline/stream.h>
#include <backline/tensors.h>

#endif
