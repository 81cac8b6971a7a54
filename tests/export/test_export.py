#!/usr/bin/python3
"""test_export.py [PROGRAM]: exports the networks of modules.py and compares what comes out with PyTorch.

Every file is played twice, by interpret.py (the graph alone) and by `PROGRAM render` (the graph in the
engine), and both must be the module in double precision: error-to-signal ratio under 1e-10. Without
PROGRAM only the first."""
import json
import os
import subprocess
import sys
import tempfile
import warnings

HERE = os.path.dirname(os.path.abspath(__file__))
TOOLS = os.path.normpath(os.path.join(HERE, "..", "..", "tools", "export"))
sys.path[:0] = [HERE, TOOLS]
sys.dont_write_bytecode = True
os.environ["PYTHONDONTWRITEBYTECODE"] = "1"

warnings.simplefilter("ignore")
try:
    import numpy
    import torch
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

import export_check
import interpret
import modules

EXPORTER = os.path.join(TOOLS, "backline_export.py")
MODULES = os.path.join(HERE, "modules.py")
WORST_ESR = 1e-10
FRAMES = 19200  # a multiple of every stride


class Case:
    """One module: how it is exported, and how the audio and the knobs go in and the answer comes out."""

    def __init__(self, name, arguments=(), knobs=None, channels=1, options=(), into=lambda x: x.unsqueeze(0),
                 out=lambda y: y[0], knob_shape=lambda k: k.unsqueeze(0), nest=lambda state: state, prewarm=0):
        self.name, self.arguments, self.knobs, self.channels = name, list(arguments), knobs or {}, channels
        self.options, self.into, self.out, self.knob_shape = list(options), into, out, knob_shape
        self.nest, self.prewarm = nest, prewarm

    def make(self):
        """The module with weights of its own, norms included."""
        torch.manual_seed(sum(map(ord, self.name)))
        module = getattr(modules, self.name)(*self.arguments)
        for m in module.modules():
            if isinstance(m, torch.nn.BatchNorm1d):
                m.running_mean.normal_(0, 0.2)
                m.running_var.uniform_(0.3, 2)
                if m.affine:
                    m.weight.data.uniform_(0.5, 1.5)
                    m.bias.data.normal_(0, 0.3)
            elif isinstance(m, torch.nn.PReLU):
                m.weight.data.uniform_(-0.2, 0.5)
        return module.eval()

    def expected(self, samples):
        module = self.make().double()
        heard = torch.nn.functional.pad(torch.from_numpy(samples).double(), (self.prewarm, 0))
        inputs = [self.into(heard)]
        if self.knobs:
            inputs.append(self.knob_shape(torch.tensor(list(self.knobs.values()), dtype=torch.float64)))
        usual = torch.get_default_dtype()
        torch.set_default_dtype(torch.float64)
        with torch.no_grad():
            answer = module(*inputs)
        torch.set_default_dtype(usual)
        answer = answer[0] if isinstance(answer, tuple) else answer
        return self.out(answer).numpy()[:, self.prewarm:]


def prefixed(prefix, *keys):
    """A checkpoint with the weights under some keys, their names behind a prefix."""
    def nest(state):
        value = {prefix + k: v for k, v in state.items()}
        for key in reversed(keys):
            value = {key: value, "epoch": 7, "best": 0.25}
        return value
    return nest


CASES = [
    Case("CausalWaveNet"),
    Case("SameWaveNet", nest=prefixed("", "state_dict")),
    Case("UNet", nest=prefixed("model.", "state_dict")),
    Case("UNet", [2, 4], nest=prefixed("module.")),
    Case("FilmTCN", knobs={"drive": 0.8, "tone": 0.25}, options=["--params", "drive,tone=-1:1:0"],
         nest=prefixed("", "model")),
    Case("KnobChannels", knobs={"gain": 0.3, "low cut": 0.9, "mix": 0.6},
         options=["--params", "gain,low cut=0:1:0.5,mix=0:1:1"], knob_shape=lambda k: k.reshape(1, 1, -1)),
    Case("FilmEncoder", knobs={"drive": 3.5}, options=["--params", "drive=0:10:5"]),
    Case("GRUNet", into=lambda x: x.t().unsqueeze(0), out=lambda y: y[0].t()),
    Case("GRUNet", [5], into=lambda x: x.t().unsqueeze(0), out=lambda y: y[0].t(), prewarm=300,
         options=["--prewarm", "300"]),
    Case("LSTMNet"),
    Case("NormStack"),
    Case("Separable", into=lambda x: x, out=lambda y: y),
    Case("LinearChannels"),
    Case("ValidResidualTCN"),
    Case("ChompTCN", channels=2, options=["--channels", "2"]),
    Case("PaddedUNet"),
    Case("MicroTCN", knobs={"limit": 1.0, "peak": 0.4}, options=["--params", "limit,peak=0:1:0.5"],
         knob_shape=lambda k: k.reshape(1, 1, -1)),
    Case("TimeFirst", into=lambda x: x.t().unsqueeze(1), out=lambda y: y[:, 0].t()),
    Case("WaveUNet"),
    Case("InPlace"),
    Case("ChannelGames"),
    Case("Scripted"),
    Case("Activations", options=["--sample-rate", "44100", "--name", "All of \"them\""]),
]

