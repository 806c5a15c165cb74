"""The keys that a class's table may have."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import MISSING, fields, is_dataclass
from difflib import get_close_matches
from functools import cache
from typing import NamedTuple, get_origin

from bgpkit.configuration.document import Value
from bgpkit.configuration.secrets import SECRET_SUFFIXES, is_secret
from bgpkit.wire.plain.hints import fields_of, members_of


class Written(NamedTuple):
    """A field that is written, and its value."""

    field: str
    value: Value


@cache
def hints_of(cls: type) -> Mapping[str, object]:
    """Return the type hints of a class's fields by name, found out once: a file may have thousands of peers."""
    return fields_of(cls) or {}


@cache
def keys_of(cls: type) -> tuple[str, ...]:
    """Return the keys of a class's table: its fields, for a secret also where it is to be read."""
    found: list[str] = []
    for name, hint in hints_of(cls).items():
        if not _is_for_programs(hint):
            found.append(name)
        if is_secret(hint):
            found += [f"{name}{suffix}" for suffix in SECRET_SUFFIXES]
    return tuple(found)


def written(cls: type, key: str, value: Value) -> Written | None:
    """Return the field that ``key`` is for, and its value; None when it is for none."""
    hints = hints_of(cls)
    for suffix in SECRET_SUFFIXES:
        name = key.removesuffix(suffix)
        if name != key and name in hints and is_secret(hints[name]):
            return Written(name, Value({suffix[1:]: value}, value.place, value.name))
    return Written(key, value) if key in hints else None


@cache
def required(cls: type) -> tuple[str, ...]:
    """Return the fields that a file must give: they have no default."""
    hints = hints_of(cls)
    return tuple(
        each.name
        for each in fields(cls)
        if each.init
        and each.default is MISSING
        and each.default_factory is MISSING
        and not _is_for_programs(hints[each.name])
    )


def meant(key: str, known: Collection[str], cls: type | None = None) -> str:
    """Return what somebody who wrote ``key`` may have meant, in the table of ``cls`` or inside it."""
    for name, inner in _inner_tables(cls):
        if key in keys_of(inner):
            return f"it belongs inside {name!r}: write {name}.{key}"
    for word in (key, key.replace("-", "_"), key.replace("_", "-")):
        near = get_close_matches(word, known, 1, 0.6)
        if near:
            return f"did you mean {near[0]!r}?"
    return f"known: {', '.join(known)}"


def _inner_tables(cls: type | None) -> list[tuple[str, type]]:
    """Return the fields of a class that are tables themselves, and the classes of these."""
    hints: Mapping[str, object] = {} if cls is None else hints_of(cls)
    return [
        (name, member)
        for name, hint in hints.items()
        for member in members_of(hint)
        if isinstance(member, type) and is_dataclass(member) and not hasattr(member, "parse")
    ]


def _is_for_programs(hint: object) -> bool:
    """Tell whether only a program can give a value of this hint."""
    return any(get_origin(member) is get_origin(Callable[[], None]) for member in members_of(hint))
