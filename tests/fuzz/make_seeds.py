#!/usr/bin/python3
"""Writes the seeds of the fuzz targets: OUT/<target>/<name>, small good files of our own.

    make_seeds.py OUT

Standard library only; the same files every time."""

import io
import json
import os
import pickle
import random
import struct
import sys
import types
import zipfile

rng = random.Random(20240612)


def number():
    return round(rng.uniform(-1, 1), 3)


def numbers(*shape):
    """Lists within lists of that shape."""
    return number() if not shape else [numbers(*shape[1:]) for _ in range(shape[0])]


# ---- NAM ----

def nam(architecture, config, weights, version="0.5.4", **more):
    return {"version": version, "architecture": architecture, "config": config,
            "weights": numbers(weights), "sample_rate": 48000, **more}


def layer_array(channels=2, **more):
    return {"input_size": 1, "condition_size": 1, "channels": channels, "kernel_size": 2, "dilations": [1, 2],
            "activation": "Tanh", "gated": False, "head_size": 1, "head_bias": False, **more}


def film(shift=True):
    return {"active": True, "shift": shift, "groups": 1}


FILMS = ("conv_pre_film", "conv_post_film", "input_mixin_pre_film", "input_mixin_post_film", "activation_pre_film",
         "activation_post_film", "layer1x1_post_film", "head1x1_post_film")


def wavenet_weights(a, condition=1):
    """Weights that an array of layers takes, without FiLM."""
    c, inner = a["channels"], a.get("bottleneck", a["channels"])
    modes = a.get("gating_mode", "gated" if a.get("gated") else "none")
    total = a["input_size"] * c
    for i, _ in enumerate(a["dilations"]):
        mode = modes[i] if isinstance(modes, list) else modes
        z = inner * (1 if mode == "none" else 2)
        k = a["kernel_sizes"][i] if "kernel_sizes" in a else a["kernel_size"]
        total += c * z // a.get("groups_input", 1) * k + z + condition * z
        total += inner * c // a.get("layer1x1", {}).get("groups", 1) + c
        if a.get("head1x1", {}).get("active"):
            total += inner * a["head1x1"]["out_channels"] + a["head1x1"]["out_channels"]
        for name in FILMS:
            if name in a:
                sizes = {"conv_pre_film": c, "input_mixin_pre_film": condition, "layer1x1_post_film": c,
                         "activation_post_film": inner,
                         "head1x1_post_film": a.get("head1x1", {}).get("out_channels", 0)}
                n = sizes.get(name, z) * (2 if a[name]["shift"] else 1)
                total += condition * n + n
    skip = a["head1x1"]["out_channels"] if a.get("head1x1", {}).get("active") else inner
    head = a.get("head") or {"out_channels": a.get("head_size"), "kernel_size": 1, "bias": a.get("head_bias")}
    return total + skip * head["out_channels"] * head["kernel_size"] + head["out_channels"] * bool(head["bias"])


def wavenet(arrays, more_weights=0, version="0.5.4", **config):
    weights = sum(wavenet_weights(a) for a in arrays) + 1 + more_weights
    return nam("WaveNet", {"layers": arrays, "head": None, "head_scale": 0.5, **config}, weights, version)


def nam_seeds():
    two = [layer_array(3, head_size=2), layer_array(2, input_size=3, gated=True, head_bias=True)]
    yield "wavenet", wavenet([layer_array()])
    yield "wavenet-two", wavenet(two)
    rich = layer_array(4, bottleneck=2, kernel_sizes=[1, 3], groups_input=2, gating_mode=["gated", "blended"],
                       secondary_activation=["Sigmoid", {"type": "Hardtanh"}],
                       activation=["ReLU", {"type": "LeakyReLU", "negative_slope": 0.2}],
                       layer1x1={"active": True, "groups": 2}, head1x1={"active": True, "out_channels": 2, "groups": 1},
                       head={"out_channels": 1, "kernel_size": 2, "bias": True, "head_dilation": 3})
    del rich["kernel_size"], rich["gated"], rich["head_size"], rich["head_bias"]
    yield "wavenet-rich", wavenet([rich], version="0.7.0")
    films = layer_array(2, head1x1={"active": True, "out_channels": 2, "groups": 1},
                        **{name: film(i % 2 == 0) for i, name in enumerate(FILMS)})
    yield "wavenet-film", wavenet([films], version="0.6.0")
    head = {"channels": 2, "out_channels": 1, "kernel_sizes": [2, 3], "activation": "SiLU"}
    yield "wavenet-head", wavenet([layer_array(2, head_size=1)], (1 * 2 * 2 + 2) + (2 * 1 * 3 + 1), "0.7.0",
                                  head=head)
    prelu = layer_array(2, activation={"type": "PReLU", "negative_slopes": [0.1, 0.2]})
    yield "wavenet-prelu", wavenet([prelu], version="0.6.0")
    slim = layer_array(3, slimmable={"method": "slice_channels_uniform", "kwargs": {"allowed_channels": [1, 2, 3]}})
    yield "wavenet-slim", wavenet([slim], version="0.7.0")
    inner = wavenet([layer_array(1)])
    yield "wavenet-condition", wavenet([layer_array(2)], version="0.7.0", condition_dsp=inner)
    convnet = nam("ConvNet", {"channels": 2, "dilations": [1, 2], "batchnorm": True, "activation": "Tanh"},
                  (1 * 2 * 2 + 9) + (2 * 2 * 2 + 9) + 3)
    convnet["weights"] = [abs(w) for w in convnet["weights"]]  # variances are among them
    yield "convnet", convnet
    yield "convnet-plain", nam("ConvNet", {"channels": 2, "dilations": [1, 4], "batchnorm": False,
                                           "activation": "ReLU", "groups": 1}, 2 * 2 + 2 + 8 + 2 + 3)
    yield "linear", nam("Linear", {"receptive_field": 5, "bias": True}, 6)
    yield "linear-long", nam("Linear", {"receptive_field": 80, "bias": False}, 80)
    yield "lstm", nam("LSTM", {"num_layers": 2, "input_size": 1, "hidden_size": 2},
                      (8 * 3 + 8 + 4) + (8 * 4 + 8 + 4) + 3)
    small, large = wavenet([layer_array(1)], version="0.7.0"), nam("LSTM", {"num_layers": 1, "input_size": 1,
                                                                            "hidden_size": 1}, 8 + 4 + 2 + 2, "0.7.0")
    yield "container", {"version": "0.7.0", "architecture": "SlimmableContainer", "weights": [],
                        "sample_rate": 48000,
                        "config": {"submodels": [{"max_value": 0.5, "model": small},
                                                 {"max_value": 1.0, "model": large}]}}
    yield "metadata", {**nam("Linear", {"receptive_field": 2, "bias": False}, 2),
                       "metadata": {"name": "Seed", "modeled_by": "Us", "gear_make": "x", "gear_type": "amp",
                                    "gear_model": "y", "tone_type": "clean", "loudness": -20.5,
                                    "input_level_dbu": 12, "output_level_dbu": 3.5,
                                    "training": {"validation_esr": 0.01}}}


