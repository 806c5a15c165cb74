"""ROAs as validators write them in JSON: rpki-client, Routinator, StayRTR and others."""

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from socket import AF_INET, AF_INET6, inet_pton
from typing import Final, cast

from bgpkit.errors import ConfigError
from bgpkit.rpki.builder import RoaTableBuilder
from bgpkit.rpki.nodes import Node, node_of, record
from bgpkit.rpki.roa import Roa
from bgpkit.rpki.table import RoaTable
from bgpkit_rib import Prefix

_SPACE: Final = re.compile(r"[ \t\r\n]*")
_DECODER: Final = json.JSONDecoder()
_SLICE_SECONDS: Final = 0.005
"""Time for reading before others get their turn."""
_LOOK: Final = 64
"""ROAs read between two looks at the clock."""


def read_roas(text: str) -> Iterator[Roa]:
    """Yield the ROAs of a document ``{"roas": [{"prefix": ..., "maxLength": ..., "asn": ...}, ...]}``.

    ``asn`` is a number or a text like ``AS64500``; without ``maxLength`` it is the length of the prefix; other
    members are not looked at. The document is read while it is asked for, so that who reads may do other things
    in between. ConfigError names the entry that cannot be read, counted from 1, or what the document lacks.
    """
    for entry, number in _entries(text):
        yield _roa(entry, number)


def parse_roa_table(text: str) -> RoaTable:
    """Return the table of a document as :func:`read_roas` reads it; ConfigError says what is wrong with it."""
    builder = RoaTableBuilder()
    for entry, number in _entries(text):
        builder.add_record(*_record(entry, number))
    return RoaTable.of_indexes(builder.indexes())


async def load_roa_table(path: Path) -> RoaTable:
    """Return the table of a file as :func:`read_roas` reads it, leaving the event loop free in between.

    ConfigError says what is wrong with the file.
    """
    try:
        text = await asyncio.to_thread(path.read_text, encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"ROAs: {path} cannot be read: {error}") from error
    builder = RoaTableBuilder()
    clock = asyncio.get_running_loop().time
    deadline = clock() + _SLICE_SECONDS
    for entry, number in _entries(text):
        builder.add_record(*_record(entry, number))
        if not number % _LOOK and clock() > deadline:
            await asyncio.sleep(0)
            deadline = clock() + _SLICE_SECONDS
    return RoaTable.of_indexes(builder.indexes())


def _entries(text: str) -> Iterator[tuple[object, int]]:
    """Yield the members of the list ``roas``, each with its number."""
    at = _list_of_roas(text)
    number = 0
    while True:
        at = _skip(text, at)
        if number == 0 and text[at : at + 1] == "]":
            return
        number += 1
        entry, at = _value(text, at, f"entry {number}")
        yield entry, number
        at = _skip(text, at)
        if text[at : at + 1] == "]":
            return
        if text[at : at + 1] != ",":
            raise ConfigError(f"ROAs: entry {number} is followed by neither a comma nor the end of the list")
        at += 1


def _list_of_roas(text: str) -> int:
    """Return the place behind the bracket that opens the list ``roas`` of the document."""
    at = _skip(text, 0)
    if text[at : at + 1] != "{":
        raise ConfigError('ROAs: the document is no JSON object; it should be {"roas": [...]}')
    at = _skip(text, at + 1)
    while text[at : at + 1] == '"':
        name, at = _value(text, at, "the name of a member")
        at = _skip(text, at)
        if text[at : at + 1] != ":":
            break
        at = _skip(text, at + 1)
        if name == "roas" and text[at : at + 1] == "[":
            return at + 1
        _, at = _value(text, at, f"the member {name!r}")
        at = _skip(text, at)
        if text[at : at + 1] != ",":
            break
        at = _skip(text, at + 1)
    raise ConfigError('ROAs: the document has no list "roas"')


def _value(text: str, at: int, what: str) -> tuple[object, int]:
    try:
        return cast("tuple[object, int]", _DECODER.raw_decode(text, at))
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"ROAs: {what} is no JSON: {error}") from error


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return at if found is None else found.end()


def _record(entry: object, number: int) -> tuple[int, Node, int]:
    """Return width, node and record of an entry; what the system's own parser does not take is read slowly."""
    try:
        members = cast("dict[str, object]", entry)
        address, _, digits = str(members["prefix"]).partition("/")
        packed = inet_pton(AF_INET6 if ":" in address else AF_INET, address)
        width, most, asn = len(packed) * 8, members["maxLength"], _asn(members["asn"])
        length = int(digits) if digits.isascii() and digits.isdecimal() else width + 1
        if type(most) is int and length <= most <= width and 0 <= asn < 1 << 32:
            bits, spare = int.from_bytes(packed, "big"), width - length
            if not bits & ((1 << spare) - 1):
                return width, 1 << length | bits >> spare, record(asn, most)
    except (LookupError, TypeError, ValueError, OSError):
        pass
    roa = _roa(entry, number)
    return roa.prefix.width, node_of(roa.prefix.key), record(roa.asn, roa.max_length)


def _roa(entry: object, number: int) -> Roa:
    if not isinstance(entry, dict):
        raise ConfigError(f"ROAs: entry {number} is no object with prefix, maxLength and asn")
    members = cast("dict[str, object]", entry)
    try:
        prefix = Prefix.parse(str(members["prefix"]))
        length = members.get("maxLength", prefix.length)
        return Roa(prefix, _number(length, "maxLength"), _asn(members["asn"]))
    except KeyError as error:
        raise ConfigError(f"ROAs: entry {number} has no {error.args[0]}") from error
    except ValueError as error:
        raise ConfigError(f"ROAs: entry {number}: {error}") from error


def _asn(value: object) -> int:
    if isinstance(value, str):
        digits = value[2:] if value[:2].upper() == "AS" else value
        if digits.isascii() and digits.isdecimal():
            return int(digits)
    return _number(value, "asn")


def _number(value: object, name: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError(f"{name} is a number, not {value!r}")
