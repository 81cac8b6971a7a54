"""The file: nodes get their names, tensors theirs, and all goes into one safetensors file."""
import json
import struct

import numpy
import torch

from export_tidy import padding_of

# Numbers that docs/graph.md takes for granted when they are left out.
USUAL = {"stride": 1, "dilation": 1, "groups": 1, "output_padding": 0, "left": 0, "right": 0, "first": 0}


def unique(name, taken):
    base, k = name, 2
    while name in taken:
        name, k = f"{base}_{k}", k + 1
    return name


def node_names(nodes):
    """Layers are called by their path in the module, other nodes by the module's path and what they are."""
    names, taken = {}, {n.attributes["name"] for n in nodes if n.kind == "param"}
    for node in nodes:
        if node.kind == "param":
            names[node] = node.attributes["name"]
            continue
        place = node.place
        what = place.path if place.is_layer and place.path else ".".join(filter(None, (place.path, node.kind)))
        names[node] = unique({"input": "in", "output": "out"}.get(node.kind, what), taken)
        taken.add(names[node])
    return names


def padding_text(node):
    """The shortest way to say a convolution's padding."""
    left, right = padding_of(node)
    total = node.attributes["dilation"] * (node.tensors["weight"].shape[2] - 1)
    if (left, right) == (total, 0):
        return "causal"
    if node.attributes["padding"] == "same":
        return "same"
    return left if left == right else [left, right]


class Tensors:
    """The weights of the file, each once, by the module's names where they are the module's."""

    def __init__(self, module):
        both = list(module.named_parameters()) + list(module.named_buffers())
        self.known = {(t.data_ptr(), t.numel()): name for name, t in both}
        self.arrays = {}

    def add(self, tensor, name):
        if tensor.is_contiguous():
            name = self.known.get((tensor.data_ptr(), tensor.numel()), name)
        array = tensor.detach().contiguous().to(torch.float32).numpy()
        base, k = name, 2
        while name in self.arrays:
            there = self.arrays[name]
            if there.shape == array.shape and numpy.array_equal(there, array):
                return name
            name, k = f"{base}_{k}", k + 1
        self.arrays[name] = array
        return name


def describe(nodes, module, header):
    """(graph description, tensors) for simplified nodes. header: sample_rate, name, ..."""
    names, tensors, listed = node_names(nodes), Tensors(module), []
    for node in nodes:
        entry = {"name": names[node], "kind": node.kind}
        if node.inputs:
            entry["inputs"] = [names[x] for x in node.inputs]
        settings = dict(node.attributes)
        if node.kind == "conv1d":
            settings["padding"] = padding_text(node)
        entry.update({k: v for k, v in settings.items() if USUAL.get(k) != v})
        for key, tensor in node.tensors.items():
            entry[key] = tensors.add(tensor, f"{names[node]}.{key}")
        listed.append(entry)
    return {"backline": "graph", "version": 1, **header, "nodes": listed}, tensors.arrays


def write(path, description, arrays):
    """A safetensors file: length of the header, header (JSON), the tensors' bytes one after another."""
    header, start = {"__metadata__": {"format": "pt", "backline": json.dumps(description)}}, 0
    for name, array in arrays.items():
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [start, start + array.nbytes]}
        start += array.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for array in arrays.values():
            file.write(numpy.ascontiguousarray(array, "<f4").tobytes())
