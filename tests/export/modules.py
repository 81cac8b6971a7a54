"""Networks as people write them, for test_export.py. Those at the end must be refused."""
import torch
import torch.nn.functional as F
from torch import nn


class CausalWaveNet(nn.Module):
    """Gates by unpacking chunk(), skips summed, zeros on the left by F.pad."""

    def __init__(self, channels=8, dilations=(1, 2, 4, 8, 16)):
        super().__init__()
        self.dilations = dilations
        self.first = nn.Conv1d(1, channels, 1)
        self.convs = nn.ModuleList(nn.Conv1d(channels, 2 * channels, 3, dilation=d) for d in dilations)
        self.mixes = nn.ModuleList(nn.Conv1d(channels, channels, 1) for _ in dilations)
        self.skips = nn.ModuleList(nn.Conv1d(channels, channels, 1) for _ in dilations)
        self.last = nn.Sequential(nn.ReLU(inplace=True), nn.Conv1d(channels, channels, 1), nn.ReLU(),
                                  nn.Conv1d(channels, 1, 1))

    def forward(self, x):
        x = self.first(x)
        total = 0
        for d, conv, mix, skip in zip(self.dilations, self.convs, self.mixes, self.skips):
            u, v = conv(F.pad(x, (2 * d, 0))).chunk(2, 1)
            z = torch.tanh(u) * torch.sigmoid(v)
            total = total + skip(z)
            x = x + mix(z)
        return self.last(total)


class SameWaveNet(nn.Module):
    """Looks ahead: "same" padding, split(), skips stacked and summed."""

    def __init__(self, channels=6, layers=5):
        super().__init__()
        self.channels = channels
        self.first = nn.Conv1d(1, channels, 3, padding=1)
        self.convs = nn.ModuleList(nn.Conv1d(channels, 2 * channels, 4, padding="same", dilation=2 ** k)
                                   for k in range(layers))
        self.mixes = nn.ModuleList(nn.Conv1d(channels, 2 * channels, 1) for _ in range(layers))
        self.last = nn.Conv1d(channels, 1, 1, bias=False)

    def forward(self, x):
        h, skips = self.first(x), []
        for conv, mix in zip(self.convs, self.mixes):
            a, b = torch.split(conv(h), self.channels, dim=1)
            res, skip = mix(F.softsign(a) * b.sigmoid()).split([self.channels, self.channels], 1)
            h = (h + res) * 0.5 ** 0.5
            skips.append(skip)
        return self.last(torch.stack(skips).sum(dim=0) / len(skips))


class UNet(nn.Module):
    """Strided encoder, transposed decoder, skip connections cropped and concatenated."""

    def __init__(self, depth=3, width=6):
        super().__init__()
        widths = [1] + [width * (k + 1) for k in range(depth)]
        self.down = nn.ModuleList(nn.Conv1d(a, b, 8, stride=4, padding=2)
                                  for a, b in zip(widths, widths[1:]))
        self.up = nn.ModuleList(nn.ConvTranspose1d(2 * b, a if a > 1 else width, 8, stride=4, padding=1)
                                for a, b in reversed(list(zip(widths, widths[1:]))))
        self.middle = nn.Conv1d(widths[-1], widths[-1], 3, padding=1)
        self.last = nn.Conv1d(width + 1, 1, 1)

    @staticmethod
    def crop(x, like):
        start = (x.shape[-1] - like.shape[-1]) // 2
        return x[..., start:start + like.shape[-1]]

    def forward(self, x):
        h, skips = x, []
        for conv in self.down:
            h = F.gelu(conv(h))
            skips.append(h)
        h = F.elu(self.middle(h), alpha=0.7)
        for conv, skip in zip(self.up, reversed(skips)):
            h = torch.cat([self.crop(h, skip), skip], dim=1)
            h = F.leaky_relu(conv(h), 0.2)
        return torch.tanh(self.last(torch.cat([self.crop(h, x), x], 1)))


class FilmBlock(nn.Module):
    def __init__(self, inputs, channels, dilation, condition):
        super().__init__()
        self.conv = nn.Conv1d(inputs, channels, 5, dilation=dilation, bias=False)
        self.norm = nn.BatchNorm1d(channels, affine=False)
        self.film = nn.Linear(condition, 2 * channels)
        self.act = nn.PReLU(channels)
        self.res = nn.Conv1d(inputs, channels, 1, groups=inputs, bias=False)

    def forward(self, x, c):
        y = self.conv(x)
        g, b = torch.chunk(self.film(c), 2, dim=-1)
        y = self.act(self.norm(y) * g.unsqueeze(-1) + b.unsqueeze(-1))
        return y + self.res(x)[..., -y.shape[-1]:]


