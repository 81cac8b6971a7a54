"""Layers: convolutions, dense and recurrent layers, normalisation, sums over channels, and what does nothing.

The batch is one dimension like the others: where a module folds channels into it, a layer is repeated
for each of them (groups)."""
import math

import numpy
import torch

from export_arithmetic import per_channel
from export_tracer import Traced, WrongForm, operation, tensors_in

STATE = "on the final state of a recurrent layer, which a stream does not have"


def number(value):
    """A setting of a layer, which torch gives as a number or as a tuple of one."""
    return value[0] if isinstance(value, (list, tuple)) else value


def needs_signal(call, x, *constants):
    """A layer works on one signal, with weights that are constants."""
    if not isinstance(x, Traced) or any(isinstance(c, Traced) for c in constants):
        call.refuse("with weights that depend on the input; backline's weights are constants")


def needs_time_last(call, x, kernel):
    signal = x.bl
    if signal.time == signal.plain.ndim - 1 or (signal.time is None and kernel == 1):
        return
    call.refuse(f"on a tensor of shape {tuple(signal.plain.shape)} whose last dimension is not time",
                WrongForm)


def repeated(tensor, times):
    return tensor if times == 1 or tensor is None else tensor.repeat(times, *[1] * (tensor.ndim - 1))


# Convolutions

