"""What the type hints of a class say of its fields, and the names that classes have in JSON."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from types import UnionType
from typing import Final, NewType, Protocol, TypeGuard, Union, get_args, get_origin, get_type_hints, runtime_checkable

from bgpkit.wire.attributes import Attribute
from bgpkit.wire.plain.json_data import is_tuple
from bgpkit_rib import AsPath

_BY_FIELDS: Final[frozenset[type]] = frozenset({AsPath})
"""Classes whose text, though it can be parsed, does not tell all: an AS path's does not say where segments end."""
_LATE: Final[Mapping[str, type]] = {"Attribute": Attribute}
"""Names in hints that their modules import for checkers only, since in earnest it would be a circle."""
_WORDS: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@runtime_checkable
class _TextClass(Protocol):
    def parse(self, text: str, /) -> object: ...


def is_text(cls: type) -> bool:
    """Tell whether the values of a class are written as their text: those of each class that has a ``parse``.

    Such a class promises that its text says all: ``parse(str(value)) == value``.
    """
    return cls not in _BY_FIELDS and hasattr(cls, "parse")


def parse_of(cls: object) -> Callable[[str], object]:
    """Return what makes a value of a class from its text; ValueError for a class whose values are no texts."""
    if not isinstance(cls, _TextClass):
        raise ValueError(f"{cls} has no parse")
    return cls.parse


def fields_of(cls: type) -> Mapping[str, object] | None:
    """Return the type hints of a class that is made of fields, by name in order; None for any other class.

    A dataclass and a NamedTuple are made of fields.
    """
    names = _names_of(cls)
    if names is None:
        return None
    hints = _hints_of(cls)
    return {name: hints[name] for name in names}


def is_enum(cls: type) -> TypeGuard[type[Enum]]:
    """Tell whether a class is an Enum."""
    return issubclass(cls, Enum)


def is_named_tuple(cls: type) -> bool:
    """Tell a NamedTuple from all other classes, plain tuples among them."""
    return tuple in cls.__mro__ and hasattr(cls, "_fields")


def _names_of(cls: type) -> tuple[str, ...] | None:
    """Return the names of the fields that a class is made of."""
    if is_named_tuple(cls):
        names: object = getattr(cls, "_fields", None)
        return tuple(map(str, names)) if is_tuple(names) else None
    return tuple(field.name for field in fields(cls) if field.init) if is_dataclass(cls) else None


def _hints_of(cls: type) -> Mapping[str, object]:
    """Return the hints of a class; the one place where they come without a type of their own."""
    try:
        return get_type_hints(cls)
    except NameError:
        return get_type_hints(cls, localns=dict(_LATE))


def members_of(hint: object) -> tuple[object, ...]:
    """Return the members of a union, or the hint itself; a NewType is what it stands for."""
    if isinstance(hint, NewType):
        return members_of(hint.__supertype__)
    if get_origin(hint) in {Union, UnionType}:
        return tuple(member for each in get_args(hint) for member in members_of(each))
    return (hint,)


def items_of(hint: object) -> tuple[tuple[object, ...], bool] | None:
    """Return the hints of a tuple's items, and whether it is of any length; None for another hint."""
    if get_origin(hint) is not tuple:
        return None
    arguments: tuple[object, ...] = get_args(hint)
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        return arguments[:1], True
    return arguments, False


def classes_in(hint: object) -> Iterator[type]:
    """Yield the classes that a hint names, those of items and of members of a union included."""
    for member in members_of(hint):
        items = items_of(member)
        if items is not None:
            for item in items[0]:
                yield from classes_in(item)
        elif isinstance(member, type):
            yield member


def key_of(name: str) -> str:
    """Return the key of a field in JSON: its name, but ``type_`` for ``type``, which is the key of the class."""
    return f"{name}_" if name == "type" else name


def type_name(cls: type) -> str:
    """Return what ``type`` says of a class in JSON: ``mp-reach`` for MpReach, ``ipv4-address`` for IPv4Address."""
    return _WORDS.sub("-", cls.__name__.replace("IPv", "Ipv")).lower()