class FilmTCN(nn.Module):
    """Two knobs go through a small network and scale and shift every block (as micro-TCN does)."""

    def __init__(self, channels=8, knobs=2):
        super().__init__()
        self.condition = nn.Sequential(nn.Linear(knobs, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU())
        self.blocks = nn.ModuleList(FilmBlock(1 if k == 0 else channels, channels, 3 ** k, 16) for k in range(4))
        self.last = nn.Conv1d(channels, 1, 1)

    def forward(self, x, params):
        c = self.condition(params)
        for block in self.blocks:
            x = block(x, c)
        return torch.tanh(self.last(x))


class KnobChannels(nn.Module):
    """Knobs as further channels, [B, 1, P] in, made as long as the audio."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Conv1d(4, 8, 3), nn.Hardswish(), nn.Conv1d(8, 1, 3))

    def forward(self, x, p):
        p = p.permute(0, 2, 1).expand(-1, -1, x.size(-1))
        y = self.net(F.pad(torch.cat((x, p), dim=1), [4, 0]))
        return y * (1 - p[:, :1]) + x * p[:, 0:1]


class GRUNet(nn.Module):
    """batch_first, [B, T, 1], with the input added."""

    def __init__(self, hidden=12):
        super().__init__()
        self.rec = nn.GRU(1, hidden, batch_first=True)
        self.lin = nn.Linear(hidden, 1)

    def forward(self, x):
        y, state = self.rec(x)
        return self.lin(y) + x


class LSTMNet(nn.Module):
    """Two layers, time first, channels moved by hand, a trained initial state; returns its state too."""

    def __init__(self, hidden=8):
        super().__init__()
        self.rec = nn.LSTM(2, hidden, num_layers=2)
        self.h0 = nn.Parameter(torch.randn(2, 1, hidden) * 0.3)
        self.lin = nn.Linear(hidden, 1, bias=False)

    def forward(self, x):
        features = torch.cat([x, torch.abs(x)], 1).permute(2, 0, 1)
        h0 = self.h0.expand(-1, x.shape[0], -1).contiguous()
        y, state = self.rec(features, (h0, torch.zeros_like(h0)))
        return self.lin(y).permute(1, 2, 0), state


class NormStack(nn.Module):
    """Weight and batch normalisation, PReLU, dropout, an output gain."""

    def __init__(self, channels=10):
        super().__init__()
        layers = []
        for k in range(4):
            conv = nn.Conv1d(1 if k == 0 else channels, channels, 3, padding=2 ** k, dilation=2 ** k)
            layers += [nn.utils.weight_norm(conv), nn.BatchNorm1d(channels), nn.PReLU(channels if k % 2 else 1),
                       nn.Dropout(0.2)]
        self.net = nn.Sequential(*layers)
        self.last = nn.Conv1d(channels, 1, 1)
        self.gain = nn.Parameter(torch.tensor([0.7]))
        self.register_buffer("offset", torch.randn(1, channels, 1))

    def forward(self, x):
        return self.gain * self.last(self.net(x) - self.offset)


class Separable(nn.Module):
    """Depthwise and pointwise convolutions on [B, T] audio; down by a stride, up by repetition."""

    def __init__(self, channels=8):
        super().__init__()
        self.first = nn.Conv1d(1, channels, 4, stride=4)
        self.depth = nn.Conv1d(channels, channels, 5, padding=2, groups=channels)
        self.point = nn.Conv1d(channels, channels, 1)
        self.up = nn.Upsample(scale_factor=2, mode="nearest")
        self.last = nn.Conv1d(channels, 1, 3, padding="same")

    def forward(self, x):
        h = self.first(x.unsqueeze(1))
        h = self.up(F.hardtanh(self.point(self.depth(h)), -2, 2))
        h = F.interpolate(h, scale_factor=2)
        return self.last(F.selu(h)).squeeze(1) + x


class LinearChannels(nn.Module):
    """Dense layers over channels, by transposing and by a matrix; softmax as a soft choice."""

    def __init__(self, width=8):
        super().__init__()
        self.first = nn.Conv1d(1, width, 3)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.SiLU(), nn.Linear(2 * width, width))
        self.mix = nn.Parameter(torch.randn(width, width) * 0.4)
        self.tone = nn.Parameter(torch.randn(width))
        self.last = nn.Linear(width, 1)

    def forward(self, x):
        h = self.first(F.pad(x, (2, 0))).transpose(1, 2)
        h = h + self.mlp(h) * self.tone
        choice = torch.softmax(h @ self.mix, dim=-1)
        h = F.softplus(h) * choice + F.hardsigmoid(h)
        return self.last(h).transpose(1, 2)


class ValidResidualTCN(nn.Module):
    """Convolutions without padding; the residual is cropped to what is left, at the end or centred."""

    def __init__(self, channels=8):
        super().__init__()
        self.convs = nn.ModuleList(nn.Conv1d(1 if k == 0 else channels, channels, 3, dilation=2 ** k)
                                   for k in range(5))
        self.last = nn.Conv1d(channels, 1, 1)

    def forward(self, x):
        for k, conv in enumerate(self.convs):
            y = torch.tanh(conv(x))
            if k % 2:
                x = y + x[..., x.shape[-1] - y.shape[-1]:]
            else:
                start = (x.shape[-1] - y.shape[-1]) // 2
                x = y + x[:, :, start:start + y.shape[-1]]
        return self.last(x)


class Chomp(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.size = size

    def forward(self, x):
        return x[:, :, :-self.size].contiguous()


class ChompTCN(nn.Module):
    """The usual TCN: padding on both sides, the end cut off; two channels in and out, Mish and GLU."""

    def __init__(self, channels=6):
        super().__init__()
        layers = []
        for k in range(4):
            layers += [nn.Conv1d(2 if k == 0 else channels, 2 * channels, 3, padding=2 ** (k + 1), dilation=2 ** k),
                       Chomp(2 ** (k + 1)), nn.GLU(dim=1), nn.Mish()]
        self.net = nn.Sequential(*layers)
        self.last = nn.Conv1d(channels, 2, 1)

    def forward(self, x):
        y = self.last(self.net(x))
        y += x.flip(1)
        return y


class PaddedUNet(nn.Module):
    """Pads its input to a multiple of 16, and cuts the answer to the input's length; groups, reshape."""

    def __init__(self):
        super().__init__()
        self.down = nn.Conv1d(1, 8, 8, stride=4, padding=2)
        self.down2 = nn.Conv1d(8, 8, 4, stride=4, groups=2)
        self.up2 = nn.ConvTranspose1d(8, 8, 4, stride=4, groups=4)
        self.up = nn.ConvTranspose1d(8, 1, 6, stride=4, padding=1)

    def forward(self, x):
        length = x.shape[-1]
        x = F.pad(x, (0, -length % 16))
        a = F.relu6(3 * self.down(x)) - 0.5
        b = self.down2(a)
        b = b.view(1, 2, 4, -1).transpose(1, 2).reshape(b.shape)  # a channel shuffle
        return self.up(self.up2(b).clamp(min=-1) + a)[..., :length]


class FilmEncoder(nn.Module):
    """A knob that is met at a quarter of the rate: FiLM behind a stride. [B, P] knobs, average pooling."""

    def __init__(self):
        super().__init__()
        self.down = nn.Conv1d(1, 6, 4, stride=2, padding=1)
        self.pool = nn.AvgPool1d(2)
        self.film = nn.Linear(1, 12)
        self.up = nn.ConvTranspose1d(6, 1, 8, stride=4, padding=2)

    def forward(self, x, drive):
        h = self.pool(self.down(x))
        scale, shift = self.film(drive)[..., None].split(6, dim=1)
        return self.up(torch.tanh(h * (1 + scale) + shift)) + drive[:, None] * x[..., ::1]


class Activations(nn.Module):
    """Every function of single values that has an activation node, or is made of some."""
    FUNCTIONS = [
        torch.tanh, torch.sigmoid, F.relu, F.softsign, F.silu, F.hardswish, F.hardsigmoid, F.selu, F.gelu,
        F.softplus, F.elu, F.leaky_relu, F.hardtanh, F.relu6, F.celu, F.mish, F.logsigmoid, F.tanhshrink,
        F.softshrink, torch.abs, torch.exp, torch.neg, torch.square, F.rrelu,
        lambda x: x.tanh(), lambda x: x.sigmoid_(), lambda x: x.relu(), lambda x: x.clamp(-0.3, 0.4),
        lambda x: x.clamp(max=0.2), lambda x: torch.clip(x, 0), lambda x: F.gelu(x, approximate="tanh"),
        lambda x: F.softplus(x, beta=3), lambda x: F.elu(x, 0.4), lambda x: F.leaky_relu(x, 0.3),
        lambda x: F.celu(x, 0.5), lambda x: x ** 2, lambda x: x.pow(3), lambda x: x ** 4, lambda x: 1 - x,
        lambda x: x / 3, lambda x: -x, lambda x: abs(x), lambda x: torch.lerp(x, torch.tanh(x), 0.3),
        lambda x: torch.addcmul(x, x, x.exp(), value=0.1), lambda x: torch.add(x, x, alpha=2).sub(0.5),
        lambda x: F.glu(torch.cat((x, 2 * x), -2), 1), lambda x: F.dropout(x, 0.5, False), lambda x: x.detach(),
        lambda x: F.hardtanh(x, -0.1, 0.6, inplace=True), lambda x: x.double().to(x.dtype).clone()]

    def __init__(self):
        super().__init__()
        self.first = nn.Conv1d(1, len(self.FUNCTIONS), 2)
        self.last = nn.Conv1d(len(self.FUNCTIONS), 1, 2)

    def forward(self, x):
        channels = (3 * self.first(x)).unbind(1)
        channels = [f(c.unsqueeze(1).clone()) for f, c in zip(self.FUNCTIONS, channels)]
        return self.last(torch.cat(channels, 1))


class MicroBlock(nn.Module):
    def __init__(self, inputs, channels, dilation):
        super().__init__()
        self.conv1 = nn.Conv1d(inputs, channels, 13, dilation=dilation, bias=False)
        self.adaptor = nn.Linear(32, 2 * channels)
        self.bn = nn.BatchNorm1d(channels, affine=False)
        self.relu = nn.PReLU(channels)
        self.res = nn.Conv1d(inputs, channels, 1, groups=inputs, bias=False)

    def forward(self, x, cond):
        y = self.conv1(x)
        g, b = torch.chunk(self.adaptor(cond), 2, dim=-1)
        y = self.relu(self.bn(y) * g.permute(0, 2, 1) + b.permute(0, 2, 1))
        res = self.res(x)
        return y + res[..., res.shape[-1] - y.shape[-1]:]


class MicroTCN(nn.Module):
    """The shape of micro-TCN (Steinmetz and Reiss): it eats 13,332 samples; knobs are [B, 1, P]."""

    def __init__(self):
        super().__init__()
        self.gen = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 32), nn.ReLU())
        self.blocks = nn.ModuleList(MicroBlock(8 if k else 1, 8, 10 ** k) for k in range(4))
        self.output = nn.Conv1d(8, 1, 1)

    def forward(self, x, p):
        cond = self.gen(p)
        for block in self.blocks:
            x = block(x, cond)
        return torch.tanh(self.output(x))


