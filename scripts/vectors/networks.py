"""The networks in PyTorch, with the names of the published state dicts, written from their descriptions in models/*.md."""
import torch
import torch.nn.functional as F
from torch import nn

from fields import chebyshev, corrected_warp, published_warp, ring, roi_align, smoothed

MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def imagenet(x):
    """One gray channel as three normalized ones."""
    shape = (1, 3, 1, 1)
    mean = torch.tensor(MEAN, dtype=torch.float64).to(x.dtype).view(shape)
    deviation = torch.tensor(DEVIATION, dtype=torch.float64).to(x.dtype).view(shape)
    return (x.expand(-1, 3, -1, -1) - mean) / deviation


def doubled(x, corners=True):
    return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=corners)


class FlowUNet(nn.Module):
    def __init__(self, out_channels=2, f=32):
        super().__init__()
        def block(name, inside, out):
            parts = nn.Module()
            parts.add_module(f"{name}conv1", nn.Conv2d(inside, out, 3, padding=1, bias=False))
            parts.add_module(f"{name}norm1", nn.BatchNorm2d(out))
            parts.add_module(f"{name}conv2", nn.Conv2d(out, out, 3, padding=1, bias=False))
            parts.add_module(f"{name}norm2", nn.BatchNorm2d(out))
            return parts
        for level, (inside, out) in enumerate(((1, f), (f, 2 * f), (2 * f, 4 * f), (4 * f, 8 * f)), 1):
            self.add_module(f"encoder{level}", block(f"enc{level}", inside, out))
        self.bottleneck = block("bottleneck", 8 * f, 16 * f)
        for level in (4, 3, 2, 1):
            out = f * 2 ** (level - 1)
            self.add_module(f"upconv{level}", nn.ConvTranspose2d(2 * out, out, 2, 2))
            self.add_module(f"decoder{level}", block(f"dec{level}", 2 * out, out))
        self.conv = nn.Conv2d(f, out_channels, 1)

    @staticmethod
    def through(block, x):
        for part in block.children():
            x = part(x)
            if isinstance(part, nn.BatchNorm2d):
                x = F.relu(x)
        return x

    def forward(self, x):
        levels = []
        for level in (1, 2, 3, 4):
            x = self.through(getattr(self, f"encoder{level}"), x)
            levels.append(x)
            x = F.max_pool2d(x, 2)
        x = self.through(self.bottleneck, x)
        for level in (4, 3, 2, 1):
            x = torch.cat([getattr(self, f"upconv{level}")(x), levels[level - 1]], 1)
            x = self.through(getattr(self, f"decoder{level}"), x)
        return torch.tanh(self.conv(x))


class Anonymizer(nn.Module):
    """PriCheXy-Net; with a mask PriCheXySeg-Net."""

    def __init__(self, f, mu, protection="none", operator="published"):
        super().__init__()
        self.generator, self.mu, self.protection = FlowUNet(2, f), mu, protection
        self.warp = published_warp if operator == "published" else corrected_warp

    def forward(self, x, mask=None):
        field = self.generator(x)
        if self.protection == "field":
            return self.warp(x, field * (1 - mask), self.mu), field
        y = self.warp(x, field, self.mu)
        return (mask * x + (1 - mask) * y if self.protection == "blend" else y), field


class NoiseAnonymizer(nn.Module):
    def __init__(self, f, degree, smooth):
        super().__init__()
        self.generator, self.degree, self.smooth = FlowUNet(1, f), degree, smooth

    def forward(self, x):
        field = self.generator(x)
        return (x + self.degree * (smoothed(field) if self.smooth else field)).clamp(0, 1)


class PrivacyNet(nn.Module):
    def __init__(self, f):
        super().__init__()
        def convolution(inside, out):
            return nn.Conv2d(inside, out, 3, padding=1)
        def block(inside, out):
            first = nn.Sequential(convolution(inside, out), nn.BatchNorm2d(out), nn.LeakyReLU(0.2))
            return nn.Sequential(first, convolution(out, out), nn.BatchNorm2d(out))
        def doubling(channels):
            return nn.Sequential(nn.ConvTranspose2d(channels, channels, 3, 2, 1, 1), nn.BatchNorm2d(channels),
                                 nn.LeakyReLU(0.2))
        self.down_1, self.down_2, self.down_3 = block(1, f), block(f, 2 * f), block(2 * f, 4 * f)
        self.bridge = block(4 * f, 8 * f)
        self.trans_1, self.up_1 = doubling(8 * f), block(12 * f, 4 * f)
        self.trans_2, self.up_2 = doubling(4 * f), block(6 * f, 2 * f)
        self.trans_3, self.up_3 = doubling(2 * f), block(3 * f, f)
        self.out = nn.Sequential(convolution(f, 1), nn.BatchNorm2d(1))

    def forward(self, x):
        one = self.down_1(x)
        two = self.down_2(F.max_pool2d(one, 2))
        three = self.down_3(F.max_pool2d(two, 2))
        y = self.bridge(F.max_pool2d(three, 2))
        y = self.up_1(torch.cat([self.trans_1(y), three], 1))
        y = self.up_2(torch.cat([self.trans_2(y), two], 1))
        y = self.up_3(torch.cat([self.trans_3(y), one], 1))
        return torch.sigmoid(self.out(y))


