"""The graph of docs/graph.md, played by torch in double precision: slow, plain, and nothing of the engine.

play(path, samples, knobs) reads one of backline's safetensors files and returns what it answers."""
import json
import struct

import numpy
import torch
import torch.nn.functional as F

TOP = {"backline", "version", "nodes", "sample_rate", "prewarm", "name", "modeled_by", "gear_type", "gear_make",
       "gear_model", "tone_type", "architecture", "format", "loudness_db", "input_level_dbu", "output_level_dbu",
       "validation_esr"}
COMMON = {"name", "kind", "inputs"}
CONV = {"weight", "bias", "stride", "dilation", "groups", "padding"}
KEYS = {"input": {"channels"}, "param": {"minimum", "maximum", "initial"}, "output": set(), "conv1d": CONV,
        "conv_transpose1d": CONV | {"output_padding"}, "activation": {"activation"}, "prelu": {"slope"},
        "softmax": set(), "gate": {"activations"}, "blend": {"activations"}, "add": set(), "mul": set(),
        "scale": {"factor"}, "affine": {"scale", "shift"}, "concat": set(), "slice": {"first", "channels"},
        "batch_norm": {"mean", "variance", "weight", "bias", "epsilon"}, "pad": {"left", "right"},
        "delay": {"frames"}, "upsample": {"factor"},
        "lstm": {"weight_ih", "weight_hh", "bias_ih", "bias_hh", "h0", "c0"},
        "gru": {"weight_ih", "weight_hh", "bias_ih", "bias_hh", "h0"}}
INPUTS = {"input": (0, 0), "param": (0, 0), "gate": (2, 2), "blend": (2, 2), "add": (2, 2), "mul": (2, 2),
          "concat": (1, 10 ** 6)}


def read(path):
    """(graph description, tensors in double precision); fails on anything that FORMATS.md section 6 forbids."""
    with open(path, "rb") as file:
        data = file.read()
    size, = struct.unpack_from("<Q", data)
    header = json.loads(data[8:8 + size])
    graph, end, tensors = json.loads(header.pop("__metadata__")["backline"]), 0, {}
    for name, entry in header.items():
        begin, stop = entry["data_offsets"]
        assert entry["dtype"] == "F32" and begin == end, f"{name} does not follow the one before it"
        values = numpy.frombuffer(data[8 + size + begin:8 + size + stop], "<f4").reshape(entry["shape"])
        tensors[name], end = torch.from_numpy(values.astype(numpy.float64)), stop
    assert 8 + size + end == len(data), "bytes after the last tensor"
    return graph, tensors


def activation(spec):
    spec = {"type": spec} if isinstance(spec, str) else spec
    kind, a, b = spec["type"], spec.get("a"), spec.get("b")
    assert set(spec) <= {"type", "a", "b", "c", "d"}, spec
    simple = {"linear": lambda x: x, "softplus": lambda x: torch.log1p(torch.exp(-x.abs())) + x.clamp(min=0)}
    if kind in simple:
        return simple[kind]
    if kind in ("tanh", "sigmoid", "exp"):
        return getattr(torch, kind)
    if kind == "leaky_relu":
        return lambda x: torch.where(x > 0, x, (0.01 if a is None else a) * x)
    if kind == "hardtanh":
        return lambda x: x.clamp(-1 if a is None else a, 1 if b is None else b)
    if kind == "elu":
        return lambda x: F.elu(x, 1 if a is None else a)
    assert kind in ("relu", "softsign", "silu", "hardswish", "hardsigmoid", "selu", "gelu"), kind
    return getattr(F, kind)


