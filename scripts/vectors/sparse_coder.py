"""PRIMIS's sparse ternary autoencoder in PyTorch, with the names of the published state dict (models/sparse_ternary.md)."""
import math

import torch
import torch.nn.functional as F
from torch import nn


def convolution(inside, out, kernel, stride=1):
    return nn.Conv2d(inside, out, kernel, stride, (kernel - 1) // 2)


class InternalDown(nn.Module):
    def __init__(self, inside, out, ratio):
        super().__init__()
        self.res_conv = nn.Conv2d(inside, out, 1, ratio)
        self.seq = nn.Sequential(convolution(inside, out, 3), nn.LeakyReLU(0.01), convolution(out, out, 5, ratio),
                                 nn.BatchNorm2d(out))

    def forward(self, x):
        return F.relu(self.seq(x) + self.res_conv(x))


class ExternalDown(nn.Module):
    def __init__(self, inside, out, ratio):
        super().__init__()
        self.res_conv = nn.Conv2d(inside, out, 1, ratio)
        self.seq = nn.Sequential(convolution(inside, inside, 3), nn.LeakyReLU(0.01), convolution(inside, inside, 5),
                                 nn.Conv2d(inside, out, 1, ratio), nn.BatchNorm2d(out))

    def forward(self, x):
        return F.leaky_relu(self.seq(x) + self.res_conv(x), 0.01)


class Up(nn.Module):
    def __init__(self, inside, middle, out, kernels, ratio):
        super().__init__()
        self.ratio = ratio
        self.res_conv = nn.Conv2d(inside, out, 1)
        self.seq = nn.Sequential(convolution(inside, middle, kernels[0]), nn.LeakyReLU(0.01),
                                 convolution(middle, out, kernels[1]))

    def forward(self, x):
        if self.ratio > 1:
            x = F.interpolate(x, scale_factor=self.ratio, mode="bilinear", align_corners=False)
        return self.seq(x) + self.res_conv(x)


class SparseCoder(nn.Module):
    def __init__(self, ratios, channels, filter_size, c, maps, k):
        super().__init__()
        self.c, self.maps, self.k = c, maps, k
        self.last, self.stride = channels[-1], filter_size // 4
        levels, coded = len(ratios), c * maps
        joined = self.last * (levels + 1)
        encoder, decoder = nn.Module(), nn.Module()
        self.encoder, self.decoder = encoder, decoder
        encoder.down_blocks_int = nn.ModuleList(
            [InternalDown(channels[i], channels[i + 1], ratios[i]) for i in range(levels)])
        encoder.down_blocks_ext = nn.ModuleList(
            [ExternalDown(channels[i], self.last, math.prod(ratios[i:])) for i in range(levels)])
        encoder.conv_channel = nn.Conv2d(joined, coded, 1)
        encoder.conv_indexer = nn.Module()
        encoder.conv_indexer.proj = nn.Conv2d(coded, coded, filter_size, self.stride, groups=c)
        decoder.conv_deindexer = nn.Module()
        decoder.conv_deindexer.weight = encoder.conv_indexer.proj.weight
        for sign in ("pos", "neg"):
            decoder.conv_deindexer.register_buffer(f"beta_{sign}", torch.zeros(k * maps))
        decoder.conv_channel = nn.Conv2d(coded, joined, 1)
        backwards = range(levels, 0, -1)
        decoder.up_blocks_int = nn.ModuleList(
            [Up(channels[i], channels[i - 1], channels[i - 1], (5, 3), ratios[i - 1]) for i in backwards])
        decoder.up_blocks_ext = nn.ModuleList(
            [Up(self.last, self.last, channels[i - 1], (3, 1), math.prod(ratios[i - 1:])) for i in backwards])

    def encode(self, x, drop_mask=None):
        """Values and indices of the k largest and k smallest channels, [N,k,m,h,w] each."""
        parts = []
        for internal, external in zip(self.encoder.down_blocks_int, self.encoder.down_blocks_ext):
            parts.append(external(x))
            x = internal(x)
        y = self.encoder.conv_indexer.proj(self.encoder.conv_channel(torch.cat([*parts, x], 1)))
        if self.training and drop_mask is not None:
            y = y * drop_mask[:, :, None, None]
        y = y.reshape(y.shape[0], self.c, self.maps, *y.shape[2:])  # flat channel i * m + j is (channel i, map j)
        positive, negative = torch.topk(y, self.k, 1), torch.topk(-y, self.k, 1)
        if self.training:
            for sign, values in (("pos", positive.values), ("neg", -negative.values)):
                beta = getattr(self.decoder.conv_deindexer, f"beta_{sign}")
                beta.copy_(values.detach().mean((0, 3, 4)).reshape(-1))
        return positive.values, positive.indices, -negative.values, negative.indices

    def quantized(self, code):
        """The code with the running means in place of its values."""
        _, positive, _, negative = code
        deindexer = self.decoder.conv_deindexer
        def means(beta):
            return beta.reshape(1, self.k, self.maps, 1, 1).expand(positive.shape)
        return means(deindexer.beta_pos), positive, means(deindexer.beta_neg), negative

    def decode(self, code):
        positive_values, positive, negative_values, negative = code
        n, _, _, height, width = positive.shape
        dense = torch.zeros(n, self.c, self.maps, height, width, dtype=positive_values.dtype)
        dense = dense.scatter(1, positive, positive_values).scatter(1, negative, negative_values)
        dense = dense.transpose(1, 2).reshape(n, self.maps * self.c, height, width)
        back = F.conv_transpose2d(dense, self.decoder.conv_deindexer.weight, None, self.stride, groups=self.c)
        joined = self.decoder.conv_channel(back).split(self.last, 1)
        y = joined[0]
        for internal, external, part in zip(self.decoder.up_blocks_int, self.decoder.up_blocks_ext, joined[1:]):
            y = internal(y) + external(part)
        return y
