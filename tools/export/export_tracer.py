"""Watching a module compute: the calls that it makes become nodes of a graph.

Why our own tracer: torch.fx hands the module a stand-in without a shape, which cannot be unpacked
(u, v = h.chunk(2, 1) fails in Debian's torch 1.13 under Python 3.11) and cannot be cropped to the length
of another signal. torch.jit.trace can do both, but its graph is a low-level one in which shapes are
computed by nodes too, lengths are frozen, and it is on its way out of torch. Here the module runs for
real on a tensor subclass: shapes are numbers, Python does what it always does, the line of the source
is on the stack, and __torch_function__, which has been stable since torch 1.7, sees every call at the
level of torch.nn.functional. Tensors that do not depend on the input never come here: they are weights,
whatever was computed with them. That lengths are numbers is healed by tracing two lengths
(export_search.py)."""
import contextlib
import os
import sys

import torch

from export_graph import Graph

OWN = os.path.dirname(os.path.abspath(__file__)) + os.sep
TORCH = os.path.dirname(os.path.abspath(torch.__file__)) + os.sep
# Calls that answer with the numbers in a signal: what the module does with them, no graph can follow.
READS = {"item", "tolist", "numpy", "equal", "allclose", "is_nonzero", "__bool__", "__float__", "__int__",
         "__index__", "__complex__", "__contains__", "__array__", "storage", "untyped_storage", "data_ptr"}

OPERATIONS = {}  # by name, what turns a call into nodes: export_rearrange.py, _arithmetic.py, _layers.py


def operation(*names):
    """Decorator of the function(call, ...) that handles torch's functions of these names."""
    def register(function):
        OPERATIONS.update({name: function for name in names})
        return function
    return register


class Refusal(Exception):
    """The module does what a graph cannot say; the text is a sentence for the user."""


class WrongForm(Refusal):
    """Time runs along a dimension where a layer has no use for it: perhaps the module wants its audio in
    another form."""


class Place:
    """A line of the module's source and the submodule that was at work there."""

    def __init__(self, line, path, is_layer, layer):
        self.line = line            # "forward() at net.py:31"
        self.path = path            # "blocks.0.conv", "" for the module itself
        self.is_layer = is_layer    # a class of torch.nn: then its path names the node well
        self.layer = layer          # "Conv1d"

    def sentence(self, what):
        inside = f" (in {self.path}: {self.layer})" if self.is_layer and self.path else ""
        return f"{self.line} uses {what}{inside}"


class Signal:
    """What the tracer knows about a tensor: element [.., c.., t, ..] is frame t of a node's channel.

    time is the dimension along which time runs, None for knobs and what is computed from them alone;
    all other dimensions together, row by row, are the node's channels (the batch is one of size 1)."""

    def __init__(self, plain, node, time, why_not=None):
        self.plain, self.node, self.time, self.why_not = plain, node, time, why_not
        self.version = plain._version  # counts changes in place, also those made through views


class Traced(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, kinds, args=(), kwargs=None):
        return Tracer.active.call(func, args, kwargs or {})


def tensors_in(value, kind=torch.Tensor):
    """All tensors in nested lists, tuples and dictionaries."""
    if isinstance(value, kind):
        yield value
    elif isinstance(value, (list, tuple)) and not isinstance(value, torch.Size):
        for v in value:
            yield from tensors_in(v, kind)
    elif isinstance(value, dict):
        yield from tensors_in(list(value.values()), kind)


def mapped(value, change, kind=torch.Tensor):
    """The same nesting with every tensor changed."""
    if isinstance(value, kind):
        return change(value)
    if isinstance(value, (list, tuple)) and not isinstance(value, torch.Size):
        items = [mapped(v, change, kind) for v in value]
        return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)
    if isinstance(value, dict):
        return {k: mapped(v, change, kind) for k, v in value.items()}
    return value


def name_of(func):
    """"conv1d", "add" for Tensor.__radd__ too, "T" for the property Tensor.T."""
    name = getattr(func, "__name__", str(func))
    if name == "__get__":
        return func.__self__.__name__
    return name


def shown_name(func):
    """As people write it: "torch.fft.rfft"."""
    try:
        name = torch.overrides.resolve_name(func) or name_of(func)
    except Exception:  # an overload that this torch cannot name
        name = name_of(func)
    for ugly, nice in {"torch.fft.fft_": "torch.fft.", "torch._C._fft.fft_": "torch.fft.",
                       "torch.linalg.linalg_": "torch.linalg.", "torch._C._nn.": "torch.nn.functional.",
                       "fft_": "torch.fft."}.items():
        if name.startswith(ugly):
            return nice + name[len(ugly):]
    return name if "." in name else "torch." + name


