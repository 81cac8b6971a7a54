"""The proof: noise through the module in double precision, and through `backline render`."""
import os
import shutil
import struct
import subprocess
import tempfile

import numpy
import torch

from export_tracer import Refusal, as_before

SECONDS = 0.5
WORST_ESR = 1e-8


def find_program(given):
    """The path of the program, None if there is none."""
    if given:
        if not shutil.which(given):
            raise Refusal(f"There is no program {given}")
        return shutil.which(given)
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    built = sorted(d for d in os.listdir(root) if d.startswith("build")) if os.path.isdir(root) else []
    candidates = [os.path.join(root, d, "tools", "backline") for d in built]
    return shutil.which("backline") or next((os.path.normpath(c) for c in candidates if os.access(c, os.X_OK)), None)


def write_wav(path, samples, rate):
    """samples: [channels, frames], written as 32-bit floats."""
    channels, data = samples.shape[0], numpy.ascontiguousarray(samples.T, "<f4").tobytes()
    form = struct.pack("<HHIIHH", 3, channels, rate, rate * channels * 4, channels * 4, 32)
    chunks = b"".join(tag + struct.pack("<I", len(body)) + body for tag, body in (
        (b"fmt ", form), (b"fact", struct.pack("<I", samples.shape[1])), (b"data", data)))
    with open(path, "wb") as file:
        file.write(b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks)


def read_wav(path):
    """[channels, frames] of a file of 32-bit floats."""
    with open(path, "rb") as file:
        data = file.read()
    at, channels = 12, 1
    while at + 8 <= len(data):
        tag, size = data[at:at + 4], struct.unpack_from("<I", data, at + 4)[0]
        if tag == b"fmt ":
            channels = struct.unpack_from("<H", data, at + 10)[0]
        elif tag == b"data":
            samples = numpy.frombuffer(data[at + 8:at + 8 + size], "<f4")
            return samples.reshape(-1, channels).T.astype(numpy.float64)
        at += 8 + size + size % 2
    raise Refusal(f"{path} has no samples")


def length_of_noise(rate, fits):
    """About SECONDS long, and a length for which the trace holds."""
    start, step = fits
    return max(start % step + (int(rate * SECONDS) - start % step) // step * step, step)


def make_noise(channels, frames):
    noise = numpy.random.default_rng(1).uniform(-0.5, 0.5, (channels, frames))
    return noise.astype(numpy.float32)


def knob_values(knobs):
    """Settings off the middle, different for every knob."""
    return [k.minimum + (k.maximum - k.minimum) * (0.3 + 0.37 * i % 0.6) for i, k in enumerate(knobs)]


def by_torch(module, trace, noise, prewarm, values):
    """What the module answers, [channels, frames], after `prewarm` zeros."""
    form = trace.form
    samples = torch.nn.functional.pad(torch.from_numpy(noise).double(), (prewarm, 0))
    inputs = [form.audio(samples)] + ([form.knob_values(values)] if values else [])
    usual = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        with torch.no_grad(), as_before(module):
            answer = module(*inputs)
    finally:
        torch.set_default_dtype(usual)
    while isinstance(answer, (list, tuple, dict)):
        answer = next(iter(answer.values() if isinstance(answer, dict) else answer))
    answer = answer.movedim(trace.time, -1)
    return answer.reshape(-1, answer.shape[-1]).double().numpy()[:, prewarm:]


def by_backline(program, model, noise, rate, knobs, values):
    with tempfile.TemporaryDirectory() as folder:
        source, target = os.path.join(folder, "in.wav"), os.path.join(folder, "out.wav")
        write_wav(source, noise, rate)
        command = [program, "render", "--raw", "-m", model]
        for knob, value in zip(knobs, values):
            command += ["--param", f"{knob.name}={value!r}"]
        done = subprocess.run(command + [source, target], capture_output=True, text=True)
        if done.returncode:
            raise Refusal(f"{' '.join(command)} failed: {done.stderr.strip()}")
        return read_wav(target)


def compare(expected, found):
    """(largest difference, error-to-signal ratio)."""
    if expected.shape != found.shape:
        raise Refusal(f"The check failed: PyTorch gives {expected.shape[0]} channels of {expected.shape[1]} frames, "
                      f"backline {found.shape[0]} of {found.shape[1]}")
    error, power = expected - found, (expected ** 2).sum()
    return numpy.abs(error).max(), (error ** 2).sum() / power if power else float((error ** 2).sum())


def check(module, trace, path, program, rate, prewarm):
    """Sentence with the result; Refusal if the two differ."""
    knobs = trace.form.knobs
    noise = make_noise(trace.form.channels, length_of_noise(rate, trace.fits))
    values = knob_values(knobs)
    expected = by_torch(module, trace, noise, prewarm, values)
    largest, esr = compare(expected, by_backline(program, path, noise, rate, knobs, values))
    text = f"largest difference to PyTorch {largest:.3g}, error-to-signal ratio {esr:.3g}"
    if not esr <= WORST_ESR:
        raise Refusal(f"The check failed: {text} on noise; allowed are {WORST_ESR:g}")
    return f"Checked on {noise.shape[1]} samples of noise: {text}."
