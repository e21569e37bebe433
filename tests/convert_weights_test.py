#!/usr/bin/env python3
"""scripts/convert_weights.py on files made here as PyTorch writes them, and on files that are something else."""
import collections
import io
import json
import os
import pickle
import struct
import subprocess
import sys
import tempfile
import types
import unittest
import zipfile

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "scripts", "convert_weights.py")


def fake_torch():
    """Modules whose names pickles of tensors refer to; only their names matter."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    for name in ("FloatStorage", "LongStorage", "HalfStorage", "DoubleStorage", "BFloat16Storage", "ShortStorage"):
        setattr(torch, name, type(name, (), {"__module__": "torch"}))

    def _rebuild_tensor_v2(*arguments):
        raise AssertionError("only its name is pickled")

    _rebuild_tensor_v2.__module__, _rebuild_tensor_v2.__qualname__ = "torch._utils", "_rebuild_tensor_v2"
    utils._rebuild_tensor_v2 = _rebuild_tensor_v2
    sys.modules["torch"], sys.modules["torch._utils"] = torch, utils
    return torch, utils


TORCH, UTILS = fake_torch()


class Bytes:
    """A storage to be pickled by its persistent id."""

    def __init__(self, key, kind, raw, size):
        self.key, self.kind, self.raw, self.count = key, kind, raw, len(raw) // size


class FakeTensor:
    def __init__(self, storage, offset, shape, stride):
        self.arguments = (storage, offset, shape, stride, False, collections.OrderedDict())

    def __reduce__(self):
        return UTILS._rebuild_tensor_v2, self.arguments


class Module:
    """A pickled module: parameters, buffers, children."""

    def __init__(self, parameters=None, modules=None):
        self._parameters = collections.OrderedDict(parameters or {})
        self._buffers = collections.OrderedDict()
        self._modules = collections.OrderedDict(modules or {})
        self.training = True


class Command:
    """A pickle that would run a command."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch {self.path}",)


def pickled(value, seen, legacy):
    class Pickler(pickle.Pickler):
        def persistent_id(self, item):
            if not isinstance(item, Bytes):
                return None
            seen[item.key] = item
            saved = ("storage", item.kind, item.key, "cpu", item.count)
            return saved + (None,) if legacy else saved

    out = io.BytesIO()
    Pickler(out, protocol=2).dump(value)
    return out.getvalue()


def zip_file(value):
    seen, out = {}, io.BytesIO()
    data = pickled(value, seen, legacy=False)
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("archive/data.pkl", data)
        for key, item in seen.items():
            archive.writestr(f"archive/data/{key}", item.raw)
    return out.getvalue()


def legacy_file(value):
    seen = {}
    plain = lambda item: pickle.dumps(item, protocol=2)
    data = plain(0x1950A86A20F9469CFC6C) + plain(1001) + plain({"little_endian": True})
    data += pickled(value, seen, legacy=True) + plain(list(seen))
    for item in seen.values():
        data += struct.pack("<q", item.count) + item.raw
    return data


def floats(key, *values):
    return Bytes(key, TORCH.FloatStorage, struct.pack(f"<{len(values)}f", *values), 4)


def matrix(key="0"):
    return FakeTensor(floats(key, 1, 2, 3, 4, 5, 6), 0, (2, 3), (3, 1))


