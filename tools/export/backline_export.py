#!/usr/bin/python3
"""Turn a PyTorch module into a file that backline plays: tools/export/README.md says how."""
import argparse
import inspect
import json
import os
import sys
import traceback

# Functions marked with torch.jit.script run as the Python that they are, so that they can be watched too.
os.environ["PYTORCH_JIT"] = "0"
try:
    import torch  # noqa: F401 - before our own files, for this message
except ImportError:
    sys.exit("backline_export.py needs PyTorch (Debian: apt install python3-torch).")

import export_check
import export_search
from export_load import build, import_class, load, read_checkpoint
from export_tracer import Refusal
from export_write import describe, write


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("module", help="net.py:Class or package.net:Class")
    parser.add_argument("checkpoint", help="weights: a state dict, as torch.save writes it")
    parser.add_argument("out", help="safetensors file to write")
    parser.add_argument("--sample-rate", type=int, metavar="HZ", help="rate that the network was trained for")
    parser.add_argument("--args", default="[]", metavar="JSON",
                        help="arguments of Class: [8, 3] by position or {\"channels\": 8} by name")
    parser.add_argument("--prewarm", type=int, default=0, metavar="N",
                        help="zeros that the network hears before the first sample (0)")
    parser.add_argument("--name", metavar="TEXT", help="name of the sound")
    parser.add_argument("--channels", type=int, default=1, metavar="N", help="of the audio that goes in (1)")
    parser.add_argument("--params", default="", metavar="NAME,NAME=MIN:MAX:INITIAL",
                        help="knobs, forward()'s second argument [1, knobs]; the range is 0:1:0 if not given")
    parser.add_argument("--layout", choices=export_search.LAYOUTS,
                        help="form of forward()'s first argument (B batch, C channels, T time); found out if not given")
    parser.add_argument("--trust-checkpoint", action="store_true",
                        help="load whole modules too; a malicious file could then run programs")
    parser.add_argument("--backline", metavar="PROGRAM", help="program to check with")
    parser.add_argument("--no-check", action="store_true", help="do not check")
    return parser.parse_args()


def read_knobs(text):
    knobs = []
    for word in filter(None, text.split(",")):
        name, _, numbers = word.partition("=")
        try:
            given = [float(n) for n in numbers.split(":")] if numbers else []
        except ValueError:
            given = [0] * 4
        knob = export_search.Knob(name, *given) if name and len(given) in (0, 3) else None
        if not knob or not knob.minimum <= knob.initial <= knob.maximum or knob.minimum == knob.maximum:
            raise Refusal(f"--params: \"{word}\" is not of the form NAME or NAME=min:max:initial")
        if any(k.name == name for k in knobs):
            raise Refusal(f"--params has {name} twice")
        knobs.append(knob)
    return knobs


def read_arguments(text):
    try:
        value = json.loads(text)
    except ValueError as error:
        raise Refusal(f"--args is not JSON: {error}") from None
    if not isinstance(value, (list, dict)):
        raise Refusal("--args wants a list or an object")
    return value


def check_forward(module, knobs):
    """forward() takes the audio, and the knobs' values if there are any."""
    try:
        parameters = [p for p in inspect.signature(module.forward).parameters.values()
                      if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    except ValueError:
        return
    needed = sum(p.default is p.empty for p in parameters)
    if needed > 1 + bool(knobs):
        raise Refusal(f"forward() needs {needed} arguments; " + (
            "backline gives it the audio and one tensor with the knobs" if knobs or needed > 2 else
            f"name the knobs in \"{parameters[1].name}\" with --params NAME,NAME"))


def header(options, module):
    texts = {"sample_rate": options.sample_rate, "prewarm": options.prewarm or None, "name": options.name,
             "architecture": type(module).__name__}
    return {k: v for k, v in texts.items() if v is not None}


def prove(options, module, trace, path):
    """Check the file with the program; a sentence about it."""
    if options.no_check:
        return "Not checked."
    program = export_check.find_program(options.backline)
    if not program:
        return "Not checked: the program backline was not found (--backline PROGRAM names it)."
    return export_check.check(module, trace, path, program, options.sample_rate or 48000, options.prewarm)


def export(options):
    knobs = read_knobs(options.params)
    module = build(import_class(options.module), read_arguments(options.args))
    load(module, read_checkpoint(options.checkpoint, options.trust_checkpoint), options.checkpoint)
    module.eval().double()
    check_forward(module, knobs)
    trace = export_search.find(module, options.channels, knobs, options.layout)
    description, arrays = describe(trace.nodes, module, header(options, module))
    # Under another name until it is known to be right: a good older file stays, a bad one never appears.
    folder, name = os.path.split(options.out)
    unproved = os.path.join(folder, f".{os.getpid()}.{name}")
    try:
        write(unproved, description, arrays)
        verdict = prove(options, module, trace, unproved)
        os.replace(unproved, options.out)
    finally:
        if os.path.exists(unproved):
            os.remove(unproved)
    weights = sum(a.size for a in arrays.values())
    print(f"{options.out}: {len(trace.nodes)} nodes, {weights} weights. {verdict}")
    if trace.form.layout != "BCT":
        print(f"The module takes its audio as {trace.form.layout}.")
    if trace.fits[1] > 1:
        print(f"It works on steps of {trace.fits[1]} samples; for lengths that do not fit, the end may differ.")


def main():
    options = arguments()
    try:
        export(options)
    except Refusal as error:
        sys.exit(f"backline_export.py: {error}.")
    except Exception as error:  # of the user's own module, while it is imported or made
        traceback.print_exc()
        sys.exit(f"backline_export.py: {type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
