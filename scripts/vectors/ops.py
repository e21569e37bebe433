"""Vectors of every op: values, and gradients of sum(y * upstream)."""
import torch
import torch.nn.functional as F

from files import Vectors, uniform


class Case:
    """A call of an op. `run(tensors)` gives the results by name; `fixed` inputs get no gradient."""

    def __init__(self, op, run, inputs, params=None, attrs=None, fixed=()):
        self.op, self.run, self.inputs, self.params = op, run, inputs, params or {}
        self.attrs, self.fixed = attrs or {}, set(fixed)


def add_case(vectors, index, case):
    """The case in f64 and in f32."""
    name = f"c{index:02}"
    vectors.metadata["cases"].append({"case": name, "op": case.op, "attrs": case.attrs})
    results = {}
    for dtype in (torch.float64, torch.float32):
        tensors = {}
        for key, value in {**case.inputs, **case.params}.items():
            real = value.dtype.is_floating_point
            tensors[key] = value.detach().to(dtype).clone().requires_grad_(key not in case.fixed) if real else value
        outputs = case.run(tensors)
        if not isinstance(outputs, dict):
            outputs = {"y": outputs}
        first = next(iter(outputs))
        upstream = uniform(f"{case.op} {name} upstream", tuple(outputs[first].shape), 7, -1, 1)
        gradients = {}
        if outputs[first].requires_grad:
            (outputs[first] * upstream.to(dtype)).sum().backward()
            gradients = {key: tensor.grad for key, tensor in tensors.items() if tensor.requires_grad}
        results[dtype] = outputs, gradients
    (exact, exact_gradients), (rough, rough_gradients) = results[torch.float64], results[torch.float32]
    for kind, group in (("in", case.inputs), ("param", case.params)):
        for key, value in group.items():
            vectors.add(f"{name}.{kind}.{key}", value)
    for key, value in exact.items():
        vectors.add(f"{name}.out.{key}", value, rough[key])
    if exact_gradients:
        vectors.add(f"{name}.gout.{first}", upstream)
    for key, value in exact_gradients.items():
        vectors.add(f"{name}.grad.{key}", value, rough_gradients[key])


def real(shape, name="x", seed=1, low=-2.0, high=2.0):
    return uniform(name, shape, seed, low, high)