class Bottleneck(nn.Module):
    def __init__(self, inside, features, stride):
        super().__init__()
        out = 4 * features
        self.conv1, self.bn1 = nn.Conv2d(inside, features, 1, bias=False), nn.BatchNorm2d(features)
        self.conv2 = nn.Conv2d(features, features, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(features)
        self.conv3, self.bn3 = nn.Conv2d(features, out, 1, bias=False), nn.BatchNorm2d(out)
        if stride > 1 or inside != out:
            self.downsample = nn.Sequential(nn.Conv2d(inside, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = F.relu(self.bn2(self.conv2(y)))
        shortcut = self.downsample(x) if hasattr(self, "downsample") else x
        return F.relu(self.bn3(self.conv3(y)) + shortcut)


class ResNet(nn.Module):
    def __init__(self, width, layers, embed, stem_pool=True, grid=1):
        super().__init__()
        self.stem_pool, self.grid = stem_pool, grid
        self.conv1, self.bn1 = nn.Conv2d(3, width, 7, 2, 3, bias=False), nn.BatchNorm2d(width)
        channels = width
        for stage, count in enumerate(layers):
            features, blocks = width * 2 ** stage, []
            for block in range(count):
                blocks.append(Bottleneck(channels, features, 2 if block == 0 and stage else 1))
                channels = 4 * features
            self.add_module(f"layer{stage + 1}", nn.Sequential(*blocks))
        self.fc = nn.Linear(channels * grid ** 2, embed)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        if self.stem_pool:
            x = F.max_pool2d(x, 3, 2, 1)
        for stage in (1, 2, 3, 4):
            x = getattr(self, f"layer{stage}")(x)
        return self.fc(F.adaptive_avg_pool2d(x, self.grid).permute(0, 2, 3, 1).flatten(1))


class Verifier(nn.Module):
    def __init__(self, width, layers, embed, **options):
        super().__init__()
        self.model, self.fc_end = ResNet(width, layers, embed, **options), nn.Linear(embed, 1)

    def forward(self, a, b):
        first, second = self.model(imagenet(a)), self.model(imagenet(b))
        return self.fc_end((torch.sigmoid(first) - torch.sigmoid(second)).abs()), first, second


class PatchMatcher(nn.Module):
    def __init__(self, width=16, embed=48):
        super().__init__()
        channels = (1, width, 2 * width, 2 * width, 4 * width, 4 * width)
        for i, stride in enumerate((1, 2, 1, 2, 1), 1):
            self.add_module(f"conv{i}", nn.Conv2d(channels[i - 1], channels[i], 3, stride, 1, bias=False))
            self.add_module(f"norm{i}", nn.BatchNorm2d(channels[i]))
        self.places = nn.Conv2d(4 * width, embed, 1)

    def forward(self, x):
        def around(values):
            return smoothed(F.pad(values, (8, 8, 8, 8), mode="replicate"), 17, 4)[:, :, 8:-8, 8:-8]
        mean = around(x)
        x = (x - mean) / (around(x * x) - mean * mean).clamp(0.02 ** 2, 1).sqrt()
        for i in range(1, 6):
            x = F.relu(getattr(self, f"norm{i}")(getattr(self, f"conv{i}")(x)))
        return self.places(x)


def patch_likenesses(a, b, temperature=0.05):
    """Every film of a with every film of b, features [N,C,16,16]."""
    def patches(features):
        return F.normalize(F.unfold(features, 3).view(len(features), -1, 14, 14), dim=1)
    ours, theirs = patches(a)[:, :, 2:12, 2:12], patches(b)
    cosines = torch.stack([torch.einsum("ncyx,mcyx->nmyx", ours, theirs[:, :, y:y + 10, x:x + 10])
                           for y in range(5) for x in range(5)])
    found = ((cosines / temperature).softmax(0) * cosines).sum(0).flatten(2)
    return found.topk(50, dim=2).values.mean(2)


class Classifier(nn.Module):
    def __init__(self, growth, blocks, init_features, bn_size=4, num_labels=14):
        super().__init__()
        features = self.features = nn.Module()
        features.conv0, features.norm0 = nn.Conv2d(3, init_features, 7, 2, 3, bias=False), nn.BatchNorm2d(init_features)
        channels = init_features
        for b, count in enumerate(blocks, 1):
            block = nn.Module()
            for number in range(1, count + 1):
                layer, inner = nn.Module(), bn_size * growth
                layer.norm1, layer.conv1 = nn.BatchNorm2d(channels), nn.Conv2d(channels, inner, 1, bias=False)
                layer.norm2, layer.conv2 = nn.BatchNorm2d(inner), nn.Conv2d(inner, growth, 3, padding=1, bias=False)
                block.add_module(f"denselayer{number}", layer)
                channels += growth
            features.add_module(f"denseblock{b}", block)
            if b < len(blocks):
                transition = nn.Module()
                transition.norm = nn.BatchNorm2d(channels)
                transition.conv = nn.Conv2d(channels, channels // 2, 1, bias=False)
                features.add_module(f"transition{b}", transition)
                channels //= 2
        features.norm5 = nn.BatchNorm2d(channels)
        self.classifier = nn.Sequential(nn.Linear(channels, num_labels))
        self.blocks = len(blocks)

    def forward(self, x):
        f = self.features
        x = F.max_pool2d(F.relu(f.norm0(f.conv0(imagenet(x)))), 3, 2, 1)
        for b in range(1, self.blocks + 1):
            for layer in getattr(f, f"denseblock{b}").children():
                new = layer.conv1(F.relu(layer.norm1(x)))
                x = torch.cat([x, layer.conv2(F.relu(layer.norm2(new)))], 1)
            if b < self.blocks:
                transition = getattr(f, f"transition{b}")
                x = F.avg_pool2d(transition.conv(F.relu(transition.norm(x))), 2)
        return self.classifier(F.relu(f.norm5(x)).mean((2, 3)))


class Residual(nn.Module):
    """Norms of HybridGNet's networks always take the batch's statistics."""

    def __init__(self, inside, out):
        super().__init__()
        def norm(channels):
            return nn.BatchNorm2d(channels, track_running_stats=False)
        self.block = nn.Sequential(norm(inside), nn.ReLU(), nn.Conv2d(inside, out, 3, padding=1), norm(out), nn.ReLU(),
                                   nn.Conv2d(out, out, 3, padding=1))
        if inside != out:
            self.skip = nn.Sequential(nn.Conv2d(inside, out, 1, bias=False), norm(out))

    def forward(self, x):
        return F.relu(self.block(x) + (self.skip(x) if hasattr(self, "skip") else x))


class HybridUNet(nn.Module):
    def __init__(self, c, classes):
        super().__init__()
        channels = [1, 2 * c, 4 * c, 8 * c, 16 * c, 32 * c]
        for level in range(1, 6):
            self.add_module(f"dconv_down{level}", Residual(channels[level - 1], channels[level]))
        self.bottleneck = Residual(32 * c, 32 * c)
        deeper = 32 * c
        for level in range(5, 0, -1):
            self.add_module(f"dconv_up{level}", Residual(deeper + channels[level], channels[level]))
            deeper = channels[level]
        self.conv_last = nn.Conv2d(2 * c, classes, 1)

    def forward(self, x):
        levels = []
        for level in range(1, 6):
            levels.append(getattr(self, f"dconv_down{level}")(x))
            x = F.max_pool2d(levels[-1], 2)
        x = self.bottleneck(x)
        for level in range(5, 0, -1):
            x = getattr(self, f"dconv_up{level}")(torch.cat([doubled(x), levels[level - 1]], 1))
        return self.conv_last(x)


class Chebyshev(nn.Module):
    def __init__(self, inside, out, order, bias=True):
        super().__init__()
        self.lins = nn.ModuleList([nn.Linear(inside, out, bias=False) for _ in range(order)])
        if bias:
            self.bias = nn.Parameter(torch.zeros(out))

    def forward(self, x, edges):
        return chebyshev(x, edges, [lin.weight for lin in self.lins], getattr(self, "bias", None))


class HybridGNet(nn.Module):
    """Closed contours: a landmark between two coarse ones lies halfway, also at the end of the contour."""

    def __init__(self, size, c, latents, f, order, organs):
        super().__init__()
        coarse = [(count + 1) // 2 for count in organs]
        self.edges, self.coarse_edges = ring(organs), ring(coarse)
        self.down, self.up = self.matrices(organs, coarse)
        self.half, self.coarse_nodes = f // 2, sum(coarse)
        encoder = self.encoder = nn.Module()
        channels = [1, 2 * c, 4 * c, 8 * c, 16 * c, 32 * c, 32 * c]
        for level in range(1, 7):
            encoder.add_module(f"dconv_down{level}", Residual(channels[level - 1], channels[level]))
        flat = 32 * c * (size // 32) ** 2
        encoder.fc_mu, encoder.fc_logvar = nn.Linear(flat, latents), nn.Linear(flat, latents)
        self.dec_lin = nn.Linear(latents, self.coarse_nodes * self.half)
        looked_up = 32 * c + 2
        self.graphConv_up6 = Chebyshev(self.half, self.half, order)
        self.graphConv_up5 = Chebyshev(self.half, self.half, order)
        self.SC_1, self.SC_2 = nn.Module(), nn.Module()
        self.SC_1.graphConv_pre = Chebyshev(self.half, 2, 1, False)
        self.graphConv_up4 = Chebyshev(self.half + looked_up, f, order)
        self.graphConv_up3 = Chebyshev(f, f, order)
        self.SC_2.graphConv_pre = Chebyshev(f, 2, 1, False)
        self.graphConv_up2 = Chebyshev(f + looked_up, f, order)
        self.graphConv_up1 = Chebyshev(f, 2, 1, False)

    @staticmethod
    def matrices(organs, coarse):
        down, up = torch.zeros(sum(coarse), sum(organs)), torch.zeros(sum(organs), sum(coarse))
        first = coarse_first = 0
        for count, fewer in zip(organs, coarse):
            for i in range(count):
                own, following = coarse_first + i // 2, coarse_first + (i // 2 + 1) % fewer
                down[own, first + i] = 1 if i == count - 1 and i % 2 == 0 else 0.5
                if i % 2 == 0:
                    up[first + i, own] = 1
                else:
                    up[first + i, own] += 0.5
                    up[first + i, following] += 0.5
            first, coarse_first = first + count, coarse_first + fewer
        return down, up

    @staticmethod
    def looked_up(skip, x, edges, level):
        """The nodes' positions, and what the encoder saw in a window of 3 around each."""
        position = skip.graphConv_pre(x, edges)
        n, nodes = x.shape[:2]
        pixel = position.detach().reshape(-1, 2) * level.shape[2]
        image = torch.arange(n).repeat_interleave(nodes).to(x.dtype).unsqueeze(1)
        boxes = torch.cat([image, pixel - 1, pixel + 2], 1)
        window = roi_align(level, boxes, (1, 1), 3).reshape(n, nodes, -1)
        return torch.cat([x, window, position], 2), position

    def forward(self, x, eps):
        for level in range(1, 5):
            x = F.max_pool2d(getattr(self.encoder, f"dconv_down{level}")(x), 2)
        level5 = self.encoder.dconv_down5(x)
        level6 = self.encoder.dconv_down6(F.max_pool2d(level5, 2))
        flat = level6.flatten(1)
        mean, log_variance = self.encoder.fc_mu(flat), self.encoder.fc_logvar(flat)
        latent = mean + eps * (log_variance / 2).exp() if self.training else mean
        y = F.relu(self.dec_lin(latent)).reshape(x.shape[0], self.coarse_nodes, self.half)
        def activated(conv, y, edges):
            return F.relu(F.instance_norm(conv(y, edges)))
        y = activated(self.graphConv_up6, y, self.coarse_edges)
        y = activated(self.graphConv_up5, y, self.coarse_edges)
        y, coarse_position = self.looked_up(self.SC_1, y, self.coarse_edges, level6)
        y = activated(self.graphConv_up4, y, self.coarse_edges)
        y = activated(self.graphConv_up3, self.up.to(y.dtype) @ y, self.edges)
        y, position = self.looked_up(self.SC_2, y, self.edges, level5)
        y = activated(self.graphConv_up2, y, self.edges)
        return self.graphConv_up1(y, self.edges), coarse_position, position, mean, log_variance