class TimeFirst(nn.Module):
    """A recurrent network that keeps its state from call to call, [T, B, C]."""

    def __init__(self):
        super().__init__()
        self.rec = nn.LSTM(1, 6)
        self.lin = nn.Linear(6, 1)
        self.hidden = None

    def forward(self, x):
        y, self.hidden = self.rec(x, self.hidden)
        return self.lin(y) + x[:, :, 0:1]


class WaveUNet(nn.Module):
    """No padding: every second frame going down, repetition going up, crops in between."""

    def __init__(self, levels=3, width=4):
        super().__init__()
        self.down = nn.ModuleList(nn.Conv1d(width if k else 1, width, 5) for k in range(levels))
        self.middle = nn.Conv1d(width, width, 5)
        self.up = nn.ModuleList(nn.Conv1d(2 * width, width, 5) for _ in range(levels))
        self.last = nn.Conv1d(width + 1, 1, 1)

    def forward(self, x):
        h, skips = x, []
        for conv in self.down:
            h = F.leaky_relu(conv(h))
            skips.append(h)
            h = h[:, :, ::2]
        h = self.middle(h)
        for conv in self.up:
            h = F.interpolate(h, scale_factor=2, mode="nearest")
            h = F.leaky_relu(conv(torch.cat([h, UNet.crop(skips.pop(), h)], 1)))
        return self.last(torch.cat([h, UNet.crop(x, h)], 1))


