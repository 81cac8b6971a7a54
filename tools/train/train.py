#!/usr/bin/python3
"""Train a small NAM WaveNet on the amplifier of circuit.py.

Makes the training signals with synth_di.py, plays them through circuit.py,
fits the network, writes the model file and checks it with the independent
NumPy code in nam_file.py.  The same steps and seeds are used on every run.
"""

import argparse
import math
import pathlib
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional

import circuit
import nam_file
import synth_di
from plucked import RATE

SEED = 11
SEGMENT = 8192          # samples of each segment that count in the loss
BATCH = 4
STEPS = 9000
CHECK_EVERY = 300
TOP_RATE = 0.006        # learning rate after warm-up
WARM_UP = 200           # steps
EMPHASIS = 0.85         # pre-emphasis 1 - 0.85 z^-1 in half of the loss
HISTORY = nam_file.history(nam_file.LAYERS)


class Layer(nn.Module):
    """One dilated convolution with input mix-in, tanh and 1x1 residual."""

    def __init__(self, channels, kernel, dilation):
        """Create the weights."""
        super().__init__()
        self.conv = nn.Conv1d(channels, channels, kernel, dilation=dilation)
        self.mixin = nn.Conv1d(1, channels, 1, bias=False)
        self.mix = nn.Conv1d(channels, channels, 1)

    def forward(self, x, condition):
        """Return the residual output and the activation."""
        z = self.conv(x)
        length = z.shape[2]
        z = torch.tanh(z + self.mixin(condition[:, :, -length:]))
        return x[:, :, -length:] + self.mix(z), z


class LayerArray(nn.Module):
    """A stack of layers whose activations are summed into a head."""

    def __init__(self, spec):
        """Create the layers from a description in the model file's terms."""
        super().__init__()
        size = spec["channels"]
        self.rechannel = nn.Conv1d(spec["input_size"], size, 1, bias=False)
        self.layers = nn.ModuleList(
            Layer(size, spec["kernel_size"], d) for d in spec["dilations"])
        self.head = nn.Conv1d(size, spec["head_size"], 1,
                              bias=spec["head_bias"])

    def forward(self, x, condition, total, length):
        """Return the last layer's output and the head's output."""
        x = self.rechannel(x)
        for layer in self.layers:
            x, z = layer(x, condition)
            z = z[:, :, -length:]
            total = z if total is None else total + z
        return x, self.head(total)


class WaveNet(nn.Module):
    """The whole network; drops the first HISTORY samples of its input."""

    def __init__(self):
        """Create the two layer arrays of nam_file.LAYERS."""
        super().__init__()
        self.arrays = nn.ModuleList(map(LayerArray, nam_file.LAYERS))
        with torch.no_grad():           # make up for the small head scale
            self.arrays[-1].head.weight.mul_(8.0)

    def forward(self, x):
        """Map (batch, time) to (batch, time - HISTORY)."""
        condition = x = x[:, None, :]
        total, length = None, x.shape[2] - HISTORY
        for array in self.arrays:
            x, total = array(x, condition, total, length)
        return nam_file.HEAD_SCALE * total[:, 0, :]

    def flat_weights(self):
        """Return all weights in the order of the model file."""
        parts = []
        for array in self.arrays:
            parts.append(array.rechannel.weight)
            for layer in array.layers:
                parts += [layer.conv.weight, layer.conv.bias,
                          layer.mixin.weight, layer.mix.weight,
                          layer.mix.bias]
            parts.append(array.head.weight)
            if array.head.bias is not None:
                parts.append(array.head.bias)
        parts.append(torch.tensor([nam_file.HEAD_SCALE]))
        return np.concatenate([p.detach().numpy().ravel() for p in parts])


def play(net, x, piece=RATE):
    """Run the network over a whole signal, after steady silence."""
    dtype = next(net.parameters()).dtype
    padded = torch.cat((torch.zeros(HISTORY),
                        torch.as_tensor(x))).to(dtype)
    with torch.no_grad():
        parts = [net(padded[None, i:i + piece + HISTORY])[0]
                 for i in range(0, len(x), piece)]
    return torch.cat(parts).numpy().astype(np.float64)


def esr(out, ref):
    """Return the error-to-signal ratio."""
    return float(np.sum((out - ref) ** 2) / np.sum(ref ** 2))


def level_db(x):
    """Return the RMS level in dB relative to full scale."""
    return 20 * math.log10(math.sqrt(float(np.mean(x * x))) + 1e-12)


class Loss:
    """Normalised squared error, plain plus pre-emphasised.

    Each segment's error is divided by its own power plus a tenth of the
    average, so that soft playing counts too but silence does not dominate.
    """

    def __init__(self, target):
        """Measure the average power of the whole target."""
        sharp = self.emphasise(target)
        self.floors = [0.1 * float((t * t).mean()) for t in (target, sharp)]

    @staticmethod
    def emphasise(x):
        """Apply the pre-emphasis filter."""
        return x[..., 1:] - EMPHASIS * x[..., :-1]

    def __call__(self, out, ref):
        """Return the loss of a batch."""
        total = 0.0
        pairs = ((out, ref), (self.emphasise(out), self.emphasise(ref)))
        for (y, r), floor in zip(pairs, self.floors):
            power = (r * r).mean(dim=1) + floor
            total = total + (((y - r) ** 2).mean(dim=1) / power).mean()
        return total