# ---- other JSON files ----

def wavenetva_seeds():
    for gated in True, False:
        r, out = 2, 4 if gated else 2
        variables = [{"layer_idx": 2, "name": "W", "data": [str(number()) for _ in range(4)]},
                     {"layer_idx": 2, "name": "b", "data": numbers(1)},
                     {"layer_idx": -1, "name": "W", "data": numbers(r)},
                     {"layer_idx": -1, "name": "b", "data": numbers(r)}]
        for i in range(2):
            variables += [{"layer_idx": i, "name": "W_conv", "data": numbers(2 * r * out)},
                          {"layer_idx": i, "name": "b_conv", "data": numbers(out)},
                          {"layer_idx": i, "name": "W_out", "data": numbers(r * r)},
                          {"layer_idx": i, "name": "b_out", "data": numbers(r)}]
        yield ("gated" if gated else "plain"), {
            "activation": "gated" if gated else "tanh", "input_channels": 1, "output_channels": 1,
            "residual_channels": r, "filter_width": 2, "dilations": [1, 3], "variables": variables}


def keras_seeds():
    def model(inputs, layers, **more):
        return {"in_shape": [None, None, inputs], "layers": layers, **more}

    def layer(kind, out, weights, **more):
        return {"type": kind, "shape": [None, None, out], "weights": weights, "activation": "", **more}

    dense = layer("dense", 1, [numbers(2, 1), numbers(1)])
    yield "dense", model(1, [layer("dense", 2, [numbers(1, 2), numbers(2)], activation="tanh"), dense], in_skip=1,
                         in_gain=3.5, out_gain=-2, metadata={"name": "Seed", "samplerate": "48000", "esr": 0.1})
    yield "lstm", model(1, [layer("lstm", 2, [numbers(1, 8), numbers(2, 8), numbers(8)]), dense])
    yield "lstm-knobs", model(3, [layer("lstm", 2, [numbers(3, 8), numbers(2, 8), numbers(8)]), dense], in_skip=1)
    yield "gru", model(2, [layer("gru", 2, [numbers(2, 6), numbers(2, 6), numbers(2, 6)]), dense])
    conv = layer("conv1d", 4, [numbers(3, 1, 4), numbers(4)], kernel_size=[3], dilation=[2], activation="relu",
                 groups=1)
    norm = layer("batchnorm", 4, [numbers(4), numbers(4), numbers(4), [1.0, 2, 0.5, 3]], epsilon=0.001)
    prelu = layer("prelu", 4, [[numbers(4)]])
    grouped = layer("conv1d", 4, [numbers(2, 2, 4), numbers(4)], kernel_size=2, dilation=1, groups=2)
    softmax = layer("activation", 4, [], activation="softmax")
    last = layer("time-distributed-dense", 1, [numbers(4, 1)], activation="elu")
    yield "conv", model(1, [conv, norm, prelu, grouped, softmax, last])


def proteus_seeds():
    def model(inputs, hidden, gates, layers=1, **data):
        state = {}
        for i in range(layers):
            state[f"rec.weight_ih_l{i}"] = numbers(gates * hidden, hidden if i else inputs)
            state[f"rec.weight_hh_l{i}"] = numbers(gates * hidden, hidden)
            state[f"rec.bias_ih_l{i}"] = numbers(gates * hidden)
            state[f"rec.bias_hh_l{i}"] = numbers(gates * hidden)
        state["lin.weight"], state["lin.bias"] = numbers(1, hidden), numbers(1)
        return {"model_data": {"model": "SimpleRNN", "unit_type": "LSTM" if gates == 4 else "GRU",
                               "input_size": inputs, "hidden_size": hidden, "output_size": 1, "num_layers": layers,
                               "skip": 1, **data}, "state_dict": state}

    yield "lstm", model(1, 2, 4)
    yield "gru-knob", model(2, 2, 3, skip=0)
    yield "layers", model(1, 1, 4, 2)