@operation("conv1d")
def conv1d(call, x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    needs_signal(call, x, weight, bias)
    needs_time_last(call, x, weight.shape[2])
    stride, dilation = number(stride), number(dilation)
    padding = padding if isinstance(padding, str) else number(padding)
    if x.bl.time is None and (padding not in (0, "valid", "same") or stride != 1):
        call.refuse("on a knob, which has no time")
    times = math.prod(x.bl.plain.shape[:-2])
    node = call.graph.conv(x.bl.node, repeated(weight, times), repeated(bias, times), groups * times,
                           0 if padding == "valid" else padding, stride, dilation)
    return call.done(node, x.bl.time)


@operation("conv_transpose1d")
def conv_transpose1d(call, x, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    needs_signal(call, x, weight, bias)
    needs_time_last(call, x, None)
    times = math.prod(x.bl.plain.shape[:-2])
    node = call.graph.add("conv_transpose1d", [x.bl.node], weight.shape[1] * groups * times,
                          {"weight": repeated(weight, times), "bias": repeated(bias, times)},
                          stride=number(stride), dilation=number(dilation), groups=groups * times,
                          padding=number(padding), output_padding=number(output_padding))
    return call.done(node, x.bl.time)


@operation("avg_pool1d")
def avg_pool1d(call, x, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    kernel, padding = number(kernel_size), number(padding)
    needs_time_last(call, x, None)
    if ceil_mode or (padding and not count_include_pad):
        call.refuse("with ceil_mode, or without count_include_pad; backline has no node for that")
    channels = x.bl.node.channels
    weight = torch.full((channels, 1, kernel), 1 / kernel, dtype=torch.float64)
    node = call.graph.conv(x.bl.node, weight, None, channels, padding, number(stride) or kernel)
    return call.done(node, x.bl.time)


# Dense layers

def dense(call, x, weight, bias, time):
    """weight [out, in] on the last of x's dimensions, which is not time."""
    times = x.bl.node.channels // weight.shape[1]
    bias = None if bias is None else bias.broadcast_to(weight.shape[0])
    node = call.graph.conv(x.bl.node, repeated(weight, times).unsqueeze(-1), repeated(bias, times), times)
    return call.done(node, time)


@operation("linear")
def linear(call, x, weight, bias=None):
    needs_signal(call, x, weight, bias)
    if x.bl.time == x.bl.plain.ndim - 1:
        call.refuse("over time; backline's dense layers work over channels (transpose first)",
                    WrongForm)
    return dense(call, x, weight, bias, x.bl.time)


def matrix(call, constant):
    if constant.ndim > 2 and math.prod(constant.shape[:-2]) != 1:
        call.refuse("with a batch of matrices; backline multiplies by one")
    return constant.reshape(constant.shape[-2:]) if constant.ndim > 1 else constant


@operation("matmul", "__matmul__", "__rmatmul__", "mm", "bmm", "mv")
def matmul(call, a, b):
    if call.func.__name__ == "__rmatmul__":
        a, b = b, a
    if isinstance(a, Traced) and isinstance(b, Traced):
        call.refuse("of two signals; backline multiplies by constant matrices")
    x, constant = (a, b) if isinstance(a, Traced) else (b, a)
    weight, from_right, signal = matrix(call, constant), x is a, x.bl
    summed = signal.plain.ndim - 1 if from_right or signal.plain.ndim == 1 else signal.plain.ndim - 2
    if signal.time == summed:
        call.refuse("over time; backline's dense layers work over channels", WrongForm)
    if weight.ndim == 1:
        weight = weight.unsqueeze(0)
    elif from_right:
        weight = weight.t()
    if not from_right and signal.plain.ndim > 1 and signal.time != signal.plain.ndim - 1 \
            and signal.plain.shape[-1] != 1:
        call.refuse("whose columns are neither time nor one")
    time = signal.time
    if time is not None and not (from_right and constant.ndim == 1):
        time += call.result.ndim - signal.plain.ndim
    return dense(call, x, weight, None, time)


# Recurrent layers

def recurrent(call, kind, x, state, weights, has_biases, layers, bidirectional, batch_first):
    needs_signal(call, x, *weights, *state)
    per_layer = 4 if has_biases else 2
    if bidirectional:
        call.refuse("with bidirectional=True, which reads the signal backwards from its end; a stream has none")
    if len(weights) != per_layer * layers:
        call.refuse("with a projection (proj_size); backline has none")
    if x.bl.time != (x.bl.plain.ndim - 2 if batch_first else 0) or x.bl.plain.shape[0 if batch_first else 1] != 1:
        call.refuse(f"on a tensor of shape {tuple(x.bl.plain.shape)} (batch_first={batch_first}): the sequence "
                    "is not along time", WrongForm)
    node = x.bl.node
    for layer in range(layers):
        own = dict(zip(("weight_ih", "weight_hh", "bias_ih", "bias_hh"),
                       weights[per_layer * layer:per_layer * (layer + 1)]))
        for key, values in zip(("h0", "c0"), state):
            if bool(values.any()):
                own[key] = values[layer].reshape(-1)
        node = call.graph.add(kind, [node], own["weight_hh"].shape[1], own)
    answer, *final = call.result
    wrap = call.tracer.wrap
    return (wrap(answer, node, x.bl.time), *(wrap(f, node, None, STATE) for f in final))


@operation("lstm")
def lstm(call, x, state, weights, *rest):
    if isinstance(state, torch.Tensor):
        call.refuse("on a packed sequence; backline reads plain tensors")
    has_biases, layers, _, _, bidirectional, batch_first = rest
    return recurrent(call, "lstm", x, state, weights, has_biases, layers, bidirectional, batch_first)


@operation("gru")
def gru(call, x, state, weights, *rest):
    if isinstance(weights, torch.Tensor):
        call.refuse("on a packed sequence; backline reads plain tensors")
    has_biases, layers, _, _, bidirectional, batch_first = rest
    return recurrent(call, "gru", x, [state], weights, has_biases, layers, bidirectional, batch_first)


# Normalisation and the activations that have weights or look at several channels

def along_channels(call, x, values):
    """values [n] of dimension 1, as [channels] of the node."""
    if values is None:
        return None
    if isinstance(values, Traced):
        call.refuse("with weights that depend on the input; backline's weights are constants")
    if x.bl.time == 1:
        call.refuse("with time where the channels are expected", WrongForm)
    if values.numel() == x.bl.node.channels:
        return values.reshape(-1)
    return per_channel(call, values.reshape([-1] + [1] * (x.bl.plain.ndim - 2)), x.bl.time)


@operation("batch_norm")
def batch_norm(call, x, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1,
               eps=1e-5, cudnn_enabled=False):
    if isinstance(momentum, bool):  # torch.batch_norm has momentum and eps the same, functional too
        call.refuse("in a form that is not known")
    if training or running_mean is None:
        call.refuse("with the statistics of the signal itself (training mode, or track_running_stats=False)")
    tensors = {key: along_channels(call, x, v) for key, v in
               dict(mean=running_mean, variance=running_var, weight=weight, bias=bias).items()}
    return call.done(call.graph.add("batch_norm", [x.bl.node], x.bl.node.channels, tensors, epsilon=float(eps)),
                     x.bl.time)


@operation("prelu")
def prelu(call, x, weight):
    needs_signal(call, x, weight)
    slope = weight.reshape(-1) if weight.numel() == 1 else along_channels(call, x, weight)
    return call.done(call.graph.add("prelu", [x.bl.node], x.bl.node.channels, {"slope": slope}), x.bl.time)


@operation("softmax")
def softmax(call, x, dim=None, *rest, **more):
    signal = x.bl
    dim = dim % signal.plain.ndim if dim is not None else None
    if dim is None or dim == signal.time or signal.plain.shape[dim] != signal.node.channels:
        call.refuse("over something else than all channels")
    return call.done(call.graph.add("softmax", [signal.node], signal.node.channels), signal.time)


@operation("glu")
def glu(call, x, dim=-1):
    signal, graph = x.bl, call.graph
    dim %= signal.plain.ndim
    if dim == signal.time:
        call.refuse("over time")
    numbers = channel_grid(x)
    a, b = (graph.gather(signal.node, half.reshape(-1).tolist()) for half in numpy.split(numbers, 2, dim))
    return call.done(graph.binary("mul", a, graph.activation(b, "sigmoid")), signal.time)


# Sums over channels

def channel_grid(x):
    """The numbers of the node's channels in the shape of x, with one frame."""
    shape = list(x.bl.plain.shape)
    if x.bl.time is not None:
        shape[x.bl.time] = 1
    return numpy.arange(x.bl.node.channels).reshape(shape)


def summed(call, x, dim, keepdim):
    """(node, time, number of terms) of a sum over some dimensions."""
    ndim, time = x.bl.plain.ndim, x.bl.time
    dims = range(ndim) if dim is None else [dim] if isinstance(dim, int) else dim
    dims = sorted(d % ndim for d in dims) or list(range(ndim))
    if time in dims:
        call.refuse("over time; backline has no node that waits for the end of a signal")
    kept = [d for d in range(ndim) if d not in dims]
    terms = math.prod(x.bl.plain.shape[d] for d in dims)
    groups = channel_grid(x).transpose(kept + dims).reshape(-1, terms).tolist()
    if time is not None and not keepdim:
        time -= sum(d < time for d in dims)
    return call.graph.sum_channels(x.bl.node, groups), time, terms


@operation("sum")
def total(call, x, dim=None, keepdim=False, dtype=None):
    node, time, _ = summed(call, x, dim, keepdim)
    return call.done(node, time)


@operation("mean")
def mean(call, x, dim=None, keepdim=False, dtype=None):
    node, time, terms = summed(call, x, dim, keepdim)
    return call.done(call.graph.scale(node, 1 / terms), time)


# What does nothing, and what asks only for a shape

@operation("contiguous", "clone", "detach", "detach_", "data", "alias", "requires_grad_", "positive", "__pos__",
           "cpu", "to", "type", "type_as", "float", "double", "__copy__")
def same(call, x, *args, **kwargs):
    if not isinstance(x, Traced):
        return call.result  # a constant that was brought to the type or shape of a signal
    if not isinstance(call.result, torch.Tensor) or not call.result.is_floating_point() \
            or call.result.element_size() < 4:
        call.refuse("with a type that backline does not compute in (it has 32-bit floats)")
    if call.result is x.bl.plain:
        return x
    plain = call.result if call.result.dtype == torch.float64 else x.bl.plain
    return call.tracer.wrap(plain, x.bl.node, x.bl.time)


@operation("dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_dropout",
           "feature_alpha_dropout", "dropout_", "alpha_dropout_")
def dropout(call, x, p=0.5, training=True, inplace=False):
    if training and p:
        call.refuse("with training=True, its default: pass self.training")
    return same(call, x)


@operation("zeros_like", "ones_like", "full_like", "empty_like", "new_zeros", "new_ones", "new_full",
           "new_empty", "new_tensor")
def constant(call, *args, **kwargs):
    if next(tensors_in((args[1:], kwargs), Traced), None) is not None:
        call.refuse("filled with values of a signal")
    return call.result
