"""Sums, products and functions of single values."""
import math

import numpy
import torch

from export_tracer import Traced, operation

LARGEST = 3.4028234663852886e38  # of 32-bit floats: a bound that is none

# Broadcasting

def without(shape, dimension):
    return list(shape) if dimension is None else list(shape[:dimension]) + list(shape[dimension + 1:])


def time_of(call, operands):
    """The dimension of the result along which time runs."""
    times = {call.result.ndim - (x.bl.plain.ndim - x.bl.time) for x in operands
             if isinstance(x, Traced) and x.bl.time is not None}
    if len(times) > 1:
        call.refuse("on signals whose time runs along different dimensions")
    return times.pop() if times else None


def frames_of(shape, ndim, time):
    """Size along the result's dimension `time` of an operand of that shape."""
    at = None if time is None else time - (ndim - len(shape))
    return 1 if at is None or at < 0 else shape[at]


def channel_numbers(call, x, time):
    """For every channel of the result, the channel of x that broadcasting puts there."""
    shape = list(x.bl.plain.shape)
    if x.bl.time is not None:
        shape[x.bl.time] = 1
    elif frames_of(shape, call.result.ndim, time) != 1:
        call.refuse("on a signal and a vector, which would run along the signal's time")
    wide = list(call.result.shape)
    if time is not None:
        wide[time] = 1
    numbers = numpy.arange(x.bl.node.channels).reshape(shape)
    return numpy.broadcast_to(numbers, wide).reshape(-1).tolist()


def broadcast(call, x, time):
    """x's node with the channels of the result, or with the one that it has."""
    if x.bl.node.channels == 1:
        channel_numbers(call, x, time)
        return x.bl.node
    return call.graph.gather(x.bl.node, channel_numbers(call, x, time))


def per_channel(call, constant, time):
    """A constant operand as [channels] of the result."""
    constant = torch.as_tensor(constant, dtype=torch.float64)
    if frames_of(constant.shape, call.result.ndim, time) != 1:
        first = constant.narrow(time - (call.result.ndim - constant.ndim), 0, 1)
        if not bool((constant == first).all()):
            call.refuse("with a tensor that changes over time and is not computed from the input (a table of "
                        "positions, or one that was filled in place)")
        constant = first
    shape = list(call.result.shape)
    if time is not None:
        shape[time] = 1
    return constant.broadcast_to(shape).reshape(-1)


# a + b and a * b for signals and constants in any combination

def combine(call, kind, a, b):
    time = time_of(call, (a, b))
    graph = call.graph
    if isinstance(a, Traced) and isinstance(b, Traced):
        x, y = broadcast(call, a, time), broadcast(call, b, time)
        channels = math.prod(without(call.result.shape, time))
        if max(x.channels, y.channels) < channels:  # [2, 1] and [1, 1, 2]: neither has them all
            x = graph.gather(x, [0] * channels)
        return graph.binary(kind, x, y), time
    x, constant = (a, b) if isinstance(a, Traced) else (b, a)
    values = per_channel(call, constant, time)
    node = broadcast(call, x, time)
    if node.channels == values.numel() or node.channels == 1:
        return graph.affine(node, **{"shift" if kind == "add" else "scale": values}), time
    return call.refuse("on shapes that do not fit")


def scaled(call, x, factor):
    """x * factor for a signal or a constant, before broadcasting."""
    if factor == 1:
        return x
    if not isinstance(x, Traced):
        return x * factor
    return call.tracer.wrap(x.bl.plain, call.graph.scale(x.bl.node, factor), x.bl.time)


@operation("add", "__add__", "__radd__", "__iadd__", "add_")
def add(call, a, b, alpha=1, out=None):
    return call.done(*combine(call, "add", a, scaled(call, b, alpha)))


@operation("sub", "__sub__", "__isub__", "sub_", "subtract")
def sub(call, a, b, alpha=1, out=None):
    return add(call, a, scaled(call, b, -alpha))


@operation("rsub", "__rsub__")
def rsub(call, a, b, alpha=1):
    return sub(call, b, a, alpha)


@operation("mul", "__mul__", "__rmul__", "__imul__", "mul_", "multiply")
def mul(call, a, b, out=None):
    return call.done(*combine(call, "mul", a, b))


@operation("div", "__truediv__", "__div__", "__itruediv__", "__idiv__", "div_", "divide", "true_divide",
           "__rdiv__", "__rtruediv__")
def div(call, a, b, rounding_mode=None, out=None):
    if call.func.__name__.startswith("__r"):
        a, b = b, a
    if isinstance(b, Traced):
        call.refuse("which divides by a signal; backline has no node for that")
    if rounding_mode:
        call.refuse("which rounds; backline has no node for that")
    return mul(call, a, 1 / torch.as_tensor(b, dtype=torch.float64))


@operation("neg", "negative", "__neg__", "neg_")
def neg(call, x):
    return call.done(call.graph.scale(x.bl.node, -1), x.bl.time)


@operation("square")
def square(call, x):
    return mul(call, x, x)


@operation("pow", "__pow__", "__ipow__", "pow_")
def power(call, x, exponent):
    if not isinstance(x, Traced) or isinstance(exponent, Traced) or exponent not in (1, 2, 3, 4):
        call.refuse("with another exponent than 1, 2, 3 or 4; backline has no node for that")
    node = x.bl.node
    if exponent > 2:
        node = call.graph.binary("mul", node, node)
    if exponent != 1:
        node = call.graph.binary("mul", node, x.bl.node if exponent == 3 else node)
    return call.done(node, x.bl.time)


