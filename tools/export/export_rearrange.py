"""Calls that only move values about: slices, crops, chunk, cat, transpose, reshape, pad, repeat, ...

There are dozens of them, with many ways to say the same thing. None is interpreted here: the call is run
once more on tensors of the same shapes that hold the *number* of every element, and where the numbers
went tells what the call does. That must come out as "some channels, cropped or padded in time"; all else
is refused."""
import numpy
import torch

from export_tracer import Traced, mapped, operation

NAMES = """__getitem__ chunk split split_with_sizes tensor_split unsafe_chunk unsafe_split narrow narrow_copy
select unbind unflatten transpose permute movedim moveaxis swapaxes swapdims t T mT H mH unsqueeze squeeze
reshape view view_as reshape_as flatten ravel expand expand_as broadcast_to broadcast_tensors repeat tile
repeat_interleave flip fliplr index_select roll cat concat concatenate stack hstack vstack dstack
column_stack hsplit vsplit dsplit channel_shuffle diagonal""".split()
MIXED, ONE_FRAME = -1, -2


class Source:
    """An operand whose elements have the numbers base .. base + channels * frames - 1."""

    def __init__(self, tensor, base):
        self.base, self.values = base, None
        signal = tensor.bl if isinstance(tensor, Traced) else None
        self.node, self.time = (signal.node, signal.time) if signal else (None, None)
        if signal:
            shape = list(signal.plain.shape)
            self.frames = 1 if self.time is None else shape[self.time]
            numbers = torch.arange(signal.plain.numel() // self.frames) * self.frames
            if self.time is not None:
                numbers = numbers.reshape(shape[:self.time] + [1] + shape[self.time + 1:])
                along = [1] * len(shape)
                along[self.time] = self.frames
                numbers = numbers + torch.arange(self.frames).reshape(along)
            self.codes = numbers.reshape(shape) + base
        else:  # a constant: equal values get equal numbers, zeros count as padding
            self.frames = 1
            self.values, where = torch.unique(tensor.detach().double(), return_inverse=True)
            self.codes = torch.where(tensor == 0, torch.zeros_like(where), where + base)
        self.size = (self.values.numel() if signal is None else signal.plain.numel())


def number_operands(args, kwargs, as_double):
    """The call's arguments with numbers instead of values, and the sources they stand for."""
    sources, seen = [], {}

    def number(tensor):
        if not (isinstance(tensor, Traced) or tensor.is_floating_point()):
            return tensor  # an index
        if id(tensor) not in seen:
            last = sources[-1] if sources else None
            source = Source(tensor, last.base + last.size if last else 1)
            sources.append(source)
            seen[id(tensor)] = source
        codes = seen[id(tensor)].codes
        return codes.double() if as_double else codes

    return mapped((args, kwargs), number), sources


def time_dimension(codes, owners, sources, lengths):
    """The dimension of a result along which the frame number moves; None if there is none because nothing
    depends on time, MIXED if there are several, ONE_FRAME if a signal has lost its other frames."""
    frames = numpy.array([s.frames for s in sources])
    bases = numpy.array([s.base for s in sources])
    timed = (owners >= 0) & numpy.array([s.time is not None for s in sources])[owners]
    frame = numpy.where(timed, (codes - bases[owners]) % frames[owners], -1)
    moving = []
    for d in range(codes.ndim):
        a, b = (numpy.take(frame, range(k, codes.shape[d] - 1 + k), axis=d) for k in (0, 1))
        if ((a != b) & (a >= 0) & (b >= 0)).any():
            moving.append(d)
    if len(moving) == 1:
        return moving[0]
    if moving:
        return MIXED
    if any(sources[k].time is not None for k in numpy.unique(owners[owners >= 0])):
        return ONE_FRAME
    for d, size in enumerate(codes.shape):  # a knob that is repeated for every frame
        if size in lengths and (numpy.diff(codes, axis=d) == 0).all():
            return d
    return None


class Pattern:
    """What happens to a source in time: crop to first .., take every step-th or repeat, add zeros."""

    def __init__(self, left, first, step, repeat, count, right):
        self.key = (left, first, step, repeat, count, right)

    def apply(self, graph, source):
        left, first, step, repeat, count, right = self.key
        x, length = source.node, source.frames
        if step > 1 or repeat > 1:
            x = graph.upsample(graph.decimate(graph.pad(x, -first, 0), step), repeat)
            length, first = -(-(length - first) // step) * repeat, 0
        cut = first + count - length
        if (left and first) or (right and cut):
            x, first, cut = graph.pad(x, -first, cut), 0, 0
        return graph.pad(x, left - first, right + cut)


def pattern_of(row, source):
    """(channel, Pattern) of one row of numbers over time; None if it is nothing that a graph can say."""
    used = numpy.flatnonzero(row)
    start, stop = used[0], used[-1] + 1
    inner = row[start:stop] - source.base
    if source.time is None:
        whole = stop - start == len(row) and (inner == inner[0]).all()
        return (int(inner[0]), Pattern(0, 0, 1, 1, 0, 0)) if whole else None
    channel, frame = inner // source.frames, inner % source.frames
    step, repeat = 1, int((frame == frame[0]).sum())
    if repeat == 1 and len(frame) > 1:
        step = int(frame[1] - frame[0])
    fits = step > 0 and (channel == channel[0]).all() and row[start:stop].all() and \
        (frame == frame[0] + numpy.arange(len(frame)) // repeat * step).all()
    if not fits:
        return None
    return int(channel[0]), Pattern(int(start), int(frame[0]), step, repeat, len(frame), int(len(row) - stop))


def take_apart(call, codes, owners, sources, time):
    """Per channel of the result: (source, Pattern, channel), or None for a channel of zeros."""
    def rows_of(array):
        return (array[..., None] if time is None else numpy.moveaxis(array, time, -1)).reshape(-1, frames)

    frames = 1 if time is None else codes.shape[time]
    channels = []
    for row, owner in zip(rows_of(codes), rows_of(owners)):
        mine = owner.max()
        if mine < 0:
            channels.append(None)
            continue
        found = pattern_of(row, sources[mine]) if ((owner == mine) | (owner < 0)).all() else None
        if found is None:
            call.refuse("which puts the frames of a signal into another order or joins signals in time; "
                        "a graph can only crop, pad with zeros, repeat or skip frames")
        channels.append((int(mine), found[1], found[0]))
    return channels


def emit(call, channels, sources):
    """Nodes for what take_apart() found."""
    graph, nodes, place = call.graph, [], {}
    timed = [c for c in channels if c and sources[c[0]].node]
    for k, pattern, _ in timed:
        if (k, pattern.key) not in place:
            place[k, pattern.key] = sum(n.channels for n in nodes)
            nodes.append(sources[k].node if sources[k].time is None else pattern.apply(graph, sources[k]))
    like = max(nodes, key=lambda n: n.kind != "param") if nodes else None
    for k, pattern, _ in (c for c in channels if c and not sources[c[0]].node):
        if (k, pattern.key) not in place:
            place[k, pattern.key] = sum(n.channels for n in nodes)
            nodes.append(graph.constant(sources[k].values, like))
    return graph.gather(graph.concat(nodes),
                        [-1 if c is None else place[c[0], c[1].key] + c[2] for c in channels])


def one_result(call, plain, codes, sources):
    codes = codes.detach().round().long().numpy()
    bases = numpy.array([s.base for s in sources])
    owners = numpy.searchsorted(bases, codes, side="right") - 1
    if not any(sources[k].node for k in numpy.unique(owners[owners >= 0])):
        return plain  # made of constants alone
    time = time_dimension(codes, owners, sources, call.tracer.lengths)
    if time == MIXED:
        call.refuse("which mixes time with channels")
    if time == ONE_FRAME:
        call.refuse("which picks single frames out of a signal")
    node = emit(call, take_apart(call, codes, owners, sources, time), sources)
    return call.tracer.wrap(plain, node, time)


@operation(*NAMES)
def rearrange(call, *args, **kwargs):
    interpolating = call.func.__name__ in ("interpolate", "upsample")
    (args, kwargs), sources = number_operands(args, kwargs, interpolating)
    moved = call.func(*args, **kwargs)
    if isinstance(moved, torch.Tensor):
        return one_result(call, call.result, moved, sources)
    return type(call.result)(one_result(call, p, m, sources) for p, m in zip(call.result, moved))


@operation("pad")
def pad(call, input, pad, mode="constant", value=None):
    if mode != "constant" or value not in (None, 0):
        call.refuse(f"with {mode} padding; backline pads with zeros" if mode != "constant" else
                    f"with the value {value}; backline pads with zeros")
    return rearrange(call, input, pad)


@operation("interpolate", "upsample")
def interpolate(call, input, size=None, scale_factor=None, mode="nearest", **rest):
    if mode not in ("nearest", "nearest-exact"):
        call.refuse(f"with mode {mode!r}; backline has \"nearest\" only")
    return rearrange(call, input, size=size, scale_factor=scale_factor, mode=mode)


@operation("constant_pad_nd")
def constant_pad_nd(call, input, amounts, value=0):
    return pad(call, input, amounts, value=value)


@operation("__iter__")
def iterate(call, x):
    return iter(x.unbind(0))
