#!/usr/bin/env python3
"""Opens a sealed file as docs/share_format.md describes it, with libsodium's functions and nothing of scrim's.

    open_sealed.py FILE KEY SIGNS

KEY: a secret key's file, or a file whose first line is a passphrase; SIGNS: where to write a byte a sign (255 = -1)
"""
import base64, ctypes, ctypes.util, hashlib, struct, sys

sodium = ctypes.CDLL(ctypes.util.find_library("sodium"))
sodium.sodium_init()
ulong = ctypes.c_ulonglong


def subkey(key, number):
    return hashlib.blake2b(key=key, salt=struct.pack("<Q", number), person=b"scrimshr", digest_size=32).digest()


def mac(key, *parts):
    return hashlib.blake2b(b"".join(parts), key=key, digest_size=32).digest()


def need(condition, otherwise):
    if not condition:
        sys.exit(otherwise)


def file_key(entries, line):
    key = ctypes.create_string_buffer(32)
    if not line.startswith(b"scrim-secret-key-1 "):
        for kind, entry in entries:
            if kind == 2:
                wrapping = ctypes.create_string_buffer(32)
                need(sodium.crypto_pwhash(wrapping, ulong(32), line, ulong(len(line)), entry[:16], ulong(3),
                                          ctypes.c_size_t(256 << 20), 2) == 0, "not enough memory")
                need(sodium.crypto_secretbox_open_easy(key, entry[40:], ulong(48), entry[16:40], wrapping) == 0,
                     "wrong passphrase")
                return key.raw
        sys.exit("not sealed to a passphrase")
    secret, public = base64.b64decode(line.split()[1]), ctypes.create_string_buffer(32)
    sodium.crypto_scalarmult_base(public, secret)
    own_id = hashlib.blake2b(public.raw, digest_size=32).digest()[:8]
    for kind, entry in entries:
        if kind == 1 and entry[:8] == own_id:
            need(sodium.crypto_box_seal_open(key, entry[8:], ulong(80), public, secret) == 0, "damaged entry")
            return key.raw
    sys.exit("not sealed to this key")


def open_stream(header, key, payload):
    state, plain = ctypes.create_string_buffer(256), b""
    sodium.crypto_secretstream_xchacha20poly1305_init_pull(state, header[96:120], key)
    for at in range(0, len(payload), 65536 + 17):
        chunk = payload[at:at + 65536 + 17]
        out, tag = ctypes.create_string_buffer(len(chunk)), ctypes.create_string_buffer(1)
        need(sodium.crypto_secretstream_xchacha20poly1305_pull(
            state, out, None, tag, chunk, ulong(len(chunk)), header, ulong(128)) == 0, "the payload was changed")
        need((tag.raw == b"\3") == (at + len(chunk) == len(payload)), "not the last chunk")
        plain += out.raw[:len(chunk) - 17]
    return plain


def range_decoded(data, lines, c, k):
    need(data[0] == 0, "damaged")
    value, at, scale, signs = int.from_bytes(data[1:5], "big"), 5, 2**32 - 1, bytearray()
    for _ in range(lines):
        r, p, q = c, k, k
        while r:
            unit = scale // r
            place = value // unit
            need(place < r, "damaged")
            begin, width, sign = (0, p, 1) if place < p else (p, q, 255) if place < p + q else (p + q, r - p - q, 0)
            value, scale = value - begin * unit, width * unit
            while scale < 2**24:
                value, scale, at = value << 8 | data[at], scale << 8, at + 1
            r, p, q = r - 1, p - (sign == 1), q - (sign == 255)
            signs.append(sign)
    need(not any(data[at:]), "something follows")
    return signs


def unpadded(header, key, dense, count):
    stream = ctypes.create_string_buffer(2 * len(dense) + 1024)
    sodium.crypto_stream_xchacha20(stream, ulong(len(stream)), header[96:120], key)
    pad, signs = (byte for byte in stream.raw if byte < 243), bytearray()
    for byte, other in zip(dense, pad):
        for _ in range(5):
            signs.append(((byte - other) % 3 - 1) % 256)
            byte, other = byte // 3, other // 3
    return signs[:count]


def main(path, key_path, out_path):
    data = open(path, "rb").read()
    header = data[:128]
    magic, version, mode, bits, height, width, P, c, k, m, s, zero = struct.unpack("<8sHBBIIHHHHHH", header[:32])
    need((magic, version, zero) == (b"SCRIMSHR", 1, 0), "not a sealed file of version 1")
    count, at, entries = struct.unpack_from("<H", data, 128)[0], 130, []
    for _ in range(count):
        entries.append((data[at], data[at + 1:at + 89]))
        at += 89
    payload = data[at + 32:]
    need(len(payload) == struct.unpack("<Q", header[120:])[0], "the payload is not as long as the header says")
    key = file_key(entries, open(key_path, "rb").read().split(b"\n")[0])
    need(mac(subkey(key, 2), header, data[128:at]) == data[at:at + 32], "header or recipients were changed")
    lines = -(-height // P) * -(-width // P) * s * s * m
    if mode == 1:
        signs = range_decoded(open_stream(header, subkey(key, 1), payload), lines, c, k)
    else:
        need(mac(subkey(key, 4), header, payload[:-32]) == payload[-32:], "the payload was changed")
        signs = unpadded(header, subkey(key, 3), payload[:-32], lines * c)
    open(out_path, "wb").write(signs)


main(*sys.argv[1:])
