"""A TOML file as values that know where they stand."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Final, NoReturn, TypeAlias, cast

from bgpkit.configuration.fault import Fault, Faults, FaultyError
from bgpkit.configuration.positions import Path as KeyPath
from bgpkit.configuration.positions import Positions, positions_of

Data: TypeAlias = "str | int | float | bool | datetime | date | time | list[Value] | dict[str, Value]"

LONGEST_FILE: Final = 16 << 20
"""Octets of a configuration file, at most."""


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a document, with all that is inside it."""

    data: Data
    place: Place
    name: str
    """Its keys, as a person would say them: ``peers[2].hold_time``, counted from 1; a header names its table."""

    def plain(self) -> object:
        """Return what tomllib gave."""
        match self.data:
            case list():
                return [each.plain() for each in self.data]
            case dict():
                return {key: each.plain() for key, each in self.data.items()}
            case _:
                return self.data

    def over(self, defaults: "Value") -> "Value":
        """Return this table with what only ``defaults`` has, and tables inside it likewise."""
        if not isinstance(self.data, dict) or not isinstance(defaults.data, dict):
            return self
        merged = dict(defaults.data)
        for key, value in self.data.items():
            merged[key] = value.over(merged[key]) if key in merged else value
        return Value(merged, self.place, self.name)


@dataclass(frozen=True, slots=True)
class Document:
    """A file that has been read."""

    file: str
    text: str
    positions: Positions
    root: Value


def read_document(path: Path, faults: Faults) -> Document:
    """Return the document in a file; what stands in the way is noted, and FaultyError raised."""
    file = str(path)

    def wrong(what: str, line: int = 0) -> NoReturn:
        faults.add(Fault(file, line, what))
        raise FaultyError

    try:
        with path.open("rb") as opened:
            octets = opened.read(LONGEST_FILE + 1)
    except OSError as error:
        wrong(f"it cannot be read: {error.strerror or error}")
    if len(octets) > LONGEST_FILE:
        wrong(f"it is longer than {LONGEST_FILE >> 20} MiB; that is no configuration")
    try:
        text = octets.decode()
    except UnicodeDecodeError as error:
        wrong("there is an octet that is not UTF-8; TOML files are", octets.count(b"\n", 0, error.start) + 1)
    try:
        data = tomllib.loads(text)
        positions = positions_of(text)
        return Document(file, text, positions, _value(data, (), file, positions.line))
    except tomllib.TOMLDecodeError as error:
        wrong(*_placed(str(error), text))
    except RecursionError:
        wrong("arrays and tables stand too deep in one another")


def _placed(complaint: str, text: str) -> tuple[str, int]:
    """Return what tomllib complains of, and the line, which it says last."""
    what, _, where = complaint.rpartition(" (at ")
    digits = where.removeprefix("line ").partition(",")[0]
    line = int(digits) if digits.isdecimal() else text.rstrip().count("\n") + 1
    return f"this is not TOML: {what or complaint}", line


def _value(data: object, path: KeyPath, file: str, line: Callable[[KeyPath], int]) -> Value:
    place = Place(file, line(path))
    if isinstance(data, list):
        items = [_value(each, (*path, at), file, line) for at, each in enumerate(cast("list[object]", data))]
        return Value(items, place, named(path))
    if isinstance(data, dict):
        entries = {key: _value(each, (*path, key), file, line) for key, each in cast("dict[str, object]", data).items()}
        return Value(entries, place, named(path))
    return Value(cast("str | int | float | bool | datetime | date | time", data), place, named(path))


def named(path: KeyPath) -> str:
    """Return a path as a person would say it."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def entries_of(value: Value) -> Mapping[str, Value]:
    """Return what is in a table; of what is no table, nothing."""
    return value.data if isinstance(value.data, dict) else {}
