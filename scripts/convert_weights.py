#!/usr/bin/env python3
"""Turns PyTorch weights (.pth, .pt) into safetensors, with nothing but Python's standard library.

A .pth file is a pickle, and a pickle is a program. This script runs none of it: only the few names that
describe tensors are understood, and everything else (optimizers, whole modules, any other class) becomes an
inert placeholder whose fields are kept but whose code is never looked for.

  scripts/convert_weights.py generator.pth generator.safetensors
  scripts/convert_weights.py checkpoint.pth classifier.safetensors --key model_state_dict

Whole pickled modules are read for their state dict. f64, f16 and bf16 weights become f32. A prefix "module."
that every name has (torch.nn.DataParallel) is cut off.
"""
import argparse
import array
import collections
import io
import json
import os
import pickle
import struct
import sys
import zipfile

MOST_BYTES = 8 << 30
MAGIC = 0x1950A86A20F9469CFC6C  # first pickle of a file written before PyTorch 1.6
DTYPES = {  # storage class: (bytes of an element, safetensors name)
    "FloatStorage": (4, "F32"), "DoubleStorage": (8, "F64"), "HalfStorage": (2, "F16"),
    "BFloat16Storage": (2, "BF16"), "LongStorage": (8, "I64"), "IntStorage": (4, "I32"),
    "ShortStorage": (2, "I16"), "CharStorage": (1, "I8"), "ByteStorage": (1, "U8"), "BoolStorage": (1, "BOOL"),
}
WRITTEN = {"F32", "I64", "U8", "BOOL"}


class Fault(Exception):
    """What is wrong with a file, in words for its user."""


class Inert:
    """Stands for an object of any class that is not understood. Keeps what it is given, does nothing."""

    def __init__(self, *args, **kwargs):
        self.given = args

    def __setstate__(self, state):
        if isinstance(state, dict):
            self.__dict__.update(state)

    def __setitem__(self, key, value):
        pass

    def append(self, item):
        pass

    def extend(self, items):
        pass

    add = update = append

    def __call__(self, *args, **kwargs):
        return Inert()

    def __hash__(self):
        return id(self)


class StorageType:
    def __init__(self, name):
        self.name = name


class Storage:
    """The bytes behind tensors; `data` is filled in when they have been read."""

    def __init__(self, dtype, count, data=None):
        self.dtype, self.count, self.data = dtype, count, data


Tensor = collections.namedtuple("Tensor", "storage offset shape stride")


def rebuild_tensor(storage, offset, shape, stride, *rest):
    return Tensor(storage, offset, tuple(shape), tuple(stride))


def rebuild_parameter(data, *rest):
    return data


KNOWN = {
    ("collections", "OrderedDict"): collections.OrderedDict,
    ("torch._utils", "_rebuild_tensor"): rebuild_tensor,
    ("torch._utils", "_rebuild_tensor_v2"): rebuild_tensor,
    ("torch._utils", "_rebuild_parameter"): rebuild_parameter,
    ("torch._utils", "_rebuild_parameter_with_state"): rebuild_parameter,
}


class Reader(pickle.Unpickler):
    def __init__(self, file, load_storage):
        super().__init__(file, encoding="latin1")
        self.load_storage = load_storage

    def find_class(self, module, name):
        if (module, name) in KNOWN:
            return KNOWN[module, name]
        if module in ("torch", "torch.storage") and name in DTYPES:
            return StorageType(name)
        return Inert

    def persistent_load(self, saved):
        if isinstance(saved, tuple) and len(saved) > 1 and saved[0] == "module":
            return saved[1]  # an old file's module class, with its source text, which nobody reads
        if not isinstance(saved, tuple) or len(saved) < 5 or saved[0] != "storage":
            raise Fault("refers to something other than a tensor's bytes")
        _, kind, key, _, count = saved[:5]
        if not isinstance(kind, StorageType):
            raise Fault("holds a tensor of an unknown type")
        return self.load_storage(kind.name, str(key), int(count))


