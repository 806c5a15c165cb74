"""Frozen dataclasses as protocol buffers: the part of the encoding that etcd's messages use.

A field is ``name: Annotated[type, number] = default``, its type bytes, str, int (int64), bool, a message, ``message |
None`` or ``tuple[message, ...]``. Protocol Buffers, "Encoding": unknown fields are passed over, defaults are not sent
(but a message that is present is, however empty). A library of its own would bind who embeds the agent to its version.
"""

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Final, TypeVar, get_args, get_origin, get_type_hints

M = TypeVar("M")

_BITS: Final = (1 << 64) - 1


_VARINT: Final = 0
_LEN: Final = 2
_FIXED: Final = {1: 8, 5: 4}  # octets of the wire types of fixed length, which etcd's messages do not use


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    number: int
    type: type
    many: bool


def encoder(kind: type[M]) -> Callable[[M], bytes]:
    """Return the function that writes a message of this kind."""
    del kind
    return encode


def encode(message: object) -> bytes:
    """Return a message's octets."""
    out = bytearray()
    for field in _fields(_class_of(message)):
        value: Any = getattr(message, field.name)
        for item in value if field.many else (value,):
            if isinstance(item, int):
                if item:
                    out += _varint(field.number << 3 | _VARINT) + _varint(item & _BITS)
            elif item is not None and item not in {b"", ""}:
                octets = _octets(item)
                out += _varint(field.number << 3 | _LEN) + _varint(len(octets)) + octets
    return bytes(out)


def decoder(kind: type[M]) -> Callable[[bytes], M]:
    """Return a function that reads a message of this kind; it raises ValueError for octets that are none."""
    known: Any = kind
    return _decoder(known)


@functools.cache
def _decoder(kind: Any) -> Callable[[bytes], Any]:
    fields = {field.number: (field.name, field.many, _reader(field.type)) for field in _fields(kind)}

    def decode(octets: bytes) -> Any:
        """Read one message."""
        values: dict[str, Any] = {}
        lists: dict[str, list[object]] = {}
        for number, value in _pairs(octets):
            if number in fields:
                name, many, read = fields[number]
                if many:
                    lists.setdefault(name, []).append(read(value))
                else:
                    values[name] = read(value)
        for name, items in lists.items():
            values[name] = tuple(items)
        return kind(**values)

    return decode


def _reader(kind: type) -> Callable[[Any], object]:
    """Return what makes a value of a field's type of its raw value."""
    if hasattr(kind, "__dataclass_fields__"):
        return _of_octets(decoder(kind))
    if kind is bytes:
        return _of_octets(bytes)
    return _of_octets(_text) if kind is str else _of_number(kind)


def _of_octets(read: Callable[[bytes], object]) -> Callable[[Any], object]:
    def checked(value: int | bytes) -> object:
        """Refuse a number."""
        if isinstance(value, int):
            raise ValueError("octets were expected")
        return read(value)

    return checked


def _of_number(kind: Callable[[int], object]) -> Callable[[Any], object]:
    def checked(value: int | bytes) -> object:
        """Refuse octets."""
        if isinstance(value, bytes):
            raise ValueError("a number was expected")
        return kind(value - (1 << 64) if value >> 63 else value)

    return checked


def _text(octets: bytes) -> str:
    return octets.decode(errors="replace")


def _class_of(message: object) -> Any:
    return type(message)


def _octets(item: object) -> bytes:
    if isinstance(item, bytes):
        return item
    return item.encode() if isinstance(item, str) else encode(item)


def _pairs(octets: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield each field's number and raw value; fields of fixed length come as octets."""
    at, end = 0, len(octets)
    while at < end:
        tag, at = _read_varint(octets, at)
        kind = tag & 7
        if kind == _VARINT:
            number, at = _read_varint(octets, at)
            yield tag >> 3, number
            continue
        if kind == _LEN:
            length, at = _read_varint(octets, at)
        elif kind in _FIXED:
            length = _FIXED[kind]
        else:
            raise ValueError(f"wire type {kind} is not known")
        if at + length > end:
            raise ValueError("the message is cut off")
        yield tag >> 3, octets[at : at + length]
        at += length


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _read_varint(octets: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    try:
        while (octet := octets[at]) > 0x7F:
            number |= (octet & 0x7F) << shift
            shift += 7
            at += 1
    except IndexError:
        raise ValueError("the message is cut off") from None
    return (number | octet << shift) & _BITS, at + 1


@functools.cache
def _fields(kind: Any) -> tuple[_Field, ...]:
    """Return what the annotations of a message say, in the order of the numbers."""
    fields: list[_Field] = []
    for name, hint in get_type_hints(kind, include_extras=True).items():
        if get_origin(hint) is Annotated:
            inner, number = get_args(hint)
            parts = [part for part in get_args(inner) if part not in {NoneType, Ellipsis}]
            many = get_origin(inner) is tuple
            fields.append(_Field(name, number, parts[0] if many or isinstance(inner, UnionType) else inner, many))
    return tuple(sorted(fields, key=lambda field: field.number))