# ---- tensors with something beside them ----

def graph_seeds():
    tensors = {"a.weight": [2, 1, 3], "a.bias": [2], "b.weight": [2, 2, 2], "mix.weight": [1, 2, 1],
               "depth.weight": [2, 1, 3], "up.weight": [2, 2, 4], "down.weight": [2, 2, 4], "long.weight": [1, 1, 70],
               "v1": [1], "v2": [2], "var2": [2], "ih": [8, 2], "hh": [8, 2], "b8": [8], "gih": [6, 2], "ghh": [6, 2],
               "b6": [6], "four.weight": [4, 1, 1], "wide.weight": [40, 1, 1], "mix4.weight": [1, 4, 1]}

    def node(name, kind, *inputs, **more):
        return {"name": name, "kind": kind, **({"inputs": list(inputs)} if inputs else {}), **more}

    def graph(*nodes, **more):
        nodes = [node("in", "input", channels=1), *nodes]
        used = {v for n in nodes for v in n.values() if isinstance(v, str)}
        return {"description": {"backline": "graph", "version": 1, "sample_rate": 48000, "nodes": nodes, **more},
                "tensors": {k: v for k, v in tensors.items() if k in used}}

    conv = node("a", "conv1d", "in", weight="a.weight", bias="a.bias", dilation=2, padding="causal")
    mix = node("mix", "conv1d", "act", weight="mix.weight")
    yield "residual", graph(conv, node("act", "activation", "a", activation="tanh"), mix,
                            node("sum", "add", "mix", "in"), node("out", "output", "sum"), prewarm=20, name="Seed",
                            loudness_db=-18.25)
    yield "same", graph(node("a", "conv1d", "in", weight="a.weight", padding="same", dilation=3),
                        node("b", "conv1d", "a", weight="b.weight", padding=[1, 0]),
                        node("sum", "add", "a", "b"), node("act", "softmax", "sum"), mix,
                        node("out", "output", "mix"))
    yield "strides", graph(conv, node("down", "conv1d", "a", weight="down.weight", stride=2, padding=1),
                           node("act", "activation", "down", activation={"type": "leaky_relu", "a": 0.3}),
                           node("up", "conv_transpose1d", "act", weight="up.weight", stride=2, padding=1,
                                output_padding=0),
                           node("cat", "concat", "a", "up"), node("piece", "slice", "cat", first=1, channels=2),
                           node("mix", "conv1d", "piece", weight="mix.weight"), node("out", "output", "mix"))
    yield "upsample", graph(node("down", "conv1d", "in", weight="a.weight", stride=3, padding=[2, 1]),
                            node("up", "upsample", "down", factor=3), node("late", "delay", "up", frames=2),
                            node("crop", "pad", "late", left=-1, right=1), node("act", "prelu", "crop", slope="v2"),
                            mix, node("out", "output", "mix"))
    yield "knobs", graph(node("gain", "param", minimum=-1, maximum=2, initial=0.5), node("tone", "param"), conv,
                         node("cat", "concat", "gain", "tone"), node("scaled", "mul", "a", "cat"),
                         node("act", "mul", "scaled", "gain"), mix, node("half", "scale", "mix", factor=0.5),
                         node("out", "output", "half"))
    yield "norm", graph(conv, node("n", "batch_norm", "a", mean="v2", variance="var2", weight="v2", bias="v2",
                                   epsilon=0.01),
                        node("f", "affine", "n", scale="v2", shift="v2"),
                        node("g", "gate", "n", "f", activations=["tanh", "sigmoid"]),
                        node("act", "blend", "g", "f", activations=["silu", {"type": "hardtanh", "a": -2, "b": 1}]),
                        mix, node("out", "output", "mix"))
    yield "lstm", graph(conv, node("l", "lstm", "a", weight_ih="ih", weight_hh="hh", bias_ih="b8", bias_hh="b8",
                                   h0="v2", c0="v2"),
                        node("act", "gru", "l", weight_ih="gih", weight_hh="ghh", bias_ih="b6", bias_hh="b6"),
                        mix, node("out", "output", "mix"))
    yield "fir", graph(node("act", "conv1d", "in", weight="long.weight"), node("out", "output", "act"))
    yield "depthwise", graph(conv, node("act", "conv1d", "a", weight="depth.weight", groups=2, padding=2),
                             node("crop", "pad", "act", left=0, right=-2),
                             node("mix", "conv1d", "crop", weight="mix.weight"), node("out", "output", "mix"))
    acts = ["linear", "sigmoid", "relu", "softsign", "hardswish", "hardsigmoid", "fast_tanh", "selu", "gelu",
            "softplus", "exp", {"type": "elu", "a": 0.5}, {"type": "leaky_hardtanh", "a": -1, "b": 1, "c": 0.1, "d": 0.2}]
    nodes = [node(f"n{i}", "activation", f"n{i - 1}" if i else "in", activation=a) for i, a in enumerate(acts)]
    yield "activations", graph(*nodes, node("out", "output", f"n{len(acts) - 1}"))


