"""One file of the disk tier: a header that says what it is, then the bytes of its arrays, with a checksum over all.

A file that is not exactly what was asked for (cut short, changed, another model's) is no file. Plain bytes, no MLX.
"""

import json
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

_MAGIC = b"pensieve-kv-1\n"
_CHECK = struct.Struct("<I")
_LENGTH = struct.Struct("<Q")


@dataclass(slots=True, frozen=True)
class Packed:
    """Arrays as bytes: `form` is JSON that says how to put them together again, one entry of `buffers` an array."""

    form: Any
    buffers: Sequence[bytes]

    @property
    def nbytes(self) -> int:
        return sum(map(len, self.buffers))


class NotAsWritten(Exception):
    """The file is damaged or is not the one asked for."""


def encode(name: str, packed: Packed) -> list[bytes]:
    """The parts of the file that holds `packed` under `name`, to be written one after the other."""
    header = json.dumps({"name": name, "form": packed.form, "sizes": [len(b) for b in packed.buffers]}).encode()
    parts = [_LENGTH.pack(len(header)), header, *packed.buffers]
    check = 0
    for part in parts:
        check = zlib.crc32(part, check)
    return [_MAGIC, _CHECK.pack(check), *parts]


def decode(name: str, content: bytes) -> Packed:
    """What the file holds. Raises `NotAsWritten`."""
    begin = len(_MAGIC) + _CHECK.size
    if content[: len(_MAGIC)] != _MAGIC or len(content) < begin + _LENGTH.size:
        raise NotAsWritten(f"{name} does not begin as such a file does")
    (check,) = _CHECK.unpack(content[len(_MAGIC) : begin])
    if zlib.crc32(memoryview(content)[begin:]) != check:
        raise NotAsWritten(f"{name} has another checksum than when it was written")
    (length,) = _LENGTH.unpack(content[begin : begin + _LENGTH.size])
    begin += _LENGTH.size
    header = cast("dict[str, Any]", json.loads(content[begin : begin + length]))
    if header["name"] != name:
        raise NotAsWritten(f"{name} holds {header['name']}")
    at = begin + length
    buffers: list[bytes] = []
    for size in cast("list[int]", header["sizes"]):
        buffers.append(content[at : at + size])
        at += size
    return Packed(header["form"], buffers)
