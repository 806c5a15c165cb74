"""As much of protocol buffers as a few requests need: messages by field number, written and read."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias, Union

Value: TypeAlias = Union[int, str, "Message", Sequence["Value"]]
Message: TypeAlias = Mapping[int, Value]
_VARINT, _LENGTH = 0, 2


def encode(message: Message) -> bytes:
    """Return the octets of a message: numbers, texts, messages, and lists of them by field number."""
    return b"".join(octets for number, value in message.items() for octets in _field(number, value))


def decode(octets: bytes) -> dict[int, list[int | bytes]]:
    """Return the values of a message by field number; texts and messages stay octets."""
    found: dict[int, list[int | bytes]] = {}
    at = 0
    while at < len(octets):
        key, at = _read_varint(octets, at)
        value: int | bytes
        if key & 7 == _VARINT:
            value, at = _read_varint(octets, at)
        else:
            assert key & 7 == _LENGTH, f"wire type {key & 7} is not read"
            length, at = _read_varint(octets, at)
            value, at = octets[at : at + length], at + length
        found.setdefault(key >> 3, []).append(value)
    return found


def text(octets: bytes, *path: int) -> str:
    """Return the text at a path of field numbers, the first of each; empty when it is not there."""
    for number in path:
        (value, *_) = decode(octets).get(number) or [b""]
        assert isinstance(value, bytes)
        octets = value
    return octets.decode()


def entries(pairs: Mapping[str, str]) -> list[Value]:
    """Return what a map of texts is on the wire."""
    return [{1: key, 2: value} for key, value in pairs.items()]


def _field(number: int, value: Value) -> Iterator[bytes]:
    if isinstance(value, int):
        yield _varint(number << 3 | _VARINT) + _varint(value)
    elif isinstance(value, str | Mapping):
        octets = value.encode() if isinstance(value, str) else encode(value)
        yield _varint(number << 3 | _LENGTH) + _varint(len(octets)) + octets
    else:
        for item in value:
            yield from _field(number, item)


def _varint(value: int) -> bytes:
    octets = bytearray()
    while value > 0x7F:
        octets.append(value & 0x7F | 0x80)
        value >>= 7
    octets.append(value)
    return bytes(octets)


def _read_varint(octets: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        octet = octets[at]
        value |= (octet & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if octet < 0x80:
            return value, at