def sequence_seeds():
    tensors = {"one.weight": [2, 1, 2], "one.bias": [2], "two.weight": [2, 1, 3], "three.weight": [1, 2, 1]}
    layers = [{"conv": "one", "dilation": 3, "activation": {"type": "leaky_relu", "negative_slope": 0.2}},
              {"conv": "two", "groups": 2, "activation": "tanh"}, {"conv": "three"}]
    yield "three", {"tensors": tensors, "description": {"backline": "sequence", "name": "Seed", "sample_rate": 44100,
                                                        "layers": layers}}
    yield "metadata", {"tensors": tensors, "values": {"backline": json.dumps({"backline": "sequence",
                                                                             "layers": layers})}}


def microtcn_seeds():
    def state(knobs, causal, prefix=""):
        t = {}
        for i, (cin, cout) in enumerate(((1, 2), (2, 2))):
            b = f"blocks.{i}."
            t[b + "conv1.weight"] = [cout, cin, 3]
            t[b + "res.weight"] = [cout, 1, 1]
            t[b + "relu.weight"] = [cout]
            norm = "film.bn" if knobs else "bn"
            t[f"{b}{norm}.running_mean"] = t[f"{b}{norm}.running_var"] = [cout]
            if knobs:
                t[b + "film.adaptor.weight"], t[b + "film.adaptor.bias"] = [2 * cout, 4], [2 * cout]
            else:
                t[b + "bn.weight"] = t[b + "bn.bias"] = [cout]
        if knobs:
            for i, (rows, columns) in enumerate(((3, knobs), (3, 3), (4, 3))):
                t[f"gen.{2 * i}.weight"], t[f"gen.{2 * i}.bias"] = [rows, columns], [rows]
        t["output.weight"], t["output.bias"] = [1, 2, 1], [1]
        return {prefix + k: v for k, v in t.items()}

    numbers_ = {"dilation_growth": 2, "stack_size": 10, "causal": True}
    yield "knobs", {"tensors": state(2, True, "state_dict."), "values": {"hyper_parameters": numbers_}}
    yield "plain", {"tensors": state(0, False), "values": {"hparams": {**numbers_, "causal": False}}}
    yield "described", {"tensors": state(1, True), "description": {"backline": "micro-tcn", "name": "Seed",
                                                                   "sample_rate": 48000, **numbers_}}


def pedalnet_tensors(channels=2, layers=2):
    t = {"wavenet.input_layer.weight": [channels, 1, 1], "wavenet.input_layer.bias": [channels]}
    for i in range(layers):
        t[f"wavenet.hidden.{i}.weight"], t[f"wavenet.hidden.{i}.bias"] = [2 * channels, channels, 3], [2 * channels]
        t[f"wavenet.residuals.{i}.weight"], t[f"wavenet.residuals.{i}.bias"] = [channels, channels, 1], [channels]
    t["wavenet.linear_mix.weight"], t["wavenet.linear_mix.bias"] = [1, channels * layers, 1], [1]
    return t


HPARAMS = {"num_channels": 2, "kernel_size": 3, "dilation_depth": 2, "num_repeat": 1}


def pedalnet_seeds():
    yield "plain", {"tensors": pedalnet_tensors(), "values": {"hparams": HPARAMS}}
    yield "lightning", {"tensors": {"state_dict." + k: v for k, v in pedalnet_tensors().items()},
                        "values": {"hyper_parameters": HPARAMS, "epoch": 3}}


# ---- safetensors and npz ----

def floats(count):
    return struct.pack(f"<{count}f", *(number() for _ in range(count)))


def safetensors(tensors, metadata):
    header, data = {"__metadata__": metadata}, b""
    for name, (kind, size, shape) in tensors.items():
        count = 1
        for n in shape:
            count *= n
        body = floats(count) if kind == "F32" else bytes(rng.randrange(64) for _ in range(count * size))
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [len(data), len(data) + len(body)]}
        data += body
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def safetensors_seeds():
    graph = {"backline": "graph", "version": 1, "nodes": [
        {"name": "in", "kind": "input"},
        {"name": "c", "kind": "conv1d", "inputs": ["in"], "weight": "c.weight", "bias": "c.bias"},
        {"name": "out", "kind": "output", "inputs": ["c"]}]}
    yield "graph", safetensors({"c.weight": ("F32", 4, [1, 1, 4]), "c.bias": ("F16", 2, [1])},
                               {"backline": json.dumps(graph), "format": "pt"})
    kinds = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}
    yield "types", safetensors({k: (k, n, [2, 1]) for k, n in kinds.items()}, {})
    yield "no-metadata", safetensors({"w": ("F32", 4, [1])}, [])
    yield "rank", safetensors({"w": ("U8", 1, [1] * 17)}, {})
    sequence = {"backline": "sequence", "layers": [{"conv": "l"}]}
    yield "sequence", safetensors({"l.weight": ("F32", 4, [1, 1, 2])}, {"backline": json.dumps(sequence)})


def npy(kind, shape, data, fortran=False, version=1):
    text = f"{{'descr': '{kind}', 'fortran_order': {fortran}, 'shape': {tuple(shape)!r}, }}".encode()
    text += b" " * (-(len(text) + 11) % 16) + b"\n"
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H" if version == 1 else "<I", len(text)) + text + data


