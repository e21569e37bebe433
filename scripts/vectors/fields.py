"""Ops that PyTorch has no word for: smoothing and warping, graphs, regions; and their vectors."""
import math

import torch
import torch.nn.functional as F


def smoothed(x, size=9, sigma=2.0):
    """x[N,C,H,W], every channel by itself, zeros outside."""
    offsets = torch.arange(size, dtype=torch.float64) - (size - 1) / 2
    window = torch.exp(-offsets ** 2 / (2 * sigma ** 2))
    window = (window / window.sum()).to(x.dtype)
    channels = x.shape[1]
    rows = F.conv2d(x, window.view(1, 1, size, 1).expand(channels, 1, size, 1), padding=(size // 2, 0), groups=channels)
    return F.conv2d(rows, window.view(1, 1, 1, size).expand(channels, 1, 1, size), padding=(0, size // 2), groups=channels)


def identity_grid(height, width, dtype):
    """[1,2,H,W]; channel 0 is x; from -1 to 1, both ends included."""
    def line(count):
        return torch.linspace(-1, 1, count, dtype=torch.float64).to(dtype)
    y, x = torch.meshgrid(line(height), line(width), indexing="ij")
    return torch.stack([x, y]).unsqueeze(0)


def published_warp(x, field, mu):
    """PriCheXy-Net's: the absolute grid is smoothed with zeros outside, which pulls the border inward."""
    grid = smoothed(identity_grid(*x.shape[2:], x.dtype) - mu * field)
    return F.grid_sample(x, grid.permute(0, 2, 3, 1), "bilinear", "border", True)


def corrected_warp(x, field, mu):
    """The displacement is smoothed, its borders repeated, and the identity added afterwards."""
    displacement = -mu * field
    padded = F.pad(displacement, (4, 4, 4, 4), "replicate")
    grid = identity_grid(*x.shape[2:], x.dtype) + smoothed(padded)[:, :, 4:-4, 4:-4]
    return F.grid_sample(x, grid.permute(0, 2, 3, 1), "bilinear", "border", True)


def chebyshev(x, edges, weights, bias):
    """x[N,V,in]; edges i64 [2,E]; the Laplacian scaled with lambda_max = 2: -D^-1/2 A D^-1/2 (Defferrard et al., 2016)."""
    nodes = x.shape[1]
    matrix = torch.zeros(nodes, nodes, dtype=x.dtype)
    degree = torch.bincount(edges[0], minlength=nodes).to(torch.float64)
    for start, end in edges.t().tolist():
        matrix[end, start] = -1 / math.sqrt(degree[start].item() * degree[end].item())
    terms = [x]
    y = F.linear(x, weights[0], bias)
    for order, weight in enumerate(weights[1:], 1):
        following = matrix @ terms[-1]
        terms.append(following if order == 1 else 2 * following - terms[-2])
        y = y + F.linear(terms[-1], weight)
    return y


def ring(sizes):
    """Edges of closed contours, one after the other, in both directions."""
    edges, first = [], 0
    for size in sizes:
        for i in range(size):
            edges += [[first + i, first + (i - 1) % size], [first + i, first + (i + 1) % size]]
        first += size
    return torch.tensor(edges).t().contiguous()


def roi_align(x, boxes, output, sampling):
    """x[N,C,H,W], boxes [R,5] = image, x1, y1, x2, y2; aligned: coordinates are shifted by half a pixel (He et al., 2017)."""
    height, width = x.shape[2:]
    rows = []
    for image, x1, y1, x2, y2 in boxes.double().tolist():
        cell_h, cell_w = (y2 - y1) / output[0], (x2 - x1) / output[1]
        count_h = sampling if sampling > 0 else math.ceil(cell_h)
        count_w = sampling if sampling > 0 else math.ceil(cell_w)
        cells = []
        for i in range(output[0]):
            for j in range(output[1]):
                total = 0
                for a in range(count_h):
                    for b in range(count_w):
                        total = total + bilinear(x[int(image)], y1 - 0.5 + (i + (a + 0.5) / count_h) * cell_h,
                                                 x1 - 0.5 + (j + (b + 0.5) / count_w) * cell_w, height, width)
                cells.append(total / (count_h * count_w))
        rows.append(torch.stack(cells, 1).reshape(-1, *output))
    return torch.stack(rows)


def bilinear(image, y, x, height, width):
    """image[C,H,W] at one place; 0 further than a pixel outside."""
    if not (-1 <= y <= height and -1 <= x <= width):
        return image[:, 0, 0] * 0
    y, x = max(y, 0.0), max(x, 0.0)
    top, left = min(int(y), height - 1), min(int(x), width - 1)
    bottom, right = min(top + 1, height - 1), min(left + 1, width - 1)
    down = y - top if top < height - 1 else 0.0
    along = x - left if left < width - 1 else 0.0
    return (image[:, top, left] * ((1 - down) * (1 - along)) + image[:, top, right] * ((1 - down) * along) +
            image[:, bottom, left] * (down * (1 - along)) + image[:, bottom, right] * (down * along))


def warps():
    from ops import Case, real

    for shape in ((2, 2, 16, 16), (1, 3, 9, 14)):
        yield Case("gaussian_smooth", lambda t: smoothed(t["x"]), {"x": real(shape)},
                   attrs={"ksize": 9, "sigma": 2.0, "padding": "zeros"})
    for n, height, width in ((2, 16, 16), (1, 12, 20)):
        yield Case("flow_warp", lambda t: published_warp(t["x"], t["field"], 0.1),
                   {"x": real((n, 1, height, width), low=0, high=1), "field": real((n, 2, height, width), "f", 2, -1, 1)},
                   attrs={"mu": 0.1})
        yield Case("corrected_warp", lambda t: corrected_warp(t["x"], t["field"], 0.1),
                   {"x": real((n, 1, height, width), low=0, high=1), "field": real((n, 2, height, width), "f", 3, -1, 1)},
                   attrs={"mu": 0.1})


def graphs():
    from ops import Case, real

    for sizes, order in (([9], 3), ([5, 4], 1), ([6, 7], 6)):
        edges = ring(sizes)
        nodes = sum(sizes)
        weights = {f"lins.{k}.weight": real((4, 3), f"lins {k}", 2 + k) for k in range(order)}
        yield Case("cheb_conv",
                   lambda t, e=edges, k=order: chebyshev(t["x"], e, [t[f"lins.{i}.weight"] for i in range(k)], t["bias"]),
                   {"x": real((2, nodes, 3)), "edge_index": edges}, {**weights, "bias": real((4,), "bias", 9)},
                   {"K": order, "lambda_max": 2.0, "normalization": "sym"})
    rows, columns = 5, 9
    index = torch.tensor([[0, 0, 1, 1, 2, 3, 3, 4], [0, 1, 2, 3, 4, 5, 6, 8]])
    values = real((8,), "values", 5)

    def pool(t):
        matrix = torch.zeros(rows, columns, dtype=t["x"].dtype)
        matrix = matrix.index_put((index[0], index[1]), values.to(t["x"].dtype))
        return matrix @ t["x"]

    yield Case("graph_pool", pool, {"x": real((2, columns, 4)), "index": index, "values": values},
               attrs={"matrix": "down", "rows": rows, "cols": columns}, fixed=["values"])


def regions():
    from ops import Case, real

    boxes = torch.tensor([[0, 1.25, 0.75, 4.25, 3.75], [1, -2.125, -1.375, 2.125, 2.625], [0, 5.25, 6.125, 9.75, 8.875],
                          [1, 20, 20, 23, 23], [1, 2.125, 3.375, 2.875, 4.125]], dtype=torch.float64)
    for output, sampling in (([1, 1], 3), ([2, 3], 2), ([1, 1], -1)):
        yield Case("roi_align", lambda t, o=output, s=sampling: roi_align(t["x"], t["boxes"], o, s),
                   {"x": real((2, 3, 8, 8)), "boxes": boxes}, fixed=["boxes"],
                   attrs={"output": output, "spatial_scale": 1.0, "sampling_ratio": sampling, "aligned": True})


def thin_plate(points, values, height, width, stiffness):
    """Bookstein, 1989: points, values [N,K,2] = (x, y); the grid [N,height,width,2] of the spline at the pixels' centers."""
    def bent(a, b):
        r2 = ((a[:, :, None] - b[:, None]) ** 2).sum(-1)
        return torch.where(r2 > 0, r2 * torch.log(torch.where(r2 > 0, r2, torch.ones_like(r2))), torch.zeros_like(r2))

    n, k = points.shape[:2]
    flat = torch.cat([torch.ones(n, k, 1, dtype=points.dtype), points], -1)
    system = torch.cat([
        torch.cat([bent(points, points) + stiffness * torch.eye(k, dtype=points.dtype), flat], 2),
        torch.cat([flat.transpose(1, 2), torch.zeros(n, 3, 3, dtype=points.dtype)], 2)], 1)
    weights = torch.linalg.solve(system, torch.cat([values, torch.zeros(n, 3, 2, dtype=points.dtype)], 1))
    y, x = torch.meshgrid((2 * torch.arange(height) + 1) / height - 1, (2 * torch.arange(width) + 1) / width - 1,
                          indexing="ij")
    places = torch.stack([x, y], -1).reshape(1, -1, 2).to(points.dtype).expand(n, -1, -1)
    basis = torch.cat([bent(places, points), torch.ones(n, height * width, 1, dtype=points.dtype), places], -1)
    return (basis @ weights).reshape(n, height, width, 2)


def splines():
    from ops import Case, real

    for count, stiffness in ((5, 0.0), (12, 0.0), (12, 0.1)):
        points = real((2, count, 2), "points")
        values = points + real((2, count, 2), "values", 1, -0.2, 0.2)
        yield Case("thin_plate", lambda t, s=stiffness: thin_plate(t["points"], t["values"], 6, 5, s),
                   {"points": points, "values": values.float().double()},
                   attrs={"height": 6, "width": 5, "stiffness": stiffness})