class Convert(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()

    def tearDown(self):
        self.folder.cleanup()

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def convert(self, data, *options):
        with open(self.path("in.pth"), "wb") as file:
            file.write(data)
        return subprocess.run([sys.executable, SCRIPT, self.path("in.pth"), self.path("out.safetensors"), *options],
                              capture_output=True, text=True, check=False)

    def result(self):
        with open(self.path("out.safetensors"), "rb") as file:
            data = file.read()
        length = struct.unpack("<Q", data[:8])[0]
        header, body = json.loads(data[8 : 8 + length]), data[8 + length :]
        header.pop("__metadata__")
        values = {}
        for name, entry in header.items():
            begin, end = entry["data_offsets"]
            code = {"F32": "f", "I64": "q"}[entry["dtype"]]
            size = struct.calcsize(code)
            values[name] = (tuple(entry["shape"]), struct.unpack(f"<{(end - begin) // size}{code}", body[begin:end]))
        return values

    def expect_fault(self, data, text, *options):
        done = self.convert(data, *options)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(text, done.stderr)
        self.assertNotIn("Traceback", done.stderr)
        self.assertEqual(os.listdir(self.folder.name), ["in.pth"])

    def test_state_dicts_of_both_formats(self):
        for write in (zip_file, legacy_file):
            done = self.convert(write(collections.OrderedDict(weight=matrix("a"), bias=FakeTensor(
                floats("b", 7, 8, 9), 1, (2,), (1,)))))
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(self.result(), {"weight": ((2, 3), (1, 2, 3, 4, 5, 6)), "bias": ((2,), (8, 9))})

    def test_transposed_tensors_are_put_in_order(self):
        self.convert(zip_file({"w": FakeTensor(floats("0", 1, 2, 3, 4, 5, 6), 0, (3, 2), (1, 3))}))
        self.assertEqual(self.result(), {"w": ((3, 2), (1, 4, 2, 5, 3, 6))})

    def test_real_types_become_f32_and_whole_ones_stay(self):
        self.convert(zip_file({
            "half": FakeTensor(Bytes("h", TORCH.HalfStorage, struct.pack("<2e", 0.5, -2), 2), 0, (2,), (1,)),
            "double": FakeTensor(Bytes("d", TORCH.DoubleStorage, struct.pack("<d", 0.25), 8), 0, (), ()),
            "bfloat": FakeTensor(Bytes("b", TORCH.BFloat16Storage, b"\x80\x3f", 2), 0, (1,), (1,)),
            "count": FakeTensor(Bytes("c", TORCH.LongStorage, struct.pack("<q", 42), 8), 0, (), ())}))
        self.assertEqual(self.result(), {"half": ((2,), (0.5, -2)), "double": ((), (0.25,)), "bfloat": ((1,), (1,)),
                                         "count": ((), (42,))})

    def test_a_pickled_module_gives_its_state_dict(self):
        for write in (zip_file, legacy_file):
            self.convert(write(Module({"scale": matrix("a")}, {"inner": Module({"weight": matrix("b")})})))
            self.assertEqual(set(self.result()), {"scale", "inner.weight"})

    def test_checkpoints_and_prefixes(self):
        checkpoint = {"epoch": 3, "model": {"module.w": matrix("a")}, "other": {"v": matrix("b")}}
        self.assertEqual(self.convert(zip_file(checkpoint), "--key", "model").returncode, 0)
        self.assertEqual(set(self.result()), {"w"})
        os.remove(self.path("out.safetensors"))
        self.expect_fault(zip_file(checkpoint), "choose one with --key: model, other")
        self.expect_fault(zip_file(checkpoint), "has no entry modle", "--key", "modle")

    def test_a_pickle_runs_nothing(self):
        for write in (zip_file, legacy_file):
            done = self.convert(write({"w": matrix(), "trap": Command(self.path("ran"))}))
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertFalse(os.path.exists(self.path("ran")))

    def test_what_is_no_weights_is_named(self):
        whole, old = zip_file({"w": matrix()}), legacy_file({"w": matrix()})
        self.expect_fault(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "Git-LFS pointer")
        self.expect_fault(b"<html>not found</html>", "web page")
        self.expect_fault(b"", "is empty")
        self.expect_fault(b"\x01" * 200, "no file that PyTorch wrote")
        self.expect_fault(whole[: len(whole) // 2], "cut short")
        self.expect_fault(old[:-5], "cut short")
        self.expect_fault(old[: len(old) // 3], "cut short")
        self.expect_fault(zip_file({"epoch": 3}), "holds no tensors")
        self.expect_fault(pickle.dumps({"w": 1}, protocol=2), "not one that PyTorch wrote")
        self.expect_fault(zip_file({"w": FakeTensor(floats("0", 1, 2), 0, (3,), (1,))}), "past its bytes")
        self.expect_fault(zip_file({"w": FakeTensor(Bytes("0", TORCH.ShortStorage, b"\1\0", 2), 0, (1,), (1,))}),
                          "of type I16")


if __name__ == "__main__":
    unittest.main()
