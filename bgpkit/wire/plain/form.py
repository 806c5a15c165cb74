"""The form that values have in JSON, and those of single values: numbers, octets, names, texts, addresses."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from ipaddress import IPv4Address, IPv6Address
from types import NoneType
from typing import Final, TypeAlias

from bgpkit.wire.plain.hints import parse_of, type_name
from bgpkit.wire.plain.json_data import Json, Kind, PlaceError, deeper, is_object, require_keys, unwanted

Write: TypeAlias = Callable[[object, int], Json]
"""A value to JSON. The number is how many levels of arrays and objects are left; PlaceError for what does not fit."""

Read: TypeAlias = Callable[[object, int], object]
"""JSON to a value. The number is how many levels of arrays and objects are left; PlaceError for what does not fit."""

_HEX: Final = re.compile(r"(?:[0-9a-fA-F]{2})*")
_NOT_FINITE: Final = frozenset({"inf", "-inf", "nan"})
_EXACT_INTEGERS: Final = 1 << 53
"""Up to here each integer is a float. IEEE 754, binary64."""


@dataclass(frozen=True, slots=True)
class Form:
    """How the values of some classes are written in JSON and read back."""

    kind: Kind
    """The kind of JSON that is written."""
    classes: tuple[type, ...]
    """The classes of the values."""
    write: Write
    read: Read

    @property
    def name(self) -> str:
        """The name of the class; what ``type`` says where it is told."""
        return " or ".join(map(type_name, self.classes))


def _read_none(data: object, depth: int) -> None:
    del depth
    if data is not None:
        raise unwanted(data, "null")


def _read_bool(data: object, depth: int) -> bool:
    del depth
    if not isinstance(data, bool):
        raise unwanted(data, "true or false")
    return data


def _read_int(data: object, depth: int) -> int:
    """Return a number; one of a subclass, such as an IntEnum, as what it stands for."""
    del depth
    if not isinstance(data, int) or isinstance(data, bool):
        raise unwanted(data, "an integer")
    return int(data)


def _read_str(data: object, depth: int) -> str:
    del depth
    if not isinstance(data, str):
        raise unwanted(data, "a string")
    return data


def _write_float(value: object, depth: int) -> float | str:
    """Return a number, or the word for one that JSON does not have. RFC 8259, section 6."""
    del depth
    if not isinstance(value, float):
        raise unwanted(value, "a value of class float")
    return value if math.isfinite(value) else str(value)


def _read_float(data: object, depth: int) -> float:
    del depth
    if isinstance(data, str) and data in _NOT_FINITE:
        return float(data)
    if isinstance(data, int) and not isinstance(data, bool) and abs(data) <= _EXACT_INTEGERS:
        return float(data)
    if not isinstance(data, float) or not math.isfinite(data):
        raise unwanted(data, "a number")
    return data


def _write_hex(value: object, depth: int) -> str:
    del depth
    if not isinstance(value, bytes):
        raise unwanted(value, "a value of class bytes")
    return value.hex()


def _read_hex(data: object, depth: int) -> bytes:
    del depth
    if not isinstance(data, str) or not _HEX.fullmatch(data):
        raise unwanted(data, "a string with pairs of hexadecimal digits")
    return bytes.fromhex(data)


NONE: Final = Form(Kind.NULL, (NoneType,), _read_none, _read_none)
BOOL: Final = Form(Kind.BOOLEAN, (bool,), _read_bool, _read_bool)
INT: Final = Form(Kind.INTEGER, (int,), _read_int, _read_int)
STR: Final = Form(Kind.STRING, (str,), _read_str, _read_str)
FLOAT: Final = Form(Kind.NUMBER, (float,), _write_float, _read_float)
"""A number with a fraction, exactly: Python writes as many digits as tell it from all others.