class InPlace(nn.Module):
    """Sums and activations that change their tensors; zeros joined in front."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv1d(1, 3, 9)
        self.convs = nn.ModuleList(nn.Conv1d(3, 3, 3, padding=1) for _ in range(3))
        self.last = nn.Conv1d(3, 1, 1)

    def forward(self, x):
        b, c, _ = x.size()
        h = self.first(torch.cat([torch.zeros(b, c, 8, device=x.device, dtype=x.dtype), x], dim=-1))
        total = torch.zeros_like(h)
        for conv in self.convs:
            y = F.relu_(conv(h))
            total += y
            h += y
            h.mul_(0.7)
        return self.last(total)


class ChannelGames(nn.Module):
    """Channels in two dimensions and in the batch, reversed, averaged, multiplied by matrices and constants."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv1d(1, 8, 3, padding=1)
        self.pair = nn.Conv1d(4, 4, 5, padding=2, groups=2)
        self.w = nn.Parameter(torch.randn(8))
        self.matrix = nn.Parameter(torch.randn(3, 8) * 0.4)
        self.extra = nn.Parameter(torch.randn(1, 2, 1))
        self.gain = nn.Parameter(torch.tensor(0.3))
        self.last = nn.Conv1d(5, 1, 1)

    def forward(self, x):
        h = self.first(x).view(2, 4, -1)
        h = self.pair(h).unsqueeze(0)
        h = h * torch.tensor([1.0, -2.0]).view(1, 2, 1, 1) + h.flip(1).mean(2, keepdim=True)
        h = torch.matmul(self.matrix, torch.sin(self.w)[None, :, None] * h.flatten(1, 2))
        h = h - h.mean(1, keepdim=True)
        h = torch.cat([h[:, :1], self.extra.expand(-1, -1, h.size(-1)) * h[:, 1:],
                       self.extra.expand(-1, -1, h.size(-1))], 1)
        return self.last(h) * self.gain + x.squeeze().reshape(1, 1, -1) * (1 - self.gain)