class Tracer:
    active = None

    def __init__(self, module):
        self.paths = {id(m): path for path, m in module.named_modules()}
        self.graph = Graph(self.place)
        self.lengths = set()  # of all signals so far: a size that can only be time
        self.calls = 0

    # Where we are

    def place(self):
        frame, line, module = sys._getframe(1), None, None
        while frame and not (line and module is not None):
            file = frame.f_code.co_filename
            if not file.startswith(OWN):
                here = frame.f_locals.get("self")
                if module is None and isinstance(here, torch.nn.Module) and id(here) in self.paths:
                    module = here
                if line is None and not file.startswith((TORCH, "<")):
                    line = describe_line(frame.f_code.co_name, file, frame.f_lineno)
            frame = frame.f_back
        kind = type(module)
        return Place(line or "The module", self.paths.get(id(module), ""),
                     kind.__module__.startswith("torch."), kind.__name__)

    def refuse(self, what, why, kind=Refusal):
        raise kind(f"{self.place().sentence(what)}, {why}")

    # Tensors in and out

    def wrap(self, plain, node, time, why_not=None):
        """The tensor that the module goes on with."""
        traced = torch.Tensor._make_subclass(Traced, plain)
        traced.bl = Signal(plain, node, time, why_not)
        if time is not None:
            self.lengths.add(plain.shape[time])
        return traced

    def check_usable(self, func, traced):
        signal = traced.bl
        if signal.why_not:
            self.refuse(shown_name(func), signal.why_not)
        if signal.version != signal.plain._version:
            self.refuse(shown_name(func), "on a tensor that was changed in place through another view of it; "
                                          "write that without changing in place")

    def call(self, func, args, kwargs):
        """One call of the module: computed for real, then noted as nodes."""
        name = name_of(func)
        operation = OPERATIONS.get(name)
        plain_args, plain_kwargs = mapped((args, kwargs), lambda t: t.bl.plain, Traced)
        if operation is None:
            if name not in READS:
                answer = self.compute(func, plain_args, plain_kwargs)
                if next(tensors_in(answer), None) is None and name != "__setitem__":
                    return answer  # a question: shape, dim(), is_contiguous() ...
            self.refuse(shown_name(func), self.why_unknown(name))
        self.calls += 1
        for traced in tensors_in((args, kwargs), Traced):
            self.check_usable(func, traced)
        first = args[0] if args and isinstance(args[0], Traced) else None
        if args and type(args[0]) is torch.Tensor and name.endswith("_"):
            args = (args[0].clone(), *args[1:])  # total += x, total a plain tensor: what it was before
        answer = self.compute(func, plain_args, plain_kwargs)
        result = operation(Call(self, func, answer), *args, **kwargs)
        if first is not None and first.bl.version != first.bl.plain._version:
            first.bl = result.bl  # x.add_(y), relu(x, inplace=True): x itself has changed
            first.bl.version = first.bl.plain._version
            return first
        return result

    @staticmethod
    def compute(func, args, kwargs):
        try:
            return func(*args, **kwargs)
        except Exception as error:
            error.by_module = True  # it gave torch something that does not fit
            raise

    @staticmethod
    def why_unknown(name):
        if name in READS:
            return "which looks at the numbers in a signal: a graph does the same whatever the signal is"
        if name == "__setitem__":
            return "which fills a part of a tensor: write that with torch.cat or torch.nn.functional.pad"
        return "which backline has no node for (see tools/export/README.md for what it knows)"


class Call:
    """One call that an operation (export_layers.py and others) turns into nodes."""

    def __init__(self, tracer, func, result):
        self.tracer, self.func, self.result, self.graph = tracer, func, result, tracer.graph

    def refuse(self, why, kind=Refusal):
        self.tracer.refuse(shown_name(self.func), why, kind)

    def done(self, node, time):
        return self.tracer.wrap(self.result, node, time)


def describe_line(function, file, number):
    near = os.path.relpath(file)
    return f"{function}() at {file if near.startswith('..') else near}:{number}"


def line_of_error(error):
    """The deepest line of the user's own source in an exception's traceback, and whether it was raised here."""
    line, step, file = None, error.__traceback__, ""
    while step:
        code = step.tb_frame.f_code
        file, step, number = code.co_filename, step.tb_next, step.tb_lineno
        if not file.startswith((OWN, TORCH, "<")):
            line = describe_line(code.co_name, file, number)
    return line, file.startswith(OWN) and not getattr(error, "by_module", False)


@contextlib.contextmanager
def as_before(module):
    """Attributes that forward() sets, such as the state of a recurrent layer for the next call, are undone."""
    kept = [(m, dict(m.__dict__), dict(m._buffers)) for m in module.modules()]
    try:
        yield
    finally:
        for m, attributes, buffers in kept:
            m.__dict__.clear()
            m.__dict__.update(attributes)
            m._buffers.clear()
            m._buffers.update(buffers)


def run(module, inputs):
    """Run module on inputs(tracer), a list of traced tensors; the tracer and what the module returned."""
    tracer = Tracer(module)
    Tracer.active = tracer
    usual = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)  # zeros that the module makes meet weights in double precision
    try:
        with torch.no_grad(), as_before(module):
            return tracer, module(*inputs(tracer))
    except Exception as error:
        error.calls = tracer.calls
        raise
    finally:
        torch.set_default_dtype(usual)
        Tracer.active = None