def zipped(entries, method=zipfile.ZIP_STORED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, method)
    return out.getvalue()


def npy_seeds():
    yield "f4", npy("<f4", (2, 1, 3), floats(6))
    yield "f8", npy("<f8", (3,), struct.pack("<3d", 1, 2, 3), version=2)
    yield "fortran", npy("<f2", (2, 2), bytes(8), True)
    yield "scalar", npy("|u1", (), b"\5")


def npz_seeds():
    arrays = {"conv.weight.npy": npy("<f4", (2, 1, 3), floats(6)), "conv.bias.npy": npy("<f4", (2,), floats(2))}
    yield "stored", zipped(arrays)
    yield "packed", zipped(arrays, zipfile.ZIP_DEFLATED)


# ---- PyTorch ----

def stand_in(module, name):
    """A class that pickles under that name."""
    cls = type(name, (), {"__module__": module})
    setattr(sys.modules.setdefault(module, types.ModuleType(module)), name, cls)
    return cls


sys.modules.setdefault("torch", types.ModuleType("torch"))
sys.modules.setdefault("torch._utils", types.ModuleType("torch._utils"))
FLOAT, HALF = stand_in("torch", "FloatStorage"), stand_in("torch", "HalfStorage")


def _rebuild_tensor_v2(*_):
    raise NotImplementedError


_rebuild_tensor_v2.__module__ = "torch._utils"
sys.modules["torch._utils"]._rebuild_tensor_v2 = _rebuild_tensor_v2


class Storage:
    def __init__(self, key, count, kind):
        self.key, self.count, self.kind = key, count, kind


class Tensor:
    def __init__(self, storage, shape, offset=0):
        self.storage, self.shape, self.offset = storage, tuple(shape), offset

    def __reduce__(self):
        strides, step = [], 1
        for n in reversed(self.shape):
            strides.insert(0, step)
            step *= n
        return _rebuild_tensor_v2, (self.storage, self.offset, self.shape, tuple(strides), False, None)


class Pickler(pickle._Pickler):
    """PyTorch's: storages are references. Python's own implementation, because persistent_id() is a method here."""
    legacy = False

    def persistent_id(self, value):
        if isinstance(value, Storage):
            more = (None,) if self.legacy else ()
            return ("storage", value.kind, value.key, "cpu", value.count) + more
        return None


def pickled(value, legacy=False, protocol=2):
    out = io.BytesIO()
    pickler = Pickler(out, protocol)
    pickler.legacy = legacy
    pickler.dump(value)
    return out.getvalue()


def checkpoint(shapes, kind=FLOAT, own_storages=True):
    """Tensors of these shapes, the storages that they lie in, and a list of these."""
    state, storages, offset = {}, [], 0
    total = 0
    for shape in shapes.values():
        count = 1
        for n in shape:
            count *= n
        total += count
    shared = Storage("0", total, kind)
    for i, (name, shape) in enumerate(shapes.items()):
        count = 1
        for n in shape:
            count *= n
        if own_storages:
            storages.append(Storage(str(i), count, kind))
            state[name] = Tensor(storages[-1], shape)
        else:
            state[name] = Tensor(shared, shape, offset)
            offset += count
    return state, storages or [shared]


def storage_bytes(storage):
    return floats(storage.count) if storage.kind is FLOAT else bytes(2 * storage.count)


def torch_zip(value, storages, protocol=2):
    entries = {"net/data.pkl": pickled(value, protocol=protocol), "net/version": b"3\n", "net/byteorder": b"little"}
    entries.update({f"net/data/{s.key}": storage_bytes(s) for s in storages})
    return zipped(entries)


def torch_legacy(value, storages):
    system = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long": 4}}
    parts = [pickle.dumps(0x1950A86A20F9469CFC6C, 2), pickle.dumps(1001, 2), pickle.dumps(system, 2),
             pickled(value, True), pickle.dumps([s.key for s in storages], 2)]
    return b"".join(parts) + b"".join(struct.pack("<Q", s.count) + storage_bytes(s) for s in storages)


SMALL = pedalnet_tensors(1, 1)
SMALL_HPARAMS = {"num_channels": 1, "kernel_size": 3, "dilation_depth": 1, "num_repeat": 1}


def torch_zip_seeds():
    for name, own in ("own", True), ("shared", False):
        state, storages = checkpoint(SMALL, own_storages=own)
        yield name, torch_zip({"state_dict": state, "hyper_parameters": SMALL_HPARAMS, "epoch": 7,
                               "list": [1.5, None, True, (1, 2)]}, storages)
    state, storages = checkpoint({"w": [2, 3]}, HALF)
    yield "half", torch_zip(state, storages)


def torch_legacy_seeds():
    state, storages = checkpoint(SMALL)
    yield "checkpoint", torch_legacy({"state_dict": state, "hparams": SMALL_HPARAMS}, storages)
    state, storages = checkpoint({"w": [2, 3], "b": [2]}, own_storages=False)
    yield "shared", torch_legacy(state, storages)


