#!/usr/bin/python3
"""bl_conv1d() against PyTorch's nn.Conv1d in float64, over many random configurations.

    torch_conv1d.py path/to/libbackline.so [configurations] [seed]

Half of the sizes are drawn so small that the configuration often makes no sense: what PyTorch refuses,
bl_conv1d() has to refuse too, with a sentence, and the other way round."""
import ctypes
import random
import sys
import warnings

import torch
from torch import nn
from torch.nn import functional as F

VALID, SAME, EXPLICIT = range(3)
MODES = ("zeros", "reflect", "replicate", "circular")
OK, ERR_ARGUMENT = 0, 2


class Desc(ctypes.Structure):
    """bl_conv1d_desc"""
    _fields_ = [(name, ctypes.c_size_t) for name in
                ("batch", "in_channels", "length", "out_channels", "kernel", "stride", "dilation", "groups")]
    _fields_ += [("padding", ctypes.c_int), ("pad_left", ctypes.c_size_t), ("pad_right", ctypes.c_size_t),
                 ("padding_mode", ctypes.c_int)]


class Error(ctypes.Structure):
    """bl_error"""
    _fields_ = [("status", ctypes.c_int), ("text", ctypes.c_char * 512)]


class Refused(Exception):
    pass


def check(status, error):
    if status == OK:
        return
    text = error.text.decode()
    if status != ERR_ARGUMENT or error.status != status or not text.startswith("conv1d of x ["):
        raise AssertionError(f"status {status}, error {error.status}: {text!r}")
    raise Refused(text)


def ours(lib, c, x, weight, bias):
    """The library's answer as a float64 tensor."""
    padding = {"valid": VALID, "same": SAME}.get(c["padding"], EXPLICIT)
    left, right = c["padding"] if padding == EXPLICIT else (3, 4)  # must be ignored
    desc = Desc(c["batch"], c["in_channels"], c["length"], c["out_channels"], c["kernel"], c["stride"],
                c["dilation"], c["groups"], padding, left, right, MODES.index(c["mode"]))
    error, length = Error(), ctypes.c_size_t()
    check(lib.bl_conv1d_output_length(ctypes.byref(desc), ctypes.byref(length), ctypes.byref(error)), error)
    y = torch.full((c["batch"], c["out_channels"], length.value), float("nan"), dtype=torch.float32)
    check(lib.bl_conv1d(y.data_ptr(), x.data_ptr(), weight.data_ptr(),
                        None if bias is None else bias.data_ptr(), ctypes.byref(desc), ctypes.byref(error)), error)
    return y.double()


def theirs(c, x, weight, bias):
    """PyTorch's answer: nn.Conv1d where it has the option, F.pad before it for unequal sides."""
    padding = c["padding"]
    if isinstance(padding, tuple):
        if padding[0] == padding[1]:
            padding = padding[0]
        else:
            x = F.pad(x, padding, mode="constant" if c["mode"] == "zeros" else c["mode"])
            padding = 0
    if isinstance(c["padding"], tuple) and c["mode"] == "zeros":
        return F.conv1d(x, weight, bias, c["stride"], padding, c["dilation"], c["groups"])
    conv = nn.Conv1d(c["in_channels"], c["out_channels"], c["kernel"], c["stride"], padding, c["dilation"],
                     c["groups"], bias is not None, c["mode"], dtype=torch.float64)
    conv.weight = nn.Parameter(weight)
    if bias is not None:
        conv.bias = nn.Parameter(bias)
    return conv(x).detach()


