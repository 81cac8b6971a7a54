#!/usr/bin/python3
"""What loading costs: large files of every format, and the largest of the corpus.

    test_load_cost.py LOAD_COST CORPUS

LOAD_COST is the program of load_cost.c. The files are made here, some megabytes each; Standard library only."""

import glob
import json
import os
import struct
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fuzz"))
import make_seeds as seeds  # noqa: E402


def numbers(count):
    """As trainers write them: float32 with all their digits."""
    values = [struct.unpack("<f", struct.pack("<f", seeds.rng.uniform(-0.1, 0.1)))[0] for _ in range(4093)]
    return [values[i % 4093] for i in range(count)]


def rows(*shape):
    if len(shape) == 1:
        return numbers(shape[0])
    row = rows(*shape[1:])
    return [row] * shape[0]


def nam_files():
    n = 128
    weights = n * 1 + 4 * (n * 2 * n * 3 + 2 * n + 2 * n + n * n + n) + n + 1  # the last: no head bias, scale
    array = seeds.layer_array(n, kernel_size=3, dilations=[1, 2, 4, 8], gated=True)
    model = seeds.nam("WaveNet", {"layers": [array], "head": None, "head_scale": 1}, 0)
    model["weights"] = numbers(weights)
    yield "wavenet.nam", model
    h = 160
    lstm = seeds.nam("LSTM", {"num_layers": 2, "input_size": 1, "hidden_size": h}, 0)
    lstm["weights"] = numbers((4 * h * (1 + h) + 6 * h) + (4 * h * 2 * h + 6 * h) + h + 1)
    yield "lstm.nam", lstm


def wavenetva_file():
    r = 64
    variables = [{"layer_idx": 10, "name": "W", "data": [str(x) for x in numbers(10 * r)]},
                 {"layer_idx": 10, "name": "b", "data": ["0.1"]},
                 {"layer_idx": -1, "name": "W", "data": [str(x) for x in numbers(r)]},
                 {"layer_idx": -1, "name": "b", "data": [str(x) for x in numbers(r)]}]
    for i in range(10):
        for name, count in ("W_conv", 3 * r * 2 * r), ("b_conv", 2 * r), ("W_out", r * r), ("b_out", r):
            variables.append({"layer_idx": i, "name": name, "data": [str(x) for x in numbers(count)]})
    return {"activation": "gated", "input_channels": 1, "output_channels": 1, "residual_channels": r,
            "filter_width": 3, "dilations": [1 << i for i in range(10)], "variables": variables}


def keras_file():
    h = 192
    def layer(kind, out, weights, **more):
        return {"type": kind, "shape": [None, None, out], "weights": weights, "activation": "", **more}
    return {"in_shape": [None, None, 1], "layers": [
        layer("lstm", h, [rows(1, 4 * h), rows(h, 4 * h), rows(4 * h)]),
        layer("lstm", h, [rows(h, 4 * h), rows(h, 4 * h), rows(4 * h)]), layer("dense", 1, [rows(h, 1), rows(1)])]}


def proteus_file():
    h = 256
    state = {"rec.weight_ih_l0": rows(4 * h, 1), "rec.weight_hh_l0": rows(4 * h, h), "rec.bias_ih_l0": rows(4 * h),
             "rec.bias_hh_l0": rows(4 * h), "lin.weight": rows(1, h), "lin.bias": rows(1)}
    return {"model_data": {"model": "SimpleRNN", "unit_type": "LSTM", "input_size": 1, "hidden_size": h,
                           "output_size": 1, "num_layers": 1, "skip": 1}, "state_dict": state}


def tensor_files():
    layers, n = 8, 160
    shapes = seeds.pedalnet_tensors(n, layers)
    hparams = {"num_channels": n, "kernel_size": 3, "dilation_depth": layers, "num_repeat": 1}
    state, storages = seeds.checkpoint(shapes)
    yield "pedalnet.pt", seeds.torch_zip({"state_dict": state, "hparams": hparams}, storages)
    yield "pedalnet-legacy.pt", seeds.torch_legacy({"state_dict": state, "hparams": hparams}, storages)
    convs = {"backline": "sequence", "layers": [{"conv": "c0"}, {"conv": "c1"}, {"conv": "c2"}]}
    sizes = {"c0.weight": [512, 1, 3], "c1.weight": [512, 512, 4], "c2.weight": [1, 512, 1]}
    for kind, size in ("F32", 4), ("F16", 2):
        # F16: the bytes are below 64, which makes every number small
        yield f"sequence-{kind.lower()}.safetensors", seeds.safetensors(
            {k: (kind, size, v) for k, v in sizes.items()}, {"backline": json.dumps(convs)})
    arrays = {}
    for name, shape in sizes.items():
        count = shape[0] * shape[1] * shape[2]
        arrays[name + ".npy"] = seeds.npy("<f4", shape, seeds.floats(count))
    yield "sequence.npz", seeds.zipped(arrays)
    yield "sequence.json", json.dumps(convs).encode()  # the description of the file above


def write(folder):
    files = dict([*nam_files(), ("wavenetva.json", wavenetva_file()), ("keras.json", keras_file()),
                  ("proteus.json", proteus_file()), *tensor_files()])
    paths = []
    for name, data in files.items():
        path = os.path.join(folder, name)
        with open(path, "wb") as file:
            file.write(data if isinstance(data, bytes) else json.dumps(data).encode())
        if name != "sequence.json":
            paths.append(path)
    return paths


def largest(corpus, count):
    files = glob.glob(os.path.join(corpus, "models", "**", "*.*"), recursive=True)
    models = [f for f in files if f.endswith((".nam", ".json", ".aidax")) and "pedalnetrt" not in f]
    return sorted(models, key=os.path.getsize)[-count:]


def main(program, corpus):
    corpus = os.environ.get("BACKLINE_CORPUS") or corpus
    with tempfile.TemporaryDirectory() as folder:
        result = subprocess.run([program, *write(folder)], check=False).returncode
    models = largest(corpus, 4)
    if not models:
        print(f"The corpus is not at {corpus}: its files are left out.")
        return result
    return subprocess.run([program, *models], check=False).returncode or result


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2]))