def read_zip(data):
    """A file of PyTorch 1.6 or later: a zip of data.pkl and one file a storage."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except zipfile.BadZipFile as error:
        raise Fault(f"is cut short or damaged ({error})") from None
    index = [name for name in archive.namelist() if name.split("/", 1)[-1] == "data.pkl"]
    if len(index) != 1:
        raise Fault("is a zip file, but not one that PyTorch wrote: it has no data.pkl")
    root = index[0][: -len("data.pkl")]
    if sum(entry.file_size for entry in archive.infolist()) > MOST_BYTES:
        raise Fault(f"would unpack to more than {MOST_BYTES >> 30} GiB")
    if root + "byteorder" in archive.namelist() and archive.read(root + "byteorder") != b"little":
        raise Fault("was written on a big-endian machine")
    storages = {}

    def load(kind, key, count):
        if key not in storages:
            try:
                raw = archive.read(f"{root}data/{key}")
            except (KeyError, zipfile.BadZipFile) as error:
                raise Fault(f"lacks the bytes of a tensor, or they are damaged ({error})") from None
            storages[key] = Storage(DTYPES[kind], count, raw)
        return storages[key]

    return Reader(io.BytesIO(archive.read(index[0])), load).load()


def read_legacy(data):
    """A file from before PyTorch 1.6: five pickles, then the storages' bytes."""
    file, storages = io.BytesIO(data), {}

    def load(kind, key, count):
        return storages.setdefault(key, Storage(DTYPES[kind], count))

    def next_pickle():
        return Reader(file, load).load()

    if next_pickle() != MAGIC:
        raise Fault("is a pickle, but not one that PyTorch wrote")
    next_pickle()  # protocol
    next_pickle()  # about the machine that wrote it
    result = next_pickle()
    for key in next_pickle():
        storage = storages.get(str(key))
        count = struct.unpack("<q", file.read(8))[0]
        if storage is None or count != storage.count:
            raise Fault("names tensors that do not fit its bytes")
        storage.data = file.read(count * storage.dtype[0])
    return result


def named_tensors(value, prefix=""):
    """The state dict of a dict of tensors or of a pickled module."""
    if isinstance(value, Inert):
        found = {}
        fields = value.__dict__
        for kind in ("_parameters", "_buffers"):
            for name, tensor in dict(fields.get(kind) or {}).items():
                if isinstance(tensor, Tensor):
                    found[prefix + name] = tensor
        for name, child in dict(fields.get("_modules") or {}).items():
            found.update(named_tensors(child, f"{prefix}{name}."))
        return found
    if isinstance(value, dict):
        return {str(name): tensor for name, tensor in value.items() if isinstance(tensor, Tensor)}
    return {}


def choose(value, key):
    """The state dict within what the file holds."""
    if key is not None:
        if not isinstance(value, dict) or key not in value:
            keys = ", ".join(map(str, value)) if isinstance(value, dict) else "none"
            raise Fault(f"has no entry {key}; it has {keys}")
        value = value[key]
    tensors = named_tensors(value)
    if not tensors and isinstance(value, dict):
        inner = {str(name): named_tensors(entry) for name, entry in value.items()}
        inner = {name: entry for name, entry in inner.items() if entry}
        if len(inner) == 1:
            return next(iter(inner.values()))
        if inner:
            raise Fault(f"holds several state dicts; choose one with --key: {', '.join(inner)}")
    if not tensors:
        raise Fault("holds no tensors")
    return tensors