# Class, options, and a word that the message has to contain.
REFUSED = [("Spectral", [], "torch.fft.rfft"), ("Bidirectional", [], "bidirectional"), ("Reflecting", [], "reflect"),
           ("Branching", [], "over time"), ("MeanRemoved", [], "over time"), ("FixedLength", [], "length"),
           ("StepByStep", [], "single frames"), ("NormalisedLayers", [], "GroupNorm"),
           ("HyperConv", ["--params", "tone"], "weights"), ("Filled", [], "__setitem__"),
           ("Positions", [], "changes over time"), ("Hidden", [], "final state"),
           ("ChangedView", [], "in place")]


def line_to_name(name):
    """The line of a class of modules.py that ends in "# here"."""
    with open(MODULES) as file:
        lines = file.read().split("\n")
    start = next(k for k, line in enumerate(lines) if line.startswith(f"class {name}("))
    return next(k + 1 for k in range(start, len(lines)) if lines[k].endswith("# here"))


class Tests:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.passed = self.failed = 0
        self.exporters = subprocess.Popen([sys.executable, "-W", "ignore", os.path.join(HERE, "exporters.py")],
                                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def report(self, name, problem, detail):
        self.passed += not problem
        self.failed += bool(problem)
        print(f"{'FAILED' if problem else 'ok'}: {name}: {problem or detail}", flush=True)

    def checkpoint(self, case):
        path = self.path("net.pt")
        torch.save(case.nest(case.make().state_dict()), path)
        return path

    def export(self, name, checkpoint, options, out="net.safetensors"):
        """(exit code, what it printed)."""
        check = ["--backline", self.program] if self.program else ["--no-check"]
        arguments = [f"{MODULES}:{name}", checkpoint, self.path(out), *check, *options]
        self.exporters.stdin.write(json.dumps(arguments) + "\n")
        self.exporters.stdin.flush()
        return json.loads(self.exporters.stdout.readline())

    def render(self, model, samples, knobs):
        source, target = self.path("in.wav"), self.path("out.wav")
        export_check.write_wav(source, samples, interpret.read(model)[0].get("sample_rate", 48000))
        command = [self.program, "render", "--raw", "--force", "-m", model, source, target]
        for name, value in knobs.items():
            command += ["--param", f"{name}={value}"]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, " ".join(command) + ": " + done.stderr
        return export_check.read_wav(target)

    def compare(self, by, expected, found):
        assert expected.shape == found.shape, f"{by} gives {found.shape}, not {expected.shape}"
        assert (expected ** 2).mean() > 1e-6, "the network is silent: nothing is shown"
        largest, esr = export_check.compare(expected, found)
        assert esr < WORST_ESR, f"{by}: error-to-signal ratio {esr:.3g}, largest difference {largest:.3g}"
        return f"{by} {10 * numpy.log10(esr + 1e-40):.0f} dB"

    def run_case(self, case):
        options = list(case.options) + (["--args", json.dumps(case.arguments)] if case.arguments else [])
        code, text = self.export(case.name, self.checkpoint(case), options)
        assert code == 0, text.strip()
        model = self.path("net.safetensors")
        samples = numpy.random.default_rng(5).normal(0, 0.2, (case.channels, FRAMES)).astype(numpy.float32)
        expected = case.expected(samples)
        results = [self.compare("graph", expected, interpret.play(model, samples, case.knobs))]
        if self.program:
            results.append(self.compare("engine", expected, self.render(model, samples, case.knobs)))
        nodes = len(interpret.read(model)[0]["nodes"])
        return f"{nodes} nodes; " + ", ".join(results)

    def run_refusal(self, name, options, word):
        module = getattr(modules, name)()
        torch.save(module.state_dict(), self.path("net.pt"))
        code, text = self.export(name, self.path("net.pt"), options)
        where = f"modules.py:{line_to_name(name)}"
        assert code == 1, f"exit code {code}: {text}"
        assert where in text and word in text, f"no \"{where}\" or no \"{word}\" in: {text}"
        assert "Traceback" not in text, text
        assert not [f for f in os.listdir(self.folder) if "safetensors" in f], "a file was left"
        return text.strip()

    def attempt(self, name, function, *arguments):
        for old in os.listdir(self.folder):
            os.remove(self.path(old))
        try:
            self.report(name, None, function(*arguments))
        except AssertionError as error:
            self.report(name, str(error) or "failed", None)

    # What is not about one network

    def started(self):
        """As a user starts it, by its name."""
        options = ["--backline", self.program] if self.program else ["--no-check"]
        command = [EXPORTER, f"{MODULES}:GRUNet", self.checkpoint(Case("GRUNet")), self.path("net.safetensors"), *options]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0 and os.path.exists(self.path("net.safetensors")), done.stdout + done.stderr
        return done.stdout.strip()

    def header(self):
        """Texts and numbers arrive; tensors are called as in the module."""
        code, text = self.export("GRUNet", self.checkpoint(Case("GRUNet")), [
            "--sample-rate", "44100", "--name", "Größe", "--prewarm", "64"])
        assert code == 0, text
        graph, tensors = interpret.read(self.path("net.safetensors"))
        found = [graph.get(k) for k in ("sample_rate", "name", "prewarm", "architecture")]
        assert found == [44100, "Größe", 64, "GRUNet"], found
        assert {"rec.weight_ih_l0", "lin.weight"} <= set(tensors), sorted(tensors)
        return ", ".join(sorted(tensors))

    def wrong_checkpoints(self):
        """What does not fit is said, not exported."""
        state = Case("GRUNet").make().state_dict()
        first = next(iter(state))
        both = {**prefixed("a.")(state), **prefixed("b.")(state)}
        wrong = {"lacks": ({k: v for k, v in state.items() if k != first}, []),
                 "several": (both, []), "has not": ({**state, "rec.weight_ih_l1": state[first]}, []),
                 "does not fit": (state, ["--args", "[7]"]), "no dictionary": ({"epoch": 3}, []),
                 "--trust-checkpoint": (Case("GRUNet").make(), []), "cannot be read": (None, [])}
        for word, (content, options) in wrong.items():
            torch.save(content, self.path("net.pt"))
            if content is None:
                os.truncate(self.path("net.pt"), 100)
            code, text = self.export("GRUNet", self.path("net.pt"), options)
            assert code == 1 and word in text and "Traceback" not in text, f"{word}: {code} {text}"
            assert not os.path.exists(self.path("net.safetensors"))
        return f"{len(wrong)} sentences"

    def strange_checkpoints(self):
        """Objects beside the weights are passed over and not brought to life; both containers are read."""
        state = Case("GRUNet").make().state_dict()
        mark = self.path("mark")
        for zipped in (True, False):
            content = {"callbacks": {Unsafe: [Unsafe(mark), 3]}, "state_dict": prefixed("net.")(state)}
            torch.save(content, self.path("net.pt"), _use_new_zipfile_serialization=zipped)
            code, text = self.export("GRUNet", self.path("net.pt"), [])
            assert code == 0, text
            assert not os.path.exists(mark), "the checkpoint ran a program"
            os.remove(self.path("net.safetensors"))
        torch.save(Case("GRUNet").make(), self.path("net.pt"))
        code, text = self.export("GRUNet", self.path("net.pt"), ["--trust-checkpoint"])
        assert code == 0, text
        return "read without running anything"

    def words(self):
        """Mistakes on the command line."""
        checkpoint = self.checkpoint(Case("FilmTCN"))
        for word, name, options in [("--params", "FilmTCN", []), ("of the form", "FilmTCN", ["--params", "a=1:0"]),
                                    ("no class", "Nothing", []), ("not JSON", "FilmTCN", ["--args", "{"]),
                                    ("cannot be made", "FilmTCN", ["--args", "{\"x\": 1}"]),
                                    ("no program", "FilmTCN", ["--params", "a,b", "--backline", "/nowhere"])]:
            if word == "no program" and not self.program:
                continue
            code, text = self.export(name, checkpoint, options)
            assert code == 1 and word in text and "Traceback" not in text, f"{word}: {code} {text}"
        return "each has a sentence"

    def failing_check(self):
        """A program that computes something else: no file, and an older one stays."""
        fake, keep = self.path("fake"), self.path("keep.safetensors")
        with open(fake, "w") as file:  # it copies IN to OUT, its last two arguments
            file.write("#!/bin/sh\nwhile [ $# -gt 2 ]; do shift; done\ncp \"$1\" \"$2\"\n")
        os.chmod(fake, 0o755)
        with open(keep, "w") as file:
            file.write("older")
        program, self.program = self.program, fake
        code, text = self.export("SameWaveNet", self.checkpoint(Case("SameWaveNet")), [], "keep.safetensors")
        self.program = program
        with open(keep) as file:
            assert file.read() == "older", "the older file is gone"
        assert code == 1 and "check failed" in text, f"{code}: {text}"
        assert [f for f in os.listdir(self.folder) if "safetensors" in f] == ["keep.safetensors"], "a file was left"
        return text.strip()

    def run_all(self):
        for case in CASES:
            self.attempt(" ".join([case.name, *map(str, case.arguments), *case.options]), self.run_case, case)
        for name, options, word in REFUSED:
            self.attempt(f"{name} is refused", self.run_refusal, name, options, word)
        for test in (self.started, self.header, self.wrong_checkpoints, self.strange_checkpoints, self.words, self.failing_check):
            self.attempt(test.__name__.replace("_", " "), test)
        self.exporters.stdin.close()
        self.exporters.wait()
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed else 0


class Unsafe:
    """An object that writes a file when it is unpickled in the usual way."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (self.path, "w")


if __name__ == "__main__":
    given = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory() as directory:
        sys.exit(Tests(given, directory).run_all())