def pickle_seeds():
    """Two storages are there: 0 with 64 numbers, 1 with 1024."""
    a, b = Storage("0", 64, FLOAT), Storage("1", 1024, FLOAT)
    for protocol in 2, 4:
        state = {"w": Tensor(a, (2, 3)), "big": Tensor(b, (16, 64)), "view": Tensor(a, (4,), 60), "none": Tensor(a, ())}
        yield f"views-{protocol}", pickled({"state_dict": state, "x": [1, -70000, 2 ** 40, 1.5, "text", None, True]},
                                           protocol=protocol)
    keys = {None: Tensor(a, (2,)), True: Tensor(a, (1,)), 7: Tensor(a, (2, 2)), 2.5: [Tensor(a, (3,))]}
    yield "keys", pickled({"state_dict": keys, 3: {"x": {-1: Tensor(b, (4,))}}})
    state = {name: Tensor(b, shape) for name, shape in pedalnet_tensors().items()}
    yield "pedalnet", pickled({"state_dict": state, "hyper_parameters": HPARAMS})


# ---- sounds ----

def samples(count, bytes_each):
    """Little-endian integers that fall off, as responses do."""
    top = 1 << (8 * bytes_each - 1)
    return b"".join(int(number() * (top - 1) / (1 + i / 8)).to_bytes(bytes_each, "little", signed=True)
                    for i in range(count))


def chunk(name, body):
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def wav_format(code, bits, channels=1, rate=48000, extended=False):
    frame = channels * bits // 8
    head = struct.pack("<HHIIHH", 0xFFFE if extended else code, channels, rate, rate * frame, frame, bits)
    rest = bytes([0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71])
    return head + (struct.pack("<HHIH", 22, bits, 0, code) + rest if extended else b"")


def wav(form, data, *more, size=None):
    body = b"WAVE" + b"".join(more) + chunk(b"fmt ", form)
    body += b"data" + struct.pack("<I", len(data) if size is None else size) + data
    return b"RIFF" + struct.pack("<I", len(body) if size is None else size) + body