def draw(rng):
    """A configuration. Groups nearly always divide the channels."""
    groups = rng.choice((1, 1, 1, 2, 3, 4, 8))
    per_group = lambda: rng.choice((1, 1, 2, 3, 5))
    c = {"batch": rng.choice((0, 1, 1, 1, 2, 3)), "groups": groups, "in_channels": groups * per_group(),
         "out_channels": groups * per_group(), "kernel": rng.choice((1, 2, 3, 3, 4, 5, 7, 8, 9, 15)),
         "stride": rng.choice((1, 1, 1, 2, 3, 7)), "dilation": rng.choice((1, 1, 1, 2, 3, 5, 8, 16)),
         "length": rng.choice((rng.randint(1, 30), rng.randint(31, 200))), "bias": rng.random() < 0.5,
         "mode": rng.choice(MODES)}
    if rng.random() < 0.03:
        c["in_channels"] += 1
    if rng.random() < 0.03:
        c["out_channels"] += 1
    kind = rng.choice(("valid", "same", "number", "number", "unequal"))
    if kind == "same":
        c["padding"] = "same"
        if rng.random() < 0.9:
            c["stride"] = 1
    elif kind == "valid":
        c["padding"] = "valid"
    else:
        most = rng.choice((4, 20, c["length"] + 1, c["dilation"] * (c["kernel"] - 1)))
        left = rng.randint(0, most)
        c["padding"] = (left, left if kind == "number" else rng.randint(0, most))
        if rng.random() < 0.1:  # the causal one
            c["padding"] = (c["dilation"] * (c["kernel"] - 1), 0)
    # nn.Conv1d refuses empty rows, except in an empty batch with zeros, where nobody can tell; F.pad with
    # zeros, used here for unequal sides, takes them. bl_conv1d() always refuses them.
    equal_sides = isinstance(c["padding"], str) or c["padding"][0] == c["padding"][1]
    if rng.random() < 0.03 and c["batch"] and equal_sides:
        c["length"] = 0
    return c


def compare(lib, c, generator):
    """"equal" or "refused" if both agree, otherwise a sentence."""
    def normal(*shape):
        return torch.randn(*shape, generator=generator, dtype=torch.float32)

    x = normal(c["batch"], c["in_channels"], c["length"])
    weight = normal(c["out_channels"], c["in_channels"] // c["groups"], c["kernel"])
    bias = normal(c["out_channels"]) if c["bias"] else None
    double = [None if t is None else t.double() for t in (x, weight, bias)]
    try:
        want = theirs(c, *double)
        refusal = None
    except (RuntimeError, ValueError) as e:
        refusal = str(e).splitlines()[0]
    try:
        got = ours(lib, c, x, weight, bias)
    except Refused as e:
        return "refused" if refusal else f"only bl_conv1d refuses: {e}"
    if refusal:
        return f"only PyTorch refuses: {refusal}"
    if got.shape != want.shape:
        return f"shape {list(got.shape)} instead of {list(want.shape)}"
    # bl_conv1d sums in double and rounds once, so that only half a unit in the last place can be lost;
    # the second term covers what both lose in double precision.
    terms = theirs(c, *[None if t is None else t.abs() for t in double])
    bound = 2**-24 * want.abs() + 1e-12 * terms + 1e-45
    wrong = (got - want).abs()
    if not bool((wrong <= bound).all()):
        return f"off by {float((wrong / bound).max()):.3g} times the bound"
    return "equal"


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 800
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore", message="Using padding='same'")
    lib = ctypes.CDLL(sys.argv[1])
    lib.bl_conv1d.argtypes = [ctypes.c_void_p] * 6
    lib.bl_conv1d_output_length.argtypes = [ctypes.c_void_p] * 3
    rng, generator = random.Random(seed), torch.Generator().manual_seed(seed)

    outcomes = {"equal": 0, "refused": 0}
    seen, failed = {}, 0
    for i in range(count):
        c = draw(rng)
        outcome = compare(lib, c, generator)
        if outcome not in outcomes:
            failed += 1
            print(f"configuration {i} {c}: {outcome}")
            continue
        outcomes[outcome] += 1
        kind = c["padding"]
        if isinstance(kind, tuple):
            kind = "number" if kind[0] == kind[1] else "unequal"
        tally = seen.setdefault((c["mode"], kind), {"equal": 0, "refused": 0})
        tally[outcome] += 1
    print(f"{'padding mode':<12} {'padding':<8} {'equal':>6} {'refused by both':>16}")
    for (mode, kind), tally in sorted(seen.items()):
        print(f"{mode:<12} {kind:<8} {tally['equal']:>6} {tally['refused']:>16}")
    print(f"PyTorch {torch.__version__}, {count} configurations: {outcomes['equal']} equal to half a unit in the "
          f"last place, {outcomes['refused']} refused by both")
    print(f"{outcomes['equal'] + outcomes['refused']} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
