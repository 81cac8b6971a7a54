"""The graph that a trace builds: nodes as in docs/graph.md, with the tensors of their weights.

Builders skip what does nothing (a pad by zero frames, a slice of all channels), so that the code which
reads the module need not care, and look through concatenations and slices, so that chunk, cat and
stack leave no more nodes than the network has."""
import torch

MOST_RUNS = 8  # a selection of more pieces than this becomes a matrix of zeros and ones


class Node:
    """One node: attributes are the keys of docs/graph.md that hold numbers or texts, tensors the rest."""

    def __init__(self, kind, inputs, channels, attributes, tensors, place):
        self.kind, self.inputs, self.channels = kind, list(inputs), channels
        self.attributes = {k: v for k, v in attributes.items() if v is not None}
        self.tensors = {k: v for k, v in tensors.items() if v is not None}
        self.place = place


class Graph:
    def __init__(self, locate):
        """locate() says where in the module's source we are: see export_tracer.Place."""
        self.nodes, self.locate = [], locate

    def add(self, kind, inputs, channels, tensors=None, /, **attributes):
        node = Node(kind, inputs, channels, attributes, tensors or {}, self.locate())
        self.nodes.append(node)
        return node

    # Layers

    def conv(self, x, weight, bias=None, groups=1, padding=0, stride=1, dilation=1):
        """padding: a number, [left, right], "same" or "causal"."""
        return self.add("conv1d", [x], weight.shape[0], {"weight": weight, "bias": bias}, groups=groups,
                        padding=padding, stride=stride, dilation=dilation)

    def activation(self, x, spec):
        return self.add("activation", [x], x.channels, activation=spec)

    # Arithmetic

    def binary(self, kind, x, y):
        return self.add(kind, [x, y], max(x.channels, y.channels))

    def scale(self, x, factor):
        return x if factor == 1 else self.add("scale", [x], x.channels, factor=float(factor))

    def affine(self, x, scale=None, shift=None):
        """scale and shift: tensors [channels] or None. x of one channel may become several."""
        wide = max(v.numel() for v in (scale, shift) if v is not None)
        if x.channels == 1 and wide > 1:
            weight = torch.ones(wide, dtype=torch.float64) if scale is None else scale
            return self.conv(x, weight.reshape(wide, 1, 1), shift)
        if scale is not None and bool((scale == scale[0]).all()):
            x, scale = self.scale(x, float(scale[0])), None
        if shift is not None and not bool(shift.any()):
            shift = None
        if scale is None and shift is None:
            return x
        return self.add("affine", [x], x.channels, {"scale": scale, "shift": shift})

    def constant(self, values, like):
        """A signal that holds the given values (a tensor [channels]) wherever `like` has frames."""
        zero = torch.zeros(values.numel(), 1, 1, dtype=torch.float64)
        return self.conv(self.gather(like, [0]), zero, values)

    # Time

    def pad(self, x, left, right):
        return x if left == right == 0 else self.add("pad", [x], x.channels, left=left, right=right)

    def decimate(self, x, step):
        """Every step-th frame, from the first on."""
        one = torch.ones(x.channels, 1, 1, dtype=torch.float64)
        return x if step == 1 else self.conv(x, one, groups=x.channels, stride=step)

    def upsample(self, x, factor):
        return x if factor == 1 else self.add("upsample", [x], x.channels, factor=factor)

    # Channels

    def concat(self, nodes):
        return nodes[0] if len(nodes) == 1 else self.add("concat", nodes, sum(n.channels for n in nodes))

    def slice(self, x, first, channels):
        if (first, channels) == (0, x.channels):
            return x
        if x.kind == "slice":
            return self.slice(x.inputs[0], x.attributes["first"] + first, channels)
        if x.kind == "concat":
            start = 0
            for part in x.inputs:
                if start <= first and first + channels <= start + part.channels:
                    return self.slice(part, first - start, channels)
                start += part.channels
        return self.add("slice", [x], channels, first=first, channels=channels)

    def gather(self, x, wanted):
        """The channels of x with the given numbers, in that order; -1 is a channel of zeros."""
        runs = []
        for c in wanted:
            if runs and c >= 0 and c == runs[-1][-1] + 1 and runs[-1][0] >= 0:
                runs[-1].append(c)
            else:
                runs.append([c])
        if len(runs) <= MOST_RUNS and min(wanted) >= 0:
            return self.concat([self.slice(x, run[0], len(run)) for run in runs])
        return self.select(x, [[c] for c in wanted])

    def select(self, x, groups):
        """One channel per group: the sum of the channels of x in it."""
        weight = torch.zeros(len(groups), x.channels, 1, dtype=torch.float64)
        for row, group in enumerate(groups):
            for c in group:
                if c >= 0:
                    weight[row, c] += 1
        return self.conv(x, weight)

    def sum_channels(self, x, groups):
        """The same as select(), but sums of whole signals (a stack of skips) as additions."""
        terms = [list(term) for term in zip(*groups)]
        runs = all(term == list(range(term[0], term[0] + len(term))) for term in terms)
        if not runs or (len(groups) == 1 and x.kind != "concat"):
            return self.select(x, groups)
        total = self.gather(x, terms[0])
        for term in terms[1:]:
            total = self.binary("add", total, self.gather(x, term))
        return total