Infinity is ``"inf"`` or ``"-inf"``.
"""
HEX: Final = Form(Kind.STRING, (bytes,), _write_hex, _read_hex)
"""Octets in hexadecimal digits, written in lower case."""


def _write_time(value: object, depth: int) -> str:
    del depth
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise unwanted(value, "a value of class datetime with its zone")
    return value.isoformat()


def _read_time(data: object, depth: int) -> datetime:
    del depth
    try:
        time = datetime.fromisoformat(data) if isinstance(data, str) else None
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        raise unwanted(data, "the text of a time with its zone")
    return time


TIME: Final = Form(Kind.STRING, (datetime,), _write_time, _read_time)
"""A moment, such as ``2026-01-31T12:00:00.250000+00:00``. ISO 8601; RFC 3339."""


def enum_form(cls: type[Enum]) -> Form:
    """Return the form of an Enum: a member's name in lower case with hyphens, such as ``confed-set``."""
    names = {member.name.lower().replace("_", "-"): member for member in cls}

    def write(value: object, depth: int) -> str:
        del depth
        if not isinstance(value, cls):
            raise unwanted(value, f"a value of class {cls.__name__}")
        return value.name.lower().replace("_", "-")

    def read(data: object, depth: int) -> Enum:
        del depth
        member = names.get(data) if isinstance(data, str) else None
        if member is None:
            raise unwanted(data, f"one of {', '.join(names)}")
        return member

    return Form(Kind.STRING, (cls,), write, read)


def text_form(cls: type) -> Form:
    """Return the form of a value that its text says wholly: a prefix, a community, a route distinguisher."""
    parse = parse_of(cls)

    def write(value: object, depth: int) -> str:
        del depth
        if not isinstance(value, cls):
            raise unwanted(value, f"a value of class {cls.__name__}")
        return str(value)

    def read(data: object, depth: int) -> object:
        del depth
        if not isinstance(data, str):
            raise unwanted(data, f"the text of a value of class {cls.__name__}")
        try:
            return parse(data)
        except (ValueError, ArithmeticError) as error:
            raise PlaceError(str(error)) from error

    return Form(Kind.STRING, (cls,), write, read)


def address_form(*classes: type[IPv4Address] | type[IPv6Address]) -> Form:
    """Return the form of an IPv4 or IPv6 address, or of either: the text tells. One with a zone is refused."""
    wanted = " or ".join(cls.__name__ for cls in classes)

    def write(value: object, depth: int) -> str:
        del depth
        if not isinstance(value, classes) or "%" in str(value):
            raise unwanted(value, f"a value of class {wanted}, without a zone")
        return str(value)

    def read(data: object, depth: int) -> IPv4Address | IPv6Address:
        del depth
        address = _address(data) if isinstance(data, str) else None
        if not isinstance(address, classes):
            raise unwanted(data, f"the text of an {wanted}")
        return address

    return Form(Kind.STRING, classes, write, read)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return None if "%" in text else IPv6Address(text) if ":" in text else IPv4Address(text)
    except ValueError:
        return None


def named_form(form: Form) -> Form:
    """Return a form that tells the class of what is written as a string: ``{"type": "origin", "text": "igp"}``.

    Octets have a key that tells: ``{"hex": "0a00"}``.
    """
    octets = form.classes == (bytes,)
    key, keys = ("hex", ("hex",)) if octets else ("text", ("type", "text"))

    def write(value: object, depth: int) -> Json:
        inner = deeper(depth)
        text = form.write(value, inner)
        return {key: text} if octets else {"type": form.name, key: text}

    def read(data: object, depth: int) -> object:
        if not is_object(data) or not (octets or data.get("type") == form.name):
            raise unwanted(data, 'an object with the key "hex"' if octets else f'an object of the type "{form.name}"')
        require_keys(data, keys, "this object" if octets else f"this {form.name}")
        inner = deeper(depth)
        try:
            return form.read(data[key], inner)
        except PlaceError as error:
            error.within(key)
            raise

    return Form(Kind.OBJECT, form.classes, write, read)


HEX_OBJECT: Final = named_form(HEX)
"""Octets where a string would be taken for something else: ``{"hex": "0a00"}``."""