def schedule(step, steps):
    """Return the learning rate of a step: warm-up, then half a cosine."""
    if step < WARM_UP:
        return TOP_RATE * (step + 1) / WARM_UP
    part = (step - WARM_UP) / max(steps - WARM_UP, 1)
    return TOP_RATE * (0.002 + 0.998 * 0.5 * (1 + math.cos(math.pi * part)))


def fit(net, train, valid, steps):
    """Train the network and leave the best weights in it.

    train and valid are (input, target) pairs.  Returns the best ESR on the
    validation pair.
    """
    x, ref = (torch.as_tensor(a, dtype=torch.float32) for a in train)
    x = functional.pad(x, (HISTORY, 0))
    loss_of = Loss(ref)
    optimiser = torch.optim.Adam(net.parameters())
    rng = np.random.default_rng(SEED)
    best, kept, began, running = math.inf, None, time.time(), 0.0
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = schedule(step, steps)
        starts = rng.integers(0, len(ref) - SEGMENT, BATCH)
        inputs = torch.stack([x[s:s + SEGMENT + HISTORY] for s in starts])
        wanted = torch.stack([ref[s:s + SEGMENT] for s in starts])
        loss = loss_of(net(inputs), wanted)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        running += loss.item()
        if (step + 1) % CHECK_EVERY == 0 or step + 1 == steps:
            now = esr(play(net, valid[0]), valid[1])
            mark = ""
            if now < best:
                best, mark = now, " *"
                kept = {k: v.clone() for k, v in net.state_dict().items()}
            print(f"step {step + 1:6d}  {time.time() - began:6.0f} s  "
                  f"loss {running / CHECK_EVERY:.5f}  "
                  f"validation ESR {now:.5f}{mark}", flush=True)
            running = 0.0
    net.load_state_dict(kept)
    return best


def centre(net):
    """Set the last bias so that the output is zero in steady silence."""
    rest = float(play(net, np.zeros(1))[0])
    with torch.no_grad():
        net.arrays[-1].head.bias.sub_(rest / nam_file.HEAD_SCALE)


def pink_noise():
    """One second at -15 dBFS RMS: what captures' loudness is measured on."""
    spectrum = np.fft.rfft(np.random.default_rng(1).normal(size=RATE))
    spectrum[0] = 0
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    noise = np.fft.irfft(spectrum, RATE)
    return noise * 10 ** (-15 / 20) / math.sqrt(np.mean(noise ** 2))


def loudness_and_gain(run):
    """Return the metadata fields "loudness" and "gain"; run: input -> output.

    Loudness is the RMS level in dB of the output for the noise.  Gain
    tells how compressed the model is: with the RMS outputs for the input
    scaled by 0, 0.1 ... 1, a straight line gives 0 and a constant gives 1.
    """
    x = pink_noise()
    rms = [math.sqrt(np.mean(run(g * x) ** 2))
           for g in np.linspace(0.0, 1.0, 11)]
    triangle = rms[-1] * len(rms) / 2
    gain = min(max((sum(rms) - triangle) / triangle, 0.0), 1.0)
    return 20 * math.log10(rms[-1]), gain


def self_check(path, net, x):
    """Compare the file, run by the NumPy code, with the torch network."""
    model = nam_file.read(path)
    stored = np.asarray(model["weights"], np.float32)
    assert np.array_equal(stored, net.flat_weights()), "weights differ"
    independent = nam_file.run(model, x)
    single = np.abs(independent - play(net, x)).max()
    double = np.abs(independent - play(net.double(), x)).max()
    net.float()
    print(f"file against torch: float64 {double:.1e}, float32 {single:.1e}")
    # The head scale itself is rounded to float32 in the file.
    assert double < 1e-6, "the exported model is wrong"
    return independent


def main():
    """Train, export, check and report."""
    assets = pathlib.Path(__file__).resolve().parents[2] / "assets"
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("-o", "--output", type=pathlib.Path,
                        default=assets / "backline-crunch.nam")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(args.threads)
    torch.set_flush_denormal(True)

    began = time.time()
    pairs = {}
    for kind in ("train", "valid"):
        x = synth_di.performance(kind)
        pairs[kind] = x, circuit.amplify(x)
        print(f"{kind}: {len(x) / RATE:.1f} s", flush=True)
    demo = synth_di.demo()
    target = circuit.amplify(demo)

    net = WaveNet()
    print(f"{len(net.flat_weights())} weights, history {HISTORY} samples")
    fit(net, pairs["train"], pairs["valid"], args.steps)
    centre(net)
    best = esr(play(net, pairs["valid"][0]), pairs["valid"][1])
    loudness, gain = loudness_and_gain(lambda x: play(net, x))
    nam_file.write(args.output, net.flat_weights(), {
        "loudness": round(loudness, 4), "gain": round(gain, 4),
        "name": "backline crunch", "modeled_by": "backline",
        "gear_type": "amp", "gear_make": "backline", "gear_model": "BL-1",
        "tone_type": "crunch", "input_level_dbu": None,
        "output_level_dbu": None, "license": "CC0-1.0",
        "training": {"validation_esr": round(best, 6)}})
    out = self_check(args.output, net, demo)
    print(f"validation ESR {best:.5f}, demo ESR {esr(out, target):.5f}")
    for name, y in (("circuit", target), ("network", out)):
        print(f"demo through the {name}: peak {np.abs(y).max():.3f}, "
              f"rms {level_db(y):.1f} dBFS, dc {y.mean():.1e}")
    print(f"total time {time.time() - began:.0f} s")


if __name__ == "__main__":
    main()