def padding_of(node, kernel):
    padding, total = node.get("padding", "causal"), node.get("dilation", 1) * (kernel - 1)
    if isinstance(padding, str):
        return {"causal": [total, 0], "same": [total // 2, total - total // 2], "valid": [0, 0]}[padding]
    return padding if isinstance(padding, list) else [padding, padding]


def recurrent(node, x, tensors):
    weight = tensors[node["weight_hh"]]
    layer = getattr(torch.nn, node["kind"].upper())(x.shape[0], weight.shape[1], bias="bias_ih" in node,
                                                    batch_first=True).double()
    layer.load_state_dict({key + "_l0": tensors[node[key]] for key in
                           ("weight_ih", "weight_hh", "bias_ih", "bias_hh") if key in node})
    state = [tensors[node[key]].reshape(1, 1, -1) if key in node else torch.zeros(1, 1, weight.shape[1]).double()
             for key in ("h0", "c0")]
    state = tuple(state) if node["kind"] == "lstm" else state[0]
    return layer(x.t().unsqueeze(0), state)[0][0].t()


def timeless(x):
    """A knob, and what is computed from knobs alone: one frame, which stands for all of them."""
    return x.shape[1] == 1


class Player:
    """Signals are [channels, frames]."""

    def __init__(self, path):
        self.graph, self.tensors = read(path)
        assert self.graph["backline"] == "graph" and self.graph["version"] == 1
        assert not set(self.graph) - TOP, set(self.graph) - TOP
        nodes = self.graph["nodes"]
        assert nodes[0]["kind"] == "input" and nodes[-1]["kind"] == "output"
        assert sum(n["kind"] in ("input", "output") for n in nodes) == 2
        assert len({n["name"] for n in nodes}) == len(nodes), "a name occurs twice"
        for node in nodes:
            assert not set(node) - KEYS[node["kind"]] - COMMON, node
            low, high = INPUTS.get(node["kind"], (1, 1))
            assert low <= len(node.get("inputs", [])) <= high, node

    def play(self, samples, knobs=()):
        signals, self.samples, self.knobs = {}, samples, dict(knobs)
        with torch.no_grad():
            for node in self.graph["nodes"]:
                inputs = [signals[name] for name in node.get("inputs", [])]
                signals[node["name"]] = getattr(self, node["kind"])(node, *inputs)
        return signals[self.graph["nodes"][-1]["name"]]

    def tensor(self, node, key):
        return self.tensors[node[key]] if key in node else None

    def channels(self, node, x, key, otherwise):
        if key not in node:
            return otherwise
        assert self.tensors[node[key]].shape == x.shape[:1], node
        return self.tensors[node[key]].unsqueeze(1)

    def input(self, node):
        assert self.samples.shape[0] == node.get("channels", 1)
        return self.samples

    def param(self, node):
        return torch.full((1, 1), self.knobs[node["name"]], dtype=torch.float64)

    def output(self, node, x):
        return x

    def conv1d(self, node, x):
        weight = self.tensor(node, "weight")
        padded = F.pad(x, padding_of(node, weight.shape[2])).unsqueeze(0)
        return F.conv1d(padded, weight, self.tensor(node, "bias"), node.get("stride", 1), 0,
                        node.get("dilation", 1), node.get("groups", 1))[0]

    def conv_transpose1d(self, node, x):
        return F.conv_transpose1d(x.unsqueeze(0), self.tensor(node, "weight"), self.tensor(node, "bias"),
                                  node.get("stride", 1), node.get("padding", 0), node.get("output_padding", 0),
                                  node.get("groups", 1), node.get("dilation", 1))[0]

    def activation(self, node, x):
        return activation(node["activation"])(x)

    def prelu(self, node, x):
        slope = self.tensor(node, "slope")
        assert slope.shape in ((1,), x.shape[:1])
        return torch.where(x > 0, x, slope.unsqueeze(1) * x)

    def softmax(self, node, x):
        return torch.softmax(x, 0)

    def gate(self, node, x, y):
        a, b = map(activation, node["activations"])
        assert x.shape == y.shape or timeless(x) or timeless(y)
        return a(x) * b(y)

    def blend(self, node, x, y):
        a, b = map(activation, node["activations"])
        return b(y) * a(x) + (1 - b(y)) * x

    def meet(self, node, x, y):
        assert len(x) == len(y) or 1 in (len(x), len(y)), (node, x.shape, y.shape)
        assert x.shape[1] == y.shape[1] or timeless(x) or timeless(y), (node, x.shape, y.shape)

    def add(self, node, x, y):
        self.meet(node, x, y)
        return x + y

    def mul(self, node, x, y):
        self.meet(node, x, y)
        return x * y

    def scale(self, node, x):
        return node["factor"] * x

    def affine(self, node, x):
        return self.channels(node, x, "scale", 1) * x + self.channels(node, x, "shift", 0)

    def batch_norm(self, node, x):
        mean, variance = (self.channels(node, x, key, None) for key in ("mean", "variance"))
        normal = (x - mean) / torch.sqrt(variance + node.get("epsilon", 1e-5))
        return self.channels(node, x, "weight", 1) * normal + self.channels(node, x, "bias", 0)

    def concat(self, node, *inputs):
        frames = max(x.shape[1] for x in inputs)
        return torch.cat([x.expand(-1, frames) if timeless(x) else x for x in inputs])

    def slice(self, node, x):
        first = node.get("first", 0)
        assert first + node["channels"] <= len(x)
        return x[first:first + node["channels"]]

    def pad(self, node, x):
        return x if timeless(x) else F.pad(x, (node.get("left", 0), node.get("right", 0)))

    def delay(self, node, x):
        return x if timeless(x) else F.pad(x, (node["frames"], -node["frames"]))

    def upsample(self, node, x):
        return x if timeless(x) else x.repeat_interleave(node["factor"], dim=1)

    def lstm(self, node, x):
        return recurrent(node, x, self.tensors)

    gru = lstm


def play(path, samples, knobs=()):
    """samples: [channels, frames]; knobs: {name: value}. Zeros of "prewarm" come first and are cut again."""
    player = Player(path)
    prewarm = player.graph.get("prewarm", 0)
    heard = F.pad(torch.as_tensor(samples, dtype=torch.float64), (prewarm, 0))
    return player.play(heard, knobs).numpy()[:, prewarm:]
