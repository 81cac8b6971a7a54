"""Finding out how a module wants its input, and which numbers in its trace are lengths.

A trace holds numbers where the module has shapes. Two traces of different lengths must give the same
graph: a crop "to the length of that other signal" is then the same number of frames cut from the end in
both. What differs depends on the length in a way that a graph cannot say, and is refused."""
import itertools

import torch

import export_arithmetic  # noqa: F401 - these three fill the table of operations
import export_layers  # noqa: F401
import export_rearrange  # noqa: F401
from export_graph import Node
from export_tidy import granularity, tidy
from export_tracer import Refusal, Traced, WrongForm, line_of_error, run, tensors_in

# Forms of the input: name, shape for c channels and t frames, dimension of time. The batch is one.
LAYOUTS = {"BCT": (lambda c, t: [1, c, t], 2), "BTC": (lambda c, t: [1, t, c], 1),
           "TBC": (lambda c, t: [t, 1, c], 0), "BT": (lambda c, t: [1, t], 1), "T": (lambda c, t: [t], 0)}
KNOB_SHAPES = (lambda n: [1, n], lambda n: [1, 1, n], lambda n: [1, n, 1], lambda n: [n])
# Lengths with many divisors, for strides; the longer ones for networks that eat much of their input.
LENGTHS = [(1536, 3072), (5760, 11520), (61440, 122880)]
LONG = 10000
MOST_STEPS = 64
OFFSETS = range(1, 64)  # for networks without padding, which fit only some lengths


class Knob:
    def __init__(self, name, minimum=0.0, maximum=1.0, initial=0.0):
        self.name, self.minimum, self.maximum, self.initial = name, minimum, maximum, initial


class Form:
    """How the module is called: layout of the audio, shape of the knobs' tensor."""

    def __init__(self, layout, channels, knobs, knob_shape):
        self.layout, self.channels, self.knobs, self.knob_shape = layout, channels, knobs, knob_shape

    def audio(self, samples):
        """samples: [channels, frames] as the module wants them."""
        shape, time = LAYOUTS[self.layout]
        channels, frames = samples.shape
        return (samples if time == len(shape(1, 1)) - 1 else samples.t()).reshape(shape(channels, frames))

    def knob_values(self, values):
        return torch.tensor(values, dtype=torch.float64).reshape(self.knob_shape(len(values)))


class Trace:
    """nodes, the dimension of the output along which time runs, and the tracer's count of calls."""

    def __init__(self, module, form, frames):
        tracer, answer = run(module, lambda tracer: self.inputs(tracer, form, frames))
        output = next(tensors_in(answer), None)
        if not isinstance(output, Traced) or output.bl.why_not or output.bl.time is None:
            refused = Refusal("forward() returns something that is not a signal over time"
                              + (": its result does not depend on the audio" if output is not None else ""))
            refused.calls = tracer.calls
            raise refused
        self.time, self.frames_out = output.bl.time, output.bl.plain.shape[output.bl.time]
        end = Node("output", [output.bl.node], output.bl.node.channels, {}, {}, tracer.place())
        self.nodes = tidy(tracer.graph.nodes + [end])
        self.form = form

    @staticmethod
    def inputs(tracer, form, frames):
        graph = tracer.graph
        samples = torch.sin(torch.arange(form.channels * frames, dtype=torch.float64)).reshape(form.channels, -1)
        source = graph.add("input", [], form.channels, channels=form.channels)
        signals = [tracer.wrap(form.audio(samples), source, LAYOUTS[form.layout][1])]
        if form.knobs:
            nodes = [graph.add("param", [], 1, name=k.name, minimum=k.minimum, maximum=k.maximum,
                               initial=k.initial) for k in form.knobs]
            values = form.knob_values([k.initial for k in form.knobs])
            signals.append(tracer.wrap(values, graph.concat(nodes), None))
        return signals


def shown(node, keys):
    return f"{node.kind} " + ", ".join(f"{k} {node.attributes[k]}" for k in keys if k in node.attributes)