def crc(data, bits, polynomial):
    value = 0
    for byte in data:
        value ^= byte << (bits - 8)
        for _ in range(8):
            value = (value << 1 ^ (polynomial if value >> (bits - 1) & 1 else 0)) & ((1 << bits) - 1)
    return value.to_bytes(bits // 8, "big")


def flac(data):
    """One verbatim frame of 16 bits, mono, 48 kHz."""
    count = len(data) // 2
    info = struct.pack(">HH", count, count) + bytes(6) + (48000 << 44 | 15 << 36 | count).to_bytes(8, "big") + bytes(16)
    head = bytes([0xFF, 0xF8, 0x7A, 0x08, 0]) + struct.pack(">H", count - 1)
    head += crc(head, 8, 0x07)
    big = b"".join(data[i + 1:i + 2] + data[i:i + 1] for i in range(0, len(data), 2))
    frame = head + b"\2" + big
    return b"fLaC\x80\0\0\x22" + info + frame + crc(frame, 16, 0x8005)


def impulse_seeds():
    yield "pcm16", wav(wav_format(1, 16), samples(64, 2))
    yield "pcm24-stereo", wav(wav_format(1, 24, 2, 44100), samples(64, 3))
    yield "pcm8", wav(wav_format(1, 8, rate=8000), bytes(rng.randrange(256) for _ in range(60)))
    yield "float", wav(wav_format(3, 32, rate=96000), floats(40))
    yield "double", wav(wav_format(3, 64), struct.pack("<12d", *(number() for _ in range(12))))
    yield "extensible", wav(wav_format(1, 32, 2, extended=True), samples(40, 4), chunk(b"LIST", b"INFOx"))
    yield "silence", wav(wav_format(1, 16), bytes(80))
    yield "nan", wav(wav_format(3, 32), struct.pack("<3f", 1, float("nan"), 0.5))
    yield "claims", wav(wav_format(1, 16), samples(8, 2), size=0xFFFFFFF0)
    yield "adpcm", wav(struct.pack("<HHIIHHHH", 0x11, 1, 8000, 4430, 36, 4, 2, 65), samples(36, 2))
    yield "mulaw", wav(wav_format(7, 8, rate=8000), bytes(range(0, 250, 3)))
    yield "w64", (bytes.fromhex("726966662e91cf11a5d628db04c10000") + struct.pack("<Q", 0x98) +
                  bytes.fromhex("77617665f3acd3118cd100c04f8edb8a666d7420f3acd3118cd100c04f8edb8a") +
                  struct.pack("<Q", 40) + wav_format(1, 16) + bytes.fromhex("64617461f3acd3118cd100c04f8edb8a") +
                  struct.pack("<Q", 24 + 64) + samples(32, 2))
    rate = bytes.fromhex("400ebb80000000000000")  # 48000 as 80 bits
    common = struct.pack(">HIH", 1, 24, 16) + rate
    aiff = b"AIFFCOMM" + struct.pack(">I", 18) + common + b"SSND" + struct.pack(">III", 8 + 48, 0, 0) + samples(24, 2)
    yield "aiff", b"FORM" + struct.pack(">I", len(aiff)) + aiff
    yield "au", b".snd" + struct.pack(">IIIII", 24, 64, 3, 48000, 1) + samples(32, 2)
    yield "flac", flac(samples(64, 2))
    yield "raw-text", b"This is no audio file."


def stream_wav_seeds():
    for name, code, bits in ("s16", 1, 16), ("s24", 1, 24), ("s32", 1, 32), ("f32", 3, 32), ("f64", 3, 64):
        data = samples(16, bits // 8) if code == 1 else floats(16)
        yield name, wav(wav_format(code, bits, 2), data)
    yield "unknown-length", wav(wav_format(1, 16), samples(8, 2), size=0xFFFFFFFF)
    yield "sox-length", wav(wav_format(1, 16), samples(8, 2), size=0x7FFFF000)
    yield "extensible", wav(wav_format(3, 32, 3, extended=True), floats(6), chunk(b"LIST", b"INFOx"), chunk(b"", b""))
    yield "many", wav(wav_format(1, 16, 256), samples(512, 2))
    yield "s8", wav(wav_format(1, 8), bytes(8))
    yield "no-format", b"RIFF\0\0\0\0WAVEdata\0\0\0\0"


# ---- rigs and tables ----

def rig_file_seeds():
    yield "empty", {"backline_rig": 1}
    one = "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"  # of "1", which one.nam holds
    yield "files", {"backline_rig": 1, "models": [{"path": "one.nam", "sha256": one, "size": 1}, None,
                                                  {"path": "/nowhere/one.nam"}, {"path": "x", "sha256": one, "size": 1}],
                    "cabinets": [{"path": "two.wav"}, {"path": "/nowhere/at/all"}]}
    settings = {"input_gain": -3.5, "output_gain": 2, "output_mode": "normalised", "gate": True, "gate_threshold": -55.5,
                "bass": 3, "treble": -1.25, "low_cut": 80, "slot": 3, "oversample": 2, "quality": 0.5, "cab": True,
                "cab_blend": 0.25, "cab_pan_1": -1, "cab_delay": 1, "cab_invert": True, "fade": 5, "enabled": True}
    yield "settings", {"backline_rig": 1, "settings": settings, "knobs": {"gain": 0.1, "Tone": -7, "\u00e4": 1e-20}}
    yield "midi", {"backline_rig": 1, "midi": {"channel": 10, "cc": {"0": "bypass", "11": "bass", "80": "next_model",
                                                                     "119": "clear_meters"}}}
    for name, value in ("number", 7), ("choice", "loud"), ("knobs", {"a": "b"}), ("version", {"backline_rig": 2}):
        yield f"wrong-{name}", value if name == "version" else {"backline_rig": 1, "settings": {"slot": value},
                                                               "knobs": value if name == "knobs" else {}}


def manifest_seeds():
    yield "plain", b"input,output,model\na.wav,out/a.wav,x.nam\nb.wav,out/b.wav,x.nam\n"
    yield "all", (b"\xef\xbb\xbfoptions,rig,output,input,cabinets,model\r\n"
                  b"--bits 24 --param 'gain=1',r.rig.json,\"o,1.flac\",a.wav,c.wav;d.wav,\r\n\r\n"
                  b"\"--tail=2 --mono \"\"--cpu=scalar\"\"\",,o2.wav,b.wav,c.wav,\"m \"\"1\"\".nam\"\r\n")
    yield "raw", b"input,output,options\na.wav,b.wav,--raw --model m.nam --block 16 --quality=0.5\n"
    yield "clash", b"input,output,model\na.wav,x/../b.wav,m\nc.wav,./b.wav,m\nb.wav,d.wav,m\n"
    yield "wrong", b"input,output,model,rigg\na,b\n"
    yield "options", b"input,output,options\na,b.wav,--help\na,c.wav,--threads 3\nc,d.wav,'--rig x\ne,f.mp3,--rig x\n"
    yield "quotes", b"input,output,model\n\"a\rb\",\"c\nd.wav\",\"\"\"\"\n"


def live_config_seeds():
    end = {"host_api": "ALSA", "device": "USB Audio", "channels": [1]}
    yield "usual", {"in": end, "out": {**end, "channels": [1, 2]}, "rate": 48000.0, "block": 64}
    yield "little", {"in": end, "out": end}
    yield "wrong", {"in": {**end, "channels": [0]}, "out": end, "rate": "x", "block": -1}


# ---- the plugin and its window ----

def library_seeds():
    yield "usual", {"favourites": ["/a/b.nam", "/c d"], "recent": ["/x.wav", "file:///caf%E9.nam", "/x.wav"],
                    "folders": ["/a", "", "/c"]}
    yield "strange", {"favourites": ["relative", 7, "file://%2Fx", "file:///%00%2", "/"], "recent": {}, "folders": None}
    yield "many", {"recent": [f"/{i}" for i in range(60)], "favourites": [f"/{i % 7}" for i in range(20)]}


def drop_seeds():
    for name, text in {"model": "file:///t/a.nam\r\n", "comment": "# x\r\nfile://localhost/t/b%20c.wav\r\n",
                       "rig": "file:/t/x.rig.json", "other": "http://x/y.nam\r\nfile:///t/what\r\n",
                       "zero": "file:///t/%00.nam", "escapes": "FILE:///%e4%C3%A4%2%zz.json\n"}.items():
        for place in b"\x20\x20", b"\xc0\x60", b"\x80\xc0":
            yield f"{name}-{place[0]:02x}", place + text.encode()


def session_seeds():
    yield "settings", b"settings s bass=3@0 slot=2@1 gate=1@0 knob_1=0.25@0.5 enabled=0@inf\n"
    yield "files", (b"slot_1 p backline-crunch.nam\nslot_2 s bundle:backline-crunch.nam\ncabinet_1 p /nowhere.wav\n"
                    b"slot_1_content s 6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b 1 /nowhere/else\n")
    yield "preset", b"model s bundle:backline-crunch.nam\ncabinet_1 s \ncabinet_2 S bundle:../x\n"
    yield "rig", b"rig p missing.rig.json\nsettings S mid=1@0\n"
    yield "strange", b"slot_1 x 1234\nslot_3 s \nsettings s bass=nan@0 =1@2 slot=99@1 treble=3 mid=1@nan what=1@1\n"


def urid(uri):
    """As lv2_host.c maps it: FNV-1a of 64 bits, folded."""
    value = 14695981039346656037
    for byte in uri.encode():
        value = (value ^ byte) * 1099511628211 & (1 << 64) - 1
    return (value ^ value >> 32) & 0xFFFFFFFF


ATOM, PATCH, OWN = "http://lv2plug.in/ns/ext/atom#", "http://lv2plug.in/ns/ext/patch#", "urn:backline:rig#"


def atom(kind, body):
    return struct.pack("<II", len(body), urid(kind if "#" in kind else ATOM + kind)) + body + b"\0" * (-len(body) % 8)


def patch(kind, **properties):
    body = struct.pack("<II", 0, urid(PATCH + kind))
    for key, value in properties.items():
        body += struct.pack("<II", urid(OWN + key if key == "tuner_rate" else PATCH + key), 0) + value
    return atom("Object", body)


def patch_set(symbol, value, **more):
    return patch("Set", property=atom("URID", struct.pack("<I", urid(OWN + symbol))), value=value, **more)


def sequence_body(*events):
    return bytes(8) + b"".join(struct.pack("<q", i) + event for i, event in enumerate(events))


def midi(*data):
    return atom("http://lv2plug.in/ns/ext/midi#MidiEvent", bytes(data))


def atoms_seeds():
    path = atom("Path", b"/a.nam\0")
    yield "set-path", sequence_body(patch_set("model", path), patch_set("slot_3", atom("String", b"/b.nam")))
    yield "set-number", sequence_body(patch_set("bass", atom("Float", struct.pack("<f", 3))),
                                      patch_set("knob_1", atom("Float", struct.pack("<f", 0.7))),
                                      patch_set("tuner", atom("Bool", struct.pack("<i", 1))))
    put = atom("Object", struct.pack("<IIII", 0, 0, urid(OWN + "cabinet_1"), 0) + path)
    yield "put", sequence_body(patch("Put", body=put))
    yield "get", sequence_body(patch("Get"), patch("Get", property=atom("URID", struct.pack("<I", urid(OWN + "status")))))
    yield "midi", sequence_body(midi(0xC0, 3), midi(0xB1, 80, 127), midi(0xB1, 80, 0), midi(0xB0, 7))
    yield "rig", sequence_body(patch_set("rig", atom("Path", b"/nowhere.rig.json\0")))
    yield "empty", sequence_body()


def window_seeds():
    for name, text in {"status": b"Playing 'Amp' at 48 kHz.", "error": b"/a.nam: cannot open it.", "model_name": b"Amp \xff",
                       "model_details": b"Format: NAM\nKnob 1: Gain, 0 to 10, first 5\nMade by: us\nLoudness: -18 dB",
                       "held": b"bass=3 knob_1=0.7 slot=2", "rig": b"/a.rig.json", "slot_1": b"/a.nam", "cabinet_1": b"/a.wav",
                       "model": b""}.items():
        yield name, sequence_body(patch_set(name, atom("Path" if text[:1] == b"/" else "String", text + b"\0")))
    sound = atom("Vector", struct.pack("<II", 4, urid(ATOM + "Float")) + floats(64))
    yield "tuner", sequence_body(patch_set("tuner_sound", sound, tuner_rate=atom("Float", struct.pack("<f", 48000))))


SEEDS = {"nam": nam_seeds, "wavenetva": wavenetva_seeds, "keras": keras_seeds, "proteus": proteus_seeds,
         "graph": graph_seeds, "sequence": sequence_seeds, "microtcn": microtcn_seeds, "pedalnet": pedalnet_seeds,
         "safetensors": safetensors_seeds, "torch-zip": torch_zip_seeds, "torch-legacy": torch_legacy_seeds,
         "pickle": pickle_seeds, "npz": npz_seeds, "npy": npy_seeds, "impulse": impulse_seeds,
         "stream-wav": stream_wav_seeds, "rig-file": rig_file_seeds, "manifest": manifest_seeds,
         "live-config": live_config_seeds, "library": library_seeds, "drop": drop_seeds, "session": session_seeds,
         "atoms": atoms_seeds, "window": window_seeds}
FILES = ("nam", "wavenetva", "keras", "proteus", "safetensors", "torch-zip", "torch-legacy", "npz")


def main(out):
    for target, make in SEEDS.items():
        for name, data in make():
            if not isinstance(data, bytes):
                data = json.dumps(data, separators=(",", ":")).encode()
            for folder in (target, "any") if target in FILES else (target,):
                path = os.path.join(out, folder, name if folder == target else f"{target}-{name}")
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "wb") as file:
                    file.write(data)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