def distinct(shape, name="x", seed=1):
    """Values that are all different and at least 1/8 apart, in a shuffled order: no maximum is close to another."""
    count = torch.Size(shape).numel()
    order = torch.argsort(uniform(name, (count,), seed))
    return ((order.double() - count // 2) / 8 + 1 / 16).reshape(shape)


def elementwise():
    away = real((2, 3, 5, 4))
    away = away + 0.05 * away.sign()  # no value at a kink
    positive = real((3, 7), low=0.2, high=3.0)
    functions = {
        "relu": F.relu, "leaky_relu": F.leaky_relu, "leaky_relu_02": lambda x: F.leaky_relu(x, 0.2),
        "sigmoid": torch.sigmoid, "tanh": torch.tanh, "softplus": F.softplus, "exp": torch.exp, "abs": torch.abs,
        "clamp01": lambda x: x.clamp(0, 1), "neg": torch.neg,
    }
    for op, function in functions.items():
        for x in (away, away[:1, :1, :1, :1].clone(), 5 * away.reshape(8, 15)):
            yield Case(op, lambda t, f=function: f(t["x"]), {"x": x})
    for op, function in {"log": torch.log, "sqrt": torch.sqrt}.items():
        yield Case(op, lambda t, f=function: f(t["x"]), {"x": positive})


def broadcast():
    functions = {"add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div, "maximum": torch.maximum}
    shapes = [((2, 3, 4, 5), (2, 3, 4, 5)), ((2, 3, 4, 5), (1, 3, 1, 1)), ((2, 1, 5), (2, 3, 1)), ((3, 17), (17,))]
    for op, function in functions.items():
        for left, right in shapes:
            b = real(right, "b", 2)
            b = b + 0.3 * b.sign()
            yield Case(op, lambda t, f=function: f(t["a"], t["b"]), {"a": real(left, "a"), "b": b})


def reductions():
    shape = (2, 3, 4, 5)
    for op, function in {"sum": torch.sum, "mean": torch.mean}.items():
        for dims, keep in (([2, 3], False), ([0, 1, 2, 3], False), ([1], True), ([0, 2], True)):
            yield Case(op, lambda t, f=function, d=dims, k=keep: f(t["x"], dim=d, keepdim=k), {"x": real(shape)},
                       attrs={"dims": dims, "keepdim": keep})
    for dims, keep in (([2, 3], False), ([1], True)):
        yield Case("amax", lambda t, d=dims, k=keep: torch.amax(t["x"], dim=d, keepdim=k), {"x": distinct(shape)},
                   attrs={"dims": dims, "keepdim": keep})
    yield Case("argmax", lambda t: torch.argmax(t["x"], dim=1), {"x": distinct(shape)}, attrs={"dim": 1}, fixed=["x"])


def convolution():
    rows = [  # N, C, H, W, out, kernel, stride, padding, dilation, groups, bias
        (2, 3, 8, 8, 6, (3, 3), (1, 1), (1, 1), (1, 1), 1, True), (1, 4, 7, 9, 5, (3, 3), (2, 2), (1, 1), (1, 1), 1, False),
        (2, 4, 6, 5, 4, (1, 1), (1, 1), (0, 0), (1, 1), 1, True), (1, 6, 9, 7, 6, (3, 3), (1, 1), (2, 2), (2, 2), 3, True),
        (1, 2, 11, 6, 3, (5, 3), (1, 2), (2, 0), (1, 1), 1, True), (1, 3, 16, 17, 8, (7, 7), (2, 2), (3, 3), (1, 1), 1, False),
        (1, 1, 1, 1, 2, (3, 3), (1, 1), (1, 1), (1, 1), 1, True), (3, 16, 6, 6, 16, (3, 3), (1, 1), (1, 1), (1, 1), 1, False),
    ]
    for n, c, h, w, out, kernel, stride, padding, dilation, groups, bias in rows:
        params = {"weight": real((out, c // groups, *kernel), "weight", 2, -0.5, 0.5)}
        if bias:
            params["bias"] = real((out,), "bias", 3)
        yield Case("conv2d",
                   lambda t, s=stride, p=padding, d=dilation, g=groups:
                   F.conv2d(t["x"], t["weight"], t.get("bias"), s, p, d, g),
                   {"x": real((n, c, h, w))}, params,
                   {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups})


def transposed_convolution():
    rows = [(2, 6, 4, 4, 4, 2, 2, 0, 0, 1, True), (1, 4, 5, 3, 3, 3, 2, 1, 1, 1, True), (1, 6, 4, 5, 6, 4, 2, 1, 0, 3, False),
            (1, 3, 1, 1, 2, 3, 1, 1, 0, 1, True)]
    for n, c, h, w, out, kernel, stride, padding, extra, groups, bias in rows:
        params = {"weight": real((c, out // groups, kernel, kernel), "weight", 2, -0.5, 0.5)}
        if bias:
            params["bias"] = real((out,), "bias", 3)
        yield Case("conv_transpose2d",
                   lambda t, s=stride, p=padding, e=extra, g=groups:
                   F.conv_transpose2d(t["x"], t["weight"], t.get("bias"), s, p, e, g),
                   {"x": real((n, c, h, w))}, params,
                   {"stride": stride, "padding": padding, "output_padding": extra, "groups": groups})


def norms():
    for mode in ("train", "eval", "batch_stats"):
        for shape in ((2, 3, 4, 4), (1, 5, 3, 7), (4, 2, 2, 1)):
            channels = shape[1]

            def run(t, mode=mode):
                mean = variance = None
                if mode != "batch_stats":
                    mean, variance = t["running_mean"].detach().clone(), t["running_var"].detach().clone()
                y = F.batch_norm(t["x"], mean, variance, t["weight"], t["bias"], mode != "eval", 0.1, 1e-5)
                after = {"running_mean_after": mean, "running_var_after": variance} if mode == "train" else {}
                return {"y": y, **after}

            running = {} if mode == "batch_stats" else {
                "running_mean": real((channels,), "mean", 4), "running_var": real((channels,), "var", 5, 0.5, 2)}
            yield Case("batch_norm", run, {"x": real(shape), **running},
                       {"weight": real((channels,), "weight", 2, 0.5, 1.5), "bias": real((channels,), "bias", 3)},
                       {"mode": mode, "momentum": 0.1, "eps": 1e-5}, fixed=running)


def instance_norms():
    for shape in ((2, 5, 8), (1, 3, 17)):
        yield Case("instance_norm1d", lambda t: F.instance_norm(t["x"], eps=1e-5), {"x": real(shape)}, attrs={"eps": 1e-5})


def pooling():
    for shape, kernel, stride, padding in (((2, 3, 8, 8), 2, 2, 0), ((1, 4, 9, 7), 3, 2, 1), ((1, 2, 5, 6), 2, 1, 0)):
        attrs = {"kernel": kernel, "stride": stride, "padding": padding}
        yield Case("max_pool2d", lambda t, k=kernel, s=stride, p=padding: F.max_pool2d(t["x"], k, s, p),
                   {"x": distinct(shape)}, attrs=attrs)
        yield Case("avg_pool2d", lambda t, k=kernel, s=stride, p=padding: F.avg_pool2d(t["x"], k, s, p),
                   {"x": real(shape)}, attrs=attrs)
    for shape, output in (((2, 3, 4, 5), [1, 1]), ((1, 2, 7, 5), [3, 2])):
        yield Case("adaptive_avg_pool2d", lambda t, o=output: F.adaptive_avg_pool2d(t["x"], o), {"x": real(shape)},
                   attrs={"output": output})


def resizing():
    for shape, size in (((2, 3, 4, 4), [8, 8]), ((1, 2, 5, 7), [3, 11]), ((1, 1, 6, 5), [6, 5]), ((1, 2, 1, 3), [4, 2])):
        for corners in (False, True):
            yield Case("upsample_bilinear",
                       lambda t, s=size, c=corners: F.interpolate(t["x"], s, mode="bilinear", align_corners=c),
                       {"x": real(shape)}, attrs={"size": size, "align_corners": corners})
        yield Case("upsample_nearest", lambda t, s=size: F.interpolate(t["x"], s, mode="nearest"), {"x": real(shape)},
                   attrs={"size": size})


def sampling():
    for shape, places in (((2, 3, 5, 7), (6, 4)), ((1, 1, 8, 8), (8, 8)), ((1, 2, 3, 1), (2, 5))):
        for padding in ("zeros", "border"):
            for corners in (True, False):
                # Places a fourth of a pixel away from the pixels' centers and borders: no sample at a kink.
                rows, columns = places
                grid = []
                for axis, side in ((2, shape[3]), (3, shape[2])):
                    steps = torch.floor(real((shape[0], rows, columns), f"grid {axis}", axis, -1.5, side + 0.5)) + 0.25
                    span = max(side - 1, 1) if corners else side
                    grid.append((2 * steps / span - 1 if corners else (2 * steps + 1) / span - 1).float().double())
                yield Case("grid_sample",
                           lambda t, p=padding, c=corners: F.grid_sample(t["x"], t["grid"], "bilinear", p, c),
                           {"x": real(shape), "grid": torch.stack(grid, -1)},
                           attrs={"mode": "bilinear", "padding_mode": padding, "align_corners": corners})


def losses():
    shape = (3, 5)
    for reduction in ("mean", "sum"):
        attrs = {"reduction": reduction}
        yield Case("mse", lambda t, r=reduction: F.mse_loss(t["x"], t["y"], reduction=r),
                   {"x": real(shape), "y": real(shape, "y", 2)}, attrs=attrs, fixed=["y"])
        yield Case("bce", lambda t, r=reduction: F.binary_cross_entropy(t["p"], t["t"], reduction=r),
                   {"p": real(shape, "p", 1, 0.02, 0.98), "t": real(shape, "t", 2, 0, 1)}, attrs=attrs, fixed=["t"])
        yield Case("bce_with_logits", lambda t, r=reduction: F.binary_cross_entropy_with_logits(t["x"], t["t"], reduction=r),
                   {"x": 3 * real(shape), "t": real(shape, "t", 2, 0, 1)}, attrs=attrs, fixed=["t"])
    yield Case("mse_clamped", lambda t: F.mse_loss(t["x"].clamp(-1, 1), t["y"]),
               {"x": distinct(shape), "y": real(shape, "y", 2)}, attrs={"lo": -1, "hi": 1}, fixed=["y"])
    for shape in ((2, 3, 5, 6), (1, 2, 4, 4)):
        labels = torch.floor(real((shape[0], *shape[2:]), "labels", 3, 0, shape[1])).long()
        yield Case("cross_entropy", lambda t: F.cross_entropy(t["x"], t["t"]), {"x": real(shape), "t": labels},
                   attrs={"reduction": "mean"})
        yield Case("dice", lambda t: dice(t["x"], t["t"], 1e-6), {"x": real(shape), "t": labels}, attrs={"eps": 1e-6})
    yield Case("verification_nll", lambda t: F.softplus(t["x"]).mean(), {"x": 4 * real((5, 1))})
    yield Case("kld", lambda t: -0.5 * (1 + t["logvar"] - t["mu"] ** 2 - t["logvar"].exp()).mean(),
               {"mu": real((3, 8), "mu"), "logvar": real((3, 8), "logvar", 2)})


def dice(logits, labels, epsilon):
    """1 - mean over images of 2 |A B| / (|A| + |B| + epsilon), A the softmax of all classes (HybridGNet's loss)."""
    p = logits.softmax(1)
    t = F.one_hot(labels, logits.shape[1]).movedim(-1, 1).to(p.dtype)
    dims = (1, 2, 3)
    return 1 - (2 * (p * t).sum(dims) / ((p + t).sum(dims) + epsilon)).mean()


def linear_algebra():
    for a, b in (((3, 4), (4, 5)), ((2, 3, 4), (2, 4, 2)), ((1, 33), (33, 7))):
        yield Case("matmul", lambda t: t["a"] @ t["b"], {"a": real(a, "a"), "b": real(b, "b", 2)})
    for shape, out in (((2, 16), 8), ((3, 5, 7), 4)):
        yield Case("linear", lambda t: F.linear(t["x"], t["weight"], t["bias"]), {"x": real(shape)},
                   {"weight": real((out, shape[-1]), "weight", 2), "bias": real((out,), "bias", 3)})


def softmaxes():
    for shape, dim in (((2, 3, 4, 5), 1), ((3, 17), -1)):
        yield Case("softmax", lambda t, d=dim: t["x"].softmax(d), {"x": 3 * real(shape)}, attrs={"dim": dim})
        yield Case("log_softmax", lambda t, d=dim: t["x"].log_softmax(d), {"x": 3 * real(shape)}, attrs={"dim": dim})


def shapes():
    yield Case("cat", lambda t: torch.cat([t["x0"], t["x1"]], 1), {"x0": real((2, 3, 4, 4)), "x1": real((2, 5, 4, 4), "b")},
               attrs={"dim": 1})
    yield Case("expand", lambda t: t["x"].expand(-1, 3, -1, -1), {"x": real((2, 1, 3, 5))}, attrs={"size": [-1, 3, -1, -1]})
    for mode in ("reflect", "replicate", "constant"):
        for border in ([0, 3, 0, 2], [1, 2, 3, 0]):
            yield Case("pad", lambda t, b=border, m=mode: F.pad(t["x"], b, m), {"x": real((1, 2, 6, 7))},
                       attrs={"mode": mode, "left_right_top_bottom": border})
    yield Case("permute", lambda t: t["x"].permute(0, 2, 3, 1), {"x": real((2, 3, 3, 5))}, attrs={"dims": [0, 2, 3, 1]})
    yield Case("slice", lambda t: t["x"][:, 2:5], {"x": real((2, 7, 3, 3))}, attrs={"dim": 1, "start": 2, "end": 5})
    yield Case("dropout", lambda t: t["x"] * t["keep"] / 0.75,
               {"x": real((2, 5, 4, 3)), "keep": real((2, 5, 4, 3), "keep", 2, 0, 1) < 0.75}, attrs={"p": 0.25})


def selections():
    for shape, dim, k in (((2, 12, 2, 3), 1, 3), ((4, 9), 1, 9), ((1, 33, 2), 1, 1)):
        x = distinct(shape)

        def run(t, d=dim, k=k):
            values, indices = torch.topk(t["x"], k, d)
            return {"values": values, "indices": indices}

        yield Case("topk", run, {"x": x}, attrs={"dim": dim, "k": k})
        index = torch.topk(x, k, dim).indices
        yield Case("gather", lambda t, d=dim: torch.gather(t["x"], d, t["index"]), {"x": real(shape), "index": index},
                   attrs={"dim": dim})
        yield Case("scatter", lambda t, d=dim: t["base"].scatter(d, t["index"], t["src"]),
                   {"base": real(shape), "index": index, "src": real(tuple(index.shape), "src", 2)}, attrs={"dim": dim})


def composites():
    """What networks put together from other ops."""
    positive, shape = real((3, 7), low=0.2, high=3.0), (2, 3, 4, 5)
    yield Case("rsqrt", lambda t: t["x"].rsqrt(), {"x": positive})
    yield Case("reciprocal", lambda t: t["x"].reciprocal(), {"x": positive})
    yield Case("pow", lambda t: t["x"] ** 1.5, {"x": positive}, attrs={"exponent": 1.5})
    yield Case("lerp_mask", lambda t: t["m"] * t["a"] + (1 - t["m"]) * t["b"],
               {"m": real(shape, "m", 3, 0, 1), "a": real(shape, "a"), "b": real(shape, "b", 2)})
    for dims, unbiased in (([2, 3], True), ([1], False)):
        yield Case("var", lambda t, d=dims, u=unbiased: t["x"].var(dim=d, unbiased=u), {"x": real(shape)},
                   attrs={"dims": dims, "unbiased": unbiased})
    yield Case("amin", lambda t: torch.amin(t["x"], dim=[1], keepdim=True), {"x": distinct(shape)},
               attrs={"dims": [1], "keepdim": True})

    def largest_of_negative(t):
        values, indices = torch.topk(-t["x"], 3, 1)
        return {"values": values, "indices": indices}

    yield Case("topk_neg", largest_of_negative, {"x": distinct((2, 12, 2, 3))}, attrs={"dim": 1, "k": 3})


def patches():
    """Films cut into squares, mirrored at the right and lower border, and put together again."""
    def cut(x, size):
        n, c, h, w = x.shape
        x = F.pad(x, (0, -w % size, 0, -h % size), mode="reflect")
        x = x.unfold(2, size, size).unfold(3, size, size)  # N, C, rows, columns, size, size
        return x.permute(0, 2, 3, 1, 4, 5).reshape(-1, c, size, size)

    def joined(x, h, w):
        size, rows, columns = x.shape[2], -(-h // x.shape[2]), -(-w // x.shape[2])
        x = x.reshape(-1, rows, columns, x.shape[1], size, size).permute(0, 3, 1, 4, 2, 5)
        return x.reshape(x.shape[0], x.shape[1], rows * size, columns * size)[:, :, :h, :w]

    for shape, size in (((2, 3, 8, 12), 4), ((1, 1, 9, 7), 4)):
        yield Case("im_to_patch", lambda t, s=size: cut(t["x"], s), {"x": real(shape)}, attrs={"patch": size})
        count = shape[0] * -(-shape[2] // size) * -(-shape[3] // size)
        yield Case("patch_to_im", lambda t, s=shape: joined(t["x"], s[2], s[3]),
                   {"x": real((count, shape[1], size, size))}, attrs={"size": list(shape[2:])})
    for h, w in ((3, 5), (4, 4)):
        grid = F.affine_grid(torch.eye(2, 3, dtype=torch.float64)[None], (1, 1, h, w), align_corners=True)
        yield Case("identity_grid", lambda t, g=grid: g, {}, attrs={"h": h, "w": w})


def files():
    """File names, each with its cases."""
    from fields import graphs, regions, splines, warps

    return {
        "activations": elementwise, "broadcast": broadcast, "reductions": reductions, "conv2d": convolution,
        "conv_transpose2d": transposed_convolution, "batch_norm": norms, "instance_norm1d": instance_norms,
        "pooling": pooling, "upsample": resizing, "grid_sample": sampling, "losses": losses, "linear_algebra": linear_algebra,
        "softmax": softmaxes, "shape_ops": shapes, "topk_scatter_gather": selections, "gaussian_warp": warps,
        "graph": graphs, "roi_align": regions, "composites": composites, "patches": patches, "thin_plate": splines,
    }


def write(folder):
    for name, cases in files().items():
        vectors = Vectors(group="ops", name=name, cases=[])
        for index, case in enumerate(cases()):
            add_case(vectors, index, case)
        yield f"ops/{name}", vectors.write(folder / "ops" / f"{name}.safetensors")