def difference(a, b):
    """The first node in which two traces differ, and what each has there; None if they are the same."""
    order = {node: k for nodes in (a.nodes, b.nodes) for k, node in enumerate(nodes)}
    for x, y in itertools.zip_longest(a.nodes, b.nodes):
        if y is None or (x and y.kind != x.kind and x.kind == "pad"):
            return x, shown(x, x.attributes), "nothing"
        if x is None or x.kind != y.kind:
            return y, "nothing", shown(y, y.attributes)
        if x.attributes != y.attributes:
            keys = [k for k in x.attributes if x.attributes[k] != y.attributes.get(k)]
            return x, shown(x, keys), shown(y, keys)
        if [order[i] for i in x.inputs] != [order[i] for i in y.inputs]:
            return x, shown(x, ()) + "of one signal", "of another"
        if x.tensors.keys() != y.tensors.keys() or \
                any(x.tensors[k].shape != y.tensors[k].shape or bool((x.tensors[k] != y.tensors[k]).any())
                    for k in x.tensors):
            return x, shown(x, ()) + "with some weights", "with others"
    return None


class Disagreement(Refusal):
    """Two lengths give two graphs."""


def check_same(first, second, frames):
    found = difference(first, second)
    if found:
        node, x, y = found
        error = Disagreement(node.place.sentence("the length of the signal in a way that a graph cannot say") +
                             f": {x} for {frames[0]} samples, {y} for {frames[1]}")
        error.calls = len(first.nodes)
        raise error


def trace_twice(module, form, frames):
    first = Trace(module, form, frames[0])
    if frames == LENGTHS[0] and frames[0] % granularity(first.nodes):
        raise Disagreement("The strides of the module need longer signals than those it was tried with")
    check_same(first, Trace(module, form, frames[1]), frames)
    return first


def forms(channels, knobs, layout):
    layouts = [layout] if layout else [name for name in LAYOUTS if channels == 1 or "C" in name]
    for name in layouts:
        for knob_shape in KNOB_SHAPES if knobs else KNOB_SHAPES[:1]:
            yield Form(name, channels, knobs, knob_shape)


def explain(error):
    """An exception of the module itself as a sentence."""
    if isinstance(error, Refusal):
        return error
    line, ours = line_of_error(error)
    if ours:
        return error  # a mistake of the exporter: show all of it
    return Refusal(f"{line or 'The module'} fails: {type(error).__name__}: {error}")


def check_long(module, trace, frames):
    """What does not show in short signals: a crop to 4096 samples, say."""
    coarse = frames[1] - frames[0]
    long = frames[0] + LONG // coarse * coarse
    if long > frames[1]:
        check_same(trace, Trace(module, trace.form, long), (frames[0], long))


def finish(module, trace, frames):
    """The lengths for which the trace holds: (frames, step), frames + any multiple of step."""
    check_long(module, trace, frames)
    whole, coarse = granularity(trace.nodes), frames[1] - frames[0]
    trace.fits = (frames[0], coarse)
    for step in range(whole, coarse, whole)[:MOST_STEPS]:
        try:
            check_same(trace, Trace(module, trace.form, frames[0] + step), frames)
        except Exception:  # it pads to a multiple of something, or fits only such lengths
            continue
        trace.fits = (frames[0], step)
        break
    return trace


class Failure:
    """What became of one form of the input."""

    def __init__(self, form, error):
        self.form, self.error, self.calls = form, error, getattr(error, "calls", 0)
        refused = isinstance(error, Refusal)
        self.rank = refused + (refused and not isinstance(error, WrongForm))  # how much the message says
        self.lengths = [] if refused else LENGTHS[1:] + [(LENGTHS[1][0] + k, LENGTHS[1][1] + k) for k in OFFSETS]
        if isinstance(error, Disagreement):
            self.lengths = LENGTHS[1:2]  # with more divisors


def find(module, channels, knobs, layout=None):
    """The trace of a module, in the first form and length in which it can be traced."""
    failures = []
    for form in forms(channels, knobs, layout):
        try:
            return finish(module, trace_twice(module, form, LENGTHS[0]), LENGTHS[0])
        except Exception as error:
            failures.append(Failure(form, error))
    # Perhaps only the length did not fit, in the form in which the module came furthest.
    other = max((f for f in failures if f.lengths), key=lambda f: f.calls, default=None)
    for frames in other.lengths if other else []:
        try:
            return finish(module, trace_twice(module, other.form, frames), frames)
        except Exception:  # what was said about the first lengths is the message to show
            continue
    raise explain(max(failures, key=lambda f: (f.rank, f.calls)).error) from None
