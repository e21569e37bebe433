"""Vectors as safetensors files, and the numbers that they are made from.

Every number is computed in f64 from inputs and weights that are exact f32 values, and rounded to f32 once. Beside it stands
how far plain f32 PyTorch is from it: metadata "torch_f32" maps a tensor's name to [M, E, R], the largest |value| and the
largest and root-mean-square |difference|.
"""
import array
import json
import math
import struct

import torch

KINDS = {torch.float64: ("F32", "f"), torch.float32: ("F32", "f"), torch.int64: ("I64", "q"), torch.bool: ("BOOL", "B")}


class Vectors:
    """One file: tensors, their f32 errors, and metadata."""

    def __init__(self, **metadata):
        self.tensors, self.errors, self.metadata = {}, {}, metadata

    def add(self, name, exact, in_f32=None):
        """`exact` is stored; `in_f32`, when given, is the same from an f32 run."""
        assert name not in self.tensors, name
        self.tensors[name] = exact.detach()
        if in_f32 is None or not exact.dtype.is_floating_point:
            return
        difference = (in_f32.detach().double() - exact.detach().double()).abs()
        largest = exact.detach().abs().max().item() if exact.numel() else 0.0
        worst = difference.max().item() if difference.numel() else 0.0
        rms = math.sqrt(difference.pow(2).mean().item()) if difference.numel() else 0.0
        self.errors[name] = [float(f"{number:.4g}") for number in (largest, worst, rms)]

    def write(self, path):
        header, data = {}, b""
        metadata = {key: value if isinstance(value, str) else json.dumps(value) for key, value in self.metadata.items()}
        metadata["torch_f32"] = json.dumps(self.errors, separators=(",", ":"))
        for name in sorted(self.tensors):
            tensor = self.tensors[name]
            kind, code = KINDS[tensor.dtype]
            raw = array.array(code, tensor.reshape(-1).tolist()).tobytes()
            header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(raw)]}
            data += raw
        header["__metadata__"] = metadata
        text = json.dumps(header, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 8)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(struct.pack("<Q", len(text)) + text + data)
        return path.stat().st_size


def hashed(text):
    """FNV-1a, 64 bits."""
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


def mixed(x):
    """One number of the generator splitmix64 (Steele, Lea, Flood, OOPSLA 2014)."""
    z = (x + 0x9E3779B97F4A7C15) % 2**64
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 % 2**64
    z = (z ^ z >> 27) * 0x94D049BB133111EB % 2**64
    return z ^ z >> 31


def uniform(name, shape, seed, low=0.0, high=1.0):
    """Exact f32 values that depend on name, place and seed alone: tests make weights again from these three."""
    start = hashed(name) ^ mixed(seed)
    count = math.prod(shape)
    values = [(mixed((start + i) % 2**64) >> 40) * 2.0**-24 for i in range(count)]
    unit = torch.tensor(values, dtype=torch.float64).reshape(shape)
    return (low + (high - low) * unit).float().double()


def generated_weight(name, shape, gain, seed):
    """A tensor of a state dict: tests/support/golden.cpp, generated_weight()."""
    if name.endswith("num_batches_tracked"):
        return torch.zeros(shape, dtype=torch.int64)
    u = uniform(name, shape, seed)
    centered = 2 * u - 1
    if name.endswith("running_var"):
        value = 1 + 0.1 * u
    elif len(shape) >= 2:
        value = gain * math.sqrt(3 / math.prod(shape[1:])) * centered
    elif name.endswith(".weight"):
        value = 1 + 0.1 * centered
    else:
        value = 0.1 * centered
    return value.float().double()


def fill(network, gain, seed):
    """Gives every tensor of the network's state dict its generated value; one stored under two names is named by the first."""
    first_name, state = {}, {}
    for name, tensor in network.state_dict().items():
        named = first_name.setdefault(tensor.data_ptr(), name) if tensor.dim() else name
        state[name] = generated_weight(named, tuple(tensor.shape), gain, seed).to(tensor.dtype)
    network.load_state_dict(state)
    return network
