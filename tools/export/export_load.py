"""The module and its weights: import, construct, load the checkpoint."""
import importlib
import importlib.util
import inspect
import os
import pickle
import sys
import types
from unittest import mock

import torch

from export_tracer import Refusal


def import_class(text):
    """"net:Model", "package.net:Model" or "path/net.py:Model"."""
    source, colon, name = text.rpartition(":")
    if not colon or not name:
        raise Refusal(f"\"{text}\" is not of the form module:Class")
    if source.endswith(".py") or os.sep in source:
        if not os.path.isfile(source):
            raise Refusal(f"There is no file {source}")
        folder, file = os.path.split(os.path.abspath(source))
        sys.path.insert(0, folder)
        source = os.path.splitext(file)[0]
        spec = importlib.util.spec_from_file_location(source, os.path.join(folder, file))
        module = sys.modules[source] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    else:
        sys.path.insert(0, os.getcwd())
        try:
            module = importlib.import_module(source)
        except ModuleNotFoundError as error:
            raise Refusal(f"There is no Python module {source}: {error}") from error
    try:
        return getattr(module, name)
    except AttributeError:
        raise Refusal(f"{source} has no class {name}") from None


def build(kind, arguments):
    """arguments: a list (by position) or a dictionary (by name)."""
    try:
        module = kind(**arguments) if isinstance(arguments, dict) else kind(*arguments)
    except TypeError as error:
        raise Refusal(f"{kind.__name__} cannot be made with --args {arguments}: {error}") from error
    if not isinstance(module, torch.nn.Module):
        raise Refusal(f"{kind.__name__} makes a {type(module).__name__}, not a torch.nn.Module")
    return module


class Opaque:
    """What stands for an object that a checkpoint holds besides tensors: it takes everything, does nothing."""

    def __new__(cls, *args, **kwargs):
        return object.__new__(cls)

    def __init__(self, *args, **kwargs):
        pass

    def ignore(self, *args, **kwargs):
        pass

    __setstate__ = __setitem__ = __call__ = append = extend = add = update = ignore


class TensorsOnly(pickle.Unpickler):
    """Pickles can run any program; this one makes tensors and plain containers, all else Opaque.

    torch's own weights_only is not in every version, and in 1.13 it refuses as much as a plain number."""
    MAKES = {("collections", "OrderedDict"), ("torch", "Size"), ("torch", "device"),
             ("torch._utils", "_rebuild_tensor"), ("torch._utils", "_rebuild_tensor_v2"),
             ("torch._utils", "_rebuild_tensor_v3"), ("torch._utils", "_rebuild_parameter"),
             ("torch.nn.parameter", "Parameter")}

    def find_class(self, module, name):
        plain = module in ("torch", "torch.storage") and name.endswith("Storage")
        if module == "torch" and isinstance(getattr(torch, name, None), torch.dtype):
            plain = True
        return super().find_class(module, name) if plain or (module, name) in self.MAKES else Opaque


def load_tensors(file, **options):
    return TensorsOnly(file, **options).load()


# The module pickle as torch.load uses it, with the reader above.
tensors_only = types.ModuleType("tensors_only")
tensors_only.__dict__.update({k: v for k, v in vars(pickle).items() if not k.startswith("__")})
tensors_only.__dict__.update(Unpickler=TensorsOnly, load=load_tensors, loads=None)


def read_checkpoint(path, trusted):
    """What is in the file. trusted: whole modules too, which means running what the file says."""
    if not os.path.isfile(path):
        raise Refusal(f"There is no file {path}")
    reader = pickle if trusted else tensors_only
    options = {"map_location": "cpu", "pickle_module": reader}
    if "weights_only" in inspect.signature(torch.load).parameters:
        options["weights_only"] = False  # ours goes with pickle_module, theirs does not
    try:
        with mock.patch.object(torch.serialization, "pickle", reader):  # torch 1.13 forgets pickle_module
            return torch.load(path, **options)
    except Exception as error:  # torch has no class of its own for a file that is none of its
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise Refusal(f"{path} cannot be read as a checkpoint: {first}") from error


def state_dicts(value, path=""):
    """All dictionaries with tensors in nested ones: {"state_dict": {...}}, {"model": {...}, "epoch": 3}."""
    if isinstance(value, torch.nn.Module):
        value = value.state_dict()
    if isinstance(value, dict):
        if any(isinstance(v, torch.Tensor) for v in value.values()):
            yield path, {k: v for k, v in value.items() if isinstance(v, torch.Tensor)}
        for key, inner in value.items():
            if not isinstance(inner, torch.Tensor):
                yield from state_dicts(inner, f"{path}{key}/")


def fitting_prefixes(state, wanted):
    """Prefixes p with which the state has all wanted names, and no others that begin so."""
    if not wanted:
        return [""]
    last = next(iter(wanted))
    prefixes = [key[:-len(last)] for key in state if isinstance(key, str) and key.endswith(last)]
    return [p for p in prefixes if (p == "" or p.endswith(".")) and
            wanted <= {k[len(p):] for k in state if k.startswith(p)}]


def load(module, checkpoint, path):
    """Fill the module's weights. The names may all stand behind one prefix, if only one fits."""
    own = module.state_dict()
    wanted = {k for k in own if not k.endswith("num_batches_tracked")}
    found = []
    for where, state in state_dicts(checkpoint):
        found += [(where, p, state) for p in fitting_prefixes(state, wanted)]
    if not found:
        raise Refusal(misfit(wanted, checkpoint, path))
    if len(found) > 1:
        exact = [f for f in found if f[1] == ""]
        if len(exact) != 1:
            names = ", ".join(f"\"{w}{p}\"" for w, p, _ in found)
            raise Refusal(f"{path} holds several sets of weights that fit: {names}")
        found = exact
    where, prefix, state = found[0]
    mine = {k[len(prefix):]: v for k, v in state.items() if k.startswith(prefix)}
    extra = sorted(k for k in mine if k not in own)
    if extra and (prefix or not where):
        extra = [k for k in extra if k.split(".")[0] in {w.split(".")[0] for w in wanted}]
    if extra:
        raise Refusal(f"{path} has weights that the module has not, such as {prefix}{extra[0]}: "
                      "does --args describe the network that was trained?")
    try:
        module.load_state_dict({k: v for k, v in mine.items() if k in own}, strict=False)
    except RuntimeError as error:
        raise Refusal(f"{path} does not fit the module: " + " ".join(str(error).split()[:60])) from error


def misfit(wanted, checkpoint, path):
    states = list(state_dicts(checkpoint))
    if not states:
        return f"{path} holds no dictionary of tensors (a whole module needs --trust-checkpoint)"
    best = max((state for _, state in states), key=lambda s: len(wanted & set(s)))
    missing = sorted(wanted - set(best))
    return (f"{path} lacks weights of the module, such as {missing[0]} ({len(missing)} of {len(wanted)}); "
            f"it has {', '.join(list(map(str, best))[:4])} ...")