@operation("lerp")
def lerp(call, a, b, weight):
    difference = call.tracer.wrap(call.result, *combine(call, "add", b, scaled(call, a, -1)))
    product = call.tracer.wrap(call.result, *combine(call, "mul", difference, weight))
    return add(call, a, product)


@operation("addcmul", "addcmul_")
def addcmul(call, a, b, c, value=1):
    product = call.tracer.wrap(call.result, *combine(call, "mul", b, c)) \
        if isinstance(b, Traced) or isinstance(c, Traced) else b * c
    return add(call, a, scaled(call, product, value))


# Functions of single values. Each says what it is in terms of the graph's activations.

def act(call, x, spec):
    return call.done(call.graph.activation(x.bl.node, spec), x.bl.time)


def simple(kind):
    @operation(kind, kind + "_")
    def function(call, x, *rest, **more):
        return act(call, x, kind)


for kind in "tanh sigmoid relu softsign silu hardswish hardsigmoid selu exp".split():
    simple(kind)


@operation("leaky_relu", "leaky_relu_")
def leaky_relu(call, x, negative_slope=0.01, inplace=False):
    return act(call, x, {"type": "leaky_relu", "a": float(negative_slope)})


@operation("rrelu", "rrelu_")
def rrelu(call, x, lower=1 / 8, upper=1 / 3, training=False, inplace=False):
    if training:
        call.refuse("which is random in training mode")
    return leaky_relu(call, x, (lower + upper) / 2)


@operation("abs", "absolute", "__abs__", "abs_")
def absolute(call, x):
    return leaky_relu(call, x, -1)


@operation("elu", "elu_")
def elu(call, x, alpha=1.0, inplace=False):
    return act(call, x, {"type": "elu", "a": float(alpha)})


@operation("celu", "celu_")
def celu(call, x, alpha=1.0, inplace=False):
    inner = call.graph.activation(call.graph.scale(x.bl.node, 1 / alpha), "elu")
    return call.done(call.graph.scale(inner, alpha), x.bl.time)


@operation("hardtanh", "hardtanh_")
def hardtanh(call, x, min_val=-1.0, max_val=1.0, inplace=False):
    return act(call, x, {"type": "hardtanh", "a": float(min_val), "b": float(max_val)})


@operation("relu6")
def relu6(call, x, inplace=False):
    return hardtanh(call, x, 0, 6)


@operation("clamp", "clip", "clamp_", "clip_")
def clamp(call, x, min=None, max=None):
    if any(isinstance(bound, torch.Tensor) for bound in (min, max)):
        call.refuse("with tensors as bounds; backline clips to numbers")
    if min == 0 and max is None:
        return act(call, x, "relu")
    return hardtanh(call, x, -LARGEST if min is None else min, LARGEST if max is None else max)


@operation("clamp_min", "clamp_min_")
def clamp_min(call, x, min):
    return clamp(call, x, min)


@operation("clamp_max", "clamp_max_")
def clamp_max(call, x, max):
    return clamp(call, x, None, max)


@operation("gelu")
def gelu(call, x, approximate="none"):
    if approximate == "none":
        return act(call, x, "gelu")
    # 0.5 x (1 + tanh(z)) = x sigmoid(2 z), z = sqrt(2 / pi) (x + 0.044715 x^3)
    graph, node = call.graph, x.bl.node
    cubed = graph.binary("mul", graph.binary("mul", node, node), node)
    z = graph.binary("add", node, graph.scale(cubed, 0.044715))
    gate = graph.activation(graph.scale(z, 2 * math.sqrt(2 / math.pi)), "sigmoid")
    return call.done(graph.binary("mul", node, gate), x.bl.time)


@operation("softplus")
def softplus(call, x, beta=1.0, threshold=20.0):
    if threshold < 15:
        call.refuse(f"with the threshold {threshold}, where it has a visible kink; 20 is usual")
    inner = call.graph.activation(call.graph.scale(x.bl.node, beta), "softplus")
    return call.done(call.graph.scale(inner, 1 / beta), x.bl.time)


@operation("logsigmoid", "log_sigmoid")
def logsigmoid(call, x):
    inner = call.graph.activation(call.graph.scale(x.bl.node, -1), "softplus")
    return call.done(call.graph.scale(inner, -1), x.bl.time)


@operation("mish", "mish_")
def mish(call, x, inplace=False):
    inner = call.graph.activation(call.graph.activation(x.bl.node, "softplus"), "tanh")
    return call.done(call.graph.binary("mul", x.bl.node, inner), x.bl.time)


@operation("tanhshrink")
def tanhshrink(call, x):
    inner = call.graph.scale(call.graph.activation(x.bl.node, "tanh"), -1)
    return call.done(call.graph.binary("add", x.bl.node, inner), x.bl.time)


@operation("softshrink")
def softshrink(call, x, lambd=0.5):
    bounds = {"type": "hardtanh", "a": -float(lambd), "b": float(lambd)}
    inner = call.graph.scale(call.graph.activation(x.bl.node, bounds), -1)
    return call.done(call.graph.binary("add", x.bl.node, inner), x.bl.time)
