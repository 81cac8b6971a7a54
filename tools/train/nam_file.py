"""Write and read NAM "WaveNet" model files, with a plain NumPy forward pass.

The NumPy code shares nothing with the network in train.py, so that each can
check the other.  The file layout is that of the Neural Amp Modeler project's
version 0.5.4 files: JSON with one flat list of weights.
"""

import datetime
import json

import numpy as np

RATE = 48000
HEAD_SCALE = 0.02

# The "feather" size of NAM's first architecture.
LAYERS = [
    {"input_size": 1, "condition_size": 1, "head_size": 4, "channels": 8,
     "kernel_size": 3, "dilations": [1, 2, 4, 8, 16, 32, 64],
     "activation": "Tanh", "gated": False, "head_bias": False},
    {"input_size": 8, "condition_size": 1, "head_size": 1, "channels": 4,
     "kernel_size": 3, "dilations": [128, 256, 512, 1, 2, 4, 8, 16, 32, 64,
                                     128, 256, 512],
     "activation": "Tanh", "gated": False, "head_bias": True},
]


def history(layers):
    """Return how many past samples one output sample depends on."""
    return sum(sum(array["dilations"]) * (array["kernel_size"] - 1)
               for array in layers)


def write(path, weights, metadata):
    """Write a model file; weights is a flat float32 array."""
    now = datetime.datetime.now(datetime.timezone.utc)
    date = {k: getattr(now, k)
            for k in ("year", "month", "day", "hour", "minute", "second")}
    head = {"version": "0.5.4", "metadata": {"date": date, **metadata},
            "architecture": "WaveNet",
            "config": {"layers": LAYERS, "head": None,
                       "head_scale": HEAD_SCALE},
            "sample_rate": RATE}
    # Nine significant digits give back exactly the same float32.
    numbers = [f"{float(w):.9g}" for w in weights]
    lines = [",".join(numbers[i:i + 8]) for i in range(0, len(numbers), 8)]
    text = json.dumps(head)[:-1] + ', "weights": [\n'
    path.write_text(text + ",\n".join(lines) + "\n]}\n")


def read(path):
    """Return the contents of a model file."""
    return json.loads(path.read_text())


def delayed(x, samples):
    """Return x (channels, time) delayed, with zeros before its start."""
    if samples == 0:
        return x
    return np.pad(x, ((0, 0), (samples, 0)))[:, :x.shape[1]]


def run(model, x):
    """Run a model over a signal in float64, after steady silence."""
    stream = np.asarray(model["weights"], np.float32).astype(np.float64)
    place = 0

    def take(*shape):
        nonlocal place
        count = int(np.prod(shape))
        place += count
        if place > len(stream):
            raise ValueError("the model has too few weights")
        return stream[place - count:place].reshape(shape)

    layers = model["config"]["layers"]
    silence = history(layers)
    condition = np.concatenate((np.zeros(silence), x))[None, :]
    signal, total = condition, None
    for array in layers:
        size, taps = array["channels"], array["kernel_size"]
        signal = take(size, array["input_size"]) @ signal
        if total is None:
            total = np.zeros_like(signal)
        for dilation in array["dilations"]:
            kernel = take(size, size, taps)
            bias = take(size, 1)
            z = take(size, 1) @ condition + bias
            for k in range(taps):
                z += kernel[:, :, k] @ delayed(signal,
                                               (taps - 1 - k) * dilation)
            z = np.tanh(z)
            mix = take(size, size)
            signal = signal + mix @ z + take(size, 1)
            total = total + z
        total = take(array["head_size"], size) @ total
        if array["head_bias"]:
            total = total + take(array["head_size"], 1)
    out = take(1)[0] * total[0]
    if place != len(stream):
        raise ValueError("the model has too many weights")
    return out[silence:]
