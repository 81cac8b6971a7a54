"""Tidying a traced graph: fewer nodes that say the same, and knobs that keep pace with what they meet."""
import math
from fractions import Fraction

import torch

from export_graph import Node


def in_use(nodes):
    """The nodes that the last one needs, inputs and knobs kept."""
    needed, todo = set(), [nodes[-1]] + [n for n in nodes if n.kind in ("input", "param")]
    while todo:
        node = todo.pop()
        if node not in needed:
            needed.add(node)
            todo += node.inputs
    return [n for n in nodes if n in needed]


def users(nodes):
    count = {}
    for node in nodes:
        for x in node.inputs:
            count[x] = count.get(x, 0) + 1
    return count


def become(node, other):
    """node turns into a copy of other, so that whoever reads node need not be told."""
    node.kind, node.inputs, node.channels = other.kind, other.inputs, other.channels
    node.attributes, node.tensors, node.place = other.attributes, other.tensors, other.place


def padding_of(conv):
    """Zeros on the left and right of a convolution."""
    padding, kernel = conv.attributes["padding"], conv.tensors["weight"].shape[2]
    total = conv.attributes["dilation"] * (kernel - 1)
    if isinstance(padding, str):
        return [total, 0] if padding == "causal" else [total // 2, total - total // 2]
    return list(padding) if isinstance(padding, (list, tuple)) else [padding, padding]


def absorb_pad(conv):
    """Zeros that are put around a signal only for a convolution are that convolution's padding."""
    pad = conv.inputs[0]
    around = [pad.attributes["left"], pad.attributes["right"]]
    if min(around) >= 0:
        conv.attributes["padding"] = [a + b for a, b in zip(padding_of(conv), around)]
        conv.inputs = pad.inputs


def absorb_crop(pad):
    """Frames that are cut right after a convolution which made them with its padding: a "chomp"."""
    conv = pad.inputs[0]
    left, right = padding_of(conv)
    left, right = left + pad.attributes["left"], right + pad.attributes["right"]
    if pad.attributes["left"] > 0 or pad.attributes["right"] > 0 or left < 0 or right < 0:
        return
    if conv.attributes["stride"] == 1:
        become(pad, conv)
        pad.attributes = dict(conv.attributes, padding=[left, right])


def fuse_gate(mul):
    a, b = mul.inputs
    become(mul, Node("gate", a.inputs + b.inputs, mul.channels,
                     {"activations": [a.attributes["activation"], b.attributes["activation"]]}, {}, mul.place))


def simplify(nodes):
    """Paddings into convolutions, products of two activations into gates; unused nodes go."""
    nodes = in_use(nodes)
    count = users(nodes)
    for node in nodes:
        single = all(count[x] == 1 for x in node.inputs)
        kinds = [x.kind for x in node.inputs]
        if node.kind == "conv1d" and kinds == ["pad"] and single:
            absorb_pad(node)
        elif node.kind == "pad" and kinds == ["conv1d"] and single:
            absorb_crop(node)
        elif node.kind == "mul" and kinds == ["activation"] * 2 and single \
                and node.inputs[0].channels == node.inputs[1].channels:
            fuse_gate(node)
    return in_use(nodes)


def rates_of(nodes):
    """Frames of every node per frame of the input."""
    rates = {}
    for node in nodes:
        rate = rates[node.inputs[0]] if node.inputs else Fraction(1)
        if node.kind == "conv1d":
            rate /= node.attributes["stride"]
        elif node.kind == "conv_transpose1d":
            rate *= node.attributes["stride"]
        elif node.kind == "upsample":
            rate *= node.attributes["factor"]
        rates[node] = rate
    return rates


def granularity(nodes):
    """The network's rates are whole numbers only for input lengths that are multiples of this."""
    whole = 1
    for rate in rates_of(nodes).values():
        whole = whole * rate.denominator // math.gcd(whole, rate.denominator)
    return whole


def at_rate(x, change, place):
    """Nodes that bring a constant signal to another rate: frames are skipped, then repeated."""
    one = torch.ones(x.channels, 1, 1, dtype=torch.float64)
    made = []
    if change.denominator > 1:
        made.append(Node("conv1d", [x], x.channels, dict(groups=x.channels, padding=0, dilation=1,
                                                         stride=change.denominator), {"weight": one}, place))
    if change.numerator > 1:
        made.append(Node("upsample", made[-1:] or [x], x.channels, {"factor": change.numerator}, {}, place))
    return made


def keep_pace(nodes):
    """What is computed from knobs alone comes at the input's rate; where it meets signals of another rate
    (FiLM behind a stride), it has to be brought to theirs."""
    rates, knobs, paced = rates_of(nodes), set(), []
    for node in nodes:
        if node.kind == "param" or (node.inputs and all(x in knobs for x in node.inputs)):
            knobs.add(node)
        elif any(x in knobs for x in node.inputs):
            rate = next(rates[x] for x in node.inputs if x not in knobs)
            for k, x in enumerate(node.inputs):
                made = at_rate(x, rate / rates[x], node.place) if x in knobs else []
                paced += made
                node.inputs[k] = made[-1] if made else x
        paced.append(node)
    return paced


def tidy(nodes):
    return keep_pace(simplify(nodes))