def elements(tensor):
    """A tensor's bytes in row-major order."""
    (size, _), data = tensor.storage.dtype, tensor.storage.data
    if data is None or len(data) != tensor.storage.count * size:
        raise Fault("is cut short: bytes of a tensor are missing")
    count, stride = 1, []
    for length in reversed(tensor.shape):
        stride.insert(0, count)
        count *= length
    last = tensor.offset + sum((n - 1) * s for n, s in zip(tensor.shape, tensor.stride)) if count else 0
    if tensor.offset < 0 or min(tensor.stride, default=0) < 0 or (count and last >= tensor.storage.count):
        raise Fault("has a tensor that reaches past its bytes")
    dense = all(a == b for a, b, n in zip(tensor.stride, stride, tensor.shape) if n != 1)
    if dense:
        return data[tensor.offset * size : (tensor.offset + count) * size]
    places = [tensor.offset]
    for length, step in zip(tensor.shape, tensor.stride):
        places = [place + i * step for place in places for i in range(length)]
    return b"".join(data[place * size : (place + 1) * size] for place in places)


def as_written(name, tensor):
    """(safetensors type, bytes), real numbers as f32."""
    raw, kind = elements(tensor), tensor.storage.dtype[1]
    if kind in WRITTEN:
        return kind, raw
    if kind in ("F64", "F16"):
        count = len(raw) // (8 if kind == "F64" else 2)
        values = struct.unpack(f"<{count}{'d' if kind == 'F64' else 'e'}", raw)
        return "F32", array.array("f", values).tobytes()
    if kind == "BF16":  # the upper half of an f32
        return "F32", b"".join(b"\0\0" + raw[i : i + 2] for i in range(0, len(raw), 2))
    raise Fault(f"has the tensor {name} of type {kind}, which no network here takes")


def write_safetensors(path, tensors, source):
    header, body, begin = {"__metadata__": {"converted_from": os.path.basename(source)}}, [], 0
    for name in sorted(tensors):
        kind, raw = as_written(name, tensors[name])
        header[name] = {"dtype": kind, "shape": list(tensors[name].shape), "data_offsets": [begin, begin + len(raw)]}
        body.append(raw)
        begin += len(raw)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    partial = f"{path}.partial-{os.getpid()}"
    try:
        with open(partial, "wb") as file:
            file.write(struct.pack("<Q", len(text)) + text)
            file.writelines(body)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    finally:
        if os.path.exists(partial):
            os.remove(partial)


def read_weights(path):
    """What a file holds, or a Fault that says what it is instead."""
    try:
        if os.path.getsize(path) > MOST_BYTES:
            raise Fault(f"has more than {MOST_BYTES >> 30} GiB")
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        raise Fault(f"cannot be read: {error.strerror}") from None
    if not data:
        raise Fault("is empty")
    if data.startswith(b"version https://git-lfs"):
        raise Fault("is a Git-LFS pointer, not the weights: fetch them with `git lfs pull`")
    if data[:1] in (b"<", b"{") or data.lstrip()[:1] == b"<":
        raise Fault("is a text (a web page?), not weights: the download went wrong")
    try:
        if data.startswith(b"PK"):
            return read_zip(data)
        if data.startswith(b"\x80"):
            return read_legacy(data)
        if len(data) > 9 and data[8:9] == b"{":
            raise Fault("is safetensors already")
    except Fault:
        raise
    except Exception as error:  # the unpickler raises anything on bytes that are none of its own
        raise Fault(f"is cut short or damaged ({type(error).__name__}: {error})") from None
    raise Fault("is no file that PyTorch wrote")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", help=".pth or .pt file")
    parser.add_argument("output", help="safetensors file to write")
    parser.add_argument("--key", help="entry of a checkpoint that is the state dict")
    arguments = parser.parse_args()
    try:
        tensors = choose(read_weights(arguments.weights), arguments.key)
        if all(name.startswith("module.") for name in tensors):
            tensors = {name[len("module.") :]: tensor for name, tensor in tensors.items()}
        write_safetensors(arguments.output, tensors, arguments.weights)
    except Fault as fault:
        sys.exit(f"convert_weights: {arguments.weights} {fault}")
    except OSError as error:
        sys.exit(f"convert_weights: {arguments.output} cannot be written: {error.strerror}")
    print(f"{len(tensors)} tensors in {arguments.output}")


if __name__ == "__main__":
    main()