@torch.jit.script
def fused_gate(a, b):
    z = a + b
    return torch.tanh(z[:, :4]) * torch.sigmoid(z[:, 4:])


class Scripted(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(1, 8, 3)
        self.mix = nn.Conv1d(1, 8, 1)
        self.last = nn.Conv1d(4, 1, 1)

    def forward(self, x):
        return self.last(fused_gate(self.conv(x), self.mix(x[..., 2:])))


# To be refused. The line that is to be named ends in "# here".

class Spectral(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(1, 1, 3, padding=1)

    def forward(self, x):
        h = self.conv(x)
        spectrum = torch.fft.rfft(h)  # here
        return torch.fft.irfft(spectrum * 0.5)


class Bidirectional(nn.Module):
    def __init__(self):
        super().__init__()
        self.rec = nn.LSTM(1, 4, batch_first=True, bidirectional=True)
        self.lin = nn.Linear(8, 1)

    def forward(self, x):
        y, _ = self.rec(x.transpose(1, 2))  # here
        return self.lin(y).transpose(1, 2)


class Reflecting(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(1, 1, 3, padding=1, padding_mode="reflect")

    def forward(self, x):
        return torch.tanh(self.conv(x))  # here


class Branching(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(1, 1, 3, padding=1)

    def forward(self, x):
        y = self.conv(x)
        if y[0, 0].abs().mean() > 0.1:  # here
            y = y * 2
        return y


class MeanRemoved(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(1, 1, 3)

    def forward(self, x):
        y = self.conv(x)
        return y - y.mean(dim=-1, keepdim=True)  # here


class FixedLength(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(1, 1, 3)

    def forward(self, x):
        y = self.conv(x)
        return y[..., :4096]  # here


class StepByStep(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.GRUCell(1, 4)

    def forward(self, x):
        state, out = torch.zeros(1, 4), []
        for t in range(x.shape[-1]):
            state = self.cell(x[:, :, t], state)  # here
            out.append(state[:, :1])
        return torch.stack(out, -1)


class HyperConv(nn.Module):
    def __init__(self):
        super().__init__()
        self.lin = nn.Linear(1, 3)

    def forward(self, x, p):
        return F.conv1d(x, self.lin(p).reshape(1, 1, 3))  # here


class NormalisedLayers(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(1, 4, 3)
        self.net = nn.Sequential(nn.GroupNorm(2, 4), nn.Conv1d(4, 1, 1))

    def forward(self, x):
        return self.net(self.conv(x))  # here


class Filled(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(1, 1, 3, padding=1)

    def forward(self, x):
        y = self.conv(x)
        y[:, :, :5] = 0  # here
        return y


class Positions(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(1, 1, 3, padding=1)

    def forward(self, x):
        ramp = torch.linspace(0, 1, x.shape[-1])
        return self.conv(x) * ramp  # here


class Hidden(nn.Module):
    def __init__(self):
        super().__init__()
        self.rec = nn.GRU(1, 4, batch_first=True)

    def forward(self, x):
        y, state = self.rec(x.transpose(1, 2))
        return y.transpose(1, 2) + state.permute(1, 2, 0)  # here


class ChangedView(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(1, 4, 3, padding=1)

    def forward(self, x):
        y = self.conv(x)
        head = y[:, :2]
        head.tanh_()
        return y.exp()  # here
